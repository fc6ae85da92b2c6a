"""The numbers of corpus tables as questions see them: which columns exist, who has them all, how exact they are.

Generators draw from it and verifiers judge by it, so that both mean the same by a time, a sum that makes sense and a
printed precision.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import islice, product
from typing import Any

import polars as pl

from warehouse.cells import Cell
from warehouse.corpus_tables import KEY, Column, CorpusTable
from warehouse.fiscal_years import fiscal_year
from warehouse.numeric import ColumnRef
from warehouse.sql_cells import SUFFIX
from warehouse.wide_tables import StoredCells

SPECIFIC = re.compile(
    r"\b(?:rates?|ratios?|average|mean|median|per|ind(?:ex|ices)|ages?|shares?|percent\w*|density|expectancy|temperatures?|"
    r"elevations?|altitudes?|heights?|depths?|draughts?|drafts?|tariffs?|prices?|yields?|ranks?|scores?|speeds?|growth|"
    r"levels?|margins?|coverage|concentrations?|frequency|latitude|longitude|years?|months?|days?|hours?|point|highest|"
    r"lowest|mean|maximum|minimum|greatest|least|largest|smallest|longest|shortest|deepest|net migration|spread|"
    r"basic|diluted|exchange)\b"
)
"""Words of a label whose figures say how much of something there is of something else: their sum means nothing."""
NAMES = re.compile(
    r"\b(?:codes?|numbers? of the|id|phone|telephone|fax|zip|page|no|isbn|issn|cik|ein|dates?)\b"
)
"""Words of a label whose numbers name something and measure nothing."""

SERIES = 3
"""Years of a series, at least."""
WAYS = 8
"""Series of one measure, at most, where several tables of one date state a year."""
YEARLY = ("", "P1Y", "instant")
"""Lengths of periods that a year alone tells."""
YEAR = re.compile(r"\d{4}")
RECENT = 64
"""Lookups of cells that are kept: every check of a question asks for the same ones."""


class Figures:
    """The columns of one world's tables."""

    def __init__(self, tables: Iterable[CorpusTable]) -> None:
        """Take the tables as they are; nothing is copied."""
        self.tables = {table.name: table for table in tables}
        self._held = lru_cache(maxsize=RECENT)(self._found)
        self._placed = lru_cache(maxsize=RECENT)(self._rows)
        self._columns = {
            (table.name, column.name): column
            for table in self.tables.values()
            for column in table.columns
        }

    @cached_property
    def refs(self) -> dict[str, list[ColumnRef]]:
        """Columns that measure something, by table."""
        return {
            name: [
                ColumnRef(table=name, column=column.name)
                for column in table.columns
                if not NAMES.search(column.measure.label)
            ]
            for name, table in self.tables.items()
        }

    @cached_property
    def pairs(self) -> list[tuple[ColumnRef, ColumnRef]]:
        """One measure at two times, the earlier first: within a table, or in two editions of one kind of page."""
        groups: dict[tuple, list[tuple[str, ColumnRef]]] = {}
        for refs in self.refs.values():
            for ref in refs:
                column, table = self.column(ref), self.tables[ref.table]
                own = bool(column.period.end)
                key = (table.noun, table.name if own else "", column.measure, column.period.length)
                time = column.period.end or table.edition
                if time and (own or table.kind == "pages"):
                    groups.setdefault(key, []).append((time, ref))
        out: list[tuple[ColumnRef, ColumnRef]] = []
        for group in groups.values():
            ordered = sorted(group, key=lambda pair: (pair[0], pair[1].table))
            out += [
                (a, b)
                for number, (first, a) in enumerate(ordered)
                for second, b in ordered[number + 1 :]
                if first != second and len(first) == len(second)
            ]
        return out

    @cached_property
    def series(self) -> list[tuple[ColumnRef, ...]]:
        """One measure at three years or more, in order, each year as the latest documents that state it give it."""
        out: list[tuple[ColumnRef, ...]] = []
        for years in self._years.values():
            latest = {
                year: [ref for ref in refs if self._edition(ref) == max(map(self._edition, refs))]
                for year, refs in sorted(years.items())
            }
            if len(latest) >= SERIES and len({ref.table for r in latest.values() for ref in r}) > 1:
                out += islice(product(*latest.values()), WAYS)
        return out

    def together(self, refs: Sequence[ColumnRef]) -> bool:
        """Whether the documents of one table state all the years of a series."""
        years = self._years[self._kind(refs[0])]
        stating = [{other.table for other in years[self.time(ref)]} for ref in refs]
        return bool(set.intersection(*stating))

    def restated(self, refs: Sequence[ColumnRef]) -> bool:
        """Whether the tables of a series state a year of it twice."""
        tables, years = {ref.table for ref in refs}, self._years[self._kind(refs[0])]
        return any(
            len({other.table for other in years[self.time(ref)]} & tables) > 1 for ref in refs
        )

    @cached_property
    def _years(self) -> dict[tuple[Any, ...], dict[str, list[ColumnRef]]]:
        """What states a measure of dated pages, by kind of page and measure, then by year."""
        kinds: dict[tuple[Any, ...], dict[str, list[ColumnRef]]] = {}
        for name, refs in self.refs.items():
            table = self.tables[name]
            for ref in refs if table.kind == "pages" and YEAR.fullmatch(table.edition) else ():
                if YEAR.fullmatch(self.time(ref)) and self.column(ref).period.length in YEARLY:
                    own = kinds.setdefault(self._kind(ref), {})
                    own.setdefault(self.time(ref), []).append(ref)
        return kinds

    def _kind(self, ref: ColumnRef) -> tuple[Any, ...]:
        column = self.column(ref)
        return (
            self.tables[ref.table].noun,
            column.measure,
            column.period.length,
            bool(column.period.end),
        )

    def _edition(self, ref: ColumnRef) -> str:
        return self.tables[ref.table].edition

    def column(self, ref: ColumnRef) -> Column:
        """Return the column that a reference names.

        Raises:
            KeyError: there is none.
        """
        return self._columns[ref.table, ref.column]

    def time(self, ref: ColumnRef) -> str:
        """Return the time of a column's figures as stated: its period's end, else its table's edition."""
        return self.column(ref).period.end or self.tables[ref.table].edition

    def years(self, pair: Sequence[ColumnRef]) -> int:
        """Return the whole years from the first column's time to the second's, 0 where there are none."""
        first, second = (fiscal_year(time) or time for time in map(self.time, pair))
        if first[4:] != second[4:] or not (first[:4].isdigit() and second[:4].isdigit()):
            return 0
        return int(second[:4]) - int(first[:4])

    def additive(self, ref: ColumnRef) -> bool:
        """Whether the column's figures may be summed over things."""
        unit = self.column(ref).measure.unit
        summed = unit not in ("%", "pp", "bp", "°C", "°F", "K", "years", "AU") and "/" not in unit
        return summed and not self.specific(ref)

    def specific(self, ref: ColumnRef) -> bool:
        """Whether the column's label says a rate, a level or an extreme, and not an amount."""
        measure = self.column(ref).measure
        return bool(SPECIFIC.search(" ".join((measure.label, *measure.path[-1:]))))

    def complete(self, refs: Sequence[ColumnRef]) -> pl.DataFrame:
        """Return the rows that have a figure in every column: `entity`, then the columns by their place: `0`, `1`."""
        joined: pl.DataFrame | None = None
        for name in dict.fromkeys(ref.table for ref in refs):
            own = {str(at): ref.column for at, ref in enumerate(refs) if ref.table == name}
            wanted = [pl.col(KEY), *(pl.col(column).alias(at) for at, column in own.items())]
            rows = self.tables[name].frame.select(wanted).drop_nulls()
            joined = rows if joined is None else joined.join(rows, on=KEY)
        assert joined is not None
        return joined.sort(KEY)

    def values(self, ref: ColumnRef, entities: Sequence[str]) -> dict[str, tuple[Decimal, Decimal]]:
        """Return value and printed step of each thing that has a figure in the column."""
        return {
            entity: (Decimal(cell.value), Decimal(cell.step))
            for entity, cell in self.cells(ref, entities).items()
        }

    def cells(self, ref: ColumnRef, entities: Sequence[str]) -> dict[str, Cell]:
        """Return the cell of each thing that has a figure in the column."""
        return self._held(ref.table, ref.column, tuple(entities))

    def _found(self, name: str, column: str, entities: tuple[str, ...]) -> dict[str, Cell]:
        table = self.tables[name]
        places = self._placed(name, entities)
        ids = table.frame[column + SUFFIX].gather(list(places.values()))
        held = [(entity, cell) for entity, cell in zip(places, ids, strict=True) if cell]
        cells = table.cells
        if not isinstance(cells, StoredCells):
            return {entity: cells[cell] for entity, cell in held}
        found = cells.some([cell for _, cell in held])
        return dict(zip((entity for entity, _ in held), found, strict=True))

    def _rows(self, name: str, entities: tuple[str, ...]) -> dict[str, int]:
        """Return the place in its table of each thing that has a row, in the order of the table."""
        names = self.tables[name].frame[KEY]
        wanted = sorted(set(entities))
        places = names.search_sorted(pl.Series(wanted, dtype=pl.String)).to_list()
        return {
            entity: place
            for entity, place in zip(wanted, places, strict=True)
            if place < len(names) and names[place] == entity
        }
