"""Tables to cells: numbers with measure, unit, scale and period, or the reason why a number is not given.

A table is read in steps: its grid, its columns' roles, its layout, its rows, and for each figure unit, scale and
period. Where a step leaves something open the figures concerned are refused; nothing is guessed.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from extractors.tables.columns import Column, read_columns
from extractors.tables.fixed_width import fixed_grids
from extractors.tables.grids import (
    MAX_COLUMNS,
    Grid,
    Sections,
    Slot,
    pipe_grids,
    place_of,
    places_of,
)
from extractors.tables.layouts import Layout, Unread, layout_of
from extractors.tables.numbers import (
    NotNumber,
    Printed,
    Separators,
    plain,
    read_number,
    separators_of,
)
from extractors.tables.rows import Figure, figures, repeated_lines, table_lines
from extractors.tables.scaling import Around as Sides
from extractors.tables.scaling import Money, Scaled, Unclear, money_of, scaled
from extractors.tables.second import disagreements, views
from extractors.tables.stated_scales import states_scale
from extractors.tables.stubs import is_header_row, is_total_column, unit_of_row
from extractors.tables.surroundings import Around, surroundings
from extractors.tables.timing import period_of
from extractors.tables.units import Unit
from warehouse.cells import Cell, Measure, Period, Place, cell_id
from warehouse.records import Document, Record, Section

EXTRACTORS = {"pipe": "pipe-table/2", "fixed": "fixed-width/2"}
TIME_ONLY = re.compile(
    r"^(?:for )?(?:the )?(?:(?:\w+|\d+) )?(?:fiscal )?(?:years?|quarters?|months|weeks) ended\b.*|^as (?:of|at)\b.*|"
    r"^[A-Z][a-z]+\.? \d{1,2},?$",
    re.IGNORECASE,
)
"""Headers of a period alone, which other headers stand under."""
NAME_MARK = re.compile(r"\s*(?:(?:[*†‡§¶]+|\(\d{1,2}\)|\[\w{1,3}\]|(?<=\s)(?:\d{1,2}/)+)\s*)+$")
EXACT = frozenset(("csv", "json"))
"""Formats whose tables are data and not print."""


class Refusal(Record):
    """A table, row or figure that is not given."""

    place: Place
    reason: str
    """Short fixed phrase that counts can be grouped by."""
    detail: str
    """The text concerned."""


class TableReading(Record):
    """What the tables, or the fields, of a document give."""

    cells: tuple[Cell, ...]
    refused: tuple[Refusal, ...]
    """Missing figures and cells of words are not among them."""


@dataclass(frozen=True)
class _Table:
    """One table on its way to cells."""

    document: Document
    sections: Sections
    grid: Grid
    columns: tuple[Column, ...]
    layout: Layout
    around: Around
    separators: Separators
    money: Money | None
    percent: frozenset[int]
    """Columns that print `%`."""
    over: dict[int, tuple[Place, ...]]
    """Where captions and headers of a column stand, filled as columns are met."""
    outer: tuple[Unit, ...]
    """Unit statements over the stub and the table, the nearest first."""
    accounts: bool
    """Whether brackets mean negative: the table prints money, a scale or `%` beside brackets."""
    elsewhere: bool
    """Whether the document states a scale for figures, perhaps for more tables than the one that it stands at."""


def table_cells(document: Document, sections: Sequence[Section]) -> Iterator[Cell]:
    """Yield the cells of a document's tables in order of the text, table by table."""
    for item in _read(document, sections):
        if isinstance(item, Cell):
            yield item


def read_table_cells(document: Document, sections: Sequence[Section]) -> TableReading:
    """Return the cells of a document's tables and what was refused."""
    found = list(_read(document, sections))
    return TableReading(
        cells=tuple(item for item in found if isinstance(item, Cell)),
        refused=tuple(item for item in found if isinstance(item, Refusal)),
    )


def _read(document: Document, sections: Sequence[Section]) -> Iterator[Cell | Refusal]:
    places = Sections(sections)
    elsewhere = document.format not in EXACT and states_scale(document.text)
    for grid in chain(pipe_grids(document), fixed_grids(document)):
        yield from _read_grid(document, places, grid, elsewhere=elsewhere)


def _read_grid(
    document: Document, sections: Sections, grid: Grid, *, elsewhere: bool
) -> Iterator[Cell | Refusal]:
    for slot in grid.ragged:
        yield _refusal(slot, "row of another width")
    if grid.width > MAX_COLUMNS:
        yield _refusal(grid.header[0][0], "too many columns", str(grid.width))
        return
    _lift_headers(grid)
    if not grid.body:
        return
    separators = separators_of([slot.text for row in grid.body for slot in row])
    if separators is None:
        yield _refusal(grid.header[0][0], "decimal commas and points")
        return
    columns = read_columns(grid, separators)
    layout = layout_of(grid, columns)
    if isinstance(layout, Unread):
        yield _refusal(grid.header[0][0], layout.reason)
        return
    section = sections.at(grid.start, grid.start)
    around = surroundings(document, section, grid)
    found = columns, layout, around, separators
    table = _table(document, sections, grid, found, elsewhere=elsewhere)
    if document.format in EXACT:
        yield from _table_cells(table)
    else:
        yield from _confirmed(table)


