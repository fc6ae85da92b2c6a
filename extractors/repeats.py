"""Sections that a document prints twice: the later one is left out, and the ledger says so (§3.1).

Only whole sections go, so the spans of all others stay what they are. A section is a copy when every one of
its lines stands in one earlier section under the same path of headings: the same words under another heading speak of
another thing, and a section with one new figure is no copy. Programs, conversations and csv files repeat by nature.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from warehouse.records import Document, Section

FEWEST_WORDS = 20
"""Words under which a section is no copy: "None.", "See above"."""


class Repeat(NamedTuple):
    """A section that stands twice."""

    section: Section
    first: Section
    """Where it stands before."""


def repeated_sections(document: Document, sections: Sequence[Section]) -> list[Repeat]:
    """Return the sections that repeat earlier ones, in order."""
    if document.format in ("python", "dialogue", "csv"):
        return []
    longest: dict[tuple[tuple[str, ...], str], tuple[Section, Counter[str]]] = {}
    repeats: list[Repeat] = []
    for section in sections:
        lines = _lines(document.text[section.start : section.end])
        if sum(len(line.split()) * times for line, times in lines.items()) < FEWEST_WORDS:
            continue
        key = section.headings, max(lines, key=len)
        first = longest.setdefault(key, (section, lines))
        if first[0] is not section and lines <= first[1]:
            repeats.append(Repeat(section, first[0]))
    return repeats


def _lines(text: str) -> Counter[str]:
    lines = (" ".join(line.casefold().split()) for line in text.split("\n"))
    return Counter(line for line in lines if line)
