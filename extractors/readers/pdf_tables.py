"""Tables on the pages of a PDF, told from how figures stand under one another.

A table is a run of rows in which figures stand beside a name, in columns that no row breaks. What a reader of the page
could take for two columns, or one column that holds two figures of a row, makes it no table, and the lines stay text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from extractors.readers.pdf_pages import Line, Page, Piece

FIGURE = re.compile(
    r"[-−–+(]*\s?(?:[$€£¥]|[A-Z]{3}\s)?\s?[-−–(]?\s?(?:\d[\d.,]*|\.\d+)\s?[%)]*\s?%?\s?(?:[*†‡]|\([a-z\d]{1,2}\))?"
)
MISSING = re.compile(r"[-–—−]{1,3}|n/?a\.?|n\.a\.|\.{2,3}", re.IGNORECASE)
MONEY = re.compile(r"[$€£¥]")
YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
LEADERS = re.compile(r"\.{4,}|(?:\. ){4,}")
SPACED = 3.0
"""Most distance between the lines of a table, in heights of a line."""
MAX_HEADER = 8
MAX_GROUPS = 2
"""Names of groups between headings and figures."""
INDENT = 25
"""Points by which the names of rows may be set in."""
PERIOD = re.compile(
    r"(?:for |as |at |of |the |and )*(?:(?:[\w-]+ )?(?:(?:fiscal )?years?|quarters?|months|weeks)(?: (?:ended|ending))?"
    r"(?: [A-Z][a-z]+\.? \d{1,2},?)?|[A-Z][a-z]+\.? \d{1,2},?)",
    re.IGNORECASE,
)
"""A heading of a period alone, which holds for all columns of figures."""
WORDY = 20
"""Words of a cell on average from which rows are prose."""


@dataclass(frozen=True)
class _Row:
    pieces: tuple[Piece, ...]
    """From left to right."""
    bottom: float
    top: float

    @property
    def height(self) -> float:
        return self.top - self.bottom

    def starts(self, margin: float) -> bool:
        """Say whether the row starts where the names of rows do, or set in."""
        return self.pieces[0].left < margin + INDENT

    def is_aside(self) -> bool:
        """Say whether the row is one stretch of words in brackets."""
        text = self.pieces[0].text
        return len(self.pieces) == 1 and text.startswith("(") and text.endswith(")")

    def has_figure(self) -> bool:
        """Say whether a figure stands beside something else."""
        return len(self.pieces) > 1 and any(FIGURE.fullmatch(p.text) for p in self.pieces)


@dataclass(frozen=True)
class _Run:
    """Rows that may be a table."""

    header: tuple[_Row, ...]
    body: tuple[_Row, ...]


def with_tables(page: Page) -> Page:
    """Return the page with each table as one line in the place of its first."""
    lines = [line for box in page.boxes for line in box]
    if sum(any(map(str.isdigit, line.text)) for line in lines) < 2:
        return page
    owner = {id(piece): index for index, line in enumerate(lines) for piece in line.pieces}
    rows = _rows([piece for line in lines for piece in line.pieces])
    tables: dict[int, Line] = {}
    taken: set[int] = set()
    for run in _runs(rows):
        grid = _grid(run)
        used = {owner[id(p)] for row in (*run.header, *run.body) for p in row.pieces}
        if grid is None or used & taken:
            continue
        taken |= used
        text = " ".join(cell for row in grid for cell in row if cell)
        tables[min(used)] = Line(text, lines[min(used)].size, bold=False, table=grid)
    if not tables:
        return page
    boxes: list[tuple[Line, ...]] = []
    index = 0
    for box in page.boxes:
        kept: list[Line] = []
        for line in box:
            if index in tables:
                boxes += [tuple(kept), (tables[index],)]
                kept = []
            elif index not in taken:
                kept.append(line)
            index += 1
        boxes.append(tuple(kept))
    return replace(page, boxes=tuple(box for box in boxes if box))


def _rows(pieces: Sequence[Piece]) -> list[_Row]:
    """Return pieces that stand beside one another as rows, from the top of the page down."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: (-(p.bottom + p.top), p.left)):
        if rows and _beside(rows[-1][0], piece):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [
        _Row(
            tuple(sorted(row, key=lambda p: p.left)),
            min(p.bottom for p in row),
            max(p.top for p in row),
        )
        for row in rows
    ]


