"""Draw chains from many starting things at once (§3.2): breadth first for two steps, random walks beyond.

Each start has its own random stream, so what is drawn from it does not depend on the others. A walk never comes back
to a thing, stays in one edition, and is kept where its documents are spread: 2 at least, half as many as steps up to
3, and never two steps in a row in one document.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from generators.steps import Moves
from warehouse.chains import Chains, documents_needed
from warehouse.edges import Flags, Ints, spread_out
from warehouse.identity import draw

STARTS = 512
"""Starting things in one batch: the arrays of their walks take a few megabytes."""


@dataclass(frozen=True)
class Reach:
    """How far and how many."""

    seed: int
    longest: int
    """Steps of the longest chain."""
    kept: int
    """Walks kept per start and length."""


@dataclass(frozen=True)
class _Frontier:
    """Walks of one length: `home` numbers the start in its batch, `rows` are the moves taken, in the move table."""

    home: Ints
    nodes: Ints
    rows: Ints


def draw_chains(moves: Moves, starts: Ints, reach: Reach) -> Iterator[Chains]:
    """Yield the spread chains of 2 to `reach.longest` steps from `starts`, a batch of starts at a time.

    Without starts there is one batch of none.
    """
    for at in range(0, max(len(starts), 1), STARTS):
        batch = starts[at : at + STARTS]
        streams = [draw(reach.seed, moves.graph.nodes[node].id) for node in batch.tolist()]
        frontier = _Frontier(
            np.arange(len(batch)), batch[:, None], np.zeros((len(batch), 0), np.int64)
        )
        frontier = _longer(moves, frontier)
        for _ in range(reach.longest - 1):
            frontier = _drawn(_longer(moves, frontier), streams, reach.kept)
            yield _chains(moves, frontier, reach.longest)


def _longer(moves: Moves, frontier: _Frontier) -> _Frontier:
    """Return every walk that is one move longer."""
    table = moves.table
    first = table.offset[frontier.nodes[:, -1]]
    count = table.offset[frontier.nodes[:, -1] + 1] - first
    walk, row = spread_out(first, count)
    new = ~(frontier.nodes[walk] == table.to[row][:, None]).any(axis=1)
    if frontier.rows.shape[1]:
        new &= table.edition[row] == table.edition[frontier.rows[walk, -1]]
    walk, row = walk[new], row[new]
    return _Frontier(
        frontier.home[walk],
        np.column_stack([frontier.nodes[walk], table.to[row]]),
        np.column_stack([frontier.rows[walk], row]),
    )


def _drawn(frontier: _Frontier, streams: list[np.random.Generator], kept: int) -> _Frontier:
    """Return at most `kept` walks of each start, in the order that its stream draws."""
    count = np.bincount(frontier.home, minlength=len(streams)).tolist()
    at = 0
    chosen: list[Ints] = [np.zeros(0, np.int64)]
    for size, stream in zip(count, streams, strict=True):
        chosen.append(stream.permutation(size)[:kept] + at)
        at += size
    rows = np.concatenate(chosen)
    return _Frontier(frontier.home[rows], frontier.nodes[rows], frontier.rows[rows])


def _chains(moves: Moves, frontier: _Frontier, longest: int) -> Chains:
    graph, table = moves.graph, moves.table
    edge = table.edge[frontier.rows]
    keep = _spread(graph.document[edge]) & ~moves.at_method[edge[:, -1]]
    nodes, rows = frontier.nodes[keep], frontier.rows[keep]
    length = rows.shape[1]
    beyond = ((0, 0), (0, longest - length))
    return Chains(
        graph,
        table.steps,
        np.pad(nodes, beyond, constant_values=-1),
        np.pad(table.step[rows], beyond, constant_values=-1),
        np.full(len(rows), length),
        table.edition[rows[:, 0]],
    )


def _spread(documents: Ints) -> Flags:
    """Return which rows have documents enough, neighbours apart."""
    apart = (documents[:, 1:] != documents[:, :-1]).all(axis=1)
    order = np.sort(documents, axis=1)
    distinct = 1 + (order[:, 1:] != order[:, :-1]).sum(axis=1)
    return apart & (distinct >= documents_needed(documents.shape[1]))
