"""Clusters of one world, made in a worker: profiles from shards as they stream by, then the text of what was chosen."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from flows.jobs import Job, StoredSection
from generators.contexts import PoolSection
from generators.mase.clusters import Cluster, Gathered, Profile, cluster, gathered
from generators.mase.rows import CLUSTERED, CLUSTERS
from warehouse.names import normalise
from warehouse.records import Document, Outcome
from warehouse.shards import ShardSet, to_records, write_shards

OPENING = 2_000
"""Characters of a document that its neighbours are looked up by, beside its names."""
NAMED = ("person", "place", "organisation", "work", "thing", "code")
"""Types of mentions that join documents."""
CHOSEN_AT_ONCE = 64
"""Clusters whose documents are read together."""


def cluster_job(job: Job) -> ShardSet:
    """Make the clusters of the job's documents."""
    found = gathered(list(_profiles(job)), job.config.mase)
    made: list[Cluster] = []
    for start in range(0, len(found), CHOSEN_AT_ONCE):
        made += _with_text(job, found[start : start + CHOSEN_AT_ONCE])
    outcomes = [
        Outcome(stage=CLUSTERED, input_id=item.id, status="ok", reason="", detail=item.documents[0].title[:200],
                n_out=1)
        for item in made
    ]  # fmt: skip
    return write_shards(
        Path(job.home),
        CLUSTERED,
        fingerprint=job.fingerprint,
        tables={CLUSTERS: made},
        outcomes=outcomes,
    )


def _profiles(job: Job) -> Iterator[Profile]:
    """Yield what is known of each document; texts are read a shard at a time and only their openings kept."""
    names = _names(job)
    seen: set[str] = set()
    wanted = pl.LazyFrame({"id": sorted(set(job.ids))}, schema={"id": pl.String})
    for file in job.documents:
        stored = pl.scan_parquet(Path(job.home) / file, glob=False)
        opening = pl.col("text").str.slice(0, OPENING)
        frame = (
            stored.join(wanted, on="id", how="semi")
            .select("id", "series", "title", opening)
            .collect()
        )
        for identity, series, title, text in frame.iter_rows():
            if identity not in seen:
                seen.add(identity)
                own = frozenset(names.get(identity, ()))
                yield Profile(identity, series, f"{title}\n{text}", own)


def _names(job: Job) -> dict[str, set[str]]:
    """Return document id → normalised names of the things that its facts speak of."""
    out: dict[str, set[str]] = defaultdict(set)
    wanted = pl.LazyFrame({"document_id": sorted(set(job.ids))}, schema={"document_id": pl.String})
    for file in job.facts:
        stored = pl.scan_parquet(Path(job.home) / file, glob=False)
        own = stored.join(wanted, on="document_id", how="semi")
        for side in ("subject", "object"):
            text, kind = pl.col(side).struct.field("text"), pl.col(side).struct.field("type")
            frame = own.filter(kind.is_in(NAMED)).select("document_id", text).unique().collect()
            for document, name in frame.iter_rows():
                if folded := normalise(name):
                    out[document].add(folded)
    return out


def _with_text(job: Job, found: Sequence[Gathered]) -> Iterator[Cluster]:
    ids = {name for item in found for name in item.documents}
    documents = {document.id: document for document in _documents(job, ids)}
    sections = _sections(job, documents)
    for item in found:
        made = cluster((job.split, job.category), item, sections, job.config.mase)
        if made is not None:
            yield made


def _documents(job: Job, ids: set[str]) -> Iterator[Document]:
    wanted = pl.LazyFrame({"id": sorted(ids)}, schema={"id": pl.String})
    paths = [Path(job.home) / file for file in job.documents]
    frame = pl.scan_parquet(paths, glob=False).join(wanted, on="id", how="semi").collect()
    yield from to_records(frame.unique("id", keep="first", maintain_order=True), Document)


def _sections(job: Job, documents: dict[str, Document]) -> dict[str, list[PoolSection]]:
    """Return document id → its sections in order."""
    out: dict[str, dict[str, PoolSection]] = {name: {} for name in documents}
    paths = [Path(job.home) / file for file in job.sections]
    owner = pl.col("section").struct.field("document_id")
    frame = pl.scan_parquet(paths, glob=False).filter(owner.is_in(list(documents))).collect()
    for stored in to_records(frame, StoredSection):
        section = stored.section
        out[section.document_id][section.id] = PoolSection(
            section, documents[section.document_id], stored.tokens
        )
    return {
        name: sorted(parts.values(), key=lambda item: item.section.index)
        for name, parts in out.items()
    }
