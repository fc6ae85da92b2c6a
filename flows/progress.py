"""Where a run stands, in one small file under the home: what an interrupted run leaves for the next one to say.

The file is there from the start of a run to its sound end. Whether a run is still going is the lock's to say, so a
run that was killed outright is told from one that is at work.
"""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from pydantic import ValidationError

from warehouse.manifest import holder, replace_file
from warehouse.records import Record

FILE = Path("runs") / "current.json"
KILLED = "killed"
_asked: ContextVar[list[signal.Signals] | None] = ContextVar("asked", default=None)
"""Signals that asked the run to stop, kept because Python drops an exception that is raised in a callback or in
`__del__`; none outside `stoppable`."""


class Stopped(Exception):
    """A run was stopped from outside."""

    def __init__(self, how: str, code: int) -> None:
        """Say how, and the exit code that tells it."""
        super().__init__(f"stopped ({how}); what is done is kept, run again to go on")
        self.how = how
        self.code = code

    def __reduce__(self) -> tuple[type["Stopped"], tuple[str, int]]:
        """Keep both arguments where a task's exception is copied."""
        return (Stopped, (self.how, self.code))


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
    """Turn SIGINT and SIGTERM into `Stopped`, even where the exception they raise is lost; for the main thread.

    Raises:
        Stopped: with exit code 130 or 143, as a shell reports these signals.
    """

    def terminate(_number: int, _frame: object) -> None:
        raise Terminated

    asked: list[signal.Signals] = []
    token = _asked.set(asked)
    before = signal.signal(signal.SIGTERM, terminate)
    try:
        with noted(signal.SIGINT), noted(signal.SIGTERM):
            yield
    except KeyboardInterrupt as interrupt:
        raise _stopped(signal.SIGINT) from interrupt
    except Terminated as terminated:
        raise _stopped(signal.SIGTERM) from terminated
    except Exception as error:
        # Where an exception cannot be raised as itself, what breaks there is raised in its place.
        if asked:
            raise _stopped(asked[0]) from error
        raise
    finally:
        signal.signal(signal.SIGTERM, before)
        _asked.reset(token)
    if asked:
        raise _stopped(asked[0])


def _stopped(number: signal.Signals) -> Stopped:
    return Stopped(number.name, 128 + number)


@contextmanager
def noted(number: signal.Signals) -> Iterator[None]:
    """Keep for `interrupted` that a signal came, before the handler of now raises what it raises.

    In a `__del__` it raises nothing. Nothing is changed outside `stoppable`, in other threads, or where the signal is
    ignored.
    """
    asked, before = _asked.get(), signal.getsignal(number)
    main = threading.current_thread() is threading.main_thread()
    if asked is None or not main or not callable(before):
        yield
        return

    def note(came: int, frame: FrameType | None) -> None:
        asked.append(number)
        if not _in_finaliser(frame):
            before(came, frame)

    signal.signal(number, note)
    try:
        yield
    finally:
        signal.signal(number, before)


def _in_finaliser(frame: FrameType | None) -> bool:
    """Whether an exception raised here would be printed and dropped, because a `__del__` is running."""
    while frame is not None:
        if frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False


def interrupted() -> signal.Signals | None:
    """Return the signal that asked the run to stop, if one did, whatever became of its exception."""
    asked = _asked.get()
    return asked[0] if asked else None
