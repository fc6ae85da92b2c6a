"""Lengths of a snapshot's prompts in the model's own tokenizer, chat template included (§4.1, the limits of stages).

Contexts are streamed, one row group at a time, and tokenized a few megabytes at once, so that memory does not grow
with the snapshot. What was measured is kept as Parquet under the snapshot's content and the tokenizer's, since stages
differ in their limits alone. Nothing is ever cut: what is longer than a limit is left out by who reads.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from training.prompts import (
    RowsError,
    Wanted,
    prompt_of,
    rows_with_contexts,
    sound_snapshot,
    wanted_rows,
)
from warehouse.identity import digest
from warehouse.manifest import replace_file
from warehouse.records import Record
from warehouse.snapshot_manifest import read_manifest
from warehouse.snapshot_rows import SampleRow, TaskType
from warehouse.tokens import count_tokens

BATCH_CHARACTERS = 1_000_000
"""Characters tokenized at once: some hundred megabytes of tokens at most."""


class PromptLength(Record):
    """How long one row's prompt is."""

    id: str
    """Of the sample."""
    task_type: TaskType
    tokens: int
    """Of the prompt as the model reads it, the opening of its reply included."""


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
    path: Path, tokenizer: Any, wanted: Wanted, *, name: str, cache: Path | None = None
) -> list[PromptLength]:
    """Return the length of every prompt, in the order of their contexts.

    Args:
        path: folder of the snapshot.
        tokenizer: the model's, fast.
        wanted: which prompts.
        name: the model's, for messages.
        cache: folder where lengths are kept; None keeps none.

    Raises:
        RowsError: the tokenizer has no chat template, the snapshot is damaged, or a row has no task or context.
    """
    check_template(tokenizer, name)
    kept = cache / f"{_key(path, tokenizer, wanted)}.parquet" if cache else None
    if kept and kept.is_file():
        return [PromptLength.model_validate(row) for row in pl.read_parquet(kept).to_dicts()]
    sound_snapshot(path)
    found = list(_measured(path, tokenizer, wanted))
    if kept and found:
        kept.parent.mkdir(parents=True, exist_ok=True)
        written = io.BytesIO()
        pl.DataFrame([length.model_dump() for length in found]).write_parquet(written)
        replace_file(kept, written.getvalue())
    return found


def _key(path: Path, tokenizer: Any, wanted: Wanted) -> str:
    """Return what lengths are named by: the rows, the tokenizer's vocabulary and rules, its template."""
    backend, template = tokenizer.backend_tokenizer.to_str(), str(tokenizer.chat_template)
    content = read_manifest(path).content_id
    return digest("prompt lengths", content, wanted.model_dump(), backend, template)[:32]


def _measured(path: Path, tokenizer: Any, wanted: Wanted) -> Iterator[PromptLength]:
    waiting: list[tuple[SampleRow, str]] = []
    size = 0
    for row, context in rows_with_contexts(path, wanted):
        text = tokenizer.apply_chat_template(
            prompt_of(row, context), tokenize=False, add_generation_prompt=True
        )
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


def estimated_lengths(path: Path, wanted: Wanted) -> list[PromptLength]:
    """Return lengths without the model's tokenizer: the context as stored, the rest on the Qwen vocabulary.

    A chat template's own tokens are reckoned as 12; joins of the parts may differ by a token or two.
    """
    rows = list(wanted_rows(path, wanted))
    rest = count_tokens(["\n".join(message.content for message in row.prompt) for row in rows])
    return [
        PromptLength(id=row.id, task_type=row.task_type, tokens=row.context_tokens + tokens + 12)
        for row, tokens in zip(rows, rest, strict=True)
    ]
