"""Spawned worker processes of a run, which end with it; what starts them imports no Prefect."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib.abc import MetaPathFinder

from tqdm import tqdm

from flows.jobs import Job
from warehouse.shards import ShardSet

Work = Callable[[Job], ShardSet]


class WorkersGone(Exception):
    """The run is ending and its workers are stopped: the batch is left for the next run."""


class BatchLost(Exception):
    """A batch that cannot be cut lost its worker at each try; the message names it."""


class Processes:
    """Spawned worker processes; a pool that lost one is replaced, since Python gives up on all of it."""

    def __init__(self, workers: int) -> None:
        """Say how many; they are started with the first batch."""
        self._workers = workers
        self._mutex = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._closed = False

    def run(self, work: Work, job: Job) -> ShardSet:
        """Run one job in a worker.

        Raises:
            BrokenProcessPool: a worker was lost, and this batch may have been its; the next try has new workers.
            WorkersGone: the run is ending.
        """
        return self._run(self._current(), work, job)

    def alone(self, work: Work, job: Job) -> ShardSet:
        """Run one job in a process of its own, whose end is nobody else's doing.

        Raises:
            BrokenProcessPool: the process was lost.
            WorkersGone: the run is ending.
        """
        with _spawned(1) as pool:
            return self._run(pool, work, job)

    def _run(self, pool: ProcessPoolExecutor, work: Work, job: Job) -> ShardSet:
        try:
            return pool.submit(work, job).result()
        except RuntimeError as error:
            with self._mutex:
                if self._closed:
                    raise WorkersGone from error
                if isinstance(error, BrokenProcessPool) and self._pool is pool:
                    self._pool = None
            raise

    def _current(self) -> ProcessPoolExecutor:
        with self._mutex:
            if self._closed:
                raise WorkersGone
            if self._pool is None:
                self._pool = _spawned(self._workers)
            return self._pool

    def close(self, *, at_once: bool) -> None:
        """End the workers: after their batches, or at once."""
        with self._mutex:
            self._closed = True
            pool = self._pool
        if at_once:
            for process in multiprocessing.active_children():  # a flow's process has no others
                process.kill()
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=at_once)


class _WithoutTorch(MetaPathFinder):
    """Hides torch, which spaCy imports where it is installed: seconds and 200 MB that no worker has a use for."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Refuse torch.

        Raises:
            ModuleNotFoundError: it is asked for.
        """
        if fullname == "torch":
            raise ModuleNotFoundError("workers do without torch", name="torch")


def _spawned(workers: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_begin)


def _begin() -> None:
    sys.meta_path.insert(0, _WithoutTorch())
    _live_with_parent()


def _live_with_parent() -> None:
    """Leave the terminal's interrupt to the parent, and end when the parent is gone, however it went."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    # A progress bar's lock is a semaphore by default, and one that a stopped worker leaves behind is complained of.
    tqdm.set_lock(threading.RLock())
