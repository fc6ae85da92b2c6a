"""What MASE gave, for publishing and for the report: counts by kind and reason, and a ladder of rounds per cluster."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from generators.mase.clusters import Cluster
from generators.mase.rows import (
    ASKED,
    ATTEMPTS,
    CLUSTERED,
    CLUSTERS,
    ROUNDS,
    STAGES,
    VOTES,
    AttemptRow,
    RoundRow,
    Tally,
    VoteRow,
)
from warehouse.identity import rank
from warehouse.snapshot_manifest import ModelUse
from warehouse.snapshot_rows import SampleRow
from warehouse.store import Store

SHOWN = 20
"""Clusters shown; at most half of them for having an accepted question."""


@dataclass(frozen=True)
class MaseMade:
    """Fingerprints of what MASE gave, by world."""

    clusters: tuple[str, ...] = ()
    rounds: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()

    @property
    def stages(self) -> list[tuple[str, str]]:
        """Every (stage, fingerprint)."""
        pairs = zip(STAGES, (self.clusters, self.rounds, self.samples), strict=True)
        return [(stage, fingerprint) for stage, own in pairs for fingerprint in own]


NOTHING = MaseMade()


@dataclass(frozen=True)
class Rung:
    """One round with what became of it."""

    row: RoundRow
    tally: str
    strong: str
    attempts: tuple[AttemptRow, ...]
    votes: tuple[VoteRow, ...]


@dataclass(frozen=True)
class Ladder:
    """The rounds of one cluster, in order."""

    cluster: Cluster
    rungs: tuple[Rung, ...]


@dataclass(frozen=True)
class MaseReport:
    """What the report says of MASE."""

    counts: tuple[tuple[str, str, int], ...]
    """(kind, reason or `accepted`, rounds), the most frequent first within a kind."""
    ladders: tuple[Ladder, ...]


def mase_report(store: Store, made: MaseMade) -> MaseReport | None:
    """Return the report's part on MASE, None where no cluster was asked about."""
    using = {ASKED: made.rounds}
    frame = (
        store.scan(ROUNDS, using, record=RoundRow)
        .select("cluster_id", "kind", "ended", "reason")
        .collect()
    )
    if not frame.height:
        return None
    counted = (
        frame.with_columns(pl.when(pl.col("reason") == "").then(pl.lit("accepted")).otherwise("reason").alias("why"))
        .group_by("kind", "why").len().sort(["kind", "len", "why"], descending=[False, True, False])
    )  # fmt: skip
    accepted = set(frame.filter(pl.col("ended") == "accepted")["cluster_id"].to_list())
    chosen = _chosen(frame["cluster_id"].unique().to_list(), accepted)
    return MaseReport(
        tuple((kind, why, int(number)) for kind, why, number in counted.iter_rows()),
        tuple(_ladders(store, made, chosen)),
    )


def _chosen(ids: Iterable[str], accepted: set[str]) -> list[str]:
    """Return the clusters to show, in hash order, up to half of them with an accepted question first."""
    order = sorted(ids, key=lambda identity: rank(0, identity))
    first = [identity for identity in order if identity in accepted][: SHOWN // 2]
    return (first + [identity for identity in order if identity not in first])[:SHOWN]


def _ladders(store: Store, made: MaseMade, chosen: Sequence[str]) -> Iterable[Ladder]:
    own, using = {"cluster_id": chosen}, {ASKED: made.rounds}
    clusters = {
        c.id: c
        for c in store.rows(CLUSTERS, Cluster, {CLUSTERED: made.clusters}, keep={"id": chosen})
    }
    rounds: dict[str, list[RoundRow]] = defaultdict(list)
    attempts: dict[tuple[str, int], list[AttemptRow]] = defaultdict(list)
    votes: dict[tuple[str, int], list[VoteRow]] = defaultdict(list)
    for row in store.rows(ROUNDS, RoundRow, using, keep=own):
        rounds[row.cluster_id].append(row)
    for row in store.rows(ATTEMPTS, AttemptRow, using, keep=own):
        attempts[row.cluster_id, row.round].append(row)
    for row in store.rows(VOTES, VoteRow, using, keep=own):
        votes[row.cluster_id, row.round].append(row)
    for identity in chosen:
        rungs = tuple(
            Rung(row, in_words(row.tally), in_words(row.strong), tuple(attempts[identity, row.round]),
                 tuple(votes[identity, row.round]))
            for row in sorted(rounds[identity], key=lambda row: row.round)
        )  # fmt: skip
        yield Ladder(clusters[identity], rungs)


def in_words(tally: Tally) -> str:
    """Return a tally as the report shows it, empty where nothing was tried."""
    if tally == Tally():
        return ""
    rate = "–" if tally.pass_rate is None else f"{tally.pass_rate:.3f}"
    return f"{rate} ({tally.right} right, {tally.wrong} wrong, {tally.unknown} unknown)"


def models_used(samples: Iterable[SampleRow]) -> tuple[tuple[ModelUse, ...], dict[str, str]]:
    """Return the models that had a part in the samples, and prompt → hash, as the samples themselves state them."""
    models: set[tuple[str, str]] = set()
    prompts: dict[str, str] = {}
    for sample in samples:
        if sample.task_type == "reading_comprehension":
            program: dict[str, Any] = json.loads(sample.program)
            models.update(program["models"].items())
            for name in program["prompts"].values():
                title, _, hashed = name.partition(" ")
                prompts[f"mase/{title}"] = hashed
    uses = tuple(
        ModelUse(role=role, name=name, digest="as served") for role, name in sorted(models)
    )
    return uses, dict(sorted(prompts.items()))
