"""Dates as they are printed, whole or in part: `3 May 1990`, `May 1990`, `1990-05-03`, `the 1990s`, `44 BC`.

A date is a year, a month and a day, each of which may be missing; decades and centuries are years of a width. Dates in
figures alone are read as day and month both ways where both can be, and say so.
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from verifiers.answers.folding import plain

MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sep sept", "october oct", "november nov", "december dec"), start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "(?P<{0}>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
_DAY = r"(?P<{0}>\d{{1,2}})(?:st|nd|rd|th)?"
_YEAR = r"(?P<{0}>\d{{4}})(?![\d%]|[,.]\d)"
_ERA = r"(?:\s?(?P<{0}>b\.?c\.?e?\.?|a\.?d\.?|c\.?e\.?)(?![a-z]))?"
_PATTERNS = (
    r"(?P<iy>\d{4})[-/](?P<im>\d{1,2})[-/](?P<id>\d{1,2})(?!\d)",
    r"(?P<fa>\d{1,2})[/.](?P<fb>\d{1,2})[/.](?P<fy>\d{4})(?!\d)",
    _DAY.format("dd") + r"(?: day)?(?: of)?[ -]" + _MONTH.format("dm")
    + r"(?:,?[ -]" + _YEAR.format("dy") + _ERA.format("de") + ")?",
    _MONTH.format("mm") + r" (?:the )?" + _DAY.format("md")
    + r"(?!\d)(?: ?,? ?(?:in )?" + _YEAR.format("my") + _ERA.format("me") + ")?",
    _MONTH.format("nm") + r",?(?: of| in)? " + _YEAR.format("ny"),
    r"(?P<ty>\d{3,4})'?s\b",
    r"(?P<cy>\d{1,2})(?:st|nd|rd|th)[ -]century" + _ERA.format("ce"),
    r"(?P<ey>\d{1,4})\s?(?P<ee>b\.?c\.?e?\.?|a\.?d\.?)(?![a-z])|(?:\ba\.?d\.? ?)(?P<ay>\d{1,4})\b",
    _YEAR.format("yy") + r"(?! ?(?:km|m|kg|miles|feet|people|metres|meters|points|games)\b)",
)  # fmt: skip
_ANY = re.compile(
    r"(?<![\w.,$€£/])(?<![^\d]-)(?<!^-)(?:" + "|".join(_PATTERNS) + ")", re.IGNORECASE
)
_BARE_MONTH = re.compile(
    r"\A(?P<m>(?i:" + "|".join(name for name in MONTHS if len(name) > 3) + r")|May)\Z"
)
_AROUND = re.compile(
    r"\A(?:(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?|on|in|by|the|of|during|around|about|circa|c\.|year)\s+)*"
    r"|[\s.,;!]+\Z",
    re.IGNORECASE,
)
Relation = Literal["same", "finer", "coarser", "crossing", "apart"]


class Date(NamedTuple):
    """A date; 0 where a part is not stated, years before the common era negative."""

    year: int
    month: int = 0
    day: int = 0
    width: int = 1
    """Years that it spans from `year` on: 1, 10 or 100."""
    swapped: bool = False
    """Whether day and month could be the other way round."""


class Found(NamedTuple):
    """A date where it stands in the plain text."""

    date: Date
    start: int
    end: int


@lru_cache(maxsize=2048)
def dates(text: str) -> tuple[Found, ...]:
    """Return the dates of a text, in order, with their places in `plain(text)`."""
    found = []
    for match in _ANY.finditer(plain(text)):
        date = _read(match.groupdict())
        if date:
            found.append(Found(date, match.start(), match.end()))
    return tuple(found)


@lru_cache(maxsize=2048)
def whole_date(text: str) -> Date | None:
    """Return the date that a text is, but for words such as `on` and `around`, or None."""
    trimmed = _AROUND.sub("", plain(text).strip())
    month = _BARE_MONTH.match(trimmed)
    if month:
        return Date(0, MONTHS[month["m"].lower()])
    found = dates(trimmed)
    if len(found) == 1 and found[0].start == 0 and found[0].end == len(trimmed):
        return found[0].date
    return None


def relation(gold: Date, said: Date) -> Relation:
    """Return how a date that was said stands to the gold one: `finer` adds a part, `coarser` leaves one out."""
    if gold.width != said.width or gold.width > 1:
        return _of_spans(gold, said)
    if said.swapped and gold.day == said.month and gold.month == said.day:
        return "same" if gold.year == said.year else "apart"
    pairs = ((gold.year, said.year), (gold.month, said.month), (gold.day, said.day))
    if any(a and b and a != b for a, b in pairs):
        return "apart"
    more = any(b and not a for a, b in pairs)
    less = any(a and not b for a, b in pairs)
    if more and less:
        return "crossing"
    return "finer" if more else "coarser" if less else "same"


def _of_spans(gold: Date, said: Date) -> Relation:
    """Return the relation where one of the dates is a decade or a century."""
    if (gold.year, gold.width) == (said.year, said.width):
        return "same"
    if gold.width > said.width and gold.year <= said.year < gold.year + gold.width:
        return "finer"
    if gold.width < said.width and said.year <= gold.year < said.year + said.width:
        return "coarser"
    return "apart"


def _read(part: dict[str, str | None]) -> Date | None:
    """Return the date of a match's groups, or None for what no calendar has."""
    if part["iy"]:
        return _checked(int(part["iy"]), int(part["im"] or 0), int(part["id"] or 0))
    if part["fy"]:
        return _of_figures(int(part["fy"]), int(part["fa"] or 0), int(part["fb"] or 0))
    if part["dm"]:
        year = _era(int(part["dy"] or 0), part["de"])
        return _checked(year, MONTHS[part["dm"].lower()], int(part["dd"] or 0))
    if part["mm"]:
        year = _era(int(part["my"] or 0), part["me"])
        return _checked(year, MONTHS[part["mm"].lower()], int(part["md"] or 0))
    if part["nm"]:
        return Date(int(part["ny"] or 0), MONTHS[part["nm"].lower()])
    if part["ty"]:
        year = int(part["ty"])
        return (
            Date(year, width=100 if year % 100 == 0 and year < 1900 else 10)
            if year % 10 == 0
            else None
        )
    if part["cy"]:
        century = int(part["cy"])
        return Date(-100 * century if _before(part["ce"]) else 100 * (century - 1), width=100)
    if part["ey"]:
        return Date(_era(int(part["ey"]), part["ee"]))
    return Date(int(part["ay"] or part["yy"] or 0))


def _checked(year: int, month: int, day: int) -> Date | None:
    return Date(year, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None


def _of_figures(year: int, first: int, second: int) -> Date | None:
    if first > 12:
        return _checked(year, second, first)
    date = _checked(year, first, second)
    return date._replace(swapped=second <= 12 and first != second) if date else None


def _before(era: str | None) -> bool:
    return bool(era) and str(era).lower().startswith("b")


def _era(year: int, era: str | None) -> int:
    return -year if _before(era) else year
