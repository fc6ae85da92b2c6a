"""What is asked of one measure of one thing at three years or more: when it first passes a bound, its longest run.

A bound lies between figures, so that none equals it. A question is drawn only where no single document states all the
years that its answer hangs on.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from generators.numeric_parts import Case, pick, roundest
from warehouse.numeric import ColumnRef, Condition, Sign

LONGEST = 6
"""Years of a series, at most."""


def first_past(case: Case) -> dict[str, Any] | None:
    """Ask for the first year, not the first of all, in which the thing's figure is past a bound."""
    name = case.name()
    refs, values = case.query.quantity.columns, _values(case, name)
    signs: list[Sign] = [">", "<"]
    found: list[tuple[Sign, Decimal, Decimal]] = []
    for sign in signs:
        for at in range(1, len(refs)):
            before = (max if sign == ">" else min)(values[:at])
            passes = values[at] > before if sign == ">" else values[at] < before
            if passes and not case.figures.together(refs[: at + 1]):
                low, high = sorted((before, values[at]))
                found.append((sign, low, high))
    if not found:
        return None
    sign, low, high = pick(found, case.stream)
    return _asked(name) | {"conditions": _conditions(refs, sign, roundest(low, high))}


def longest_run(case: Case) -> dict[str, Any] | None:
    """Ask for the longest run of years in which the thing's figure rises, falls, or is on one side of a bound."""
    name = case.name()
    refs, values = case.query.quantity.columns, _values(case, name)
    if case.figures.together(refs):
        return None
    way = pick(("rising", "falling", ">", "<"), case.stream)
    if way in ("rising", "falling"):
        moves = [(b > a) if way == "rising" else (b < a) for a, b in pairwise(values)]
        return _asked(name) | {"order": way} if any(moves) else None
    gaps = list(pairwise(sorted(set(values))))
    if not gaps:
        return None
    sign: Sign = ">" if way == ">" else "<"
    return _asked(name) | {
        "conditions": _conditions(refs, sign, roundest(*pick(gaps, case.stream)))
    }


def _asked(name: str) -> dict[str, Any]:
    return {"focus": (name,), "entities": (name,)}


def _values(case: Case, name: str) -> list[Decimal]:
    """Return the thing's figures in the order of their years."""
    return [case.figures.values(ref, (name,))[name][0] for ref in case.query.quantity.columns]


def _conditions(refs: Sequence[ColumnRef], sign: Sign, bound: Decimal) -> tuple[Condition, ...]:
    return tuple(Condition(column=ref, sign=sign, bound=format(bound, "f")) for ref in refs)
