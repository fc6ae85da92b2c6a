"""Rows to figures: what each number of a table is of, before its unit and period are settled."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from extractors.tables.columns import Column
from extractors.tables.grids import Grid, Slot, places_of
from extractors.tables.headings import MARKS, Heading, read_heading
from extractors.tables.layouts import Layout
from extractors.tables.numbers import Separators
from extractors.tables.periods import Stated, find_periods
from extractors.tables.stubs import Line, lines
from extractors.tables.units import Unit, read_unit
from warehouse.cells import Place

NORMAL = re.compile(r"normal value|undefined|a|final|", re.IGNORECASE)
"""What a status column says of figures that nothing narrows."""
SCALED = re.compile(r"\b(?:thousand|million|billion|trillion)s?\b|000", re.IGNORECASE)
NO_TIME = Stated((), (), "")


class Figure(NamedTuple):
    """One cell of a table with all that stands over and beside it."""

    row: "Row"
    column: Column
    heading: Heading
    """Its column's, or that of a row of headers above it."""
    slot: Slot
    label: str
    units: tuple[Unit, ...]
    """Unit statements of row and column, the nearest first."""


class Row(NamedTuple):
    """What holds for all figures of a row."""

    line: Line
    path: tuple[str, ...]
    label: str
    """That of a row that is a measure, or what a measure column says of it."""
    entity: Slot | None
    """Its stub, where that names a thing."""
    time: Stated
    groups: tuple[Stated, ...]
    notes: tuple[str, ...]
    basis: str
    words: str
    """Labels of its groups, a blank before each."""
    nearer: tuple[Unit, ...]
    """Unit statements before that of the column."""
    farther: tuple[Unit, ...]
    """Those after it."""
    support: tuple[Place, ...]
    """Where its stub, groups and units stand, in order and each once."""
    unclear: bool
    """Whether its period, unit or multiplier column is not understood."""


def row_time(heading: Heading) -> Stated:
    """Return what a stub says of time; a year among other words (`Notes due 2027`) is part of the name."""
    time = heading.time
    if len(time.ends) > 1:
        return NO_TIME
    return time if not time.rest or time.instant or time.lengths or heading.notes else NO_TIME


def row_label(heading: Heading, text: str) -> str:
    """Return a stub's label; one that keeps its years keeps all its words."""
    if heading.time.ends and row_time(heading) is NO_TIME:
        return " ".join(MARKS.sub("", text).split()).strip(" :").lower()
    return heading.label or ("" if heading.time.ends else " ".join(text.split()).lower())


def repeated_lines(found: Sequence[Line], layout: Layout) -> frozenset[int]:
    """Return the rows that cannot be told from another row of the table."""
    identities = [_identity(line, layout) for line in found]
    counts = Counter(identities)
    if len(counts) == len(identities):
        return frozenset()
    return frozenset(
        line.index for line, same in zip(found, identities, strict=True) if counts[same] > 1
    )


def _identity(line: Line, layout: Layout) -> int:
    own = tuple([line.slots[index].text for index in layout.stubs])
    return hash((own, tuple([slot.text for slot, _ in line.groups]), tuple(line.header or ())))


def table_lines(grid: Grid, layout: Layout, separators: Separators) -> list[Line]:
    """Return the rows of figures."""
    if layout.form == "long":
        return [
            Line(i, row, row[layout.key or 0], read_heading(""), (), None, None, False)
            for i, row in enumerate(grid.body)
        ]
    stub = layout.key if layout.key is not None else (layout.period.index if layout.period else 0)
    return list(lines(grid, stub, layout.stubs, separators))


def figures(
    found: Sequence[Line], layout: Layout, path: tuple[str, ...], fallback: str
) -> Iterator[Figure]:
    """Yield the cells of the figure columns that are not empty."""
    for line in found:
        row: Row | None = None
        for column in layout.figures:
            slot = line.slots[column.index]
            if slot.text:
                row = row or _row(line, layout, path)
                yield _figure(row, column, layout, slot, fallback)


