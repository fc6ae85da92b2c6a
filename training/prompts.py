"""The prompts of a snapshot's rows, read for training: files checked against their hashes, contexts filled in.

A context is 100 thousand tokens long and more, and there may be tens of thousands: they are streamed, one row group of
Parquet at a time, and the rows, which are light, wait for theirs. A row without a task, or without its context, is an
error that names it.
"""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from training.rewards.evidence import INSTRUCTION, labelled
from warehouse.records import Record
from warehouse.snapshot_check import DATA, read_contexts, read_samples, verify_files
from warehouse.snapshot_manifest import read_manifest
from warehouse.snapshot_rows import (
    TASK_TYPES,
    ContextRow,
    SampleRow,
    Split,
    TaskType,
    with_context,
)


class Wanted(Record):
    """Which rows of a snapshot are trained on, and how they ask."""

    split: Split = "train"
    tasks: tuple[TaskType, ...] = ()
    """Task types; none named is all."""
    evidence: bool = False
    """Whether sections are labelled and replies asked to name those that they rest on."""


class RowsError(ValueError):
    """Rows that cannot be trained on; the message names the snapshot, the row and the mend."""


def sound_snapshot(path: Path) -> None:
    """Check a snapshot's files against its manifest, and that its rows may be trained on.

    Raises:
        RowsError: a file is damaged or missing, or the snapshot is for measuring only.
        SnapshotError: it has no manifest that can be read.
    """
    if problems := verify_files(path):
        more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
        raise RowsError(
            f"snapshot {path}: {problems[0]}{more}; restore it from a copy or publish again"
        )
    if read_manifest(path).provenance.measure_only:
        raise RowsError(
            f"snapshot {path}: made from documents of evaluation sets, for measuring only; train on another"
        )


def check_tasks(path: Path, split: Split) -> None:
    """Check that every row of a split has a task type that is known, before any row is read as a record.

    Raises:
        RowsError: one has not; the message names file and row.
    """
    for file in read_manifest(path).files:
        if not Path(file.path).match(f"{DATA}/*/{split}-*.parquet"):
            continue
        try:
            rows = pl.read_parquet(path / file.path, columns=["id", "task_type"])
        except (OSError, pl.exceptions.PolarsError) as error:
            raise RowsError(f"{path / file.path}: cannot be read: {error}") from error
        wrong = rows.filter(~pl.col("task_type").fill_null("").is_in(TASK_TYPES))
        if wrong.height:
            row = wrong.row(0, named=True)
            what = f"the unknown task type {row['task_type']!r}" if row["task_type"] else "no task type"  # fmt: skip
            raise RowsError(
                f"{path / file.path}: row {row['id']} has {what} ({wrong.height} such rows); publish it with one of "
                f"{', '.join(TASK_TYPES)}"
            )


def wanted_rows(path: Path, wanted: Wanted) -> Iterator[SampleRow]:
    """Yield the rows alone, in the order of the files.

    Raises:
        RowsError: a row has no task.
        SnapshotError: a file cannot be read.
    """
    check_tasks(path, wanted.split)
    for row in read_samples(path, split=wanted.split):
        if not wanted.tasks or row.task_type in wanted.tasks:
            yield row


def rows_with_contexts(path: Path, wanted: Wanted) -> Iterator[tuple[SampleRow, ContextRow]]:
    """Yield the rows with their contexts, in the order of the contexts.

    Raises:
        RowsError: a row has no task, or its context is missing.
        SnapshotError: a file cannot be read.
    """
    asked: dict[str, list[SampleRow]] = {}
    for row in wanted_rows(path, wanted):
        asked.setdefault(row.context_id, []).append(row)
    for context in read_contexts(path, split=wanted.split):
        own = asked.pop(context.id, ())
        shown = labelled(context) if own and wanted.evidence else context
        for row in own:
            yield (asked_for_evidence(row) if wanted.evidence else row), shown
    for context_id, rows in asked.items():
        raise RowsError(
            f"{path}: row {rows[0].id} asks about the context {context_id}, which is not there; publish it again"
        )


def asked_for_evidence(row: SampleRow) -> SampleRow:
    """Return a row whose prompt also asks for the labels of the evidence."""
    *before, last = row.prompt
    asked = last.model_copy(update={"content": f"{last.content}\n{INSTRUCTION}"})
    said = f"{row.format_instructions} {INSTRUCTION}".strip()
    return row.model_copy(update={"prompt": (*before, asked), "format_instructions": said})


def prompt_of(row: SampleRow, context: ContextRow) -> list[dict[str, str]]:
    """Return a row's prompt with its context in place, as chat templates and TRL take it."""
    return with_context(row, {context.id: context.text})
