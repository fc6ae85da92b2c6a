"""A document as the filters see it: its kind, its words, and what of its lines is prose.

Prose rules applied to a table, a program or a conversation refuse what is best in a corpus, so every filter asks here
first. A text whose words mostly stand in columns, rows of numbers or fields is a table whatever its suffix.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from warehouse.records import Document

Kind = Literal["prose", "passage", "table", "code", "dialogue"]
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
LETTER = re.compile(r"[^\W\d_]")
PROSE_LINE = 8
"""Words from which a line is prose rather than a cell or a heading."""
HEADING = re.compile(r"\s*#{1,6}\s")
NO_PROSE = re.compile(r"\s*(?:[|#<`]|(?:[-*] )?[^\s:.][^:.]{0,60}: )|.*\S\s{3,}\S")
"""Table rows, headings, tags, `Field: value` lines and lines laid out in columns."""
TABLE_SHARE = 0.5
"""Share of words in rows from which a text is a table."""
NUMBERS_SHARE = 0.4
"""Share of numbers among its words from which a line is a row of a table: `Wheat 2024 1,094 2,005 3.1`."""
LONGEST = 2000
"""Characters of a line that decide what it is."""
RECORDS = frozenset(["json", "xml"])


@dataclass(frozen=True)
class Page:
    """A document and what several filters measure of it, each computed once."""

    document: Document

    @cached_property
    def kind(self) -> Kind:
        """The kind by which the document is judged."""
        document = self.document
        if document.format == "python" or document.category == "code":
            return "code"
        if document.format == "dialogue":
            return "dialogue"
        if document.format == "csv" or self._is_table():
            return "table"
        return "passage" if "#" in document.source else "prose"

    @cached_property
    def words(self) -> list[str]:
        """All words of the text."""
        return WORD.findall(self.document.text)

    @cached_property
    def prose(self) -> list[str]:
        """The lines that are prose; none of source code, tables and fields."""
        if self.document.format in ("python", "csv"):
            return []
        return [
            line
            for line in self.document.text.split("\n")
            if len(line.split(None, PROSE_LINE)) > PROSE_LINE and not self._is_row(line)
        ]

    @cached_property
    def prose_words(self) -> list[str]:
        """The words of those lines."""
        return [word for line in self.prose for word in WORD.findall(line)]

    def _is_row(self, line: str) -> bool:
        """Say whether a line is a row, a field or a heading."""
        if self.document.format == "dialogue":
            return False
        if self.document.format in RECORDS and ": " in line[:150]:
            return True
        if NO_PROSE.match(line[:LONGEST]):
            return True
        words = WORD.findall(line[:LONGEST])
        return sum(map(is_number, words)) >= NUMBERS_SHARE * len(words)

    def _is_table(self) -> bool:
        rows = total = 0
        for line in self.document.text.split("\n"):
            if not HEADING.match(line):
                words = len(line.split())
                total += words
                rows += words if words and self._is_row(line) else 0
        return rows >= TABLE_SHARE * total > 0


def is_number(word: str) -> bool:
    """Say whether a word has no letter."""
    return word.isdecimal() or not LETTER.search(word)
