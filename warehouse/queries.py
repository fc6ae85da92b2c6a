"""Run a question's program on a fact graph, whole or cut down to the sections of one context (method 2.5, step 2).

The same function proves a question (whole graph, exactly one answer), re-derives it from its context alone, and shows
that it cannot be derived once a document is taken away: only the set of visible edges differs.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from warehouse.edges import Flags, Ints, distinct
from warehouse.graph import FactGraph
from warehouse.inheritance import INHERITED, is_base, look_up
from warehouse.programs import Path, Program, Step
from warehouse.records import Quantity


@dataclass(frozen=True)
class Result:
    """What a program gives: the answers in order (node numbers, or one quantity) and the edges it rests on."""

    nodes: tuple[int, ...]
    quantity: Quantity | None
    edges: tuple[tuple[int, int], ...]
    """(branch, edge) in reading order; empty where the program has no single derivation."""
    reason: str = ""
    """Why there is no answer; empty when there is one."""


class GraphView:
    """A graph with the sections that a query may see, and its names resolved to numbers once."""

    def __init__(self, graph: FactGraph) -> None:
        """Show every edge; `restricted` gives narrower views."""
        self.graph = graph
        self.numbers = graph.node_number()
        self.relation_numbers = {name: number for number, name in enumerate(graph.relations)}
        self.section_numbers = {name: number for number, name in enumerate(graph.sections)}
        self.document_numbers = {name: number for number, name in enumerate(graph.documents)}
        self.sections: frozenset[int] | None = None
        self.hidden = -1

    def restricted(self, sections: Iterable[str] | None, without: str = "") -> "GraphView":
        """Return a view of the edges read from these sections, without one document; names are not resolved again."""
        view = object.__new__(GraphView)
        view.__dict__.update(self.__dict__)
        if sections is not None:
            known = (self.section_numbers.get(section) for section in sections)
            view.sections = frozenset(number for number in known if number is not None)
        view.hidden = self.document_numbers.get(without, -1)
        return view

    @property
    def narrowed(self) -> bool:
        """Whether the view hides anything."""
        return self.hidden >= 0 or self.sections is not None

    def sees(self, edge: int) -> bool:
        """Whether the view shows the edge."""
        if self.graph.document[edge] == self.hidden:
            return False
        return self.sections is None or int(self.graph.section[edge]) in self.sections

    def seen(self, edges: Ints) -> Flags:
        """Return which of the edges the view shows."""
        shown = self.graph.document[edges] != self.hidden
        if self.sections is not None:
            shown &= np.isin(self.graph.section[edges], list(self.sections))
        return shown

    def facts(self, node: int, step: Step, edition: str) -> list[int]:
        """Return the visible edges of one step from `node`, dated and qualified as the step asks."""
        relation = self.relation_numbers.get(step.relation)
        if relation is None:
            return []
        graph = self.graph
        edges = (
            graph.out_edges(node, relation)
            if step.direction == "forward"
            else graph.in_edges(node, relation)
        )
        return [int(edge) for edge in edges if self._fits(int(edge), step, edition)]

    def _fits(self, edge: int, step: Step, edition: str) -> bool:
        columns = self.graph.columns
        if columns.superseded[edge] or not self.sees(edge):
            return False
        if edition and columns.dates[columns.as_of[edge]] != edition:
            return False
        return not step.time or columns.times[columns.time[edge]] == step.time

    def follow(self, node: int, step: Step, edition: str) -> tuple[list[int], list[int]]:
        """Return (distinct far nodes, edges) of one step, its selector applied; a tie gives both nodes."""
        if step.selector == INHERITED:
            return look_up(self, node, step.relation, edition=edition)
        edges = self.facts(node, step, edition)
        if step.selector == "latest" and edges:
            last = max(self.graph.date(edge) for edge in edges)
            edges = [edge for edge in edges if self.graph.date(edge) == last]
        elif step.selector in ("largest", "smallest"):
            edges = self._extreme(edges, step)
        far = self.graph.object if step.direction == "forward" else self.graph.subject
        return list(dict.fromkeys(int(far[edge]) for edge in edges)), edges

    def _extreme(self, edges: list[int], step: Step) -> list[int]:
        measured = [(edge, quantity) for edge in edges if (quantity := self.graph.quantity(edge))]
        if not measured or len(measured) < len(edges) or len({q.unit for _, q in measured}) > 1:
            return []
        pick = max if step.selector == "largest" else min
        best = pick(Decimal(quantity.value) for _, quantity in measured)
        return [edge for edge, quantity in measured if Decimal(quantity.value) == best]

    def walk(self, path: Path, edition: str) -> tuple[list[int], list[int]]:
        """Return (end nodes, edges of the derivation) of a path; more than one end at any step is kept."""
        node = self.numbers.get(path.anchor)
        ends = [] if node is None else [node]
        trail: list[int] = []
        for step in path.steps:
            reached: dict[int, None] = {}
            for end in ends:
                nodes, edges = self.follow(end, step, edition)
                reached.update(dict.fromkeys(nodes))
                whole = len(nodes) > 1 or step.selector == INHERITED
                trail.extend(edges if whole else edges[:1])
            ends = list(reached)
        return ends, trail


def by_step(graph: FactGraph, steps: Sequence[Step], edges: Sequence[int]) -> list[list[int]]:
    """Return the edges of a derivation by step: one each, for an inherited name its bases and its definition.

    Edges beyond the last step (a measure, a link) follow one by one.
    """
    out: list[list[int]] = []
    left = list(edges)
    for step in steps:
        size = 1
        if step.selector == INHERITED:
            size += sum(1 for _ in itertools.takewhile(lambda e: is_base(graph, e), left))
        out.append(left[:size])
        del left[:size]
    return [*out, *([edge] for edge in left)]


def starts(view: GraphView, step: Step) -> Ints:
    """Return the nodes from which the step can be taken, in order of node number."""
    name = "inherits" if step.selector == INHERITED else step.relation
    graph = view.graph
    edges = graph.edges_with(view.relation_numbers[name])
    if view.narrowed:
        edges = edges[view.seen(edges)]
    return distinct(graph.subject[edges])


def run_program(view: GraphView, program: Program) -> Result:
    """Return the program's result on the visible edges; `reason` says why when there is no single answer.

    A listing may have several nodes; every other form has exactly one node or one quantity.
    """
    if program.form == "chain":
        return _single(view, *view.walk(program.paths[0], program.edition))
    if program.form in ("intersection", "listing"):
        return _fitting(view, program)
    return _measured(view, program)


def _single(view: GraphView, ends: list[int], trail: list[int], branch: int = 0) -> Result:
    if len(ends) != 1:
        return Result((), None, (), "no answer" if not ends else f"{len(ends)} answers")
    quantity = view.graph.quantity(trail[-1]) if trail else None
    return Result((ends[0],), quantity, tuple((branch, edge) for edge in trail))


def _fitting(view: GraphView, program: Program) -> Result:
    found: list[set[int]] = []
    trail: list[tuple[int, int]] = []
    links: list[tuple[int, Step, int]] = []
    for branch, (path, link) in enumerate(zip(program.paths, program.links, strict=True)):
        ends, edges = view.walk(path, program.edition)
        if len(ends) != 1:
            return Result((), None, (), "a constraint is not single")
        step = Step(relation=link, direction="backward")
        nodes, _ = view.follow(ends[0], step, program.edition)
        found.append({node for node in nodes if has_noun(view, node, program.noun)})
        trail += [(branch, edge) for edge in edges]
        links.append((branch, step, ends[0]))
    fitting = sorted(set.intersection(*found))
    for branch, step, end in links:
        for edge in view.facts(end, step, program.edition):
            if int(view.graph.subject[edge]) in fitting:
                trail.append((branch, edge))
    if program.form == "listing":
        return Result(tuple(fitting), None, tuple(trail), "" if fitting else "no answer")
    if len(fitting) != 1:
        return Result((), None, (), f"{len(fitting)} things fit")
    if not program.then:
        return Result((fitting[0],), None, tuple(trail))
    onward = Path(anchor=view.graph.nodes[fitting[0]].id, steps=program.then)
    last = _single(view, *view.walk(onward, program.edition), branch=len(program.paths))
    return Result(last.nodes, last.quantity, (*trail, *last.edges), last.reason)


def has_noun(view: GraphView, node: int, noun: str) -> bool:
    """Whether the documents call the node by the noun; an empty noun fits anything."""
    return not noun or noun in view.graph.nodes[node].nouns


def _measured(view: GraphView, program: Program) -> Result:
    rows: list[tuple[Decimal, Decimal, int, str]] = []
    trail: list[tuple[int, int]] = []
    for branch, path in enumerate(program.paths):
        ends, edges = view.walk(path, program.edition)
        if len(ends) != 1:
            return Result((), None, (), "a branch is not single")
        looked = view.facts(
            ends[0], Step(relation=program.measure, direction="forward"), program.edition
        )
        quantities = {(q.value, q.unit): q for edge in looked if (q := view.graph.quantity(edge))}
        if len(quantities) != 1:
            return Result((), None, (), f"{len(quantities)} figures for one measure")
        quantity = next(iter(quantities.values()))
        rows.append((Decimal(quantity.value), Decimal(quantity.step), ends[0], quantity.unit))
        trail += [(branch, edge) for edge in (*edges, looked[0])]
    if len({unit for *_, unit in rows}) != 1 or len({node for _, _, node, _ in rows}) != len(rows):
        return Result((), None, (), "figures are not comparable")
    if program.form == "difference":
        gap = abs(rows[0][0] - rows[1][0])
        step = max(rows[0][1], rows[1][1])
        return Result(
            (),
            Quantity(value=format(gap, "f"), unit=rows[0][3], step=format(step, "f")),
            tuple(trail),
        )
    ranked = sorted(rows, key=lambda row: row[0], reverse=program.order == "largest")
    if any(abs(a[0] - b[0]) <= max(a[1], b[1]) for a, b in _pairs(ranked)):
        return Result((), None, (), "the gap is within the printed precision")
    nodes = tuple(node for _, _, node, _ in ranked)
    return Result(nodes if program.form == "ordering" else nodes[:1], None, tuple(trail))


def _pairs(rows: list[tuple[Decimal, Decimal, int, str]]) -> Iterator[tuple]:
    return itertools.pairwise(rows)
