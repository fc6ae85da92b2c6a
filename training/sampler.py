"""Balanced batches as a sampler for torch: the order and repetitions that TRL's own sampler has.

Every prompt of a batch is repeated G times, the batch as often as TRL takes micro-steps from one generation. The order
is the same on every rank and follows from the epoch alone, so that a resumed run, which skips what was drawn, goes on
with the same prompts.
"""

from collections.abc import Iterator

from torch.utils.data import Sampler

from training.balanced import BalancedBatches, Place


class BalancedSampler(Sampler[int]):
    """Indices of one epoch: as many batches as the dataset fills once."""

    def __init__(self, batches: BalancedBatches, *, group: int, repeats: int) -> None:
        """Prepare.

        Args:
            batches: balanced batches of the dataset.
            group: rollouts of a prompt.
            repeats: micro-steps of a batch.
        """
        self._batches = batches
        self._group = group
        self._repeats = repeats
        self._epoch = 0
        self.per_epoch = sum(batches.left(Place()).values()) // batches.options.batch
        """Batches of an epoch."""

    def set_epoch(self, epoch: int) -> None:
        """Go to an epoch, counted from 0; what earlier ones drew is passed over by counting."""
        self._epoch = epoch

    def __len__(self) -> int:
        """Return the indices of an epoch."""
        return self.per_epoch * self._batches.options.batch * self._group * self._repeats

    def __iter__(self) -> Iterator[int]:
        """Yield the indices of an epoch."""
        for prompts in self._drawn():
            for _ in range(self._repeats):
                for prompt in prompts:
                    yield from (prompt,) * self._group

    def _drawn(self) -> Iterator[tuple[int, ...]]:
        place = Place()
        if self._batches.options.dry == "reshuffle":
            for _ in range(self._epoch * self.per_epoch):
                place = self._batches.passed(place)
        for number, batch in enumerate(self._batches.batches(place)):
            if number == self.per_epoch:
                return
            yield batch.prompts
