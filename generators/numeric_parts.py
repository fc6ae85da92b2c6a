"""What an operation takes beside its quantity: the thing asked about, the place in an order, the change supposed.

`PARTS` has a function for each operation that takes something: from a case, what to set in its query, or None where
the figures of the scope give nothing worth asking.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Any, TypeVar

import numpy as np
import polars as pl

from warehouse.figures import Figures
from warehouse.numeric import Operation, Query

Item = TypeVar("Item")
PERCENTS = ("5", "10", "20", "25", "50", "-10", "-20", "-25", "-50")
DEEPEST = 5
"""Place in an order, at most."""


@dataclass(frozen=True)
class Case:
    """A query still without its parts, and the figures of its scope."""

    figures: Figures
    query: Query
    names: list[str]
    amounts: pl.Series
    """The quantity of each of `names`."""
    meets: int
    """How many meet the conditions."""
    stream: np.random.Generator

    def end(self) -> str:
        """Return one end of an order."""
        return ("largest", "smallest")[int(self.stream.integers(2))]

    def name(self) -> str:
        """Return one thing of the scope."""
        return pick(self.names, self.stream)


def pick(items: Sequence[Item], stream: np.random.Generator) -> Item:
    """Return one of the items, each with the same chance."""
    return items[int(stream.integers(len(items)))]


def roundest(low: Decimal, high: Decimal) -> Decimal:
    """Return a number with few digits strictly between two numbers, in their middle third if there is one.

    Raises:
        ValueError: `low` is not below `high`.
    """
    if low >= high:
        raise ValueError(f"{low} is not below {high}")
    third = (high - low) / 3
    size = Decimal(1).scaleb((high - low).adjusted() + 1)
    for unit in (size, size / 2, size / 10, size / 20, size / 100):
        found = ((low + third) / unit).to_integral_value(ROUND_FLOOR) * unit + unit
        if low < found < high - third / 2:
            return found.normalize()
    return (low + high) / 2


def _nth(case: Case) -> dict[str, Any] | None:
    most = min(case.meets if case.query.conditions else len(case.names), DEEPEST)
    return {"number": int(case.stream.integers(1, most)), "order": case.end()}


def _top(case: Case) -> dict[str, Any] | None:
    number = int(case.stream.integers(2, min(len(case.names) - 1, DEEPEST)))
    return {"number": number, "order": case.end()}


def _top_total(case: Case) -> dict[str, Any] | None:
    return {"number": int(case.stream.integers(2, min(len(case.names) - 1, DEEPEST)))}


def _rank(case: Case) -> dict[str, Any] | None:
    return {"focus": (case.name(),), "order": case.end()}


def _rank_shift(case: Case) -> dict[str, Any] | None:
    """Ask of a thing that the two rankings put in different places."""
    assert case.query.second is not None
    other = case.figures.values(case.query.second.columns[0], case.query.entities)
    seconds = pl.Series([float(other[name][0]) for name in case.names])
    if seconds.n_unique() < len(seconds):
        return None
    shifts = case.amounts.rank(descending=True) - seconds.rank(descending=True)
    moved = [name for name, shift in zip(case.names, shifts, strict=True) if shift]
    return {"focus": (pick(moved, case.stream),)} if moved else None


def _one(case: Case) -> dict[str, Any] | None:
    return {"focus": (case.name(),)}


def _pair(case: Case) -> dict[str, Any] | None:
    """Ask of two things, the larger first."""
    if len(case.names) < 2:
        return None
    first, second = case.stream.choice(len(case.names), 2, replace=False).tolist()
    if case.amounts[first] == case.amounts[second]:
        return None
    if case.amounts[first] < case.amounts[second]:
        first, second = second, first
    names = (case.names[first], case.names[second])
    return {"focus": names, "entities": tuple(sorted(names))}


def _compound(case: Case) -> dict[str, Any] | None:
    name = case.name()
    years = case.figures.years(case.query.quantity.columns)
    return {"focus": (name,), "entities": (name,), "number": years}


def _without_best(case: Case) -> dict[str, Any] | None:
    return {"order": case.end()} if case.amounts.n_unique() == len(case.amounts) else None


def _if(case: Case) -> dict[str, Any] | None:
    return {"focus": (case.name(),), "percent": pick(PERCENTS, case.stream)}


PARTS: Mapping[Operation, Callable[[Case], dict[str, Any] | None]] = {
    "nth": _nth, "top": _top, "top_total": _top_total, "rank": _rank, "rank_shift": _rank_shift, "share": _one,
    "gap": _pair, "times": _pair, "mean_without_best": _without_best, "total_if": _if, "compound_growth": _compound,
}  # fmt: skip
