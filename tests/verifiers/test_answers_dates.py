"""Dates: formats that are the same day, parts that are missing or contradict, what the question asks for."""

import pytest

from verifiers.answers.compare import compare
from verifiers.answers.dates import Date, dates, relation, whole_date
from warehouse.answer_specs import AnswerSpec


def found(text: str, reply: str, question: str = "When was she born?") -> str:
    return compare(AnswerSpec(kind="date", text=text), reply, question).equal


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("3 May 1990", Date(1990, 5, 3)), ("on May 3rd, 1990", Date(1990, 5, 3)), ("1990-05-03", Date(1990, 5, 3)),
        ("3/15/1990", Date(1990, 3, 15)), ("Sept. 1990", Date(1990, 9)), ("15 March", Date(0, 3, 15)),
        ("December", Date(0, 12)), ("44 BC", Date(-44)), ("AD 79", Date(79)), ("the 1990s", Date(1990, width=10)),
        ("19th century", Date(1800, width=100)), ("4th century BC", Date(-400, width=100)), ("c. 1990", Date(1990)),
        ("Thursday, 3 May 1990", Date(1990, 5, 3)),
    ],
)  # fmt: skip
def test_a_text_is_a_date(text, date):
    assert whole_date(text) == date


@pytest.mark.parametrize(
    "text",
    ["1990 km", "$1990", "32 May 1990", "19901", "1,990", "May", "since 1990", "-1990", "v1990"],
)
def test_a_text_is_no_year(text):
    date = whole_date(text)
    assert date is None or date.year == 0


def test_ranges_have_two_dates():
    assert [at.date for at in dates("1985–1993")] == [Date(1985), Date(1993)]


@pytest.mark.parametrize(
    ("gold", "said", "expected"),
    [
        (Date(1990, 5, 3), Date(1990, 5, 3), "same"),
        (Date(1990, 5, 3), Date(1990), "coarser"),
        (Date(1990), Date(1990, 5, 3), "finer"),
        (Date(1990, 5), Date(0, 5, 3), "crossing"),
        (Date(1990, 5, 3), Date(1990, 6), "apart"),
        (Date(1990, width=10), Date(1994), "finer"),
        (Date(1994), Date(1990, width=10), "coarser"),
        (Date(1990, width=10), Date(2001), "apart"),
        (Date(1990, 5, 3), Date(1990, 3, 5, swapped=True), "same"),
    ],
)
def test_relations(gold, said, expected):
    assert relation(gold, said) == expected


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("May 3, 1990", "equal"), ("03/05/1990", "equal"), ("05/03/1990", "equal"), ("It was on 3 May 1990.", "equal"),
        ("She was born on 3 May 1990. She died on 4 June 2000.", "equal"), ("May 1990", "unknown"), ("1990", "unknown"),
        ("It was not on 3 May 1990", "unknown"), ("3 May 1990 or 4 May 1990", "unknown"), ("soon", "unknown"),
        ("4 May 1990", "different"), ("13 May 1990", "different"), ("3 May 1991", "different"), ("42", "different"),
    ],
)  # fmt: skip
def test_a_day(reply, expected):
    assert found("3 May 1990", reply) == expected


def test_the_question_says_how_precisely():
    assert found("1990", "3 May 1990", "In which year was it?") == "equal"
    assert found("1990", "3 May 1990", "When was it?") == "unknown"
    assert found("3 May 1990", "1990", "What year was it?") == "equal"
    assert found("May 1990", "May", "In what month was it?") == "equal"
    assert found("1994", "the 1990s", "In which decade was it?") == "equal"
    assert (
        found("13 December 2018", "16 April 2018", "When does it end for the year?") == "different"
    )
