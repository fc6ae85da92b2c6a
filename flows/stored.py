"""Which shards hold a batch's documents, sections, facts and cells: work is cut along the commits of earlier stages.

So that no batch reads all shards of the corpus, whatever its size.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import polars as pl

from flows.config import SynthesisConfig
from flows.fingerprints import extract_fingerprint, ingest_fingerprint
from flows.jobs import StoredSection
from warehouse.records import Document, Record, Section
from warehouse.shards import OUTCOMES, to_records
from warehouse.store import Store

AnyRecord = TypeVar("AnyRecord", bound=Record)
Files = tuple[str, ...]


def by_commit(
    store: Store, config: SynthesisConfig, todo: Collection[str]
) -> Iterator[tuple[Files, Files, list[str]]]:
    """Yield (document shards, section shards, document ids) of each ingest commit that has work left."""
    using = {"ingest": ingest_fingerprint(config)}
    sections: dict[Files, list[str]] = defaultdict(list)
    for shard in store.shards("sections", using):
        sections[shard.commits].append(shard.file)
    left = set(todo)
    for shard in store.shards("documents", using):
        held = (
            pl.read_parquet(store.home / shard.file, columns=["id"], glob=False)["id"].to_list()
            if left
            else []
        )
        ids = [identity for identity in dict.fromkeys(held) if identity in left]
        left.difference_update(ids)
        if ids:
            yield (shard.file,), tuple(sections[shard.commits]), ids


@dataclass(frozen=True)
class Held:
    """A batch of documents with the shards, by path under the home, that hold what is known of them."""

    ids: Files
    documents: Files
    sections: Files
    facts: Files = ()
    cells: Files = ()


def held(store: Store, config: SynthesisConfig, todo: Collection[str], size: int) -> Iterator[Held]:
    """Yield batches of at most `size` documents that one commit read."""
    for documents, sections, ids in by_commit(store, config, todo):
        for start in range(0, len(ids), size):
            yield Held(tuple(ids[start : start + size]), documents, sections)


def held_with_facts(
    store: Store, config: SynthesisConfig, todo: Collection[str], size: int
) -> Iterator[Held]:
    """Yield batches of at most `size` documents that one commit read and one commit extracted."""
    using = {"extract": extract_fingerprint(config)}
    files: dict[Files, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    home_of: dict[str, Files] = {}
    wanted = set(todo)
    for shard in store.written(using):
        files[shard.commits][shard.table].append(shard.file)
        if shard.table == OUTCOMES:
            seen = pl.read_parquet(store.home / shard.file, columns=["input_id"], glob=False)
            home_of.update((i, shard.commits) for i in seen["input_id"] if i in wanted)
    for documents, sections, ids in by_commit(store, config, todo):
        groups: dict[Files, list[str]] = defaultdict(list)
        for identity in ids:
            groups[home_of.get(identity, ())].append(identity)
        for commits, own in groups.items():
            facts, cells = (tuple(files[commits][table]) for table in ("facts", "cells"))
            for start in range(0, len(own), size):
                part = tuple(own[start : start + size])
                yield Held(part, documents, sections, facts, cells)


def rows_of(
    home: Path, files: Iterable[str], record: type[AnyRecord], key: str, ids: Iterable[str]
) -> Iterator[AnyRecord]:
    """Yield the rows of shards whose `key` is among `ids`, each id of the record once."""
    paths = [home / file for file in files]
    if paths:
        wanted = pl.LazyFrame({key: sorted(set(ids))}, schema={key: pl.String})
        frame = pl.scan_parquet(paths, glob=False).join(wanted, on=key, how="semi").collect()
        yield from to_records(frame.unique("id", keep="first", maintain_order=True), record)


def documents_of(home: Path, batch: Held) -> dict[str, Document]:
    """Return the documents of a batch by id, in its order."""
    found = {d.id: d for d in rows_of(home, batch.documents, Document, "id", batch.ids)}
    return {identity: found[identity] for identity in batch.ids if identity in found}


def sections_of(home: Path, batch: Held) -> dict[str, list[Section]]:
    """Return the sections of each document of a batch, in order."""
    out: dict[str, dict[str, Section]] = {identity: {} for identity in batch.ids}
    if batch.sections:
        paths = [home / file for file in batch.sections]
        own = pl.col("section").struct.field("document_id").is_in(list(batch.ids))
        for row in to_records(
            pl.scan_parquet(paths, glob=False).filter(own).collect(), StoredSection
        ):
            out[row.section.document_id].setdefault(row.section.id, row.section)
    return {d: sorted(found.values(), key=lambda s: s.index) for d, found in out.items()}
