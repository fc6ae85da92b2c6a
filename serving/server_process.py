"""A model server as a child process, from its start to its first healthy answer to its end; or one that runs already.

The child is on a leash (`serving.leash`): it ends with the block that wanted it, and with the process of that block,
killed or not. What it prints goes to a file, whose last lines are in the error if it does not come up.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx

from serving import leash
from warehouse.records import Record

LAST_LINES = 30
ANSWER_SECONDS = 5.0
"""For one look at an address."""
BETWEEN_LOOKS = 0.2
OVERTIME = 5.0
"""Seconds beyond the grace after which the leash itself is killed."""


class ServerFailed(Exception):
    """A server did not come up, or does not answer; the message has its last lines."""


class Running(Record):
    """A server that answers."""

    base_url: str
    """What an OpenAI client takes, with `/v1`."""
    model: str
    """The name to ask for."""
    models: tuple[str, ...]
    """All names that the server has; adapters are models too."""
    process: int
    """Process id of the leash; 0 for a server that was not started here."""
    log: str
    """File of what the server prints; empty for a server that was not started here."""
    seconds: float
    """From the start to the first healthy answer."""

    def alive(self) -> bool:
        """Whether the process that was started still runs."""
        if not self.process:
            return True
        return os.waitid(os.P_PID, self.process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


class Launch(Record):
    """How a server is started."""

    command: tuple[str, ...]
    base_url: str
    variables: tuple[tuple[str, str], ...] = ()
    """Environment variables beyond this process's own."""
    log: str = ""
    """File for what the server prints; a temporary one, which stays only after a failure, if empty."""
    startup_seconds: float = 600.0
    """Until the first healthy answer."""
    grace_seconds: float = 20.0
    """For an end in order."""


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that nothing listens on now."""
    with socket.create_server((host, 0)) as listener:
        return listener.getsockname()[1]


def attached(base_url: str, model: str = "") -> Running:
    """Return a server that runs already.

    Args:
        base_url: with `/v1`.
        model: the name to ask for; the first that the server lists if empty.

    Raises:
        ServerFailed: the address does not answer, or has no such model.
    """
    try:
        answer = httpx.get(f"{base_url}/models", timeout=ANSWER_SECONDS, trust_env=False)
        answer.raise_for_status()
        names = tuple(entry["id"] for entry in answer.json()["data"])
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ServerFailed(f"{base_url} does not answer: {error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ServerFailed(f"{base_url}/models is not what OpenAI's is") from error
    if not names or (model and model not in names):
        raise ServerFailed(
            f"{base_url} has no model {model!r}; it has {', '.join(names) or 'none'}"
        )
    return Running(
        base_url=base_url, model=model or names[0], models=names, process=0, log="", seconds=0.0
    )  # fmt: skip


@contextmanager
def started(launch: Launch) -> Iterator[Running]:
    """Run a server for the length of a block.

    Raises:
        ServerFailed: it ended before it answered, or did not answer in time.
    """
    log = Path(launch.log or tempfile.mkstemp(prefix="server-", suffix=".log")[1])
    began = time.monotonic()
    with log.open("wb") as output:
        process = leashed(launch.command, output, launch.grace_seconds, dict(launch.variables))
    try:
        _await_health(launch, process, log)
        yield attached(launch.base_url).model_copy(
            update={
                "process": process.pid,
                "log": str(log),
                "seconds": round(time.monotonic() - began, 2),
            }
        )
        if not launch.log:
            log.unlink(missing_ok=True)
    finally:
        let_go(process, launch.grace_seconds)


def _await_health(launch: Launch, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return when the server answers."""
    address = launch.base_url.removesuffix("/v1") + "/health"
    end = time.monotonic() + launch.startup_seconds
    with httpx.Client(timeout=ANSWER_SECONDS, trust_env=False) as client:
        while time.monotonic() < end:
            if (code := process.poll()) is not None:
                raise ServerFailed(
                    f"{launch.command[0]} ended with code {code} before it answered:\n{last_lines(log)}"
                )
            if _healthy(client, address):
                return
            time.sleep(BETWEEN_LOOKS)
    raise ServerFailed(
        f"{launch.command[0]} did not answer within {launch.startup_seconds:g} s:\n{last_lines(log)}"
    )


def _healthy(client: httpx.Client, address: str) -> bool:
    try:
        return client.get(address).is_success
    except httpx.HTTPError:
        return False


def last_lines(log: Path) -> str:
    """Return the last lines of a log, and where the whole is."""
    lines = log.read_text("utf-8", errors="replace").splitlines()[-LAST_LINES:]
    return "\n".join([*lines, f"(all of it: {log})"])


def leashed(
    command: Sequence[str], output: IO[bytes], grace: float, variables: Mapping[str, str]
) -> "subprocess.Popen[bytes]":
    """Start a command on the leash: it and all that it starts end with this process, or by `let_go`.

    Args:
        command: what is started.
        output: file of what it prints.
        grace: for an end in order, seconds.
        variables: of the environment, beyond this process's own.
    """
    return subprocess.Popen(
        [sys.executable, "-P", leash.__file__, str(grace), *command], stdin=subprocess.PIPE,
        stdout=output, stderr=output, env=os.environ | variables, start_new_session=True,
    )  # fmt: skip


def let_go(process: "subprocess.Popen[bytes]", grace: float) -> None:
    """Let go of the leash, and wait until the command is gone."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(grace + OVERTIME)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
