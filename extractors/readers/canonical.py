"""Canonical text under construction: what readers append to, and the document that comes of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from extractors.readers.filing_cover import cover_of, filer_series, of_filing
from extractors.readers.licences import spdx_of
from extractors.readers.options import Rejected, SourceFile, licence_of
from extractors.readers.stated import Stated, without_number
from warehouse.identity import content_id
from warehouse.records import Document, Format, Origin
from warehouse.tokens import count_tokens

Piece = tuple[str, int | str | None]
"""Text with its place in the file: a character offset, an `Origin.at` string, or None where the
reader added it."""
TABLE_TOKENS = 1200
"""A table is continued under its header again after so many tokens, so that every section of it can
be read alone."""


COVERED = ("html", "md", "txt", "pdf", "docx")
"""Formats in which forms with a cover page come."""


class TextBuilder:
    """Text and its origins, appended piece by piece."""

    def __init__(self) -> None:
        """Start empty."""
        self.length = 0
        self._breaks = 0
        self._parts: list[str] = []
        self._origins: list[tuple[int, int, int | str]] = []

    def add(self, text: str, at: int | str | None = None) -> None:
        """Append `text`; what goes on where the last stretch ended in the file is joined to it."""
        if not text:
            return
        start, self.length = self.length, self.length + len(text)
        self._parts.append(text)
        kept = len(text) - len(text.rstrip("\n"))
        self._breaks = kept if kept < len(text) else self._breaks + kept
        if at is None:
            return
        if self._origins and isinstance(at, int):
            first, last, before = self._origins[-1]
            if last == start and isinstance(before, int) and before + last - first == at:
                self._origins[-1] = (first, self.length, before)
                return
        self._origins.append((start, self.length, at))

    def add_all(self, pieces: Iterable[Piece]) -> None:
        """Append pieces in order."""
        for text, at in pieces:
            self.add(text, at)

    def separate(self, breaks: int) -> None:
        """End the line, with `breaks` 2 the paragraph; at the text's start do nothing."""
        if self.length:
            self.add("\n" * max(breaks - self._breaks, 0))

    def text(self) -> str:
        """Return the text so far."""
        return "".join(self._parts)

    def origins(self) -> tuple[Origin, ...]:
        """Return the origins so far."""
        return tuple(
            Origin(start=start, end=end, at=f"char:{at}" if isinstance(at, int) else at)
            for start, end, at in self._origins
        )


@dataclass(frozen=True)
class Part:
    """What a document is within its file."""

    format: Format
    key: str = ""
    """Row within the file, empty for the whole file."""
    series: str = ""
    """Series to use instead of the one that subject or title give."""


def make_document(
    file: SourceFile, part: Part, stated: Stated, built: TextBuilder
) -> Document | Rejected:
    """Return the document, or a rejection when the text is empty."""
    row, origins = file.row, built.origins()
    covered = part.format in COVERED and not row and not stated.subject
    if covered and (cover := cover_of(built.text())):
        stated = of_filing(stated, cover)
        part = replace(part, series=part.series or filer_series(cover.registrant))
    source = f"{file.source}{'/' if row else '#'}{part.key}" if part.key else file.source
    text = built.text()
    if not text.strip():
        return Rejected(source=source, reason="empty", detail="no text after rendering")
    if row and not part.key:
        # A file of a collection is known by its path; what its head states besides is kept.
        stated = replace(stated, title=row.path)
    if row:
        origins = tuple(o.model_copy(update={"at": _within(row.at, o.at)}) for o in origins)
    licence = spdx_of(stated.licence) if stated.licence else file.licence
    identity = content_id("doc", file.category, stated.title, stated.subject, stated.date, text)
    return Document(
        id=identity, category=file.category, source=source, format=part.format, title=stated.title,
        subject=stated.subject, date=stated.date, text=text, origins=origins,
        series=row.series if row else part.series or _series(file, part, stated),
        licence=licence_of(file.source, file.options.licences) if licence is None else licence,
    )  # fmt: skip


def _within(pointer: str, at: str) -> str:
    return pointer if at == "char:0" else f"{pointer}#{at}"


def _series(file: SourceFile, part: Part, stated: Stated) -> str:
    if part.format == "python" or file.category == "code":
        head, slash, _ = file.inner_path.partition("/")
        return head if slash else file.stem
    return " ".join(stated.subject.casefold().split()) or without_number(stated.title)


def table_line(cells: Sequence[Sequence[Piece]]) -> list[Piece]:
    """Return the pieces of one pipe row; pipes and line breaks inside a cell are replaced."""
    line: list[Piece] = [("|", None)]
    for cell in cells:
        line.append((" ", None))
        line += [(text.replace("|", "/").replace("\n", " "), at) for text, at in cell]
        line.append((" |", None))
    return line


def add_table(built: TextBuilder, header: Sequence[Piece], rows: Sequence[Sequence[Piece]]) -> None:
    """Append a pipe table: header, rule and rows, the header again every `TABLE_TOKENS`.

    `header` and each of `rows` are the pieces of one line, as `table_line` gives them.
    """
    lines = ["".join(text for text, _ in row) for row in rows]
    head = "".join(text for text, _ in header)
    columns = max(head.count("|") - 1, 1)
    long = len(head) + sum(map(len, lines)) > TABLE_TOKENS
    costs = count_tokens([head, *lines]) if long else [0] * (len(lines) + 1)
    room = 0
    for index, row in enumerate(rows):
        if index == 0 or (long and costs[index + 1] > room):
            built.separate(2)
            # Only the first header is printed in the file.
            built.add_all(header if index == 0 else [(head, None)])
            built.add("\n" + "|---" * columns + "|\n")
            room = TABLE_TOKENS - costs[0] - 2 * columns
        built.add_all(row)
        built.add("\n")
        room -= costs[index + 1] + 1
