"""Which rows each micro-step of a rank works on, when some take no part: survivors last, skipped steps first.

A masked sequence costs no forward and no backward. All ranks skip the same micro-steps, as many as the fullest rank
allows: one that skipped alone would leave the others waiting in a collective. The empty ones come first, so that the
step that synchronises gradients is a real one. In a step all ranks have equally many rows, since TRL gathers one figure
per row.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Packing:
    """Micro-steps of one rank."""

    rows: tuple[tuple[int, ...], ...]
    """Rows of each micro-step; none for one that is skipped."""

    @property
    def skipped(self) -> int:
        """Micro-steps that are skipped."""
        return sum(not rows for rows in self.rows)


def pack(keep: Sequence[bool], *, most_kept: int, steps: int) -> Packing:
    """Return the micro-steps of a rank.

    Args:
        keep: whether each row of the rank takes part; as many rows as steps times rows per step.
        most_kept: rows that take part on the fullest rank.
        steps: micro-steps of a batch.

    A rank with fewer survivors than others works on a masked row in their place: its advantage is 0.
    """
    per_step = len(keep) // steps
    alive = [row for row, kept in enumerate(keep) if kept]
    idle = next((row for row, kept in enumerate(keep) if not kept), 0)
    needed = -(-most_kept // per_step)
    slots = [range(n * most_kept // needed, (n + 1) * most_kept // needed) for n in range(needed)]
    filled = [tuple(alive[s] if s < len(alive) else idle for s in step) for step in slots]
    return Packing(((),) * (steps - needed) + tuple(filled))
