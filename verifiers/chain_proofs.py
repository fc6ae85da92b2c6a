"""The checks of `verifiers.proof` on chains of plain steps, made on arrays for thousands of chains at a time.

Same checks, same order, same verdicts; a chain that looks a name up on bases or chooses by a selector is left to
`prove`, which also words a failure. What makes it quick: on the whole graph a step of a chain depends on its node,
step and edition alone, so it is looked at once for all chains that take it; and since every edge that restates a step
is in view when a document is taken away, `minimal` asks only whether each step of that document stands elsewhere too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from verifiers.proof import PROOFS, SUFFIX_ANSWERS, Draft, alike, prove
from verifiers.world import World
from warehouse.chains import Chains, documents_needed
from warehouse.edges import Flags, Ints, distinct
from warehouse.functional import grounded
from warehouse.programs import Step
from warehouse.queries import Result, run_program
from warehouse.verdicts import Verdict, passed

NUMBER = {check.__name__: number for number, check in enumerate(PROOFS)}
PASSED = len(PROOFS)
UNDECIDED = -1
SAMPLE = 64
"""Starts from which a suffix is tried first: three ends are mostly found there."""


@dataclass(frozen=True)
class Judged:
    """What became of n chains of at most L steps."""

    chains: Chains
    verdict: Ints
    """[n] number of the failed check in `PROOFS`, `PASSED`, or `UNDECIDED` for chains that `prove` must judge."""
    edges: Ints
    """[n, L] the edge each step rests on; -1 where there is none."""

    def result(self, row: int) -> Result:
        """Return what a passed chain gives, as `run_program` would."""
        chains, edges = self.chains, self.edges[row, : self.chains.length[row]].tolist()
        end = int(chains.nodes[row, chains.length[row]])
        return Result((end,), chains.graph.quantity(edges[-1]), tuple((0, edge) for edge in edges))


@dataclass(frozen=True)
class _Hops:
    """The different (node, step, edition) that some chains take; each array has one entry a hop."""

    edge: Ints
    """The first edge; -1 if there is none."""
    fails: Ints
    """Bit k is set where the hop alone fails check k."""
    plain: Flags
    """Its step has no selector."""
    several: Flags
    """It leads to more than one thing, which later steps may bring together again."""
    elsewhere: Flags
    """Another document gives the same far end by the same step."""
    same_figure: Flags
    """Where it does, it prints the same quantity."""


def judge(chains: Chains, world: World) -> Judged:
    """Return the verdicts of the chains, each the first check that fails."""
    taken = chains.steps >= 0
    at, hop = _numbered(chains, taken)
    hops = _look(chains, at, world)
    edges = np.where(taken, hops.edge[hop], -1)
    fails = np.bitwise_or.reduce(np.where(taken, hops.fails[hop], 0), axis=1)
    documents = np.where(taken, world.view.graph.document[edges], -1)
    fails |= _unspread(documents, chains.length) << NUMBER["spread"]
    fails |= _unsupported(documents, hop, hops, chains.length) << NUMBER["minimal"]
    decided = ((hops.plain & ~hops.several)[hop] | ~taken).all(axis=1)
    # The costly checks are made where no earlier one has failed.
    left = np.flatnonzero(decided & (_first(fails) > NUMBER["told_by_name"]))
    fails[left] |= _telling(chains.take(left), world) << NUMBER["suffix"]
    left = left[_first(fails[left]) > NUMBER["suffix"]]
    again, ahead = _named_early(chains.take(left), edges[left], world)
    fails[left] |= (again << NUMBER["restated"]) | (ahead << NUMBER["shortcut"])
    return Judged(chains, np.where(decided, _first(fails), UNDECIDED), edges)


def worded(judged: Judged, row: int, world: World) -> tuple[Draft, tuple[Verdict, ...]]:
    """Return the draft of one judged chain with its verdicts, a failure in the words of its check."""
    program = judged.chains.program(row)
    verdict = int(judged.verdict[row])
    if verdict == UNDECIDED:
        draft = Draft(program, run_program(world.view, program))
        return draft, prove(draft, world)
    if verdict == PASSED:
        return Draft(program, judged.result(row)), tuple(passed(c.__name__) for c in PROOFS)
    draft = Draft(program, run_program(world.view, program))
    return draft, (PROOFS[verdict](draft, world),)


def _first(fails: Ints) -> Ints:
    """Return the number of the lowest bit that is set, `PASSED` where none is."""
    low = fails & -fails
    return np.where(fails == 0, PASSED, np.log2(np.maximum(low, 1)).astype(np.int64))


def _numbered(chains: Chains, taken: Flags) -> tuple[Ints, Ints]:
    """Return the different hops as rows (node, step, edition) and, [n, L], the hop of each step."""
    steps, dates = max(len(chains.table), 1), len(chains.graph.columns.dates)
    key = chains.nodes[:, :-1].astype(np.int64) * steps + np.maximum(chains.steps, 0)
    key = np.where(taken, key * dates + chains.edition[:, None], -1)
    unique, hop = np.unique(key[taken], return_inverse=True)
    at = np.stack([unique // (steps * dates), unique // dates % steps, unique % dates], axis=1)
    out = np.zeros(chains.steps.shape, dtype=np.int64)
    out[taken] = hop
    return at, out


def _look(chains: Chains, at: Ints, world: World) -> _Hops:
    """Follow every hop on the whole graph and make the checks that one hop decides."""
    graph, columns = chains.graph, chains.graph.columns
    node, step, edition = at.T
    numbers, step = np.unique(step, return_inverse=True)
    steps = [chains.table[number] for number in numbers.tolist()]
    relation = np.array([world.view.relation_numbers.get(s.relation, -1) for s in steps], np.int64)
    time = np.array([world.times.get(s.time, -1) for s in steps], np.int64)[step]
    plain = np.array([not s.selector for s in steps], np.bool_)[step]
    hop, edge = graph.edges_of(node, relation[step])
    fits = ~columns.superseded[edge]
    fits &= (edition[hop] == 0) | (columns.as_of[edge] == edition[hop])
    fits &= (time[hop] == 0) | (columns.time[edge] == time[hop])
    hop, edge = hop[fits], edge[fits]
    first = np.searchsorted(hop, np.arange(len(at)))
    found = np.searchsorted(hop, np.arange(len(at)), side="right") > first
    best = np.full(len(at), -1)
    best[found] = edge[first[found]]
    other = graph.document[edge] != graph.document[best[hop]]
    figure = columns.quantity[edge] == columns.quantity[best[hop]]
    stray = np.bincount(hop, graph.object[edge] != graph.object[best[hop]], minlength=len(at)) > 0
    elsewhere = np.bincount(hop, other, minlength=len(at)) > 0
    turn, same = np.unique(hop[other], return_index=True)
    same_figure = np.zeros(len(at), dtype=np.bool_)
    same_figure[turn] = figure[other][same]
    fails = (~found).astype(np.int64) << NUMBER["unique"]
    fails[found] |= _fails_alone(best[found], edition[found], world)
    return _Hops(best, fails, plain, stray, elsewhere, same_figure)


def _fails_alone(edge: Ints, edition: Ints, world: World) -> Ints:
    """Return the bits of editions, functional, visible_names and told_by_name for the edges of hops."""
    graph, columns = world.view.graph, world.view.graph.columns
    bits = (world.again[graph.document[edge]] != (edition > 0)).astype(np.int64) << NUMBER[
        "editions"
    ]
    bits |= (~grounded(graph, edge, world.functional)).astype(np.int64) << NUMBER["functional"]
    hidden = ~columns.literal[edge] & ~world.index.findable[graph.object[edge]]
    bits |= hidden.astype(np.int64) << NUMBER["visible_names"]
    ask = ~columns.code[edge] & (
        world.stems[graph.subject[edge]] & world.stems[graph.object[edge]] != 0
    )
    for row in np.flatnonzero(ask).tolist():
        near, far = (graph.nodes[node] for node in world.ends(int(edge[row])))
        if far.type != "value" and alike(near.name, far.name):
            bits[row] |= 1 << NUMBER["told_by_name"]
    return bits


def _unspread(documents: Ints, length: Ints) -> Ints:
    """Return 1 for rows with too few documents, or with two steps in a row in one document."""
    real = documents >= 0
    beside = ((documents[:, 1:] == documents[:, :-1]) & real[:, 1:]).any(axis=1)
    order = np.sort(documents, axis=1)
    new = (order[:, 1:] != order[:, :-1]) & (order[:, 1:] >= 0)
    distinct = new.sum(axis=1) + (order[:, 0] >= 0)
    needed = np.array([documents_needed(steps) for steps in range(documents.shape[1] + 1)])
    return (beside | (distinct < needed[length])).astype(np.int64)


def _unsupported(documents: Ints, hop: Ints, hops: _Hops, length: Ints) -> Ints:
    """Return 1 for rows whose answer stands without one document: each step it gives is given elsewhere too."""
    last = np.arange(documents.shape[1]) == length[:, None] - 1
    stands = hops.elsewhere[hop] & (~last | hops.same_figure[hop])
    out = np.zeros(len(documents), dtype=np.int64)
    for step in range(documents.shape[1]):
        own = documents == documents[:, step : step + 1]
        out |= (documents[:, step] >= 0) & (~own | stands).all(axis=1)
    return out


def _telling(chains: Chains, world: World) -> Ints:
    """Return 1 for rows of which some last steps alone, from anywhere, have fewer than three ends."""
    out = np.zeros(len(chains), dtype=np.int64)
    steps = chains.steps.shape[1]
    tail = -1 - chains.edition.astype(np.int64)
    known: dict[int, tuple[int, ...]] = {}
    for at in range(steps - 1, 0, -1):
        rows = np.flatnonzero(chains.length > at)
        key = np.stack([chains.steps[rows, at], tail[rows]])
        unique, where = np.unique(key, axis=1, return_inverse=True)
        few = np.zeros(unique.shape[1], dtype=np.bool_)
        numbers = np.zeros(unique.shape[1], dtype=np.int64)
        for number, (step, rest) in enumerate(unique.T.tolist()):
            numbers[number] = len(known)
            known[len(known)] = (step, *(known[rest] if rest >= 0 else (rest,)))
            *walk, edition = known[int(numbers[number])]
            few[number] = (
                _ends([chains.table[s] for s in walk], -1 - edition, world) < SUFFIX_ANSWERS
            )
        out[rows] |= few[where]
        tail[rows] = numbers[where]
    return out


def _ends(steps: Sequence[Step], edition: int, world: World) -> int:
    """Return how many different ends plain steps have from anywhere, counted up to the number that is enough."""
    dates = world.view.graph.columns.dates
    key = (tuple(steps), dates[edition])
    if key not in world.suffixes:
        nodes = world.starts(steps[0])
        ends = _reached(nodes[:SAMPLE], steps, edition, world)
        if len(ends) < SUFFIX_ANSWERS and len(nodes) > SAMPLE:
            ends = _reached(nodes, steps, edition, world)
        world.suffixes[key] = min(len(ends), SUFFIX_ANSWERS)
    return world.suffixes[key]


def _reached(nodes: Ints, steps: Sequence[Step], edition: int, world: World) -> Ints:
    """Return the nodes to which the steps lead from any of `nodes`."""
    graph, columns = world.view.graph, world.view.graph.columns
    for step in steps:
        relation = np.full(len(nodes), world.view.relation_numbers[step.relation])
        _, edge = graph.edges_of(nodes, relation)
        fits = ~columns.superseded[edge]
        if edition:
            fits &= columns.as_of[edge] == edition
        if step.time:
            fits &= columns.time[edge] == world.times[step.time]
        nodes = distinct(graph.object[edge[fits]])
    return nodes


def _named_early(chains: Chains, edges: Ints, world: World) -> tuple[Ints, Ints]:
    """Return 1 for rows where another hop's section restates a hop, and where one names a thing out of turn."""
    graph = world.view.graph
    n, steps = edges.shape
    taken = edges >= 0
    section = np.where(taken, graph.section[edges], -1)
    real = chains.nodes >= 0
    named = world.mentioned(
        np.repeat(section, steps + 1, axis=1).ravel(), np.tile(chains.nodes, steps).ravel()
    ).reshape(n, steps, steps + 1)
    named &= taken[:, :, None] & real[:, None, :]
    other = section[:, :, None] != section[:, None, :]
    both = named[:, :, :-1] & named[:, :, 1:]
    both |= _reversed(chains, section, world)
    again = (both & other & taken[:, :, None] & taken[:, None, :]).any(axis=(1, 2))
    # A section may name both ends of every hop that was read from it.
    same = ~other & taken[:, :, None] & taken[:, None, :]
    allowed = np.zeros_like(named)
    allowed[:, :, :-1] |= same
    allowed[:, :, 1:] |= same
    ahead = (named & ~allowed).any(axis=(1, 2))
    return np.asarray(again, np.int64), np.asarray(ahead, np.int64)


def _reversed(chains: Chains, section: Ints, world: World) -> Flags:
    """Return, [n, L, L], whether the section of step j holds an edge from the end of step i back to its start."""
    n, steps = section.shape
    near, far = chains.nodes[:, :-1], chains.nodes[:, 1:]
    out = np.zeros((n, steps, steps), dtype=np.bool_)
    row, at = np.nonzero(world.joined(far, near) & (far >= 0))
    for j in range(steps):
        out[row, j, at] = world.states(section[row, j], far[row, at], near[row, at])
    return out
