"""Tables of lists: a file in which each row names a thing is a corpus table of its own (decision 0019).

Rows are the named things, columns measure and period, so that long files (country, year, value) and wide ones give the
same table. A row of totals (`World`, `Total`) is no thing; a column of totals is a column. Figures stay rows of a frame
from the store to the table: a list may have a million of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile

import polars as pl

from warehouse.cells import Cell
from warehouse.records import Document
from warehouse.shards import to_frame, to_records
from warehouse.wide_tables import (
    KEY,
    SHORT_NUMBER,
    SMALLEST,
    ColumnKey,
    Conflict,
    CorpusTable,
    RowDocuments,
    StoredCells,
    column_name,
    columns_of,
    majority,
    wide_frame,
)

MOST_COLUMNS = 2_000
MOST_ROWS = 2_000_000
MOST_FIELDS = 2**25
"""Rows times columns, empty fields included."""
BATCH = 50_000
"""Records that are held before they become rows of a frame."""
LISTED = 100
"""Conflicts of one column that are listed thing by thing; of more the column is listed once."""
SOURCES = 20
"""Cells that such a line names."""
ASKED = 1_000
"""Rows that a list's noun is told from."""
NAME_LENGTH = 48
PARTS = "#rows-"
"""In a document's source, before the rows of a file that is read in parts."""
COLUMN = ["label", "path", "unit", "basis", "length", "end", "role"]
"""The parts of a column's key, in its order."""


class ListTables:
    """Collects the cells of named things and makes their tables."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        """Start without cells."""
        self._documents = documents
        self._frames: list[pl.DataFrame] = []
        self._held: list[Cell] = []

    def add(self, cell: Cell) -> None:
        """Take in a cell of a named thing."""
        self._held.append(cell)
        if len(self._held) >= BATCH:
            self._store()

    def add_frame(self, cells: pl.DataFrame) -> None:
        """Take in rows of cells of named things."""
        self._frames.append(cells)

    def _store(self) -> None:
        if self._held:
            self._frames.append(to_frame(self._held, Cell))
            self._held = []

    def tables(self, nouns: Mapping[str, str]) -> list[CorpusTable]:
        """Return the tables in order of document and text; `nouns` are common nouns by name of a thing."""
        self._store()
        if not self._frames:
            return []
        cells = pl.concat(self._frames)
        self._frames = []
        found: list[tuple[tuple[str, str, int], CorpusTable]] = []
        for (file, start), own in _lists(cells, self._documents):
            if table := _table(own, self._documents, nouns):
                found.append(((table.name, file, int(start)), table))
        return [table for _, table in sorted(found, key=lambda item: item[0])]


def _lists(
    cells: pl.DataFrame, documents: Mapping[str, Document]
) -> Iterator[tuple[tuple[str, str], pl.DataFrame]]:
    """Yield ((file, start of the table), cells) of each table; a file that is read in parts is one."""
    ids = cells["document_id"].unique().sort().to_list()
    files = [documents[identity].source.partition(PARTS)[0] for identity in ids]
    texts = {"document_id": pl.String, "file": pl.String}
    found = pl.DataFrame({"document_id": ids, "file": files}, schema=texts)
    places = cells.select("document_id", "table").with_row_index("at")
    groups = places.join(found, on="document_id").group_by("file", "table").agg(pl.col("at").sort())
    for number, (file, start) in enumerate(groups.select("file", "table").iter_rows()):
        at = groups["at"][number]
        yield (file, start), cells[at] if len(at) < cells.height else cells


def _table(
    cells: pl.DataFrame, documents: Mapping[str, Document], nouns: Mapping[str, str]
) -> CorpusTable | None:
    figures = _without_total_rows(_usable(cells))
    stated = figures.group_by(KEY, *COLUMN).agg(
        pl.col("id", "value", "document_id").sort_by("document_id", "start").first(),
        pl.col("value").n_unique().alias("values"),
        pl.col("id").sort().head(SOURCES).alias("sources"),
    )
    sure = stated.filter(pl.col("values") == 1)
    keys = sure.group_by(COLUMN).agg(pl.len(), pl.col("id").min())
    keys = keys.filter(pl.col("len") >= SMALLEST).sort(COLUMN).with_row_index("column")
    kept = sure.join(keys.select("column", *COLUMN), on=COLUMN)
    rows = kept.group_by(KEY).agg(pl.col("document_id").min()).sort(KEY).with_row_index("row")
    if rows.height < SMALLEST or not keys.height:
        return None
    named, document = _keys(keys), documents[rows["document_id"].sort()[0]]
    entities, under = rows[KEY], _captions(named)
    noun = majority(nouns.get(name, "") for name in entities.head(ASKED)) if nouns else ""
    title = noun or _title(document, named[0].path[:under])
    empty = CorpusTable(
        name=f"{title} {document.date}", kind="list", noun=noun, edition=document.date, columns=(),
        frame=wide_frame(entities.clear(), (), kept), documents={}, cells={},
    )  # fmt: skip
    if reason := _too_large(rows.height, keys.height):
        sources = tuple(cells["document_id"].unique().sort().head(SOURCES))
        return replace(
            empty, conflicts=(Conflict(entity="", column="", reason=reason, sources=sources),)
        )
    firsts = _by_id(cells, keys["id"])
    pairs = ((key, firsts[identity]) for key, identity in zip(named, keys["id"], strict=True))
    columns = columns_of(pairs, documents, under=under)
    placed = kept.join(rows.select("row", KEY), on=KEY)
    return replace(
        empty, columns=columns,
        frame=wide_frame(entities, columns, placed.select(pl.col("row", "column").cast(pl.Int64), "value", "id")),
        documents=RowDocuments(entities, rows["document_id"]),
        cells=StoredCells(cells.join(kept.select("id"), on="id", how="semi")),
        conflicts=tuple(_conflicts(stated.filter(pl.col("values") > 1))),
    )  # fmt: skip


def _usable(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the figures that can be compared, the parts of their column's key as columns."""
    measure, period = pl.col("measure").struct, pl.col("period").struct
    return cells.filter(
        pl.col("notes").list.len() == 0, pl.col("value").str.contains(SHORT_NUMBER), pl.col(KEY) != "",
        measure.field("unit") != "year",
    ).select(
        "id", "document_id", KEY, "value", "start", measure.field("label"), measure.field("path"),
        measure.field("unit"), measure.field("basis"), period.field("length"), period.field("end"), "role",
    )  # fmt: skip


