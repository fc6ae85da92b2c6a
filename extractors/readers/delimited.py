"""CSV and TSV as pipe tables, at most `ROWS` rows to a document."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from extractors.readers.canonical import (
    Part,
    Piece,
    TextBuilder,
    add_table,
    make_document,
    table_line,
)
from extractors.readers.options import Read, Rejected, SourceFile
from extractors.readers.stated import Stated, humanise
from warehouse.records import Document

ROWS = 2000
COLUMNS = 400
ABBREVIATION = re.compile("[b-df-hj-np-tv-xz]{3,5}")
"""A file's name without a vowel, which is no word: `gdp`."""
DELIMITERS = ",;\t|"
SAMPLE_LINES = 50
NUMBER = re.compile(r"[-+$€£]?[\d,. ]+%?")


def read_csv(file: SourceFile) -> Read:
    """Yield the rows as pipe tables, at most `ROWS` to a document; origins are `row:N`."""
    try:
        yield from table_documents(file, _Rows(file.text, file.name))
    except csv.Error as error:
        # It comes in the first of the two passes, before any document.
        yield Rejected(source=file.source, reason="invalid table", detail=str(error))


class _Rows:
    """The rows of a delimited text, parsed anew in each pass, so that a long one is never held as lists."""

    def __init__(self, text: str, name: str) -> None:
        self._text, self._name = text, name

    def __iter__(self) -> Iterator[list[str]]:
        return _reader(self._text, self._name)


def row_at(text: str, name: str, number: int) -> tuple[str, int, int] | None:
    """Return a data row as a pipe row, with its first character in the file's text and one past its last."""
    lines = [f"{line}\n" for line in text.split("\n")]
    rows, ends = [], [0]
    reader = _reader(text, name)
    try:
        for row in reader:
            rows.append(row)
            ends.append(reader.line_num)
    except csv.Error:
        return None
    if not rows:
        return None
    index = number + _body_index(rows)
    if index >= len(rows):
        return None
    start = sum(map(len, lines[: ends[index]]))
    held = "".join(lines[ends[index] : ends[index + 1]]).rstrip("\n")
    # As wide as the widest, because a row is filled up to its header.
    cells = [*(" ".join(cell.split()) for cell in rows[index]), *[""] * COLUMNS]
    return _line(cells), start, start + len(held)


def _body_index(rows: Sequence[Sequence[str]]) -> int:
    """Return the index of data row 0: the row under the header, or the header itself where it holds numbers alone."""
    first = _header_index(rows)
    header = _clean(rows[first])
    return first if header and all(map(NUMBER.fullmatch, header)) else first + 1


def _reader(text: str, name: str) -> Any:
    return csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, name), strict=False)


def table_documents(file: SourceFile, rows: Iterable[Sequence[str]], sheet: str = "") -> Read:
    """Yield documents of a table given as rows of cells, the header among the first of them.

    `rows` are gone through three times: their head, then all to know their width and number, then one document after
    another. `sheet` is the table's name where the file has several.
    """
    top = list(islice(rows, SAMPLE_LINES * 2))
    first = _header_index(top)
    header = _clean(top[first]) if top else []
    named = not (header and all(NUMBER.fullmatch(cell) for cell in header))
    under = first + 1 if named else first
    width, count = len(header), 0
    for row in islice(rows, under, None):
        width = max(width, len(row))
        count += any(cell and not cell.isspace() for cell in row)
    if width < 2 or width > COLUMNS or not count:
        yield Rejected(
            source=f"{file.source}#{sheet}" if sheet else file.source,
            reason="no table",
            detail=f"{count} rows of {width} columns under the header",
        )
        return
    header = header if named else [f"Column {n + 1}" for n in range(len(header))]
    preamble = [
        cells for row in top[:first] if (cells := [cell.strip() for cell in row if cell.strip()])
    ]
    head = ([*header, *[""] * (width - len(header))], preamble)
    body = enumerate(_clean(row) for row in islice(rows, under, None))
    kept = ((index, row) for index, row in body if any(row))
    while block := list(islice(kept, ROWS)):
        part = f"rows-{block[0][0]}-{block[-1][0]}" if count > ROWS else ""
        yield _document(file, (sheet, part), head, block)


def _clean(row: Sequence[str]) -> list[str]:
    return [" ".join(cell.split()) for cell in row]


def _document(
    file: SourceFile,
    place: tuple[str, str],
    head: tuple[list[str], list[list[str]]],
    rows: Sequence[tuple[int, list[str]]],
) -> Document | Rejected:
    header, preamble = head
    built = TextBuilder()
    for cells in preamble:
        built.add(": ".join(cells[:2]) + "".join(f"; {cell}" for cell in cells[2:]) + "\n")
    lines = [
        [(_line([*row, *[""] * (len(header) - len(row))]), f"row:{index}")] for index, row in rows
    ]
    add_table(built, [(_line(header), None)], lines)
    name = file.stem.upper() if ABBREVIATION.fullmatch(file.stem) else humanise(file.stem)
    title = " ".join(filter(None, (name, place[0])))
    key = "/".join(filter(None, place))
    return make_document(file, Part("csv", key), Stated(title=title), built)


def _line(cells: Sequence[str]) -> str:
    pieces: list[list[Piece]] = [[(cell, None)] if cell else [] for cell in cells]
    return "".join(text for text, _ in table_line(pieces))


def _delimiter(text: str, name: str) -> str:
    """Return the delimiter that splits most of the first lines into the same number of cells."""
    if name.lower().endswith(".tsv"):
        return "\t"
    lines = [line for line in text[:200_000].split("\n") if line.strip()][:SAMPLE_LINES]
    best, score = ",", 0
    for delimiter in DELIMITERS:
        counts = [line.count(delimiter) for line in lines]
        usual = max(set(counts), key=counts.count) if counts else 0
        agreeing = counts.count(usual) if usual else 0
        if agreeing > score:
            best, score = delimiter, agreeing
    return best


def _header_index(rows: Sequence[Sequence[str]]) -> int:
    """Return the index of the first row as wide as the table; above it stands a preamble."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows[: SAMPLE_LINES * 2]]
    counts = sorted(n for n in filled if n)
    usual = counts[len(counts) // 2] if counts else 0
    for index, count in enumerate(filled[:20]):
        if count >= max(2, 0.8 * usual):
            return index
    return 0
