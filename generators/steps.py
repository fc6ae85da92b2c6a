"""The steps a question may take from a thing: each leads to exactly one far end, by function or by selector."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from warehouse.edges import Flags, Ints, usable
from warehouse.functional import Measured, functional_relations, grounded
from warehouse.graph import FactGraph
from warehouse.inheritance import INHERITED, inheritable
from warehouse.programs import Direction, Step
from warehouse.queries import GraphView
from warehouse.records import Fact

CANDIDATES = 3
"""A selector must choose among at least so many."""
LONGEST = (80, 200)
"""Characters of a name that a question can hold: of a thing, and of a work, whose title is quoted."""


@dataclass(frozen=True)
class Move:
    """One step that can be taken from a node: where it leads and the edge that says so."""

    step: Step
    to: int
    edge: int
    edition: str
    """Date the fact carries when its document has other editions; empty otherwise."""


@dataclass(frozen=True)
class MoveTable:
    """Every move of a graph in parallel arrays; those of node n are rows `offset[n]` to `offset[n + 1]`."""

    offset: Ints
    to: Ints
    edge: Ints
    edition: Ints
    """Number of the date the fact carries, indexing the graph's dates; 0 where its document has no other edition."""
    step: Ints
    """Number of the step, indexing `steps`."""
    steps: Sequence[Step]


@dataclass(frozen=True)
class _Groups:
    """Edges of one subject, relation and edition, group after group, in the graph's order of their first edges."""

    order: Ints
    first: Ints
    """Where each group starts in `order`."""
    start: Ints
    """First edge of each group."""
    edition: Ints

    def reduced(self, with_: np.ufunc, column: NDArray[Any]) -> NDArray[Any]:
        """Return the column reduced over the edges of each group."""
        values = column[self.order]
        return with_.reduceat(values, self.first) if len(self.first) else values

    def edges(self, group: int) -> list[int]:
        """Return the edges of a group."""
        end = self.first[group + 1] if group + 1 < len(self.first) else len(self.order)
        return self.order[self.first[group] : end].tolist()


class Moves:
    """The moves from every node of a graph, forward ones by relation and edition, in the graph's order."""

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
        self.again: Flags = np.array(
            [name in repeated for name in self.graph.documents], dtype=np.bool_
        )
        """Whether each document, by number, has other editions."""
        self.table = self._table()
        self.at_method: Flags = self.graph.relation == view.relation_numbers.get("defined in", -1)
        """Edges from a method to its class."""
        self._cache: dict[int, list[Move]] = {}

    def edition(self, edge: int) -> str | None:
        """Return the date a question must name for an edge, '' if none; None if it needs one and has none."""
        if not self.again[self.graph.document[edge]]:
            return ""
        return self.graph.date(edge) or None

    def of(self, node: int) -> list[Move]:
        """Return the moves from `node`."""
        if node not in self._cache:
            first, last = self.table.offset[node : node + 2].tolist()
            self._cache[node] = [self.at(row) for row in range(first, last)]
        return self._cache[node]

    def at(self, row: int) -> Move:
        """Return the move in a row of the table."""
        table = self.table
        edition = self.graph.columns.dates[int(table.edition[row])]
        return Move(
            table.steps[int(table.step[row])], int(table.to[row]), int(table.edge[row]), edition
        )

    def _table(self) -> MoveTable:
        """Edges of one group are a move if they agree on one far end, else what a selector chooses of them may be."""
        groups, ends = self._groups(), self.graph.object
        single = groups.reduced(np.maximum, ends) == groups.reduced(np.minimum, ends)
        numbers: dict[Step, int] = {}
        plain = self._plain(groups, single, numbers)
        dates = {date: number for number, date in enumerate(self.graph.columns.dates)}
        others = [
            (node, group, move.to, move.edge, dates[move.edition],
             numbers.setdefault(move.step, len(numbers)))
            for node, group, move in self._others(groups, single)
        ]  # fmt: skip
        rows = np.concatenate([plain, np.array(others, dtype=np.int64).reshape(-1, 6)])
        node, _, to, edge, edition, step = rows[np.lexsort((rows[:, 1], rows[:, 0]))].T
        offset = np.searchsorted(node, np.arange(len(self.graph.nodes) + 1))
        return MoveTable(offset, to, edge, edition, step, list(numbers))

    def _plain(self, groups: "_Groups", single: Flags, numbers: dict[Step, int]) -> Ints:
        """Return (node, group, to, edge, edition, step) of the groups that may be asked with "the"."""
        graph, columns, start = self.graph, self.graph.columns, groups.start
        fit = groups.reduced(np.logical_and, columns.usable)
        shown = functional_relations(graph, self.measured)
        group = np.flatnonzero(single & fit & grounded(graph, start, shown))
        edge = start[group]
        # One number for relation and time: rows of two are sorted much slower.
        width = len(columns.times)
        time = np.where(columns.dated[edge], columns.time[edge], 0)
        kinds, step = np.unique(
            graph.relation[edge].astype(np.int64) * width + time, return_inverse=True
        )
        for kind in kinds.tolist():
            relation, at = divmod(int(kind), width)
            made = Step(
                relation=graph.relations[relation], direction="forward", time=columns.times[at]
            )
            numbers[made] = len(numbers)
        return np.stack(
            [graph.subject[edge], group, graph.object[edge], edge, groups.edition[group], step],
            axis=1,
        )

    def _others(self, groups: "_Groups", single: Flags) -> Iterator[tuple[int, int, Move]]:
        """Yield (node, group, move) of what selectors choose, and of names looked up on bases, behind all groups."""
        graph, dates = self.graph, self.graph.columns.dates
        for group in np.flatnonzero(~single & graph.columns.listed[groups.start]).tolist():
            edges = groups.edges(group)
            relation = graph.relations[int(graph.relation[edges[0]])]
            for move in self._selected(relation, dates[int(groups.edition[group])], edges):
                yield int(graph.subject[edges[0]]), group, move
        inherits = self.view.relation_numbers.get("inherits", -1)
        for node in np.unique(graph.subject[graph.relation == inherits]).tolist():
            for move in self._inherited(node):
                yield node, len(groups.start), move

    def _groups(self) -> "_Groups":
        """Return the edges grouped by subject, relation and edition; undated facts of repeated documents have none."""
        graph, columns = self.graph, self.graph.columns
        dated = self.again[graph.document]
        edition = np.where(dated, columns.as_of, 0)
        order = graph.by_subject[~(dated & (columns.as_of == 0))[graph.by_subject]]
        width = np.int64(max(len(graph.relations), 1))
        key = graph.subject[order] * width + graph.relation[order]
        key = key * len(columns.dates) + edition[order]
        _, at, group = np.unique(key, return_index=True, return_inverse=True)
        turn = np.empty_like(at)
        turn[np.argsort(at)] = np.arange(len(at))
        order = order[np.argsort(turn[group], kind="stable")]
        size = np.bincount(turn[group], minlength=len(at))
        first = np.cumsum(size) - size
        return _Groups(order, first, order[first], edition[order[first]])

    def _inherited(self, node: int):
        """Yield the lookups of names that a class does not bind itself and its bases do."""
        for name in inheritable(self.view, node):
            step = Step(relation=name, direction="forward", selector=INHERITED)
            ends, edges = self.view.follow(node, step, "")
            if len(ends) == 1 and not self.again[self.graph.document[edges[-1]]]:
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