def _confirmed(table: _Table) -> Iterator[Cell | Refusal]:
    """Yield what both readings of a printed table agree on; where they differ the figure is refused."""
    found = list(_table_cells(table))
    cells = [item for item in found if isinstance(item, Cell)]
    seen = views(table.grid, cells, table.document.text)
    differs = dict(
        zip((cell.id for cell in cells), disagreements(seen, table.separators), strict=True)
    )
    for item in found:
        reason = differs[item.id] if isinstance(item, Cell) else ""
        if isinstance(item, Cell) and reason:
            yield Refusal(
                place=Place(start=item.start, end=item.end), reason=reason, detail=item.text
            )
        else:
            yield item


def _lift_headers(grid: Grid) -> None:
    """Take rows of headers off the body's top: Markdown has one header row, tables may have more."""
    while grid.kind == "pipe" and len(grid.body) > 1 and len(grid.header) < 4:
        if slot := unit_of_row(grid.body[0]):
            grid.above.append(slot)
            grid.body.pop(0)
        elif is_header_row(grid.body[0], 0, "point"):
            grid.header.append(grid.body.pop(0))
        else:
            break
    for row in grid.header[:-1]:
        _spread(row)


def _spread(row: list[Slot]) -> None:
    """Let a header of periods hold for the columns after it, as its spanning cell did before it was printed."""
    filled = [index for index, slot in enumerate(row) if slot.text and index]
    if not any(TIME_ONLY.search(row[index].text) for index in filled):
        return
    first = 1 if len(filled) == 1 else filled[0]
    if len(filled) > 1 and first > 1:
        return
    current = row[filled[0]]
    for index in range(first, len(row)):
        current = row[index] if row[index].text else current
        row[index] = current


def _table(
    document: Document, sections: Sections, grid: Grid,
    found: tuple[list[Column], Layout, Around, Separators], *, elsewhere: bool,
) -> _Table:  # fmt: skip
    columns, layout, around, separators = found
    numbers: list[tuple[int, int, Printed]] = []
    for index, row in enumerate(grid.body):
        for column in layout.figures:
            number = read_number(row[column.index].text, separators)
            if isinstance(number, Printed) and (number.unit or number.bracketed):
                numbers.append((index, column.index, number))
    percent = frozenset(c for _, c, number in numbers if number.unit == "%")
    money = money_of(numbers)
    scales = any(unit.scale != 1 for _, unit in around.units) or any(
        c.heading.unit is not None and c.heading.unit.scale != 1 for c in columns
    )
    accounts = money is not None or scales or bool(percent)
    stub = columns[layout.key].heading.unit if layout.key is not None else None
    outer = tuple([unit for unit in (stub, *[unit for _, unit in around.units]) if unit])
    return _Table(
        document,
        sections,
        grid,
        tuple(columns),
        layout,
        around,
        separators,
        money,
        percent,
        {},
        outer,
        accounts,
        elsewhere,
    )


def _table_cells(table: _Table) -> Iterator[Cell | Refusal]:
    layout, document = table.layout, table.document
    found = table_lines(table.grid, layout, table.separators)
    doubtful = repeated_lines(found, layout)
    same = _same_headings(table)
    fallback = _fallback(table)
    for figure in figures(found, layout, table.around.path, fallback):
        number = read_number(figure.slot.text, table.separators)
        if isinstance(number, NotNumber):
            if number.reason not in ("missing", "text"):
                yield _refusal(figure.slot, number.reason)
            continue
        if figure.row.line.index in doubtful:
            yield _refusal(figure.slot, "row repeats another")
        elif figure.column.index in same and not figure.row.line.header:
            yield _refusal(figure.slot, "heading repeats another")
        else:
            yield _cell(table, figure, number, document)


def _fallback(table: _Table) -> str:
    """Return the measure's label where neither row nor column names it: caption, else a data file's title."""
    if table.layout.form == "measures":
        return ""
    label = table.around.caption
    title = table.document.title
    return label or (
        (title if title.isupper() else title.lower()) if table.document.format in EXACT else ""
    )


def _same_headings(table: _Table) -> frozenset[int]:
    """Return the figure columns that cannot be told apart; parts of one spanned column can."""
    by_text = Counter(column.header for column in table.layout.figures)
    same: set[int] = set()
    for text, count in by_text.items():
        if count == 1:
            continue
        group = [c.index for c in table.layout.figures if c.header == text]
        rows = [
            {row[i].start: row[i].text for i in group if row[i].text} for row in table.grid.body
        ]
        if any(len(set(row.values())) > 1 for row in rows):
            same.update(group)
        elif any(len(row) > 1 for row in rows):
            # A spanning cell was printed once for each column that it spans.
            same.update(group[1:])
    return frozenset(same)


