"""Sets of answers that people judged: EVOUNA, NQ301, EfficientQA, and regression cases of mathematical equivalence.

Each gives pairs of a stored answer and a reply with what people say of them. The sets are not part of the project.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from warehouse.answer_specs import AnswerSpec

SYSTEMS = ("fid", "gpt35", "chatgpt", "gpt4", "newbing")
"""Answering systems of EVOUNA; the first gives bare phrases, the others sentences."""


@dataclass(frozen=True)
class Pair:
    """A stored answer, a reply, and whether people call them the same."""

    name: str
    """Set, and system where the set has several."""
    question: str
    gold: AnswerSpec
    reply: str
    same: bool


def evouna(folder: Path) -> Iterator[Pair]:
    """Yield the judged replies to proper questions; alternatives of an answer are parted by `/`."""
    for stem, file in (("NQ", "nq_every5th.jsonl"), ("TriviaQA", "tq_every4th.jsonl")):
        for row in _rows(folder / file):
            for system in SYSTEMS:
                judged, reply = row[f"judge_{system}"], row[f"answer_{system}"]
                if not row["improper"] and judged is not None and reply:
                    gold = _text(row["golden_answer"].split("/"))
                    yield Pair(f"EVOUNA {stem}, {system}", row["question"], gold, reply, judged)


def nq301(folder: Path) -> Iterator[Pair]:
    """Yield the answers of many systems to 301 questions."""
    for row in _rows(folder / "nq301_human.jsonl"):
        gold = _text(row["gold_answers"])
        yield Pair("NQ301", row["question"], gold, row["model_answer"], row["acceptable"] == "Yes")


def efficientqa(folder: Path) -> Iterator[Pair]:
    """Yield the definitely right and wrong predictions; the set leaves out those equal to a listed answer."""
    for row in _rows(folder / "test_1.1_with_rated_predictions.jsonl"):
        gold = _text(row["answer"])
        for key, same in (("def_correct_predictions", True), ("def_incorrect_predictions", False)):
            for reply in row[key]:
                yield Pair("EfficientQA", row["question"], gold, reply, same)


def mathematics(folder: Path) -> Iterator[Pair]:
    """Yield the pairs of expressions; some labels rest on an option of the tests they come from."""
    for row in _rows(folder / "math_verify_pairs.jsonl"):
        gold = AnswerSpec(kind="math", text=row["gold"])
        yield Pair("mathematics", "", gold, row["prediction"], row["equivalent"])


SETS: dict[str, Callable[[Path], Iterator[Pair]]] = {
    "evouna": evouna,
    "nq301-human": nq301,
    "efficientqa": efficientqa,
    "math-equivalence": mathematics,
}
"""Readers by the folder of their set."""


def pairs(sets: Path) -> Iterator[Pair]:
    """Yield the pairs of every set that is there, set after set."""
    for name, read in SETS.items():
        if (sets / name).is_dir():
            yield from read(sets / name)


def _text(forms: list[str]) -> AnswerSpec:
    return AnswerSpec(kind="text", text=forms[0], aliases=tuple(forms[1:]))


def _rows(path: Path) -> Iterator[dict]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
