"""Checks of a numerical question on its assembled context (method 2.2, 2.5): read again, closed, without rivals.

The tables are made anew from what the context's sections alone give to the extractor; the same SQL over them must give
the stored answer, a closed scope must hold just the things in question, and no other figure may stand for one of them.
The loose matcher knows nothing of the extractor: it looks for lines that name a thing, a column and another number.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import polars as pl
from sqlglot import exp

from verifiers.numeric_proof import NumericProof, Prover
from verifiers.refute import Matcher, Watched, stems
from warehouse.cells import Cell, Period
from warehouse.corpus_tables import KEY, Column, CorpusTable
from warehouse.figures import Figures
from warehouse.fiscal_years import fiscal
from warehouse.names import normalise
from warehouse.numeric import Query
from warehouse.records import Document
from warehouse.statements import comparable, of_yearly_report
from warehouse.verdicts import Verdict, failed, passed
from warehouse.wide_tables import wide_frame

CHECK = "context_cells"
FIGURES = {"row": pl.Int64, "column": pl.Int64, "value": pl.String, "id": pl.String}


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
    read: dict[tuple[str, str], list[Cell]] = {}
    for cell in seen:
        read.setdefault((cell.document_id, cell.entity if cell.named else ""), []).append(cell)
    tables: list[CorpusTable] = []
    for name in query.tables:
        columns = [figures.column(ref) for ref in query.refs if ref.table == name]
        table, rival = _shown(figures.tables[name], columns, read)
        if rival:
            return failed(CHECK, "the context states a figure differently", rival)
        tables.append(table)
    small = Figures(tables)
    things = set(small.complete(query.refs)[KEY])
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
    table: CorpusTable, columns: Sequence[Column], read: Mapping[tuple[str, str], list[Cell]]
) -> tuple[CorpusTable, str]:
    """Return a table of what was read again, and the first figure that stands in two ways.

    `read` holds the cells by document and the thing that their row names, empty for the document's own subject.
    """
    shown = {page for page, _ in read}
    rows = {thing: page for thing, page in sorted(table.documents.items()) if page in shown}
    held: dict[str, Cell] = {}
    figures: list[tuple[int, int, str, str]] = []
    for number, (thing, page) in enumerate(rows.items()):
        cells = [*read.get((page, thing), ()), *read.get((page, ""), ())]
        for place, column in enumerate(columns):
            closing = table.closings.get(page, "")
            own = [cell for cell in cells if _states(cell, column, closing)]
            if len({cell.value for cell in own}) > 1:
                return table, f"{thing}: {column.name}"
            if own:
                first = min(own, key=lambda cell: cell.start)
                held[first.id] = first
                figures.append((number, place, first.value, first.id))
    frame = wide_frame(
        pl.Series(KEY, list(rows), dtype=pl.String), columns,
        pl.DataFrame(figures, schema=FIGURES, orient="row"),
    )  # fmt: skip
    return replace(table, columns=tuple(columns), frame=frame, documents=rows, cells=held), ""


def _states(cell: Cell, column: Column, closing: str) -> bool:
    """Whether a cell states a column; `closing` ends its document's year where columns are of fiscal years."""
    measure = comparable(cell.measure)
    if measure != comparable(column.measure) or cell.notes:
        return False
    period: Period | None = cell.period
    if closing:
        period = fiscal(of_yearly_report(measure, cell.period), closing)
    return not column.period.end or period == column.period


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
    return Matcher(watched, lambda date: bool(date and dates and not _of_editions(date, dates)))


def _of_editions(date: str, editions: Collection[str]) -> bool:
    """Whether a document is of one of the dates: of that day, or of some day of that year."""
    return date in editions or date[:4] in editions


def outsiders(query: Query, figures: Figures, documents: Iterable[Document]) -> set[str]:
    """Return the documents that would enter a closed scope: of its dates, about a thing that is not in it."""
    editions = {figures.tables[name].edition for name in query.tables}
    things = {name.casefold() for name in query.entities}
    return {
        document.id
        for document in documents
        if document.subject
        and _of_editions(document.date, editions)
        and document.subject.casefold() not in things
    }
