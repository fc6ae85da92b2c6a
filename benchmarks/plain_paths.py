"""The same walk and checks over a networkx MultiDiGraph and plain dictionaries, written as one would write them first.

Chains only, and only what a generated world needs: no editions, selectors or inherited names. Random draws are those
of `generators.walks`, so both sides meet the same candidates and their verdicts can be compared one by one. Lookups
go through networkx and dictionaries by name; nothing is kept from one candidate to the next.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

import networkx as nx

from generators.walks import WalkOptions
from verifiers.proof import SUFFIX_ANSWERS
from warehouse.chains import documents_needed
from warehouse.edges import AGENT, ONCE
from warehouse.functional import SUPPORT, VIOLATIONS
from warehouse.graph import FactGraph
from warehouse.identity import draw
from warehouse.mentions import MentionIndex

Edge = tuple[str, str, dict[str, str]]
"""(subject, object, attributes) as networkx gives it."""


class PlainPaths:
    """Draws chains from a networkx graph and checks each."""

    def __init__(self, graph: FactGraph, index: MentionIndex, options: WalkOptions) -> None:
        """Copy the graph into networkx, and the mentions and relations into dictionaries."""
        self.options = options
        self.graph = nx.MultiDiGraph()
        ids = [node.id for node in graph.nodes]
        self.graph.add_nodes_from(ids)
        for edge, fact in enumerate(graph.facts):
            self.graph.add_edge(
                ids[graph.subject[edge]], ids[graph.object[edge]], relation=fact.relation,
                document=fact.document_id, section=fact.section_id,
            )  # fmt: skip
        self.order = {relation: number for number, relation in enumerate(graph.relations)}
        self.named_in = {node: set(index.of_node(n)) for n, node in enumerate(ids)}
        self.names = {s: {ids[n] for n in index.of_section(s)} for s in index.sections}
        far: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for subject, object_, data in self.graph.edges(data=True):
            far[data["relation"]][subject].add(object_)
        self.subjects = {relation: list(found) for relation, found in far.items()}
        self.functional = {
            relation
            for relation, found in far.items()
            if relation in ONCE or relation.endswith(AGENT) or _single(list(found.values()))
        }

    def candidates(self, start: str) -> Iterator[list[Edge]]:
        """Yield the chains from a node: breadth first to two edges, then random walks."""
        stream = draw(self.options.seed, start)
        frontier = [[move] for move in self._moves(start)]
        for _ in range(self.options.max_edges - 1):
            longer = [[*trail, move] for trail in frontier for move in self._onward(start, trail)]
            chosen = stream.permutation(len(longer))[: self.options.walks_per_start]
            frontier = [longer[i] for i in chosen.tolist()]
            yield from (trail for trail in frontier if _spread(trail))

    def _moves(self, node: str) -> list[Edge]:
        grouped: dict[str, list[Edge]] = defaultdict(list)
        for edge in self.graph.out_edges(node, data=True):
            grouped[edge[2]["relation"]].append(edge)
        return [
            grouped[relation][0]
            for relation in sorted(grouped, key=self.order.__getitem__)
            if relation in self.functional and len({edge[1] for edge in grouped[relation]}) == 1
        ]

    def _onward(self, start: str, trail: list[Edge]) -> Iterator[Edge]:
        seen = {start, *(edge[1] for edge in trail)}
        yield from (move for move in self._moves(trail[-1][1]) if move[1] not in seen)

    def check(self, start: str, relations: list[str]) -> str:
        """Return the first check that fails, or nothing."""
        ends, trail = _walk(self.graph, start, relations)
        if len(ends) != 1:
            return "unique"
        if any(relation not in self.functional for relation in relations):
            return "functional"
        if not _spread(trail):
            return "spread"
        if any(self._answers(relations[at:]) < SUFFIX_ANSWERS for at in range(1, len(relations))):
            return "suffix"
        evidence = {edge[2]["section"] for edge in trail}
        if any(self._beside(edge, evidence) for edge in trail):
            return "restated"
        if self._ahead(trail):
            return "shortcut"
        return "minimal" if self._stands_without(start, relations, ends, trail) else ""

    def _answers(self, tail: list[str]) -> int:
        ends: set[str] = set()
        for node in self.subjects[tail[0]]:
            ends |= _walk(self.graph, node, tail)[0]
            if len(ends) >= SUFFIX_ANSWERS:
                break
        return len(ends)

    def _sections(self, subject: str, object_: str) -> set[str]:
        found = self.graph.get_edge_data(subject, object_, default={})
        return {data["section"] for data in found.values()}

    def _both(self, edge: Edge) -> set[str]:
        return self.named_in.get(edge[0], set()) & self.named_in.get(edge[1], set())

    def _beside(self, edge: Edge, evidence: set[str]) -> set[str]:
        stated = self._both(edge) | self._sections(edge[1], edge[0])
        return (stated & evidence) - {edge[2]["section"]}

    def _ahead(self, trail: list[Edge]) -> bool:
        nodes = {node for edge in trail for node in edge[:2]}
        allowed: dict[str, set[str]] = defaultdict(set)
        for edge in trail:
            allowed[edge[2]["section"]].update(edge[:2])
        return any((nodes - ends) & self.names[section] for section, ends in allowed.items())

    def _stands_without(
        self, start: str, relations: list[str], ends: set[str], trail: list[Edge]
    ) -> bool:
        shown = {edge[2]["section"] for edge in trail}
        for edge in trail:
            shown |= self._both(edge) | self._sections(*edge[:2])
            shown |= self._sections(edge[1], edge[0])
        for document in {edge[2]["document"] for edge in trail}:

            def visible(u: str, v: str, key: int, without: str = document) -> bool:
                data = self.graph.edges[u, v, key]
                return data["section"] in shown and data["document"] != without

            again = nx.subgraph_view(self.graph, filter_edge=visible)
            if _walk(again, start, relations)[0] == ends:
                return True
        return False


def _single(ends: list[set[str]]) -> bool:
    several = sum(len(found) > 1 for found in ends)
    return len(ends) >= SUPPORT and several / len(ends) <= VIOLATIONS


def _spread(trail: list[Edge]) -> bool:
    documents = [edge[2]["document"] for edge in trail]
    apart = all(a != b for a, b in pairwise(documents))
    return apart and len(set(documents)) >= documents_needed(len(trail))


def _walk(graph: nx.MultiDiGraph, start: str, relations: list[str]) -> tuple[set[str], list[Edge]]:
    ends, trail = {start}, []
    for relation in relations:
        edges = [
            edge
            for node in ends
            for edge in graph.out_edges(node, data=True)
            if edge[2]["relation"] == relation
        ]
        ends = {edge[1] for edge in edges}
        trail += edges[:1]
    return ends, trail
