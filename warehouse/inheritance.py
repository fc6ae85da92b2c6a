"""Attribute lookup over the classes of a fact graph: Python's method resolution order (C3), from facts alone.

A name that a class does not bind is looked up on its bases. Each passed class must show its bases and say what its
body binds (`binds=` on its `inherits` facts), so a class that the corpus does not hold, or whose bases are unclear,
ends the lookup without an answer instead of being skipped.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from warehouse.graph import FactGraph
from warehouse.records import Fact

INHERITED = "inherited"
DEEPEST = 8
"""Most classes between a class and a name it inherits."""


class View(Protocol):
    """The part of a graph view that a lookup needs."""

    graph: FactGraph
    relation_numbers: dict[str, int]

    def sees(self, edge: int) -> bool:
        """Whether the view shows the edge."""
        ...


def note(fact: Fact, key: str) -> str:
    """Return what follows `key=` in the fact's notes, or nothing."""
    return next(
        (q.text.removeprefix(f"{key}=") for q in fact.qualifiers if q.text.startswith(f"{key}=")),
        "",
    )


def is_base(graph: FactGraph, edge: int) -> bool:
    """Whether the edge leads from a class to one of its bases."""
    return graph.relations[int(graph.relation[edge])] == "inherits"


def _bases(view: View, node: int) -> list[int]:
    """Return the visible edges from a class to its bases, in the order of its statement."""
    relation = view.relation_numbers.get("inherits")
    if relation is None:
        return []
    edges = [e for e in view.graph.out_edges(node, relation).tolist() if view.sees(e)]
    return sorted(edges, key=lambda e: int(note(view.graph.facts[e], "order") or 0))


def _merge(lines: list[list[int]]) -> list[int] | None:
    """Return the C3 merge of linearisations, or None when the orders contradict each other."""
    out: list[int] = []
    lines = [list(line) for line in lines if line]
    while lines:
        head = next((line[0] for line in lines if not any(line[0] in o[1:] for o in lines)), None)
        if head is None:
            return None
        out.append(head)
        lines = [rest for line in lines if (rest := [n for n in line if n != head])]
    return out


def resolution_order(view: View, node: int, depth: int = 0) -> list[int] | None:
    """Return a class and what it inherits from in method resolution order, as far as the view shows bases."""
    if depth > DEEPEST:
        return None
    bases = [int(view.graph.object[edge]) for edge in _bases(view, node)]
    if node in bases or len(set(bases)) < len(bases):
        return None
    lines = [resolution_order(view, base, depth + 1) for base in bases]
    known = [line for line in lines if line is not None]
    if len(known) < len(lines):
        return None
    merged = _merge([*known, bases])
    return None if merged is None or node in merged else [node, *merged]


def _definition(view: View, owner: int, name: str) -> tuple[int, int] | None:
    """Return (value or method, edge) where the class's body binds the name to a literal or to a plain method."""
    graph = view.graph
    relation = view.relation_numbers.get(f"attribute {name}")
    if relation is not None:
        found = [e for e in graph.out_edges(owner, relation).tolist() if view.sees(e)]
        if found:
            return (int(graph.object[found[0]]), found[0]) if len(found) == 1 else None
    relation = view.relation_numbers.get("defined in")
    if relation is None:
        return None
    method = f"{graph.nodes[owner].name}.{name}"
    found = [
        e
        for e in graph.in_edges(owner, relation).tolist()
        if graph.nodes[int(graph.subject[e])].name == method and view.sees(e)
    ]
    plain = len(found) == 1 and note(graph.facts[found[0]], "plain") == "yes"
    return (int(graph.subject[found[0]]), found[0]) if plain else None


def look_up(view: View, node: int, name: str, *, edition: str) -> tuple[list[int], list[int]]:
    """Return ([what the name means on the class], [edges to its bases, then of its definition]), or two empty lists.

    The class must not bind the name itself. The edges are those that show every class in front of the definition.
    """  # fmt: skip
    order = resolution_order(view, node) or []
    trail: list[int] = []
    for at, owner in enumerate(order[:DEEPEST]):
        if at and (found := _definition(view, owner, name)):
            edges = [*trail, found[1]]
            dated = all(view.graph.date(e) == edition for e in edges)
            return ([found[0]], edges) if dated or not edition else ([], [])
        bases = _bases(view, owner)
        if not bases or name in note(view.graph.facts[bases[0]], "binds").split():
            return [], []
        trail += bases
    return [], []


def inheritable(view: View, node: int) -> Iterator[str]:
    """Yield the public names that the bases of a class bind, each once."""
    order: Sequence[int] = resolution_order(view, node) or [] if _bases(view, node) else []
    seen: set[str] = set()
    for owner in order[1:]:
        bound = (note(view.graph.facts[e], "binds") for e in _bases(view, owner)[:1])
        names = {name for text in bound for name in text.split()} | set(_bound(view, owner))
        for name in sorted(names - seen):
            if not name.startswith("_"):
                seen.add(name)
                yield name


def _bound(view: View, owner: int) -> Iterator[str]:
    """Yield the names that facts say the class's body binds."""
    graph = view.graph
    for edge in graph.out_edges(owner).tolist():
        relation = graph.relations[int(graph.relation[edge])]
        if relation.startswith("attribute ") and view.sees(edge):
            yield relation.removeprefix("attribute ")
    if (relation := view.relation_numbers.get("defined in")) is not None:
        for edge in graph.in_edges(owner, relation).tolist():
            if view.sees(edge):
                yield graph.nodes[int(graph.subject[edge])].name.rpartition(".")[2]
