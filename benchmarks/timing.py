"""How the benchmarks time and print: competitors in turn in one process, medians, Markdown rows.

Every ratio is the median of the ratios of neighbouring runs, printed with the lowest and the highest: a machine that
is shared slows both sides, but not always alike, and the range shows how far the figure can be trusted.
"""

import gc
import importlib.metadata
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

RUNS = 3
SHORTEST = 0.05
"""Seconds that one measurement must last; shorter work is repeated and its time divided."""


def seconds(work: Callable[[], object], repeats: int = 1) -> float:
    """Return the seconds of one call, the mean of `repeats` calls; garbage of others is collected before."""
    gc.collect()
    start = time.perf_counter()
    for _ in range(repeats):
        work()
    return (time.perf_counter() - start) / repeats


@dataclass(frozen=True)
class Turns:
    """Seconds of each piece of work, turn by turn."""

    times: dict[str, list[float]]

    def __getitem__(self, name: str) -> float:
        """Return the median seconds of a piece of work."""
        return statistics.median(self.times[name])

    def speed(self, name: str, against: str, form: str = ".1%") -> str:
        """Return how fast `name` is against another, as printed: the median of the turns, lowest and highest."""
        pairs = zip(self.times[against], self.times[name], strict=True)
        ratios = sorted(other / own for other, own in pairs)
        middle = statistics.median(ratios)
        return f"{middle:{form}} ({ratios[0]:{form}} to {ratios[-1]:{form}})"


def alternate(
    works: Mapping[str, Callable[[], object]], *, runs: int = RUNS, warm: bool = True
) -> Turns:
    """Return the seconds of each piece of work; they run in turn, `runs` times.

    `warm` runs each once before, which also says how often short work is repeated.
    """
    repeats = dict.fromkeys(works, 1)
    if warm:
        for name, work in works.items():
            repeats[name] = max(1, round(SHORTEST / max(seconds(work), 1e-7)))
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(runs):
        for name, work in works.items():
            times[name].append(seconds(work, repeats[name]))
    return Turns(times)


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a Markdown table."""
    print(f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", sep="\n")
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)


def print_versions(*packages: str) -> None:
    """Print what the figures were measured on: cores, Python, and the packages compared with."""
    versions = [f"{name} {importlib.metadata.version(name)}" for name in packages]
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {', '.join(versions)}\n")