def _beside(one: Piece, other: Piece) -> bool:
    shared = min(one.top, other.top) - max(one.bottom, other.bottom)
    return shared > 0.5 * min(one.top - one.bottom, other.top - other.bottom)


def _runs(rows: Sequence[_Row]) -> Iterator[_Run]:
    """Yield runs of rows that may be tables: from the header over the first row of figures to the last."""
    at = 0
    while at < len(rows):
        if not rows[at].has_figure():
            at += 1
            continue
        end = last = at
        while end + 1 < len(rows) and _near(rows[end], rows[end + 1]) and end - last < 3:
            end += 1
            if rows[end].has_figure():
                last = end
        body = list(rows[at : last + 1])
        margin = min(row.pieces[0].left for row in body if row.has_figure())
        first = next(n for n, row in enumerate(body) if row.starts(margin) and row.has_figure())
        while first + 1 < len(body) and _of_years(body[first]) and not _of_years(body[first + 1]):
            first += 1
        start, end = _heading_rows(rows, at, (margin, body[first].pieces[1].left))
        yield _Run((*rows[start:end], *body[:first]), (*rows[end:at], *body[first:]))
        at = last + 1


def _near(upper: _Row, lower: _Row) -> bool:
    return upper.bottom - lower.bottom < SPACED * max(upper.height, lower.height)


def _heading_rows(rows: Sequence[_Row], at: int, edges: tuple[float, float]) -> tuple[int, int]:
    """Return the first row of headings over row `at` and the one after the last; names of groups may follow them.

    `edges` are the left ends of the names of rows and of the first column beside them.
    """
    margin, beside = edges
    end = at
    while end and at - end < MAX_GROUPS and _alone(rows, end - 1, margin):
        end -= 1
    if not end or end == at or not _is_header(rows, end - 1, margin, beside):
        end = at
    start = end
    while start and end - start < MAX_HEADER and _is_header(rows, start - 1, margin, beside):
        start -= 1
    return start, end


def _alone(rows: Sequence[_Row], index: int, margin: float) -> bool:
    row = rows[index]
    return len(row.pieces) == 1 and row.starts(margin) and _near(row, rows[index + 1])


def _is_header(rows: Sequence[_Row], index: int, margin: float, beside: float) -> bool:
    """Say whether a row is one of headings: right above, several pieces or one over the figures."""
    row = rows[index]
    if not _near(row, rows[index + 1]) or row.has_figure():
        return False
    over = not row.starts(margin) and row.pieces[0].right > beside - INDENT
    return len(row.pieces) > 1 or over


def _grid(run: _Run) -> tuple[tuple[str, ...], ...] | None:
    """Return the cells of a run's rows under one header row, None where its columns are not clear."""
    pieces = [p for row in (*run.header, *run.body) for p in row.pieces]
    if any(LEADERS.search(p.text) for p in pieces):
        return None
    columns = _columns([row for row in run.body if row.has_figure()])
    placed = [_placed(row, columns) for row in run.body]
    filled: list[tuple[str, ...]] = []
    for row, cells in zip(run.body, placed, strict=True):
        if row.has_figure():
            if cells is None:
                return None
            filled.append(cells)
    figured = [
        n for n in range(1, len(columns)) if sum(_is_figure(cells[n]) for cells in filled) > 1
    ]
    words = [len(cell.split()) for cells in filled for cell in cells if cell]
    if not figured or len(filled) * len(figured) < 3 or sum(words) > WORDY * len(words):
        return None
    # A row of words that stand over several columns speaks of the rows below.
    blank = [""] * (len(columns) - 1)
    body = [
        cells if cells else (" ".join(p.text for p in row.pieces), *blank)
        for row, cells in zip(run.body, placed, strict=True)
    ]
    # What stands in brackets over the figures is said of all of them: it keeps a row of its own.
    lone = [row.pieces[0].text for row in run.header if row.is_aside()]
    said = [("", text, *blank[1:]) for text in lone]
    return (_header([r for r in run.header if not r.is_aside()], columns), *said, *body)


