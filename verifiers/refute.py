"""The loose matcher: a line that could be a second answer, found without the extractor that found the first.

A section competes with a hop when it names the hop's subject, a word of its relation and some value of the object's
kind, in one line, and that value is not the object itself. Lines inherit the names in the section's title and headings.
A section of another edition does not compete with a question that names its edition.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from warehouse.entities import Entity
from warehouse.mentions import NameTrie, searchable
from warehouse.names import normalise
from warehouse.programs import Candidate
from warehouse.records import Fact

STOP = frozenset(("of the in by on at to for from and a an is was or with into as its").split())
NUMBER = re.compile(r"\d")
CAPITAL = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w'’-]+")
_SPLIT = re.compile(r"\n|(?<=[.!?;])\s+(?=[A-Z])")


@dataclass(frozen=True)
class Watched:
    """One thing looked up, as the matcher sees it."""

    subject: int
    words: tuple[str, ...]
    """Stems of the relation's content words."""
    numeric: bool
    object: str
    """Normalised object text."""


class Matcher:
    """What one question looks up, ready to be looked for in sections."""

    def __init__(
        self, watched: Iterable[tuple[Iterable[str], Watched]], elsewhere: Callable[[str], bool]
    ) -> None:
        """Take what is watched, each with its subject's names; sections dated `elsewhere` never compete."""
        names: list[tuple[str, int]] = []
        self.watched: list[Watched] = []
        for surfaces, own in watched:
            names += [(name, own.subject) for name in surfaces]
            self.watched.append(own)
        self.trie = NameTrie(names)
        self._elsewhere = elsewhere

    @classmethod
    def of(cls, candidate: Candidate, nodes: Mapping[str, Entity]) -> "Matcher":
        """Return the matcher of a path question's hops; `nodes` maps entity ids to entities."""
        facts = {fact.id: fact for fact in candidate.facts}
        edition = candidate.program.edition
        watched = [
            (searchable(nodes[hop.subject]), _watch(number, facts[hop.fact_id]))
            for number, hop in enumerate(candidate.hops)
            if facts[hop.fact_id].shape != "code"
        ]
        return cls(watched, lambda date: bool(edition and date and date != edition))

    def competes(self, title: str, headings: Sequence[str], date: str, text: str) -> str:
        """Return the line that competes with a hop, or nothing; agreeing lines (the hop's own object) do not."""
        if self._elsewhere(date):
            return ""
        above = self.trie.find(f"{title} {' '.join(headings)}")
        if not above and not self.trie.find(text):
            return ""
        for line in _SPLIT.split(text):
            named = above | self.trie.find(line)
            if named and (found := self._line(line, named)):
                return found
        return ""

    def _line(self, line: str, named: set[int]) -> str:
        folded = normalise(line)
        words = folded.split()
        for hop in self.watched:
            if hop.subject not in named or hop.object in folded:
                continue
            if not all(any(word.startswith(stem) for word in words) for stem in hop.words):
                continue
            if (NUMBER if hop.numeric else CAPITAL).search(line):
                return line.strip()[:200]
        return ""


def _watch(number: int, fact: Fact) -> Watched:
    return Watched(
        number, stems(fact.relation), fact.object.type == "value", normalise(fact.object.text)
    )


def stems(label: str) -> tuple[str, ...]:
    """Return the beginnings of a label's content words, by which a line is told to speak of it."""
    words = [word for word in re.findall(r"[a-z]+", label) if word not in STOP and word != "year"]
    return tuple(word[: max(4, len(word) - 3)] for word in words)
