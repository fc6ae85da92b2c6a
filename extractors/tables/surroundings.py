"""The caption and lines above a table that speak of it: its path, its unit and its periods."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.tables.grids import HEADING, Grid, Slot, plain_line
from extractors.tables.headings import read_line
from extractors.tables.timing import Context, context_of
from extractors.tables.units import Unit
from warehouse.records import Document, Section
from warehouse.statements import statement_of

SCALE = re.compile(
    r"\((?:[a-z., ]+ )?in (?:thousands|millions|billions)[^()]*\)|"
    r"\b(?:dollars|amounts) in (?:thousands|millions|billions)",
    re.IGNORECASE,
)
"""A scale that a sentence right above a table ends with."""
CAPITALS = re.compile(r"[^a-z|]*[A-Z]{3}[^a-z|]*")
SHORT = 140
MAX_LINE = 600


@dataclass(frozen=True)
class Around:
    """What stands above a table."""

    path: tuple[str, ...]
    caption: str
    """Label of the caption, empty without one."""
    units: tuple[tuple[Slot, Unit], ...]
    """Unit statements, the nearest first."""
    context: Context
    slots: tuple[Slot, ...]
    """Lines that path and periods rest on."""
    basis: str


def surroundings(document: Document, section: Section | None, grid: Grid) -> Around:
    """Return what the caption, the lines above and the section's heading say."""
    lines, heading = _lines(grid)
    caption = grid.caption or _statement(grid, lines) or _title(lines)
    near = [slot for slot in (caption, *reversed(lines)) if slot]
    near = list(dict.fromkeys(near))
    readings = [read_line(slot.text[:MAX_LINE]) for slot in near]
    named = section.headings[-1] if section and section.headings else ""
    heads = [heading.text] if heading else [named] if named else []
    path = _path(document, heads, read_line(caption.text[:MAX_LINE]).label if caption else "")
    units = tuple((slot, r.unit) for slot, r in zip(near, readings, strict=True) if r.unit)
    context = context_of(
        [*readings, *(read_line(text) for text in heads)],
        [*heads, *(slot.text for slot in near[:2])],
    )
    basis = next((r.basis for r in (*readings, *map(read_line, heads)) if r.basis), "")
    used = tuple(s for s, r in zip(near, readings, strict=True) if r.time.ends or s is caption)
    return Around(path, path[-1] if caption and path else "", units, context, used, basis)


def _statement(grid: Grid, lines: Sequence[Slot]) -> Slot | None:
    """Return where a statement of accounts says which it is: over its stubs, else on the nearest line above."""
    places = [row[0] for row in grid.header if grid.kind == "pipe"] + list(reversed(lines))
    named = (slot for slot in places if 0 < len(slot.text) <= SHORT)
    return next((slot for slot in named if statement_of(read_line(slot.text).label)), None)


def _title(lines: Sequence[Slot]) -> Slot | None:
    return next((line for line in reversed(lines) if _is_title(line.text)), None)


def _lines(grid: Grid) -> tuple[list[Slot], Slot | None]:
    """Return the lines above that are about the table, outermost first, and the heading over them."""
    kept: list[Slot] = []
    for slot in reversed(grid.above):
        text = plain_line(slot.text)
        at = slot.start + max(slot.text.find(text), 0)
        if HEADING.fullmatch(slot.text.strip()):
            return list(reversed(kept)), Slot(text, at)
        ends = text.endswith((".", "!", "?")) and not re.search(r"\b(?:Inc|Corp|Co|Ltd)\.$", text)
        if (ends or len(text) > SHORT) and (kept or not text.endswith(":")) and not _is_unit(text):
            kept += [Slot(match[0], at + match.start())] if (match := SCALE.search(text)) else []
            break
        if text:
            kept.append(Slot(text, at))
    return list(reversed(kept)), None


def _is_unit(text: str) -> bool:
    return text.startswith("(") and text.endswith(")")


def _is_title(text: str) -> bool:
    words = text.split()
    if not 1 < len(words) <= 40 or text.endswith((":", ".")) or _is_unit(text):
        return False
    return bool(re.match(r"(?:table|exhibit|schedule) [\dA-Z]+\b", text, re.IGNORECASE)) or bool(
        CAPITALS.fullmatch(text)
    )


def _path(document: Document, heads: Sequence[str], caption: str) -> tuple[str, ...]:
    """Return heading and caption in small letters, without what the document's title says already."""
    title = document.title.casefold()
    labels = [read_line(text).label for text in heads] if not caption else []
    labels += [caption] if caption else []
    return tuple(label for label in labels if label and label != title)