def _cell(table: _Table, figure: Figure, number: Printed, document: Document) -> Cell | Refusal:
    slot = figure.slot
    if number.bracketed and not table.accounts:
        return _refusal(slot, "bracketed number")
    if not figure.label:
        return _refusal(slot, "no measure")
    row = figure.row
    if row.entity is not None and not row.entity.text:
        return _refusal(slot, "no name")
    unit = _unit(table, figure, number)
    if row.unclear:
        return _refusal(slot, "row unclear")
    if isinstance(unit, Unclear):
        return _refusal(slot, unit.reason)
    period = period_of(
        figure.heading.time, row.time, row.groups, table.around.context, figure.label
    )
    if period is None:
        return _refusal(slot, "period unclear")
    section = table.sections.at(slot.start + number.start, slot.start + number.end)
    if section is None:
        return _refusal(slot, "outside the sections")
    return _record(table, figure, (number, unit, period), (document, section))


def _unit(table: _Table, figure: Figure, number: Printed) -> Scaled | Unclear:
    units = _merged((*figure.units, *table.outer))
    paid, percent = _paid(table, figure), figure.column.index in table.percent
    words = figure.label + figure.row.words
    around = Sides(words, units, table.money, paid, percent, table.elsewhere)
    return scaled(number, around)


def _merged(units: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """Let a multiplier column stand with the unit column beside it."""
    if len(units) < 2 or units[0].sign is None or units[1].sign is not None or units[0].scale != 1:
        return units
    first, scale = units[0], units[1].scale
    return (Unit(first.sign, scale, first.shares, first.excepted), *units[2:])


def _paid(table: _Table, figure: Figure) -> bool:
    """Say whether the sign of money that is printed elsewhere in the table holds for a figure too."""
    money, column = table.money, figure.column.index
    if money is None:
        return False
    if column in money.columns:
        return True
    pure = bool(figure.heading.time.ends) and not figure.heading.label
    return pure and column not in table.percent


def _record(
    table: _Table,
    figure: Figure,
    found: tuple[Printed, Scaled, Period],
    home: tuple[Document, Section],
) -> Cell:
    number, unit, period = found
    document, section = home
    row, heading = figure.row, figure.heading
    start = figure.slot.start + number.start
    end = figure.slot.start + number.end
    path = row.path
    if figure.label in path or "" in path:
        path = tuple([part for part in path if part and part != figure.label])
    basis = heading.basis or row.basis or table.around.basis
    measure = _measure(figure.label, path, unit.unit, basis)
    extractor = EXTRACTORS[table.grid.kind]
    entity = _name(row.entity) if row.entity else None
    total = row.line.total or is_total_column(heading.label)
    return Cell(
        id=cell_id(document.id, start, end, measure, extractor), document_id=document.id,
        section_id=section.id, table=str(table.grid.start), row=row.line.index, column=figure.column.index,
        entity=entity.text if entity else document.subject or document.title,
        named=entity.place if entity else None, measure=measure, period=period,
        text=document.text[start:end], start=start, end=end, value=plain(number.value * unit.scale),
        step=plain(number.step * unit.scale), notes=number.notes + heading.notes + row.notes,
        role="total" if total else "value", exact=document.format in EXACT,
        support=_support(table, figure), extractor=extractor,
    )  # fmt: skip


@lru_cache(maxsize=1 << 12)
def _measure(label: str, path: tuple[str, ...], unit: str, basis: str) -> Measure:
    return Measure(label=label, path=path, unit=unit, basis=basis)


@lru_cache(maxsize=1 << 12)
def _name(slot: Slot) -> Slot:
    """Return a row's name without footnote marks at its end."""
    match = NAME_MARK.search(slot.text)
    return Slot(slot.text[: match.start()], slot.start) if match and match.start() else slot


def _support(table: _Table, figure: Figure) -> tuple[Place, ...]:
    """Return where captions, headers and stubs of a figure stand, in order and each once."""
    column, beside = figure.column.index, figure.row.support
    over = table.over.get(column)
    if over is None:
        columns = [column] if table.layout.key is None else [column, table.layout.key]
        slots = [*table.around.slots, *(slot for slot, _ in table.around.units)]
        slots += [row[index] for index in columns for row in table.grid.header]
        over = table.over[column] = places_of(slots)
    if not over or not beside or over[-1].start < beside[0].start:
        return over + beside
    return tuple([place_of(*key) for key in sorted({(p.start, p.end) for p in over + beside})])


def _refusal(slot: Slot, reason: str, detail: str = "") -> Refusal:
    return Refusal(place=slot.place, reason=reason, detail=detail or slot.text[:120])
