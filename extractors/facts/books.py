"""Facts of a book: its author, translator, editor and illustrator, its chapters by title, and its cast.

The subject is the book, by the title that opens it. Chapters are told only where they can be counted: headings (or
lines of the contents) that number them from one without a gap. A cast is the list below `Dramatis personæ` and its
like, read whole or not at all.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from extractors.facts.articles import is_person
from extractors.facts.writer import FactWriter, Told, mention_at
from extractors.readers.books import LICENCE
from warehouse.identity import digest
from warehouse.records import Document, Fact, Mention, Section

EXTRACTOR = "book/1"
HEAD = 3000
ROLE = re.compile(
    r"^(?P<role>Author|Translator|Editor|Illustrator): (?P<name>[^\n]+)$", re.MULTILINE
)
BYLINE = re.compile(
    r"^(?:#+ )?(?P<role>[Bb][Yy]|[Tt]ranslated by|[Ii]llustrated by|[Ee]dited by) (?P<name>[^\n]+)$",
    re.MULTILINE,
)
ROLES = {
    "by": "author",
    "translated by": "translator",
    "illustrated by": "illustrator",
    "edited by": "editor",
}
CHAPTER = re.compile(
    r"^(?:#{1,6} )?(?:\| )?(?:chapter|adventure|stave)[ \t]+(?P<number>[ivxlc]{1,8}|\d{1,3})\.?"
    r"(?:[ \t]*[-—:|][ \t]*|[ \t]+)(?P<title>[^\s|\d][^|\n]{1,80}?)(?:[ \t]*\|)?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
ALONE = re.compile(
    r"^(?:#{1,6} )?chapter[ \t]+(?P<number>[ivxlc]{1,8}|\d{1,3})\.?[ \t]*\n(?:[ \t]*\n){0,3}"
    r"(?:#{1,6} )?(?P<title>[A-Z][^\n]{1,60})\n[ \t]*\n",
    re.IGNORECASE | re.MULTILINE,
)
LISTED = re.compile(
    r"^\| (?P<number>[IVXLC]{1,8}|\d{1,3})\.? \| (?P<title>[A-Z][^|\n]{1,80}?) \|$", re.MULTILINE
)
PAGE = re.compile(r"[ .]{2,}\d+$|\s+\d{1,3}$")
CAST = re.compile(
    r"^(?:#{1,6} )?(?:dramatis person(?:ae|æ)|persons (?:represented|of the play)|characters of the play)[.:]?[ \t]*\n",
    re.IGNORECASE | re.MULTILINE,
)
PLAYER = re.compile(
    r"[ \t]*(?P<name>[A-Z][A-Za-zÀ-ÿ'’-]*(?: (?:of |the |de |di )?[A-Z][A-Za-zÀ-ÿ'’-]*){0,3})"
    r"(?:,[^\n]{2,90}|\.)?\.?[ \t]*"
)
FEWEST = 3
LONG = 4
"""A last chapter of so many times the longest other holds chapters that were not seen."""
CONTENTS = 6000
"""Characters in which a table of contents stands."""
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


@dataclass(frozen=True)
class _Chapter:
    number: int
    title: str
    start: int
    span: tuple[int, int]


def book_facts(document: Document, sections: Sequence[Section]) -> list[Fact]:
    """Return the facts that a book's first pages and chapter headings state; none for other documents."""
    title = _title(document)
    if title is None or document.format not in ("txt", "html", "md"):
        return []
    makers = list(_makers(document.text[:HEAD]))
    chapters = _chapters(document.text)
    authored = any(role == "author" for role, *_ in makers)
    if not authored or not (chapters or document.licence == LICENCE):
        return []
    writer = FactWriter(document, sections, EXTRACTOR)
    for role, name, start, span in makers:
        writer.add(title, role, mention_at(start, name, "person"), span)
    group = digest("chapters", document.id)[:16]
    for chapter in chapters:
        mention = mention_at(chapter.start, chapter.title, "thing")
        writer.add(title, "chapters", mention, chapter.span, Told(group=group))
        if chapter.number <= len(ORDINALS):
            writer.add(title, f"{ORDINALS[chapter.number - 1]} chapter", mention, chapter.span)
    if chapters:
        last = chapters[-1]
        writer.add(title, "last chapter", mention_at(last.start, last.title, "thing"), last.span)
    cast = digest("cast", document.id)[:16]
    for name, start, span in _cast(document.text):
        writer.add(title, "characters", mention_at(start, name, "person"), span, Told(group=cast))
    return writer.facts()


