"""HTML tables as grids: spans repeated, spacing columns joined, header rows found."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from extractors.readers.canonical import Piece
from extractors.readers.html_parts import Block, Cell, Shown, Table

MAX_COLUMNS = 300
MAX_SLOTS = 400_000
MAX_HEADER = 4
EMPTY = -1
PREFIX = re.compile(r"[$€£¥(]{1,2}|US\$|[A-Z]{2,3}\$")
SUFFIX = re.compile(r"\)?%?\)?|pts?|bps|x")
YEAR = re.compile(r"(?:19|20)\d\d")
NUMBER = re.compile(r"[-+(−–$€£¥]{0,3}\s?\d[\d,. ]*\s?(?:%|pp)?\)?%?")
BULLET = re.compile(r"[•●○▪◦·–—*o-]|\(?[a-z0-9]{1,3}[.)]")


@dataclass
class Grid:
    """A table with its spans laid out: `slots[row][column]` is a cell's number or `EMPTY`."""

    slots: list[list[int]]
    cells: list[Cell]
    pieces: list[list[Piece]]
    """Each cell's text on one line."""
    texts: list[str]

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.slots[0]) if self.slots else 0

    def at(self, row: int, column: int) -> str:
        """Return the text of a slot."""
        slot = self.slots[row][column]
        return "" if slot == EMPTY else self.texts[slot]


def show_table(table: Table) -> Shown | None:
    """Return the table to print, or None if it lays out the page or has one row or column."""
    if table.layout or not table.rows:
        return None
    grid = lay_out(table)
    join_signs(grid)
    head_rows = _drop_empty_rows(grid, table.head_rows)
    join_columns(grid)
    caption = one_line(table.caption)
    if not caption and len(grid.slots) > 2 and (lone := _lone(grid, 0, 0.99)) is not None:
        caption, grid.slots, head_rows = grid.pieces[lone], grid.slots[1:], max(head_rows - 1, 0)
    if grid.width < 2 or len(grid.slots) < 2:
        return None
    if grid.width == 2 and all(_is_field(grid, row) for row in range(len(grid.slots))):
        return Shown(caption, [], list(_body(grid, 0)), fields=True)
    count = header_count(grid, head_rows)
    return Shown(caption, _header(grid, count), list(_body(grid, count)))


def lay_out(table: Table) -> Grid:
    """Return the grid of a table, each cell repeated over its columns and rows."""
    cells: list[Cell] = []
    slots: list[list[int]] = []
    hanging: dict[int, tuple[int, int]] = {}
    room = MAX_SLOTS
    for row in table.rows:
        line: list[int] = []
        pending = iter(row)
        cell = next(pending, None)
        while (cell is not None or len(line) in hanging) and len(line) < MAX_COLUMNS:
            column = len(line)
            if column in hanging:
                number, left = hanging.pop(column)
                line.append(number)
                if left > 1:
                    hanging[column] = (number, left - 1)
                continue
            assert cell is not None
            cells.append(cell)
            for extra in range(cell.columns):
                line.append(len(cells) - 1)
                if cell.rows > 1:
                    hanging[column + extra] = (len(cells) - 1, cell.rows - 1)
            cell = next(pending, None)
        slots.append(line[:MAX_COLUMNS])
        room -= len(slots[-1])
        if room < 0:
            break
    width = max(map(len, slots), default=0)
    pieces = [one_line(cell.blocks) for cell in cells]
    texts = ["".join(text for text, _ in item) for item in pieces]
    filled = [
        [
            EMPTY if n == EMPTY or not texts[n] else n
            for n in [*line, *[EMPTY] * (width - len(line))]
        ]
        for line in slots
    ]
    return Grid(filled, cells, pieces, texts)


def one_line(blocks: Sequence[Block]) -> list[Piece]:
    """Return the text of blocks on one line, list items parted by semicolons."""
    pieces: list[Piece] = []
    for index, block in enumerate(blocks):
        if index:
            both = block.kind == "item" and blocks[index - 1].kind == "item"
            pieces.append(("; " if both else " ", None))
        pieces += [(text.replace("\n", " "), at) for text, at in block.pieces]
    while pieces and not pieces[-1][0].strip():
        pieces.pop()
    return pieces


def join_signs(grid: Grid) -> None:
    """Move currency signs into the number after them, closing brackets and % into that before."""
    for line in grid.slots:
        for column, number in enumerate(line):
            text = "" if number == EMPTY else grid.texts[number]
            if not text or len(text) > 4:
                continue
            if PREFIX.fullmatch(text):
                after = next(
                    (n for n in line[column + 1 : column + 4] if n not in (EMPTY, number)), None
                )
                if after is not None and NUMBER.fullmatch(grid.texts[after].rstrip(")% ")):
                    _join(grid, line, (number, after), after)
            elif SUFFIX.fullmatch(text):
                before = next(
                    (
                        n
                        for n in reversed(line[max(column - 3, 0) : column])
                        if n not in (EMPTY, number)
                    ),
                    None,
                )
                if before is not None and re.search(r"\d[\d,. ]*\)?$", grid.texts[before]):
                    _join(grid, line, (before, number), before)


