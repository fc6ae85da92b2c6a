"""Replies that list the answer among those of other rows of a snapshot: how many a comparison pays.

    python benchmarks/answer_lists.py SNAPSHOT_FOLDER [--show 5]

For each row, up to three answers of other rows of its task, category and kind are written before or after its own,
parted in nine ways. Every one that is paid teaches a policy to list. The stored answer alone must be paid.
"""

import argparse
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from benchmarks.rewards import normalised
from benchmarks.timing import print_table
from training.rewards.options import RewardOptions
from training.rewards.outcome import outcome
from training.rewards.targets import row_of, target_of_row
from verifiers.answers.compare import asked_under
from warehouse.snapshot_rows import SampleRow

PARTED = ("; ", ", ", "\n", ". ", " or ", " and ", " / ", " ", " - ")
MOST = 3
PREFIX = "Therefore, the answer is "


@dataclass(frozen=True)
class Listed:
    """A reply that lists answers."""

    row: SampleRow
    said: str
    parted: str


def rows_of(folder: Path) -> list[SampleRow]:
    """Return all rows of a snapshot."""
    files = sorted(folder.glob("data/*/*.parquet"))
    return [row_of(row) for file in files for row in pl.read_parquet(file).to_dicts()]


def lists(rows: list[SampleRow], seed: int = 0) -> Iterator[Listed]:
    """Yield the replies."""
    draw = random.Random(seed)
    alike: dict[tuple, list[str]] = defaultdict(list)
    for row in rows:
        alike[row.task_type, row.category, row.reward_spec.kind].append(row.answer)
    for row in rows:
        pool = alike[row.task_type, row.category, row.reward_spec.kind]
        others = {one for one in draw.sample(pool, min(MOST + 1, len(pool))) if one != row.answer}
        chosen = sorted(others)[:MOST]
        for parted in PARTED if chosen else ():
            yield Listed(row, parted.join([*chosen, row.answer]), parted)
            yield Listed(row, parted.join([row.answer, *chosen]), parted)


def ours(row: SampleRow, said: str) -> bool:
    """Whether the reward pays a reply."""
    asked = asked_under(row.question, row.format_instructions)
    return outcome(target_of_row(row), PREFIX + said, asked, RewardOptions()).reward == 1.0


def contained(row: SampleRow, said: str) -> bool:
    """Whether containment of the normalised answer pays it."""
    return f" {normalised(row.answer)} " in f" {normalised(said)} "


def main() -> None:
    """Print what each pays, by how the answers are parted."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="a version of a snapshot")
    parser.add_argument("--show", type=int, default=0, help="print so many that ours pays")
    chosen = parser.parse_args()
    rows = rows_of(chosen.folder)
    made = list(lists(rows))
    rivals: dict[str, Callable[[SampleRow, str], bool]] = {"ours": ours, "containment": contained}
    table = []
    for name, pays in rivals.items():
        paid = [one for one in made if pays(one.row, one.said)]
        alone = sum(pays(row, row.answer) for row in rows)
        by = Counter(one.parted for one in paid)
        which = ", ".join(f"{parted!r} {number}" for parted, number in by.most_common()) or "none"
        table.append((name, f"{alone:,} of {len(rows):,}", f"{len(paid):,} of {len(made):,}", which))  # fmt: skip
        for one in paid[: chosen.show if name == "ours" else 0]:
            print(one.row.question, "|", one.row.answer, "|", one.said)
    print_table(("comparison", "pays the answer alone", "pays lists", "parted by"), table)


if __name__ == "__main__":
    main()