def _title(document: Document) -> Mention | None:
    """Return the title where it heads the text."""
    title = document.title
    at = document.text.find(f"# {title}\n", 0, 400) + 2
    if at < 2 or len(title) > 120 or '"' in title:
        return None
    return Mention(text=title, start=at, end=at + len(title), type="work")


def _makers(head: str) -> Iterator[tuple[str, str, int, tuple[int, int]]]:
    """Yield (role, name, start, span): the header's fields, or the printed by-lines where it has none."""
    found = [(m["role"].lower(), m) for m in ROLE.finditer(head)]
    found = found or [(ROLES[m["role"].lower()], m) for m in BYLINE.finditer(head[:600])]
    for role, match in found:
        name = match["name"].strip()
        if is_person(name) and " " in name and sum(other == role for other, _ in found) == 1:
            yield role, name, match.start("name"), match.span()


def _chapters(text: str) -> list[_Chapter]:
    """Return the chapters of the first pattern that numbers them from one without a gap."""
    for pattern in (CHAPTER, ALONE, LISTED):
        found: dict[int, _Chapter] = {}
        for match in pattern.finditer(text):
            title = PAGE.sub("", match["title"]).strip(" .")
            number = _number(match["number"])
            if number and re.search(r"[A-Za-z]{2}", title):
                start = match.start("title")
                found.setdefault(number, _Chapter(number, title, start, match.span()))
        whole = sorted(found) == list(range(1, len(found) + 1))
        chapters = [found[number] for number in sorted(found)]
        if len(found) >= FEWEST and whole and _complete(text, chapters):
            return [_trimmed(text, chapter) for chapter in chapters]
    return []


def _complete(text: str, chapters: Sequence[_Chapter]) -> bool:
    """Whether the last chapter is the book's last: the contents list it, or it is not too long for one."""
    starts = [chapter.start for chapter in chapters]
    if starts[-1] - starts[0] < CONTENTS:
        return bool(
            re.search(r"\bcontents\b", text[max(starts[0] - 600, 0) : starts[0]], re.IGNORECASE)
        )
    longest = max(after - start for start, after in pairwise(starts))
    return len(text) - starts[-1] <= LONG * longest


def _trimmed(text: str, chapter: _Chapter) -> _Chapter:
    """Return the chapter with its span cut to lines that hold words."""
    start, end = chapter.span
    stripped = text[start:end].rstrip()
    return _Chapter(chapter.number, chapter.title, chapter.start, (start, start + len(stripped)))


def _number(text: str) -> int:
    """Return a chapter's number printed in digits or as a Roman numeral, 0 where it is neither."""
    if text.isdigit():
        return int(text)
    values = [ROMAN[letter] for letter in text.casefold()]
    total = sum(
        -value if any(after > value for after in values[at + 1 : at + 2]) else value
        for at, value in enumerate(values)
    )
    return total if total <= 150 else 0


def _cast(text: str) -> Iterator[tuple[str, int, tuple[int, int]]]:
    """Yield (name, start, span of the line) of each player of the cast; none where a line is no player."""
    head = CAST.search(text)
    if head is None:
        return
    offset, players = head.end(), list[tuple[str, int, tuple[int, int]]]()
    blank = 0
    for line in text[head.end() : head.end() + HEAD].splitlines(keepends=True):
        bare = line.rstrip()
        blank = blank + 1 if not bare else 0
        if (blank > 1 and players) or bare.startswith("#") or re.match(r"\s*(?:ACT|SCENE)\b", bare):
            break
        if bare:
            match = PLAYER.fullmatch(bare)
            if match is None:
                return
            at = offset + match.start("name")
            players.append((match["name"], at, (offset, offset + len(bare))))
        offset += len(line)
    if len(players) >= FEWEST:
        yield from players
