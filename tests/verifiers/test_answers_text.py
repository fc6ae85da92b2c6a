"""Names and phrases: what states them, what only has them in it, and what is another name."""

import pytest

from verifiers.answers.compare import compare
from verifiers.answers.folding import mixed_scripts, words
from verifiers.answers.regions import lies_in
from warehouse.answer_specs import AnswerSpec

PARIS = AnswerSpec(kind="text", text="Paris")
CAPITAL = "What is the capital of France?"


def found(reply: str, gold: AnswerSpec = PARIS, question: str = CAPITAL) -> str:
    return compare(gold, reply, question).equal


@pytest.mark.parametrize(
    "reply",
    [
        "Paris", "paris.", "**Paris**", '"Paris"', "It is Paris", "The capital of France is Paris.", "Paris, France",
        "The capital of France is Paris, which lies on the Seine.", "Answer: Paris", "The city of Paris",
        "Therefore, the answer is Paris (France).", "Ｐａｒｉｓ", "The capital of France: Paris",
        "Paris is the capital of France and is its largest city.", "Well. The capital of France is Paris.",
    ],
)  # fmt: skip
def test_the_answer_is_stated(reply):
    assert found(reply) == "equal"


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ("Paris Hilton", "more than the answer"),
        ("It is Paris Hilton who comes to mind here", "part of a longer name"),
        ("The capital of France is not Paris.", "denied"),
        ("It might be Paris, the capital of France", "in doubt"),
        ("The capital of France was Paris until the war.", "contrasted"),
        ("The capital of France is Paris or Lyon.", "one of several"),
        ("The capital of France is Paris, Lyon, Nice and Metz.", "one of several"),
        ("The capital of France is Paris, Lyon.", "one of several"),
        ("The capital of France is Paris and Lyon.", "one of several"),
        ("The capital of France is Lyon and Paris.", "one of several"),
        ("The capital of France is Paris; Lyon.", "one of several"),
        ("As a language model I cannot say. The capital of France was Paris.", "no answer given"),
        ("The capital of France is Paris. The capital of France is Lyon.", "one of several"),
        ("The capital of France is Paris. However, it is Lyon.", "taken back"),
        ("The capital of France is Lyon, formerly Paris.", "denied"),
    ],
)
def test_the_answer_only_stands_in_it(reply, why):
    comparison = compare(PARIS, reply, CAPITAL)
    assert (comparison.equal, comparison.detail) == ("unknown", why)


def test_another_short_name_is_another_answer():
    assert found("Lyon") == "different"
    assert found("Parisian") == "unknown"  # begins alike
    assert found("a large city in the north of the country") == "unknown"
    assert (
        found("Bibi Ito", AnswerSpec(kind="text", text="Bo Inger")) == "unknown"
    )  # both are B. I.


def test_an_answer_that_the_question_names_must_stand_alone():
    gold = AnswerSpec(kind="text", text="lithium")
    question = "What is the main metal in lithium batteries?"
    assert found("Lithium", gold, question) == "equal"
    assert found("A lithium battery mostly is made of nickel.", gold, question) == "unknown"


def test_aliases_short_forms_and_order():
    gold = AnswerSpec(kind="text", text="adenosine diphosphate (ADP)", aliases=("ADP",))
    assert found("ADP", gold, "") == found("adenosine diphosphate", gold, "") == "equal"
    pair = AnswerSpec(kind="text", text="Chile and Argentina")
    assert found("Argentina and Chile", pair, "") == "equal"
    assert found("Argentina", pair, "") == "unknown"


def test_ordinary_words_answer_only_at_the_start():
    gold = AnswerSpec(kind="text", text="no")
    assert found("No, it is not.", gold, "Is it?") == "equal"
    assert found("There is no answer", gold, "Is it?") == "unknown"


def test_forms_that_are_dates_or_numbers_are_compared_as_such():
    gold = AnswerSpec(kind="text", text="May 3, 1990", aliases=("1990-05-03",))
    assert found("3 May 1990", gold, "When?") == "equal"
    assert found("4 May 1990", gold, "When?") == "different"
    assert found("twenty-four", AnswerSpec(kind="text", text="24"), "How many letters?") == "equal"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("T. S. Eliot", ("ts", "eliot")), ("T.S. Eliot's", ("ts", "eliot")), ("O'Hara", ("ohara",)),
        ("1,000 & 3.5", ("1000", "and", "3.5")), ("10²", ("10", "^2")), ("Škoda", ("skoda",)), ("C++", ("c++",)),
        ("The twentieth", ("20th",)), ("１２", ("12",)), ("1990–95", ("1990", "95")), ("-5", ("-5",)),
        ("the 1960s", ("1960s",)), ("<5", ("<", "5")),
    ],
)  # fmt: skip
def test_words(text, expected):
    assert words(text) == expected


def test_look_alike_letters_are_reported():
    assert mixed_scripts("P\u0430ris") == "P\u0430ris"  # a Cyrillic letter
    assert mixed_scripts("Париж is Paris, 北京 is Beijing") == ""
    assert found("P\u0430ris") == "unknown"


def test_places_that_say_where_another_lies():
    assert lies_in("Austin", "Texas")
    assert lies_in("Portland, Oregon", "USA")
    assert not lies_in("Paris", "London")
    assert not lies_in("France", "Germany")
