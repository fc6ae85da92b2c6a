"""The main job and a training as Prefect deployments: typed parameters in, the outcome out (`prefect.yaml`).

A deployment's parameters are plain values, so this flow reads the configuration and hands over to the job that the
command line runs too: the same home, the same ledger, and nothing to do when nothing has changed.
"""

from pathlib import Path
from typing import Any

from prefect import flow

from flows.config import load_config
from flows.run import run_synthesis


@flow(name="longspan-run", persist_result=False)  # pyright: ignore[reportCallIssue]
def scheduled_run(
    config: str = "configs/synthesis/demo.toml",
    home: str = "data",
    documents: str | None = None,
    overrides: list[str] | None = None,
) -> dict[str, Any]:
    """Run one configuration.

    Args:
        config: TOML file, relative to the project's folder.
        home: Folder of everything Longspan writes.
        documents: Documents folder in place of the configuration's.
        overrides: Settings as `section.field=value`.

    Returns:
        The outcome: the snapshot's folder, its samples, the rows by stage and reason.

    Raises:
        ConfigError: the configuration, an override or the documents folder cannot be used.
        StoreError: another run writes this home, or a shard is damaged.
    """
    resolved = load_config(Path(config), overrides or ())
    if documents:
        resolved = resolved.model_copy(update={"documents": documents})
    return run_synthesis(resolved, Path(home)).model_dump(mode="json")


@flow(name="longspan-training", persist_result=False)  # pyright: ignore[reportCallIssue]
def scheduled_training(
    recipe: str = "configs/recipes/tiny.toml", home: str = "data", stage: str = ""
) -> list[dict[str, Any]]:
    """Train a recipe's stages from where they stand.

    Args:
        recipe: TOML file, relative to the project's folder.
        home: Folder of everything Longspan writes.
        stage: The last stage to train; all if empty.

    Returns:
        What came of each stage: folder of its model, steps, reward of the last one.

    Raises:
        ConfigError: the recipe, the stage or the snapshot is not known.
        NoGo: the check before a stage forbids it.
        TrainingFailed: a trainer ended before its stage did.
    """
    from flows.training_run import run_training

    return [one.model_dump(mode="json") for one in run_training(Path(recipe), Path(home), stage)]
