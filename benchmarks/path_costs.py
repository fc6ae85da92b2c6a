"""Cost and memory of one size of generated graph, in a process of its own, as a JSON row (`paths.py` runs it).

python benchmarks/path_costs.py EDGES STARTS
"""

import gc
import json
import resource
import sys
import time

import numpy as np

from benchmarks.drawn_paths import ours
from benchmarks.generated import generate, graph_of, world_of
from warehouse.graph import FactGraph

MOST_MEMORY = 8 * 2**30
"""Bytes of address space that a size may take."""
TOO_LARGE = 3
"""Exit status of a size that takes more."""


def array_bytes(graph: FactGraph) -> int:
    """Return the bytes of the graph's arrays."""
    return sum(value.nbytes for value in vars(graph).values() if isinstance(value, np.ndarray))


def cost(edges: int, starts: int) -> None:
    """Print one JSON row: building and sampling of one size, in this process alone."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    gc.disable()  # the input is not measured, and making it leaves no cycles
    made = generate(edges)
    gc.enable()
    start = time.perf_counter()
    graph = graph_of(made)
    built = time.perf_counter()
    world = world_of(made, graph)
    indexed = time.perf_counter()
    count = ours(world, starts).count
    sampled = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"edges": len(graph.facts), "build": built - start, "index": indexed - built,
                      "sample": sampled - indexed, "count": count,
                      "array": array_bytes(graph) / len(graph.facts), "peak": peak}))  # fmt: skip


if __name__ == "__main__":
    try:
        cost(int(sys.argv[1]), int(sys.argv[2]))
    except MemoryError:
        sys.exit(TOO_LARGE)
