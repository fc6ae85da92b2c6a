"""`longspan train`: looks at a recipe before a training."""

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.config import ConfigError
from warehouse.records import Record

SHOWN = 3
"""Items of a finding that is not ok that the table shows; `--json` has all."""
COLOURS = {"ok": "green", "warn": "yellow", "no-go": "red"}


class Looked(Record):
    """What the check of a recipe found."""

    recipe: str
    go: bool
    """Whether nothing forbids the run."""
    findings: list[dict[str, object]]


def check_recipe(path: Path, home: Path, stage: str) -> Looked:
    """Return the findings on a recipe.

    Raises:
        ConfigError: the recipe, its model, stage or snapshot is not known.
    """
    from training.preflight import go, preflight
    from training.recipe import RecipeError, load_recipe
    from warehouse.snapshots import SnapshotError

    try:
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
