"""How a table is to be read: what its rows are, and which columns hold what.

Rows are things (a country, a company), measures (a statement of accounts), periods, or records of the long form, whose
columns name period, categories and unit of one value column. Where none fits the table is refused.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from extractors.tables.columns import Column
from extractors.tables.grids import Grid
from extractors.tables.units import read_unit

Form = Literal["things", "measures", "periods", "long"]
MEASURES = re.compile(
    r"(?:.* )?(?:characteristics?|items?|descriptions?|particulars|measures?|indicators?|variables?|categor(?:y|ies)|"
    r"statistics?|metrics?|components?|accounts?|parameters?|outcomes?|attributes?|details?|breakdown|features?|model|"
    r"method|methods|models|index)\b.*|(?:fiscal )?(?:years?|quarters?|months?) end(?:ed|ing).*"
)
"""Headers of a stub whose rows are measures or classes of the document's subject."""
THINGS = re.compile(
    r"(?:reporting |partner |geographic(?:al)? )?(?:countr(?:y|ies)|regions?|areas?|states?|names?|entit(?:y|"
    r"ies)|compan(?:y|ies)|"
    r"cit(?:y|ies)|geograph(?:y|ies)|locations?|territor(?:y|ies)|nations?|provinces?|count(?:y|ies)|district|municipalit(?:y|ies)|"
    r"jurisdiction|issuer|bank|school|river|mountain|team|player)(?:[ /](?:names?|or .*|/.*))?"
)
PAGE = re.compile(r"[ivxlc]{1,6}|\d{1,3}|page", re.IGNORECASE)
NAMED_SHARE = 0.6


@dataclass(frozen=True)
class Layout:
    """Which column holds what."""

    form: Form
    key: int | None
    """Column that names the rows."""
    figures: tuple[Column, ...]
    period: Column | None = None
    unit: Column | None = None
    scale: Column | None = None
    status: Column | None = None
    measure: Column | None = None
    categories: tuple[Column, ...] = ()
    """Columns whose cells narrow the figures of their row."""

    @cached_property
    def stubs(self) -> tuple[int, ...]:
        """Columns that are no figures."""
        chosen = (self.period, self.unit, self.scale, self.status, self.measure, *self.categories)
        return tuple({*(c.index for c in chosen if c), *([] if self.key is None else [self.key])})

    @cached_property
    def beside(self) -> bool:
        """Whether columns beside the stub say something of a row."""
        chosen = (self.period, self.unit, self.scale, self.status, self.measure)
        return bool(self.categories) or any(column is not None for column in chosen)


@dataclass(frozen=True)
class Unread:
    """A table that is not read, and why."""

    reason: str


def layout_of(grid: Grid, columns: Sequence[Column]) -> Layout | Unread:
    """Return how to read a table."""
    values = [column for column in columns if column.role == "value"]
    figures = [column for column in columns if column.role in ("figure", "value")]
    if len(figures) > 1 or not _numbers(grid, figures) > 1:
        figures = [column for column in figures if _speaks(column.header)]
    if not figures:
        return Unread("no figures")
    if all(column.role == "empty" or not column.header for column in columns):
        return Unread("no headings")
    named = {
        role: _first(columns, role) for role in ("period", "unit", "scale", "status", "measure")
    }
    if len(values) == 1 and (any(named.values()) or len(figures) == 1):
        return _long(columns, values[0], named)
    return _wide(grid, columns, figures, named)


def _speaks(header: str) -> bool:
    """Say whether a header is words, a unit or a period, and not a page number or nothing."""
    return (
        bool(header)
        and (len(re.sub(r"[^\w%$€£]", "", header)) > 1 or header in "%$€£" or header.isalpha())
        and not PAGE.fullmatch(header)
    )


def _numbers(grid: Grid, figures: Sequence[Column]) -> int:
    return sum(bool(row[column.index].text) for row in grid.body for column in figures)


def _first(columns: Sequence[Column], role: str) -> Column | None:
    return next((column for column in columns if column.role == role), None)


def _long(columns: Sequence[Column], value: Column, named: dict[str, Column | None]) -> Layout:
    others = [
        c for c in columns if c.role in ("text", "figure", "ordinal", "years") and c is not value
    ]
    key = next((c for c in others if c.role == "text" and THINGS.fullmatch(_words(c))), None)
    categories = tuple(column for column in others if column is not key)
    index = key.index if key else None
    return replace(_named(named), form="long", key=index, figures=(value,), categories=categories)


def _named(named: dict[str, Column | None]) -> Layout:
    return Layout(
        "measures", None, (), period=named["period"], unit=named["unit"], scale=named["scale"],
        status=named["status"], measure=named["measure"],
    )  # fmt: skip


def _words(column: Column) -> str:
    return " ".join(re.sub(r"[_\s]+", " ", column.header).lower().split())


def _wide(
    grid: Grid,
    columns: Sequence[Column],
    figures: Sequence[Column],
    named: dict[str, Column | None],
) -> Layout | Unread:
    texts = [column for column in columns if column.role in ("text", "measure")]
    leading = [column for column in texts if column.index < figures[-1].index]
    period = named["period"]
    plain = _named(named | {"measure": None})
    if not leading:
        if period is None:
            return Unread("no names")
        return replace(plain, form="periods", figures=tuple(figures))
    key, extra = _key(grid, leading, period)
    figures = [column for column in figures if column.index > key.index or column.header]
    form: Form = "things" if _things(grid, key, figures) else "measures"
    return replace(plain, form=form, key=key.index, figures=tuple(figures), categories=tuple(extra))


def _key(
    grid: Grid, leading: Sequence[Column], period: Column | None
) -> tuple[Column, list[Column]]:
    """Return the naming column, and those that must narrow it because it repeats."""
    first = leading[0]
    counts = Counter(
        (row[first.index].text, row[period.index].text if period else "") for row in grid.body
    )
    repeated = sum(count for (name, _), count in counts.items() if name and count > 1)
    return first, list(leading[1:]) if repeated > 0.05 * len(grid.body) else []


def _things(grid: Grid, key: Column, figures: Sequence[Column]) -> bool:
    header = _words(key)
    if not header or read_unit(key.header) or key.heading.unit or key.heading.time.lengths:
        return False
    if THINGS.fullmatch(header):
        return True
    if MEASURES.fullmatch(header):
        return False
    timed = sum(bool(column.heading.time.ends) and not column.heading.label for column in figures)
    if timed > 0.5 * len(figures):
        return False
    names = [row[key.index].text for row in grid.body if row[key.index].text]
    good = sum(name[0].isupper() and any(map(str.isalpha, name)) for name in names)
    return bool(names) and good >= NAMED_SHARE * len(names)
