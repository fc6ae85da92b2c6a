"""Where batches run: in spawned processes of this machine, or on Ray; `[run] executor` chooses (decision 0013).

The same functions of `flows.workers` run on both, from the same plain jobs, and the parent alone commits what they
wrote: the content cannot differ. A worker that is lost costs the batch it had, which is tried again.
"""

import os
import secrets
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows.config import ConfigError, SynthesisConfig
from flows.processes import Processes

RAY = {"RAY_USAGE_STATS_ENABLED": "0"}
LOOKED_UP = ("auto",)
"""Addresses that Ray finds out itself."""
ANSWER_SECONDS = 10
THREADS = 4
"""Batches handed out at a time: more than workers, so that none waits for the parent."""


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
