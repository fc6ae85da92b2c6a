"""The chains that a world's walker draws, each run and proved: what `paths.py` and `path_costs.py` time."""

from dataclasses import dataclass

import numpy as np

from generators.steps import Moves
from generators.walks import Walker, WalkOptions
from verifiers.chain_proofs import PASSED, UNDECIDED, Judged, judge
from verifiers.proof import PROOFS
from verifiers.world import World
from warehouse.queries import GraphView

OPTIONS = WalkOptions()
Key = tuple[str, tuple[str, ...]]
"""(start, relations) of a chain."""


@dataclass(frozen=True)
class Drawn:
    """What became of every chain drawn."""

    batches: list[Judged]

    @property
    def count(self) -> int:
        """Chains drawn."""
        return sum(len(batch.chains) for batch in self.batches)

    def verdicts(self) -> dict[Key, str]:
        """Return the failed check of each chain, or nothing."""
        names = [*(check.__name__ for check in PROOFS), ""]
        out: dict[Key, str] = {}
        for batch in self.batches:
            for row, number in enumerate(batch.verdict.tolist()):
                assert number != UNDECIDED  # generated worlds have no selectors
                path = batch.chains.program(row).paths[0]
                key = (path.anchor, tuple(step.relation for step in path.steps))
                out[key] = names[min(number, PASSED)]
        return out


def ours(world: World, starts: int) -> Drawn:
    """Draw from the first `starts` things and prove, the table of moves and the memory of suffixes made anew."""
    fresh = World(GraphView(world.view.graph), world.index, world.measured, world.repeated)
    walker = Walker(Moves(fresh.view, fresh.measured, fresh.repeated), OPTIONS)
    return Drawn([judge(chains, fresh) for chains in walker.chains(np.arange(starts))])
