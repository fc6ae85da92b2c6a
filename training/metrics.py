"""The metrics of a stage as one Parquet table: a row for each logged step, a column for each figure.

The table is written anew from the trainer's own history, which every checkpoint keeps: a resumed run has no row twice
and none of steps that were lost.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

TABLE = "metrics.parquet"


def metrics_table(history: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return the logged steps in order: `step` and every figure as a float column, null where it was not logged.

    Args:
        history: entries of the trainer's `state.log_history`; several of one step become one row.
    """
    steps: dict[int, dict[str, float | None]] = {}
    for entry in history:
        row = steps.setdefault(int(entry["step"]), {})
        row |= {n: None if v is None else float(v) for n, v in entry.items() if n != "step"}
    names = sorted({name for row in steps.values() for name in row})
    rows = [{"step": step, **dict.fromkeys(names), **row} for step, row in sorted(steps.items())]
    return pl.DataFrame(rows, schema={"step": pl.Int64, **dict.fromkeys(names, pl.Float64)})


def write_metrics(history: Sequence[Mapping[str, Any]], file: Path) -> None:
    """Write the table beside and rename it into place, so that a reader never sees half of it."""
    beside = file.with_suffix(".part")
    metrics_table(history).write_parquet(beside)
    os.replace(beside, file)


def read_metrics(folder: Path) -> pl.DataFrame:
    """Return the table of a stage, without rows where nothing was logged yet."""
    file = folder / TABLE
    return pl.read_parquet(file) if file.is_file() else metrics_table(())
