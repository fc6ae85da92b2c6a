"""Withdraw a document: what it is in, and what following runs leave out (`longspan retract`).

Snapshots are immutable, so a retraction lists the rows that hold the document, as evidence or among the others of a
context, and the next run publishes a version without it.
"""

import difflib
import getpass
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from flows.config import ConfigError
from flows.inspection import Answer
from flows.jobs import IndexRow
from warehouse.identity import digest
from warehouse.records import Outcome
from warehouse.retractions import Decision, decide, read_retractions
from warehouse.snapshots import list_snapshots
from warehouse.store import Store

STAGE = "retract"
REASON = "the document is retracted"
NEAREST = 3
SHOWN = 10


def leave_out(store: Store, index: Sequence[IndexRow]) -> tuple[list[IndexRow], str]:
    """Return the documents that are not retracted, and the fingerprint of the ledger rows that say so.

    There are such rows, one for each document, once a home has had a retraction; before that the fingerprint is empty.
    """
    retractions = read_retractions(store.home)
    if not retractions.root:
        return list(index), ""
    found = {row.document_id: retractions.of(row.source, row.document_id) for row in index}
    fingerprint = digest(STAGE, retractions.root, sorted(found))
    if store.pending(STAGE, fingerprint, input_ids=found):
        outcomes = [_outcome(row, found[row.document_id]) for row in index]
        store.commit(STAGE, fingerprint, tables={}, outcomes=outcomes)
    return [row for row in index if found[row.document_id] is None], fingerprint


def _outcome(row: IndexRow, decision: Decision | None) -> Outcome:
    detail = row.source if decision is None else f"{row.source}: {decision.reason}"[:300]
    return Outcome(
        stage=STAGE, input_id=row.document_id, status="rejected" if decision else "ok",
        reason=REASON if decision else "", detail=detail, n_out=0,
    )  # fmt: skip


def retract(home: Path, name: str, reason: str, *, undo: bool) -> Answer:
    """Withdraw the documents of a source or id, or take that back; return the snapshots' rows that hold them.

    Raises:
        ConfigError: no document has that source or id, or there is no retraction to undo.
    """
    source, ids = _find(home, name)
    standing = read_retractions(home).standing
    if undo and source not in standing:
        known = ", ".join(sorted(standing)) or "none"
        raise ConfigError(f"{source}: is not retracted; retracted are: {known}")
    if undo or source not in standing or standing[source].document_ids != ids:
        decision = Decision(
            action="undo" if undo else "retract", source=source, document_ids=ids, reason=reason,
            who=_who(), when=datetime.now(UTC).isoformat(timespec="seconds"),
        )  # fmt: skip
        decide(home, [decision])
    rows = holding(home, ids)
    data = {"source": source, "documents": list(ids), "retracted": not undo, "snapshots": rows}
    done = "is no longer retracted; the next run takes it up" if undo else "is retracted"
    return Answer(data, "\n".join([f"{source} ({len(ids)} documents) {done}.", *_lines(rows)]))


def retracted(home: Path) -> Answer:
    """Return every standing retraction with the snapshots that still hold its documents."""
    rows = [
        decision.model_dump(mode="json")
        | {"held_by": [f"{r['name']}/{r['version']}" for r in holding(home, decision.document_ids)]}
        for decision in read_retractions(home).standing.values()
    ]
    lines = [
        f"{row['source']}: {row['reason'] or 'no reason given'} ({row['who']}, {row['when']}); "
        f"held by {', '.join(row['held_by']) or 'no snapshot'}"
        for row in rows
    ]
    return Answer(rows, "\n".join(lines) or "Nothing is retracted.")


def _find(home: Path, name: str) -> tuple[str, tuple[str, ...]]:
    """Return the source that a name means, and the ids of all documents that it ever gave."""
    known = _known(home)
    if by_id := sorted(source for source, document in known if document == name):
        name = by_id[0]
    ids = {document for source, document in known if name in (source, source.partition("#")[0])}
    if not ids:
        sources = sorted({source for source, _ in known})
        near = difflib.get_close_matches(name, sources, NEAREST, cutoff=0.3)
        last = {source.rpartition("/")[2]: source for source in sources}
        near += [last[n] for n in difflib.get_close_matches(name.rpartition("/")[2], last, NEAREST)]
        hint = ", ".join(list(dict.fromkeys(near))[:NEAREST]) or "none; has this home had a run?"
        raise ConfigError(f"{name}: no document has this source or id; the nearest are: {hint}")
    return name, tuple(sorted(ids))


def _known(home: Path) -> set[tuple[str, str]]:
    """Return (source, document id) of every document ever read, and of the evidence of every snapshot."""
    store = Store(home)
    every = {shard.fingerprint for shard in store.manifest("ingest").shards}
    frames = [
        store.scan("index", {"ingest": every}, record=IndexRow)
        .select("source", "document_id")
        .collect()
    ]
    for entry in list_snapshots(home):
        spans = _spans(entry.path).select("source", "document_id")
        frames.append(spans.unique())
    return {row for frame in frames for row in frame.iter_rows()}


def _spans(path: Path) -> pl.DataFrame:
    """Return the evidence of a snapshot's samples: sample, source, document_id."""
    frames = [
        pl.read_parquet(file, columns=["id", "evidence"], glob=False)
        for file in sorted(path.glob("data/*/*.parquet"))
    ]
    schema = {"sample": pl.String, "source": pl.String, "document_id": pl.String}
    kept = [
        frame.explode("evidence").select(
            pl.col("id").alias("sample"),
            pl.col("evidence").struct.field("source"),
            pl.col("evidence").struct.field("document_id"),
        )
        for frame in frames
        if frame.height
    ]
    return pl.concat(kept) if kept else pl.DataFrame(schema=schema)


def holding(home: Path, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return, for each snapshot that holds one of the documents, its rows: as evidence, and in the context alone."""
    out = []
    for entry in list_snapshots(home):
        spans = _spans(entry.path)
        evidence = set(spans.filter(pl.col("document_id").is_in(list(ids)))["sample"].to_list())
        contexts: set[str] = set()
        for file in sorted(entry.path.glob("contexts/*.parquet")):
            frame = pl.read_parquet(file, columns=["id", "sections"], glob=False).explode(
                "sections"
            )
            there = pl.col("sections").struct.field("document_id").is_in(list(ids))
            contexts.update(frame.filter(there)["id"].to_list())
        inside: set[str] = set()
        for file in sorted(entry.path.glob("data/*/*.parquet")):
            frame = pl.read_parquet(file, columns=["id", "context_id"], glob=False)
            hit = frame.filter(pl.col("context_id").is_in(list(contexts)))
            inside.update(hit["id"].to_list())
        if evidence or inside:
            out.append(
                {"name": entry.name, "version": entry.version, "latest": entry.latest,
                 "evidence": sorted(evidence), "distractor": sorted(inside - evidence)}
            )  # fmt: skip
    return out


def _lines(rows: Sequence[dict[str, Any]]) -> list[str]:
    if not rows:
        return ["No snapshot holds it."]
    lines = []
    for row in rows:
        lines.append(
            f"{row['name']}/{row['version']}{' (latest)' if row['latest'] else ''}: evidence of "
            f"{len(row['evidence'])} rows, distractor in {len(row['distractor'])}"
        )
        for kind in ("evidence", "distractor"):
            more = len(row[kind]) - SHOWN
            lines += [f"  {kind} {identity}" for identity in row[kind][:SHOWN]]
            lines += [f"  {kind} … and {more} more (--json has all)"] if more > 0 else []
    return [*lines, "A version never changes: run again, and the next one is without it."]


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
