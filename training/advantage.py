"""Advantages (7): the baseline is the mean of a prompt's group, the scale one function each.

All take rewards of shape (prompts, group) and the task type of each prompt, and return advantages of the same shape.
A reward that is NaN is unscorable (a judge that could not be read): it is left out of means and spreads and its
advantage is 0. Rewards that do not vary give 0. One trajectory counts once, whatever its turns and tokens.

Deviation: the spread is that of a sample (divisor n - 1), as in TRL, so that its own scales can be compared.
"""

from collections.abc import Callable, Sequence

import numpy as np

EPSILON = 1e-6
Scale = Callable[[np.ndarray, Sequence[str]], np.ndarray]


def centred(rewards: np.ndarray) -> np.ndarray:
    """Return rewards (P, G) less the mean of their group; unscorable ones stay NaN."""
    known = ~np.isnan(rewards)
    total = np.where(known, rewards, 0.0).sum(axis=1, keepdims=True)
    number = known.sum(axis=1, keepdims=True)
    return rewards - total / np.maximum(number, 1)


def unscaled(rewards: np.ndarray, tasks: Sequence[str]) -> np.ndarray:
    """Return A = r - group mean."""
    return _clean(centred(rewards))


def by_group(rewards: np.ndarray, tasks: Sequence[str]) -> np.ndarray:
    """Return A = (r - group mean) / (group std + epsilon), GRPO's own."""
    spread = np.array([_spread(row) for row in rewards]).reshape(-1, 1)
    return _clean(centred(rewards) / (spread + EPSILON))


def by_batch(rewards: np.ndarray, tasks: Sequence[str]) -> np.ndarray:
    """Return A = (r - group mean) / (std of all rewards of the batch + epsilon)."""
    return _clean(centred(rewards) / (_spread(rewards) + EPSILON))


def by_task(rewards: np.ndarray, tasks: Sequence[str]) -> np.ndarray:
    """Return A = (r - group mean) / (std of all rewards of the prompt's task in the batch + epsilon), equation (7)."""
    return _by_task(rewards, tasks, _spread)


def by_task_within(rewards: np.ndarray, tasks: Sequence[str]) -> np.ndarray:
    """Return A = (r - group mean) / (root of the mean within-group variance of the task + epsilon), TMN (method §6).

    A task's prompts may differ in difficulty: that difference is in (7)'s spread and not in this one.
    """

    def within(own: np.ndarray) -> float:
        return float(np.sqrt(np.mean([_spread(row) ** 2 for row in own])))

    return _by_task(rewards, tasks, within)


SCALES: dict[str, Scale] = {
    "task": by_task, "batch": by_batch, "group": by_group, "none": unscaled, "task_within": by_task_within,
}  # fmt: skip


def broadcast(advantages: np.ndarray, trajectory: np.ndarray) -> np.ndarray:
    """Return for rows (turns of trajectories) the advantage of their trajectory.

    Args:
        advantages: one per trajectory, shape (N,).
        trajectory: index of its trajectory for each row, shape (R,).
    """
    return advantages[trajectory]


def _by_task(
    rewards: np.ndarray, tasks: Sequence[str], spread: Callable[[np.ndarray], float]
) -> np.ndarray:
    names = np.asarray(tasks)
    if names.shape != rewards.shape[:1]:
        raise ValueError(f"{len(names)} tasks for rewards of shape {rewards.shape}: one per prompt")
    scale = np.ones(len(names))
    for name in np.unique(names):
        scale[names == name] = spread(rewards[names == name])
    return _clean(centred(rewards) / (scale[:, None] + EPSILON))


def _spread(values: np.ndarray) -> float:
    """Return the standard deviation of the known values, 0 for fewer than two or for equal ones."""
    known = values[~np.isnan(values)]
    if known.size < 2 or np.ptp(known) == 0:
        return 0.0
    return float(known.std(ddof=1))


def _clean(advantages: np.ndarray) -> np.ndarray:
    """Return advantages with those of unscorable rewards, and rounding of equal ones, at 0."""
    found = np.nan_to_num(advantages, nan=0.0)
    return np.where(np.abs(found) < 1e-9, 0.0, found)
