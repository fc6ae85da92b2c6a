"""Whether a question repeats one of a public test set (method 2.5, step 5): n-gram overlap, words alone.

A test question is covered by a question where both have the same run of eight words; the question repeats it if runs
cover half of the test question's words or more, all of them in this one question. One of fewer than eight words is
repeated by the same words and nothing else. So a stock phrase ("what is the total number of") is no repetition, and
neither is a rewording: that takes a model.

The grams of the questions are held, as hashes of 8 bytes, and test questions are streamed past them, so that the size
of the test sets costs time and no memory.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Literal, NamedTuple
from unicodedata import normalize

from pydantic import Field

from warehouse.minhash import WORD
from warehouse.records import Record

CHECK = "contamination"


class QuestionFile(Record):
    """A file of test questions: plain text with one a line, or JSON lines."""

    path: str
    """Relative to the working directory, ending in `.txt` or `.jsonl`."""
    field: str = "question"
    """JSON lines: where the question stands."""


class ContaminationOptions(Record):
    """Which test questions must not be repeated, and what is a repetition."""

    use: Literal["off", "advise", "gate"] = "gate"
    """`gate` leaves a repetition out, `advise` says so in its row; nothing is compared where no file is named."""
    tests: tuple[QuestionFile, ...] = ()
    words: int = Field(default=8, ge=1)
    """Words of a run (PaLM and Tülu 3 take 8, GPT-3 13 on whole documents)."""
    share: float = Field(default=0.5, gt=0, le=1)
    """Least share of the test question's words under common runs (Tülu 3: more than half)."""

    @property
    def made(self) -> bool:
        """Whether questions are compared."""
        return self.use != "off" and bool(self.tests)


class PublicQuestion(NamedTuple):
    """A question of a test set."""

    file: str
    """Name of its file."""
    text: str


class Repetition(NamedTuple):
    """A test question that a question repeats."""

    file: str
    text: str
    share: float
    """Share of the test question's words that are covered, 0 to 1."""


def find_repetitions(
    questions: Mapping[str, str], tests: Iterable[PublicQuestion], options: ContaminationOptions
) -> dict[str, Repetition]:
    """Return the test question that each question repeats most, by its id; the first of those covered alike."""
    found: dict[str, Repetition] = {}
    for identity, repetition in repetitions(questions, tests, options):
        if identity not in found or repetition.share > found[identity].share:
            found[identity] = repetition
    return found


def repetitions(
    questions: Mapping[str, str], tests: Iterable[PublicQuestion], options: ContaminationOptions
) -> Iterator[tuple[str, Repetition]]:
    """Yield every repetition with the id of its question, in the order of the test questions.

    Args:
        questions: id → question.
        tests: questions of test sets, streamed once.
        options: the thresholds.
    """
    size = options.words
    holding: dict[bytes, list[str]] = defaultdict(list)
    for identity, text in questions.items():
        for gram in dict.fromkeys(_grams(_words(text), size)):
            holding[gram].append(identity)
    for test in tests:
        for identity, share in _covered(_words(test.text), holding, size).items():
            if share >= options.share:
                yield identity, Repetition(test.file, test.text, share)


def _covered(
    words: Sequence[str], holding: Mapping[bytes, Sequence[str]], size: int
) -> dict[str, float]:
    """Return the share of a test question's words that lie under runs common with each question."""
    places: dict[str, set[int]] = defaultdict(set)
    for start, gram in enumerate(_grams(words, size)):
        for identity in holding.get(gram, ()):
            places[identity].update(range(start, min(start + size, len(words))))
    return {identity: len(covered) / len(words) for identity, covered in places.items()}


def _grams(words: Sequence[str], size: int) -> Iterator[bytes]:
    """Yield a hash of each `size` words in a row, in order; of all of them if they are fewer, of none if none."""
    if words:
        for start in range(max(len(words) - size, 0) + 1):
            run = " ".join(words[start : start + size])
            yield blake2b(run.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _words(text: str) -> list[str]:
    return WORD.findall(normalize("NFKC", text).casefold())
