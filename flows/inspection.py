"""Answers to a reviewer's questions: what is in a snapshot, why a row is there, why a document or candidate is not."""

import json
from pathlib import Path
from typing import Any

import polars as pl

from flows.config import ConfigError
from warehouse.records import Outcome
from warehouse.shards import OUTCOMES
from warehouse.snapshot_check import verify_snapshot
from warehouse.snapshots import (
    SnapshotError,
    latest_version,
    list_snapshots,
    read_samples,
    show,
    snapshot_path,
)
from warehouse.store import Store

SHOWN = 20


def _path(home: Path, name: str) -> Path:
    """Return the folder of `NAME` (its latest version) or `NAME/VERSION`."""
    owner, _, version = name.partition("/")
    return snapshot_path(home, owner, version or "latest")


def snapshot_rows(home: Path) -> list[dict[str, Any]]:
    """Return one row per version: name, version, samples, whether it is the latest."""
    return [
        {
            "name": e.name,
            "version": e.version,
            "samples": e.samples,
            "latest": "yes" if e.latest else "",
        }
        for e in list_snapshots(home)
    ]


def show_snapshot(home: Path, name: str, samples: int) -> str:
    """Return a snapshot in words, and some of its samples with their path and quotes."""
    path = _path(home, name)
    parts = [show(path)]
    longest = sorted(read_samples(path), key=lambda row: (-row.documents, -row.hops, row.id))
    chains = [row for row in longest if row.strategy == "chain"] or longest
    parts += [_in_words(row.model_dump()) for row in chains[:samples]]
    return "\n\n".join(parts)


def _in_words(row: dict[str, Any]) -> str:
    lines = [
        f"{row['id']}  {row['category']}, {row['strategy']}, {row['hops']} hops, {row['documents']} documents, "
        f"{row['context_tokens']} tokens",
        f"Question: {row['question']}",
        f"Answer:   {row['answer']}",
    ]
    for number, span in enumerate(row["evidence"], 1):
        quote = " ".join(span["quote"].split())
        lines.append(
            f"  {number}. {span['title']} ({span['source']}), at {span['position']:.0%} of the context"
        )
        lines.append(f"     “{quote[:300]}”")
    return "\n".join(lines)


def verify(home: Path, name: str) -> list[str]:
    """Return what is wrong with a snapshot, each as one line; empty if it is sound."""
    return verify_snapshot(_path(home, name))


def explain_sample(home: Path, identity: str) -> str:
    """Return a sample's proof; `identity` may be the beginning of an id.

    Raises:
        SnapshotError: no latest version of a snapshot holds it.
    """
    for entry in list_snapshots(home):
        if entry.version != latest_version(home, entry.name):
            continue
        for row in read_samples(entry.path):
            if row.id.startswith(identity):
                checks = [f"{v.check}: {v.status}" for v in row.verdicts]
                program = json.dumps(json.loads(row.program), ensure_ascii=False)
                return f"{_in_words(row.model_dump())}\nChecks: {', '.join(checks)}\nProgram: {program}"
    raise SnapshotError(
        f"no snapshot's latest version has a sample {identity}; `longspan why-not` looks elsewhere"
    )


def explain_absence(home: Path, identity: str) -> str:
    """Return the outcomes of an input: a document, file or candidate id, or part of a source path.

    Raises:
        ConfigError: nothing by that name was ever an input.
    """
    store = Store(home)
    found: list[str] = []
    for stage in store.stages():
        shards = store.manifest(stage).shards
        using = {stage: shards[-1].fingerprint} if stage != "generate" else {}
        worlds = (
            dict.fromkeys(s.fingerprint for s in shards) if stage == "generate" else using.values()
        )
        for fingerprint in worlds:
            frame = store.scan(OUTCOMES, {stage: fingerprint}, record=Outcome)
            hit = frame.filter(
                (pl.col("input_id") == identity)
                | pl.col("detail").str.contains(identity, literal=True)
            ).head(SHOWN)
            found += [
                f"{row['stage']}: {row['status']}" + (f", {row['reason']} ({row['detail']})" if row["reason"] else
                                                      f", {row['n_out']} rows ({row['detail']})")
                for row in hit.collect().iter_rows(named=True)
            ]  # fmt: skip
    if not found:
        raise ConfigError(f"{identity}: no stage ever had it as an input under {home}")
    return "\n".join(found[:SHOWN])
