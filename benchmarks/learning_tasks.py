"""Five small tasks under the names of the real ones, as snapshot rows: what the learning experiment trains on.

Each is a lookup in a context of 12 to 24 characters that one token per character spells out. Multiple choice, multi-hop
and numerical questions pay 0 or 1; reading and dialogue pay the share of the text that is right (SequenceMatcher's
ratio, as for dialogue needles in §4.1), so that reward scales differ between tasks. A reply without the prefix pays 0.
"""

from collections.abc import Callable, Mapping
from difflib import SequenceMatcher
from typing import NamedTuple

import numpy as np
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from warehouse.identity import content_id
from warehouse.snapshot_rows import (
    SLOT,
    Difficulty,
    Message,
    RewardSpec,
    SampleRow,
    Split,
    TaskType,
)

LETTERS, DIGITS, OPTIONS = "abcdefghijklmnop", "0123456789", "ABCD"
PREFIX = "="
"""What stands before the final answer; the real one is longer than these replies."""
PAD, END = "<|endoftext|>", "<|im_end|>"
PAD_ID, END_ID = 0, 1
TEMPLATE = "{% for message in messages %}{{ message['content'] }}{% endfor %}{% if add_generation_prompt %}>{% endif %}"


class Posed(NamedTuple):
    """One question before it is a row."""

    context: str
    question: str
    answer: str
    wrong: tuple[str, ...]
    """Answers that a careless reader of the same context would give."""


def _letters(stream: np.random.Generator, count: int) -> list[str]:
    return [str(letter) for letter in stream.permutation(list(LETTERS))[:count]]


def _shuffled(stream: np.random.Generator, parts: list[str]) -> str:
    return "".join(str(part) for part in stream.permutation(parts))


def multiple_choice(stream: np.random.Generator) -> Posed:
    """Four options, each letter after the letter that it belongs to; the option of one is asked for."""
    keys = _letters(stream, 4)
    letters = [str(letter) for letter in stream.permutation(list(OPTIONS))]
    context = _shuffled(
        stream, [key + letter + "." for key, letter in zip(keys, letters, strict=True)]
    )
    return Posed(context, f"{keys[0]}?", letters[0], tuple(letters[1:]))


def multi_hop(stream: np.random.Generator) -> Posed:
    """Two chains of three letters; the letter two steps on is asked for."""
    a, b, c, d, e, f = _letters(stream, 6)
    context = _shuffled(stream, [f"{a}{b}.", f"{b}{c}.", f"{d}{e}.", f"{e}{f}."])
    return Posed(context, f"{a}??", c, (b, e, f))


def reading_comprehension(stream: np.random.Generator) -> Posed:
    """Three letters, each with a passage of three; the passage of one is asked for."""
    keys = _letters(stream, 3)
    passages = ["".join(_letters(stream, 3)) for _ in keys]
    context = _shuffled(stream, [f"{k}:{p}." for k, p in zip(keys, passages, strict=True)])
    return Posed(context, f"{keys[0]}:", passages[0], tuple(passages[1:]))


def dialogue_memory(stream: np.random.Generator) -> Posed:
    """Two speakers with two turns each of two letters; one turn of one speaker is asked for."""
    order = [int(n) for n in stream.permutation([0, 0, 1, 1])]
    said = ["".join(_letters(stream, 2)) for _ in order]
    context = "".join("XY"[who] + text + "." for who, text in zip(order, said, strict=True))
    who, nth = int(stream.integers(2)), int(stream.integers(2))
    turn = [n for n, speaker in enumerate(order) if speaker == who][nth]
    wrong = tuple(text for n, text in enumerate(said) if n != turn)
    return Posed(context, f"{'XY'[who]}{nth + 1}", said[turn], wrong)


def corpus_numeric(stream: np.random.Generator) -> Posed:
    """Three letters with a digit each; the larger of two is asked for by its digit, or the smaller."""
    keys = _letters(stream, 3)
    values = [int(n) for n in stream.permutation(10)[:3]]
    context = _shuffled(stream, [f"{k}{v}." for k, v in zip(keys, values, strict=True)])
    largest = bool(stream.integers(2))
    asked = sorted(values[:2])
    right = asked[1] if largest else asked[0]
    wrong = tuple(str(v) for v in values if v != right)
    return Posed(context, f"{keys[0]}{keys[1]}{'+' if largest else '-'}", str(right), wrong)


POSE: dict[TaskType, Callable[[np.random.Generator], Posed]] = {
    "multiple_choice": multiple_choice, "multi_hop": multi_hop, "reading_comprehension": reading_comprehension,
    "dialogue_memory": dialogue_memory, "corpus_numeric": corpus_numeric,
}  # fmt: skip
DENSE = ("reading_comprehension", "dialogue_memory")
"""Tasks that pay partial credit."""


def make_rows(
    counts: Mapping[TaskType, int], split: Split, seed: int
) -> tuple[list[SampleRow], dict[str, str], dict[str, tuple[str, ...]]]:
    """Return rows in a shuffled order, the contexts by id, and the wrong answers by the row's id."""
    stream = np.random.default_rng(seed)
    rows, contexts, wrong = [], {}, {}
    for task, count in counts.items():
        for _ in range(count):
            posed = POSE[task](stream)
            row = _row(task, posed, split)
            rows.append(row)
            contexts[row.context_id] = posed.context
            wrong[row.id] = posed.wrong
    return [rows[int(n)] for n in stream.permutation(len(rows))], contexts, wrong


def _row(task: TaskType, posed: Posed, split: Split) -> SampleRow:
    context_id = content_id("learning-context", posed.context)
    return SampleRow(
        id=content_id("learning-row", task, posed.context, posed.question), task_type=task,
        category="dialogue" if task == "dialogue_memory" else "general", strategy=task, split=split,
        prompt=(Message(role="user", content=SLOT + posed.question),), question=posed.question,
        answer=posed.answer, answer_aliases=(), answer_items=(), context_id=context_id,
        answer_kind="number" if task == "corpus_numeric" else "text",
        reward_spec=RewardSpec(kind="ratio" if task in DENSE else "exact", unit="", tolerance="0"),
        context_tokens=len(posed.context), bucket=64, evidence=(), program="", hops=2 if task == "multi_hop" else 1,
        documents=1, difficulty=Difficulty(pass_rate=None, k=None), verdicts=(), core_question=posed.question,
        format_instructions="", series=(),
    )  # fmt: skip


def reward(reply: str, answer: str, kind: str) -> float:
    """Return what a reply is paid, 0 to 1.

    Args:
        reply: what the model wrote.
        answer: the row's answer.
        kind: of the row's reward spec: `exact`, or `ratio` for partial credit.
    """
    if not reply.startswith(PREFIX):
        return 0.0
    final = reply.removeprefix(PREFIX)
    if kind == "exact":
        return float(final == answer)
    return SequenceMatcher(None, final, answer).ratio()


def character_tokenizer() -> PreTrainedTokenizerFast:
    """Return a tokenizer of one token per character of these tasks, with two special tokens and a chat template."""
    alphabet = LETTERS + DIGITS + OPTIONS + "XY.:?+->" + PREFIX
    vocabulary = {symbol: number for number, symbol in enumerate([PAD, END, *alphabet])}
    tokenizer = Tokenizer(models.WordLevel(vocab=vocabulary, unk_token=PAD))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("."), behavior="isolated")
    tokenizer.decoder = decoders.Fuse()
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=PAD, eos_token=END, padding_side="left", model_max_length=128
    )  # fmt: skip
    wrapped.chat_template = TEMPLATE
    return wrapped
