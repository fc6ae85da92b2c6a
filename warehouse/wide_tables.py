"""What a cross-document table is: its columns with measure and period, its frame, and what it leaves out (§3.2).

Tables of pages and of lists are made in modules of their own (`page_tables`, `list_tables`); here is what they share:
the key of a column, its name in SQL, and the step from one figure a line to one column a measure.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

import polars as pl

from warehouse.cells import Cell, Measure, Period, Role
from warehouse.fiscal_years import fiscal_year
from warehouse.records import Document, Record
from warehouse.shards import to_records
from warehouse.sql_cells import SUFFIX

DECIMAL = pl.Decimal(38, 10)
"""Type of values: 28 digits before the point, 10 after it, in DuckDB and in Polars."""
SHORT_NUMBER = r"^-?\d{1,28}(?:\.\d{1,10})?$"
"""Values that `DECIMAL` holds exactly."""
SMALLEST = 5
"""Pages or rows that make a table, and values that make a column of it."""
REACH = 400
"""Characters in front of a number in which its label is looked for."""
KEY = "entity"
LENGTHS = {"P1Y": "year", "P1M": "month", "P1D": "day", "P1W": "week"}
PARTS = re.compile(r"P(?P<count>\d+)(?P<unit>[YMWD])")
UNITS = {"Y": "years", "M": "months", "W": "weeks", "D": "days"}


class Column(Record):
    """One measure of a table, at one period where its figures state one."""

    name: str
    """Path, label, basis, unit and period, unique in the table; the column's name in SQL."""
    measure: Measure
    period: Period
    """Of every figure; empty where it is that of the pages' edition; ends in `FY2024` for fiscal years that ended on
    several days of 2024."""
    role: Role
    """`total` where the figures sum others up: never to be added to what else stands in their row."""
    shown: str
    """The label in the letter case that most documents print."""


class Conflict(Record):
    """What a table leaves out because its sources disagree, or because it would be too large."""

    entity: str
    """Empty where it is not one thing that is left out."""
    column: str
    """Empty where the thing as a whole is left out."""
    reason: str
    sources: tuple[str, ...]
    """Ids of the cells that disagree, or of the documents where the thing as a whole is left out."""


@dataclass(frozen=True)
class CorpusTable:
    """One cross-document table."""

    name: str
    """Name in SQL: the noun and the edition (`countries_2005`), for a list of things without a noun its title."""
    kind: Literal["pages", "list"]
    """`pages` where each row is a document of its own, `list` where all stand in one file."""
    noun: str
    """Common noun of the rows, singular; empty where the documents give none."""
    edition: str
    """Date of the pages, or of the list's document, as stated there; empty where they state none; the calendar year
    where the pages report on years that ended on several days of it."""
    columns: tuple[Column, ...]
    """None where the table is too large: `conflicts` says so."""
    frame: pl.DataFrame
    """`entity`, then for each column its value (`DECIMAL`, null where not stated) and its cell id under `NAME__cell`;
    sorted by entity."""
    documents: Mapping[str, str]
    """Document of each row; of a file that is read in parts the first that states it."""
    cells: Mapping[str, Cell]
    """The cells of the frame, by id."""
    conflicts: tuple[Conflict, ...] = ()
    closings: Mapping[str, str] = field(default_factory=dict)
    """Last day of each page's fiscal year, by document, where columns are of fiscal years; else empty."""


class ColumnKey(NamedTuple):
    """What two figures must share to be compared; columns are in the order of their keys."""

    label: str
    path: tuple[str, ...]
    unit: str
    basis: str
    length: str
    end: str
    role: Role


def column_key(cell: Cell, period: Period) -> ColumnKey:
    """Return the key of a cell's column, with the period that its table takes it for."""
    measure = cell.measure
    return ColumnKey(
        measure.label, measure.path, measure.unit, measure.basis, period.length, period.end, cell.role
    )  # fmt: skip


def columns_of(
    keys: Iterable[tuple[ColumnKey, Cell]], documents: Mapping[str, Document], *, under: int = 0
) -> tuple[Column, ...]:
    """Return the columns of keys, each with one of its cells, in order.

    Names leave out the `under` outermost captions.
    """
    columns: list[Column] = []
    taken = {KEY}
    for key, cell in keys:
        name = column_name(key._replace(path=key.path[under:]))
        while name.casefold() in taken:  # SQL does not tell MW from mW
            name += "+"
        taken.add(name.casefold())
        measure = cell.measure.model_copy(update={"label": key.label, "path": key.path})
        period, text = Period(length=key.length, end=key.end), documents[cell.document_id].text
        columns.append(
            Column(name=name, measure=measure, period=period, role=key.role, shown=_printed(cell, text))
        )  # fmt: skip
    return tuple(columns)


def column_name(key: ColumnKey) -> str:
    """Return a column's name: `cargo handled > containers (t) 2024`."""
    name = " > ".join((*key.path, key.label))
    basis, unit = (f" [{key.basis}]" if key.basis else ""), (f" ({key.unit})" if key.unit else "")
    return f"{name}{basis}{unit} {_period_name(key.length, key.end)}".strip().replace('"', "'")


