"""One run whose stages are timed, with Prefect or with plain threads in its place; `steadiness.py prefect` runs it.

python -m benchmarks.staged prefect|bare CONFIG DOCUMENTS HOME
"""

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


class Clock:
    """The stages of a run, timed."""

    def __init__(self) -> None:
        """Take the place of the pipeline's stages."""
        self.seconds = 0.0
        self._stages = pipeline._stages
        pipeline._stages = self

    def __call__(self, engine: batches.Engine, entries: Sequence[FileEntry]) -> Any:
        """Run the stages."""
        start = time.perf_counter()
        published = self._stages(engine, entries)
        self.seconds = time.perf_counter() - start
        return published


def main(mode: str, config_file: str, documents: str, home: Path) -> None:
    """Run once and print the seconds of the stages: what comes before and after them is not in it."""
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
    print(clock.seconds)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]))
