"""Does the trainer learn, and what does each addition bring? Variants of GRPO on five small tasks, several seeds each.

python -m benchmarks.learning tune|run|bounds|high|report --out DIR [--share 0/2]

`tune` finds a learning rate for each variant on seeds that are not reported. `run` makes the runs that are, with that
rate and with one that is the same for all; `bounds` makes those of AEPO's two bounds, `high` those at rates under which
training may break. `report` gives the tables and plots of docs/learning.md. A run whose file is there is skipped, so
each may be stopped and called again; `--share 0/2` and `1/2` halve the work for two processes.
"""

import argparse
import time
from pathlib import Path

import polars as pl

from benchmarks.learning_plots import plots
from benchmarks.learning_report import (
    bounds_table,
    collect,
    gaps_table,
    high_table,
    outcomes,
    rates_table,
    tables,
)
from benchmarks.learning_runs import TASK_STD, VARIANTS, Plan, Run, run
from benchmarks.learning_start import Teaching, teach
from training.aepo import AepoOptions
from training.rl_options import RLOptions

RATES = (2e-4, 4e-4, 8e-4)
TUNING_SEEDS = (100, 101)
SAME_RATE = 4e-4
"""The rate at which all variants are compared beside their own best."""
SEEDS = tuple(range(8))
BOUNDS = (
    (2.0, 1.05),
    (0.9, 0.6),
    (0.9, 0.3),
    (0.9, 0.15),
    (0.6, 0.3),
    (0.6, 0.15),
    (0.3, 0.15),
    (0.0, 0.0),
)
"""Upper and lower bound as multiples of the entropy of the first steps: the default, six, and one that always masks."""
HIGH_RATES = (1.6e-3, 3.2e-3)
HIGH_VARIANTS = ("balanced", "task_std", "clip", "aepo")
FEW_SEEDS = (200, 201, 202)
PLOTS = Path(__file__).resolve().parent.parent / "docs" / "plots"
KEPT = "learning.parquet"
"""What is kept of the runs: one row for each look at the held-out prompts."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("command", choices=("tune", "run", "bounds", "high", "report"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--share", default="0/1", help="which part of the runs: 0/2 and 1/2 are all"
    )
    parser.add_argument(
        "--plots", type=Path, default=PLOTS, help="where `report` keeps its figures"
    )
    given = parser.parse_args()
    if given.command == "report":
        report(given.out, given.plots)
    else:
        work(given.command, given.out, given.share)


def work(
    command: str,
    out: Path,
    share: str,
    *,
    plan: Plan | None = None,
    teaching: Teaching | None = None,
) -> None:
    """Make the start if there is none, and the share of a command's runs that is asked for."""
    import torch

    torch.set_num_threads(1)
    start = out / "start"
    if not (start / "config.json").is_file():
        teach(teaching or Teaching(), start)
    folder, runs = planned(command, out)
    part, parts = (int(n) for n in share.split("/"))
    for made in runs[part::parts]:
        began = time.perf_counter()
        file = run(made, plan or Plan(), start, folder)
        print(f"{file.name}: {time.perf_counter() - began:.0f} s", flush=True)


def planned(command: str, out: Path) -> tuple[Path, list[Run]]:
    """Return the folder and the runs of a command."""
    if command == "tune":
        return out / "tune", [
            Run(variant=name, rate=rate, seed=seed, options=options)
            for seed in TUNING_SEEDS for rate in RATES for name, options in VARIANTS.items()
        ]  # fmt: skip
    if command == "run":
        rates = best_rates(collect(out / "tune"))
        return out / "runs", [
            Run(variant=name, rate=rate, seed=seed, options=options)
            for seed in SEEDS for name, options in VARIANTS.items() for rate in sorted({rates[name], SAME_RATE})
        ]  # fmt: skip
    if command == "high":
        return out / "high", [
            Run(variant=name, rate=rate, seed=seed, options=VARIANTS[name])
            for seed in FEW_SEEDS for rate in HIGH_RATES for name in HIGH_VARIANTS
        ]  # fmt: skip
    return out / "bounds", [
        Run(variant=f"{high:g}-{low:g}", rate=SAME_RATE, seed=seed, options=bounded(high, low))
        for seed in FEW_SEEDS for high, low in BOUNDS
    ]  # fmt: skip


def bounded(high: float, low: float) -> RLOptions:
    """Return task-standardised GRPO with AEPO between two relative bounds."""
    return TASK_STD.model_copy(update={"aepo": AepoOptions(high=high, low=low)})


def best_rates(tuned: pl.DataFrame) -> dict[str, float]:
    """Return for each variant the rate with the highest mean final reward over the tuning seeds."""
    found = outcomes(tuned).group_by("variant", "rate").agg(pl.col("final").mean())
    best = found.sort("final", "rate").group_by("variant", maintain_order=True).last()
    return dict(best.select("variant", "rate").iter_rows())


def report(out: Path, folder: Path) -> None:
    """Keep what the runs say where there are some, print the tables of what is kept, and draw it."""
    parts = [part for part in ("tune", "runs", "bounds", "high") if (out / part).is_dir()]
    if parts:
        looks = pl.concat(
            [collect(out / part).with_columns(pl.lit(part).alias("part")) for part in parts],
            how="diagonal_relaxed",
        )
        folder.mkdir(parents=True, exist_ok=True)
        looks.with_columns(pl.col(pl.Float64).exclude("rate").cast(pl.Float32)).write_parquet(
            folder / KEPT
        )
    looks = pl.read_parquet(folder / KEPT)
    chosen = {
        part: looks.filter(pl.col("part") == part).drop("part") for part in looks["part"].unique()
    }
    order = list(VARIANTS)
    if "tune" in chosen:
        print(rates_table(chosen["tune"], order), end="\n\n")
    if "bounds" in chosen:
        print(bounds_table(chosen["bounds"], "{:g}-{:g}".format(*BOUNDS[0])), end="\n\n")
    if "high" in chosen:
        print(high_table(chosen["high"], HIGH_VARIANTS), end="\n\n")
    if "runs" in chosen and "tune" in chosen:
        rates = best_rates(chosen["tune"])
        own = pl.col("rate") == pl.col("variant").replace_strict(rates, default=None)
        for shown in (own, pl.col("rate") == SAME_RATE):
            print(tables(chosen["runs"].filter(shown), order), end="\n\n")
        same = chosen["runs"].filter(pl.col("rate") == SAME_RATE)
        print(gaps_table(same, order), end="\n\n")
        for file in plots(same, order, folder):
            print(file)


if __name__ == "__main__":
    main()
