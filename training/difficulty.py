"""Which prompts a stage trains on: a draw in equal parts by difficulty before it, weights from its rewards after it.

Before training the base model's pass rates are cut into bins of equal width that are drawn from equally. Between stages
prompts that were always right leave, the others carry over with weight 1 / mean reward, under the limits of the next
stage (difficulty-aware retrospective sampling).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from warehouse.identity import rank

LEAST_REWARD = 1 / 16
"""Mean reward that a weight is bounded by: a prompt that was never right would weigh without end."""


@dataclass(frozen=True)
class Stratum:
    """One bin of difficulty."""

    low: float
    high: float
    """Pass rates from `low` up to `high`, the last bin with its end."""
    members: int
    drawn: int


@dataclass(frozen=True)
class StratifiedDraw:
    """Prompts drawn, and from where."""

    prompts: tuple[int, ...]
    """Indices, ascending."""
    strata: tuple[Stratum, ...]


def stratified(
    ids: Sequence[str], pass_rates: np.ndarray, *, bins: int, wanted: int, seed: int
) -> StratifiedDraw:
    """Return prompts drawn equally from bins of pass rate; what a small bin lacks is taken from the others.

    Args:
        ids: content id of each prompt, which decides its turn.
        pass_rates: from 0 to 1, shape (N,); NaN is unknown and not drawn.
        bins: bins of equal width.
        wanted: prompts to draw, all that are known if there are fewer.
        seed: of the draw.
    """
    known = np.flatnonzero(~np.isnan(pass_rates))
    number = np.minimum((pass_rates[known] * bins).astype(int), bins - 1)
    members = [
        sorted(known[number == b].tolist(), key=lambda i: rank(seed, ids[int(i)]))
        for b in range(bins)
    ]
    counts = _levels([len(own) for own in members], min(wanted, len(known)))
    strata = tuple(
        Stratum(b / bins, (b + 1) / bins, len(members[b]), counts[b]) for b in range(bins)
    )
    taken = [i for own, count in zip(members, counts, strict=True) for i in own[:count]]
    return StratifiedDraw(tuple(sorted(taken)), strata)


def _levels(sizes: Sequence[int], wanted: int) -> list[int]:
    """Return how many of each bin are taken: equal as far as sizes allow, the rest one each from the first bins."""
    counts = [0] * len(sizes)
    while left := wanted - sum(counts):
        open_ = [b for b, size in enumerate(sizes) if counts[b] < size]
        share = left // len(open_)
        for b in open_ if share else open_[:left]:
            counts[b] += min(max(share, 1), sizes[b] - counts[b])
    return counts


def retrospective_weights(
    mean_rewards: np.ndarray, prompt_tokens: np.ndarray, *, longest_prompt: int
) -> np.ndarray:
    """Return the weight of each prompt in the next stage, 0 for those that leave.

    Args:
        mean_rewards: mean reward of each prompt's rollouts in the last stage, 0 to 1, shape (N,); NaN where it was
            not rolled out, which keeps it at weight 1.
        prompt_tokens: length of each prompt, shape (N,).
        longest_prompt: limit of the next stage, in tokens.
    """
    weights = 1.0 / np.maximum(np.nan_to_num(mean_rewards, nan=1.0), LEAST_REWARD)
    leaves = (mean_rewards >= 1.0) | (prompt_tokens > longest_prompt)
    return np.where(leaves, 0.0, weights)
