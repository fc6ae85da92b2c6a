"""The plots of the learning experiment: held-out reward, the same by task, and entropy, each with its interval.

Needs altair, and vl-convert-python to write SVG (`pip install altair vl-convert-python`).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.learning_report import interval
from warehouse.snapshot_rows import TASK_TYPES

COLOURS = ("#4c78a8", "#72b7b2", "#54a24b", "#e45756", "#f58518", "#b279a2")


def plots(looks: pl.DataFrame, order: Sequence[str], folder: Path) -> list[Path]:
    """Write the curves of held-out reward, by task, and of entropy as SVG, and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    shown = looks.filter(pl.col("variant").is_in(list(order)))
    mean = _curve(_bands(shown, "mean"), "held-out reward", order).properties(width=520, height=300)
    entropy = _curve(_bands(shown, "entropy"), "entropy, nats a token", order).properties(
        width=520, height=220
    )
    panels = [
        _curve(_bands(shown, task), "reward", order).properties(width=240, height=170, title=task)
        for task in TASK_TYPES
    ]
    import altair

    charts = {
        "learning-reward": mean, "learning-entropy": entropy,
        "learning-tasks": altair.concat(*panels, columns=3),
    }  # fmt: skip
    files = []
    for name, chart in charts.items():
        files.append(folder / f"{name}.svg")
        chart.save(str(files[-1]))
    return files


def _bands(looks: pl.DataFrame, column: str) -> list[dict[str, Any]]:
    """Return for each variant and step the mean over seeds and its interval."""
    found = []
    for (variant, step), own in looks.group_by("variant", "step", maintain_order=True):
        mean, half = interval(own[column].drop_nulls().to_list())
        found.append(
            {"variant": variant, "step": step, "mean": mean, "low": mean - half, "high": mean + half}
        )  # fmt: skip
    return found


def _curve(rows: list[dict[str, Any]], title: str, order: Sequence[str]) -> Any:
    """Return lines with their bands."""
    import altair

    scale = altair.Scale(domain=list(order), range=list(COLOURS[: len(order)]))
    legend = altair.Legend(symbolOpacity=1)
    colour = altair.Color("variant:N", sort=list(order), legend=legend, scale=scale)
    chart = altair.Chart(altair.Data(values=rows)).encode(
        x=altair.X("step:Q", title="step"), color=colour
    )
    band = chart.mark_area(opacity=0.12).encode(y=altair.Y("low:Q", title=title), y2="high:Q")
    line = chart.mark_line(strokeWidth=1.5).encode(
        y=altair.Y("mean:Q", title=title, scale=altair.Scale(zero=False))
    )
    return band + line
