"""What the runs of the learning experiment show: tables by variant, with intervals over seeds.

Intervals are Student's, 95 %, over seeds; differences are taken seed by seed, since runs of one seed share start,
prompts and held-out draws. `collect` makes the small frame that is kept, the tables need nothing else.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

from warehouse.snapshot_rows import TASK_TYPES

T_975 = (12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
         2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045)  # fmt: skip
"""Student's quantile for 1, 2, … degrees of freedom."""
ADDS_TO = {
    "balanced": "grpo", "batch_std": "balanced", "task_std": "batch_std", "clip": "task_std", "aepo": "task_std"
}  # fmt: skip
"""The variant that each is set against, from which it differs in one thing."""
TRAINING = {
    "reward": "reward", "grad_norm": "grad_norm", "aepo/on": "aepo_on", "kept": "kept",
    "zero_variance_groups": "zero_variance", "completions/mean_length": "length", "num_tokens": "tokens",
}  # fmt: skip
"""What is kept of the trainer's log, as the mean since the look before; `tokens` as the last."""


def collect(folder: Path) -> pl.DataFrame:
    """Return the runs of a folder, one row for each run and look at the held-out prompts.

    Raises:
        FileNotFoundError: the folder has no run.
    """
    files = sorted(folder.glob("*.parquet"))
    if not files:
        raise FileNotFoundError(f"{folder}: no run is there; make some with `run`")
    return pl.concat([_looks(pl.read_parquet(file)) for file in files], how="diagonal_relaxed")


