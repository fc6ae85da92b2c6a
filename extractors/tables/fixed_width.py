"""Tables of plain text, their columns found by alignment.

A table stands between rules (`====`, `----`): header lines, a rule, body lines, a rule or the end of what is tabular.
Columns are the stretches in which the body prints figures, with a stretch of blanks between any two. A header's words
belong to the columns above which they stand, or, where the lines are parted by colons, to those between its colons.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from extractors.tables.grids import ABOVE, Grid, Slot, starts_of
from extractors.tables.periods import MONTHS, find_periods
from extractors.tables.units import read_unit
from warehouse.records import Document

MONTH_NAMES = "|".join(name.title() for name in sorted(MONTHS, key=len, reverse=True))
RULE = re.compile(r"[\s:|+*-]*(?:[=_]{12,}|-{12,})[\s:|+=_-]*")
RULED = ("=" * 12, "_" * 12, "-" * 12)
FIGURE = re.compile(
    r"(?:\$ ?)?\(?[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?<=\d)\)?%?(?:-\s?\d[\d.,]*)?(?: ?\*)?(?=\s|$)|"
    r"(?:N/?A|--)(?=\s|$)"
)
WORD = re.compile(r"[^\W\d_]{2,}")
COLON = re.compile(r"(?<=\s)[:|](?=\s|$)")
PIECE = re.compile(r"\S+(?: \S+)*")
EDITION = re.compile(rf"(?:(?P<name>\S.*?)\s{{2,}})?(?P<month>{MONTH_NAMES})\.?")
"""A stub that is or ends with a month set apart."""
MAX_HEADER = 9
MAX_BLANK = 2
PROSE_WORDS = 8
MIN_ROWS = 2
EDGE = 2
"""A header's words may stand this far beside their column."""


@dataclass(frozen=True)
class _Span:
    start: int
    end: int


def fixed_grids(document: Document) -> Iterator[Grid]:
    """Yield the ruled tables of a plain text in order."""
    if document.format not in ("txt", "md") or not any(mark in document.text for mark in RULED):
        return
    lines = document.text.replace("\t", " ").split("\n")
    rules = [index for index, line in enumerate(lines) if _is_rule(line)]
    starts = starts_of(lines) if rules else []
    at = 0
    for rule in rules:
        close = _next_rule(lines, rule + 1) if rule >= at else None
        if close is None:
            continue
        end = _body_end(lines, close + 1)
        first = max(rule - ABOVE, 0)
        located = [Slot(lines[index], starts[index]) for index in range(first, end)]
        grid = _grid(located, (rule - first, close - first, end - first))
        if grid:
            yield grid
        closed = end < len(lines) and _is_rule(lines[end])
        at = end + 1 if grid and closed else end if grid else close


def _is_rule(text: str) -> bool:
    ruled = RULED[0] in text or RULED[1] in text or RULED[2] in text
    return ruled and bool(RULE.fullmatch(text))


def _next_rule(lines: Sequence[str], start: int) -> int | None:
    """Return the rule that closes a header of one to `MAX_HEADER` lines."""
    last: int | None = None
    for index in range(start, min(start + MAX_HEADER + 1, len(lines))):
        text = lines[index]
        if _is_rule(text) and re.match(r"\s{0,3}[-=_]", text):
            last = index if any(line.strip() for line in lines[start:index]) else None
            break
    return last


def _body_end(lines: Sequence[str], start: int) -> int:
    blank = 0
    for index in range(start, len(lines)):
        text = lines[index]
        blank = 0 if text.strip() else blank + 1
        prose = "  " not in text.strip() and len(text.split()) >= PROSE_WORDS
        prose = prose and len(PIECE.findall(text)) == 1
        if _is_rule(text) or blank > MAX_BLANK or prose:
            return index
    return len(lines)


