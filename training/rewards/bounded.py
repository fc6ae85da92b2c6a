"""Comparisons in a process of their own, with an end: what hangs or kills it is one unscorable reply.

The process interrupts itself after the time limit; where even that does not help it is ended, and a new one goes on
with the next reply. Any thread may call; one batch is compared at a time.
"""

import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

from training.rewards.options import RewardOptions
from training.rewards.outcome import Outcome
from training.rewards.worker import READY, TOO_LONG, Job

START_SECONDS = 120.0
"""Longest start of the process: a machine that loads a model is slow."""
GRACE = 2.0
"""Seconds after the limit until the process is ended from outside."""
DIED = "comparing process ended"
"""Rule of a reply whose comparison ended the process."""
CHUNK = 65536


class WorkerError(RuntimeError):
    """The comparing process does not start; the message has the command that shows why."""


class Comparer:
    """The process, started by the first batch."""

    def __init__(self, options: RewardOptions, *, grace: float = GRACE) -> None:
        """Prepare; nothing is started yet.

        Args:
            options: settings.
            grace: seconds after the limit until the process is ended from outside.
        """
        self._options = options
        self._grace = grace
        self._process: subprocess.Popen[bytes] | None = None
        self._unread = b""
        self._lock = threading.Lock()

    def outcomes(self, jobs: Sequence[Job]) -> list[Outcome]:
        """Return the outcome of each job, in their order.

        Raises:
            WorkerError: the process does not start.
        """
        with self._lock:
            return [self._outcome(job) for job in jobs]

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    @property
    def pid(self) -> int | None:
        """The process's number, None where none is running."""
        return self._process.pid if self._process else None

    def _outcome(self, job: Job, *, again: bool = True) -> Outcome:
        process = self._process or self._started()
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(job).encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            # It ended before this reply, which is not to blame.
            self._end()
            return self._outcome(job, again=False) if again else Outcome(reward=None, rule=DIED)
        line = self._line(process, self._options.comparison_seconds + self._grace)
        if line:
            return Outcome.model_validate_json(line)
        self._end()
        return Outcome(reward=None, rule=DIED if line is None else TOO_LONG)

    def _started(self) -> "subprocess.Popen[bytes]":
        command = [
            sys.executable,
            "-m",
            "training.rewards.worker",
            self._options.model_dump_json(),
        ]
        # The packages are found where this process found them.
        path = os.pathsep.join(entry for entry in sys.path if entry)
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": path},
            start_new_session=True,
        )  # fmt: skip
        self._process, self._unread = process, b""
        if (self._line(process, START_SECONDS) or b"").strip() != READY.encode():
            self._end()
            raise WorkerError(
                f"the process that compares replies does not start; see why with: {sys.executable} -m "
                "training.rewards.worker '{}'"
            )
        return process

    def _line(self, process: "subprocess.Popen[bytes]", seconds: float) -> bytes | None:
        """Return the next line of the process, empty where it takes too long, None where the process ended."""
        assert process.stdout is not None
        file, end = process.stdout.fileno(), time.monotonic() + seconds
        while b"\n" not in self._unread:
            if not select.select([file], [], [], max(0.0, end - time.monotonic()))[0]:
                return b""
            read = os.read(file, CHUNK)
            if not read:
                return None
            self._unread += read
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue
        process.wait()
