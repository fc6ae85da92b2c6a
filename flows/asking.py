"""Where a run meets its models: one ledger per home, one client per stage, one end when nothing more can be asked.

Stages that ask models run in the flow's own process: they wait for servers, and the ledger has one writer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from flows.progress import Stopped
from serving.budget import Budget
from serving.calls import Reply
from serving.client import ModelClient
from serving.ledger import Ledger
from serving.roles import Models

T = TypeVar("T")
FOLDER = "models"
"""Folder of the ledger under the home."""
STOPPED_CODE = 5


class ModelsStopped(Stopped):
    """A budget is spent or an address cannot be used; the message says which and what to do. A next run goes on."""

    def __init__(self, why: str) -> None:
        """Say which, and what to do."""
        super().__init__(why, STOPPED_CODE)


def with_models(
    home: Path, models: Models, job: Callable[[ModelClient], Awaitable[T]], stage: str = "",
    budget: Budget | None = None,
) -> T:  # fmt: skip
    """Return what `job` makes with a client over the home's ledger, whose rows name the stage.

    `budget` is the run's, so that a cap holds over all its stages.

    Raises:
        ModelsStopped: as the job raises it.
        LedgerError: another process writes the ledger.
        ModelConfigError: a role or key that the job needs is not given.
    """

    async def run() -> T:
        with Ledger(home / FOLDER) as ledger:
            async with ModelClient(models, ledger, budget) as client:
                client.stage = stage
                return await job(client)

    return asyncio.run(run())


def going_on(reply: Reply) -> Reply:
    """Return the reply.

    Raises:
        ModelsStopped: it says that nothing more can be asked.
    """
    if reply.stops:
        raise ModelsStopped(reply.detail)
    return reply
