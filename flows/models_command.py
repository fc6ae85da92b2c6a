"""`longspan models`: what was asked of which model, the ledger as Parquet, and whether the configured models answer."""

import asyncio
from pathlib import Path
from typing import Any

from flows.asking import FOLDER
from serving.export import export, uses
from serving.probe import Probe, probe
from serving.roles import ModelConfigError, Models
from warehouse.records import Record

LEDGER = "completions.sqlite"


class Asked(Record):
    """What the models of a home were asked, for the command line."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    missed: tuple[tuple[str, str, int], ...]
    """(role, reason, calls) of calls that were not answered."""


def asked(home: Path) -> Asked:
    """Return calls, tokens and money by role, model and prompt.

    Raises:
        LedgerError: no model was asked under this home.
    """
    used, missed = uses(home / FOLDER / LEDGER)
    rows = tuple(
        (u.stage, u.role, u.model, u.prompt, u.calls, u.prompt_tokens, u.cached_tokens, u.completion_tokens,
         round(u.price, 4), round(u.latency, 2), u.truncated)
        for u in used
    )  # fmt: skip
    columns = (
        "stage",
        "role",
        "model",
        "prompt",
        "calls",
        "prompt tokens",
        "cached",
        "reply tokens",
        "price",
        "seconds",
        "cut",
    )
    return Asked(columns=columns, rows=rows, missed=tuple((m.role, m.reason, m.calls) for m in missed))  # fmt: skip


def export_calls(home: Path, folder: Path) -> int:
    """Write the calls that `folder` has not yet as Parquet; return how many.

    Raises:
        LedgerError: no model was asked under this home.
    """
    return export(home / FOLDER / LEDGER, folder)


def check_models(models: Models) -> list[Probe]:
    """Return what each configured server answers.

    Raises:
        ModelConfigError: none is configured, or a key's variable is not set.
    """
    if not models.servers:
        raise ModelConfigError("the configuration has no [models.servers]; see docs/operations.md")

    async def run() -> list[Probe]:
        return [await probe(name, server) for name, server in models.servers.items()]

    return asyncio.run(run())
