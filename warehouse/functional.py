"""Is a relation functional in a direction? Only then may a question say "the" (method 2.1, uniqueness).

Three grounds, in order: curated (events that happen once, authorship stated whole), layout (a field with one value in
a record), measured (support of at least 30 with at most 2 % violations in this graph version). A direction with none
of them needs a selector in words, or is not used.
"""

from dataclasses import dataclass

import numpy as np

from warehouse.edges import Flags, Ground, Ints, edge_relation, forward_ground
from warehouse.graph import FactGraph
from warehouse.programs import Direction
from warehouse.records import Fact

SUPPORT = 30
VIOLATIONS = 0.02


@dataclass(frozen=True)
class Measured:
    """How often a direction of a relation has one far end: distinct near ends and the share that has several."""

    support: int
    violations: float

    @property
    def functional(self) -> bool:
        """Whether there is enough support with few enough violations."""
        return self.support >= SUPPORT and self.violations <= VIOLATIONS


def measure(graph: FactGraph) -> dict[tuple[str, Direction], Measured]:
    """Return, for each relation and direction, how functional the graph shows it to be (time and edition apart)."""
    out: dict[tuple[str, Direction], Measured] = {}
    ends_of: tuple[tuple[Direction, Ints, Ints], ...] = (
        ("forward", graph.subject, graph.object),
        ("backward", graph.object, graph.subject),
    )
    for direction, near, far in ends_of:
        counts = zip(graph.relations, *_ends_by_relation(graph, near, far), strict=True)
        for relation, support, several in counts:
            out[(relation, direction)] = Measured(int(support), float(several) / int(support))
    return out


def _ends_by_relation(graph: FactGraph, near: Ints, far: Ints) -> tuple[Ints, Ints]:
    """Return, by relation, the number of (near end, date) pairs and of those that have several far ends."""
    dates, nodes = len(graph.columns.dates), len(graph.nodes)
    key = (graph.relation.astype(np.int64) * nodes + near) * dates + graph.columns.as_of
    order = np.argsort(key, kind="stable")
    first = np.flatnonzero(np.diff(key[order], prepend=-1))
    ends = far[order]
    if not len(first):
        return first, first
    several = np.maximum.reduceat(ends, first) != np.minimum.reduceat(ends, first)
    relation = graph.relation[order[first]]
    width = len(graph.relations)
    return np.bincount(relation, minlength=width), np.bincount(relation, several, minlength=width)


def functional_relations(
    graph: FactGraph, measured: dict[tuple[str, Direction], Measured]
) -> Flags:
    """Return, by relation number, whether the graph shows it to be functional from subject to object."""
    return np.array([measured[(name, "forward")].functional for name in graph.relations], np.bool_)


def grounded(graph: FactGraph, edges: Ints, shown: Flags) -> Flags:
    """Return whether `ground` gives each edge a reason for "the", from subject to object.

    `shown` is what `functional_relations` gives.
    """
    told = graph.columns.ground[edges]
    return (told > Ground.MEASURED) | ((told == Ground.MEASURED) & shown[graph.relation[edges]])


def ground(
    fact: Fact, direction: Direction, measured: dict[tuple[str, Direction], Measured]
) -> Ground:
    """Return why "the" is right for this fact's relation in this direction, or `Ground.NEVER`."""
    stated = forward_ground(fact) if direction == "forward" else Ground.MEASURED
    if stated is not Ground.MEASURED:
        return stated
    evidence = measured.get((edge_relation(fact), direction))
    return Ground.MEASURED if evidence and evidence.functional else Ground.NEVER
