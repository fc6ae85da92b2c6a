"""Chains of a graph in parallel arrays: what walks draw and proofs judge by the ten thousand at a time.

Row i walks from `nodes[i, 0]` by `steps[i, 0]` to `nodes[i, 1]`, and so on for `length[i]` steps; beyond them both
arrays hold -1. All steps of a chain are taken in one edition.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from warehouse.edges import Ints
from warehouse.graph import FactGraph
from warehouse.identity import canonical, named
from warehouse.programs import Path, Program, Step


@dataclass(frozen=True)
class Chains:
    """Arrays over n chains of at most L steps; `table` is what the step numbers mean."""

    graph: FactGraph
    table: Sequence[Step]
    nodes: Ints
    """[n, L + 1] node numbers."""
    steps: Ints
    """[n, L] step numbers."""
    length: Ints
    """[n] steps of the chain."""
    edition: Ints
    """[n] number of the date its facts must carry, indexing the graph's dates; 0 where no date is asked for."""

    def __len__(self) -> int:
        """Return n."""
        return len(self.length)

    def take(self, rows: Ints) -> "Chains":
        """Return these rows as chains of their own."""
        return Chains(
            self.graph, self.table, self.nodes[rows], self.steps[rows], self.length[rows],
            self.edition[rows],
        )  # fmt: skip

    def program(self, row: int) -> Program:
        """Return one chain as a program."""
        steps = self.steps[row, : self.length[row]].tolist()
        path = Path(
            anchor=self.graph.nodes[int(self.nodes[row, 0])].id,
            steps=tuple(self.table[step] for step in steps),
        )
        return Program(
            form="chain", paths=(path,), edition=self.graph.columns.dates[int(self.edition[row])]
        )

    def ids(self) -> list[str]:
        """Return `warehouse.programs.program_id` of every chain, without making the programs."""
        dates = self.graph.columns.dates
        steps = _spelled(self.steps, lambda step: self.table[step].model_dump())
        editions = _spelled(self.edition, dates.__getitem__)
        anchors = _spelled(self.nodes[:, 0], lambda node: self.graph.nodes[node].id)
        return [
            named(
                "candidate",
                f'{{"edition":{editions[edition]},"form":"chain","links":[],"measure":"","noun":"","order":"",'
                f'"paths":[{{"anchor":{anchors[start]},"steps":[{",".join(steps[s] for s in walk[:length])}]}}],'
                '"then":[]}',
            )
            for start, walk, length, edition in zip(
                self.nodes[:, 0].tolist(), self.steps.tolist(), self.length.tolist(),
                self.edition.tolist(), strict=True,
            )
        ]  # fmt: skip


def _spelled(numbers: Ints, value: Callable[[int], object]) -> dict[int, str]:
    """Return the canonical text of what each number stands for, -1 apart."""
    return {
        number: canonical(value(number)) for number in np.unique(numbers).tolist() if number >= 0
    }


def documents_needed(edges: int) -> int:
    """Return how many documents a chain of so many edges must span: two at least, half as many up to three."""
    return max(2, min(math.ceil(edges / 2), 3))


def concatenate(parts: Sequence[Chains]) -> Chains:
    """Return the chains of all parts in order; they are of one graph and one table."""
    first = parts[0]
    return Chains(
        first.graph, first.table, *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("nodes", "steps", "length", "edition")
        ),
    )  # fmt: skip
