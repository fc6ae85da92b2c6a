"""Checks of a numerical question on its assembled context (method 2.2, 2.5): read again, closed, without rivals.

The tables are made anew from what the context's sections alone give to the extractor; the same SQL over them must give
the stored answer, a closed scope must hold just the things in question, and no other figure may stand for one of them.
The loose matcher knows nothing of the extractor: it looks for lines that name a thing, a column and another number.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import polars as pl
from sqlglot import exp

from verifiers.numeric_proof import NumericProof, Prover
from verifiers.refute import Matcher, Watched, stems
from warehouse.cells import Cell
from warehouse.corpus_tables import DECIMAL, KEY, Column, CorpusTable
from warehouse.figures import Figures
from warehouse.names import normalise
from warehouse.numeric import Query
from warehouse.records import Document
from warehouse.sql_cells import SUFFIX
from warehouse.verdicts import Verdict, failed, passed

CHECK = "context_cells"


def check_numeric_context(
    query: Query, select: exp.Select, proof: NumericProof, figures: Figures, seen: Iterable[Cell], *, closed: bool
) -> Verdict:  # fmt: skip
    """Return whether the context alone gives the stored answer.

    Args:
        query: what is asked.
        select: its SQL.
        proof: its answer on the whole tables.
        figures: the whole tables.
        seen: the cells that the context's sections give when they are read again, without the rest of their documents.
        closed: whether the question says that its things are all there are.
    """
    by_document: dict[str, list[Cell]] = {}
    for cell in seen:
        by_document.setdefault(cell.document_id, []).append(cell)
    tables: list[CorpusTable] = []
    for name in query.tables:
        columns = [figures.column(ref) for ref in figures.used(query) if ref.table == name]
        table, rival = _shown(figures.tables[name], columns, by_document)
        if rival:
            return failed(CHECK, "the context states a figure differently", rival)
        tables.append(table)
    small = Figures(tables)
    things = set(small.complete(small.used(query))[KEY])
    if missing := sorted(set(query.entities) - things):
        return failed(CHECK, "a figure cannot be read from the context", *missing)
    if closed and (more := sorted(things - set(query.entities))):
        return failed(CHECK, "the scope is not closed in the context", *more)
    with Prover(small) as prover:
        answer, verdicts = prover.answer(query, select)
    if answer is None:
        return failed(CHECK, "the context alone gives no answer", verdicts[-1].reason)
    if answer != proof.answer:
        return failed(CHECK, "the context alone gives another answer", answer.text)
    return passed(CHECK)


def _shown(
    table: CorpusTable, columns: Iterable[Column], seen: Mapping[str, list[Cell]]
) -> tuple[CorpusTable, str]:
    """Return a table of what was read again, and the first figure that stands in two ways."""
    rows = {thing: page for thing, page in table.documents.items() if page in seen}
    things = sorted(rows)
    held: dict[str, Cell] = {}
    data: dict[str, pl.Series] = {KEY: pl.Series(KEY, things, dtype=pl.String)}
    for column in columns:
        found: list[Cell | None] = []
        for thing in things:
            own = [cell for cell in seen[rows[thing]] if _of(cell, column, thing)]
            if len({cell.value for cell in own}) > 1:
                return table, f"{thing}: {column.name}"
            found.append(min(own, key=lambda cell: cell.start) if own else None)
        held |= {cell.id: cell for cell in found if cell}
        values = [cell.value if cell else None for cell in found]
        data[column.name] = pl.Series(column.name, values, dtype=pl.String).cast(DECIMAL)
        twin = column.name + SUFFIX
        data[twin] = pl.Series(twin, [cell.id if cell else None for cell in found], dtype=pl.String)
    return replace(
        table, columns=tuple(columns), frame=pl.DataFrame(data), documents=rows, cells=held
    ), ""  # fmt: skip


def _of(cell: Cell, column: Column, thing: str) -> bool:
    """Whether a cell states a column of a thing."""
    if cell.measure != column.measure or cell.notes:
        return False
    if column.period.end and cell.period != column.period:
        return False
    return cell.named is None or cell.entity == thing


def cells_matcher(cells: Iterable[Cell], editions: Collection[str]) -> Matcher:
    """Return the loose matcher of a question's cells.

    Args:
        cells: what the question reads.
        editions: dates of the documents that it goes by; a document of another date never competes.
    """
    dates = set(editions) - {""}
    watched = [
        (
            (normalise(cell.entity),),
            Watched(number, stems(cell.measure.label), numeric=True, object=normalise(cell.text)),
        )
        for number, cell in enumerate(cells)
    ]
    return Matcher(watched, lambda date: bool(date and dates and date not in dates))


def outsiders(query: Query, figures: Figures, documents: Iterable[Document]) -> set[str]:
    """Return the documents that would enter a closed scope: of its dates, about a thing that is not in it."""
    editions = {figures.tables[name].edition for name in query.tables}
    things = {name.casefold() for name in query.entities}
    return {
        document.id
        for document in documents
        if document.subject
        and document.date in editions
        and document.subject.casefold() not in things
    }
