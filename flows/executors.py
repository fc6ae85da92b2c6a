"""Where batches run: in spawned processes of this machine, or on Ray; `[run] executor` chooses (decision 0013).

The same functions of `flows.workers` run on both, from the same plain jobs, and the parent alone commits what they
wrote: the content cannot differ. A worker that is lost costs the batch it had, which is tried again.
"""

import multiprocessing
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from tqdm import tqdm

from flows.config import ConfigError, SynthesisConfig
from flows.workers import Job
from warehouse.shards import ShardSet

Work = Callable[[Job], ShardSet]
RAY = {"RAY_USAGE_STATS_ENABLED": "0"}
LOOKED_UP = ("auto",)
"""Addresses that Ray finds out itself."""
ANSWER_SECONDS = 10
THREADS = 4
"""Batches handed out at a time: more than workers, so that none waits for the parent."""


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


def _spawned(workers: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_live_with_parent)


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


@contextmanager
def workers(config: SynthesisConfig) -> Iterator[Processes | None]:
    """Give the worker processes; nothing where Ray has its own."""
    if config.run.executor == "ray":
        yield None
        return
    pool = Processes(config.extract.workers)
    try:
        yield pool
    except BaseException:
        pool.close(at_once=True)
        raise
    pool.close(at_once=False)


def task_runner(config: SynthesisConfig) -> TaskRunner[Any]:
    """Return Prefect's task runner for the configuration.

    Raises:
        ConfigError: Ray is asked for and not installed, or nothing answers at the address.
    """
    if config.run.executor == "process":
        return ThreadPoolTaskRunner(max_workers=THREADS)
    if find_spec("prefect_ray") is None:
        raise ConfigError(
            'run.executor = "ray": prefect-ray is not installed; pip install -e ".[ray]", or take "process"'
        )
    if config.run.address:
        look_for(config.run.address)
    for name, value in (RAY if config.run.address else RAY | _local_ray()).items():
        os.environ.setdefault(name, value)
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "error"}
    if not config.run.address:
        options |= {"num_cpus": config.extract.workers, "include_dashboard": False}
    return _ray_runner(config.run.address or None, options)


def look_for(address: str) -> None:
    """Look whether something answers where an instance should be: Ray itself goes on asking without end.

    Raises:
        ConfigError: nothing does, or the address has no port.
    """
    if address in LOOKED_UP:
        return
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdecimal():
        raise ConfigError(f'run.address: {address}: write it as "host:port", as ray start says it')
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWER_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise ConfigError(
            f"run.address: {address}: no Ray instance answers there ({error}); start one with "
            f"ray start --head --port {port}, or leave the address empty for one of the run's own"
        ) from error


def _local_ray() -> dict[str, str]:
    """Return the switches of an instance of our own, which listens to this machine alone."""
    return {
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # its name for: the loopback address only
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),  # else Ray leaves one in the user's folder
    }


def _ray_runner(address: str | None, options: dict[str, Any]) -> TaskRunner[Any]:
    from prefect_ray import RayTaskRunner  # pyright: ignore[reportMissingImports]

    class Runner(RayTaskRunner):
        """Keeps the handler of SIGTERM that was there: Ray's ends the process without a word."""

        def __enter__(self) -> "Runner":
            before = signal.getsignal(signal.SIGTERM)
            super().__enter__()
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGTERM, before)
            return self

    return Runner(address=address, init_kwargs=options)


@contextmanager
def server() -> Iterator[None]:
    """Have one Prefect server for the run and for workers elsewhere: the one that is given, or an embedded one.

    The embedded server heeds no signal, so that it is still there to be told how a run that was stopped ended; it
    ends with this process.
    """
    if PREFECT_API_URL.value():
        yield
        return
    from flows.embedded import EmbeddedServer  # here, because it takes a second to import

    embedded = EmbeddedServer()
    embedded.start()
    with temporary_settings({PREFECT_API_URL: embedded.api_url}):
        yield
