"""The steps a question may take from a thing: each leads to exactly one far end, by function or by selector."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from warehouse.entities import edge_relation
from warehouse.functional import Measured, ground
from warehouse.graph import FactGraph
from warehouse.inheritance import INHERITED, inheritable
from warehouse.programs import Direction, Step
from warehouse.queries import GraphView, internal, time_of
from warehouse.records import Fact, Qualifier

CANDIDATES = 3
"""A selector must choose among at least so many."""


@dataclass(frozen=True)
class Move:
    """One step that can be taken from a node: where it leads and the edge that says so."""

    step: Step
    to: int
    edge: int
    edition: str
    """Date the fact carries when its document has other editions; empty otherwise."""


def carried(qualifier: Qualifier) -> bool:
    """Whether wording the plain relation loses nothing of the qualifier."""
    if qualifier.kind == "time":
        return True
    return qualifier.kind == "note" and internal(qualifier)


def usable(fact: Fact) -> bool:
    """Whether a fact may be an edge of a question: clean names, nothing that a wording would lose."""
    if fact.subject.type in ("text", "value") or any(
        q.text == "superseded" for q in fact.qualifiers
    ):
        return False
    if fact.shape == "code" and fact.relation in ("calls", "defined in"):
        return False  # calls are resolved in part only; a qualified name already says where a thing is defined
    if len(fact.object.text) > 80 or len(fact.subject.text) > 80:
        return False
    once = fact.shape == "clause" and fact.object.type != "value"
    return all(carried(q) or (once and q.kind in ("place", "with")) for q in fact.qualifiers)


class Moves:
    """The moves from every node of a graph, computed when first asked."""

    def __init__(
        self,
        view: GraphView,
        measured: dict[tuple[str, Direction], Measured],
        repeated: frozenset[str],
    ):
        """`repeated` holds the ids of documents whose series has other editions in the corpus."""
        self.view = view
        self.graph: FactGraph = view.graph
        self.measured = measured
        self.repeated = repeated
        self._cache: dict[int, list[Move]] = {}

    def edition(self, fact: Fact) -> str | None:
        """Return the date a question must name for this fact, '' if none; None if it needs one and has none."""
        if fact.document_id not in self.repeated:
            return ""
        return fact.as_of or None

    def of(self, node: int) -> list[Move]:
        """Return the moves from `node`, forward ones by relation and edition, in the graph's order."""
        if node not in self._cache:
            self._cache[node] = list(self._moves(node))
        return self._cache[node]

    def _moves(self, node: int):
        grouped: dict[tuple[str, str], list[int]] = defaultdict(list)
        for edge in self.graph.out_edges(node).tolist():
            fact = self.graph.facts[edge]
            edition = self.edition(fact)
            if edition is not None:
                grouped[(edge_relation(fact), edition)].append(edge)
        for (relation, edition), edges in grouped.items():
            facts = [self.graph.facts[edge] for edge in edges]
            ends = {int(self.graph.object[edge]) for edge in edges}
            if (
                len(ends) == 1
                and all(map(usable, facts))
                and ground(facts[0], "forward", self.measured)
            ):
                time = time_of(facts[0]) if facts[0].shape == "attribute" else ""
                step = Step(relation=relation, direction="forward", time=time)
                yield Move(step, int(self.graph.object[edges[0]]), edges[0], edition)
            elif len(ends) > 1:
                yield from self._selected(relation, edition, edges)
        yield from self._inherited(node)

    def _inherited(self, node: int):
        """Yield the lookups of names that a class does not bind itself and its bases do."""
        for name in inheritable(self.view, node):
            step = Step(relation=name, direction="forward", selector=INHERITED)
            ends, edges = self.view.follow(node, step, "")
            definition = self.graph.facts[edges[-1]] if len(ends) == 1 else None
            if definition and self.edition(definition) == "":
                yield Move(step, ends[0], edges[-1], "")

    def _selected(self, relation: str, edition: str, edges: list[int]):
        facts = [self.graph.facts[edge] for edge in edges]
        dates = sorted({fact.as_of for fact in facts})
        if (
            facts[0].shape == "attribute"
            and len(dates) > 1
            and not edition
            and all(dates)
            and all(map(usable, facts))
        ):
            last = [edge for edge in edges if self.graph.facts[edge].as_of == dates[-1]]
            if len({int(self.graph.object[edge]) for edge in last}) == 1 and self._dialogue(facts):
                step = Step(relation=relation, direction="forward", selector="latest")
                yield Move(step, int(self.graph.object[last[-1]]), last[-1], edition)
            return
        if (
            len({fact.group for fact in facts}) != 1
            or not facts[0].group
            or len(edges) < CANDIDATES
        ):
            return
        quantities = [fact.quantity for fact in facts]
        if any(q is None for q in quantities) or len({q.unit for q in quantities if q}) != 1:
            return
        if not all(usable(fact) for fact in facts):
            return
        ranked = sorted(edges, key=lambda e: Decimal(self.graph.facts[e].quantity.value))  # type: ignore[union-attr]
        for selector, best, next_best in (
            ("largest", ranked[-1], ranked[-2]),
            ("smallest", ranked[0], ranked[1]),
        ):
            if self._margin(best, next_best):
                step = Step(relation=relation, direction="forward", selector=selector)  # type: ignore[arg-type]
                yield Move(step, int(self.graph.object[best]), best, edition)

    def _dialogue(self, facts: list[Fact]) -> bool:
        return all("dialogue" in fact.extractor for fact in facts)

    def _margin(self, best: int, next_best: int) -> bool:
        first, second = self.graph.facts[best].quantity, self.graph.facts[next_best].quantity
        assert first is not None
        assert second is not None
        gap = abs(Decimal(first.value) - Decimal(second.value))
        return gap > max(Decimal(first.step), Decimal(second.step))
