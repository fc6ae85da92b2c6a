"""What each column of a table is: names, figures, periods, units, categories or codes.

A column's role follows from its heading and from what its cells are: a column headed `Year` is one of periods only if
its cells are periods.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from extractors.identifiers import holds_flags, holds_identifiers, is_identifier
from extractors.tables.grids import Grid
from extractors.tables.headings import Heading, read_heading
from extractors.tables.numbers import NotNumber, Separators, read_number
from extractors.tables.periods import is_year, read_period

Role = Literal[
    "text",
    "figure",
    "period",
    "unit",
    "scale",
    "status",
    "measure",
    "code",
    "ordinal",
    "value",
    "empty",
    "years",
]
_WORDS: dict[Role, str] = {
    "period": r"(?:calendar |fiscal |financial |reference |survey |school )?(?:years?|dates?|periods?|months?|"
    "quarters?|seasons?)|time(?: period)?|ref date|as of|fy",
    "unit": r"units?(?: of measure(?:ment)?)?|unit measure|uom|currency|measurement unit",
    "scale": r"unit multiplier|multiplier|power ?code|scale|unit mult|scalar factor",
    "status": r"observation status|obs(?:ervation)? status|status|flags?|footnotes?|notes?|symbols?|"
    "qualifiers?|remarks?|comments?",
    "measure": r"series(?: name)?|indicators?(?: name)?|measures?|variables?|statistics?|elements?|"
    "line items?|metrics?|data item",
    "ordinal": r"#|no\.?|nr\.?|rank(?:ing)?|pos(?:ition)?\.?|place|index|order|pages?|item|chapter|section|"
    "line|row|round|game|week|heat|lane|seed|number",
    "value": r"values?|amounts?|obs value|observation values?|figures?|data value|datum|total value",
}  # fmt: skip
WORDS: dict[Role, re.Pattern[str]] = {role: re.compile(text) for role, text in _WORDS.items()}
OPTIONAL = re.compile(r"\s*\((?:default|optional)\)$")
NO_WORDS = frozenset(("missing", "formula"))
"""Reasons that a cell is no number for, and which do not make its column one of words."""
HALF = 0.5
SAMPLE = 400
"""Rows that a column's role is told from; every cell is still read by itself."""


@dataclass(frozen=True)
class Column:
    """One column."""

    index: int
    header: str
    """Its header as printed, the rows joined."""
    heading: Heading
    role: Role
    asides: bool
    """Whether most of its figures have bracketed figures beside them."""


def header_text(grid: Grid, column: int) -> str:
    """Return a column's header, its rows joined; a row that repeats the one above counts once."""
    parts: list[str] = []
    for row in grid.header:
        text = row[column].text
        if text and (not parts or parts[-1] != text):
            parts.append(text)
    return " ".join(parts)


def read_columns(grid: Grid, separators: Separators) -> list[Column]:
    """Return the columns of a grid."""
    step = max(len(grid.body) // SAMPLE, 1)
    rows = grid.body[::step]
    return [
        _column(grid, index, [row[index].text for row in rows], separators)
        for index in range(grid.width)
    ]


def _column(grid: Grid, index: int, texts: Sequence[str], separators: Separators) -> Column:
    header = header_text(grid, index)
    found = [read_number(text, separators) for text in texts if text]
    numbers = [item for item in found if not isinstance(item, NotNumber)]
    words = sum(isinstance(item, NotNumber) and item.reason not in NO_WORDS for item in found)
    asides = bool(numbers) and sum(bool(item.notes) for item in numbers) > HALF * len(numbers)
    heading = read_heading(header, asides)
    role = _role(header, texts, (len(numbers), words))
    return Column(index, header, heading, role, asides)


def _role(header: str, texts: Sequence[str], counts: tuple[int, int]) -> Role:
    numbers, words = counts
    filled = [text for text in texts if text]
    if not filled:
        return "empty"
    named = _named(header)
    if named == "period" and sum(read_period(text) is not None for text in filled) > 0.8 * len(
        filled
    ):
        return "period"
    if named in ("unit", "status", "measure") and words >= numbers:
        return named
    if named in ("scale", "code"):
        return named
    if not numbers or numbers < HALF * (numbers + words):
        return "period" if named == "period" and _all_periods(filled) else "text"
    if named in ("ordinal", "value"):
        return named
    if holds_identifiers(header, filled) or holds_flags(header, filled):
        return "code"
    years = [text for text in filled if is_year(text)]
    if len(years) > 0.8 * len(filled) and len(filled) > 1:
        return "years"
    return "figure"


@lru_cache(maxsize=1 << 12)
def _named(header: str) -> Role | None:
    words = " ".join(header.replace("_", " ").split()).strip(" :.").lower()
    words = OPTIONAL.sub("", words)
    if words == "#":
        return "ordinal"
    for role, pattern in WORDS.items():
        if pattern.fullmatch(words):
            return role
    return "code" if is_identifier(words) else None


def _all_periods(filled: Sequence[str]) -> bool:
    return all(read_period(text) is not None for text in filled)
