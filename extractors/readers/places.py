"""A place in a text file, found again: what stands there now, and where (the inverse of `Origin.at`).

Places that name rows are as good as offsets: a JSON pointer, in JSON lines one that begins with the line, a row of a
csv, an element of an XML record, and a place within any of these. Lines, pages and paragraphs are not found again:
what readers do to them keeps no offsets.
"""

import html
import json
import re
from dataclasses import dataclass, replace

from extractors.readers.dates import MONTHS
from extractors.readers.delimited import row_at
from extractors.readers.pointers import JsonError, as_text, parse_json, resolve, span_of
from extractors.readers.records import clean
from extractors.readers.xml_records import XmlError, element_at

WITHIN = re.compile(r"(/.*?)#((?:char|row|line|page|paragraph|table):\d+|/.*)", re.DOTALL)
LINES = (".jsonl", ".ndjson")
ENTITY_ROOM = 12
"""Characters of a file that one of a text may take (`&#x1F3D4;`)."""


class PlaceError(ValueError):
    """A place of a kind that cannot be found again; the message says which."""


@dataclass(frozen=True)
class Found:
    """What stands at a place."""

    value: str
    """As the file's format reads it: a JSON string without its escapes."""
    start: int
    """First character in the file's text."""
    end: int
    """One past the last."""


def find_place(text: str, name: str, at: str, length: int) -> Found | None:
    """Return what stands at a place of a file's text, None if the file has no such place.

    Args:
        text: The decoded file.
        name: The file's name, whose suffix tells JSON lines.
        at: As in `Origin.at`.
        length: Characters wanted, where the place is an offset.

    Raises:
        PlaceError: no place of this kind can be found again.
    """
    if within := WITHIN.fullmatch(at):
        outer = find_place(text, name, within[1], length)
        if outer is None:
            return None
        inner_text = outer.value.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
        inner = find_place(inner_text, name, within[2], length)
        return inner and replace(outer, value=inner.value)
    kind, _, number = at.partition(":")
    if kind == "char":
        start = int(number)
        room = ENTITY_ROOM * text.count("&", start, start + length)
        end = min(start + length + room, len(text))
        return Found(text[start:end], start, end) if start < end else None
    if kind == "row":
        row = row_at(text, name, int(number))
        return row and Found(*row)
    if not at.startswith("/"):
        raise PlaceError(f"a place in {kind}s cannot be read again")
    return _element(text, at) if text.lstrip().startswith("<") else _pointed(text, name, at)


def holds(found: Found, stretch: str) -> bool:
    """Whether a place holds a stretch of a document, apart from white space, markup and cell borders.

    A stretch of JSON within a JSON string is held with its escapes, and names and dates whose parts stand in elements
    of their own with their words in another order and other marks between them.
    """
    wanted = _plain(stretch)
    seen = [_plain(found.value), _plain(clean(found.value))]
    return (
        any(wanted in value for value in seen)
        or json.dumps(stretch, ensure_ascii=False)[1:-1] in found.value
        or _words(wanted) <= _words(seen[0])
    )


def _words(text: str) -> set[str]:
    """Return the words of a text, a month as its number; all of it where it has no word."""
    words = re.findall(r"\w+", text.casefold())
    return {str(MONTHS.get(word) or word.lstrip("0") or word) for word in words} or {text}


def _plain(text: str) -> str:
    return " ".join(text.replace("|", "/").split())


def narrowed(text: str, found: Found, stretch: str) -> Found:
    """Return the part of a place that is the stretch, as the file writes it; the whole place if it is not found."""
    held = text[found.start : found.end]
    spellings = (
        stretch, json.dumps(stretch, ensure_ascii=False)[1:-1], json.dumps(stretch)[1:-1],
        html.escape(stretch, quote=False),
    )  # fmt: skip
    for spelling in dict.fromkeys(spellings):
        if (first := held.find(spelling)) >= 0:
            start = found.start + first
            return replace(found, start=start, end=start + len(spelling))
    return found


def _pointed(text: str, name: str, pointer: str) -> Found | None:
    """Return the JSON value at a pointer, of the whole file or of the line that the pointer begins with."""
    for find in (_by_line, _whole) if name.lower().endswith(LINES) else (_whole, _by_line):
        if (found := find(text, pointer)) is not None:
            return found
    return None


def _whole(text: str, pointer: str, offset: int = 0) -> Found | None:
    try:
        value = resolve(parse_json(text), pointer)
    except JsonError:
        return None
    span = span_of(text, pointer)
    if value is None or span is None:
        return None
    start, end = span
    return Found(as_text(value) or text[start:end], offset + start, offset + end)


def _by_line(text: str, pointer: str) -> Found | None:
    number, slash, rest = pointer[1:].partition("/")
    lines = text.split("\n")
    if not number.isdecimal() or int(number) >= len(lines):
        return None
    offset = sum(len(line) + 1 for line in lines[: int(number)])
    return _whole(lines[int(number)], slash + rest, offset)


def _element(text: str, pointer: str) -> Found | None:
    try:
        found = element_at(text, pointer)
    except XmlError as error:
        raise PlaceError(f"the file is no usable XML any more: {error}") from error
    return found and Found(*found)