def _join(grid: Grid, line: list[int], parts: tuple[int, int], kept: int) -> None:
    gone = parts[0] if kept == parts[1] else parts[1]
    grid.pieces[kept] = grid.pieces[parts[0]] + grid.pieces[parts[1]]
    grid.texts[kept] = grid.texts[parts[0]] + grid.texts[parts[1]]
    line[:] = [EMPTY if n == gone else n for n in line]


def join_columns(grid: Grid) -> None:
    """Join neighbouring columns that never disagree and share a cell; drop empty ones."""
    kept: list[int] = []
    columns = [list(column) for column in zip(*grid.slots, strict=True)]
    for index, column in enumerate(columns):
        before = columns[kept[-1]] if kept else None
        if all(n == EMPTY for n in column):
            continue
        if before is not None and _agree(before, column):
            columns[kept[-1]] = [
                b if b != EMPTY else n for b, n in zip(before, column, strict=True)
            ]
        else:
            kept.append(index)
    grid.slots = [list(row) for row in zip(*(columns[index] for index in kept), strict=True)]


def _agree(left: Sequence[int], right: Sequence[int]) -> bool:
    pairs = list(zip(left, right, strict=True))
    if any(a != b and EMPTY not in (a, b) for a, b in pairs):
        return False
    return any(a == b != EMPTY for a, b in pairs)


def _drop_empty_rows(grid: Grid, head_rows: int) -> int:
    """Drop rows without text; return how many of the first `head_rows` rows are left."""
    full = [any(n != EMPTY for n in line) for line in grid.slots]
    grid.slots = [line for line, keep in zip(grid.slots, full, strict=True) if keep]
    return sum(full[:head_rows])


def _lone(grid: Grid, row: int, share: float = 0.5) -> int | None:
    """Return the only cell of a row when it spans more than `share` of the columns."""
    line = grid.slots[row]
    found = {n for n in line if n != EMPTY}
    if len(found) == 1 and line.count(number := found.pop()) > max(1, share * len(line)):
        return number
    return None


def _is_field(grid: Grid, row: int) -> bool:
    term, value = grid.slots[row]
    return EMPTY not in (term, value) and grid.cells[term].header and not grid.cells[value].header


def header_count(grid: Grid, head_rows: int) -> int:
    """Return how many leading rows are the header.

    They are those of `thead`, else the rows of header cells, else told by their look.
    """
    most = min(MAX_HEADER, len(grid.slots) - 1)
    if head_rows:
        return min(head_rows, most)
    count = 0
    while count < most and all(n == EMPTY or grid.cells[n].header for n in grid.slots[count]):
        count += 1
    if count:
        return count
    if _has_number(grid, 0):
        return 0
    count = 1
    while count < most and _goes_on(grid, count):
        count += 1
    return count


def _goes_on(grid: Grid, row: int) -> bool:
    """Say whether a row goes on with the header: under a spanning cell, or without a name."""
    if _has_number(grid, row):
        return False
    above, line = grid.slots[row - 1], grid.slots[row]
    hanging = any(a == b != EMPTY for a, b in zip(above, line, strict=True))
    groups = any(a == b != EMPTY for a, b in pairwise(above))
    return hanging or (
        line[0] == EMPTY and (groups or above[0] == EMPTY or sum(n != EMPTY for n in line) > 1)
    )


def _has_number(grid: Grid, row: int) -> bool:
    texts = [grid.at(row, column) for column in range(grid.width)]
    return any(NUMBER.fullmatch(text) and not YEAR.fullmatch(text) for text in texts)


def _header(grid: Grid, count: int) -> list[list[Piece]]:
    """Return one cell per column, the texts of its header rows from the top down."""
    header: list[list[Piece]] = []
    for column in range(grid.width):
        cell: list[Piece] = []
        seen: list[int] = []
        for row in range(count):
            number = grid.slots[row][column]
            if number != EMPTY and number not in seen:
                cell += [(" ", None)] * bool(seen) + grid.pieces[number]
                seen.append(number)
        header.append(cell)
    return header


def _body(grid: Grid, start: int) -> Iterator[list[list[Piece]]]:
    for row in range(start, len(grid.slots)):
        line = grid.slots[row]
        lone = _lone(grid, row) is not None
        yield [
            [] if n == EMPTY or (lone and column and line[0] == n) else grid.pieces[n]
            for column, n in enumerate(line)
        ]