def _looks(run: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each look of one run."""
    held = run.filter(pl.col("metric").str.starts_with("held_out/")).with_columns(
        pl.col("metric").str.replace("held_out/", "")
    )
    wide = held.pivot("metric", index=["variant", "rate", "seed", "step"], values="value").sort(
        "step"
    )
    looks = wide["step"].to_list()
    kept = run.filter(pl.col("metric").is_in(list(TRAINING))).with_columns(
        pl.col("metric").replace(TRAINING),
        pl.col("step").map_elements(lambda step: next((s for s in looks if s >= step), looks[-1]), pl.Int64),
    )  # fmt: skip
    value = pl.when(pl.col("metric") == "tokens").then(pl.col("value").max())
    means = kept.group_by("step", "metric").agg(
        value.otherwise(pl.col("value").mean()).first().alias("value")
    )
    return wide.join(
        means.pivot("metric", index="step", values="value"), on="step", how="left"
    ).sort("step")


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean and the half width of its 95 % interval, NaN for fewer than two values."""
    count, mean = len(values), sum(values) / len(values)
    if count < 2:
        return mean, math.nan
    spread = math.sqrt(sum((value - mean) ** 2 for value in values) / (count - 1))
    return mean, T_975[min(count - 2, len(T_975) - 1)] * spread / math.sqrt(count)


def outcomes(looks: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each run: `start`, `final` and each task as means of the last three looks, `area` of all."""
    late = [pl.col(task).tail(3).mean() for task in TASK_TYPES]
    found = (
        looks.sort("step")
        .group_by("variant", "rate", "seed", maintain_order=True)
        .agg(
            pl.col("mean").first().alias("start"), pl.col("mean").tail(3).mean().alias("final"),
            pl.col("mean").mean().alias("area"), pl.col("entropy").last(), pl.col("aepo_on").mean().alias("on"),
            pl.col("kept").mean(), pl.col("tokens").max(), *late, pl.struct("step", "mean").alias("curve"),
        )
    )  # fmt: skip
    doubled = [doubled_at([(p["step"], p["mean"]) for p in curve]) for curve in found["curve"]]
    return found.drop("curve").with_columns(pl.Series("doubled", doubled, dtype=pl.Float64))


def doubled_at(curve: Sequence[tuple[int, float]]) -> float | None:
    """Return the step at which twice the first value is reached, on straight lines between looks; None for never."""
    aim = 2 * curve[0][1]
    for (before, low), (after, high) in pairwise(curve):
        if low < aim <= high:
            return before + (after - before) * (aim - low) / (high - low)
    return None


def tables(looks: pl.DataFrame, order: Sequence[str]) -> str:
    """Return Markdown tables: outcomes by variant, and held-out reward by task."""
    runs = outcomes(looks)
    names = [name for name in order if name in runs["variant"]]
    by_name = {name: runs.filter(pl.col("variant") == name) for name in names}
    lines = [
        f"| variant | rate | seeds | final | less {names[0]}'s | less that of what it adds to | mean of the curve "
        "| less that of what it adds to | step of twice the start | entropy at the end | rollouts that take part |",
        f"|{'---|' * 11}",
    ]
    for name, own in by_name.items():
        first, base = (by_name.get(other) for other in (names[0], ADDS_TO.get(name, "")))
        gaps = [_gap(own, first, "final"), _gap(own, base, "final"), _gap(own, base, "area")]
        lines.append(
            f"| {name} | {own['rate'][0]:g} | {len(own)} | {_shown(own['final'])} | {gaps[0]} | {gaps[1]} | "
            f"{_shown(own['area'])} | {gaps[2]} | {_shown(own['doubled'], '.0f')} | {_shown(own['entropy'])} | "
            f"{own['kept'].mean():.2f} |"
        )
    lines += ["", f"| | {' | '.join(TASK_TYPES)} | mean |", f"|{'---|' * (len(TASK_TYPES) + 2)}"]
    first = looks.filter(pl.col("step") == 0)
    lines.append(
        f"| start | {' | '.join(f'{first[name].mean():.3f}' for name in (*TASK_TYPES, 'mean'))} |"
    )
    for name in names:
        own = runs.filter(pl.col("variant") == name)
        lines.append(
            f"| {name} | {' | '.join(_shown(own[task]) for task in (*TASK_TYPES, 'final'))} |"
        )
    return "\n".join(lines)


def gaps_table(looks: pl.DataFrame, order: Sequence[str]) -> str:
    """Return at each look how far a variant is above the one that it adds to."""
    steps = looks["step"].unique().sort().to_list()[1:]
    lines = [
        f"| at step | {' | '.join(str(step) for step in steps)} |",
        f"|{'---|' * (len(steps) + 1)}",
    ]
    for name in order:
        own, base = (
            looks.filter(pl.col("variant") == other) for other in (name, ADDS_TO.get(name, ""))
        )
        if len(own) and len(base):
            gaps = [
                _gap(own.filter(pl.col("step") == at), base.filter(pl.col("step") == at), "mean")
                for at in steps
            ]
            lines.append(f"| {name} less {ADDS_TO[name]} | {' | '.join(gaps)} |")
    return "\n".join(lines)


def rates_table(looks: pl.DataFrame, order: Sequence[str]) -> str:
    """Return the mean final reward over tuning seeds by variant and rate."""
    runs = outcomes(looks)
    rates = sorted(runs["rate"].unique())
    lines = [
        f"| variant | {' | '.join(f'{rate:g}' for rate in rates)} |",
        f"|{'---|' * (len(rates) + 1)}",
    ]
    for name in order:
        own = runs.filter(pl.col("variant") == name)
        means = [own.filter(pl.col("rate") == rate)["final"].mean() for rate in rates]
        lines.append(f"| {name} | {' | '.join('' if m is None else f'{m:.3f}' for m in means)} |")
    return "\n".join(lines)


def bounds_table(looks: pl.DataFrame, default: str) -> str:
    """Return outcomes by AEPO's bounds, each set against those of `default`."""
    runs = outcomes(looks)
    base = runs.filter(pl.col("variant") == default)
    lines = [
        "| upper and lower bound | seeds | final | less the default's | mean of the curve | less the default's "
        "| entropy at the end | share of steps masked |",
        f"|{'---|' * 8}",
    ]
    for name in runs["variant"].unique(maintain_order=True):
        own = runs.filter(pl.col("variant") == name)
        gaps = ["", ""] if name == default else [_gap(own, base, of) for of in ("final", "area")]
        lines.append(
            f"| {name.replace('-', ', ')} | {len(own)} | {_shown(own['final'])} | {gaps[0]} | {_shown(own['area'])} | "
            f"{gaps[1]} | {_shown(own['entropy'])} | {own['on'].mean():.2f} |"
        )
    return "\n".join(lines)


def high_table(looks: pl.DataFrame, order: Sequence[str]) -> str:
    """Return how runs at high rates end, and how many of them fell below nine tenths of their best look."""
    runs = outcomes(looks)
    best = looks.group_by("variant", "rate", "seed").agg(pl.col("mean").max().alias("best"))
    runs = runs.join(best, on=("variant", "rate", "seed"))
    lines = [
        "| variant | rate | seeds | final | mean of the curve | entropy at the end | end below 0.9 of their best |",
        f"|{'---|' * 7}",
    ]
    for rate in sorted(runs["rate"].unique()):
        for name in order:
            own = runs.filter((pl.col("variant") == name) & (pl.col("rate") == rate))
            if len(own):
                fallen = own.filter(pl.col("final") < 0.9 * pl.col("best"))
                lines.append(
                    f"| {name} | {rate:g} | {len(own)} | {_shown(own['final'])} | {_shown(own['area'])} | "
                    f"{_shown(own['entropy'])} | {len(fallen)} |"
                )
    return "\n".join(lines)


def _gap(own: pl.DataFrame, base: pl.DataFrame | None, column: str) -> str:
    """Return the difference of two variants over the seeds that both have."""
    if base is None or base is own:
        return ""
    both = own.join(base, on="seed", suffix="_base")
    return _shown((both[column] - both[f"{column}_base"]).to_list(), "+.3f")


def _shown(values: Any, form: str = ".3f") -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "never"
    mean, half = interval(known)
    few = "" if len(known) == len(values) else f" ({len(known)} of {len(values)})"
    return f"{mean:{form}} ± {half:{form.lstrip('+')}}{few}"
