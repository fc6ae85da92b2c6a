"""All that a proof may look at: one split's graph, what its sections name, and how functional its relations are."""

import zlib
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from warehouse.edges import Flags, Ints, contains, distinct
from warehouse.functional import Measured, functional_relations
from warehouse.mentions import MentionIndex
from warehouse.programs import Direction, Step
from warehouse.queries import GraphView, starts
from warehouse.records import Fact

STEM = 4
"""Letters from which two names may be seen to share a word's stem."""


@dataclass
class World:
    """One split's graph with its indexes; arrays that only some checks read are made when first asked."""

    view: GraphView
    index: MentionIndex
    measured: dict[tuple[str, Direction], Measured]
    repeated: frozenset[str]
    """Documents that have other editions in the corpus."""
    suffixes: dict[tuple[tuple[Step, ...], str], int] = field(default_factory=dict)
    """How many ends some last steps have in an edition, counted up to what is enough."""
    _starts: dict[tuple[str, str], Ints] = field(default_factory=dict)

    def fact(self, edge: int) -> Fact:
        """Return the fact of an edge."""
        return self.view.graph.facts[edge]

    def ends(self, edge: int) -> tuple[int, int]:
        """Return the (subject, object) node numbers of an edge."""
        return int(self.view.graph.subject[edge]), int(self.view.graph.object[edge])

    def starts(self, step: Step) -> Ints:
        """Return the nodes from which a step can be taken."""
        key = (step.relation, step.selector)
        if key not in self._starts:
            self._starts[key] = starts(self.view, step)
        return self._starts[key]

    @cached_property
    def again(self) -> Flags:
        """Whether each document, by number, has other editions."""
        return np.array([name in self.repeated for name in self.view.graph.documents], np.bool_)

    @cached_property
    def functional(self) -> Flags:
        """Whether the graph shows each relation, by number, to be functional."""
        return functional_relations(self.view.graph, self.measured)

    @cached_property
    def times(self) -> dict[str, int]:
        """Number of each printed time among those of the graph's columns."""
        return {time: number for number, time in enumerate(self.view.graph.columns.times)}

    @cached_property
    def stems(self) -> NDArray[np.uint64]:
        """For each node a mask of the first letters of its capitalised words: names without a common bit are unlike."""
        return np.array([_stems(node.name) for node in self.view.graph.nodes], np.uint64)

    @cached_property
    def section_numbers(self) -> Ints:
        """Number in the mention index of each section of the graph, -1 where it has none and behind the last."""
        numbers = self.index.numbers
        known = [numbers.get(name, -1) for name in self.view.graph.sections]
        return np.array([*known, -1], np.int64)

    @cached_property
    def _pairs(self) -> Ints:
        """Subject times the number of nodes plus object of every edge, ascending, each once."""
        return distinct(self._pair(self.view.graph.subject, self.view.graph.object))

    @cached_property
    def _stated(self) -> Ints:
        """Number of the pair times the number of sections plus section, ascending."""
        graph = self.view.graph
        return distinct(self._statement(graph.section, graph.subject, graph.object))

    def _pair(self, near: Ints, far: Ints) -> Ints:
        return near.astype(np.int64) * len(self.view.graph.nodes) + far

    def _statement(self, section: Ints, near: Ints, far: Ints) -> Ints:
        pair = np.searchsorted(self._pairs, self._pair(near, far))
        return pair * len(self.view.graph.sections) + section

    def mentioned(self, section: Ints, node: Ints) -> Flags:
        """Return, pair by pair, whether a section of the graph (-1 for none) names a node."""
        return self.index.named(self.section_numbers[section], node)

    def joined(self, near: Ints, far: Ints) -> Flags:
        """Return, pair by pair, whether an edge leads from `near` to `far`."""
        return contains(self._pairs, self._pair(near, far))

    def states(self, section: Ints, near: Ints, far: Ints) -> Flags:
        """Return, row by row, whether a section states an edge; the ends of each row are joined by one."""
        return (section >= 0) & contains(self._stated, self._statement(section, near, far))


def _stems(name: str) -> int:
    mask = 0
    for word in name.split():
        if len(word) >= STEM and word[0].isupper():
            mask |= 1 << zlib.crc32(word.casefold()[:STEM].encode()) % 64
    return mask
