"""Balanced batches against a plain shuffle of the same prompts: seconds by the number of prompts.

python benchmarks/balanced.py [14000,140000,1000000]
"""

import sys
import time
from itertools import islice

import numpy as np

from benchmarks.timing import print_table, print_versions
from training.balanced import BalancedBatches, BalanceOptions

BATCH = 128
TASKS = (
    "corpus_numeric",
    "dialogue_memory",
    "multi_hop",
    "multiple_choice",
    "reading_comprehension",
)


def main() -> None:
    sizes = [
        int(n) for n in (sys.argv[1] if len(sys.argv) > 1 else "14000,140000,1000000").split(",")
    ]
    print_versions("numpy")
    rows = []
    for size in sizes:
        stream = np.random.default_rng(1)
        tasks = stream.choice(TASKS, size=size, p=(0.1, 0.1, 0.5, 0.1, 0.2)).tolist()
        began = time.process_time()
        batches = BalancedBatches(tasks, BalanceOptions(batch=BATCH))
        made = time.process_time() - began
        count = size // BATCH
        began = time.process_time()
        drawn = sum(len(batch.prompts) for batch in islice(batches.batches(), count))
        taken = time.process_time() - began
        began = time.process_time()
        order = stream.permutation(size)
        plain = [order[start : start + BATCH].tolist() for start in range(0, drawn, BATCH)]
        bare = time.process_time() - began
        assert len(plain) == count
        rows.append(
            (
                f"{size:,}",
                f"{made:.3f}",
                f"{taken:.3f}",
                f"{1e6 * (made + taken) / size:.2f}",
                f"{bare:.3f}",
            )
        )
    print_table(
        ("prompts", "grouping, CPU s", "one pass, CPU s", "µs a prompt", "plain shuffle, CPU s"),
        rows,
    )


if __name__ == "__main__":
    main()
