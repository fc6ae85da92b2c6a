"""Numbers that documents state in tables, field lists and sentences: what each measures, when, and where it stands.

A cell is a fact about one thing (the row's own, or the document's subject) that can be computed with: its value is an
exact decimal with scale and sign applied, and its printed precision is kept. Cells are comparable only where measure
and period agree in full (method 2.2): label, path, unit, accounting basis, period length and period end.
"""

from functools import lru_cache
from typing import Literal

from warehouse.identity import canonical, named
from warehouse.records import Record

Role = Literal["value", "total"]


class Place(Record):
    """A stretch of a document's text."""

    start: int
    end: int


class Period(Record):
    """The time that a figure is of."""

    length: str
    """ISO 8601 duration (`P1Y`, `P3M`), `instant` for a moment (a balance, a census day), empty where not stated."""
    end: str
    """Its last day, month or year as stated: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; empty where not stated."""


class Measure(Record):
    """What a figure is of, apart from whose it is and when."""

    label: str
    """Lower-case words of field, row or column, without unit, period and footnote marks: `land use / arable land`."""
    path: tuple[str, ...]
    """Lower-case captions, statement titles and group rows that the label stands under, outermost first."""
    unit: str
    """`%`, an ISO 4217 code (`USD`), a unit's usual sign (`km`, `sq km`, `kWh`), either with `/` and what it is per
    (`USD/share`), empty for a bare count or index."""
    basis: str
    """Accounting or counting basis as stated (`non-gaap`, `seasonally adjusted`), lower-case; empty for none."""


class Cell(Record):
    """One printed number and all that is needed to compute with it."""

    id: str
    document_id: str
    section_id: str
    table: str
    """Start of its table in the text, as a decimal; fields of one list share it, sentences have their own."""
    row: int
    """0-based row of the table's body, or line of the list."""
    column: int
    """0-based column; 1 for the value of a field."""
    entity: str
    """Name of the thing as printed: the row's own, or the document's subject."""
    named: Place | None
    """Where the row names it; None where it is the document's subject."""
    measure: Measure
    period: Period
    text: str
    """The number as printed, equal to the document's text at the span."""
    start: int
    end: int
    value: str
    """Exact decimal: scale applied (`in thousands`), negative where in brackets, `%` left as printed (`10.6`)."""
    step: str
    """Printed precision in units of `value`, a decimal."""
    notes: tuple[str, ...]
    """What else narrows the figure, as printed: a cell with notes may be read and never computed with."""
    role: Role
    """`total` where the row or column sums others up."""
    exact: bool
    """Whether the source gives the number as data (csv, JSON, XBRL, a spreadsheet) and not as print."""
    support: tuple[Place, ...]
    """Headers, captions and unit lines that the reading rests on, in order."""
    extractor: str
    """Name and version of the reader, `pipe-table/2`."""


def cell_id(document_id: str, start: int, end: int, measure: Measure, extractor: str) -> str:
    """Return the content id of a cell: document, span, measure and extractor."""
    said = _said(measure.label, measure.path, measure.unit, measure.basis)
    return named("cell", _plain(document_id), str(start), str(end), said, _plain(extractor))


# The cells of a table share measures, document and extractor.
@lru_cache(maxsize=1 << 12)
def _said(label: str, path: tuple[str, ...], unit: str, basis: str) -> str:
    return canonical({"label": label, "path": path, "unit": unit, "basis": basis})


@lru_cache(maxsize=1 << 8)
def _plain(text: str) -> str:
    return canonical(text)
