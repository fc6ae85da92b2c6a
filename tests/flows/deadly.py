"""Reading and extraction of documents that kill the process that works on them, for tests.

A file whose name begins with `deadly-read` kills its reading, one with `deadly-facts` its extraction. Both stages are
the product's own, with real processes; only what kills is given. Workers import this module and no Prefect.
"""

import os
import signal
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from flows.config import Run, Source, SynthesisConfig
from flows.corpus import inventory
from flows.fingerprints import extract_fingerprint, ingest_fingerprint
from flows.jobs import Job
from flows.workers import extract_job, ingest_job
from warehouse.shards import ShardSet
from warehouse.store import Store


def _die(sources: Iterable[str], mark: str) -> None:
    if any(mark in source for source in sources):
        os.kill(os.getpid(), signal.SIGKILL)


def deadly_ingest(job: Job) -> ShardSet:
    _die((entry.source for entry in job.entries), "/deadly-read")
    return ingest_job(job)


def deadly_extract(job: Job) -> ShardSet:
    frame = pl.read_parquet([Path(job.home) / file for file in job.documents], glob=False)
    _die(frame.filter(pl.col("id").is_in(list(job.ids)))["source"], "/deadly-facts")
    return extract_job(job)


def whole_world(job: Job) -> ShardSet:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError(job.fingerprint)


def run(home: str, documents: str, executor: str) -> None:
    """Read and extract, then lose the worker of a job that cannot be cut."""
    from prefect import flow

    from flows.executors import server, task_runner

    config = SynthesisConfig(
        documents=documents, sources=(Source(path="general", category="general"),),
        run=Run(executor="ray" if executor == "ray" else "process"),
    )  # fmt: skip
    job = flow(validate_parameters=False, persist_result=False)(stages)  # pyright: ignore[reportCallIssue]
    with server():
        job.with_options(task_runner=task_runner(config))(config, Path(home))


def stages(config: SynthesisConfig, home: Path) -> None:
    from flows.batches import Engine, Stage, run_stage
    from flows.executors import workers
    from flows.interruption import recorded
    from flows.known import current_index

    store = Store(home)
    entries = inventory(config, Path(config.documents), home / "inventory.json")
    common = {"home": str(home), "config": config}
    with store.writing(), recorded(home) as recorder, workers(config) as pool:
        engine = Engine(store, pool, config, recorder)
        read = ingest_fingerprint(config)
        stage = Stage("ingest", deadly_ingest, {entry.id: entry.source for entry in entries})
        batches = (tuple(entries[:2]), tuple(entries[2:]))
        run_stage(engine, stage, [Job(**common, fingerprint=read, entries=b) for b in batches])
        names = {row.document_id: row.source for row in current_index(store, config, entries)}
        tables = {
            table: tuple(shard.file for shard in store.shards(table, {"ingest": read}))
            for table in ("documents", "sections")
        }
        extracted = extract_fingerprint(config)
        job = Job(**common, fingerprint=extracted, ids=tuple(names), **tables)
        run_stage(engine, Stage("extract", deadly_extract, names), [job])
        world = Job(**common, fingerprint="w", split="train")
        run_stage(engine, Stage("generate", whole_world, {}), [world])
