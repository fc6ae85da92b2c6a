"""`longspan train`: looks at a recipe, trains its stages, draws their curves."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.config import ConfigError
from flows.progress import Stopped
from warehouse.records import Record

if TYPE_CHECKING:
    from flows.training_jobs import StageOutcome

SHOWN = 3
"""Items of a finding that is not ok that the table shows; `--json` has all."""
COLOURS = {"ok": "green", "warn": "yellow", "no-go": "red"}


class Looked(Record):
    """What the check of a recipe found."""

    recipe: str
    go: bool
    """Whether nothing forbids the run."""
    findings: list[dict[str, object]]


@contextmanager
def extra_installed() -> Iterator[None]:
    """Say how to install what a training needs, where it is missing.

    Raises:
        ConfigError: a package of the extra is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"train: {error.name} is not installed; pip install -e '.[train]'"
        ) from error


def check_recipe(path: Path, home: Path, stage: str) -> Looked:
    """Return the findings on a recipe.

    Raises:
        ConfigError: the recipe, its model, stage or snapshot is not known.
    """
    from training.preflight import go, preflight
    from training.recipe import RecipeError, load_recipe
    from warehouse.snapshots import SnapshotError

    try:
        with extra_installed():
            found = preflight(load_recipe(path), home, stage=stage)
    except RecipeError as error:
        raise ConfigError(_named(path, str(error))) from error
    except SnapshotError as error:
        raise ConfigError(f"{path}: snapshot: {error}") from error
    return Looked(recipe=str(path), go=go(found), findings=[f.model_dump() for f in found])


def _named(path: Path, message: str) -> str:
    return message if message.startswith(str(path)) else f"{path}: {message}"


def show(looked: Looked, console: Console) -> None:
    """Print the findings as a table, and whether it is a go."""
    table = Table(title=f"Before training with {looked.recipe}", title_justify="left")
    for column in ("check", "finding", "detail"):
        table.add_column(column, no_wrap=column != "detail")
    for finding in looked.findings:
        status = str(finding["status"])
        items = finding["items"] if status != "ok" else ()
        assert isinstance(items, tuple)
        lines = [str(finding["detail"]), *items[:SHOWN]]
        lines += [f"and {len(items) - SHOWN} more, all of them with --json"] if len(items) > SHOWN else []  # fmt: skip
        table.add_row(
            escape(str(finding["check"])),
            f"[{COLOURS[status]}]{status}[/]",
            escape("\n".join(lines)),
        )
    console.print(table)
    failed = sum(finding["status"] == "no-go" for finding in looked.findings)
    console.print("Go." if looked.go else f"No go: {failed} findings forbid it.")


def train_recipe(path: Path, home: Path, stage: str) -> "list[StageOutcome]":
    """Return what came of the stages of a recipe, trained from where they stand.

    Raises:
        ConfigError: the recipe, its model, stage or snapshot is not known.
        Stopped: the check forbids it, or the trainer failed.
    """
    from flows.training_jobs import NoGo
    from flows.training_run import run_training
    from training.launch import TrainingFailed

    try:
        with extra_installed():
            return run_training(path, home, stage)
    except (NoGo, TrainingFailed) as error:
        raise Stopped(str(error), 1) from error


def plot_recipe(path: Path, home: Path, stage: str) -> list[Path]:
    """Write the curves of the stages that have begun, and return their pages."""
    from flows.training_jobs import training_jobs
    from training.plots import write_plots

    folders = [Path(job.folder) for job in training_jobs(path, home, stage)]
    with extra_installed():
        return [write_plots(folder) for folder in folders if folder.is_dir()]


def outcome_table(outcomes: "Sequence[StageOutcome]") -> Table:
    """Return what came of stages as a table."""
    table = Table(title="Trained", title_justify="left")
    for column in ("stage", "steps", "reward", "model"):
        table.add_column(column, overflow="fold")
    for one in outcomes:
        steps = f"{one.steps}" + (f", {one.skipped_steps} skipped" if one.skipped_steps else "")
        reward = "" if one.reward is None else f"{one.reward:.3f}"
        state = " (nothing to do)" if one.nothing_to_do else ""
        table.add_row(escape(one.stage) + state, steps, reward, escape(one.model))
    return table
