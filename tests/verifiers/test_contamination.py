"""Repetitions of test questions: shares counted by hand, and what is no repetition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers.contamination import ContaminationOptions, PublicQuestion, find_repetitions

OPTIONS = ContaminationOptions()
HARBOUR = "How many tonnes of grain did the old harbour of Drennagh ship to the islands in 2024?"
"""17 words."""


def share(question: str, test: str, **changes) -> float | None:
    options = OPTIONS.model_copy(update=changes)
    found = find_repetitions({"q": question}, [PublicQuestion("a.txt", test)], options)
    return found["q"].share if found else None


def test_the_same_question_in_other_print_is_a_repetition():
    shown = HARBOUR.upper().replace(" ", "  ").replace("?", " ?").replace("2024", "２０２４")
    assert share(shown, HARBOUR) == 1.0
    assert share(f"Read the documents. {HARBOUR} Answer briefly.", HARBOUR) == 1.0


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (9, 9 / 17),  # two runs of eight: words 1 to 8 and 2 to 9
        (8, None),  # one run: 8 of 17 is less than half
        (7, None),  # no run of eight
    ],
)
def test_half_of_the_test_question_must_be_covered(first, expected):
    question = " ".join([*HARBOUR.split()[:first], "something", "else", "altogether"])
    assert share(question, HARBOUR) == expected


def test_runs_of_one_question_add_up_without_being_counted_twice():
    words = HARBOUR.rstrip("?").split()
    # Words 1 to 8 and 10 to 17 are common: the ninth lies under neither run.
    assert share(" ".join([*words[:8], "ancient", *words[9:]]), HARBOUR) == 16 / 17


def test_runs_of_two_questions_do_not_add_up():
    words = HARBOUR.split()
    halves = {"a": " ".join(words[:8]), "b": " ".join(words[9:])}
    assert find_repetitions(halves, [PublicQuestion("a.txt", HARBOUR)], OPTIONS) == {}


def test_the_share_is_of_the_test_question():
    long = f"{HARBOUR} And how many of them were of wheat, barley, oats, rye, maize, rice and grain of any other sort?"
    assert share(long, HARBOUR) == 1.0
    # 17 of 36 words of the longer one: less than half.
    assert share(HARBOUR, long) is None


def test_a_short_test_question_is_repeated_by_its_own_words_alone():
    short = "Who wrote Parsifal?"
    assert share("who wrote parsifal", short) == 1.0
    assert share("Who wrote Parsifal, and when was it first played in the town?", short) is None
    assert share("...", "?!") is None


def test_the_most_covered_test_question_is_named_and_the_first_of_equals():
    less = " ".join(HARBOUR.split()[:12]) + " send over the sea in those days"
    tests = [PublicQuestion("a", less), PublicQuestion("b", HARBOUR), PublicQuestion("c", HARBOUR)]
    found = find_repetitions({"q": HARBOUR, "r": "Which river is longer?"}, tests, OPTIONS)
    assert found.keys() == {"q"}
    assert found["q"] == ("b", HARBOUR, 1.0)


def test_a_rewording_is_not_found():
    reworded = (
        "What weight of grain, in tonnes, was sent from Drennagh's old harbour to the islands?"
    )
    assert share(reworded, HARBOUR) is None


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=12), st.integers(1, 5))
def test_every_text_repeats_itself_whatever_stands_around_it(words, size):
    text = " ".join(words)
    around = f"x y {text} z" if len(words) >= size else text
    assert share(around, text, words=size) == 1.0
