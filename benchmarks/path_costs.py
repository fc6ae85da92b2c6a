"""Cost and memory of one size of generated graph, in a process of its own, as a JSON row (`paths.py` runs it).

Times are of the processor, so that other work on the machine counts for little. The first draws have what a world
makes once for all its things: the table of moves, and what the checks look up. What a further chain costs is told
by the same draws from ten times the things.

python benchmarks/path_costs.py EDGES STARTS
"""

import json
import resource
import sys
import time

import numpy as np

from benchmarks.drawn_paths import ours
from benchmarks.generated import documents, graph_of, world_of
from verifiers.world import World
from warehouse.graph import FactGraph

MOST_MEMORY = 8 * 2**30
"""Bytes of address space that a size may take."""
MORE = 10
"""Times the starts, for the cost of a further chain."""
TOO_LARGE = 3
"""Exit status of a size that takes more."""


def array_bytes(graph: FactGraph) -> int:
    """Return the bytes of the graph's arrays."""
    values = [*vars(graph).values(), *vars(graph.columns).values()]
    return sum(value.nbytes for value in values if isinstance(value, np.ndarray))


def peak() -> int:
    """Return the most bytes of memory that this process has had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _drawn(world: World, starts: int) -> tuple[int, float]:
    """Return how many chains are drawn and judged, and the seconds of the quicker of two turns."""
    took: list[float] = []
    count = 0
    for _ in range(2):
        start = time.process_time()
        count = ours(world, starts).count
        took.append(time.process_time() - start)
    return count, min(took)


def cost(edges: int, starts: int) -> None:
    """Print one JSON row: building and sampling of one size, in this process alone; the lesser of two draws each.

    The time of building has the making of the facts, which come as a stream, less what making them alone takes.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    start = time.process_time()
    for _ in documents(edges):
        pass
    made = time.process_time()
    graph = graph_of(edges)
    built = time.process_time()
    graph_peak = peak()
    world = world_of(edges, graph)
    indexed = time.process_time()
    (count, sample), (more, further) = _drawn(world, starts), _drawn(world, starts * MORE)
    print(json.dumps({"edges": len(graph.facts), "build": built - made - (made - start),
                      "index": indexed - built, "sample": sample, "count": count,
                      "chain": (further - sample) / (more - count),
                      "array": array_bytes(graph) / len(graph.facts),
                      "packed": graph.facts.nbytes / len(graph.facts),
                      "graph_peak": graph_peak, "peak": peak()}))  # fmt: skip


if __name__ == "__main__":
    try:
        cost(int(sys.argv[1]), int(sys.argv[2]))
    except MemoryError:
        sys.exit(TOO_LARGE)
