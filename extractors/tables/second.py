"""A second reading of print: values by Python's own float, dates by dateutil, units by the signs in view.

It shares no grammar with the first reading. It sees a table's columns as strings, the header above and the stub beside
a figure, and the lines that the first reading rests on; it does not find tables or settle what is open. A figure is
given where both readings agree on value, unit and period.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from dateutil import parser as dates

from extractors.tables.grids import Grid
from extractors.tables.numbers import Separators
from warehouse.cells import Cell

SIGN = re.compile(r"[$€£¥₹₩]")
PERCENT = re.compile(r"%|per ?cent|\bpct\b", re.IGNORECASE)
POWERS = (
    (10**9, re.compile(r"\b(?:billions?|bn)\b|[$€£]b\b", re.IGNORECASE)),
    (
        10**6,
        re.compile(r"\b(?:millions?|mil|mn|mln)\b|[$€£]\s?\(?m\b|(?-i:\bMt)", re.IGNORECASE),
    ),
    (
        10**3,
        re.compile(
            r"\bthousands?\b|(?<![\d,.])['’]?000s?\b|(?<![a-z] )\b1,000\b|\bin 1,000\b|[$€£]k\b",
            re.IGNORECASE,
        ),
    ),
)
POWER_CLUES = ("illion", "thousand", "bn", "mil", "mn", "mln", "mt", "000", "$", "€", "£")
"""Every word or sign of a scale has one of them in small letters."""
DIGIT = re.compile(r"\d")
YEARS = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
SPLIT = re.compile(r"(?<!\d)((?:1[5-9]|20)\d\d)[/–-](\d\d)(?!\d)")
WHOLE_DATE = re.compile(
    r"[A-Z][a-z]{2,8}\.? \d{1,2}, ?\d{4}|\d{1,2} [A-Z][a-z]{2,8},? \d{4}|\d{4}-\d\d-\d\d"
)

DIGITS = re.compile(r"\d[\d.,'’ \u00a0\u2009\u202f]*(?:[eE][-+]?\d+)?|[.,]\d+")
GROUPING = {"point": re.compile(r"[,'’\s]"), "comma": re.compile(r"[.'’\s]")}
NEGATIVE = re.compile(r"[^\d]*[-−–(]")
SCALE_LETTERS = re.compile(r"[^\W\d_]|000")
"""What every word or sign of a scale has."""
OPEN_ENDED = re.compile(r"except|shares|number of|unless", re.IGNORECASE)
SHORT_YEARS = re.compile(r"FY ?'?(\d\d)\b")
NONE: frozenset[int] = frozenset()
NO_YEARS: frozenset[str] = frozenset()
SCALES = (1, 10**3, 10**6, 10**9, 10**12)
ONE = frozenset((1,))
MONEY = re.compile(r"[A-Z]{3}(?:/.*)?")


class Said(NamedTuple):
    """What one text says that a figure may need."""

    powers: frozenset[int]
    """Scales that its words state."""
    years: frozenset[str]
    percent: bool
    open_ended: bool
    """Whether it excepts something."""


class View(NamedTuple):
    """What the second reading sees of one figure."""

    cell: Cell
    header: str
    heads: Said
    """What the header says."""
    stub: tuple[Said, ...]
    around: tuple[Said, ...]
    """Of the lines that the first reading rests on."""


def views(grid: Grid, cells: Sequence[Cell], text: str) -> list[View]:
    """Return what is in view of each figure of a table."""
    found: list[View] = []
    headers: dict[int, tuple[str, Said]] = {}
    words: dict[int, list[tuple[int, Said]]] = {}
    lines: dict[tuple[int, int], Said] = {}
    for cell in cells:
        column, row = cell.column, cell.row
        if column not in headers:
            header = " ".join(dict.fromkeys([line[column].text for line in grid.header]))
            headers[column] = header, said(header)
        if row not in words:
            words[row] = [
                (index, said(slot.text))
                for index, slot in enumerate(grid.body[row])
                if slot.text and not slot.text[0].isdigit()
            ]
        stub = tuple([item for index, item in words[row] if index < column])
        around: list[Said] = []
        for place in cell.support:
            at = place.start, place.end
            if at not in lines:
                lines[at] = said(text[place.start : place.end])
            around.append(lines[at])
        found.append(View(cell, *headers[column], stub, tuple(around)))
    return found


@lru_cache(maxsize=1 << 14)
def said(text: str) -> Said:
    """Return what a text says of scale, years and percent."""
    low = text.lower()
    return Said(
        _stated_powers(text) if any(map(low.__contains__, POWER_CLUES)) else NONE,
        _years(text) if DIGIT.search(text) else NO_YEARS,
        ("%" in low or "per" in low or "pct" in low) and bool(PERCENT.search(text)),
        bool(OPEN_ENDED.search(text)),
    )


def _stated_powers(text: str) -> frozenset[int]:
    return frozenset([power for power, pattern in POWERS if pattern.search(text)])


def disagreements(found: Sequence[View], separators: Separators) -> list[str]:
    """Return for each figure what the two readings differ on, empty for nothing."""
    return [
        _value(view, cast_value(view.cell.text, separators)) or _unit(view) or _period(view)
        for view in found
    ]


def cast_value(text: str, separators: Separators) -> float | None:
    """Return the first number in a text as `float` reads it without grouping marks, None where it reads none."""
    match = DIGITS.search(text)
    if match is None:
        return None
    digits = GROUPING[separators].sub("", match[0])
    try:
        number = float(digits if separators == "point" else digits.replace(",", "."))
    except ValueError:
        return None
    return -number if NEGATIVE.match(text) else number


def _value(view: View, printed: float | None) -> str:
    if printed is None:
        return "readings differ on value"
    value = float(view.cell.value)
    if not printed or not value:
        return "" if printed == value else "readings differ on value"
    scale = 1 if printed == value else _ratio(value, printed)
    if scale is None:
        return "readings differ on value"
    return "" if scale in _scales(view) else "readings differ on scale"


def _ratio(value: float, printed: float) -> int | None:
    ratio = value / printed
    return next((scale for scale in SCALES if abs(ratio / scale - 1) < 1e-9), None)


def _scales(view: View) -> frozenset[int]:
    """Return the scales that the words in view allow: one where the nearest statement has no exception."""
    unit, powers = view.cell.measure.unit, _powers(view)
    if not powers:
        return ONE
    open_ended = any(item.open_ended for item in view.around)
    alone = "%" in unit or "/" in unit or open_ended or len(powers) > 1
    return powers | {1} if alone else powers


def _powers(view: View) -> frozenset[int]:
    """Return the scales that the nearest text in view states which states any."""
    text = view.cell.text
    return (
        (said(text).powers if SCALE_LETTERS.search(text) else NONE)
        or view.heads.powers
        or NONE.union(*[item.powers for item in view.stub])
        or NONE.union(*[item.powers for item in view.around])
    )


def _years(text: str) -> frozenset[str]:
    """Return the years in a text, the second of two (`2005/06`) and short ones (`FY24`) written out."""
    years = set(YEARS.findall(text)) | {first[:2] + last for first, last in SPLIT.findall(text)}
    return frozenset(years | {f"20{year}" for year in SHORT_YEARS.findall(text)})


@lru_cache(maxsize=1 << 14)
def _whole_days(text: str) -> frozenset[str]:
    return frozenset(day for day in map(_day, WHOLE_DATE.findall(text)) if day)


def _unit(view: View) -> str:
    """Compare the kind of unit: a share of a hundred, money, or neither."""
    unit, text = view.cell.measure.unit, view.cell.text
    if unit == "%":
        near = (view.heads, *view.stub, *view.around)
        stated = PERCENT.search(text) or any(item.percent for item in near)
        return "" if stated else "readings differ on unit"
    if text.isascii() and text.replace(",", "").replace(".", "").isdigit():
        return ""
    if PERCENT.search(text) or (SIGN.search(text) and not MONEY.fullmatch(unit)):
        return "readings differ on unit"
    return ""


def _period(view: View) -> str:
    """Compare the year, and the day where a header or stub states one whole date."""
    end = view.cell.period.end
    if not end:
        return ""
    year = end[:4]
    if year not in view.heads.years and not any(
        year in item.years for item in (*view.stub, *view.around)
    ):
        return "readings differ on period"
    whole = _whole_days(view.header)
    if len(whole) == 1 and len(end) == 10 and end not in whole:
        return "readings differ on period"
    return ""


@lru_cache(maxsize=4096)
def _day(text: str) -> str:
    try:
        return dates.parse(text).date().isoformat()
    except (ValueError, OverflowError):
        return ""
