"""Where a run stands, in one small file under the home: what an interrupted run leaves for the next one to say.

The file is there from the start of a run to its sound end. Whether a run is still going is the lock's to say, so a
run that was killed outright is told from one that is at work.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from warehouse.manifest import holder, replace_file
from warehouse.records import Record

FILE = Path("runs") / "current.json"
KILLED = "killed"


class Stopped(Exception):
    """A run was stopped from outside."""

    def __init__(self, how: str, code: int) -> None:
        """Say how, and the exit code that tells it."""
        super().__init__(f"stopped ({how}); what is done is kept, run again to go on")
        self.code = code


class Terminated(BaseException):
    """SIGTERM, raised where it found the run, so that workers and the embedded server are ended on the way out."""


class Progress(Record):
    """The state of the run that writes a home, or of the last one that did not end well."""

    stage: str
    started: str
    """ISO 8601, UTC."""
    process: int
    flow_run: str = ""
    """Id of the Prefect flow run."""
    ended: str = ""
    """What ended it: `SIGINT`, `SIGTERM`, `cancelled in Prefect`, `failed: …`; empty while it runs or if killed."""


def begin(home: Path, flow_run: str) -> Progress:
    """Write down that a run has begun."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return write(home, Progress(stage="start", started=now, process=os.getpid(), flow_run=flow_run))


def write(home: Path, progress: Progress) -> Progress:
    """Replace the file."""
    path = home / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, progress.model_dump_json().encode("utf-8"))
    return progress


def finish(home: Path) -> None:
    """Take the file away: the run came to its end."""
    (home / FILE).unlink(missing_ok=True)


def last(home: Path) -> Progress | None:
    """Return what the file says, if it is there."""
    try:
        return Progress.model_validate_json((home / FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def unfinished(home: Path) -> Progress | None:
    """Return the state of the last run if it did not come to its end and is not at work."""
    return None if holder(home / ".lock") else last(home)


def in_words(progress: Progress) -> str:
    """Return what became of a run, and what to do."""
    ended = progress.ended or KILLED
    if ended.startswith("failed"):
        return f"the last run {ended.replace('failed', f'failed at stage {progress.stage}', 1)}; run again to go on"
    return f"the last run was interrupted at stage {progress.stage} ({ended}); run again to go on"


@contextmanager
def stoppable() -> Iterator[None]:
    """Turn SIGINT and SIGTERM into `Stopped`; for the main thread of the command line.

    Raises:
        Stopped: with exit code 130 or 143, as a shell reports these signals.
    """

    def terminate(_number: int, _frame: object) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    except KeyboardInterrupt as interrupt:
        raise Stopped("SIGINT", 128 + signal.SIGINT) from interrupt
    except Terminated as terminated:
        raise Stopped("SIGTERM", 128 + signal.SIGTERM) from terminated
    finally:
        signal.signal(signal.SIGTERM, before)
