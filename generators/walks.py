"""Draw programs from the graph: walks for chains, and pairs and sets of described things for the other forms (§3.2).

Every walk starts at a named thing and follows moves that lead to one far end, so a program has one answer by
construction; the checks prove it again on the whole graph. Draws are seeded by the start's id: a new document changes
only the walks that touch it. Paths have 2 to 10 edges over at least max(2, min(ceil(L / 2), 3)) documents.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, pairwise

import numpy as np

from generators.chains import Reach, draw_chains
from generators.steps import Move, Moves
from warehouse.chains import Chains
from warehouse.edges import Ints
from warehouse.entities import KINDS
from warehouse.graph import FactGraph
from warehouse.identity import draw
from warehouse.programs import Path, Program, Step
from warehouse.records import Record

MOVING = frozenset(["age", "today"])
"""Last words of measures that grow by the day: figures of two documents are of two days. Rates of exchange are left
out by name, because each is in a money of its own."""


class WalkOptions(Record):
    """How much is drawn; the checks and caps decide what stays."""

    seed: int = 0
    max_edges: int = 5
    """Longest chain drawn, 2 to 10; more than five edges read badly in one question."""
    walks_per_start: int = 60
    """Chains kept per starting thing, breadth first up to two edges, at random beyond."""
    sets_per_measure: int = 300
    """Comparisons, differences and orderings drawn per measure and edition."""
    listing_sizes: tuple[int, int] = (2, 6)


@dataclass(frozen=True)
class Described:
    """A thing told by one move from `start`."""

    start: int
    move: Move


class Walker:
    """Draws programs from one graph."""

    def __init__(self, moves: Moves, options: WalkOptions) -> None:
        """Keep the graph's moves; nothing is drawn yet."""
        self.moves = moves
        self.graph: FactGraph = moves.graph
        self.options = options
        table = moves.table
        self._start = np.repeat(np.arange(len(self.graph.nodes)), np.diff(table.offset))
        self._by_end = np.argsort(table.to, kind="stable")
        self._ends = table.to[self._by_end]
        self._leading: dict[int, list[Described]] = {}

    def chains(self, starts: Ints | None = None) -> Iterator[Chains]:
        """Yield the drawn chains of every thing, or of `starts` (node numbers), in batches."""
        if starts is None:
            literal = [node.type in ("value", "text") for node in self.graph.nodes]
            starts = np.flatnonzero(~np.array(literal, dtype=np.bool_))
        options = self.options
        reach = Reach(options.seed, options.max_edges, options.walks_per_start)
        yield from draw_chains(self.moves, starts, reach)

    def programs(self) -> Iterator[Program]:
        """Yield every drawn program of the forms over described things."""
        yield from self._measured()
        yield from self._fitting()

    def _leading_to(self, node: int) -> list[Described]:
        """Return the things that one move tells `node` by, in the graph's order; looked for once a node."""
        if node not in self._leading:
            self._leading[node] = self._found_leading_to(node)
        return self._leading[node]

    def _found_leading_to(self, node: int) -> list[Described]:
        if self.graph.nodes[node].type in ("value", "text"):
            return []
        first, last = np.searchsorted(self._ends, [node, node + 1]).tolist()
        rows = self._by_end[first:last].tolist()
        told = (Described(int(self._start[row]), self.moves.at(row)) for row in rows)
        # A method is a way on, whose name the question has to print.
        return [item for item in told if not self.moves.at_method[item.move.edge]]

    def _path(self, told: Described) -> Path:
        return Path(anchor=self.graph.nodes[told.start].id, steps=(told.move.step,))

    def _measured(self) -> Iterator[Program]:
        """Comparison and difference of described things, ordering of named ones, by a shared exact measure."""
        columns: dict[tuple[str, str, str, str], list[tuple[int, Move]]] = defaultdict(list)
        for node in range(len(self.graph.nodes)):
            for move in self.moves.of(node):
                quantity = self.graph.quantity(move.edge)
                if (
                    quantity
                    and self.graph.nodes[move.to].type == "value"
                    and not move.step.selector
                ):
                    columns[
                        (move.step.relation, quantity.unit, move.edition, move.step.time)
                    ].append((node, move))
        plain = {relation for relation, unit, *_ in columns if not unit}
        for (relation, unit, edition, time), rows in columns.items():
            if unit == "year" and relation in plain:
                continue  # a column of counts, some of which look like years
            if len(rows) < 2 or relation.split()[-1] in MOVING or "exchange rate" in relation:
                continue
            key = f"{relation}|{unit}|{edition}|{time}"
            yield from self._pairs(key, rows)
            yield from self._orderings(key, rows)

    def _pairs(self, key: str, rows: list[tuple[int, Move]]) -> Iterator[Program]:
        stream = draw(self.options.seed, key)
        rich = [row for row in rows if next(self._descriptions(row), None)]
        pairs = list(combinations(range(len(rich)), 2)) if len(rich) < 400 else []
        for at in stream.permutation(len(pairs))[: self.options.sets_per_measure].tolist():
            chosen = [rich[i] for i in pairs[at]]
            told = [self._pick(stream, list(self._descriptions(row))) for row in chosen]
            if len({item.start for item in told}) < 2 or not self._comparable(chosen):
                continue
            measure, edition = chosen[0][1].step.relation, chosen[0][1].edition
            paths = tuple(self._path(item) for item in told)
            unit = self.graph.quantity(chosen[0][1].edge).unit  # type: ignore[union-attr]
            if unit != "year" and stream.random() < 0.5:
                yield Program(form="difference", paths=paths, edition=edition, measure=measure)
            else:
                order = "largest" if stream.random() < 0.5 else "smallest"
                yield Program(
                    form="comparison", paths=paths, edition=edition, measure=measure, order=order
                )

    def _descriptions(self, row: tuple[int, Move]) -> Iterator[Described]:
        """Yield one-edge descriptions of a measured thing from another document of the same edition."""
        node, move = row
        home = self.graph.document[move.edge]
        for told in self._leading_to(node):
            if told.move.edition == move.edition and self.graph.document[told.move.edge] != home:
                yield told

    def _pick(self, stream, told: list[Described]) -> Described:
        return told[int(stream.integers(len(told)))]

    def _comparable(self, rows: list[tuple[int, Move]]) -> bool:
        """Exact figures, further apart than their printed precision, of things of one kind."""
        facts = [self.graph.facts[move.edge] for _, move in rows]
        figures = sorted(
            (Decimal(f.quantity.value), Decimal(f.quantity.step))
            for f in facts
            if f.quantity is not None
        )
        apart = all(b[0] - a[0] > max(a[1], b[1]) for a, b in pairwise(figures))
        exact = not any(q.kind == "note" for f in facts for q in f.qualifiers)
        things = [self.graph.nodes[node] for node, _ in rows]
        kinds = {thing.type for thing in things}
        families = {thing.family for thing in things if thing.family}
        return (
            apart and exact and len(figures) == len(rows) and len(kinds) == 1 and len(families) < 2
        )

    def _orderings(self, key: str, rows: list[tuple[int, Move]]) -> Iterator[Program]:
        """Three or four named things of different documents, put in order of one measure."""
        stream = draw(self.options.seed, f"order|{key}")
        for _ in range(min(self.options.sets_per_measure, len(rows) * 2)):
            size = 3 + int(stream.random() < 0.5)
            if len(rows) < size:
                return
            chosen = [
                rows[i] for i in sorted(stream.choice(len(rows), size=size, replace=False).tolist())
            ]
            documents = {int(self.graph.document[move.edge]) for _, move in chosen}
            if (
                len({node for node, _ in chosen}) < size
                or len(documents) < 2
                or not self._comparable(chosen)
            ):
                continue
            paths = tuple(Path(anchor=self.graph.nodes[node].id, steps=()) for node, _ in chosen)
            order = "largest" if stream.random() < 0.5 else "smallest"
            move = chosen[0][1]
            yield Program(
                form="ordering",
                paths=paths,
                edition=move.edition,
                measure=move.step.relation,
                order=order,
            )

    def _fitting(self) -> Iterator[Program]:
        """Intersection (two constraints, then one step) and listing (all that point to a described thing)."""
        for end in range(len(self.graph.nodes)):
            if self.graph.nodes[end].type in ("value", "text"):
                continue
            yield from self._listings(end)
        yield from self._intersections()

    def _listings(self, end: int) -> Iterator[Program]:
        grouped: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        for edge in self.graph.in_edges(end).tolist():
            relation = self.graph.relations[int(self.graph.relation[edge])]
            edition = self.moves.edition(edge)
            for noun in self.graph.nodes[int(self.graph.subject[edge])].nouns[:1]:
                code = self.graph.columns.code[edge]
                closed = relation == "inherits" if code else noun in KINDS
                if edition is not None and closed:
                    grouped[(relation, edition, noun)].append(edge)
        low, high = self.options.listing_sizes
        for (relation, edition, noun), edges in grouped.items():
            subjects = {int(self.graph.subject[edge]) for edge in edges}
            documents = set(self.graph.document[edges].tolist())
            if not low <= len(subjects) <= high or len(documents) < 2:
                continue
            told = [
                item for item in self._leading_to(end)
                if item.move.edition == edition and item.start not in subjects
            ]  # fmt: skip
            if told:
                path = self._path(
                    self._pick(draw(self.options.seed, f"list|{end}|{relation}"), told)
                )
            else:
                path = Path(anchor=self.graph.nodes[end].id, steps=())
            yield Program(
                form="listing", paths=(path,), links=(relation,), edition=edition, noun=noun
            )

    def _intersections(self) -> Iterator[Program]:
        """Things known by two constraints, neither enough alone, then one step to the answer."""
        for node, thing in enumerate(self.graph.nodes):
            if thing.type in ("value", "text") or not thing.nouns:
                continue
            noun = thing.nouns[0]
            if thing.type != "code" and noun not in KINDS:
                continue
            constraints = [move for move in self.moves.of(node) if self._constrains(move)]
            pairs = [
                (move, other)
                for move, other in combinations(constraints, 2)
                if move.edition == other.edition and move.step.relation != other.step.relation
            ]
            stream = draw(self.options.seed, f"both|{thing.id}")
            for at in stream.permutation(len(pairs))[:6].tolist():
                first, second = pairs[at]
                paths = tuple(
                    Path(anchor=self.graph.nodes[move.to].id, steps=()) for move in (first, second)
                )
                links = (first.step.relation, second.step.relation)
                onward = [m for m in self.moves.of(node) if m.to not in (first.to, second.to)]
                for then in self._onward(stream, onward, first.edition):
                    yield Program(
                        form="intersection",
                        paths=paths,
                        links=links,
                        then=then,
                        edition=first.edition,
                        noun=noun,
                    )

    def _constrains(self, move: Move) -> bool:
        """A constraint's far end is shared by at least two things, so that it does not decide alone."""
        relation = int(self.graph.relation[move.edge])
        told = self.graph.relations[relation]
        if self.graph.columns.code[move.edge] and told not in ("inherits", "raises", "returns"):
            return False
        subjects = self.graph.subject[self.graph.in_edges(move.to, relation)]
        return not move.step.selector and bool((subjects != subjects[:1]).any())

    def _onward(self, stream, moves: list[Move], edition: str) -> Iterator[tuple[Step, ...]]:
        """One or two further steps that end in another document."""
        options: list[tuple[Step, ...]] = []
        for move in moves:
            if move.edition != edition:
                continue
            options += [
                (move.step, after.step)
                for after in self.moves.of(move.to)
                if after.edition == edition
            ]
        for at in stream.permutation(len(options))[:3].tolist():
            yield options[at]
