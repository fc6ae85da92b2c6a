"""Cross-document tables: one row a thing, one column a measure, each value with the cell it was read from (§3.2).

Pages of one kind and edition (the country pages of 2005, the annual reports of one form) make one table: a page's
subject is the row, and a field that several pages state under one label, path, unit and basis is a column. A page's
figures are those of its edition, whatever year stands beside each. A thing with two documents in one table, and a
value that two cells state differently, are conflicts: listed, and in no table. Cells with notes (`in metropolitan
Lima`) and totals are left out.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import networkx as nx
import polars as pl

from warehouse.cells import Cell, Measure, Period
from warehouse.records import Document, Record
from warehouse.sql_cells import SUFFIX

DECIMAL = pl.Decimal(38, 10)
"""Type of values: 28 digits before the point, 10 after it, in DuckDB and in Polars."""
PLACES, DIGITS = 10, 28
SMALLEST = 5
"""Pages of one kind that make a table, and values that make a column of it."""
ALIKE = 0.3
"""Share of their fields (of the page with fewer) that two pages of one kind have in common."""
REACH = 400
"""Characters in front of a number in which its label is looked for."""
KEY = "entity"


class Column(Record):
    """One measure of a table."""

    name: str
    """Label with its path and unit, unique in the table; the column's name in SQL."""
    measure: Measure
    shown: str
    """The label in the letter case that most documents print."""
    period: Period = Period(length="", end="")
    """The time that its figures are of; without an end the edition of the table."""


class Conflict(Record):
    """What a table leaves out because its sources disagree."""

    entity: str
    column: str
    """Empty where the thing as a whole is left out."""
    reason: str
    sources: tuple[str, ...]
    """Ids of the cells that disagree, or of the documents where the thing as a whole is left out."""


@dataclass(frozen=True)
class CorpusTable:
    """One cross-document table."""

    name: str
    """Name in SQL, from the noun and the edition: `countries_2005`."""
    noun: str
    """Common noun of the rows, singular; empty where the documents give none."""
    edition: str
    """Date of the pages as stated in them; empty where they state none."""
    columns: tuple[Column, ...]
    frame: pl.DataFrame
    """`entity`, then for each column its value (`DECIMAL`, null where not stated) and its cell id under `NAME__cell`;
    sorted by entity."""
    documents: Mapping[str, str]
    """Document of each row."""
    cells: Mapping[str, Cell]
    """The cells of the frame, by id."""
    conflicts: tuple[Conflict, ...] = ()


def corpus_tables(
    cells: Iterable[Cell], documents: Mapping[str, Document], nouns: Mapping[str, str]
) -> list[CorpusTable]:
    """Return the tables of the pages, in order of their names.

    Args:
        cells: the cells of one world.
        documents: its documents by id.
        nouns: common noun by name of a document's subject, where one is known.
    """
    fields: dict[str, dict[tuple, list[Cell]]] = defaultdict(lambda: defaultdict(list))
    for cell in cells:
        document = documents[cell.document_id]
        if cell.named is None and document.subject and _usable(cell):
            fields[document.id][_column_key(cell)].append(cell)
    kinds: dict[tuple[str, str], list[str]] = defaultdict(list)
    for identity in sorted(fields):
        kinds[_kind(documents[identity])].append(identity)
    tables: list[CorpusTable] = []
    for (edition, _), pages in sorted(kinds.items()):
        for group in _alike(pages, fields):
            members = {page: documents[page] for page in group}
            noun = _majority(nouns.get(page.subject, "") for page in members.values())
            table = _table(members, fields, edition, noun)
            if table:
                tables.append(table)
    return _named_apart(tables)


def _usable(cell: Cell) -> bool:
    digits, _, places = cell.value.lstrip("-").partition(".")
    short = len(digits) <= DIGITS and len(places) <= PLACES
    return not cell.notes and cell.role == "value" and short and cell.measure.unit != "year"


def _column_key(cell: Cell) -> tuple:
    measure = cell.measure
    return measure.label, measure.path, measure.unit, measure.basis, cell.period.length


def _kind(document: Document) -> tuple[str, str]:
    """Return what documents of one kind share: the edition, and the title without the subject."""
    pattern = re.sub(re.escape(document.subject), "{}", document.title, flags=re.IGNORECASE)
    return document.date, pattern


