"""The loose matcher: a line that could be a second answer, found without the extractor that found the first.

A section competes with a hop when it names the hop's subject, a word of its relation and some value of the object's
kind, in one line, and that value is not the object itself. Lines inherit the names in the section's title and headings.
A section of another edition does not compete with a question that names its edition.
"""

import re
from collections.abc import Sequence
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
    """One hop as the matcher sees it."""

    subject: int
    words: tuple[str, ...]
    """Stems of the relation's content words."""
    numeric: bool
    object: str
    """Normalised object text."""


class Matcher:
    """The hops of one candidate, ready to be looked for in sections."""

    def __init__(self, candidate: Candidate, nodes: dict[str, Entity]) -> None:
        """`nodes` maps entity ids to entities."""
        self.candidate = candidate
        facts = {fact.id: fact for fact in candidate.facts}
        names: list[tuple[str, int]] = []
        self.hops: list[Watched] = []
        for number, hop in enumerate(candidate.hops):
            fact = facts[hop.fact_id]
            if fact.shape == "code":
                continue
            names += [(name, number) for name in searchable(nodes[hop.subject])]
            self.hops.append(_watch(number, fact))
        self.trie = NameTrie(names)

    def competes(self, title: str, headings: Sequence[str], date: str, text: str) -> str:
        """Return the line that competes with a hop, or nothing; agreeing lines (the hop's own object) do not."""
        edition = self.candidate.program.edition
        if edition and date and date != edition:
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
        for hop in self.hops:
            if hop.subject not in named or hop.object in folded:
                continue
            if not all(any(word.startswith(stem) for word in words) for stem in hop.words):
                continue
            if (NUMBER if hop.numeric else CAPITAL).search(line):
                return line.strip()[:200]
        return ""


def _watch(number: int, fact: Fact) -> Watched:
    words = [
        word for word in re.findall(r"[a-z]+", fact.relation) if word not in STOP and word != "year"
    ]
    stems = tuple(word[: max(4, len(word) - 3)] for word in words)
    return Watched(number, stems, fact.object.type == "value", normalise(fact.object.text))
