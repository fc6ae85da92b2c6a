"""The parts of an HTML page: blocks, tables, and the text inside them."""

import re
from dataclasses import dataclass, field
from typing import Literal

from extractors.readers.canonical import Piece

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\xad"
UNITS = frozenset(["km", "cm", "mm", "dm", "nm", "um", "mi", "ft", "yd", "in", "mc"])
WORDS = re.compile(r"\S+(?: \S+)*")

Kind = Literal["heading", "paragraph", "item", "field", "pre", "table"]


@dataclass
class Block:
    """One block of the page; `pieces` are its text."""

    kind: Kind
    level: int = 0
    pieces: list[Piece] = field(default_factory=list)
    zone: int = 1
    """0 page header or footer, 1 elsewhere, 2 in the main element."""
    bold: bool = True
    """Whether all of the text is bold."""
    linked: bool = True
    """Whether all of the text is a link."""
    filled: bool = False
    """For `field`: whether a value follows the term."""
    table: "Table | None" = None
    shown: "Shown | None" = None
    """The table ready to print."""

    def text(self) -> str:
        """Return the block's text."""
        return "".join(text for text, _ in self.pieces)


@dataclass
class Cell:
    """A table cell: its blocks and its extent."""

    blocks: list[Block]
    columns: int
    rows: int
    header: bool


@dataclass
class Table:
    """A table as it stands in the page."""

    rows: list[list[Cell]] = field(default_factory=list)
    caption: list[Block] = field(default_factory=list)
    head_rows: int = 0
    """Rows inside `thead`."""
    layout: bool = False
    """Whether it holds headings or other tables, and so only lays out the page."""


@dataclass(frozen=True)
class Shown:
    """A table ready to print: header and rows of cells or, with `fields`, terms and values."""

    caption: list[Piece]
    header: list[list[Piece]]
    rows: list[list[list[Piece]]]
    fields: bool = False


def append_text(
    pieces: list[Piece], data: str, at: int | str | None, *, keep: bool = False
) -> None:
    """Append text, white space collapsed unless `keep`; what stays verbatim keeps its offset."""
    if keep:
        pieces.append((data, at))
        return
    if isinstance(at, str) and not data.isspace():
        if data not in INVISIBLE:
            pieces.append((data, at))
        return
    end = 0
    for match in WORDS.finditer(data):
        if match.start() > end and pieces and not pieces[-1][0].endswith((" ", "\n")):
            gap = data[end : match.start()]
            pieces.append((" ", at + end if gap == " " and isinstance(at, int) else None))
        pieces.append((match[0], at + match.start() if isinstance(at, int) else at))
        end = match.end()
    if end < len(data) and pieces and not pieces[-1][0].endswith((" ", "\n")):
        pieces.append((" ", None))


def is_note_mark(before: str, mark: str) -> bool:
    """Say whether a raised `mark` refers to a note; as in `km2`, `10^6` and `4th` it does not."""
    if re.fullmatch(r"[*†‡§¶#|,\s]+|[\[(][^\[\]()]{1,12}[\])]", mark):
        return True
    word = re.search(r"[^\W\d_]+$", before)
    if re.fullmatch(r"[\d,;–\s-]+", mark):
        if word:
            return len(word[0]) > 1 and word[0].casefold() not in UNITS
        return not re.search(r"(?<![\d.,])(?:10|2)$", before) or "," in mark
    return bool(re.fullmatch(r"[a-z](?:,\s?[a-z])*", mark)) and not (word and len(word[0]) == 1)
