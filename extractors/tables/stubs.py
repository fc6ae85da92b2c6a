"""The rows of a table: group rows, totals, headers that come again, and what each row's stub says.

A row with words in its stub and no figures is a group row: it holds for the rows below until another of its style or
until its total. Rows that say nothing of their own place (`Commitments (Note 8)`) are no groups.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from extractors.tables.grids import Grid, Slot
from extractors.tables.headings import Heading, read_heading
from extractors.tables.numbers import NotNumber, Separators, read_number
from extractors.tables.periods import find_periods, is_year
from extractors.tables.units import read_unit
from warehouse.statements import statement_of

TOTAL = re.compile(r"(?:sub-?|grand )?totals?\b.*|.*, totals?|all|overall|sum|total", re.IGNORECASE)
NO_GROUP = re.compile(r"\(notes? \d|commitments|contingenc", re.IGNORECASE)
DIGITS = re.compile(r"\d|million|thousand|billion", re.IGNORECASE)
MAX_GROUP = 160


@dataclass
class Line:
    """One body row with what stands over it."""

    index: int
    slots: list[Slot]
    stub: Slot
    heading: Heading
    groups: tuple[tuple[Slot, Heading], ...]
    unit_row: tuple[Slot, Heading] | None
    header: list[str] | None
    """Headers of a row of headers inside the body that replaces those above; None where none does."""
    total: bool
    unclear: bool = False
    """Whether a line of words above it may state a unit that is not understood."""


def is_total(label: str) -> bool:
    """Say whether a label is that of a sum."""
    return bool(TOTAL.fullmatch(label))


@lru_cache(maxsize=1 << 12)
def is_total_column(label: str) -> bool:
    """Say whether a heading is that of sums, and not of a count that is called total."""
    return bool(re.fullmatch(r"(?:sub-?|grand )?totals?|.*[,/ ]totals?|overall", label))


def is_header_row(row: Sequence[Slot], stub: int, separators: Separators) -> bool:
    """Say whether a body row holds headers: no number but years, and a period or unit among them."""
    cells = [slot.text for index, slot in enumerate(row) if index != stub and slot.text]
    first = row[stub].text
    if not cells or (first and read_unit(first) is None and not _names_statement(first)):
        return False
    for text in cells:
        if find_periods(text).ends:
            continue
        number = read_number(text, separators)
        if not (isinstance(number, NotNumber) and number.reason == "text") and not is_year(text):
            return False
    return any(find_periods(t).ends or find_periods(t).lengths for t in cells) or len(cells) > 1


def _names_statement(text: str) -> bool:
    """Say whether a stub is the title of a statement of accounts, which stands over the stubs."""
    return bool(statement_of(" ".join(text.lower().split())))


def unit_of_row(row: Sequence[Slot]) -> Slot | None:
    """Return the only filled cell of a row where it states the unit of the figures below."""
    filled = [slot for slot in row if slot.text]
    if len(filled) != 1:
        return None
    unit = read_unit(filled[0].text)
    return filled[0] if unit and (unit.sign or unit.scale != 1) else None


def lines(grid: Grid, stub: int, stubs: Sequence[int], separators: Separators) -> Iterator[Line]:
    """Yield the rows that are no group or header rows, each with what stands over it."""
    stack: list[tuple[Slot, Heading, str]] = []
    indents = grid.indents or [0] * len(grid.body)
    header: list[str] | None = None
    unit_row: tuple[Slot, Heading] | None = None
    before, unclear, level = "", False, 0
    for index, row in enumerate(grid.body):
        slot = row[stub]
        if stated := unit_of_row(row):
            unit_row, unclear = (stated, read_heading(stated.text)), False
            continue
        cells = [item.text for number, item in enumerate(row) if number not in stubs]
        if grid.indents:
            if lone := _lone(row, stub, separators):
                stack[:] = [(lone, read_heading(lone.text), "-1")]
                unit_row, unclear = None, bool(unit_row and DIGITS.search(lone.text))
                continue
            level = _level(slot.text, indents[index])
            stack[:] = [entry for entry in stack if int(entry[2]) < level]
        if is_header_row(row, stub, separators):
            texts = [item.text for item in row]
            header = (
                [f"{a} {b}".strip() for a, b in zip(header, texts, strict=True)]
                if header and before == "header"
                else texts
            )
            before = "header"
            continue
        if not any(cells):
            if slot.text and len(slot.text) <= MAX_GROUP and not NO_GROUP.search(slot.text):
                if grid.indents:
                    stack.append((slot, read_heading(slot.text), str(level)))
                else:
                    _push(stack, slot, nested=before == "group")
                before = "group"
            continue
        heading = read_heading(slot.text)
        total = is_total(heading.label)
        if total:
            _close(stack, heading.label)
        groups = tuple((item, read) for item, read, _ in stack)
        yield Line(index, row, slot, heading, groups, unit_row, header, total, unclear)
        before = "line"


def _lone(row: Sequence[Slot], stub: int, separators: Separators) -> Slot | None:
    """Return words that stand alone over the figures: the name of the part of the table below."""
    filled = [slot for index, slot in enumerate(row) if slot.text]
    if len(filled) != 1 or filled[0] is row[stub]:
        return None
    number = read_number(filled[0].text, separators)
    words = isinstance(number, NotNumber) and number.reason == "text"
    return filled[0] if words or find_periods(filled[0].text).ends else None


def _level(text: str, indent: int) -> int:
    """Return how deep a stub stands: by its indent, capitals above other words."""
    return 2 * indent + (not (text.isupper() and len(text) > 3))


def _push(stack: list[tuple[Slot, Heading, str]], slot: Slot, *, nested: bool) -> None:
    text = slot.text
    style = ("caps" if text.isupper() else "plain") + (":" if text.endswith(":") else "")
    level = next((i for i in reversed(range(len(stack))) if stack[i][2] == style), None)
    if level is not None and not (nested and level == len(stack) - 1):
        del stack[level:]
    stack.append((slot, read_heading(text), style))


def _close(stack: list[tuple[Slot, Heading, str]], label: str) -> None:
    """Take away the group that a total sums up, and those inside it."""
    words = re.sub(r"^(?:sub-?|grand )?totals?\b\s*", "", label)
    if not words and stack:
        # A bare total may sum the last group or all: its path is the same for both, and so repeats where it is unclear.
        stack.pop()
    for level in reversed(range(len(stack))):
        if words and stack[level][1].label.rstrip(":") == words:
            del stack[level:]
            return
