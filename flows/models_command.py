"""`longspan models`: what was asked of which model, the ledger as Parquet, and whether the configured models answer."""

import asyncio
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from flows.asking import FOLDER
from flows.stage_costs import read_notes, stage_costs
from serving.export import export, uses
from serving.ledger import FILE as LEDGER
from serving.probe import Probe, probe
from serving.roles import ModelConfigError, Models
from warehouse.records import Record
from warehouse.snapshot_manifest import StageCost

SHOWN = ("prompt", "calls", "read", "cached", "written", "price", "seconds", "cut")
"""Columns of a block: stage, role and model stand in its title, so that it fits 80 columns."""
COMPARED = ("stage", "role", "calls expected", "made", "tokens expected", "spent", "off")
"""Columns of what was expected beside what was asked."""


class Asked(Record):
    """What the models of a home were asked, for the command line."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    missed: tuple[tuple[str, str, int], ...]
    """(role, reason, calls) of calls that were not answered."""
    costs: tuple[StageCost, ...] = ()
    """What each stage was expected to ask, beside what it did, for what it made last."""


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


def comparison(costs: Sequence[StageCost]) -> list[tuple[str, ...]]:
    """Return what was expected beside what was asked, with the columns `COMPARED`."""
    return [
        (
            cost.stage, cost.role, short(cost.expected.calls) if cost.expected else "none", short(cost.calls),
            short(cost.expected.tokens) if cost.expected else "none", short(cost.tokens), _off(cost),
        )
        for cost in costs
    ]  # fmt: skip


def _off(cost: StageCost) -> str:
    """Return by how much the tokens expected are off, empty where that cannot be said."""
    return f"{cost.expected.tokens / cost.tokens - 1:+.0%}" if cost.expected and cost.tokens else ""


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
    return Asked(
        columns=columns, rows=rows, missed=tuple((m.role, m.reason, m.calls) for m in missed),
        costs=_costs(home, sorted({u.stage for u in used if u.stage})),
    )  # fmt: skip


def _costs(home: Path, stages: Sequence[str]) -> tuple[StageCost, ...]:
    # What was begun before and given up for other work would only add to what was expected.
    last = {note.stage: note.fingerprints for note in read_notes(home)}
    known = [(stage, name) for stage, names in last.items() for name in names]
    return stage_costs(home, [*known, *((stage, "") for stage in stages if stage not in last)])


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
