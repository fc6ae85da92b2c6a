"""The part of a world's tables that a numerical question's context shows, for a second reader of the question.

Columns that the question reads stand among others, drawn by hash, so that a view does not tell which are meant; rows
are all things whose documents are in the context. The values are kept as decimals in text, so that a view is a row.
"""

from collections.abc import Collection, Sequence
from typing import Literal

import polars as pl

from warehouse.cells import Cell
from warehouse.corpus_tables import KEY, Column, CorpusTable
from warehouse.figures import Figures
from warehouse.identity import rank
from warehouse.numeric import Query
from warehouse.records import Record
from warehouse.wide_tables import wide_frame

OTHERS = 24
"""Columns beside those that a question reads, at most."""
FIGURES = {"row": pl.Int64, "column": pl.Int64, "value": pl.String, "id": pl.String}


class TableView(Record):
    """Some columns and rows of one corpus table."""

    name: str
    kind: Literal["pages", "list"]
    noun: str
    edition: str
    columns: tuple[Column, ...]
    entities: tuple[str, ...]
    """Names of the rows, sorted."""
    values: tuple[tuple[str, ...], ...]
    """Column by column a decimal for each row, empty where none is stated."""


class NumericView(Record):
    """What the context of one question shows of the tables that it is about."""

    id: str
    """Id of the sample."""
    tables: tuple[TableView, ...]


def numeric_view(
    identity: str, query: Query, figures: Figures, shown: Collection[str], seed: int
) -> NumericView:
    """Return the view of a question's tables; `shown` are the documents of its context."""
    used = {(ref.table, ref.column) for ref in query.refs}
    return NumericView(
        id=identity,
        tables=tuple(
            _view(figures.tables[name], {c for t, c in used if t == name}, shown, seed)
            for name in query.tables
        ),
    )


def _view(
    table: CorpusTable, used: Collection[str], shown: Collection[str], seed: int
) -> TableView:
    entities = [e for e in table.frame[KEY] if table.documents[e] in shown]
    rows = table.frame.filter(pl.col(KEY).is_in(entities))
    stated = [c.name for c in table.columns if rows[c.name].null_count() < rows.height]
    others = sorted((c for c in stated if c not in used), key=lambda c: rank(seed, c))[:OTHERS]
    columns = [c for c in table.columns if c.name in used or c.name in others]
    values = [
        tuple("" if value is None else format(value.normalize(), "f") for value in rows[c.name])
        for c in columns
    ]
    return TableView(
        name=table.name, kind=table.kind, noun=table.noun, edition=table.edition, columns=tuple(columns),
        entities=tuple(rows[KEY]), values=tuple(values),
    )  # fmt: skip


def corpus_table(view: TableView) -> CorpusTable:
    """Return a view as a table; its cells have values and no places."""
    cells: dict[str, Cell] = {}
    figures: list[tuple[int, int, str, str]] = []
    for column, values in enumerate(view.values):
        for row, value in enumerate(values):
            if value:
                cell = _cell(view, row, column)
                cells[cell.id] = cell
                figures.append((row, column, value, cell.id))
    frame = wide_frame(
        pl.Series(KEY, list(view.entities), dtype=pl.String), view.columns,
        pl.DataFrame(figures, schema=FIGURES, orient="row"),
    )  # fmt: skip
    return CorpusTable(
        name=view.name, kind=view.kind, noun=view.noun, edition=view.edition, columns=view.columns,
        frame=frame, documents=dict.fromkeys(view.entities, ""), cells=cells,
    )  # fmt: skip


def _cell(view: TableView, row: int, column: int) -> Cell:
    """Return the cell of a view's row and column, by their places."""
    told, value = view.columns[column], view.values[column][row]
    return Cell(
        id=f"{view.name}|{row}|{column}", document_id="", section_id="", table="0", row=row, column=column,
        entity=view.entities[row], named=None, measure=told.measure, period=told.period, text=value, start=0,
        end=0, value=value, step="0", notes=(), role=told.role, exact=False, support=(), extractor="view/1",
    )  # fmt: skip


def figures_of(views: Sequence[TableView]) -> Figures:
    """Return views as the figures that a reader of questions looks names and columns up in."""
    return Figures(corpus_table(view) for view in views)
