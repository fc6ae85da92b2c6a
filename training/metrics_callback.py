"""Keeps the metrics table of a stage up to date while it is trained."""

from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from training.metrics import TABLE, write_metrics


class MetricsTable(TrainerCallback):
    """Writes the table at every log, on the main process."""

    def __init__(self, folder: Path) -> None:
        """Prepare.

        Args:
            folder: where the table is written; it exists.
        """
        self._file = folder / TABLE

    def on_log(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Write what was logged so far."""
        if state.is_world_process_zero:
            write_metrics(state.log_history, self._file)
