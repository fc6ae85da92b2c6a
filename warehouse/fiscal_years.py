"""Fiscal years that end on different days: what makes the figures of yearly reports comparable all the same (§3.2).

A fiscal year is named by the calendar year that it ends in (`FY2024`), whatever its company calls it. A figure is of
one where its year, or its moment, ends with the year that the document reports on, or some whole years before it; the
days of years of 52 or 53 weeks wander by a week. A bare year is taken only from documents whose year ends in the
second half of a calendar year: some companies call the year to January 2024 their 2023.
"""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from warehouse.cells import Period

NAME = "FY"
WHOLE = {"P1Y": "P1Y", "P52W": "P1Y", "P53W": "P1Y", "instant": "instant"}
"""Lengths of a fiscal year's figures, with the one that their column has."""
WANDERS = 8
"""Days between the ends of two years, whole years apart, at most."""
SECOND_HALF = 6
"""First month in which a year ends that everybody calls by its own calendar year."""
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
DAY = re.compile(
    rf"\b(?:(?:{MONTHS}) \d{{1,2}}, ?\d{{4}}|\d{{1,2}} (?:{MONTHS}),? \d{{4}}|\d{{4}}-\d\d-\d\d)\b",
    re.IGNORECASE,
)


def fiscal_year(end: str) -> str:
    """Return the calendar year that a period's fiscal year ends in, empty for one that is not told by it."""
    return end[len(NAME) :] if end.startswith(NAME) else ""


def undated(title: str) -> str:
    """Return a title with a mark for each day in it."""
    return DAY.sub("{day}", title)


def fiscal(period: Period, closing: str) -> Period | None:
    """Return a figure's period as a fiscal year's.

    Args:
        period: the figure's.
        closing: last day of the year that its document reports on.

    Returns:
        None where the period is not the document's year, nor one of those before it.
    """
    length = WHOLE.get(period.length)
    known = length is not None and _ends_a_year(period.end, closing)
    return Period(length=length, end=f"{NAME}{period.end[:4]}") if length and known else None


@lru_cache(maxsize=1 << 12)
def _ends_a_year(stated: str, closing: str) -> bool:
    """Say whether a day, month or year as stated ends a fiscal year of those that end like the one at `closing`."""
    end, last = _day(stated), _day(closing)
    if last is None:
        return False
    if end is not None:
        return end <= last and _apart(end, last) <= WANDERS
    if len(stated) == len("2024-06"):
        return stated[5:] == closing[5:7] and stated <= closing
    return len(stated) == len("2024") and last.month >= SECOND_HALF and stated <= closing[:4]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2024-06-30") else None
    except ValueError:
        return None


def _apart(end: date, last: date) -> int:
    """Return the days between a day and the nearest anniversary of another one."""
    day = min(last.day, 28) if last.month == 2 else last.day
    years: Iterable[int] = (end.year - 1, end.year, end.year + 1)
    return min(abs((end - date(year, last.month, day)).days) for year in years)
