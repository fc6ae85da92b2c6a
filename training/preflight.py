"""What is looked at before a training: findings about rows, answers, memory, time, disk and packages.

Each check is a function of the site that yields findings; a check that cannot be made says so and stops nobody but
those that rest on it. A no-go is what a run would fail on or what would spoil it; a warning is what somebody must know.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from training.finding import Finding, Site
from training.preflight_machine import accelerate, devices, disk, memory, packages, time_of_a_step
from training.preflight_rows import answers, balance, prompts, snapshot
from training.recipe import Recipe, Stage, stage_named

Check = Callable[[Site], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    snapshot, prompts, answers, balance, memory, time_of_a_step, disk, packages, devices, accelerate,
)  # fmt: skip


def preflight(recipe: Recipe, home: Path, *, stage: str = "") -> list[Finding]:
    """Return all findings on a recipe, for one of its stages or all.

    Raises:
        RecipeError: the stage or the model is not known.
        SnapshotError: there is no such snapshot; the message lists those that there are.
    """
    stages: tuple[Stage, ...] = (stage_named(recipe, stage),) if stage else recipe.stages
    site = Site(recipe, home, stages)
    site.known()
    return [finding for check in CHECKS for finding in check(site)]


def go(findings: Iterable[Finding]) -> bool:
    """Return whether nothing forbids the run."""
    return not any(finding.status == "no-go" for finding in findings)