def _grid(lines: Sequence[Slot], found: tuple[int, int, int]) -> Grid | None:
    top, close, end = found
    body = [line for line in lines[close + 1 : end] if line.text.strip(" :|")]
    edge = _stub_edge(body)
    figures = [_figures(line, edge) for line in body]
    columns = _columns(figures)
    if len(columns) < 2:
        return None
    header, loose = _header(lines[top + 1 : close], columns, edge)
    rows: list[list[Slot]] = []
    indents: list[int] = []
    ragged: list[Slot] = []
    for line, printed in zip(body, figures, strict=True):
        row = _row(line, printed, columns, edge)
        if row is None:
            ragged.append(line)
            continue
        rows.append(row)
        indents.append(len(line.text) - len(line.text.lstrip()))
    header, rows = _with_editions(header, rows)
    if sum(sum(bool(s.text) for s in row[1:]) > 1 for row in rows) < MIN_ROWS:
        return None
    above = [line for line in lines[max(top - ABOVE, 0) : top] if line.text.strip()]
    above = [Slot(s.text.strip(), s.start + len(s.text) - len(s.text.lstrip())) for s in above]
    grid = Grid(body[0].start, body[-1].start + len(body[-1].text), [header], rows, kind="fixed")
    grid.caption = next((s for s in reversed(above) if not _says_unit(s.text)), None)
    grid.above = [s for s in [*above, *loose] if s is not grid.caption]
    grid.ragged, grid.indents = ragged, indents
    return grid


def _with_editions(
    header: list[Slot], rows: list[list[Slot]]
) -> tuple[list[Slot], list[list[Slot]]]:
    """Give the months that end stubs (`Canada    May`, then `June` alone) a column of their own.

    They tell a forecast from the one before it: a month alone is of the name above it.
    """
    found = [EDITION.fullmatch(row[0].text) for row in rows]
    if sum(bool(match) for match in found) < MIN_ROWS:
        return header, rows
    name = Slot("", header[0].start)
    parted: list[list[Slot]] = []
    for row, match in zip(rows, found, strict=True):
        stub, edition = row[0], Slot("", row[0].start)
        if match:
            edition = Slot(match["month"], stub.start + match.start("month"))
            stub = Slot(match["name"], stub.start) if match["name"] else name
        name = stub if stub.text else name
        parted.append([stub, edition, *row[1:]])
    return [header[0], Slot("Status", header[0].start), *header[1:]], parted


def _says_unit(text: str) -> bool:
    return read_unit(text) is not None or not find_periods(text).rest


def _stub_edge(body: Sequence[Slot]) -> int:
    """Return where the stub ends: at the colons that most lines have in one place, else before the first figure."""
    colons = Counter(match.start() for line in body for match in COLON.finditer(line.text))
    for at in sorted(colons):
        if colons[at] > 0.8 * len(body):
            return at
    return min(filter(None, (_first_figure(line.text) for line in body)), default=0)


def _first_figure(text: str) -> int:
    """Return where the first figure with two blanks before it starts after words, 0 without one."""
    gap = text.find("  ", len(text) - len(text.lstrip()))
    found = FIGURE.finditer(text, gap) if gap > 0 else ()
    return next((m.start() for m in found if text.endswith("  ", 0, m.start())), 0)


def _figures(line: Slot, edge: int) -> list[re.Match[str]]:
    """Return the figures of a line right of the stub, each with blanks before it."""
    return [
        match
        for match in FIGURE.finditer(line.text, edge)
        if match[0] and (match.start() == edge or line.text[match.start() - 1] in " :|")
    ]


def _columns(figures: Sequence[Sequence[re.Match[str]]]) -> list[_Span]:
    taken: set[int] = set()
    for start, end in {match.span() for line in figures for match in line}:
        taken.update(range(start, end))
    spans: list[_Span] = []
    for at in sorted(taken):
        if spans and at == spans[-1].end:
            spans[-1] = _Span(spans[-1].start, at + 1)
        else:
            spans.append(_Span(at, at + 1))
    return spans


