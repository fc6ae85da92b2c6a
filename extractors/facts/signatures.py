"""Who signs a filing and in which office: `/s/ Name`, then the name in print and the title, in cells or on lines.

A title counts where it names one of the offices that a registrant has one of, or a director. An acting, former or
assistant officer is not the officer, and an office that two people sign for is left out.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

SIGNED = re.compile(r"/s/\s*(?P<name>[^|\n]{4,60}?)\s*(?=\||\n|$)", re.IGNORECASE)
NAME = re.compile(
    r"(?:[A-Z][\w'’-]*\.?|[A-Z]\.)(?: (?:[A-Z][\w'’-]*\.?|[A-Z]\.|de|van|von|du|la)){1,4}(?:,? (?:Jr|Sr|II|III|IV)\.?)?"
)
OFFICES = (
    "chief executive officer", "chief financial officer", "chief accounting officer", "chief operating officer",
    "controller", "treasurer", "general counsel",
)  # fmt: skip
SHARED = re.compile(
    r"\b(?:co|acting|interim|former|assistant|deputy|vice|divisional|regional)[- ]*$", re.IGNORECASE
)
OF_PART = re.compile(
    r"^[ ,]*(?:of|for|,? (?:North|Americas|Europe|International))\b", re.IGNORECASE
)
DIRECTOR = re.compile(r"(?:^|, |and |; )(?:lead |independent )*director\b(?! of)", re.IGNORECASE)
PROXY = re.compile(r"attorney|by power|in fact|\*", re.IGNORECASE)
REACH = 5
"""Cells or lines after a signature in which its title stands."""


@dataclass(frozen=True)
class Office:
    """One signature read whole."""

    name: str
    start: int
    office: str
    span: tuple[int, int]


def signed_offices(text: str) -> list[Office]:
    """Return the offices that the signatures state, each held by one person; directors as many as sign."""
    found = list(dict.fromkeys(_found(text)))
    holders = {(o.office, _folded(o.name)) for o in found}
    times = Counter(office for office, _ in holders)
    first: dict[tuple[str, str], Office] = {}
    for office in found:
        if office.office == "director" or times[office.office] == 1:
            first.setdefault((office.office, _folded(office.name)), office)
    return list(first.values())


def _folded(name: str) -> str:
    return re.sub(r"\W+", " ", name).casefold().strip()


def _found(text: str) -> Iterator[Office]:
    matches = list(SIGNED.finditer(text))
    for number, match in enumerate(matches):
        limit = matches[number + 1].start() if number + 1 < len(matches) else len(text)
        cells = list(_cells(text, match.end("name"), min(limit, match.end() + 500)))[:REACH]
        name, start = _once(match["name"].strip(), match.start("name"))
        title = ""
        stop = match.end("name")
        for cell, at in cells:
            if _folded(cell) == _folded(name) and (
                name.isupper() or (not name.isupper() and not cell.isupper())
            ):
                name, start, stop = cell, at, max(stop, at + len(cell))
            elif not title and _has_office(bare := _without_name(cell, name)):
                title, stop = bare, at + len(cell)
        if not title or not NAME.fullmatch(name) or PROXY.search(title):
            continue
        begin = text.rfind("\n", 0, match.start()) + 1
        line_end = text.find("\n", stop)
        for office in _offices(title):
            yield Office(name, start, office, (begin, line_end if line_end >= 0 else len(text)))


def _once(name: str, start: int) -> tuple[str, int]:
    """Return the printed half of a signature that is followed by its own name: `ANN LEE Ann Lee`."""
    half = len(name) // 2
    if name[half : half + 1] == " " and name[:half].casefold() == name[half + 1 :].casefold():
        return name[half + 1 :], start + half + 1
    return name, start


def _cells(text: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    """Yield (text, offset) of what follows a signature, cell by cell and line by line."""
    for piece in re.finditer(r"[^|\n]+", text[start:end]):
        bare = piece[0].strip()
        if re.search(r"[A-Za-z]{2}", bare):
            yield bare, start + piece.start() + piece[0].index(bare)


def _without_name(cell: str, name: str) -> str:
    return cell[len(name) :].strip(" ,") if cell.casefold().startswith(name.casefold()) else cell


def _has_office(title: str) -> bool:
    return len(title) < 160 and next(_offices(title), "") != ""


def _offices(title: str) -> Iterator[str]:
    """Yield the offices that a title names."""
    plain = re.sub(r"\([^()]*\)", " ", title)
    for office in OFFICES:
        for match in re.finditer(rf"\b{office}\b", plain, re.IGNORECASE):
            if not SHARED.search(plain[: match.start()]) and not OF_PART.search(
                plain[match.end() :]
            ):
                yield office
    if DIRECTOR.search(plain):
        yield "director"
