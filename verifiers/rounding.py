"""Whether a name, a set, a count or a rank hangs on how a figure was rounded when it was printed (method 2.2).

Every printed figure stands for all numbers within half its last digit's step. A discrete answer, and which things meet
a condition, must be the same for all of them. Numbers are computed from the printed figures and are not judged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from warehouse.figures import Figures
from warehouse.numeric import DISCRETE, SERIES, Condition, Quantity, Query
from warehouse.verdicts import Verdict, failed, passed

CHECK = "rounding"


@dataclass(frozen=True)
class Interval:
    """All that a figure may stand for."""

    low: Decimal
    high: Decimal

    def apart(self, other: "Interval") -> bool:
        """Whether no number is in both."""
        return self.high < other.low or other.high < self.low


def rounding(query: Query, figures: Figures) -> Verdict:
    """Return whether what the query decides is the same for all figures that round to the printed ones."""
    for condition in query.conditions:
        for entity, interval in _column(figures, Quantity(combination="plain", columns=(condition.column,)),
                                        query.entities).items():  # fmt: skip
            if not _decided(condition, interval):
                return failed(CHECK, "a bound is within the printed precision", entity)
    if query.operation not in DISCRETE:
        return passed(CHECK)
    if query.operation in SERIES:
        return _moves_decided(query, figures)
    kept = set(query.entities)
    for condition in query.conditions:
        values = figures.values(condition.column, query.entities)
        kept &= {name for name, (value, _) in values.items() if condition.met(value)}
    values = _column(figures, query.quantity, query.entities)
    undecided = _undecided(
        query, {name: values[name] for name in query.entities if name in kept}, figures
    )
    return (
        failed(CHECK, "the order is within the printed precision", undecided)
        if undecided
        else passed(CHECK)
    )


def _moves_decided(query: Query, figures: Figures) -> Verdict:
    """Return whether each figure of a series without a bound is surely above or below the one before."""
    if query.conditions:
        return passed(CHECK)
    (name,) = query.focus
    series = [
        _interval(*figures.values(ref, query.entities)[name]) for ref in query.quantity.columns
    ]
    if all(a.apart(b) for a, b in pairwise(series)):
        return passed(CHECK)
    return failed(CHECK, "a rise or fall is within the printed precision", name)


def _undecided(query: Query, values: Mapping[str, Interval], figures: Figures) -> str:
    """Return a thing whose place the printed figures leave open, or nothing."""
    match query.operation:
        case "nth" | "top":
            return _places_open(query, values)
        case "rank":
            return _near(query.focus[0], values)
        case "rank_shift":
            assert query.second is not None
            others = _column(figures, query.second, query.entities)
            return _near(query.focus[0], values) or _near(query.focus[0], others)
        case "count_above_mean":
            size = len(values)
            low = sum((v.low for v in values.values()), Decimal(0))
            high = sum((v.high for v in values.values()), Decimal(0))
            mean = Interval(low / size, high / size)
            return next((name for name, v in values.items() if not v.apart(mean)), "")
        case "count_rising":
            old, new = (
                _column(figures, Quantity(combination="plain", columns=(ref,)), query.entities)
                for ref in query.quantity.columns
            )
            return next((name for name in old if not old[name].apart(new[name])), "")
        case _:
            return ""


def _places_open(query: Query, values: Mapping[str, Interval]) -> str:
    """Return a thing at a place asked for that may have another place, whatever the widths of the intervals are."""
    ordered = sorted(values, key=lambda name: values[name].low, reverse=query.order == "largest")
    first = 0 if query.operation == "top" else query.number - 1
    return next((name for name in ordered[first : query.number] if _near(name, values)), "")


def _near(focus: str, values: Mapping[str, Interval]) -> str:
    """Return a thing that may be on either side of the one asked about."""
    own = values[focus]
    return next((n for n, v in values.items() if n != focus and not v.apart(own)), "")


def _decided(condition: Condition, interval: Interval) -> bool:
    bound = Decimal(condition.bound)
    return interval.high < bound or interval.low > bound


def _column(figures: Figures, quantity: Quantity, entities: Sequence[str]) -> dict[str, Interval]:
    """Return the interval of a quantity for each thing."""
    columns = [figures.values(ref, entities) for ref in quantity.columns]
    return {
        name: _combined(quantity, [_interval(*column[name]) for column in columns])
        for name in entities
    }


def _interval(value: Decimal, step: Decimal) -> Interval:
    return Interval(value - step / 2, value + step / 2)


def _combined(quantity: Quantity, parts: Sequence[Interval]) -> Interval:
    first, *rest = parts
    match quantity.combination:
        case "plain" | "series":
            return first
        case "difference":
            return Interval(first.low - rest[0].high, first.high - rest[0].low)
        case "ratio":
            return _quotient(first, rest[0])
        case "growth":
            return _quotient(rest[0], first)


def _quotient(top: Interval, bottom: Interval) -> Interval:
    """Return all quotients; everything where the divisor may be 0."""
    if bottom.low <= 0 <= bottom.high:
        return Interval(Decimal("-Infinity"), Decimal("Infinity"))
    found = [a / b for a in (top.low, top.high) for b in (bottom.low, bottom.high)]
    return Interval(min(found), max(found))
