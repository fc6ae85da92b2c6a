"""Is a relation functional in a direction? Only then may a question say "the" (method 2.1, uniqueness).

Three grounds, in order: curated (events that happen once, authorship stated whole), layout (a field with one value in
a record), measured (support of at least 30 with at most 2 % violations in this graph version). A direction with none
of them needs a selector in words, or is not used.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from warehouse.entities import edge_relation
from warehouse.graph import FactGraph, Ints
from warehouse.programs import Direction
from warehouse.records import Fact

SUPPORT = 30
VIOLATIONS = 0.02
ONCE = frozenset(
    (
        "born in|died in|born on|died on|buried in|buried at|based on|flows into|flow into|"
        "rises in|rise in|named after|located in|stands on|stands in|lies in|lies on|capital of|"
        "succeeded by|preceded by|located on|premiered at|premiered in|lives in|works at|"
        "works for|headquartered in|based in|moved to|mouth of|adapted from|first performed at|"
        "first performed in|situated in"
    ).split("|")
)
AGENT = " by"
NOT_SINGLE = frozenset(
    (
        "owned by|crossed by|influenced by|followed by|produced by|visited by|studied by|used by|"
        "operated by|performed by|recorded by|translated by|joined by|defeated by|conquered by|"
        "led by|won by|taught by|published by|received by|married by"
    ).split("|")
)
CODE = ("inherits", "raises", "constant", "returns", "attribute ", "parameter ")


@dataclass(frozen=True)
class Measured:
    """How often a direction of a relation has one far end: distinct near ends and the share that has several."""

    support: int
    violations: float


def measure(graph: FactGraph) -> dict[tuple[str, Direction], Measured]:
    """Return, for each relation and direction, how functional the graph shows it to be (time and edition apart)."""
    out: dict[tuple[str, Direction], Measured] = {}
    by_relation: dict[int, list[int]] = defaultdict(list)
    for edge, relation in enumerate(graph.relation.tolist()):
        by_relation[relation].append(edge)
    for relation, edges in by_relation.items():
        ends_of: tuple[tuple[Direction, Ints, Ints], ...] = (
            ("forward", graph.subject, graph.object),
            ("backward", graph.object, graph.subject),
        )
        for direction, near, far in ends_of:
            ends: dict[tuple[int, str], set[int]] = defaultdict(set)
            for edge in edges:
                ends[(int(near[edge]), graph.facts[edge].as_of)].add(int(far[edge]))
            several = float(np.mean([len(found) > 1 for found in ends.values()]))
            out[(graph.relations[relation], direction)] = Measured(len(ends), several)
    return out


def ground(
    fact: Fact, direction: Direction, measured: dict[tuple[str, Direction], Measured]
) -> str:
    """Return why "the" is right for this fact's relation in this direction: curated, layout, measured, or nothing."""
    if direction == "forward":
        if fact.group and fact.shape != "code":
            return ""
        if fact.shape == "attribute" and not _plural(fact.relation):
            return "layout"
        if fact.shape == "code" and edge_relation(fact).startswith(CODE):
            return "curated"
        if fact.shape in ("clause", "role") and _once(fact):
            return "curated"
    evidence = measured.get((edge_relation(fact), direction))
    if evidence and evidence.support >= SUPPORT and evidence.violations <= VIOLATIONS:
        return "measured"
    return ""


def _plural(relation: str) -> bool:
    leaf = relation.rpartition(" / ")[2].split(" (")[0]
    return leaf.endswith("s") and not leaf.endswith(("ss", "us", "is"))


def _once(fact: Fact) -> bool:
    year = (
        fact.quantity is not None and fact.quantity.unit == "year" and fact.object.type == "value"
    )
    shared = fact.relation in NOT_SINGLE or fact.relation.startswith("co-")
    creation = fact.relation.endswith(AGENT) and not shared
    return year or creation or fact.relation in ONCE
