"""What a proposer is told of its earlier questions, and when a question is one of them again (method 2.3).

Two questions are the same when their answers are the same words and most word triples of the shorter one are in the
other.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from generators.mase.options import Kind
from serving.prompts import marked

WORD = re.compile(r"[^\W_]+")
GRAM = 3


@dataclass(frozen=True)
class Earlier:
    """An earlier question of a cluster."""

    kind: Kind
    question: str
    answer: str
    verdict: str
    """What became of it, in words for the proposer: fixed phrases and figures."""


def as_text(history: Sequence[Earlier]) -> str:
    """Return the earlier questions between marks, each with what became of it."""
    blocks = (
        (f"Kind: {item.kind}", f"{item.question}\nAnswer: {item.answer}\nWhat became of it: {item.verdict}")
        for item in history
    )  # fmt: skip
    return marked(blocks, "earlier question")


def repeated(question: str, answer: str, history: Sequence[Earlier], overlap: float) -> str:
    """Return the earlier question that this one repeats, empty if none."""
    grams, words = _grams(question), _words(answer)
    for item in history:
        other = _grams(item.question)
        common = len(grams & other) / max(min(len(grams), len(other)), 1)
        if _words(item.answer) == words and common >= overlap:
            return item.question
    return ""


def _words(text: str) -> list[str]:
    return WORD.findall(text.casefold())


def _grams(text: str) -> set[tuple[str, ...]]:
    words = _words(text)
    if len(words) < GRAM:
        return {tuple(words)}
    return {tuple(words[at : at + GRAM]) for at in range(len(words) - GRAM + 1)}
