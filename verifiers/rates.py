"""Rates of success and how sure they are (method 2.5, steps 3, 4 and 6).

pass@k over n attempts of which c were right is estimated without bias by 1 − C(n−c, k) / C(n, k), the share of the
k-subsets of the attempts that hold a right one. Its interval is Wilson's for the rate of single attempts, carried
through p → 1 − (1 − p)^k: that map is monotone, so the coverage stays, and with the handful of attempts that a sample
gets a bootstrap would call none right out of eight certain. Means over samples are bootstrapped by sample, since the
attempts of one sample hang together; where all samples have one rate a bootstrap would call it certain, and the
interval is Wilson's with a sample for an attempt, which errs on the wide side.
"""

import math
from collections.abc import Sequence

import numpy as np

from warehouse.identity import draw
from warehouse.records import Record

Z = 1.959964
"""Of a normal distribution, 97.5 % lie under it."""
RESAMPLES = 2_000


class Interval(Record):
    """A 95 % interval of a rate, 0 to 1."""

    low: float
    high: float


def pass_at_k(n: int, c: int, k: int) -> float:
    """Return the unbiased estimate of the chance that k attempts hold a right one, from n of which c were right.

    Raises:
        ValueError: not 1 ≤ k ≤ n, or not 0 ≤ c ≤ n.
    """
    _checked(n, c, k)
    return 1 - math.comb(n - c, k) / math.comb(n, k)


def wilson(n: int, c: int) -> Interval:
    """Return Wilson's interval of a rate of which c in n were seen.

    Raises:
        ValueError: n is 0, or not 0 ≤ c ≤ n.
    """
    _checked(n, c, 1)
    return _wilson(c / n, n)


def _wilson(p: float, n: int) -> Interval:
    spread = Z * Z / n
    centre = p + spread / 2
    half = Z * math.sqrt(p * (1 - p) / n + spread / (4 * n))
    return Interval(
        low=max((centre - half) / (1 + spread), 0.0) if p > 0 else 0.0,
        high=min((centre + half) / (1 + spread), 1.0) if p < 1 else 1.0,
    )


def pass_at_k_interval(n: int, c: int, k: int) -> Interval:
    """Return the interval of pass@k: Wilson's of the single rate, each end as the chance of one right among k.

    Raises:
        ValueError: as `pass_at_k`.
    """
    _checked(n, c, k)
    single = wilson(n, c)
    return Interval(low=1 - (1 - single.low) ** k, high=1 - (1 - single.high) ** k)


def mean_interval(rates: Sequence[float], seed: int) -> Interval:
    """Return the percentile bootstrap interval of the mean of one rate per sample; Wilson's where all are the same.

    Raises:
        ValueError: there are no rates.
    """
    if not rates:
        raise ValueError("no rates to take the mean of")
    if min(rates) == max(rates):
        return _wilson(rates[0], len(rates))
    stream = draw(seed, f"bootstrap|{len(rates)}")
    values = np.asarray(rates, dtype=np.float64)
    size = len(values)
    means = [float(values[stream.integers(size, size=size)].mean()) for _ in range(RESAMPLES)]
    low, high = np.quantile(means, (0.025, 0.975)).tolist()
    return Interval(low=low, high=high)


def _checked(n: int, c: int, k: int) -> None:
    if not 1 <= k <= n or not 0 <= c <= n:
        raise ValueError(f"{c} right of {n} attempts, {k} at a time: not 1 ≤ k ≤ n and 0 ≤ c ≤ n")