def _alike(pages: Sequence[str], fields: Mapping[str, Mapping[tuple, object]]) -> list[list[str]]:
    """Return groups of pages that share a fair part of their fields, each with the page that has most of them."""
    graph = nx.Graph()
    graph.add_nodes_from(pages)
    heads: list[str] = []
    for page in sorted(pages, key=lambda p: (-len(fields[p]), p)):
        own = fields[page].keys()
        for head in heads:
            if len(own & fields[head].keys()) >= ALIKE * len(own):
                graph.add_edge(page, head)
                break
        else:
            heads.append(page)
    return [sorted(group) for group in nx.connected_components(graph) if len(group) >= SMALLEST]


def _majority(words: Iterable[str]) -> str:
    counts: dict[str, int] = defaultdict(int)
    total = 0
    for word in words:
        counts[word] += bool(word)
        total += 1
    best = min(counts, key=lambda word: (-counts[word], word), default="")
    return best if best and 2 * counts[best] > total else ""


def _table(
    pages: Mapping[str, Document],
    fields: Mapping[str, Mapping[tuple, list[Cell]]],
    edition: str,
    noun: str,
) -> CorpusTable | None:
    rows, conflicts = _rows(pages.values())
    stated: dict[tuple, dict[str, Cell]] = defaultdict(dict)
    for entity, page in rows.items():
        for key, cells in fields[page].items():
            if len({cell.value for cell in cells}) == 1:
                stated[key][entity] = min(cells, key=lambda cell: cell.start)
            else:
                ids = tuple(sorted(cell.id for cell in cells))
                conflicts.append(
                    Conflict(entity=entity, column=key[0], reason="stated differently", sources=ids)
                )
    kept = {key: own for key, own in sorted(stated.items()) if len(own) >= SMALLEST}
    if not kept:
        return None
    columns = _columns(kept, pages)
    entities = sorted(rows)
    data: dict[str, pl.Series] = {KEY: pl.Series(KEY, entities, dtype=pl.String)}
    for column, own in zip(columns, kept.values(), strict=True):
        found = [own.get(entity) for entity in entities]
        values = pl.Series(
            column.name, [cell.value if cell else None for cell in found], dtype=pl.String
        )
        data[column.name] = values.cast(DECIMAL)
        twin = column.name + SUFFIX
        data[twin] = pl.Series(twin, [cell.id if cell else None for cell in found], dtype=pl.String)
    held = {cell.id: cell for own in kept.values() for cell in own.values()}
    return CorpusTable(
        name="", noun=noun, edition=edition, columns=columns, frame=pl.DataFrame(data),
        documents=rows, cells=held, conflicts=tuple(conflicts),
    )  # fmt: skip


def _rows(documents: Iterable[Document]) -> tuple[dict[str, str], list[Conflict]]:
    """Return the page of each thing, and the things that have several."""
    pages: dict[str, list[str]] = defaultdict(list)
    for page in documents:
        pages[page.subject].append(page.id)
    conflicts = [
        Conflict(entity=entity, column="", reason="several documents", sources=tuple(sorted(own)))
        for entity, own in sorted(pages.items())
        if len(own) > 1
    ]
    return {entity: own[0] for entity, own in pages.items() if len(own) == 1}, conflicts


def _columns(
    kept: Mapping[tuple, Mapping[str, Cell]], documents: Mapping[str, Document]
) -> tuple[Column, ...]:
    columns: list[Column] = []
    taken = {KEY}
    for own in kept.values():
        first = min(own.values(), key=lambda cell: cell.id)
        measure = first.measure
        name = " > ".join((*measure.path, measure.label)) + (
            f" ({measure.unit})" if measure.unit else ""
        )
        name = name.replace('"', "'")
        while name.casefold() in taken:  # SQL does not tell MW from mW
            name += "+"
        taken.add(name.casefold())
        columns.append(
            Column(
                name=name, measure=measure, shown=_printed(first, documents[first.document_id].text)
            )
        )
    return tuple(columns)


def _printed(cell: Cell, text: str) -> str:
    """Return the label in the letter case of the document, as far as it stands on the cell's own line or above it."""
    before = text[max(cell.start - REACH, 0) : cell.start]
    parts = []
    for part in cell.measure.label.split(" / "):
        at = before.casefold().rfind(part)
        parts.append(before[at : at + len(part)] if at >= 0 else part)
    return " / ".join(parts)


def _named_apart(tables: Sequence[CorpusTable]) -> list[CorpusTable]:
    """Return the tables with names of their own: noun and edition, numbered where several share them."""
    out: list[CorpusTable] = []
    times: dict[str, int] = defaultdict(int)
    for table in tables:
        words = [table.noun or "things", table.edition]
        name = re.sub(r"\W+", "_", "_".join(word for word in words if word)).casefold()
        times[name] += 1
        out.append(replace(table, name=name if times[name] == 1 else f"{name}_{times[name]}"))
    return out
