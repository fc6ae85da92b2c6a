"""The period of a figure, from its column, its row, its groups and the lines around the table, the nearest first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from extractors.tables.headings import Heading
from extractors.tables.periods import BALANCE, NO_PERIOD, Stated, fits, joined
from warehouse.cells import Period

BEGINNING = re.compile(
    r"\bbeginning (?:of|balances?)|\b(?:opening|beginning) balances?|balances?,? beginning",
    re.IGNORECASE,
)
ENDING = re.compile(
    r"\bend of (?:the )?(?:period|year|quarter)|\b(?:closing|ending) balances?|balances?,? end",
    re.IGNORECASE,
)

HELD = re.compile(r"total .*\b(?:equity|assets|liabilities)", re.IGNORECASE)
"""Labels of what is held at a moment, in a statement of changes too."""


@dataclass(frozen=True, eq=False)
class Context:
    """What the lines around a table say of time; compared by identity, as what it holds is."""

    stated: tuple[Stated, ...] = ()
    """Of the caption and the lines above, the nearest first."""
    balance: bool = False
    """Whether they call it a statement of balances."""


def context_of(readings: Sequence[Heading], texts: Sequence[str]) -> Context:
    """Return what captions and lines, already read, say of time."""
    stated = tuple(read.time for read in readings if read.time.ends or read.time.lengths)
    return Context(stated, any(BALANCE.search(text) for text in texts))


def period_of(
    column: Stated, row: Stated, groups: tuple[Stated, ...], around: Context, label: str
) -> Period | None:
    """Return the period of a figure, `NO_PERIOD` where none is stated, None where it is unclear."""
    period = _stated(column, row, groups, around)
    return period if period is None else _of_balance(period, label)


@lru_cache(maxsize=1 << 12)
def _stated(
    column: Stated, row: Stated, groups: tuple[Stated, ...], around: Context
) -> Period | None:
    stated = [column, row, *reversed(groups)]
    near = [item for item in stated if item.ends]
    if any(len(item.ends) > 1 for item in near) or any(len(item.lengths) > 1 for item in stated):
        return None
    if len(near) > 1 and len({item.ends[0].end[:4] for item in near}) > 1:
        return None
    end = max((item.ends[0] for item in near), key=lambda period: len(period.end), default=None)
    length = next((item.lengths[0] for item in stated if item.lengths), "")
    instant = any(item.instant for item in near)
    if end is None:
        end, outer, instant = _from_context(around)
        length = length or outer
    elif not end.length and not length:
        end, length = _completed(end, around)
    if end is None:
        return Period(length=length, end="") if length else NO_PERIOD
    if not length and (instant or around.balance):
        length = "instant"
    return joined(end, length)


def _from_context(around: Context) -> tuple[Period | None, str, bool]:
    """Return end, length and whether it is a moment, where the lines state one end only."""
    ends = {item.ends for item in around.stated if item.ends}
    lengths = {item.lengths for item in around.stated if item.lengths}
    if len(ends) != 1 or len(next(iter(ends))) != 1 or len(lengths) > 1:
        return None, "", False
    length = next(iter(lengths))[0] if lengths and len(next(iter(lengths))) == 1 else ""
    return next(iter(ends))[0], length, any(item.instant for item in around.stated)


def _completed(end: Period, around: Context) -> tuple[Period, str]:
    """Return a year with the day and the length that the lines above state for it."""
    for item in around.stated:
        length = item.lengths[0] if len(item.lengths) == 1 else ""
        if len(end.end) == 4 and (full := fits(end.end, item.ends)):
            return full, length or ("instant" if item.instant else "")
        if length and (not item.ends or end in item.ends):
            return end, length
        if item.instant and end in item.ends:
            return end, "instant"
    return end, ""


def _of_balance(period: Period, label: str) -> Period | None:
    """Return the moment that a row of opening or closing balances is of; the opening one has no date of its own."""
    if not period.end or period.length in ("", "instant"):
        return period
    kind = _balance(label)
    if kind == "opening":
        return None
    return Period(length="instant", end=period.end) if kind else period


@lru_cache(maxsize=1 << 12)
def _balance(label: str) -> Literal["opening", "closing", ""]:
    if BEGINNING.search(label):
        return "opening"
    return "closing" if ENDING.search(label) or HELD.fullmatch(label) else ""
