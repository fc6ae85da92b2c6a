"""Tables of pages: each row a document of its own, each column a measure that several of them state (decision 0019).

Pages of one kind and edition (the country pages of 2005, the annual reports of one form) make one table. A field is
taken as of the pages' edition, whatever year stands beside it. A figure of a page's tables keeps its period, which is
part of the column: a report's column of the year before is a column of its own. Yearly reports whose years end on
different days are compared by fiscal year (`fiscal_years`).
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from decimal import Decimal

import networkx as nx
import polars as pl

from warehouse.cells import Cell, Measure, Period
from warehouse.fiscal_years import fiscal, undated
from warehouse.records import Document
from warehouse.statements import comparable, of_yearly_report, signed_by_style
from warehouse.wide_tables import (
    SHORT_NUMBER,
    SMALLEST,
    ColumnKey,
    Conflict,
    CorpusTable,
    column_key,
    column_name,
    columns_of,
    majority,
    wide_frame,
)

ALIKE = 0.3
"""Share of their common fields (of the page with fewer) that two pages of one kind share."""
FIELDS = "field/"
"""Extractor of cells that are fields of the page, and not of a table on it."""
OF_EDITION = Period(length="", end="")
YEARLY = re.compile(r"\byear\b", re.IGNORECASE)
NUMBER = re.compile(SHORT_NUMBER)
Fields = dict[ColumnKey, list[Cell]]


class PageTables:
    """Collects the cells of pages and makes their tables."""

    def __init__(self, documents: Mapping[str, Document], smallest: int = SMALLEST) -> None:
        """Start without cells; `smallest` is the number of pages that make a table, or state a column, at least."""
        self._documents = documents
        self._smallest = smallest
        self._fields: dict[str, Fields] = defaultdict(lambda: defaultdict(list))

    def add(self, cell: Cell) -> None:
        """Take in a cell of a document's own subject; one that cannot be compared is left out."""
        document = self._documents[cell.document_id]
        if not document.subject or cell.notes or cell.measure.unit == "year":
            return
        if not NUMBER.match(cell.value) or not _comparable(cell, document):
            return
        period = OF_EDITION if cell.extractor.startswith(FIELDS) else cell.period
        measure = comparable(cell.measure)
        key = column_key(cell, period)._replace(label=measure.label, path=measure.path)
        self._fields[document.id][key].append(cell)

    def tables(self, nouns: Mapping[str, str]) -> list[CorpusTable]:
        """Return the tables, by edition; `nouns` are common nouns by name of a subject."""
        kinds: dict[tuple[str, str], list[str]] = defaultdict(list)
        for identity in sorted(self._fields):
            kinds[_kind(self._documents[identity])].append(identity)
        tables: list[CorpusTable] = []
        for (edition, _), pages in sorted(kinds.items()):
            closings = {page: self._documents[page].date for page in pages}
            fields: Mapping[str, Fields] = self._fields
            if len(set(closings.values())) > 1:
                fields = {p: _of_fiscal_years(fields[p], day) for p, day in closings.items()}
            else:
                edition, closings = closings[pages[0]], {}
            for group in _alike(pages, fields, self._smallest):
                members = {page: self._documents[page] for page in group}
                noun = majority(nouns.get(page.subject, "") for page in members.values())
                made = _table(members, fields, edition, noun, self._smallest)
                if made is not None:
                    tables.append(replace(made, closings=closings))
        return tables


def _comparable(cell: Cell, document: Document) -> bool:
    """Say whether a figure's period is known as well as the page's own.

    A bare year is the fiscal year of a page that reports on one; on a page of a quarter nobody knows when it ended.
    """
    bare = len(cell.period.end) == 4 and not cell.extractor.startswith(FIELDS)
    return not bare or len(document.date) < 10 or bool(YEARLY.search(document.title))


def _kind(document: Document) -> tuple[str, str]:
    """Return what documents of one kind share: the edition, and the title without the subject.

    Reports on a year that ended on some day are of the calendar year that it ended in.
    """
    pattern = re.sub(re.escape(document.subject), "{}", document.title, flags=re.IGNORECASE)
    if len(document.date) == len("2024-06-30") and YEARLY.search(document.title):
        return document.date[:4], undated(pattern).casefold()
    return document.date, pattern.casefold()


def _of_fiscal_years(fields: Fields, closing: str) -> Fields:
    """Return the figures of a report with its fiscal years for periods; those of other periods are left out.

    What has no period is taken as of the report's edition, as elsewhere.
    """
    own: Fields = defaultdict(list)
    for key, cells in fields.items():
        stated = Period(length=key.length, end=key.end)
        measure = Measure(label=key.label, path=key.path, unit=key.unit, basis=key.basis)
        period = fiscal(of_yearly_report(measure, stated), closing)
        if period is None and stated == OF_EDITION:
            period = stated
        if period is not None:
            own[key._replace(length=period.length, end=period.end)] += cells
    return own