def _row(line: Line, layout: Layout, path: tuple[str, ...]) -> Row:
    beside, heading, groups = _beside(line, layout), line.heading, [g for _, g in line.groups]
    measure = layout.form == "measures"
    things = layout.form == "things" or (layout.form == "long" and layout.key is not None)
    own = row_time(heading) if measure else NO_TIME
    nearer, farther = beside.units, _farther(line)
    if measure and heading.unit:
        nearer = [*nearer, (line.stub, heading.unit)]
    slots = [line.stub, *[slot for slot, _ in (*line.groups, *nearer, *farther)]]
    return Row(
        line=line,
        path=(*path, *[g.label for g in groups if g.label], *beside.path),
        label=row_label(heading, line.stub.text) if measure else beside.label,
        entity=line.stub if things else None,
        time=beside.time if beside.time.ends else own,
        groups=tuple([g.time for g in groups]),
        notes=(*heading.notes, *[n for g in groups for n in g.notes], *beside.notes),
        basis=heading.basis or next((g.basis for g in groups if g.basis), ""),
        words="".join([f" {g.label}" for g in groups]),
        nearer=tuple([unit for _, unit in nearer]),
        farther=tuple([unit for _, unit in farther]),
        support=places_of(slots),
        unclear=beside.unclear or line.unclear,
    )


class _Beside(NamedTuple):
    """What the other columns of a row say."""

    label: str
    path: list[str]
    units: list[tuple[Slot, Unit]]
    time: Stated
    notes: tuple[str, ...]
    unclear: bool


def _beside(line: Line, layout: Layout) -> _Beside:
    if not layout.beside:
        return NOTHING
    slots = line.slots
    path: list[str] = []
    for column in layout.categories:
        if text := slots[column.index].text:
            path.append(f"{column.heading.label}: {text.lower()}")
    units: list[tuple[Slot, Unit]] = []
    stated = slots[layout.period.index].text if layout.period else ""
    time = find_periods(stated) if stated else NO_TIME
    unclear = bool(stated) and not time.ends
    for column in (layout.unit, layout.scale):
        slot = slots[column.index] if column else None
        if slot is None or not slot.text:
            continue
        unit = _stated_unit(slot.text, scale=column is layout.scale)
        unclear = unclear or unit is None
        units += [(slot, unit)] if unit else []
    status = slots[layout.status.index].text if layout.status else ""
    notes = () if NORMAL.fullmatch(status) else (status,)
    measure = slots[layout.measure.index].text if layout.measure else ""
    label = " ".join(measure.split()).lower()
    return _Beside(label, path, units, time, notes, unclear)


NOTHING = _Beside("", [], [], NO_TIME, (), False)


@lru_cache(maxsize=1 << 12)
def _stated_unit(text: str, *, scale: bool) -> Unit | None:
    """Return what a unit or multiplier column says; an index or a unit of its own keeps its words."""
    if text.lower() in ("units", "unit", "number", "1", "none", "ones"):
        return Unit(None if scale else "")
    if unit := read_unit(text):
        return unit
    return None if scale or SCALED.search(text) else Unit(" ".join(text.split()))


def _figure(row: Row, column: Column, layout: Layout, slot: Slot, fallback: str) -> Figure:
    heading = column.heading
    if row.line.header:
        heading = read_heading(row.line.header[column.index], column.asides)
    label = _label(layout, row.label, heading.label) or fallback
    units = row.nearer + row.farther
    if heading.unit and layout.form != "long":
        units = (*row.nearer, heading.unit, *row.farther)
    return Figure(row, column, heading, slot, label, units)


def _label(layout: Layout, row: str, column: str) -> str:
    if layout.form == "long":
        return row
    if layout.form == "measures":
        return f"{row} / {column}" if row and column else row or column
    return column


def _farther(line: Line) -> list[tuple[Slot, Unit]]:
    """Return unit statements of a row's unit row and groups."""
    above = (line.unit_row,) if line.unit_row else ()
    return [(slot, read.unit) for slot, read in (*above, *line.groups[::-1]) if read.unit]
