"""A program's result beside the stored answer, by type: numbers within tolerance, names one by one (method 6)."""

from collections import Counter
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from warehouse.names import normalise
from warehouse.programs import Answer
from warehouse.safe_sql import Result

Equal = Literal["equal", "different", "unknown"]
SHOWN = 12
"""Rows of a result that are shown to a model or a reader."""


def compare_result(answer: Answer, result: Result) -> tuple[Equal, str]:
    """Return whether a result is the answer, and what is wrong with it; `unknown` where it has no form of an answer."""
    if len(result.columns) != 1:
        return "unknown", f"{len(result.columns)} columns where one is asked for"
    values = [row[0] for row in result.rows if row[0] is not None]
    if not values:
        return "unknown", "no row"
    if answer.kind == "number":
        return _number(answer, values)
    names = [normalise(str(value)) for value in values]
    gold = [normalise(item) for item in (answer.items or (answer.text,))]
    if answer.kind == "text":
        gold += [normalise(alias) for alias in answer.aliases]
        same = len(names) == 1 and names[0] in gold
    elif answer.kind == "items":
        same = Counter(names) == Counter(gold)
    else:
        same = names == gold
    return ("equal", "") if same else ("different", shown(result))


def _number(answer: Answer, values: list[Any]) -> tuple[Equal, str]:
    """Compare one number with one that was rounded to its tolerance."""
    if len(values) != 1:
        return "unknown", f"{len(values)} rows where one number is asked for"
    try:
        value, gold = Decimal(str(values[0])), Decimal(answer.text.replace(",", ""))
        tolerance = Decimal(answer.tolerance)
    except InvalidOperation:
        return "unknown", f"no number: {str(values[0])[:60]}"
    if not value.is_finite():
        return "unknown", f"no number: {value}"
    within = abs(value - gold) <= tolerance
    return ("equal", "") if within else ("different", str(value))


def shown(result: Result) -> str:
    """Return the first rows of a result in words."""
    rows = ["; ".join(str(value)[:80] for value in row) for row in result.rows[:SHOWN]]
    more = f" and {len(result.rows) - SHOWN} more rows" if len(result.rows) > SHOWN else ""
    return (" | ".join(rows) + more) or "no row"
