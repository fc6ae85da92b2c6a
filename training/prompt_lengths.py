"""Lengths of a snapshot's prompts in the model's own tokenizer, chat template included (§4.1, the limits of stages).

Contexts are streamed, one row group at a time, and tokenized a few megabytes at once, so that memory does not grow
with the snapshot. What was measured is kept as Parquet under the snapshot's content and the tokenizer's, since stages
differ in their limits alone. Nothing is ever cut: what is longer than a limit is left out by who reads.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from warehouse.identity import digest
from warehouse.manifest import replace_file
from warehouse.records import Record
from warehouse.snapshot_check import DATA, read_contexts, read_samples
from warehouse.snapshot_manifest import SnapshotError, read_manifest
from warehouse.snapshot_rows import TASK_TYPES, SampleRow, Split, TaskType, with_context

BATCH_CHARACTERS = 4_000_000
"""Characters tokenized at once: a few hundred megabytes of tokens at most."""


class RowsError(ValueError):
    """Rows that cannot be trained on; the message names the snapshot, the row and the mend."""


class PromptLength(Record):
    """How long one row's prompt is."""

    id: str
    """Of the sample."""
    task_type: TaskType
    tokens: int
    """Of the prompt as the model reads it, the opening of its reply included."""


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


def prompts_of(
    path: Path, *, split: Split, tasks: Sequence[TaskType] = ()
) -> Iterator[tuple[SampleRow, list[dict[str, str]]]]:
    """Yield the rows of a split with their prompts filled in, in the order of their contexts.

    Raises:
        RowsError: a row has no task, or its context is missing.
        SnapshotError: a file cannot be read.
    """
    check_tasks(path, split)
    asked: dict[str, list[SampleRow]] = {}
    for row in read_samples(path, split=split):
        if not tasks or row.task_type in tasks:
            asked.setdefault(row.context_id, []).append(row)
    for context in read_contexts(path, split=split):
        for row in asked.pop(context.id, ()):
            yield row, with_context(row, {context.id: context.text})
    for context_id, rows in asked.items():
        raise RowsError(
            f"{path}: row {rows[0].id} asks about the context {context_id}, which is not there; publish it again"
        )


def check_template(tokenizer: Any, name: str) -> None:
    """Check that a tokenizer can write a conversation.

    Raises:
        RowsError: it has no chat template.
    """
    if not getattr(tokenizer, "chat_template", None):
        raise RowsError(
            f"model: the tokenizer of {name} has no chat template, and prompts are conversations; take an instruct or "
            "thinking model, or add chat_template.jinja to its folder"
        )


def prompt_lengths(
    path: Path, tokenizer: Any, *, name: str, split: Split, cache: Path | None = None
) -> list[PromptLength]:
    """Return the length of every prompt of a split, in the order of their contexts.

    Args:
        path: folder of the snapshot.
        tokenizer: the model's, fast.
        name: the model's, for messages.
        split: whose rows.
        cache: folder where lengths are kept; None keeps none.

    Raises:
        RowsError: the tokenizer has no chat template, or a row has no task or context.
    """
    check_template(tokenizer, name)
    kept = cache / f"{_key(path, tokenizer, split)}.parquet" if cache else None
    if kept and kept.is_file():
        return [PromptLength.model_validate(row) for row in pl.read_parquet(kept).to_dicts()]
    found = list(_measured(path, tokenizer, split))
    if kept and found:
        kept.parent.mkdir(parents=True, exist_ok=True)
        beside = kept.with_suffix(".tmp")
        pl.DataFrame([length.model_dump() for length in found]).write_parquet(beside)
        replace_file(kept, beside.read_bytes())
        beside.unlink()
    return found


def _key(path: Path, tokenizer: Any, split: Split) -> str:
    """Return what lengths are named by: the rows, the tokenizer's vocabulary and rules, its template."""
    backend = tokenizer.backend_tokenizer.to_str()
    return digest(
        "prompt lengths", read_manifest(path).content_id, split, backend, str(tokenizer.chat_template)
    )[:32]


def _measured(path: Path, tokenizer: Any, split: Split) -> Iterator[PromptLength]:
    waiting: list[tuple[SampleRow, str]] = []
    size = 0
    for row, prompt in prompts_of(path, split=split):
        text = tokenizer.apply_chat_template(prompt, tokenize=False, add_generation_prompt=True)
        waiting.append((row, text))
        size += len(text)
        if size >= BATCH_CHARACTERS:
            yield from _tokenized(waiting, tokenizer)
            waiting, size = [], 0
    yield from _tokenized(waiting, tokenizer)


def _tokenized(waiting: list[tuple[SampleRow, str]], tokenizer: Any) -> Iterator[PromptLength]:
    # The tokenizers package itself: no list of numbers is made in Python, and all cores work.
    texts = [text for _, text in waiting]
    encoded = tokenizer.backend_tokenizer.encode_batch_fast(texts, add_special_tokens=False)
    for (row, _), encoding in zip(waiting, encoded, strict=True):
        yield PromptLength(id=row.id, task_type=row.task_type, tokens=len(encoding))


def estimated_lengths(path: Path, *, split: Split) -> list[PromptLength]:
    """Return lengths without the model's tokenizer: the context as stored, the rest on the Qwen vocabulary.

    A chat template's own tokens are reckoned as 12; joins of the parts may differ by a token or two.
    """
    from warehouse.tokens import count_tokens

    check_tasks(path, split)
    rows = list(read_samples(path, split=split))
    rest = count_tokens(["\n".join(message.content for message in row.prompt) for row in rows])
    return [
        PromptLength(id=row.id, task_type=row.task_type, tokens=row.context_tokens + tokens + 12)
        for row, tokens in zip(rows, rest, strict=True)
    ]


def by_task(lengths: Sequence[PromptLength]) -> Mapping[str, int]:
    """Return how many there are of each task, by name."""
    found: dict[str, int] = {}
    for length in lengths:
        found[length.task_type] = found.get(length.task_type, 0) + 1
    return dict(sorted(found.items()))


def sound_snapshot(path: Path) -> None:
    """Check a snapshot's files against its manifest, and that its rows may be trained on.

    Raises:
        RowsError: a file is damaged or missing, or the snapshot is for measuring only.
        SnapshotError: it has no manifest that can be read.
    """
    from warehouse.snapshot_check import verify_files

    if problems := verify_files(path):
        more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
        raise RowsError(
            f"snapshot {path}: {problems[0]}{more}; restore it from a copy or publish again"
        )
    if read_manifest(path).provenance.measure_only:
        raise RowsError(
            f"snapshot {path}: made from documents of evaluation sets, for measuring only; train on another"
        )


__all__ = ["PromptLength", "RowsError", "SnapshotError", "prompt_lengths", "prompts_of"]
