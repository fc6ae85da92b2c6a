"""Which section names which thing, found in the text itself and not through extracted facts.

The strict extractor supports an answer; this loose index refutes: a section that names both ends of an edge may state
the edge in words no pattern knows, so it counts as a possible second source. Cost is linear in the tokens of the
sections: each position is looked up in a trie of names of at most `LONGEST` words.
"""

import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from warehouse.edges import Flags, Ints, contains
from warehouse.entities import Entity, aliases
from warehouse.names import normalise

LONGEST = 10
PREPOSITIONS = frozenset("of in to from by at on with into for near".split())
"""Words after which a name in running text either has its article or has none."""
ARTICLE_TIMES = 2
"""How often a text must say "the" before a name."""
TOO_COMMON = frozenset(("true false none null self yes no one two three name type value").split())
_WORD = re.compile(r"[^\W_]+")
_Trie = dict[str, "_Trie | list[int]"]
_END = ""


def searchable(entity: Entity) -> list[str]:
    """Return the names to look for: none for values too short to mean anything, only class-like names for code."""
    if entity.type == "code":
        last = entity.name.rpartition(".")[2]
        return [normalise(last)] if re.search(r"[a-z][A-Z]|[A-Z]{3}|_[a-z]+_", last) else []
    names = (
        [normalise(n) for n in entity.names]
        if entity.type in ("value", "text")
        else list(aliases(entity))
    )
    return [name for name in names if len(name) > 2 and name not in TOO_COMMON]


class NameTrie:
    """A trie over the words of names; `find` gives the ids of the names that stand in a text."""

    def __init__(self, names: Iterable[tuple[str, int]]) -> None:
        """Enter (normalised name, id) pairs; one name may have several ids."""
        self._root: dict = {}
        for name, number in names:
            node = self._root
            for word in name.split()[:LONGEST]:
                node = node.setdefault(word, {})
            node.setdefault(_END, []).append(number)

    def find(self, text: str, before: Callable[[int, str], None] | None = None) -> set[int]:
        """Return the ids of all names found in the text, overlapping ones included.

        `before`, where given, is told each found id with the word in front of it.
        """
        found: set[int] = set()
        if not self._root:
            return found
        words = _WORD.findall(text.casefold())
        for start, word in enumerate(words):
            node = self._root.get(word)
            at = start
            while node is not None:
                if _END in node:
                    found.update(node[_END])
                    if before and start:
                        for number in node[_END]:
                            before(number, words[start - 1])
                at += 1
                node = node.get(words[at]) if at < len(words) else None
        return found


class MentionIndex:
    """For each section the nodes it names, and the reverse, as sorted keys: 16 bytes a mention."""

    def __init__(self, nodes: Iterable[Entity], sections: Mapping[str, str]) -> None:
        """`nodes` in node-number order; `sections` maps section id to its text, headings included."""
        nodes = list(nodes)
        self.sections = list(sections)
        self.numbers = {section: number for number, section in enumerate(self.sections)}
        self.findable: Flags = np.zeros(len(nodes), dtype=np.bool_)
        """Nodes that can be looked for in a text at all."""
        self._with: Counter[int] = Counter()
        self._without: Counter[int] = Counter()
        trie = NameTrie(
            (name, number)
            for number, node in enumerate(nodes)
            for name in self._names(number, node)
        )
        found = array("q")
        for number, text in enumerate(sections.values()):
            first = number * len(nodes)
            found.extend(first + node for node in sorted(trie.find(text, self._count)))
        self._by_section: Ints = np.frombuffer(found, dtype=np.int64)
        """Section number times the number of nodes plus node, ascending."""
        self._nodes = max(len(nodes), 1)
        section, node = np.divmod(self._by_section, self._nodes)
        self._by_node: Ints = np.sort(node * len(self.sections) + section)

    def _names(self, number: int, node: Entity) -> list[str]:
        names = searchable(node)
        self.findable[number] = bool(names)
        return names

    def _count(self, node: int, before: str) -> None:
        if before == "the":
            self._with[node] += 1
        elif before in PREPOSITIONS:
            self._without[node] += 1

    def articled(self, node: int) -> bool:
        """Whether running text says "the" before the node's name, more often than a bare preposition."""
        times = self._with[node]
        return times >= ARTICLE_TIMES and times > self._without[node]

    def of_node(self, node: int) -> list[str]:
        """Return the sections that name the node."""
        return [self.sections[section] for section in self._section_numbers(node).tolist()]

    def of_section(self, section: str) -> list[int]:
        """Return the nodes that a section names."""
        first = self.numbers[section] * self._nodes
        low, high = (
            bisect_left(self._by_section, first),
            bisect_left(self._by_section, first + self._nodes),
        )
        return (self._by_section[low:high] - first).tolist()

    def naming_both(self, first: int, second: int) -> set[str]:
        """Return the sections that name both nodes."""
        both = np.intersect1d(
            self._section_numbers(first), self._section_numbers(second), assume_unique=True
        )
        return {self.sections[section] for section in both.tolist()}

    def names(self, section: str, node: int) -> bool:
        """Whether the section names the node."""
        number = self.numbers.get(section, -1)
        return bool(self.named(np.array([number]), np.array([node]))[0])

    def named(self, sections: Ints, nodes: Ints) -> Flags:
        """Return, pair by pair, whether the section (by number, -1 for none) names the node."""
        keys = sections.astype(np.int64) * self._nodes + nodes
        return (sections >= 0) & contains(self._by_section, keys)

    def _section_numbers(self, node: int) -> Ints:
        first = node * len(self.sections)
        low = bisect_left(self._by_node, first)
        return self._by_node[low : bisect_left(self._by_node, first + len(self.sections))] - first
