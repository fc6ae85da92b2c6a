"""Questions that models wrote, told from one another: what repeats, and what only shares a frame."""

import pytest

from generators.rewriting.sameness import core, kind_of
from tests.warehouse.rivers import sample
from verifiers.same_question import Reading, repeated_questions
from warehouse.snapshot_rows import SampleRow

READING = Reading(core, kind_of)
LONG = (
    "Which of the two treaties that the harbour masters of Vessby and Ostrand signed in 1912 set the higher "
    "toll for grain that arrived by night?"
)


def asked(number: int, question: str, answer: str = "Vessby", unit: str = "") -> SampleRow:
    kind = "number" if answer[0].isdigit() else "text"
    return sample(
        number, task_type="reading_comprehension", question=question, answer=answer, answer_kind=kind,
        answer_aliases=[], reward_spec={"kind": kind, "unit": unit, "tolerance": "0"},
    )  # fmt: skip


def repeats(*rows: SampleRow) -> dict[str, str]:
    return {name: row.id for name, row in repeated_questions(rows, READING).items()}


@pytest.mark.parametrize(
    "again",
    [
        LONG,
        LONG.replace("harbour masters", "Harbour Masters"),
        "In 1912 the harbour masters of Vessby and Ostrand signed two treaties; which of the treaties set the higher "
        "toll for grain that arrived by night?",
        # One word that carries meaning more, of 15: two, treaties, harbour, masters, Vessby, Ostrand, signed, 1912,
        # set, higher, toll, grain, arrived, by, night.
        LONG.replace("grain", "imported grain"),
    ],
)
def test_the_same_question_in_nearly_the_same_words_is_a_repetition(again):
    assert repeats(asked(1, LONG), asked(2, again)) == {"sample-2": "sample-1"}


@pytest.mark.parametrize(
    "other",
    [
        LONG.replace("1912", "1913"),
        LONG.replace("Ostrand", "Malby"),
        LONG.replace("higher", "lower"),
        LONG.replace("toll for grain that arrived by night", "fee for timber that left at noon"),
        "Which harbour set the toll?",
    ],
)
def test_questions_of_one_frame_are_not_the_same(other):
    assert repeats(asked(1, LONG), asked(2, other)) == {}


def test_the_answers_are_compared_by_the_rules_of_their_kind():
    question = "How much grain did Vessby and Ostrand take in together in 1912?"
    answers = ("1200", "1,200 t", "1300")
    rows = [asked(number, question, answer, "t") for number, answer in enumerate(answers, 1)]
    assert repeats(*rows) == {"sample-2": "sample-1"}
    assert repeats(asked(1, LONG, "Vessby"), asked(2, LONG, "Ostrand")) == {}


def test_what_repeats_a_repetition_names_the_one_that_stays():
    rows = [asked(n, LONG) for n in (3, 1, 2)]
    assert repeats(*rows) == {"sample-1": "sample-3", "sample-2": "sample-3"}
