"""Whether a question that a model wrote is one of another cluster again (method 2.3; ours: identity by near-identity).

Questions made by rule are told apart by their programs; one that a model wrote has none. Two of them are the same
where their answers are equal by the rules of their kind, their names, numbers and selectors are the same, and so are
nine tenths of the words that carry meaning. Questions of one pattern share their frames, so that less says nothing;
the same question in other words is not found.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from verifiers.answers.compare import compare
from warehouse.answer_specs import spec_of_row
from warehouse.snapshot_rows import SampleRow

CHECK = "same_question"
OVERLAP = 0.9
"""Share of the meaning words of both that stand in each."""
Key = tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """How a question is read; given by who composes the stages."""

    core: Callable[[str], Sequence[str]]
    """Question → the words that carry its meaning, as they are compared."""
    kind: Callable[[str], str]
    """Such a word → `words`, or `names`, `numbers` or `selectors`, which must be the same."""


def repeated_questions(rows: Iterable[SampleRow], reading: Reading) -> dict[str, SampleRow]:
    """Return the row that each repeating row repeats, by its id; of rows that are the same the first stays."""
    alike: dict[Key, list[SampleRow]] = defaultdict(list)
    cores: dict[str, Counter[str]] = {}
    found: dict[str, SampleRow] = {}
    for row in rows:
        words = list(reading.core(row.question))
        cores[row.id] = Counter(word.casefold() for word in words)
        keys = _keys(row.question, words, reading)
        kept = (other for key in keys for other in alike.get(key, ()))
        first = next(
            (o for o in kept if _overlap(cores[o.id], cores[row.id]) >= OVERLAP and _answered_alike(o, row)), None
        )  # fmt: skip
        if first is not None:
            found[row.id] = first
            continue
        for key in keys:
            alike[key].append(row)
    return found


def _keys(question: str, words: Sequence[str], reading: Reading) -> tuple[Key, ...]:
    """Return what a question must share with another one of two: what is fixed in it, or all that it says."""
    # The first word may have its capital for the sentence's sake, and others one more or less.
    first = [words[0].lower(), *words[1:]] if words and question.startswith(words[0]) else words
    fixed = (
        ("fixed", *sorted(w.casefold() for w in some if reading.kind(w) != "words"))
        for some in (words, first)
    )
    return tuple(dict.fromkeys((*fixed, ("whole", *sorted(w.casefold() for w in words)))))


def _overlap(one: Counter[str], other: Counter[str]) -> float:
    return (one & other).total() / max((one | other).total(), 1)


def _answered_alike(one: SampleRow, other: SampleRow) -> bool:
    unit = other.reward_spec.unit
    said = other.answer if unit in other.answer else f"{other.answer} {unit}"
    found = compare(spec_of_row(one), f"Therefore, the answer is {said}.", one.question)
    same_text = one.answer.casefold().split() == other.answer.casefold().split()
    same_unit = one.reward_spec.unit.casefold() == unit.casefold()
    return found.equal == "equal" or (found.equal == "unknown" and same_text and same_unit)
