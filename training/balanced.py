"""Task-balanced batches (§4.2): every batch has the same number of prompts of each task type.

Ours: the remainder rotates between tasks, draws are seeded, the place is a small record that a checkpoint keeps, and a
task that runs dry is shuffled anew or retired. A batch names prompts; each is rolled out G times and cut over ranks by
the trainer, so that the same batch is the same on any number of ranks.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal

import numpy as np

from warehouse.identity import draw
from warehouse.records import Record


class BalanceOptions(Record):
    """How batches are drawn."""

    batch: int
    """Prompts of a batch."""
    seed: int = 0
    dry: Literal["reshuffle", "retire"] = "reshuffle"
    """What becomes of a task all of whose prompts were drawn."""


class Place(Record):
    """Where a sampler stands: all that a checkpoint has to keep."""

    batches: int = 0
    """Batches drawn."""
    turn: int = 0
    """Position, among the tasks in order of name, of the next to get one of a remainder."""
    drawn: dict[str, int] = {}  # noqa: RUF012
    """Prompts drawn by task, over all its passes."""


class Batch(Record):
    """Prompts of one batch, and where the sampler stands after it."""

    prompts: tuple[int, ...]
    """Indices into the dataset, task by task in order of name."""
    after: Place


class BalanceError(ValueError):
    """A dataset that cannot be drawn from in balance; the message names the task or the row."""


class BalancedBatches:
    """Batches of one dataset."""

    def __init__(
        self, tasks: Sequence[str], options: BalanceOptions, weights: Sequence[float] | None = None
    ) -> None:
        """Group the prompts by task.

        Args:
            tasks: task type of each prompt, in the order of the dataset.
            options: batch size, seed and what to do with a dry task.
            weights: of each prompt; among those of its task that are left it is the next one with a chance in
                proportion. All alike by default.

        Raises:
            BalanceError: a prompt has no task, there are none, or a batch is smaller than the number of tasks.
        """
        names, inverse = np.unique(np.asarray(tasks, dtype=object).astype(str), return_inverse=True)
        if not len(names):
            raise BalanceError("the dataset has no prompts")
        if "" in names:
            row = int(np.argmax(inverse == int(np.flatnonzero(names == "")[0])))
            raise BalanceError(f"row {row} has no task_type; every row of a snapshot has one")
        if options.batch < len(names):
            raise BalanceError(
                f"a batch of {options.batch} prompts cannot hold {len(names)} tasks; raise it"
            )
        order = np.argsort(inverse, kind="stable")
        cuts = np.cumsum(np.bincount(inverse))[:-1]
        self.options = options
        self._weights = None if weights is None else np.asarray(weights, float)
        if self._weights is not None and not (self._weights > 0).all():
            row = int(np.argmin(self._weights > 0))
            raise BalanceError(f"row {row} has the weight {self._weights[row]}; leave it out")
        self._of: Mapping[str, np.ndarray] = dict(
            zip(names.tolist(), np.split(order, cuts), strict=True)
        )
        self._shuffled = lru_cache(maxsize=2 * len(names))(self._shuffle)

    @property
    def tasks(self) -> tuple[str, ...]:
        """Task types in order of name."""
        return tuple(self._of)

    def batches(self, place: Place = Place()) -> Iterator[Batch]:  # noqa: B008
        """Yield batches from a place on; without end where dry tasks are shuffled anew.

        Where they are retired the batches go on with the tasks that are left, and end when those cannot fill one.
        """
        while (batch := self.batch(place)) is not None:
            yield batch
            place = batch.after

    def batch(self, place: Place) -> Batch | None:
        """Return the batch after a place, None where what is left does not fill one."""
        after = self.passed(place)
        if after is place:
            return None
        prompts: list[int] = []
        for task, end in after.drawn.items():
            start = place.drawn.get(task, 0)
            prompts += self._take(task, start, end - start)
        return Batch(prompts=tuple(prompts), after=after)

    def passed(self, place: Place) -> Place:
        """Return the place after the next batch without drawing it; the place itself where there is none."""
        counts, turn = self._counts(place)
        if sum(counts.values()) < self.options.batch:
            return place
        drawn = {task: place.drawn.get(task, 0) + count for task, count in counts.items()}
        return Place(batches=place.batches + 1, turn=turn, drawn=drawn)

    def left(self, place: Place) -> dict[str, int]:
        """Return the prompts of each task that were not drawn in its current pass."""
        if self.options.dry == "retire":
            return {t: max(0, len(own) - place.drawn.get(t, 0)) for t, own in self._of.items()}
        return {t: len(own) - place.drawn.get(t, 0) % len(own) for t, own in self._of.items()}

    def _counts(self, place: Place) -> tuple[dict[str, int], int]:
        """Return how many prompts each task gives to the next batch, and whose turn it then is."""
        room = (
            self.left(place)
            if self.options.dry == "retire"
            else dict.fromkeys(self._of, self.options.batch)
        )
        counts = dict.fromkeys(self._of, 0)
        wanted, turn = self.options.batch, place.turn
        while wanted and (open_ := [task for task in self._of if counts[task] < room[task]]):
            share = wanted // len(open_)
            if share:
                for task in open_:
                    counts[task] += min(share, room[task] - counts[task])
                wanted = self.options.batch - sum(counts.values())
                continue
            names = self.tasks
            while wanted:
                task = names[turn % len(names)]
                turn = (turn + 1) % len(names)
                if counts[task] < room[task]:
                    counts[task] += 1
                    wanted -= 1
                elif not any(counts[task] < room[task] for task in names):
                    break
        return counts, turn

    def _take(self, task: str, start: int, count: int) -> list[int]:
        """Return prompts of a task by their number over all its passes."""
        size = len(self._of[task])
        taken: list[int] = []
        while count:
            number, at = divmod(start, size)
            some = min(count, size - at)
            taken += self._shuffled(task, number)[at : at + some].tolist()
            start, count = start + some, count - some
        return taken

    def _shuffle(self, task: str, number: int) -> np.ndarray:
        """Return a task's prompts in the order of one of its passes."""
        stream, own = draw(self.options.seed, f"balanced|{task}|{number}"), self._of[task]
        if self._weights is None:
            return stream.permutation(own)
        # The first of exponential clocks that run at the rates of the weights rings in proportion to them.
        return own[np.argsort(stream.exponential(size=len(own)) / self._weights[own])]