def _without_total_rows(figures: pl.DataFrame) -> pl.DataFrame:
    """Leave out things that are sums of the others: those with totals in a column that has other figures too."""
    measured = COLUMN[:-1]
    mixed = (pl.col("role") == "total") & (pl.col("role") != "total").any().over(measured)
    sums = figures.filter(mixed)[KEY].unique()
    return figures.filter(~pl.col(KEY).is_in(sums.to_list())) if len(sums) else figures


def _too_large(rows: int, columns: int) -> str:
    if columns > MOST_COLUMNS:
        return f"more than {MOST_COLUMNS:,} columns"
    if rows > MOST_ROWS:
        return f"more than {MOST_ROWS:,} rows"
    return f"more than {MOST_FIELDS:,} fields" if rows * columns > MOST_FIELDS else ""


def _by_id(cells: pl.DataFrame, ids: pl.Series) -> dict[str, Cell]:
    wanted = cells.join(pl.DataFrame({"id": ids}), on="id", how="semi")
    return {cell.id: cell for cell in to_records(wanted, Cell)}


def _captions(keys: Sequence[ColumnKey]) -> int:
    """Return how many outermost captions all columns stand under."""
    first, last = min(key.path for key in keys), max(key.path for key in keys)
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return sum(1 for _ in same)


def _title(document: Document, captions: Sequence[str]) -> str:
    """Return what names a list: the caption that all its columns stand under, else its document's title."""
    words = captions[0] if captions else ""
    return (words if any(map(str.isalpha, words)) else document.title)[:NAME_LENGTH]


def _conflicts(stated: pl.DataFrame) -> Iterator[Conflict]:
    """Yield what is stated differently, thing by thing, or column by column where there is much of it."""
    for own in stated.sort(*COLUMN, KEY).partition_by(COLUMN, maintain_order=True):
        column = column_name(_keys(own)[0])
        if own.height <= LISTED:
            for entity, sources in own.select(KEY, "sources").iter_rows():
                yield _conflict(entity, column, sources)
        else:
            yield _conflict("", column, own["sources"].explode().head(SOURCES))


def _conflict(entity: str, column: str, sources: Iterable[str]) -> Conflict:
    return Conflict(
        entity=entity, column=column, reason="stated differently", sources=tuple(sources)
    )


def _keys(rows: pl.DataFrame) -> list[ColumnKey]:
    return [ColumnKey(row[0], tuple(row[1]), *row[2:]) for row in rows.select(COLUMN).iter_rows()]
