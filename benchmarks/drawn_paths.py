"""The chains that a world's walker draws, each run and proved: what `paths.py` and `path_costs.py` time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile

from generators.steps import Moves
from generators.walks import Walker, WalkOptions
from verifiers.proof import Draft, World, prove
from warehouse.programs import Program
from warehouse.queries import GraphView, run_program
from warehouse.verdicts import Verdict

OPTIONS = WalkOptions()
Check = Callable[[Draft, World], Verdict]
Key = tuple[str, tuple[str, ...]]
"""(start, relations) of a chain."""


@dataclass(frozen=True)
class Judged:
    """What became of each candidate: the failed check, or nothing."""

    verdicts: dict[Key, str]
    count: int


def chains(world: World, starts: int) -> Iterator[Program]:
    """Yield the chains that `Walker` draws from the first `starts` things of the graph."""
    walker = Walker(Moves(world.view, world.measured, world.repeated), OPTIONS)
    numbers = world.view.numbers
    yield from takewhile(
        lambda program: program.form == "chain" and numbers[program.paths[0].anchor] < starts,
        walker.programs(),
    )


def ours(world: World, starts: int, checks: tuple[Check, ...] = ()) -> Judged:
    """Draw, run and prove, or make only the given checks; the world's memory of earlier checks starts empty."""
    fresh = World(GraphView(world.view.graph), world.index, world.measured, world.repeated)
    verdicts: dict[Key, str] = {}
    count = 0
    for program in chains(fresh, starts):
        draft = Draft(program, run_program(fresh.view, program))
        last = _first_failed(draft, fresh, checks) if checks else prove(draft, fresh)[-1]
        path = program.paths[0]
        key = (path.anchor, tuple(step.relation for step in path.steps))
        verdicts[key] = last.check if last.status == "failed" else ""
        count += 1
    return Judged(verdicts, count)


def _first_failed(draft: Draft, world: World, checks: tuple[Check, ...]) -> Verdict:
    """Return the first failed verdict, else the last, as `prove` does."""
    for check in checks:
        verdict = check(draft, world)
        if verdict.status == "failed":
            break
    return verdict
