"""The completion ledger for readers: counts by role and model, and Parquet files for DuckDB and Polars.

Both read beside a run that writes. An export goes on after the last file's last row, so that a nightly one costs what
is new; a file is written beside and renamed.
"""

import re
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import polars as pl

from serving.ledger import Entry, LedgerError, connect, read_entries
from warehouse.records import Record

ROWS = 2_000
"""Rows of a file: prompts may have 120,000 tokens each."""
NAME = re.compile(r"calls-(\d+)-(\d+)\.parquet")
USE = """
SELECT stage, role, model, prompt, count(*), sum(json_extract(completion, '$.prompt_tokens')),
  sum(json_extract(completion, '$.cached_tokens')), sum(json_extract(completion, '$.completion_tokens')),
  sum(json_extract(completion, '$.price')), avg(json_extract(completion, '$.latency')),
  sum(json_extract(completion, '$.finish_reason') = 'length')
FROM completions GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""


SPENT = """
SELECT role, count(*),
  sum(json_extract(completion, '$.prompt_tokens') + json_extract(completion, '$.completion_tokens')),
  sum(json_extract(completion, '$.price'))
FROM completions WHERE stage = ? AND ({spans}) GROUP BY 1 ORDER BY 1
"""
NO_END = 2**63 - 1


class Use(Record):
    """What a role asked of a model with a prompt in a stage, over the whole ledger."""

    stage: str
    """Stage of a run, empty for calls outside of one."""
    role: str
    model: str
    prompt: str
    """Name, version and hash of the prompt file."""
    calls: int
    prompt_tokens: int
    cached_tokens: int
    """Of the prompts', those that servers had in their prefix caches."""
    completion_tokens: int
    price: float
    latency: float
    """Mean seconds of a call."""
    truncated: int
    """Replies that were cut at their longest length."""


class Failures(Record):
    """Calls that were not answered, by reason."""

    role: str
    reason: str
    """One of the fixed reasons of `serving.calls`."""
    calls: int


class Spending(Record):
    """What a role asked in one stage, between two states of the ledger."""

    role: str
    calls: int = 0
    tokens: int = 0
    """Of prompts and replies."""
    money: float = 0.0


def uses(path: Path) -> tuple[list[Use], list[Failures]]:
    """Return what was asked and what was not answered, of a ledger file.

    Raises:
        LedgerError: there is no ledger, or the file is none.
    """
    with Reading(path) as reader:
        used = [Use(**dict(zip(Use.model_fields, row, strict=True))) for row in reader.execute(USE)]
        missed = reader.execute(
            "SELECT role, substr(reason, 1, instr(reason, ':') - 1), count(*) FROM failures GROUP BY 1, 2 ORDER BY 1, 2"
        )
        return used, [Failures(role=role, reason=reason, calls=n) for role, reason, n in missed]


def last_call(path: Path) -> int:
    """Return the number of the last call of a ledger file, 0 where there is none.

    Raises:
        LedgerError: the file is no ledger.
    """
    if not path.is_file():
        return 0
    with Reading(path) as reader:
        return reader.execute("SELECT coalesce(max(number), 0) FROM completions").fetchone()[0]


def spending(path: Path, stage: str, spans: Sequence[tuple[int, int | None]]) -> list[Spending]:
    """Return what a stage asked, by role.

    Args:
        path: the ledger file.
        stage: of the run that asked.
        spans: numbers of calls, each (after the first, up to the second or to the end); one at least.

    Raises:
        LedgerError: there is no ledger, or the file is none.
    """
    query = SPENT.format(spans=" OR ".join(["number > ? AND number <= ?"] * len(spans)))
    ends = [n for after, until in spans for n in (after, NO_END if until is None else until)]
    with Reading(path) as reader:
        rows = reader.execute(query, (stage, *ends)).fetchall()
    return [Spending(**dict(zip(Spending.model_fields, row, strict=True))) for row in rows]


def export(path: Path, folder: Path) -> int:
    """Write what the ledger has and `folder` has not as Parquet; return the rows written.

    Raises:
        LedgerError: there is no ledger, or the file is none.
    """
    folder.mkdir(parents=True, exist_ok=True)
    last = max((int(m[2]) for f in folder.iterdir() if (m := NAME.fullmatch(f.name))), default=0)
    written = 0
    with Reading(path) as reader:
        entries = read_entries(reader, last)
        while some := list(islice(entries, ROWS)):
            file = folder / f"calls-{some[0].number:09d}-{some[-1].number:09d}.parquet"
            beside = file.with_suffix(".part")
            _frame(some).write_parquet(beside, compression="zstd")
            beside.replace(file)
            written += len(some)
    return written


def _frame(entries: Iterable[Entry]) -> pl.DataFrame:
    rows = [
        {
            "number": e.number, "stage": e.stage, "role": e.role, "prompt": e.prompt, "finished": e.finished,
            "messages": [{"role": m.role, "content": m.text} for m in e.call.messages],
            "reply_schema": e.call.reply_schema, "seed": e.call.seed, "attempt": e.call.attempt,
            "sampling": e.call.sampling.model_dump_json(), **e.completion.model_dump(),
        }
        for e in entries
    ]  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None)


class Reading:
    """A connection to a ledger for reading."""

    def __init__(self, path: Path) -> None:
        """Look that the file is there."""
        if not path.is_file():
            raise LedgerError(f"{path}: there is no ledger; no run has asked a model under this home")  # fmt: skip
        self._path = path

    def __enter__(self) -> sqlite3.Connection:
        try:
            self._connection = connect(self._path)
            self._connection.execute("SELECT count(*) FROM completions")
        except sqlite3.DatabaseError as error:
            raise LedgerError(f"{self._path}: not a ledger ({error})") from error
        return self._connection

    def __exit__(self, *exception: object) -> None:
        self._connection.close()
