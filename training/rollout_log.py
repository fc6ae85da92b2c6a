"""What became of every prompt at every step, one Parquet file a step; what retrospective sampling reads (§4.2).

A step that is taken again after a kill writes its file again.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from training.scoring import Rollouts

FOLDER = "rollouts"


class RolloutLog:
    """Writes the rollouts of a stage; call it with each batch on the main process."""

    def __init__(self, folder: Path) -> None:
        """Prepare.

        Args:
            folder: the stage's.
        """
        self._folder = folder / FOLDER

    def __call__(self, step: int, ids: Sequence[str], rollouts: Rollouts) -> None:
        """Write one step: prompt, task, rewards (null where unscorable), tokens and mean entropies of its rollouts."""
        self._folder.mkdir(parents=True, exist_ok=True)
        table = pl.DataFrame(
            {
                "step": [step] * len(ids),
                "id": list(ids),
                "task_type": rollouts.tasks,
                "rewards": rollouts.rewards.tolist(),
                "tokens": rollouts.tokens.tolist(),
                "entropies": rollouts.entropies.tolist(),
            }
        ).with_columns(pl.col("rewards", "entropies").list.eval(pl.element().fill_nan(None)))
        file = self._folder / f"step-{step:06}.parquet"
        table.write_parquet(file.with_suffix(".part"))
        os.replace(file.with_suffix(".part"), file)


def read_rollouts(folder: Path) -> pl.DataFrame:
    """Return all steps of a stage in order; no row where none was taken."""
    files = sorted((folder / FOLDER).glob("step-*.parquet"))
    if not files:
        return pl.DataFrame(schema={"step": pl.Int64, "id": pl.String, "rewards": pl.List(pl.Float64)})  # fmt: skip
    return pl.concat([pl.read_parquet(file) for file in files])
