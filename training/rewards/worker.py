"""The process in which replies are compared, so that one that never ends or raises costs its own reward and no more.

    python -m training.rewards.worker OPTIONS_JSON

Reads a job a line, [answer_spec, reply, asked], and writes an outcome a line, both JSON. A timer interrupts what takes
too long, patterns too; it also ends the process where its parent is gone, since then there is no further line.
"""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from pydantic import ValidationError

from training.rewards.options import RewardOptions
from training.rewards.outcome import Outcome, outcome
from training.rewards.targets import read_target

READY = "ready"
TOO_LONG, RAISED, NO_TARGET = "took too long", "raised", "no target"
"""Rules of replies that could not be compared; such a reply is unscorable."""


class Job(NamedTuple):
    """A reply to compare."""

    spec: str
    """The target as JSON."""
    reply: str
    asked: str
    """The question and how its answer is to be written."""


class TimeUpError(Exception):
    """A comparison took longer than it may."""


def compared(job: Job, options: RewardOptions) -> Outcome:
    """Return the outcome of a reply, an unscorable one where there is none."""
    try:
        target = read_target(job.spec)
    except ValidationError as error:
        return Outcome(reward=None, rule=NO_TARGET, detail=str(error.errors()[0]["msg"]))
    try:
        with _limited(options.comparison_seconds):
            return outcome(target, job.reply, job.asked, options)
    except TimeUpError:
        return Outcome(reward=None, rule=TOO_LONG)
    except Exception as error:  # noqa: BLE001 - whatever a reply does to its rule, the rest of the batch goes on
        return Outcome(reward=None, rule=RAISED, detail=f"{type(error).__name__}: {error!a:.200}")


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise `TimeUpError` in the work inside where it takes longer; for the main thread."""

    def stop(number: int, frame: object) -> None:
        raise TimeUpError

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def main() -> None:
    """Answer jobs until there is no further line."""
    options = RewardOptions.model_validate_json(sys.argv[1])
    # What a library prints must not be read as an outcome.
    with os.fdopen(os.dup(1), "w", encoding="ascii") as answers:
        os.dup2(2, 1)
        print(READY, file=answers, flush=True)
        for line in sys.stdin.buffer:
            found = compared(Job(*json.loads(line)), options)
            print(json.dumps(found.model_dump()), file=answers, flush=True)


if __name__ == "__main__":
    main()
