"""A table read by the model, held against the rules' cells: a figure is sure where both say the same (method 2.2).

The model names a row, a column and the number as printed. The number is parsed again by our grammar, row and column
must stand in the table where the rules' cell rests on them, and value, unit and period must be equal. What the model
alone reads is never a figure: a cell can only be confirmed or doubted.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from extractors.tables.numbers import NotNumber, Printed, Separators, read_number, separators_of
from extractors.tables.units import SCALE_WORDS, read_unit
from warehouse.cells import Cell
from warehouse.names import normalise
from warehouse.records import Document, Record

Status = Literal["agreed", "differs", "not said"]


class SaidFigure(Record):
    """One figure as the model says it."""

    row: str = ""
    column: str = ""
    number: str = ""
    unit: str = ""
    scale: str = ""
    period: str = ""


class SaidFigures(Record):
    """The reply to one table."""

    figures: tuple[SaidFigure, ...] = ()


class CellReading(Record):
    """What the model's reading of a cell is beside the rules'."""

    id: str
    """Id of the cell."""
    document_id: str
    status: Status
    detail: str
    """On what the two differ, and what the model said; empty where they agree."""


@dataclass(frozen=True)
class Table:
    """A table that rules read, with what the model is shown of it."""

    document: Document
    cells: tuple[Cell, ...]
    start: int
    end: int

    @property
    def text(self) -> str:
        """The table's lines."""
        return self.document.text[self.start : self.end]


def tables_of(document: Document, cells: Iterable[Cell]) -> list[Table]:
    """Return the tables of a document from their cells, each from its first line to the line of its last figure."""
    by_start: dict[int, list[Cell]] = defaultdict(list)
    for cell in cells:
        if not cell.extractor.startswith("field"):
            by_start[int(cell.table)].append(cell)
    tables: list[Table] = []
    for start, own in sorted(by_start.items()):
        own.sort(key=lambda cell: cell.start)
        line = document.text.find("\n", own[-1].end)
        end = line if line >= 0 else len(document.text)
        first = min(start, own[0].start)
        tables.append(Table(document, tuple(own), first, end))
    return tables


def readings(table: Table, said: Sequence[SaidFigure]) -> list[CellReading]:
    """Return for each cell of a table what the model's reading makes of it."""
    separators = separators_of(cell.text for cell in table.cells) or "point"
    by_digits: dict[str, list[SaidFigure]] = defaultdict(list)
    for figure in said:
        by_digits[_digits(figure.number)].append(figure)
    out: list[CellReading] = []
    for cell in table.cells:
        own = [f for f in by_digits.get(_digits(cell.text), ()) if _places(table, cell, f)]
        faults = [_fault(table, cell, figure, separators) for figure in own]
        status: Status = "not said" if not own else "agreed" if "" in faults else "differs"
        detail = "" if status != "differs" else f"{faults[0]}: {own[0].model_dump_json()[:200]}"
        out.append(
            CellReading(id=cell.id, document_id=cell.document_id, status=status, detail=detail)
        )
    return out


def unread(table: Table, said: Sequence[SaidFigure]) -> list[SaidFigure]:
    """Return the figures that the model gives and no rule reads in the table."""
    known = {_digits(cell.text) for cell in table.cells}
    return [figure for figure in said if _digits(figure.number) not in known]


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def _places(table: Table, cell: Cell, figure: SaidFigure) -> bool:
    """Whether the row that a figure names stands in front of the cell, or is what the rules take it for."""
    row = normalise(figure.row)
    text = table.document.text
    line = text[text.rfind("\n", 0, cell.start) + 1 : cell.start]
    named = (normalise(line), normalise(cell.entity), normalise(cell.measure.label))
    return bool(row) and any(row in name for name in named)


def _fault(table: Table, cell: Cell, figure: SaidFigure, separators: Separators) -> str:
    """Return on what the two readings of a cell differ, empty for nothing."""
    number = read_number(figure.number, separators)
    if isinstance(number, NotNumber):
        return "the number cannot be read"
    if not _same_value(cell, figure, number):
        return "value"
    heads = [table.document.text[place.start : place.end] for place in cell.support]
    column = normalise(figure.column)
    heading = {normalise(head) for head in (*heads, cell.measure.label, cell.period.end)}
    if not column or not any(column in head or (head and head in column) for head in heading):
        return "column"
    said = " ".join((figure.period, figure.column, figure.row))
    if cell.period.end and cell.period.end[:4] not in said and figure.period:
        return "period"
    return "" if _same_unit(cell, figure, number) else "unit"


def _same_value(cell: Cell, figure: SaidFigure, number: Printed) -> bool:
    """Whether the number, by the scale that the model names or by none, is the cell's."""
    scale = SCALE_WORDS.get(figure.scale.strip().lower(), 1)
    stated = {number.value, number.value * scale}
    return any(format(value.normalize(), "f") == cell.value for value in stated)


def _same_unit(cell: Cell, figure: SaidFigure, number: Printed) -> bool:
    """Whether the model's unit is the cell's; one that it leaves out contradicts nothing but a share of a hundred."""
    said = figure.unit.strip() or number.unit
    if not said:
        return cell.measure.unit != "%"
    read = read_unit(said)
    sign = said if read is None or read.sign is None else read.sign
    return normalise(sign) == normalise(cell.measure.unit) or sign == cell.measure.unit
