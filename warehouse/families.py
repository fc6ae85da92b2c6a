"""Which lists a relation draws its objects from: the evidence that a name in one place is the thing in another.

The rows of one table are things of one kind, a family. A bare name that two families share (`Madison`, a city and a
film) is one thing only where the lists show it: a relation reaches a family when it names the family's noun
(`city` → rows of class City), when a fair share of its objects are rows of it, or when a fair share of the rows are
objects of it (inclusion, the test by which foreign keys are found). Families that share a fair part of their names,
most columns, or a noun, are one. Families too small to judge are trusted, and so are names of two words or more that
a relation with few objects gives.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, pairwise

import networkx as nx

from warehouse.records import Fact

SMALLEST = 8
"""A list with fewer rows proves nothing about its kind."""
SHARE = 0.3
"""Inclusion from which two lists are taken to be of one kind."""
COMMON = 200
"""Where more families than this share one member, it counts for neighbours only, so that cost stays linear."""
HITS = 3
"""Objects of a relation that must be rows before their share counts."""


class Families:
    """The families of a graph's layout facts, asked for the block key of a name in its place."""

    def __init__(self, mentions: Iterable[tuple[Fact, str, str]]) -> None:
        """Read every fact with the name keys of its subject and object."""
        rows: dict[str, set[str]] = defaultdict(set)
        relations: dict[str, set[str]] = defaultdict(set)
        nouns: dict[str, set[str]] = defaultdict(set)
        objects: dict[str, set[str]] = defaultdict(set)
        for fact, subject, object_ in mentions:
            listed = _list_of(fact)
            if fact.shape == "class":
                nouns[listed].add(fact.object.text.casefold())
            elif object_.startswith("name:"):
                objects[fact.relation].add(object_)
            if listed and fact.shape != "class":
                rows[listed].add(subject)
                relations[listed].add(fact.relation)
        self._objects = objects
        merged = _by_columns(rows, relations)
        self._root = {listed: root for root, lists in merged.items() for listed in lists}
        self._rows = {root: _union(rows, lists) for root, lists in merged.items()}
        self._nouns = {root: _union(nouns, lists) for root, lists in merged.items()}
        self._join_alike({root: relations[root] for root in merged})
        self._holders: dict[str, list[str]] = defaultdict(list)
        for root, names in self._rows.items():
            for name in names:
                self._holders[name].append(root)
        self._reaches: dict[tuple[str, str], bool] = {}
        self._contested = set(self._find_contested())

    def subject_key(self, fact: Fact, key: str) -> str:
        """Return the key of a subject: its family's own where the bare name stands for something else as well."""
        root = self.of_subject(fact)
        return f"{key}#{root}" if (root, key) in self._contested else key

    def of_subject(self, fact: Fact) -> str:
        """Return the family of the fact's subject, or nothing where it stands in no list that can be judged."""
        return self._root.get(_list_of(fact), "")

    def object_key(self, relation: str, key: str) -> str:
        """Return the key of an object: the one contested family that its relation reaches, else the bare name."""
        reached = [
            root
            for root in self._holders.get(key, ())
            if (root, key) in self._contested and self.reaches(relation, root)
        ]
        return f"{key}#{reached[0]}" if len(reached) == 1 else key

    def reaches(self, relation: str, root: str) -> bool:
        """Whether the relation's objects are things of the family."""
        at = (relation, root)
        if at not in self._reaches:
            names, rows = self._objects.get(relation, set()), self._rows[root]
            hits = len(names & rows)
            included = hits >= HITS and (hits >= SHARE * len(names) or hits >= SHARE * len(rows))
            self._reaches[at] = relation.split()[-1] in self._nouns[root] or included
        return self._reaches[at]

    def _join_alike(self, columns: dict[str, set[str]]) -> None:
        """Make one family of those that share a noun, most columns, or a fair part of their names."""
        alike = nx.Graph()
        alike.add_nodes_from(sorted(self._rows))
        for pair, count in _shared(self._rows).items():
            if count >= SHARE * min(len(self._rows[root]) for root in pair):
                alike.add_edge(*pair)
        for pair, count in _shared(columns).items():
            if 2 * count >= len(columns[pair[0]] | columns[pair[1]]):
                alike.add_edge(*pair)
        alike.add_edges_from(_shared(self._nouns))
        into: dict[str, str] = {}
        for group in nx.connected_components(alike):
            at, *others = sorted(group)
            into |= dict.fromkeys(group, at)
            for root in others:
                self._rows[at] |= self._rows.pop(root)
                self._nouns[at] |= self._nouns.pop(root)
        self._root = {listed: into[root] for listed, root in self._root.items()}

    def _find_contested(self) -> Iterator[tuple[str, str]]:
        """Yield (family, name) of names that stand for something else too, in another family or as an untied object.

        A name of two words or more counts only as the object of a relation with objects enough to judge.
        """
        for name, roots in self._holders.items():
            if len(roots) > 1 and " " not in name:
                yield from ((root, name) for root in roots)
        for relation, names in self._objects.items():
            judged = len(names) >= SMALLEST
            for name in names & self._holders.keys():
                if judged or " " not in name:
                    yield from (
                        (root, name)
                        for root in self._holders[name]
                        if not self.reaches(relation, root)
                    )


def _shared(sets: Mapping[str, set[str]]) -> Counter[tuple[str, str]]:
    """Return how many members each pair of sets shares; a member of more than `COMMON` counts for neighbours only."""
    holders: dict[str, list[str]] = defaultdict(list)
    for name in sorted(sets):
        for member in sets[name]:
            holders[member].append(name)
    return Counter(
        pair
        for names in holders.values()
        for pair in (combinations(names, 2) if len(names) <= COMMON else pairwise(names))
    )


def _union(sets: Mapping[str, set[str]], names: Iterable[str]) -> set[str]:
    return set().union(*(sets[name] for name in names))


def _list_of(fact: Fact) -> str:
    """Return the list a layout fact was read from: one document's rows under one extractor."""
    return f"{fact.extractor}:{fact.document_id}" if is_layout(fact) else ""


def is_layout(fact: Fact) -> bool:
    """Whether the fact was read from a table or a list of fields, and not from running text."""
    return fact.extractor.startswith(("table/", "key-value/"))


def _by_columns(rows: dict[str, set[str]], relations: dict[str, set[str]]) -> dict[str, list[str]]:
    """Return lists with the same columns together, those that are large enough to judge, by the first of them."""
    alike: dict[frozenset[str], list[str]] = defaultdict(list)
    for listed in sorted(rows):
        alike[frozenset(relations[listed])].append(listed)
    return {
        lists[0]: lists
        for lists in alike.values()
        if len(_union(rows, lists)) >= SMALLEST and max(len(rows[x]) for x in lists) > 1
    }
