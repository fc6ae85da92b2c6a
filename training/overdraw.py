"""Which groups of a batch that was drawn too large are trained on: those whose rewards vary first, in balance.

A group whose rewards do not vary has no gradient (§4.2: balance must hold after such groups are dropped). Every rank
trains on as many groups as another, since its rows cannot change place without moving the rollouts.
"""

from collections.abc import Sequence

import numpy as np


def chosen_groups(varied: np.ndarray, tasks: Sequence[str], *, ranks: int, wanted: int) -> np.ndarray:  # fmt: skip
    """Return the groups to train on, ascending.

    Args:
        varied: of each group drawn whether its rewards differ, shape (P,); rank by rank, equally many each.
        tasks: task type of each.
        ranks: ranks.
        wanted: groups of the batch, a multiple of `ranks`.

    Among those that vary each next one is of the task with the fewest so far, the earliest drawn that has room on its
    rank; what is lacking is filled with others in the same way.
    """
    per_rank = len(varied) // ranks
    room = [wanted // ranks] * ranks
    taken: dict[str, int] = dict.fromkeys(tasks, 0)
    chosen: list[int] = []
    for wave in (np.flatnonzero(varied).tolist(), np.flatnonzero(~varied).tolist()):
        waiting = wave
        while waiting := [group for group in waiting if room[group // per_rank]]:
            group = min(waiting, key=lambda g: (taken[tasks[g]], g % per_rank, g))
            waiting.remove(group)
            chosen.append(group)
            room[group // per_rank] -= 1
            taken[tasks[group]] += 1
    return np.array(sorted(chosen), int)