def _row(
    line: Slot, figures: Sequence[re.Match[str]], columns: Sequence[_Span], edge: int
) -> list[Slot] | None:
    """Return a line's cells, stub first; None where two figures share a column or words stand among them."""
    stub = line.text[:edge].rstrip(" :|")
    lead = len(stub) - len(stub.lstrip())
    row = [Slot(stub.strip(), line.start + lead)]
    rest = line.text[edge:].strip(" :|")
    words = not stub.strip() and len(WORD.findall(rest)) > 1
    if rest and (not figures or words):
        at = line.text.index(rest, edge)
        first = Slot(re.sub(r"\s*[:|]\s*", " ", rest), line.start + at)
        return [*row, first, *[Slot("", line.start) for _ in columns[1:]]]
    plain = [match[0] for match in figures] == rest.split()
    if not plain and FIGURE.sub(" ", line.text[edge:]).strip(" :|$*-–—."):
        return None
    starts = [match.start() for match in figures]
    for column in columns:
        first, after = bisect_left(starts, column.start), bisect_left(starts, column.end)
        if after - first > 1:
            return None
        own = Slot(figures[first][0], line.start + starts[first]) if after > first else None
        row.append(own or Slot("", line.start))
    return row


def _header(
    lines: Sequence[Slot], columns: Sequence[_Span], edge: int
) -> tuple[list[Slot], list[Slot]]:
    """Return one header per column, the stub's first, and lines that stand over all of them."""
    words: list[list[str]] = [[] for _ in range(len(columns) + 1)]
    first = [lines[0].start] * (len(columns) + 1)
    loose: list[Slot] = []
    for line in lines:
        pieces = _pieces(line.text)
        for span, text in pieces:
            over = _between(span, columns) if line.text.count(":") > 1 else _over(span, columns)
            slot = Slot(text, line.start + span.start)
            if span.start < edge and not over:
                words[0].append(text)
            elif len(pieces) == 1 and len(over) > 1 and ":" not in line.text:
                loose.append(slot)
            else:
                for index in over:
                    words[index + 1].append(text)
                    first[index + 1] = slot.start
    joined = [re.sub(r"(?<=[a-z])- (?=[a-z])", "", " ".join(part)) for part in words]
    return [Slot(text, at) for text, at in zip(joined, first, strict=True)], loose


def _pieces(text: str) -> list[tuple[_Span, str]]:
    """Return a header line's pieces with the stretch that each stands for."""
    if text.count(":") > 1:
        bounds = [-1, *(m.start() for m in re.finditer(":", text)), len(text)]
        stretches = [_Span(a + 1, b) for a, b in pairwise(bounds)]
        found = [(span, " ".join(text[span.start : span.end].split())) for span in stretches]
        lone = [
            (span, piece) for span, piece in found if piece and not re.fullmatch("[=_-]+", piece)
        ]
        return [part for span, _ in lone for part in _within(text, span)]
    found = re.finditer(r"[^\s:|]+(?: [^\s:|]+)*", text)
    return [(_Span(m.start(), m.end()), m[0]) for m in found if not re.fullmatch("[=_-]+", m[0])]


def _within(text: str, span: _Span) -> list[tuple[_Span, str]]:
    """Return the pieces between two colons; a lone one stands for the whole stretch."""
    found = [
        (_Span(span.start + m.start(), span.start + m.end()), m[0])
        for m in PIECE.finditer(text[span.start : span.end])
    ]
    return (
        [(span, " ".join(text[span.start : span.end].split()))]
        if len(found) < 3 and _close(found)
        else found
    )


def _close(found: Sequence[tuple[_Span, str]]) -> bool:
    return len(found) == 1 or found[1][0].start - found[0][0].end <= 3


def _between(span: _Span, columns: Sequence[_Span]) -> list[int]:
    """Return the columns whose middle lies between two colons."""
    return [i for i, c in enumerate(columns) if span.start <= (c.start + c.end) / 2 < span.end]


def _over(span: _Span, columns: Sequence[_Span]) -> list[int]:
    over = [i for i, c in enumerate(columns) if span.start < c.end and c.start < span.end]
    if over:
        return over
    near = [
        i for i, c in enumerate(columns) if span.start < c.end + EDGE and c.start - EDGE < span.end
    ]
    return near[:1]
