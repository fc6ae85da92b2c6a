"""What MASE gave, for publishing, report and `why-not`: counts, a ladder of rounds per cluster, and what is for review.

A question that the solver fails, and the strong solver as well where there is one, is in no snapshot: it waits for a
person, with all that was tried (method §6).
"""

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
    FOR_REVIEW,
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
REVIEWED = 100
"""Clusters that are shown beside these for having a question that is for review."""


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
    """Of the clusters shown."""
    for_review: int
    """Questions that a person must look at."""

    @property
    def review(self) -> list[tuple[Ladder, Rung]]:
        """The questions for review of the ladders shown, each with its ladder."""
        return [
            (ladder, rung)
            for ladder in self.ladders
            for rung in ladder.rungs
            if rung.row.reason == FOR_REVIEW
        ]


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
    review = frame.filter(pl.col("reason") == FOR_REVIEW)["cluster_id"].to_list()
    chosen = _chosen(frame["cluster_id"].unique().to_list(), accepted, set(review))
    return MaseReport(
        tuple((kind, why, int(number)) for kind, why, number in counted.iter_rows()),
        tuple(ladders(store, made, chosen)),
        len(review),
    )


def _chosen(ids: Iterable[str], accepted: set[str], review: set[str]) -> list[str]:
    """Return the clusters to show, in hash order: some with an accepted question first, what is for review last."""
    order = sorted(ids, key=lambda identity: rank(0, identity))
    first = [identity for identity in order if identity in accepted][: SHOWN // 2]
    shown = (first + [identity for identity in order if identity not in first])[:SHOWN]
    return shown + [i for i in order if i in review and i not in shown][:REVIEWED]


def ladders(store: Store, made: MaseMade, chosen: Sequence[str]) -> Iterable[Ladder]:
    """Yield the rounds of clusters with their attempts and votes, in the order of the clusters."""
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


def rung_in_words(rung: Rung) -> str:
    """Return a round as the command line shows it."""
    row = rung.row
    answer = f"{row.answer.text} {row.answer.unit}".strip() if row.answer else "none"
    lines = [
        f"round {row.round}, {row.kind}: {row.ended}{', ' if row.reason else ''}{row.reason}",
        f"  Question: {row.question or 'none'}",
        f"  Answer: {answer}",
    ]
    lines += [f"  Pass rate: {rung.tally}"] if rung.tally else []
    lines += [f"  Strong solver: {rung.strong}"] if rung.strong else []
    return "\n".join(lines + [f"  “{' '.join(e.quote.split())[:300]}”" for e in row.evidence])


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
