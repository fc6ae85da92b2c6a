"""What stages that ask models will be given: inputs that are known by id, and how many others are to be expected.

Where the home has read the corpus, the worlds of the configuration are known, and those that it has made are counted
as they are. Of the others nobody knows more than the quotas, and what earlier runs of the home came to.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from flows.config import SynthesisConfig
from flows.fingerprints import world_fingerprint
from flows.mase import cluster_fingerprint
from flows.mase_rounds import cluster_ids
from flows.members import Members
from flows.publishing import capped
from generators.mase.rows import CLUSTERED, PLACED, round_name
from warehouse.snapshot_rows import SPLITS, SampleRow
from warehouse.store import Store, Using

NUMERIC = "corpus_numeric"
ACCEPTED = 0.25
"""Share of rounds that give a question, where none was asked for yet."""


@dataclass(frozen=True)
class Due:
    """Inputs of a stage."""

    ids: frozenset[str] = frozenset()
    """Those that are known."""
    more: int = 0
    """Others, at most."""

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.ids) + self.more

    def left(self, done: Collection[str]) -> int:
        """Return how many are to come; what is done and not known by id is taken to be among the others."""
        others = len(set(done) - self.ids)
        return len(self.ids.difference(done)) + max(0, self.more - others)


class Corpus(NamedTuple):
    """What is known of the documents before a run."""

    documents: dict[str, int]
    """Documents of each category that has some, files where none was read yet."""
    members: Sequence[Members] | None = None
    """The worlds, None where something was not read yet."""


class _Answered(NamedTuple):
    id: str
    answer: str


def due_samples(config: SynthesisConfig, store: Store, corpus: Corpus) -> Due:
    """Return the samples that worlds give."""
    made, left = _worlds(config, store, corpus)
    if corpus.members is None:
        number = len(corpus.documents) * (1 if config.publish.measure_only else len(SPLITS))
        return Due(more=number * (config.generate.rows + config.numeric.rows))
    held = _answers(store, {"generate": made})
    return Due(frozenset(row.id for row in held), sum(_quotas(config, store, left)))


def due_rounds(config: SynthesisConfig, store: Store, corpus: Corpus) -> Due:
    """Return the rounds of MASE."""
    options = config.mase
    if not options.clusters:
        return Due()
    if corpus.members is None:
        most = options.clusters * (1 if config.publish.measure_only else len(SPLITS))
        clusters = sum(min(most, n // options.documents) for n in corpus.documents.values())
        return Due(more=clusters * options.rounds)
    known = {shard.fingerprint for shard in store.manifest(CLUSTERED).shards}
    ids: list[str] = []
    more = 0
    for world in corpus.members:
        fingerprint = cluster_fingerprint(config, world)
        if fingerprint in known:
            ids += cluster_ids(store, fingerprint)
        else:
            whole, rest = divmod(len(world.ids), options.documents)
            more += min(options.clusters, whole + (rest > 1))
    names = (round_name(name, number) for name in ids for number in range(1, options.rounds + 1))
    return Due(frozenset(names), more * options.rounds)


def due_checks(
    config: SynthesisConfig, store: Store, corpus: Corpus, rounds: tuple[Due, Collection[str]]
) -> Due:
    """Return the samples that models check: those of worlds and those of MASE, within the cap on an answer.

    Args:
        config: of the run.
        store: of its home.
        corpus: its documents.
        rounds: of MASE, and those that are done.
    """
    samples = due_samples(config, store, corpus)
    made, _ = _worlds(config, store, corpus)
    (due, done), placed = rounds, {shard.fingerprint for shard in store.manifest(PLACED).shards}
    using: Using = {"generate": made, PLACED: placed if due.number else ()}
    every = _answers(store, using)
    kept = capped(every, config.publish.answer_share, config.seed)
    written = len({row.id for row in every} - samples.ids)
    rate = written / len(done) if done else ACCEPTED
    return Due(frozenset(row.id for row in kept), samples.more + round(rate * due.left(done)))


def _worlds(
    config: SynthesisConfig, store: Store, corpus: Corpus
) -> tuple[list[str], list[Members]]:
    """Return the fingerprints of the worlds that are made, and the worlds that are not."""
    known = {shard.fingerprint for shard in store.manifest("generate").shards}
    made: list[str] = []
    left: list[Members] = []
    for world in corpus.members or ():
        fingerprint = world_fingerprint(config, world.scope, world.content)
        if fingerprint in known:
            made.append(fingerprint)
        else:
            left.append(world)
    return made, left


def _quotas(config: SynthesisConfig, store: Store, worlds: Iterable[Members]) -> Iterable[int]:
    """Yield the questions of each world at most; none of a kind that another run of the home found nothing of."""
    every = {shard.fingerprint for shard in store.manifest("generate").shards}
    frame = store.scan("samples", {"generate": every}, record=SampleRow)
    numeric = (pl.col("task_type") == NUMERIC).alias("numeric")
    found = set(frame.select("split", "category", numeric).unique().collect().iter_rows())
    for world in worlds:
        rows = {True: config.numeric.rows, False: config.generate.rows}
        kinds = {kind for kind in rows if (*world.scope, kind) in found}
        yield sum(rows[kind] for kind in kinds or rows)


def _answers(store: Store, using: Using) -> list[_Answered]:
    frame = store.scan("samples", using, record=SampleRow).select("id", "answer")
    return [_Answered(*row) for row in frame.unique("id").collect().iter_rows()]
