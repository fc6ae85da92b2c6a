"""Tables of pages: each row a document of its own, each column a measure that several of them state (decision 0019).

Pages of one kind and edition (the country pages of 2005, the annual reports of one form) make one table. A field is
taken as of the pages' edition, whatever year stands beside it. A figure of a page's tables keeps its period, which is
part of the column: a report's column of the year before is a column of its own.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache

import networkx as nx
import polars as pl

from warehouse.cells import Cell, Period
from warehouse.records import Document
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
STATEMENTS = re.compile(
    r"^(?:(?:condensed|consolidated|combined|interim|unaudited),? (?:and )?)*"
    r"(?P<kind>balance sheet|income statement|statement)s?(?P<of>$| of .*?)(?: \(?unaudited\)?)?$"
)
"""Titles of statements of accounts, which companies qualify in words of their own."""

Fields = dict[ColumnKey, list[Cell]]


class PageTables:
    """Collects the cells of pages and makes their tables."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        """Start without cells."""
        self._documents = documents
        self._fields: dict[str, Fields] = defaultdict(lambda: defaultdict(list))

    def add(self, cell: Cell) -> None:
        """Take in a cell of a document's own subject; one that cannot be compared is left out."""
        document = self._documents[cell.document_id]
        if not document.subject or cell.notes or cell.measure.unit == "year":
            return
        if not NUMBER.match(cell.value) or not _comparable(cell, document):
            return
        period = OF_EDITION if cell.extractor.startswith(FIELDS) else cell.period
        key = column_key(cell, period)
        self._fields[document.id][key._replace(path=_path(key.path))].append(cell)

    def tables(self, nouns: Mapping[str, str]) -> list[CorpusTable]:
        """Return the tables, by edition; `nouns` are common nouns by name of a subject."""
        kinds: dict[tuple[str, str], list[str]] = defaultdict(list)
        for identity in sorted(self._fields):
            kinds[_kind(self._documents[identity])].append(identity)
        tables: list[CorpusTable] = []
        for (edition, _), pages in sorted(kinds.items()):
            for group in _alike(pages, self._fields):
                members = {page: self._documents[page] for page in group}
                noun = majority(nouns.get(page.subject, "") for page in members.values())
                if table := _table(members, self._fields, edition, noun):
                    tables.append(table)
        return tables


@lru_cache(maxsize=1 << 12)
def _path(path: tuple[str, ...]) -> tuple[str, ...]:
    """Return a path with one name for each statement: `condensed consolidated balance sheets` is a balance sheet."""
    return tuple(
        STATEMENTS.sub(lambda match: f"{match['kind']}{match['of']}", part) for part in path
    )


def _comparable(cell: Cell, document: Document) -> bool:
    """Say whether a figure's period is known as well as the page's own.

    A bare year is the fiscal year of a page that reports on one; on a page of a quarter nobody knows when it ended.
    """
    bare = len(cell.period.end) == 4 and not cell.extractor.startswith(FIELDS)
    return not bare or len(document.date) < 10 or bool(YEARLY.search(document.title))


def _kind(document: Document) -> tuple[str, str]:
    """Return what documents of one kind share: the edition, and the title without the subject."""
    pattern = re.sub(re.escape(document.subject), "{}", document.title, flags=re.IGNORECASE)
    return document.date, pattern.casefold()


def _alike(pages: Sequence[str], fields: Mapping[str, Fields]) -> list[list[str]]:
    """Return groups of pages that share a fair part of the fields that five pages state.

    Each page is held against the ones that have most of them.
    """
    stated: dict[ColumnKey, int] = defaultdict(int)
    for page in pages:
        for key in fields[page]:
            stated[key] += 1
    common = {p: {key for key in fields[p] if stated[key] >= SMALLEST} for p in pages}
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
    return [group for group in groups if len(group) >= SMALLEST]


def _table(
    pages: Mapping[str, Document], fields: Mapping[str, Fields], edition: str, noun: str
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
    kept = {key: own for key, own in sorted(stated.items()) if len(own) >= SMALLEST}
    if not kept:
        return None
    for key in sorted(doubtful):
        if len(stated[key]) + len(doubtful[key]) >= SMALLEST:
            conflicts += doubtful[key]
    firsts = [(key, min(own.values(), key=lambda cell: cell.id)) for key, own in kept.items()]
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
