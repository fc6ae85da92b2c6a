"""The batches of a stage: handed out as Prefect tasks, committed as they are done (method 2.1; decision 0016).

A batch that loses its worker at each try is run again in a process of its own, so that the loss is its own doing, and
is cut in halves until one input is left. That input is a row of the ledger, and everything else goes on.
"""

import queue
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture

from flows.config import SynthesisConfig
from flows.interruption import Recorder
from flows.jobs import Job
from flows.processes import BatchLost, Processes, Work
from serving.budget import Budget
from serving.estimate import Estimate
from warehouse.records import Outcome
from warehouse.shards import ShardSet
from warehouse.store import Store

TRANSIENT = (OSError, BrokenProcessPool, TimeoutError)
"""Faults worth another try; anything else is the same fault again."""
RAY_LOST = ("WorkerCrashedError", "OutOfMemoryError", "NodeDiedError")
"""Ray's names for a worker that is gone."""
WATCH_SECONDS = 2.0
"""Between looks at whether the run was cancelled."""
KILLED = "killed its worker"

Run = Callable[[Work, Job], ShardSet]


@dataclass
class Engine:
    """What every stage of a run shares: the store it writes, the worker processes, the record of where it stands."""

    store: Store
    pool: Processes | None
    config: SynthesisConfig
    recorder: Recorder
    costs: Callable[[Mapping[str, Collection[str]]], Sequence[Estimate]] = lambda given: ()
    """What stages that ask models will cost as things stand, given the inputs that a stage is about to ask about."""
    retry: bool = False
    """Whether questions that were not answered in time are asked again."""

    @cached_property
    def budget(self) -> Budget:
        """What the run's stages may together spend on models."""
        return Budget(self.config.models.caps)


@dataclass(frozen=True)
class Stage:
    """What a stage does with a job."""

    name: str
    work: Work
    inputs: Mapping[str, str]
    """Id → name of the inputs that jobs can be cut into; empty where each job is one thing."""


def _transient(_task: object, _run: object, state) -> bool:
    """Whether a failed task is worth another try (Prefect's retry condition)."""
    try:
        state.result()
    except TRANSIENT:
        return True
    except BaseException:  # noqa: BLE001 - the state's own exception is only looked at, Prefect raises it
        return False
    return False


@task(
    name="batch", retries=2, retry_delay_seconds=[1, 5], retry_condition_fn=_transient,
    cache_policy=NO_CACHE, persist_result=False, log_prints=False,
)  # fmt: skip
def run_batch(work: Work, job: Job, run: Run | None) -> ShardSet:
    """Run one job in a worker process, or here where Prefect has sent the task to a worker; nothing is committed."""
    return run(work, job) if run else work(job)


def run_stage(engine: Engine, stage: Stage, jobs: Iterable[Job]) -> None:
    """Run the jobs and commit each as it is done; what fails for good is raised when the others are in.

    Raises:
        BatchLost: a job that cannot be cut lost its worker at each try.
        Exception: what else a job failed with.
    """
    engine.recorder.stage(stage.name)
    failures: list[Exception] = []
    for job, error in _run_all(engine, stage, list(jobs)):
        failures += _cut_down(engine, stage, job) if _lost(error) else [error]
    if failures:
        raise failures[0]


def _run_all(
    engine: Engine, stage: Stage, jobs: Sequence[Job], *, alone: bool = False
) -> list[tuple[Job, Exception]]:
    """Run the jobs and commit what they wrote; return those that failed for good, each with its fault."""
    run = None if engine.pool is None else engine.pool.alone if alone else engine.pool.run
    tries = 2 if not alone else 0 if _halves(jobs[0]) else 1
    batch = run_batch.with_options(name=stage.name, retries=tries)
    futures = [batch.submit(stage.work, job, run) for job in jobs]
    of: dict[UUID, Job] = {f.task_run_id: job for f, job in zip(futures, jobs, strict=True)}
    done: queue.SimpleQueue[PrefectFuture[ShardSet]] = queue.SimpleQueue()
    for future in futures:
        future.add_done_callback(done.put)
    failed: list[tuple[Job, Exception]] = []
    looked = time.monotonic()
    while of:
        if time.monotonic() - looked > WATCH_SECONDS:
            engine.recorder.look()
            looked = time.monotonic()
        engine.recorder.heed()
        try:
            future = done.get(timeout=WATCH_SECONDS)
        except queue.Empty:
            continue
        job = of.pop(future.task_run_id)
        try:
            engine.store.commit_shards(future.result())
        except Exception as error:  # noqa: BLE001 - the caller's to raise, when the others are in
            failed.append((job, error))
    return failed


def _lost(error: Exception) -> bool:
    """Whether a batch ended because its worker did."""
    module, name = type(error).__module__.partition(".")[0], type(error).__name__
    return isinstance(error, BrokenProcessPool) or (module == "ray" and name in RAY_LOST)


def _cut_down(engine: Engine, stage: Stage, job: Job) -> list[Exception]:
    """Run a job that lost its worker by itself, in ever smaller parts; return what they failed with otherwise."""
    failures: list[Exception] = []
    left = [job]
    while left:
        part = left.pop()
        for _, error in _run_all(engine, stage, [part], alone=True):
            if not _lost(error):
                failures.append(error)
            elif not stage.inputs:
                what = f"{part.split} {part.category}"
                failures.append(
                    BatchLost(f"{stage.name}: {what} {KILLED} at each try, perhaps for memory")
                )
            elif halves := _halves(part):
                left += halves
            else:
                _blame(engine, stage, part)
    return failures


def _halves(job: Job) -> list[Job]:
    """Return the two halves of a job's files or documents, nothing where it has one."""
    for field in ("entries", "ids"):
        held = getattr(job, field)
        if len(held) > 1:
            middle = len(held) // 2
            return [job.model_copy(update={field: part}) for part in (held[middle:], held[:middle])]
    return []


def _blame(engine: Engine, stage: Stage, job: Job) -> None:
    """Give the one input of a job the outcome that it killed its worker."""
    identity = job.entries[0].id if job.entries else job.ids[0]
    outcome = Outcome(
        stage=stage.name, input_id=identity, status="errored", reason=KILLED,
        detail=f"{stage.inputs[identity]}: alone in its process, perhaps for memory", n_out=0,
    )  # fmt: skip
    engine.store.commit(stage.name, job.fingerprint, tables={}, outcomes=[outcome])
