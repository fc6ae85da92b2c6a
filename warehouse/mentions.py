"""Which section names which thing, found in the text itself and not through extracted facts.

The strict extractor supports an answer; this loose index refutes: a section that names both ends of an edge may state
the edge in words no pattern knows, so it counts as a possible second source. Cost is linear in the tokens of the
sections: each position is looked up in a trie of names of at most `LONGEST` words.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping

from warehouse.entities import Entity, aliases, normalise

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
    """For each section the nodes it names, and the reverse."""

    def __init__(self, nodes: Iterable[Entity], sections: Mapping[str, str]) -> None:
        """`nodes` in node-number order; `sections` maps section id to its text, headings included."""
        names = {number: found for number, node in enumerate(nodes) if (found := searchable(node))}
        self.findable = frozenset(names)
        """Nodes that can be looked for in a text at all."""
        trie = NameTrie((name, number) for number, found in names.items() for name in found)
        self.of_section: dict[str, set[int]] = {}
        self.of_node: dict[int, set[str]] = defaultdict(set)
        self._with: Counter[int] = Counter()
        self._without: Counter[int] = Counter()
        for section, text in sections.items():
            found = trie.find(text, self._count)
            self.of_section[section] = found
            for node in found:
                self.of_node[node].add(section)

    def _count(self, node: int, before: str) -> None:
        if before == "the":
            self._with[node] += 1
        elif before in PREPOSITIONS:
            self._without[node] += 1

    def articled(self, node: int) -> bool:
        """Whether running text says "the" before the node's name, more often than a bare preposition."""
        times = self._with[node]
        return times >= ARTICLE_TIMES and times > self._without[node]

    def naming_both(self, first: int, second: int) -> set[str]:
        """Return the sections that name both nodes."""
        return self.of_node.get(first, set()) & self.of_node.get(second, set())

    def names(self, section: str, node: int) -> bool:
        """Whether the section names the node."""
        return node in self.of_section.get(section, ())