def _period_name(length: str, end: str) -> str:
    """Return a period in words: `2024`, `year to 2024-09-28`, `3 months to 2024-06`, `at 2024-12-31`."""
    if not length or not end:
        return end or ("" if length == "instant" else _length_name(length))
    if year := fiscal_year(end):
        return f"at end of FY{year}" if length == "instant" else f"FY{year}"
    if length == "instant":
        return f"at {end}"
    whole = {"P1Y": 4, "P1M": 7, "P1D": 10}.get(length) == len(end)
    return f"{_length_name(length)} {end}" if whole else f"{_length_name(length)} to {end}"


def _length_name(length: str) -> str:
    match = PARTS.fullmatch(length)
    return LENGTHS.get(length) or (f"{match['count']} {UNITS[match['unit']]}" if match else length)


def _printed(cell: Cell, text: str) -> str:
    """Return the label in the letter case of the document: before the figure, or in the headings it rests on."""
    near = [text[max(cell.start - REACH, 0) : cell.start]]
    near += [text[place.start : place.end] for place in reversed(cell.support)]
    return " / ".join(_as_printed(part, near) for part in cell.measure.label.split(" / "))


def _as_printed(part: str, places: Iterable[str]) -> str:
    for place in places:
        at = place.casefold().rfind(part)
        found = place[at : at + len(part)]
        if at >= 0 and found.casefold() == part:
            return found
    return part


def wide_frame(
    entities: pl.Series, columns: Sequence[Column], figures: pl.DataFrame
) -> pl.DataFrame:
    """Return the frame of a table.

    Args:
        entities: names of the rows, in order.
        columns: the columns.
        figures: one a line: `row` and `column` (0-based places of entity and column), `value` (a decimal as text) and
            `id` of its cell; a column without any has nulls.
    """
    rows = pl.DataFrame({"row": pl.int_range(len(entities), dtype=pl.Int64, eager=True)})
    parts = figures.partition_by("column", as_dict=True, include_key=False)
    none = figures.clear().drop("column")
    data = [entities.alias(KEY)]
    for number, column in enumerate(columns):
        own = rows.join(parts.get((number,), none), on="row", how="left", maintain_order="left")
        data += [
            own["value"].cast(DECIMAL).alias(column.name),
            own["id"].alias(column.name + SUFFIX),
        ]
    return pl.DataFrame(data)


def majority(words: Iterable[str]) -> str:
    """Return the word that more than half of them are, empty for none."""
    counts: dict[str, int] = defaultdict(int)
    total = 0
    for word in words:
        counts[word] += bool(word)
        total += 1
    best = min(counts, key=lambda word: (-counts[word], word), default="")
    return best if best and 2 * counts[best] > total else ""


def named_apart(tables: Iterable[CorpusTable]) -> list[CorpusTable]:
    """Return the tables with names of their own in SQL, numbered where several share one."""
    out: list[CorpusTable] = []
    times: dict[str, int] = defaultdict(int)
    for table in tables:
        name = re.sub(r"\W+", "_", table.name).strip("_").casefold() or "things"
        name = f"t_{name}" if name[0].isdigit() else name
        times[name] += 1
        out.append(replace(table, name=name if times[name] == 1 else f"{name}_{times[name]}"))
    return out


class StoredCells(Mapping[str, Cell]):
    """Cells by id that stay rows of a frame until they are asked for: a list may have millions."""

    def __init__(self, frame: pl.DataFrame) -> None:
        """Take the rows of cells, in any order, each id once."""
        self._frame = frame.sort("id")

    def __getitem__(self, identity: str) -> Cell:
        """Return a cell."""
        at = _place(self._frame["id"], identity)
        return next(to_records(self._frame.slice(at, 1), Cell))

    def some(self, identities: Sequence[str]) -> Iterator[Cell]:
        """Yield cells in the order of their ids given; all at once is cheaper than one by one.

        Raises:
            KeyError: one of them is not among the cells.
        """
        ids = self._frame["id"]
        places = ids.search_sorted(pl.Series(identities, dtype=pl.String))
        found = self._frame[places.clip(0, max(len(ids) - 1, 0))] if len(ids) else self._frame
        if found["id"].to_list() != list(identities):
            raise KeyError(*sorted(set(identities) - set(found["id"])))
        return to_records(found, Cell)

    def __iter__(self) -> Iterator[str]:
        """Yield the ids in order."""
        return iter(self._frame["id"])

    def __len__(self) -> int:
        """Return the number of cells."""
        return self._frame.height


class RowDocuments(Mapping[str, str]):
    """The document of each row of a list."""

    def __init__(self, entities: pl.Series, documents: pl.Series) -> None:
        """Take the sorted names of the rows, and beside each its document."""
        self._entities, self._documents = entities, documents

    def __getitem__(self, entity: str) -> str:
        """Return the document of a row."""
        return self._documents[_place(self._entities, entity)]

    def __iter__(self) -> Iterator[str]:
        """Yield the rows in order."""
        return iter(self._entities)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._entities)


def _place(names: pl.Series, name: str) -> int:
    """Return where a name stands among sorted names.

    Raises:
        KeyError: it is not among them.
    """
    at = int(names.search_sorted(name)) if len(names) else 0
    if at == len(names) or names[at] != name:
        raise KeyError(name)
    return at
