"""A snapshot as the dataset that TRL trains on: prompts filled in, and what rewards need beside them (§3, §4).

The rows are written once as an Arrow file that `datasets` maps into memory: a rank holds the pages that it reads and
no more, columns and slices work as in any dataset, and nothing depends on who loads it. Filling contexts in as rows
are read would save the disk and cost it again in each worker; a snapshot has about one context a row, so the file is
as large as the contexts. Rows are written in the order of their contexts; the sampler shuffles.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from training.prompt_lengths import PromptLength, prompt_lengths
from training.prompts import RowsError, Wanted, prompt_of, rows_with_contexts, sound_snapshot
from training.rewards.rows import reward_columns
from warehouse.identity import digest
from warehouse.records import Record
from warehouse.snapshot_manifest import read_manifest
from warehouse.snapshot_rows import ContextRow, SampleRow

WRITTEN_AT_ONCE = 16
"""Rows of one record batch: a text column of it stays far below the 2 GB that Arrow's offsets reach."""
VERSION = 3
"""Of the columns; a file of another version is written anew."""


class Chosen(Record):
    """The rows of a stage."""

    kept: tuple[PromptLength, ...]
    left_out: tuple[PromptLength, ...]
    """Longer than the stage's limit."""


def chosen(lengths: Sequence[PromptLength], limit: int) -> Chosen:
    """Return which rows are within a limit."""
    return Chosen(
        kept=tuple(length for length in lengths if length.tokens <= limit),
        left_out=tuple(length for length in lengths if length.tokens > limit),
    )


def training_rows(
    path: Path, tokenizer: Any, wanted: Wanted, *, name: str, limit: int, folder: Path
) -> tuple[Any, Chosen]:
    """Return the dataset of a stage, and which rows are in it.

    Of several processes over one folder the first calls this alone, so that the snapshot is checked and read once and
    the file written once.

    Args:
        path: folder of the snapshot.
        tokenizer: the model's.
        wanted: which rows.
        name: the model's, for messages.
        limit: longest prompt, tokens.
        folder: where lengths and rows are kept.

    Raises:
        RowsError: the snapshot is damaged, no row is within the limit, a row has no task, or the tokenizer no template.
    """
    from datasets import Dataset

    found = chosen(prompt_lengths(path, tokenizer, wanted, name=name, cache=folder), limit)
    if not found.kept:
        shortest = min((length.tokens for length in found.left_out), default=0)
        raise RowsError(
            f"snapshot {path}: no row of {wanted.split} has a prompt of at most {limit} tokens "
            f"({len(found.left_out)} are longer, the shortest {shortest}); raise the stage's prompt_tokens"
        )
    file = folder / f"rows-{_key(path, found, wanted)}.arrow"
    if not file.is_file():
        sound_snapshot(path)
        write_rows(path, found, wanted, file)
    return Dataset.from_file(str(file)), found


def _key(path: Path, found: Chosen, wanted: Wanted) -> str:
    rows = [(kept.id, kept.tokens) for kept in found.kept]
    content = read_manifest(path).content_id
    return digest("rows", VERSION, content, wanted.evidence, rows)[:32]


def write_rows(path: Path, found: Chosen, wanted: Wanted, file: Path) -> None:
    """Write the chosen rows as one Arrow file, beside its place and renamed there."""
    from datasets.arrow_writer import ArrowWriter

    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_suffix(".tmp")
    tokens = {length.id: length.tokens for length in found.kept}
    with ArrowWriter(
        features=_features(), path=str(beside), writer_batch_size=WRITTEN_AT_ONCE
    ) as writer:
        for row, context in rows_with_contexts(path, wanted):
            if row.id in tokens:
                writer.write(columns(row, context, tokens[row.id]))
        writer.finalize()
    beside.replace(file)


def columns(row: SampleRow, context: ContextRow, tokens: int) -> dict[str, Any]:
    """Return one row of the dataset."""
    return {
        "prompt": prompt_of(row, context),
        "task_type": row.task_type,
        **reward_columns(row, context),
        "id": row.id,
        "context_id": row.context_id,
        "bucket": row.bucket,
        "prompt_tokens": tokens,
    }


def _features() -> Any:
    """Return the types of the columns."""
    from datasets import Features, List, Value

    text, number = Value("string"), Value("int64")
    spans = List(List(number))
    return Features({
        "prompt": List({"role": text, "content": text}), "task_type": text, "answer_spec": text, "question": text,
        "format_instructions": text, "rubric": List(text), "evidence_spans": spans, "distractor_spans": spans,
        "evidence_ids": List(text), "id": text, "context_id": text, "bucket": number, "prompt_tokens": number,
    })  # fmt: skip
