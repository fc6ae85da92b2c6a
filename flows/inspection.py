"""Answers to a reviewer's questions: what is in a snapshot, why a row is there, why a document or candidate is not."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from flows.checked import CROWDED, GATE
from flows.config import ConfigError
from flows.mase_report import MaseMade, ladders, rung_in_words
from generators.mase.rows import ASKED, CLUSTERED, PLACED, STAGES
from verifiers.contamination import CHECK as CONTAMINATION
from verifiers.same_question import CHECK as SAME
from warehouse.records import Outcome
from warehouse.shards import OUTCOMES
from warehouse.snapshot_check import verify_snapshot
from warehouse.snapshots import (
    SnapshotError,
    latest_version,
    list_snapshots,
    read_manifest,
    read_samples,
    show,
    snapshot_path,
)
from warehouse.store import Store

SHOWN = 20


def snapshot_at(home: Path, name: str) -> Path:
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


@dataclass(frozen=True)
class Answer:
    """What a command found: plain data for programs, and the same in words."""

    data: Any
    text: str


def show_snapshot(home: Path, name: str, samples: int) -> Answer:
    """Return a snapshot's manifest, and some of its samples with their path and quotes."""
    path = snapshot_at(home, name)
    longest = sorted(read_samples(path), key=lambda row: (-row.documents, -row.hops, row.id))
    chains = [row for row in longest if row.strategy == "chain"] or longest
    shown = [row.model_dump(mode="json") for row in chains[:samples]]
    manifest = read_manifest(path).model_dump(mode="json")
    text = "\n\n".join([show(path), *map(_in_words, shown)])
    return Answer({"path": str(path), "manifest": manifest, "samples": shown}, text)


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
    return verify_snapshot(snapshot_at(home, name))


def explain_sample(home: Path, identity: str) -> Answer:
    """Return a sample with its proof; `identity` may be the beginning of an id.

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
                data = row.model_dump(mode="json")
                words = _in_words(data)
                return Answer(data, f"{words}\nChecks: {', '.join(checks)}\nProgram: {program}")
    raise SnapshotError(
        f"no snapshot's latest version has a sample {identity}; `longspan why-not` looks elsewhere"
    )


def explain_absence(home: Path, identity: str) -> Answer:
    """Return the outcomes of an input: a document, file, cluster or candidate id, or part of a source path.

    A candidate that became a sample is followed to the snapshots' latest versions; a round of a cluster that models
    asked about is shown with the rounds before it.

    Raises:
        ConfigError: nothing by that name was ever an input.
    """
    store = Store(home)
    named = pl.col("input_id") == identity
    named |= pl.col("input_id").str.starts_with(f"{identity}/")
    named |= pl.col("detail").str.contains(identity, literal=True)
    found = [
        row for stage in store.stages() for row in outcomes_of(store, stage, named, most=SHOWN)
    ]
    if not found:
        raise ConfigError(f"{identity}: no stage ever had it as an input under {home}")
    made = {
        r["detail"] for r in found if r["stage"] in ("generate", PLACED) and r["status"] == "ok"
    }
    published = _published(home) if made else frozenset()
    unpublished = pl.col("input_id").is_in(sorted(made - published))
    refused = unpublished & (pl.col("status") == "rejected")
    left_out = [
        row for stage in (CONTAMINATION, SAME, GATE) for row in outcomes_of(store, stage, refused)
    ]
    found += [row for row in left_out if row not in found]
    published |= {row["input_id"] for row in left_out}
    found += [
        Outcome(stage="publish", input_id=sample, status="rejected", reason=CROWDED, detail="", n_out=0).model_dump()
        for sample in sorted(made - published)
    ]  # fmt: skip
    lines = [
        f"{row['stage']}: {row['status']}"
        + (f", {row['reason']}" if row["reason"] else f", {row['n_out']} rows")
        + (f" ({row['detail']})" if row["detail"] else "")
        for row in found
    ]
    return Answer(found, "\n".join([*lines, *_rounds_before(store, found)]))


def _rounds_before(store: Store, found: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield in words the rounds of clusters up to the last one that was found."""
    lasts: dict[str, int] = {}
    for row in found:
        if row["stage"] == ASKED:
            cluster, _, number = row["input_id"].rpartition("/")
            lasts[cluster] = max(int(number), lasts.get(cluster, 0))
    if not lasts:
        return
    # A cluster's id says what it is of; rounds of other settings stand in shards of their own.
    clusters, rounds = (
        tuple({shard.fingerprint for shard in store.manifest(stage).shards})
        for stage in (CLUSTERED, ASKED)
    )
    for ladder in ladders(store, MaseMade(clusters, rounds), list(lasts)):
        yield f"{ladder.cluster.id}: {' · '.join(d.title for d in ladder.cluster.documents)}"
        last = lasts[ladder.cluster.id]
        yield from (rung_in_words(rung) for rung in ladder.rungs if rung.row.round <= last)


def outcomes_of(
    store: Store, stage: str, wanted: pl.Expr, *, most: int | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the outcomes of a stage that fit, those of its last commit; of every world where worlds have their own."""
    shards = store.manifest(stage).shards
    last = shards if stage in ("generate", *STAGES) else shards[-1:]
    for fingerprint in dict.fromkeys(shard.fingerprint for shard in last):
        hit = store.scan(OUTCOMES, {stage: fingerprint}, record=Outcome).filter(wanted)
        yield from (hit if most is None else hit.head(most)).collect().iter_rows(named=True)


def _published(home: Path) -> frozenset[str]:
    """The ids of all samples of the latest versions."""
    latest = (e for e in list_snapshots(home) if e.version == latest_version(home, e.name))
    return frozenset(row.id for entry in latest for row in read_samples(entry.path))
