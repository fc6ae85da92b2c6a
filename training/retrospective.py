"""Difficulty-aware retrospective sampling (§4.2): the prompts of the next stage, by what the last one made of them.

Prompts whose rollouts were all right leave, those that are too long for the next stage too, hard ones carry over with
weight 1 / mean reward. The mean is that of the last time that a prompt was rolled out: the policy moved since earlier
ones. A prompt that was not rolled out stays with weight 1.
"""

import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from training.difficulty import retrospective_weights
from training.prompt_lengths import PromptLength
from warehouse.identity import digest
from warehouse.manifest import replace_file
from warehouse.records import Record

TABLE = "retrospective.parquet"


class Retrospective(Record):
    """What was chosen."""

    content_id: str
    """Of the table: prompts, weights and mean rewards."""
    kept: int
    solved: int
    """Left out, since all of their rollouts were right."""
    too_long: int
    """Left out for the next stage's limit; those that were solved too are counted there."""
    unseen: int
    """Kept without having been rolled out."""
    by_task: tuple[tuple[str, int], ...]
    """Prompts kept of each task type."""


def retrospective(rollouts: pl.DataFrame, lengths: Sequence[PromptLength], limit: int) -> pl.DataFrame:  # fmt: skip
    """Return of every prompt its mean reward, weight and what became of it: `kept`, `solved` or `too long`.

    Args:
        rollouts: as `read_rollouts` gives them.
        lengths: of all prompts of the split.
        limit: longest prompt of the next stage, tokens.
    """
    last = (
        rollouts.sort("step")
        .group_by("id")
        .agg(pl.col("rewards").last().list.mean().alias("mean_reward"))
    )
    table = pl.DataFrame(
        [length.model_dump() for length in lengths],
        schema={"id": pl.String, "task_type": pl.String, "tokens": pl.Int64},
    ).join(last, on="id", how="left", maintain_order="left")
    means = table["mean_reward"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    weights = retrospective_weights(means, table["tokens"].to_numpy(), longest_prompt=limit)
    became = (
        pl.when(pl.col("weight") > 0)
        .then(pl.lit("kept"))
        .when(pl.col("mean_reward") >= 1)
        .then(pl.lit("solved"))
        .otherwise(pl.lit("too long"))
    )
    return table.with_columns(weight=pl.Series(weights)).with_columns(became=became)


def write_retrospective(table: pl.DataFrame, folder: Path) -> Retrospective:
    """Write the table into the folder of the stage that was trained, and return what was chosen."""
    written = io.BytesIO()
    table.write_parquet(written)
    replace_file(folder / TABLE, written.getvalue())
    kept = table.filter(pl.col("became") == "kept")
    rows = table.select("id", "weight", "mean_reward").sort("id").rows()
    became = Counter(table["became"].to_list())
    return Retrospective(
        content_id=digest("retrospective", rows), kept=kept.height, solved=became["solved"],
        too_long=became["too long"], unseen=kept["mean_reward"].null_count(),
        by_task=tuple(sorted(Counter(kept["task_type"].to_list()).items())),
    )  # fmt: skip


def read_weights(file: Path) -> dict[str, float]:
    """Return the weight of every prompt that is kept.

    Raises:
        FileNotFoundError: the stage before was not finished.
    """
    table = pl.read_parquet(file, columns=["id", "weight"]).filter(pl.col("weight") > 0)
    return dict(table.iter_rows())
