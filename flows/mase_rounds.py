"""The rounds of all clusters, in the flow's own process: clusters in batches, each batch committed when it is in.

What a run could not ask for, since a budget was spent or an address was dead, the next run asks for; what was answered
is in the ledger and costs nothing again, also of clusters that were left half done. A cluster whose call was not
answered in time keeps the rounds before it; `--retry` goes on with the others.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.asking import ModelsStopped, with_models
from flows.batches import Engine
from flows.stage_costs import noted
from generators.mase.clusters import Cluster
from generators.mase.proposals import Question
from generators.mase.rounds import Cycle, Stopped, outcomes, run_cluster
from generators.mase.rows import (
    ASKED,
    ATTEMPTS,
    CLUSTERED,
    CLUSTERS,
    QUESTIONS,
    ROUNDS,
    VOTES,
    AcceptedRow,
    AttemptRow,
    RoundRow,
    VoteRow,
    round_name,
)
from generators.mase.trials import Rules, Setting
from serving.client import ModelClient
from verifiers.answers.compare import compare
from verifiers.answers.final import final_answer
from verifiers.proposed_checks import check_form
from warehouse.answer_specs import spec_of_answer
from warehouse.ledger import balance
from warehouse.programs import Answer
from warehouse.records import Category
from warehouse.store import Store
from warehouse.store_upkeep import forget_errors


@dataclass(frozen=True)
class Left:
    """Clusters of a world that have rounds left."""

    rounds: str
    """Fingerprint of the world's rounds."""
    clustered: str
    """Fingerprint of its clusters."""
    firsts: Mapping[str, int]
    """Cluster → first round that has no outcome; the ones before it are replayed from the ledger."""


def rules_of(category: Category) -> Rules:
    """Return what judges answers and questions of a category without a model."""

    def compared(answer: Answer, reply: str, question: str):
        return compare(spec_of_answer(answer, category), reply, question)

    return Rules(compared, lambda reply: final_answer(reply).text, check_form)


def run_rounds(engine: Engine, worlds: Mapping[str, str]) -> None:
    """Run what rounds of the worlds are left, under one budget, and hold the ledger to all of them.

    Args:
        engine: the store, the configuration and the record of where the run stands.
        worlds: fingerprint of a world's rounds → fingerprint of its clusters.

    Raises:
        ModelsStopped: the budget is spent or an address cannot be used; what is done stays committed.
    """
    store, options = engine.store, engine.config.mase
    for rounds in worlds if engine.retry else ():
        forget_errors(store, ASKED, rounds)
    ids = {rounds: cluster_ids(store, clustered) for rounds, clustered in worlds.items()}
    inputs = {
        rounds: [round_name(i, n) for i in own for n in range(1, options.rounds + 1)]
        for rounds, own in ids.items()
    }
    left: list[Left] = []
    pending: list[str] = []
    for rounds, clustered in worlds.items():
        own = store.pending(ASKED, rounds, input_ids=inputs[rounds])
        pending += own
        firsts = first_rounds(own)
        names = sorted(firsts)
        left += [
            Left(rounds, clustered, {name: firsts[name] for name in names[start : start + options.batch]})
            for start in range(0, len(names), options.batch)
        ]  # fmt: skip
    if left:
        engine.recorder.stage(ASKED)
        job = partial(_all, engine, left)
        with noted(engine, ASKED, {some.rounds for some in left}, pending):
            with_models(store.home, engine.config.models, job, ASKED, engine.budget)
    for rounds in worlds:
        balance(store, ASKED, fingerprint=rounds, input_ids=inputs[rounds], counted={QUESTIONS})


def first_rounds(names: Iterable[str]) -> dict[str, int]:
    """Return cluster → first of its rounds among these names of rounds."""
    firsts: dict[str, int] = {}
    for name in names:
        cluster, _, number = name.rpartition("/")
        firsts[cluster] = min(int(number), firsts.get(cluster, int(number)))
    return firsts


def cluster_ids(store: Store, clustered: str) -> list[str]:
    """Return the ids of a world's clusters, sorted."""
    frame = store.scan(CLUSTERS, {CLUSTERED: clustered}, record=Cluster).select("id").collect()
    return sorted(frame["id"].to_list())


async def _all(engine: Engine, left: Sequence[Left], client: ModelClient) -> None:
    for number, some in enumerate(left):
        if number:
            engine.recorder.look()
        await run_batch(tuple(some.firsts), partial(_batch, engine, client, some))


@task(name=ASKED, cache_policy=NO_CACHE, persist_result=False, log_prints=False)
async def run_batch(ids: tuple[str, ...], run: Callable[[], Awaitable[None]]) -> None:
    """Run the clusters with these ids to their end; Prefect shows the ids alone."""
    del ids
    await run()


async def _batch(engine: Engine, client: ModelClient, some: Left) -> None:
    """Run clusters side by side and commit those that came to their end, whatever became of the others."""
    using = {CLUSTERED: some.clustered}
    clusters = list(engine.store.rows(CLUSTERS, Cluster, using, keep={"id": list(some.firsts)}))
    jobs = (
        run_cluster(Setting(client, engine.config.mase, rules_of(c.category)), c) for c in clusters
    )
    found = await asyncio.gather(*jobs, return_exceptions=True)
    commit(engine, some, [item for item in found if isinstance(item, Cycle)])
    for item in found:
        if isinstance(item, Stopped):
            raise ModelsStopped(str(item)) from item
        if isinstance(item, BaseException):
            raise item


def commit(engine: Engine, some: Left, cycles: Sequence[Cycle]) -> None:
    """Commit all that the clusters gave, accepted or not, but for rounds that an earlier run has committed."""
    if not cycles:
        return

    def fresh(row: RoundRow | AttemptRow | VoteRow) -> bool:
        return row.round >= some.firsts[row.cluster_id]

    done = [
        outcome
        for cycle in cycles
        for outcome in outcomes(cycle, engine.config.mase)[some.firsts[cycle.cluster.id] - 1 :]
    ]
    engine.store.commit(
        ASKED, some.rounds, outcomes=done,
        tables={
            QUESTIONS: [row for cycle in cycles for row in _accepted(cycle) if fresh(row.round)],
            ROUNDS: [row for cycle in cycles for row in filter(fresh, cycle.rounds)],
            ATTEMPTS: [row for cycle in cycles for row in filter(fresh, cycle.attempts)],
            VOTES: [row for cycle in cycles for row in filter(fresh, cycle.votes)],
        },
    )  # fmt: skip


def _accepted(cycle: Cycle) -> list[AcceptedRow]:
    required = tuple(part.section_id for d in cycle.cluster.documents for part in d.sections)
    return [
        AcceptedRow(
            id=row.id, round=row, required=required,
            question=Question(text=row.question, answer=row.answer, evidence=row.evidence),
        )
        for row in cycle.rounds
        if row.ended == "accepted" and row.answer is not None
    ]  # fmt: skip
