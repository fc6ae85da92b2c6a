"""Rows to figures: what each number of a table is of, before its unit and period are settled."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from extractors.tables.columns import Column
from extractors.tables.grids import Grid, Slot, places_of
from extractors.tables.headings import MARKS, Heading, read_heading
from extractors.tables.layouts import Layout
from extractors.tables.numbers import Separators
from extractors.tables.periods import Stated, find_periods
from extractors.tables.stubs import Line, is_total_column, lines
from extractors.tables.units import Unit, read_unit
from warehouse.cells import Place

NORMAL = re.compile(r"normal value|undefined|a|final|", re.IGNORECASE)
"""What a status column says of figures that nothing narrows."""
SCALED = re.compile(r"\b(?:thousand|million|billion|trillion)s?\b|000", re.IGNORECASE)
NO_TIME = Stated((), (), "")


class Figure(NamedTuple):
    """One cell of a table with all that stands over and beside it."""

    line: Line
    column: Column
    heading: Heading
    slot: Slot
    label: str
    path: tuple[str, ...]
    entity: Slot | None
    words: str
    """Its label and those of the groups, for the words that say what kind of figure it is."""
    units: tuple[Unit, ...]
    """Unit statements of row and column, the nearest first."""
    times: tuple[Stated, Stated, tuple[Stated, ...]]
    """Of column, row and groups."""
    notes: tuple[str, ...]
    basis: str
    total: bool
    support: tuple[Place, ...]
    """Where its stub, groups and units stand, in order and each once."""
    unclear: bool
    """Whether its row's period, unit or multiplier column is not understood."""


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
        row: _Row | None = None
        for column in layout.figures:
            slot = line.slots[column.index]
            if slot.text:
                row = row or _row(line, layout, path)
                yield _figure(line, column, layout, row, fallback)


class _Row(NamedTuple):
    """What holds for all figures of a row."""

    beside: "_Beside"
    path: tuple[str, ...]
    stub: str
    """Label of a row that is a measure."""
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


def _row(line: Line, layout: Layout, path: tuple[str, ...]) -> _Row:
    beside, heading = _beside(line, layout), line.heading
    groups = [read for _, read in line.groups]
    measure = layout.form == "measures"
    own = row_time(heading) if measure else NO_TIME
    nearer, farther = [*beside.units], list(_farther(line))
    if measure and heading.unit:
        nearer.append((line.stub, heading.unit))
    slots = [line.stub, *[slot for slot, _ in (*line.groups, *nearer, *farther)]]
    return _Row(
        beside=beside,
        path=(*path, *[g.label for g in groups if g.label], *beside.path),
        words="".join([f" {g.label}" for g in groups]),
        nearer=tuple([unit for _, unit in nearer]),
        farther=tuple([unit for _, unit in farther]),
        support=places_of(slots),
        stub=row_label(heading, line.stub.text) if measure else "",
        time=beside.time if beside.time.ends else own,
        groups=tuple([g.time for g in groups]),
        notes=(*heading.notes, *[n for g in groups for n in g.notes], *beside.notes),
        basis=heading.basis or next((g.basis for g in groups if g.basis), ""),
    )


@dataclass(frozen=True)
class _Beside:
    """What the other columns of a row say."""

    label: str
    path: tuple[str, ...]
    units: tuple[tuple[Slot, Unit], ...]
    time: Stated
    notes: tuple[str, ...]
    unclear: bool


def _beside(line: Line, layout: Layout) -> _Beside:
    path = [
        f"{column.heading.label}: {line.slots[column.index].text.lower()}"
        for column in layout.categories
        if line.slots[column.index].text
    ]
    units: list[tuple[Slot, Unit]] = []
    time = find_periods(line.slots[layout.period.index].text) if layout.period else NO_TIME
    unclear = bool(layout.period and line.slots[layout.period.index].text and not time.ends)
    for column in (layout.unit, layout.scale):
        slot = line.slots[column.index] if column else None
        if slot is None or not slot.text:
            continue
        unit = _stated_unit(slot.text, scale=column is layout.scale)
        unclear = unclear or unit is None
        units += [(slot, unit)] if unit else []
    status = line.slots[layout.status.index].text if layout.status else ""
    notes = () if NORMAL.fullmatch(status) else (status,)
    measure = line.slots[layout.measure.index].text if layout.measure else ""
    label = " ".join(measure.split()).lower()
    return _Beside(label, tuple(path), tuple(units), time, notes, unclear)


def _stated_unit(text: str, *, scale: bool) -> Unit | None:
    """Return what a unit or multiplier column says; an index or a unit of its own keeps its words."""
    if text.lower() in ("units", "unit", "number", "1", "none", "ones"):
        return Unit(None if scale else "")
    if unit := read_unit(text):
        return unit
    return None if scale or SCALED.search(text) else Unit(" ".join(text.split()))


def _figure(line: Line, column: Column, layout: Layout, row: _Row, fallback: str) -> Figure:
    heading = column.heading
    if line.header:
        heading = read_heading(line.header[column.index], column.asides)
    things = layout.form == "things" or (layout.form == "long" and layout.key is not None)
    label = _label(layout, row.stub, heading, row.beside.label) or fallback
    own = (heading.unit,) if heading.unit and layout.form != "long" else ()
    return Figure(
        line=line, column=column, heading=heading, slot=line.slots[column.index],
        label=label, path=row.path, entity=line.stub if things else None, words=label + row.words,
        units=(*row.nearer, *own, *row.farther),
        times=(heading.time, row.time, row.groups), notes=heading.notes + row.notes,
        basis=heading.basis or row.basis, total=line.total or is_total_column(heading.label),
        support=row.support, unclear=row.beside.unclear or line.unclear,
    )  # fmt: skip


def _label(layout: Layout, stub: str, heading: Heading, measure: str) -> str:
    if layout.form == "long":
        return measure
    if layout.form == "measures":
        return f"{stub} / {heading.label}" if stub and heading.label else stub or heading.label
    return heading.label


def _farther(line: Line) -> Iterator[tuple[Slot, Unit]]:
    """Yield unit statements of a row's unit row and groups."""
    if line.unit_row and line.unit_row[1].unit:
        yield line.unit_row[0], line.unit_row[1].unit
    for slot, read in reversed(line.groups):
        if read.unit:
            yield slot, read.unit
