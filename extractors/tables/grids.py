"""Tables of a document as grids of located cells, whatever they are printed as.

A grid is header rows, body rows and the lines around it. A pipe table that goes on after a cut, with its header again
or with none of its own, is one grid. Lines are walked once, so time is linear in the text.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from warehouse.cells import Place
from warehouse.records import Document, Section

RULE = re.compile(r"\s*\|(?:\s*:?-+:?\s*\|)+\s*")
HEADING = re.compile(r"#{1,6}\s+(?P<text>.+)")
CAPTION = re.compile(r"(?:Table: |\*\*)?(?P<text>.+?)(?:\*\*)?")
ABOVE = 4
"""Lines above a table that are looked at, headings apart."""
MAX_COLUMNS = 512
TAG = re.compile(r"</?[a-z]+(?: [^<>]*)?>")


class Slot(NamedTuple):
    """A cell's text and where it starts in the document."""

    text: str
    start: int

    @property
    def place(self) -> Place:
        """Where the text stands."""
        return place_of(self.start, self.start + len(self.text))


@lru_cache(maxsize=1 << 14)
def place_of(start: int, end: int) -> Place:
    """Return a stretch; one header supports every figure of its column."""
    return Place(start=start, end=end)


def places_of(slots: Iterable[Slot]) -> tuple[Place, ...]:
    """Return where slots stand, in order and each once; an empty one stands nowhere."""
    keys = {(slot.start, slot.start + len(slot.text)) for slot in slots if slot.text}
    return tuple([place_of(*key) for key in sorted(keys)])


@dataclass
class Grid:
    """A table: all its rows have the width of its header."""

    start: int
    end: int
    header: list[list[Slot]]
    """Header rows, outermost first."""
    body: list[list[Slot]]
    above: list[Slot] = field(default_factory=list)
    """Caption and lines above, nearest last, headings not among them."""
    caption: Slot | None = None
    """Its own caption, as the reader prints it (`Table: …`)."""
    ragged: list[Slot] = field(default_factory=list)
    """Rows of another width."""
    kind: str = "pipe"
    indents: list[int] = field(default_factory=list)
    """Blanks before each body row, where they are printed."""

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.header[0])


def pipe_grids(document: Document) -> Iterator[Grid]:
    """Yield the pipe tables of a document in order."""
    if "|" not in document.text:
        return
    current: Grid | None = None
    done = 0
    lines = document.text.split("\n")
    starts = starts_of(lines)
    for first, end in _blocks(lines):
        recent = _recent(lines, starts, done, first)
        if recent and current is not None:
            yield current
            current = None
        block = [Slot(lines[index], starts[index]) for index in range(first, end)]
        current, finished = _added(current, block, recent)
        if finished:
            yield finished
        done = end
    if current is not None:
        yield current


def starts_of(lines: Sequence[str]) -> list[int]:
    """Return where each line of a text starts."""
    return list(accumulate([len(line) + 1 for line in lines], initial=0))


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield first and last, half-open, of the lines that stand together between bars."""
    first = before = -1
    for index, line in enumerate(lines):
        if "|" not in line:
            continue
        stripped = line.strip()
        if len(stripped) < 2 or stripped[0] != "|" or stripped[-1] != "|":
            continue
        if index != before + 1 or first < 0:
            if first >= 0:
                yield first, before + 1
            first = index
        before = index
    if first >= 0:
        yield first, before + 1


def _recent(lines: Sequence[str], starts: Sequence[int], done: int, first: int) -> list[Slot]:
    """Return the last lines before a block that are not blank, none of them before the end of another block."""
    found: list[Slot] = []
    for index in range(first - 1, done - 1, -1):
        if lines[index] and not lines[index].isspace():
            found.append(Slot(lines[index], starts[index]))
            if len(found) == ABOVE + 3:
                break
    return found[::-1]


def _added(
    current: Grid | None, block: Sequence[Slot], recent: Sequence[Slot]
) -> tuple[Grid | None, Grid | None]:
    """Return the grid that the block belongs to, and the one before it if that is complete."""
    if len(block) < 3 or not RULE.fullmatch(block[1].text):
        return None, current
    header = pipe_row(block[0])
    if current is not None and _goes_on(current, header):
        _extend(current, block[2:])
        return current, None
    grid = Grid(block[0].start, block[0].start, [header], [])
    grid.above = [line for line in recent if not RULE.fullmatch(line.text)][-ABOVE:]
    if grid.above and grid.above[-1].text.startswith("Table: "):
        line = grid.above.pop()
        grid.caption = Slot(line.text[7:], line.start + 7)
    _extend(grid, block[2:])
    return grid, current


def _goes_on(grid: Grid, header: Sequence[Slot]) -> bool:
    """Say whether a table right below is the same one: its header is the same."""
    return [slot.text for slot in header] == [slot.text for slot in grid.header[0]]


def _extend(grid: Grid, lines: Sequence[Slot]) -> None:
    for line in lines:
        row = pipe_row(line)
        if len(row) == grid.width:
            grid.body.append(row)
        else:
            grid.ragged.append(line)
        grid.end = line.start + len(line.text)


def pipe_row(line: Slot) -> list[Slot]:
    """Return the cells of one pipe row."""
    text = line.text.rstrip()
    at = text.index("|") + 1
    pieces = text[at:-1].split("|")
    at += line.start
    cells: list[Slot] = []
    for piece in pieces:
        bare = piece.lstrip()
        cells.append(Slot(bare.rstrip(), at + len(piece) - len(bare) if bare else at))
        at += len(piece) + 1
    return cells


class Sections:
    """Which section an offset lies in."""

    def __init__(self, sections: Sequence[Section]) -> None:
        """Take the sections in the order of the text."""
        self._sections = sorted(sections, key=lambda section: section.start)
        self._starts = [section.start for section in self._sections]

    def at(self, start: int, end: int) -> Section | None:
        """Return the section that holds the stretch, None where none does."""
        index = bisect_right(self._starts, start) - 1
        if index < 0 or end > self._sections[index].end:
            return None
        return self._sections[index]


def plain_line(text: str) -> str:
    """Return a line without marks of headings, emphasis and tags."""
    match = HEADING.fullmatch(text.strip())
    return TAG.sub(" ", match["text"] if match else text).strip().strip("*_").strip()
