"""One run whose stages are timed, with Prefect or with plain threads in its place; `steadiness.py prefect` runs it.

It leads a process group of its own, in the environment that the command line gives Prefect.

python -m benchmarks.staged prefect|bare CONFIG DOCUMENTS HOME
"""

import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from flows import batches, pipeline
from flows.config import load_config
from flows.corpus import Corpus, FileEntry, survey
from flows.executors import THREADS, server, task_runner, workers
from flows.interruption import finished, recorded
from flows.quiet import prefect_home
from warehouse.store import Store


class Threads:
    """Stands where `run_batch` stands: the same work in the same workers, submitted from plain threads."""

    def __init__(self) -> None:
        """Have as many threads as Prefect's task runner has."""
        self._pool = ThreadPoolExecutor(THREADS)

    def with_options(self, **_options: object) -> Self:
        """Take a task's options and do without them."""
        return self

    def submit(self, work: Any, job: Any, run: Any) -> Future[Any]:
        """Run a job in a worker; the future is known by an id, as Prefect's are."""
        future: Any = self._pool.submit(run, work, job)
        future.task_run_id = uuid4()
        return future


def processor_seconds() -> float:
    """Return what the processes of this group, the workers and the server among them, have used of the processor."""
    ticks = 0
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if (
            int(fields[2]) == os.getpgrp()
        ):  # proc(5): the group, then user and system time, own and of the waited for
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


class Clock:
    """The stages of a run, timed."""

    def __init__(self) -> None:
        """Take the place of the pipeline's stages."""
        self.seconds = self.processor = 0.0
        self._stages = pipeline._stages
        pipeline._stages = self

    def __call__(self, engine: batches.Engine, entries: Sequence[FileEntry]) -> Any:
        """Run the stages."""
        start, used = time.perf_counter(), processor_seconds()
        published = self._stages(engine, entries)
        self.seconds, self.processor = time.perf_counter() - start, processor_seconds() - used
        return published


def main(mode: str, config_file: str, documents: str, home: Path) -> None:
    """Run once and print the seconds of the stages and of the processor: what comes before and after is not in it."""
    config = load_config(Path(config_file)).model_copy(update={"documents": documents})
    entries = survey(config, Path(documents), home / "inventory.json").entries
    clock = Clock()
    prefect_home(home)
    if mode == "prefect":
        flow = pipeline.synthesis_flow.with_options(task_runner=task_runner(config))
        with server():
            finished(flow(config, home, Corpus(entries), return_state=True))
    else:
        batches.run_batch = Threads()
        for record in ("record_read", "record_facts", "record_published"):
            setattr(pipeline, record, lambda *_: None)
        store = Store(home)
        with store.writing(), recorded(home) as recorder, workers(config) as pool:
            pipeline._stages(batches.Engine(store, pool, config, recorder), entries)
    print(clock.seconds, clock.processor)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]))
