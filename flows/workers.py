"""The units of work that run in worker processes: ids and paths in, written shards out, nothing committed.

Each takes one `Job` of plain data, reads what it needs from shards, computes, writes shards, and returns their
names; the parent process commits. A worker that is killed leaves files that no manifest names. What the work needs is
imported where it begins: the parent, and commands that look at what was made, have no use for spaCy.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import polars as pl

from extractors.model_facts.agreement import Confirmed
from flows.jobs import IndexRow, Job, StoredSection
from flows.worlds import RejectedRow, Scope
from generators.contexts import PoolSection
from warehouse.minhash import signature
from warehouse.records import Document, Fact, Record, Section
from warehouse.shards import ShardSet, to_records, write_shards

AnyRecord = TypeVar("AnyRecord", bound=Record)
SIGNATURES = {"document_id": pl.String(), "signature": pl.Binary()}
"""Columns of the table of signatures."""
LAYOUTS = "layouts"
"""Table of the contexts that the check of robustness asks over; there is none where it is off."""
REJECTED_SHOWN = 60
"""Worded candidates kept with their rejection, per world, for the report and `why-not`."""


def ingest_job(job: Job) -> ShardSet:
    """Read the job's files and write documents, sections, their index and their signatures."""
    from flows.stages import ingest

    by_source: dict[str, str] = {entry.source: entry.id for entry in job.entries}
    found = ingest(job.entries, job.config)
    count: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for stored in found.sections:
        count[stored.section.document_id][0] += 1
        count[stored.section.document_id][1] += stored.tokens
    rows = [
        IndexRow(
            file_id=by_source[document.source.partition("#")[0]],
            document_id=document.id,
            sections=count[document.id][0],
            tokens=count[document.id][1],
            words=len(document.text.split()),
            **document.model_dump(
                include={
                    "source",
                    "category",
                    "series",
                    "subject",
                    "date",
                    "title",
                    "licence",
                    "format",
                }
            ),
        )
        for document in found.documents
    ]
    signatures = pl.DataFrame(
        [(document.id, signature(document.text)) for document in found.documents],
        schema=SIGNATURES, orient="row",
    )  # fmt: skip
    return write_shards(
        Path(job.home), "ingest", fingerprint=job.fingerprint, outcomes=found.outcomes,
        tables={
            "documents": found.documents, "sections": found.sections, "index": rows,
            "signatures": signatures,
        },
    )  # fmt: skip


def extract_job(job: Job) -> ShardSet:
    """Extract the facts and cells of the job's documents."""
    from flows.stages import extract

    home = Path(job.home)
    documents = _read(home, job.documents, Document, "id", job.ids)
    sections = _by_document(home, job)
    batch = [(document, [s.section for s in sections[document.id]]) for document in documents]
    found = extract(batch)
    return write_shards(
        home, "extract", fingerprint=job.fingerprint, outcomes=found.outcomes,
        tables={"facts": found.facts, "cells": found.cells},
    )  # fmt: skip


def generate_job(job: Job) -> ShardSet:
    """Make the samples of one world."""
    from flows.synthesis import synthesise

    home = Path(job.home)
    pool = pool_of(job)
    facts = (
        fact for file in job.facts for fact in _read(home, [file], Fact, "document_id", job.ids)
    )
    doubted = _doubted(home, job)
    cells = (
        frame.filter(~pl.col("id").is_in(doubted)) if doubted else frame
        for frame in (_frame(home, [file], "document_id", job.ids) for file in job.cells)
    )
    made = synthesise(
        Scope(job.split, job.category), (facts, cells), pool, frozenset(job.repeated), job.config,
        surer=_surer(home, job),
    )  # fmt: skip
    return write_shards(
        home, "generate", fingerprint=job.fingerprint, outcomes=made.outcomes,
        tables={
            "samples": made.samples, "contexts": made.contexts, "tables": made.tables,
            "rejected": _varied(made.rejected),
            **({LAYOUTS: made.layouts} if made.layouts else {}),
            **({"views": made.views} if made.views else {}),
        },
    )  # fmt: skip


def pool_of(job: Job) -> list[PoolSection]:
    """Return the sections of the job's documents as contexts are made of them."""
    home = Path(job.home)
    documents = {
        document.id: document for document in _read(home, job.documents, Document, "id", job.ids)
    }
    return [
        PoolSection(stored.section, documents[document], stored.tokens)
        for document, rows in _by_document(home, job).items()
        for stored in rows
    ]


def _surer(home: Path, job: Job) -> dict[str, float]:
    """Return the confidence of the job's facts that two readings confirm, by id."""
    rows = (_read(home, [file], Confirmed, "document_id", job.ids) for file in job.confirmed)
    return {row.id: row.confidence for part in rows for row in part}


def _doubted(home: Path, job: Job) -> list[str]:
    """Return the ids of the job's cells that a model reads differently or not at all."""
    frames = [_frame(home, [file], "document_id", job.ids) for file in job.readings]
    found = (frame.filter(pl.col("status") != "agreed")["id"].to_list() for frame in frames)
    return [identity for part in found for identity in part]


def _varied(rejected: Iterable[RejectedRow]) -> list[RejectedRow]:
    """Return rejections with every reason present, at most `REJECTED_SHOWN` in all."""
    by_reason: dict[str, list[RejectedRow]] = defaultdict(list)
    for item in rejected:
        by_reason[item.reason].append(item)
    share = max(REJECTED_SHOWN // max(len(by_reason), 1), 1)
    return [item for items in by_reason.values() for item in items[:share]][:REJECTED_SHOWN]


def _read(
    home: Path, files: Iterable[str], record: type[AnyRecord], key: str, ids: Iterable[str]
) -> Iterator[AnyRecord]:
    """Yield the rows of the shards whose `key` is among `ids`, each id of the record once."""
    paths = list(files)
    if paths:
        yield from to_records(_frame(home, paths, key, ids), record)


def _frame(home: Path, files: Iterable[str], key: str, ids: Iterable[str]) -> pl.DataFrame:
    """Return the same rows as they are stored; there must be a file."""
    wanted = pl.LazyFrame({key: sorted(set(ids))}, schema={key: pl.String})
    stored = pl.scan_parquet([home / file for file in files], glob=False)
    frame = stored.join(wanted, on=key, how="semi").collect()
    return frame.unique("id", keep="first", maintain_order=True)


def _by_document(home: Path, job: Job) -> dict[str, list[StoredSection]]:
    out: dict[str, list[StoredSection]] = {document: [] for document in job.ids}
    paths = [home / file for file in job.sections]
    if not paths:
        return out
    frame = pl.scan_parquet(paths, glob=False)
    frame = frame.filter(
        pl.col("section").struct.field("document_id").is_in(list(job.ids))
    ).collect()
    seen: set[str] = set()
    for stored in to_records(frame, StoredSection):
        section: Section = stored.section
        if section.id not in seen:
            seen.add(section.id)
            out[section.document_id].append(stored)
    for rows in out.values():
        rows.sort(key=lambda stored: stored.section.index)
    return out
