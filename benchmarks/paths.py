"""Chains drawn and fully checked a second, against networkx with plain dictionaries; cost and memory by edges.

    python benchmarks/paths.py [--edges N] [--starts N] [--sizes 10000,100000,1000000]

Both sides walk from the same things of one generated graph and judge the same candidates; how often they agree is
printed. Neither side's time has the building of its graph and of the mention index, and neither keeps anything from
one run to the next. Each size of the second table is measured in a process of its own, with 8 GiB of address space.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import numpy as np

from benchmarks.generated import generate, graph_of, world_of
from benchmarks.plain_paths import PlainPaths
from benchmarks.timing import RUNS, alternate, print_table, print_versions
from generators.steps import Moves
from generators.walks import Walker, WalkOptions
from verifiers.proof import Draft, World, prove
from warehouse.graph import FactGraph
from warehouse.programs import Program
from warehouse.queries import GraphView, run_program

MOST_MEMORY = 8 * 2**30
OPTIONS = WalkOptions()
ONLY_OURS = ("editions", "selector", "visible_names", "told_by_name")
"""Checks of `verifiers.proof` that the plain version does not make."""
Key = tuple[str, tuple[str, ...]]


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


def ours(world: World, starts: int) -> Judged:
    """Draw, run and prove; the world's memory of earlier checks starts empty."""
    fresh = World(GraphView(world.view.graph), world.index, world.measured, world.repeated)
    verdicts: dict[Key, str] = {}
    count = 0
    for program in chains(fresh, starts):
        last = prove(Draft(program, run_program(fresh.view, program)), fresh)[-1]
        path = program.paths[0]
        key = (path.anchor, tuple(step.relation for step in path.steps))
        verdicts[key] = last.check if last.status == "failed" else ""
        count += 1
    return Judged(verdicts, count)


def plain(paths: PlainPaths, starts: list[str]) -> Judged:
    """Draw and check with networkx."""
    verdicts: dict[Key, str] = {}
    count = 0
    for start in starts:
        for trail in paths.candidates(start):
            relations = [edge[2]["relation"] for edge in trail]
            verdicts[(start, tuple(relations))] = paths.check(start, relations)
            count += 1
    return Judged(verdicts, count)


def compare(edges: int, starts: int) -> None:
    """Print both sides' candidates a second, their ratio, and how far their verdicts agree."""
    made = generate(edges)
    graph = graph_of(made)
    world = world_of(made, graph)
    paths = PlainPaths(graph, world.index, OPTIONS)
    first = [node.id for node in graph.nodes[:starts]]
    left, right = ours(world, starts), plain(paths, first)
    same = sum(
        right.verdicts.get(key) == verdict or verdict in ONLY_OURS
        for key, verdict in left.verdicts.items()
    )
    took = alternate(
        {"ours": lambda: ours(world, starts), "plain": lambda: plain(paths, first)}, warm=False
    )
    head = ("edges", "starts", "candidates", "kept", "same verdict", "ours, candidates/s",
            "networkx, candidates/s", "ratio")  # fmt: skip
    kept = sum(not verdict for verdict in left.verdicts.values())
    union = len(left.verdicts.keys() | right.verdicts.keys())
    row = (f"{len(graph.facts):,}", f"{len(first):,}", f"{left.count:,}", f"{kept:,}", f"{same:,} of {union:,}",
           f"{left.count / took['ours']:,.0f}", f"{right.count / took['plain']:,.0f}",
           f"{left.count / took['ours'] / (right.count / took['plain']):.2f}")  # fmt: skip
    print_table(head, [row])
    print(f"\nMedians of {RUNS} alternating runs.\n")


def array_bytes(graph: FactGraph) -> int:
    """Return the bytes of the graph's arrays."""
    return sum(value.nbytes for value in vars(graph).values() if isinstance(value, np.ndarray))


def cost(edges: int, starts: int) -> None:
    """Print one JSON row: building and sampling of one size, in this process alone."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    made = generate(edges)
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


def costs(sizes: list[int], starts: int) -> None:
    """Print cost and memory by edges, each size from a process of its own."""
    rows: list[tuple[str, ...]] = []
    for size in sizes:
        command = [
            sys.executable,
            str(Path(__file__)),
            "--cost",
            str(size),
            "--starts",
            str(starts),
        ]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            rows.append((f"{size:,}", f"not in {MOST_MEMORY >> 30} GiB", *[""] * 6))
            continue
        row = json.loads(done.stdout)
        rows.append((f"{row['edges']:,}", f"{row['build']:.1f}", f"{1e6 * row['build'] / row['edges']:.0f}",
                     f"{row['index']:.1f}", f"{row['sample']:.2f}", f"{row['count'] / row['sample']:,.0f}",
                     f"{row['array']:.0f}", f"{row['peak'] / 2**30:.2f}"))  # fmt: skip
    head = ("edges", "graph built, s", "µs an edge", "index and measures, s", f"{starts:,} starts drawn and checked, s",
            "candidates/s", "bytes an edge in arrays", "peak memory, GiB")  # fmt: skip
    print_table(head, rows)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--edges", type=int, default=10_000)
    parser.add_argument("--starts", type=int, default=200)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--cost", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.cost:
        cost(options.cost, options.starts)
        return
    print_versions("networkx", "numpy")
    costs([int(size) for size in options.sizes.split(",") if size], options.starts)
    print()
    compare(options.edges, options.starts)


if __name__ == "__main__":
    main()