def _alike(pages: Sequence[str], fields: Mapping[str, Fields], smallest: int) -> list[list[str]]:
    """Return groups of pages that share a fair part of the fields that so many pages state.

    Each page is held against the ones that have most of them.
    """
    stated: dict[ColumnKey, int] = defaultdict(int)
    for page in pages:
        for key in fields[page]:
            stated[key] += 1
    common = {p: {key for key in fields[p] if stated[key] >= smallest} for p in pages}
    graph = nx.Graph()
    heads: list[AbstractSet[ColumnKey]] = []
    for page in sorted(filter(common.get, pages), key=lambda p: (-len(common[p]), p)):
        own = common[page]
        found = (at for at, head in enumerate(heads) if len(own & head) >= ALIKE * len(own))
        head = next(found, len(heads))
        if head == len(heads):
            heads.append(own)
        graph.add_edge(page, head)
    groups = (
        sorted(p for p in group if isinstance(p, str)) for group in nx.connected_components(graph)
    )
    return [group for group in groups if len(group) >= smallest]


def _table(
    pages: Mapping[str, Document],
    fields: Mapping[str, Fields],
    edition: str,
    noun: str,
    smallest: int,
) -> CorpusTable | None:
    rows, conflicts = _rows(pages.values())
    stated: dict[ColumnKey, dict[str, Cell]] = defaultdict(dict)
    doubtful: dict[ColumnKey, list[Conflict]] = defaultdict(list)
    for entity, page in rows.items():
        for key, cells in fields[page].items():
            if len({cell.value for cell in cells}) == 1:
                stated[key][entity] = min(cells, key=lambda cell: cell.start)
            else:
                doubtful[key].append(_stated_differently(entity, key, cells))
    kept = {key: own for key, own in sorted(stated.items()) if len(own) >= smallest}
    for key in [key for key, own in kept.items() if _signs_differ(own.values())]:
        sources = tuple(sorted(cell.id for cell in kept.pop(key).values()))
        conflicts.append(
            Conflict(entity="", column=column_name(key), reason="signs differ", sources=sources)
        )
    if not kept:
        return None
    for key in sorted(doubtful):
        if len(stated[key]) + len(doubtful[key]) >= smallest:
            conflicts += doubtful[key]
    firsts = [
        (key, min(own.values(), key=lambda c: (c.measure.label != key.label, c.id)))
        for key, own in kept.items()
    ]
    columns = columns_of(firsts, pages)
    entities = sorted(rows)
    place = {entity: number for number, entity in enumerate(entities)}
    figures = pl.DataFrame(
        [
            (place[entity], number, cell.value, cell.id)
            for number, own in enumerate(kept.values())
            for entity, cell in own.items()
        ],
        schema={"row": pl.Int64, "column": pl.Int64, "value": pl.String, "id": pl.String}, orient="row",
    )  # fmt: skip
    return CorpusTable(
        name=" ".join((noun or "things", edition)), kind="pages", noun=noun, edition=edition, columns=columns,
        frame=wide_frame(pl.Series(entities, dtype=pl.String), columns, figures), documents=rows,
        cells={cell.id: cell for own in kept.values() for cell in own.values()}, conflicts=tuple(conflicts),
    )  # fmt: skip


def _signs_differ(cells: Collection[Cell]) -> bool:
    """Say whether a line of statements is taken away in some of them and printed without a sign in others."""
    signs = {cell.value.startswith("-") for cell in cells if Decimal(cell.value)}
    return len(signs) > 1 and any(signed_by_style(comparable(cell.measure)) for cell in cells)


def _stated_differently(entity: str, key: ColumnKey, cells: Iterable[Cell]) -> Conflict:
    return Conflict(
        entity=entity, column=column_name(key), reason="stated differently",
        sources=tuple(sorted(cell.id for cell in cells)),
    )  # fmt: skip


def _rows(documents: Iterable[Document]) -> tuple[dict[str, str], list[Conflict]]:
    """Return the page of each thing, and the things that have several, letter case apart."""
    pages: dict[str, list[Document]] = defaultdict(list)
    for page in documents:
        pages[page.subject.casefold()].append(page)
    conflicts = [
        Conflict(
            entity=own[0].subject, column="", reason="several documents",
            sources=tuple(sorted(page.id for page in own)),
        )
        for _, own in sorted(pages.items())
        if len(own) > 1
    ]  # fmt: skip
    return {own[0].subject: own[0].id for own in pages.values() if len(own) == 1}, conflicts
