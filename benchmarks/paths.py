"""Chains drawn and fully checked a second, against networkx with plain dictionaries; cost and memory by edges.

    python benchmarks/paths.py [--edges 10000,100000] [--starts N] [--sizes 10000,100000,1000000]

Both sides walk from the same things of one generated graph and judge the same candidates; how often they agree is
printed. Ours makes four checks more than the plain version. Neither side's time has the building of its graph and of
the mention index; ours has the table of all moves of the graph, and neither keeps anything from one run to the next.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from benchmarks.drawn_paths import OPTIONS, Key, ours
from benchmarks.generated import graph_of, world_of
from benchmarks.path_costs import MOST_MEMORY, TOO_LARGE
from benchmarks.plain_paths import PlainPaths
from benchmarks.timing import RUNS, alternate, print_table, print_versions

ONLY_OURS = ("editions", "selector", "visible_names", "told_by_name")
"""Checks of `verifiers.proof` that the plain version does not make."""
COSTS = Path(__file__).with_name("path_costs.py")


def plain(paths: PlainPaths, starts: list[str]) -> dict[Key, str]:
    """Draw and check with networkx; return the failed check of each chain, or nothing."""
    verdicts: dict[Key, str] = {}
    for start in starts:
        for trail in paths.candidates(start):
            relations = [edge[2]["relation"] for edge in trail]
            verdicts[(start, tuple(relations))] = paths.check(start, relations)
    return verdicts


def compare(edges: int, starts: int) -> tuple[str, ...]:
    """Return the table row of one size: candidates a second, ratio, and how far the verdicts agree."""
    graph = graph_of(edges)
    world = world_of(edges, graph)
    paths = PlainPaths(graph, world.index, OPTIONS)
    first = [node.id for node in graph.nodes[:starts]]
    left, right = ours(world, starts).verdicts(), plain(paths, first)
    more = {key for key, verdict in left.items() if verdict in ONLY_OURS}
    shared = (left.keys() | right.keys()) - more
    same = sum(left.get(key) == right.get(key) for key in shared)
    kept = sum(not verdict for verdict in left.values())
    took = alternate(
        {"ours": lambda: ours(world, starts), "plain": lambda: plain(paths, first)}, warm=False
    )
    return (f"{len(graph.facts):,}", f"{len(left):,}", f"{kept:,}", f"{len(more):,}", f"{same:,} of {len(shared):,}",
            f"{len(left) / took['ours']:,.0f}", f"{len(right) / took['plain']:,.0f}",
            took.speed("ours", "plain", ".1f"))  # fmt: skip


def costs(sizes: list[int], starts: int) -> None:
    """Print cost and memory by edges, each size from a process of its own."""
    rows: list[tuple[str, ...]] = []
    for size in sizes:
        command = [sys.executable, str(COSTS), str(size), str(starts)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode == TOO_LARGE:
            rows.append((f"{size:,}", f"does not fit {MOST_MEMORY >> 30} GiB", *[""] * 8))
            continue
        done.check_returncode()
        row = json.loads(done.stdout)
        rows.append((f"{row['edges']:,}", f"{row['build']:.1f}", f"{1e6 * row['build'] / row['edges']:.0f}",
                     f"{row['array']:.0f}", f"{row['packed']:.0f}", f"{row['graph_peak'] / 2**30:.2f}",
                     f"{row['index']:.1f}", f"{row['peak'] / 2**30:.2f}", f"{row['sample']:.2f}",
                     f"{1e6 * row['chain']:.1f}"))  # fmt: skip
    head = ("edges", "graph built, s", "µs an edge", "bytes an edge in arrays", "in packed facts",
            "peak memory with the graph, GiB", "index and measures, s", "peak memory with them, GiB",
            f"{starts:,} starts drawn and checked, s", "µs a further chain")  # fmt: skip
    print_table(head, rows)


def main() -> None:
    """Print cost and memory by size, then the comparison with networkx."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--edges", default="10000,100000", help="sizes to compare at")
    parser.add_argument("--sizes", default="10000,100000,1000000", help="sizes to cost")
    parser.add_argument("--starts", type=int, default=500, help="things to walk from")
    options = parser.parse_args()
    print_versions("networkx", "numpy")
    costs([int(size) for size in options.sizes.split(",") if size], options.starts)
    head = ("edges", "candidates", "kept", "refused by our checks alone", "same verdict of the others",
            "ours, candidates/s", "networkx, candidates/s", "ratio")  # fmt: skip
    print()
    print_table(
        head, [compare(int(size), options.starts) for size in options.edges.split(",") if size]
    )
    print(
        f"\nMedians of {RUNS} alternating runs (lowest to highest ratio); the first table is of one run."
    )


if __name__ == "__main__":
    main()
