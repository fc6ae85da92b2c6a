"""The rounds of all clusters, in the flow's own process: clusters in batches, each batch committed when it is in.

What a run could not ask for, since a budget was spent or an address was dead, the next run asks for; what was answered
is in the ledger and costs nothing again, also of clusters that were left half done.
"""

import asyncio
from collections.abc import Mapping, Sequence
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
    ids = {rounds: cluster_ids(store, clustered) for rounds, clustered in worlds.items()}
    left: list[tuple[str, str, tuple[str, ...]]] = []
    for rounds, clustered in worlds.items():
        firsts = [round_name(identity, 1) for identity in ids[rounds]]
        own = sorted(store.pending(ASKED, rounds, input_ids=firsts))
        names = [name.rpartition("/")[0] for name in own]
        left += [
            (rounds, clustered, tuple(names[start : start + options.batch]))
            for start in range(0, len(names), options.batch)
        ]
    if left:
        engine.recorder.stage(ASKED)
        job = partial(_all, engine, left)
        with noted(engine, ASKED, {rounds for rounds, _, _ in left}):
            with_models(store.home, engine.config.models, job, ASKED, engine.budget)
    for rounds in worlds:
        inputs = [round_name(i, n) for i in ids[rounds] for n in range(1, options.rounds + 1)]
        balance(store, ASKED, fingerprint=rounds, input_ids=inputs, counted={QUESTIONS})


def cluster_ids(store: Store, clustered: str) -> list[str]:
    """Return the ids of a world's clusters, sorted."""
    frame = store.scan(CLUSTERS, {CLUSTERED: clustered}, record=Cluster).select("id").collect()
    return sorted(frame["id"].to_list())


async def _all(
    engine: Engine, left: Sequence[tuple[str, str, tuple[str, ...]]], client: ModelClient
) -> None:
    for number, (rounds, clustered, ids) in enumerate(left):
        if number:
            engine.recorder.look()
        await run_batch(ids, partial(_batch, engine, rounds, {CLUSTERED: clustered}, client))


@task(name=ASKED, cache_policy=NO_CACHE, persist_result=False, log_prints=False)
async def run_batch(ids: tuple[str, ...], run) -> None:
    """Run the clusters with these ids to their end."""
    await run(ids)


async def _batch(
    engine: Engine,
    fingerprint: str,
    using: dict[str, str],
    client: ModelClient,
    ids: tuple[str, ...],
) -> None:
    """Run clusters side by side and commit those that came to their end, whatever became of the others."""
    clusters = list(engine.store.rows(CLUSTERS, Cluster, using, keep={"id": ids}))
    jobs = (
        run_cluster(Setting(client, engine.config.mase, rules_of(c.category)), c) for c in clusters
    )
    found = await asyncio.gather(*jobs, return_exceptions=True)
    commit(engine, fingerprint, [item for item in found if isinstance(item, Cycle)])
    for item in found:
        if isinstance(item, Stopped):
            raise ModelsStopped(str(item)) from item
        if isinstance(item, BaseException):
            raise item


def commit(engine: Engine, fingerprint: str, cycles: Sequence[Cycle]) -> None:
    """Commit all that the clusters gave, accepted or not."""
    if not cycles:
        return
    engine.store.commit(
        ASKED, fingerprint,
        tables={
            QUESTIONS: [row for cycle in cycles for row in _accepted(cycle)],
            ROUNDS: [row for cycle in cycles for row in cycle.rounds],
            ATTEMPTS: [row for cycle in cycles for row in cycle.attempts],
            VOTES: [row for cycle in cycles for row in cycle.votes],
        },
        outcomes=[row for cycle in cycles for row in outcomes(cycle, engine.config.mase)],
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
