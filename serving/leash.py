"""Runs a command that must not outlive the process that wanted it, however that one ended.

    python leash.py GRACE COMMAND...

The parent holds the other end of this process's standard input and keeps it open. When it ends (the parent closed it,
or is gone, killed outright too), or SIGTERM or SIGINT comes, the command and all that it started get SIGTERM, and
SIGKILL after GRACE seconds. If this process itself is killed, Linux ends the command. The exit code is the command's.
Standard library only: the file is run by its path, in no particular environment.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1


def _end_with_this_process() -> None:
    """In the child, before the command: have Linux send SIGTERM when the process that started it is gone."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _signal_group(group: int, number: int) -> bool:
    """Send a signal to all of a group; return whether it has anyone left."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # macOS says the latter of a group of the dead
        return False
    return True


def end_group(group: int, grace: float) -> None:
    """End a group in order, and at once what is left after the grace (seconds)."""
    end = time.monotonic() + grace
    alive = _signal_group(group, signal.SIGTERM)
    while alive and time.monotonic() < end:
        time.sleep(0.05)
        alive = _signal_group(group, 0)
    _signal_group(group, signal.SIGKILL)


def run(command: Sequence[str], grace: float) -> int:
    """Run a command on the leash; return its exit code, 128 + N if signal N ended it."""
    on_linux = sys.platform.startswith("linux")
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, start_new_session=True,
        preexec_fn=_end_with_this_process if on_linux else None,  # no thread runs yet
    )  # fmt: skip
    ending = threading.Event()

    def end() -> None:
        if not ending.is_set():
            ending.set()
            end_group(child.pid, grace)

    def watch() -> None:
        while os.read(0, 1024):
            continue
        end()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=end).start())
    threading.Thread(target=watch, daemon=True).start()
    code = child.wait()
    end_group(child.pid, grace)  # what the command left behind
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    try:
        sys.exit(run(sys.argv[2:], float(sys.argv[1])))
    except OSError as error:
        sys.exit(f"{sys.argv[2]}: {error.strerror}")
