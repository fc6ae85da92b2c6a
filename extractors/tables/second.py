"""A second reading of print: values by Polars casts, dates by dateutil, units by the signs in view.

It shares no grammar with the first reading. It sees a table's columns as strings, the header above and the stub beside
a figure, and the lines that the first reading rests on; it does not find tables or settle what is open. A figure is
given where both readings agree on value, unit and period.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl
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
        re.compile(r"\b(?:millions?|mil|mn|mln|mt)\b|[$€£]\s?\(?m\b|\bMt", re.IGNORECASE),
    ),
    (
        10**3,
        re.compile(r"\bthousands?\b|(?<![\d,.])['’]?000s?\b|\b1,000\b|[$€£]k\b", re.IGNORECASE),
    ),
)
YEARS = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
SPLIT = re.compile(r"(?<!\d)((?:1[5-9]|20)\d\d)[/–-](\d\d)(?!\d)")
WHOLE_DATE = re.compile(
    r"[A-Z][a-z]{2,8}\.? \d{1,2}, ?\d{4}|\d{1,2} [A-Z][a-z]{2,8},? \d{4}|\d{4}-\d\d-\d\d"
)


@dataclass(frozen=True)
class View:
    """What the second reading sees of one figure."""

    cell: Cell
    header: str
    stub: str
    around: str
    """The lines that the first reading rests on, joined."""


def views(grid: Grid, cells: Sequence[Cell], text: str) -> list[View]:
    """Return what is in view of each figure of a table."""
    found: list[View] = []
    joined: dict[tuple[tuple[int, int], ...], str] = {}
    for cell in cells:
        header = " ".join(dict.fromkeys(row[cell.column].text for row in grid.header))
        stub = " ".join(
            s.text for s in grid.body[cell.row][: cell.column] if not s.text[:1].isdigit()
        )
        places = tuple((place.start, place.end) for place in cell.support)
        if places not in joined:
            joined[places] = " \n ".join(text[start:end] for start, end in places)
        found.append(View(cell, header, stub, joined[places]))
    return found


def disagreements(found: Sequence[View], separators: Separators) -> list[str]:
    """Return for each figure what the two readings differ on, empty for nothing."""
    values = cast_values([view.cell.text for view in found], separators)
    return [
        _value(view, value) or _unit(view) or _period(view)
        for view, value in zip(found, values, strict=True)
    ]


def cast_values(texts: Sequence[str], separators: Separators) -> list[float | None]:
    """Return the numbers of a column of texts by string columns and casts, None where a cast fails."""
    column = pl.Series("text", texts, dtype=pl.String)
    grouping, decimal = (",", ".") if separators == "point" else (".", ",")
    frame = pl.DataFrame({"text": column}).select(
        pl.col("text")
        .str.extract(r"(\d[\d.,'’ \x{a0}\x{2009}\x{202f}]*(?:[eE][-+]?\d+)?|[.,]\d+)")
        .str.replace_all(r"['’\s\x{a0}\x{2009}\x{202f}]", "")
        .str.replace_all(grouping, "", literal=True)
        .str.replace_all(decimal, ".", literal=True)
        .cast(pl.Float64, strict=False)
        .alias("number"),
        pl.col("text").str.contains(r"^[^\d]*[-−–(]").alias("negative"),
    )
    return [
        None if number is None else -number if negative else number
        for number, negative in frame.iter_rows()
    ]


def _value(view: View, printed: float | None) -> str:
    if printed is None:
        return "readings differ on value"
    value = float(view.cell.value)
    if not printed or not value:
        return "" if printed == value else "readings differ on value"
    ratio = value / printed
    scale = next((s for s in (1, 10**3, 10**6, 10**9, 10**12) if abs(ratio / s - 1) < 1e-9), None)
    if scale is None:
        return "readings differ on value"
    return "" if scale in _scales(view) else "readings differ on scale"


def _scales(view: View) -> frozenset[int]:
    """Return the scales that the words in view allow: one where the nearest statement has no exception."""
    unit = view.cell.measure.unit
    for text in (view.cell.text, view.header, view.stub, view.around):
        if powers := _powers(text):
            open_ended = re.search(r"except|shares|number of|unless", view.around, re.IGNORECASE)
            alone = "%" in unit or "/" in unit or open_ended or len(powers) > 1
            return powers | {1} if alone else powers
    return frozenset((1,))


@lru_cache(maxsize=1 << 14)
def _powers(text: str) -> frozenset[int]:
    return frozenset(power for power, pattern in POWERS if pattern.search(text))


@lru_cache(maxsize=1 << 14)
def _years(text: str) -> frozenset[str]:
    """Return the years in a text, the second of two (`2005/06`) and short ones (`FY24`) written out."""
    years = set(YEARS.findall(text)) | {first[:2] + last for first, last in SPLIT.findall(text)}
    return frozenset(years | {f"20{year}" for year in re.findall(r"FY ?'?(\d\d)\b", text)})


@lru_cache(maxsize=1 << 14)
def _whole_days(text: str) -> frozenset[str]:
    return frozenset(day for day in map(_day, WHOLE_DATE.findall(text)) if day)


def _unit(view: View) -> str:
    """Compare the kind of unit: a share of a hundred, money, or neither."""
    unit, text = view.cell.measure.unit, view.cell.text
    money = bool(re.fullmatch(r"[A-Z]{3}(?:/.*)?", unit))
    if unit == "%":
        seen = (text, view.header, view.stub, view.around)
        return "" if any(map(PERCENT.search, seen)) else "readings differ on unit"
    if PERCENT.search(text) or (SIGN.search(text) and not money):
        return "readings differ on unit"
    return ""


def _period(view: View) -> str:
    """Compare the year, and the day where a header or stub states one whole date."""
    end = view.cell.period.end
    if not end:
        return ""
    if not any(end[:4] in _years(text) for text in (view.header, view.stub, view.around)):
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