def _is_figure(text: str) -> bool:
    return bool(FIGURE.fullmatch(text))


def _of_years(row: _Row) -> bool:
    figures = [p.text for p in row.pieces if FIGURE.fullmatch(p.text)]
    return all(map(YEAR.fullmatch, figures)) and len(figures) >= len(row.pieces) - 1


def _columns(rows: Sequence[_Row]) -> list[tuple[float, float]]:
    """Return the stretches that pieces stand in, one a column; a sign of money belongs to the figure after it."""
    pieces = [p for row in rows for p in row.pieces if not MONEY.fullmatch(p.text)]
    spans: list[tuple[float, float]] = []
    marks: list[bool] = []
    for piece in sorted(pieces, key=lambda p: p.left):
        missing = bool(MISSING.fullmatch(piece.text))
        if spans and piece.left < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], piece.right))
            marks[-1] = marks[-1] and missing
        else:
            spans.append((piece.left, piece.right))
            marks.append(missing)
    return _with_marks(spans, marks, rows)


def _with_marks(
    spans: list[tuple[float, float]], marks: list[bool], rows: Sequence[_Row]
) -> list[tuple[float, float]]:
    """Give stretches of marks for missing figures to the neighbour whose gaps they fill."""
    filled = [{n for piece in row.pieces for n in _over(piece, spans)} for row in rows]
    for n in reversed(range(1, len(spans))):
        for other in (n - 1, n + 1):
            if not marks[n] or not 0 < other < len(spans):
                continue
            if not any({n, other} <= row for row in filled):
                first, last = sorted((n, other))
                spans[first : last + 1] = [(spans[first][0], spans[last][1])]
                marks[first : last + 1] = [False]
                filled = [{first if m == last else m - (m > last) for m in row} for row in filled]
                break
    return spans


def _placed(row: _Row, columns: Sequence[tuple[float, float]]) -> tuple[str, ...] | None:
    """Return a row's cells; None where two pieces share a column, figures among them."""
    cells: list[list[str]] = [[] for _ in columns]
    sign = ""
    for piece in row.pieces:
        if MONEY.fullmatch(piece.text):
            sign = piece.text
            continue
        over = _over(piece, columns)
        if len(over) != 1:
            return None
        cell = cells[over[0]]
        cell.append(sign + piece.text if piece.text[:1].isdigit() or sign else piece.text)
        sign = ""
        if len(cell) > 1 and any(_is_figure(text) for text in cell):
            return None
    return tuple(" ".join(cell) for cell in cells)


def _over(piece: Piece, columns: Sequence[tuple[float, float]]) -> list[int]:
    return [
        n for n, (left, right) in enumerate(columns) if piece.left < right and left < piece.right
    ]


def _header(rows: Sequence[_Row], columns: Sequence[tuple[float, float]]) -> tuple[str, ...]:
    """Return one header a column: a piece that stands over several belongs to each of them."""
    words: list[list[str]] = [[] for _ in columns]
    others = [p.text for row in rows for p in row.pieces if len(row.pieces) > 1]
    of_time = all(YEAR.search(text) or text.startswith("(") for text in others)
    for row in rows:
        for piece in row.pieces:
            over = _over(piece, columns) or [_nearest(piece, columns)]
            if of_time and len(row.pieces) == 1 and PERIOD.fullmatch(piece.text):
                over = list(range(1, len(columns)))
            for index in over:
                words[index].append(piece.text)
    return tuple(" ".join(part) for part in words)


def _nearest(piece: Piece, columns: Sequence[tuple[float, float]]) -> int:
    middle = (piece.left + piece.right) / 2
    return min(range(len(columns)), key=lambda n: abs(sum(columns[n]) / 2 - middle))
