"""A run that is stopped from outside: what Prefect and the home are told, and what the command line raises.

SIGINT and SIGTERM end a run at once, or before its next batch, stage or end where the exception they raise is lost. A
flow run that is cancelled in Prefect is noticed between batches and stages, since nobody but the run itself can stop
it where no Prefect worker started it. In each case workers end, what is committed stays, and the next run goes on. A
run that was killed outright could tell nobody: the next one tells Prefect.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.exceptions import PrefectException, TerminationSignal
from prefect.states import Cancelled, Crashed

from flows.processes import BatchLost
from flows.progress import Progress, Stopped, begin, finish, interrupted, last, noted, write

CANCELLED = "cancelled in Prefect"
CANCELLED_CODE = 4


class Cancellation(Exception):
    """The flow run was cancelled in Prefect."""


class Recorder:
    """Keeps the progress file of one run, and looks whether the run is still wanted."""

    def __init__(self, home: Path, flow_run: str) -> None:
        """Write down that the run has begun."""
        self._home = home
        self._flow_run = flow_run
        self._now = begin(home, flow_run)

    def stage(self, name: str) -> None:
        """Write down that a stage begins, if the run is still wanted (`look`)."""
        self.look()
        self._now = write(self._home, self._now.model_copy(update={"stage": name}))

    def ended(self, how: str) -> None:
        """Write down what ended the run."""
        self._now = write(self._home, self._now.model_copy(update={"ended": how}))

    def heed(self) -> None:
        """Stop if a signal asked for it and its exception did not.

        Raises:
            KeyboardInterrupt: after SIGINT.
            TerminationSignal: after SIGTERM.
        """
        asked = interrupted()
        if asked == signal.SIGINT:
            raise KeyboardInterrupt
        if asked == signal.SIGTERM:
            raise TerminationSignal(signal=signal.SIGTERM)

    def look(self) -> None:
        """Look at the flow run's state, and whether a signal came.

        Raises:
            Cancellation: it was cancelled.
            KeyboardInterrupt, TerminationSignal: as `heed`.
        """
        self.heed()
        if not self._flow_run:
            return
        try:
            with get_client(sync_client=True) as client:
                state = client.read_flow_run(UUID(self._flow_run)).state
        except (httpx.HTTPError, PrefectException):
            return  # a server that does not answer cancels nothing
        if state is not None and (state.is_cancelling() or state.is_cancelled()):
            raise Cancellation(f"{CANCELLED} at stage {self._now.stage}")


@contextmanager
def recorded(home: Path) -> Iterator[Recorder]:
    """Keep the progress file while the block runs, and leave in it what ended the block if that was not its end."""
    left = last(home)
    if left is not None and left.flow_run:
        _tell_crashed(left)
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    recorder = Recorder(home, str(run.id) if run else "")
    try:
        with noted(signal.SIGTERM):  # Prefect has a handler of its own for the time of the flow
            try:
                yield recorder
            except Exception:
                recorder.heed()  # what breaks where a signal's exception came is not what ended the run
                raise
            recorder.look()
    except KeyboardInterrupt:
        recorder.ended("SIGINT")
        raise
    except TerminationSignal:
        recorder.ended("SIGTERM")
        raise
    except Cancellation:
        recorder.ended(CANCELLED)
        raise
    except Stopped as stopped:
        recorder.ended(stopped.how[:300])
        raise
    except Exception as error:
        recorder.ended(f"failed: {type(error).__name__}: {error}"[:300])
        raise
    finish(home)


def _tell_crashed(left: Progress) -> None:
    """Give the flow run of a killed run its last state, if the server knows it and still thinks that it runs."""
    try:
        with get_client(sync_client=True) as client:
            run = client.read_flow_run(UUID(left.flow_run))
            if run.state is not None and not run.state.is_final():
                message = f"Stopped at stage {left.stage} without a word; found by the next run."
                client.set_flow_run_state(run.id, Crashed(message=message), force=True)
    except (httpx.HTTPError, PrefectException, ValueError):
        return


def _tell_cancelled(state: State[Any]) -> None:
    """Give a flow run that was cancelled when it had ended its last state, which nobody else would."""
    run = state.state_details.flow_run_id
    try:
        with get_client(sync_client=True) as client:
            if run is not None:
                client.set_flow_run_state(
                    run, Cancelled(message=f"{CANCELLED} at its end"), force=True
                )
    except (httpx.HTTPError, PrefectException):
        return


def finished(state: State[Any]) -> Any:
    """Return what a flow run came to.

    Raises:
        Stopped: it was cancelled, a batch that cannot be cut lost its worker, models can be asked nothing more, or
            Ray went away beneath it.
        Exception: what it failed with.
    """
    if state.is_cancelling():
        _tell_cancelled(state)
    if state.is_cancelling() or state.is_cancelled():
        raise Stopped(state.message or CANCELLED, CANCELLED_CODE)
    try:
        return state.result()
    except BatchLost as error:
        raise Stopped(str(error), 1) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] == "ray":
            raise Stopped(f"Ray: {type(error).__name__}", 1) from error
        raise
