"""The main job as a Prefect deployment: typed parameters in, the run's outcome out (`prefect.yaml` declares it).

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
