"""A stage that asks models: batches as Prefect tasks in the flow's own process, each committed as it is done (§2.3).

All batches of a stage share one client, all stages of a run one budget. When nothing more can be asked the stage
ends with `ModelsStopped`: what is committed stays, what was answered is in the ledger, and the next run goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.asking import going_on, with_models
from flows.batches import Engine
from flows.config import SynthesisConfig
from flows.jobs import IndexRow
from flows.stage_costs import noted
from flows.stored import Held, held_with_facts
from serving.calls import Reply
from serving.client import WINDOW, ModelClient
from serving.prompts import load_prompt
from serving.roles import RoleName
from warehouse.ledger import balance
from warehouse.records import Outcome
from warehouse.shards import Rows

BatchT = TypeVar("BatchT")
ItemT = TypeVar("ItemT")
T = TypeVar("T")
UNREAD = {
    "truncated": "the reply was cut off", "refused": "the model refused", "empty": "the reply is empty",
    "wrong schema": "the reply cannot be read", "wrong language": "the reply is in another language",
}  # fmt: skip
"""Reasons of the ledger for replies that cannot be used."""


@dataclass
class Done:
    """What a batch gave."""

    outcomes: list[Outcome] = field(default_factory=list)
    tables: Mapping[str, Rows] = field(default_factory=dict)


@task(name="asking", cache_policy=NO_CACHE, persist_result=False, log_prints=False)
async def ask_batch(work: Callable[[], Awaitable[Done]]) -> Done:
    """Ask what a batch asks; nothing is committed."""
    return await work()


def run_model_stage(
    engine: Engine,
    stage: tuple[str, str],
    batches: Iterable[BatchT],
    work: Callable[[ModelClient, BatchT], Awaitable[Done]],
    *,
    inputs: Collection[str] | None = None,
) -> None:
    """Ask about the batches one after the other, and commit each.

    Args:
        engine: of the run.
        stage: its name and fingerprint.
        batches: of its inputs.
        work: asks about a batch.
        inputs: the ids of all that is asked about, for the estimate; None where they say nothing of it.

    Raises:
        ModelsStopped: a budget is spent or an address cannot be used.
        ModelConfigError: a role or a key is not given.
        LedgerError: another process writes the ledger.
    """
    name, fingerprint = stage
    engine.recorder.stage(name)

    async def job(client: ModelClient) -> None:
        for batch in batches:
            engine.recorder.look()
            done = await ask_batch.with_options(name=name)(partial(work, client, batch))
            engine.store.commit(name, fingerprint, tables=done.tables, outcomes=done.outcomes)

    with noted(engine, name, [fingerprint], inputs):
        with_models(engine.store.home, engine.config.models, job, name, engine.budget)


def read_documents(
    engine: Engine, stage: tuple[str, str], index: Sequence[IndexRow],
    read: Callable[[Path, SynthesisConfig, ModelClient, Held], Awaitable[Done]], table: str,
) -> None:  # fmt: skip
    """Have a stage read the documents that it has not read yet, with their facts and cells, and balance its ledger.

    Args:
        engine: of the run.
        stage: name and fingerprint.
        index: all documents.
        read: reads one batch: home, configuration, client, documents.
        table: whose rows the outcomes count.
    """
    store, config = engine.store, engine.config
    name, fingerprint = stage
    ids = [row.document_id for row in index]
    todo = store.pending(name, fingerprint, input_ids=ids)
    if todo:
        batches = held_with_facts(store, config, todo, config.model_facts.batch)
        run_model_stage(engine, stage, batches, partial(read, store.home, config), inputs=todo)
    balance(store, name, fingerprint=fingerprint, input_ids=ids, counted={table})


async def together(items: Sequence[ItemT], ask: Callable[[ItemT], Awaitable[T]]) -> list[T]:
    """Return what `ask` gives for each item, in order; at most `WINDOW` are asked about at once."""
    places = asyncio.Semaphore(WINDOW)

    async def one(item: ItemT) -> T:
        async with places:
            return await ask(item)

    return await asyncio.gather(*map(one, items))


def unread(stage: str, identity: str, reply: Reply, detail: str) -> Outcome:
    """Return the outcome of an input whose reply cannot be used.

    It is `errored` where no reply came in time, so that `--retry` asks again; else `rejected` with the reason. An
    input that is errored must have no rows and no other outcome.

    Raises:
        ModelsStopped: nothing more can be asked.
    """
    late = not_in_time(reply)
    reason = UNREAD.get(reply.status, reply.detail.partition(":")[0])
    return Outcome(
        stage=stage, input_id=identity, status="errored" if late else "rejected", reason=reason,
        detail=plain(f"{detail}: {reply.detail}"), n_out=0,
    )  # fmt: skip


def not_in_time(reply: Reply) -> bool:
    """Whether no reply came in time, so that it is worth to ask again.

    Raises:
        ModelsStopped: nothing more can be asked.
    """
    return going_on(reply).late


def plain(text: str) -> str:
    """Return a text that a model may have written as a ledger's detail: short, and storable."""
    return text.encode("utf-8", "replace").decode()[:300]


def asked_with(
    config: SynthesisConfig, role: RoleName, prompts: Sequence[tuple[str, str]]
) -> tuple[object, ...]:
    """Return what decides a role's replies, for fingerprints: model, sampling and prompts by (package, name).

    Raises:
        ModelConfigError: the role is not given.
    """
    options = config.models.role(role)
    names = [load_prompt(*prompt).name for prompt in prompts]
    return config.models.server(role).model, options.sampling.model_dump(), options.prompt, names
