"""The stages of a recipe as jobs, the folders they have, and what comes of them.

A stage's folder is named by all that it depends on, the stages before it too: the same recipe goes on where it stands,
a changed one begins anew beside it.
"""

from collections.abc import Sequence
from pathlib import Path

from flows.config import ConfigError
from training.finding import ROWS, Site
from training.recipe import Recipe, RecipeError, load_recipe, stage_named
from training.retrospective import TABLE, Retrospective
from training.stage import MODEL, Done, StageJob
from warehouse.identity import digest
from warehouse.records import Record
from warehouse.snapshot_manifest import SnapshotError, read_manifest

FOLDER = "training"
"""Under the home."""


class NoGo(Exception):
    """The check before a stage found what forbids it; the message has the findings."""


class StageOutcome(Record):
    """What a stage came to."""

    stage: str
    folder: str
    model: str
    """Folder of its weights, which transformers and vLLM load."""
    steps: int
    skipped_steps: int
    reward: float | None
    """Mean reward of the last step."""
    page: str
    """Its learning curves."""
    nothing_to_do: bool = False
    prompts: Retrospective | None = None
    """How its prompts were chosen by the stage before; null for the first."""


def training_jobs(path: Path, home: Path, stage: str = "") -> tuple[StageJob, ...]:
    """Return the jobs of a recipe up to a stage, or all, in order.

    Raises:
        ConfigError: the recipe, the stage or the snapshot is not known.
    """
    try:
        recipe = load_recipe(path)
        last = stage_named(recipe, stage).name if stage else recipe.stages[-1].name
        snapshot = Site(recipe, home, ()).snapshot
        content = read_manifest(snapshot).content_id
    except RecipeError as error:
        message = str(error)
        raise ConfigError(message if message.startswith(str(path)) else f"{path}: {message}") from error  # fmt: skip
    except SnapshotError as error:
        raise ConfigError(f"{path}: snapshot: {error}") from error
    jobs: list[StageJob] = []
    for name in [own.name for own in recipe.stages]:
        jobs.append(_job(recipe, name, jobs, snapshot, content, home / FOLDER / path.stem, home))
        if name == last:
            break
    return tuple(jobs)


def _job(
    recipe: Recipe, name: str, before: Sequence[StageJob], snapshot: Path, content: str, folder: Path, home: Path
) -> StageJob:  # fmt: skip
    settings = recipe.model_dump(exclude={"estimate", "stages", "snapshot"})
    own = stage_named(recipe, name).model_dump()
    above = Path(before[-1].folder).name if before else ""
    place = folder / f"{name}-{digest('stage', settings, content, own, above)[:10]}"
    return StageJob(
        recipe=recipe, stage=name, snapshot=str(snapshot.resolve()), content=content, folder=str(place.resolve()),
        rows=str((home / ROWS).resolve()),
        weights=str(Path(before[-1].folder) / MODEL) if before else "",
        retrospective=str(place.resolve() / TABLE) if before else "",
    )  # fmt: skip


def outcome(job: StageJob, done: Done, prompts: Retrospective | None, *, old: bool) -> StageOutcome:
    """Return what a stage came to."""
    from training.plots import PAGE

    folder = Path(job.folder)
    return StageOutcome(
        stage=job.stage, folder=str(folder), model=str(folder / MODEL), page=str(folder / PAGE), steps=done.steps,
        skipped_steps=done.skipped_steps, reward=done.reward, nothing_to_do=old, prompts=prompts,
    )  # fmt: skip
