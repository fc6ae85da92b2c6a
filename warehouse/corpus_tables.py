"""Cross-document tables: one row a thing, one column a measure, each value with the cell it was read from (§3.2).

Cells of a document's own subject make tables of pages (`page_tables`), cells of things that rows name make tables of
lists (`list_tables`). What is comparable is settled by a column's key: label, path, unit, basis, period length and
period end. A thing with two documents in one table, and a value that two cells state differently, are conflicts:
listed, and in no table. Cells with notes (`in metropolitan Lima`) are left out, and totals are columns of their own.
"""

from collections.abc import Iterable, Mapping

import polars as pl

from warehouse.cells import Cell
from warehouse.list_tables import ListTables
from warehouse.page_tables import PageTables
from warehouse.records import Document
from warehouse.shards import to_records
from warehouse.wide_tables import DECIMAL, KEY, SMALLEST, Column, Conflict, CorpusTable, named_apart

__all__ = ["DECIMAL", "KEY", "Column", "Conflict", "CorpusTable", "corpus_tables"]


def corpus_tables(
    cells: Iterable[Cell] | Iterable[pl.DataFrame],
    documents: Mapping[str, Document],
    nouns: Mapping[str, str],
    smallest: int = SMALLEST,
) -> list[CorpusTable]:
    """Return the tables: those of pages by edition, then those of lists by title.

    Args:
        cells: the cells of one world, as records or as rows of the store, which large lists stay.
        documents: its documents by id.
        nouns: common noun by name of a thing, where one is known.
        smallest: pages that make a table of pages, and that state each column of it, at least.
    """
    pages, lists = PageTables(documents, smallest), ListTables(documents)
    for item in cells:
        if isinstance(item, pl.DataFrame):
            named = pl.col("named").is_not_null()
            lists.add_frame(item.filter(named))
            for cell in to_records(item.filter(~named), Cell):
                pages.add(cell)
        elif item.named is None:
            pages.add(item)
        else:
            lists.add(item)
    return named_apart((*pages.tables(nouns), *lists.tables(nouns)))
