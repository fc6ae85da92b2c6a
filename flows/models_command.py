"""`longspan models`: what was asked of which model, the ledger as Parquet, and whether the configured models answer."""

import asyncio
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from flows.asking import FOLDER
from serving.export import export, uses
from serving.ledger import FILE as LEDGER
from serving.probe import Probe, probe
from serving.roles import ModelConfigError, Models
from warehouse.records import Record

SHOWN = ("prompt", "calls", "read", "cached", "written", "price", "seconds", "cut")
"""Columns of a block: stage, role and model stand in its title, so that it fits 80 columns."""


class Asked(Record):
    """What the models of a home were asked, for the command line."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    missed: tuple[tuple[str, str, int], ...]
    """(role, reason, calls) of calls that were not answered."""


class Block(Record):
    """What one role asked of one model in one stage, as people are shown it."""

    title: str
    rows: tuple[tuple[str, ...], ...]
    """One for each prompt, with the columns `SHOWN`."""


def blocks(found: Asked) -> list[Block]:
    """Return the rows by stage, role and model; large numbers are shortened and a prompt's hash is left out."""
    grouped = groupby(found.rows, key=lambda row: row[:3])
    return [
        Block(
            title=f"{stage or 'outside of a stage'}: {role} {model}",
            rows=tuple(_shown(row) for row in rows),
        )
        for (stage, role, model), rows in grouped
    ]


def _shown(row: Sequence[Any]) -> tuple[str, ...]:
    prompt, calls, read, cached, written, price, seconds, cut = row[3:]
    return (
        prompt.partition(" ")[0] or "none", short(calls), short(read), f"{cached / read:.0%}" if read else "",
        short(written), f"{price:,.2f}", f"{seconds:.1f}", short(cut),
    )  # fmt: skip


def short(number: int) -> str:
    """Return a number of at most seven characters: millions with two digits behind the point."""
    for size, letter in ((10**9, "G"), (10**6, "M")):
        if number >= size:
            return f"{number / size:.2f}{letter}"
    return f"{number:,}"


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
