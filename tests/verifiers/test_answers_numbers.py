"""Numbers: value, precision, sign, scale and unit, each worked by hand."""

from decimal import Decimal

import pytest

from verifiers.answers.compare import compare
from verifiers.answers.number_words import value_of
from verifiers.answers.quantities import quantities, whole_quantity
from verifiers.answers.units import converted, unit_of
from warehouse.answer_specs import AnswerSpec


def found(
    text: str, reply: str, *, unit: str = "", tolerance: str = "0", question: str = "How much?"
) -> str:
    gold = AnswerSpec(kind="number", text=text, unit=unit, tolerance=tolerance)
    return compare(gold, reply, question).equal


@pytest.mark.parametrize(
    ("text", "value", "step", "unit"),
    [
        ("$2.94 trillion", "2940000000000", "10000000000", "USD"),
        ("1 000,5 km", "1000.5", "0.1", "kilometer"),
        ("twenty-five years", "25", "1", "year"),
        ("-3 %", "-3", "1", "%"),
        ("1000,99", "1000.99", "0.01", ""),
        ("0,111", "0.111", "0.001", ""),
        ("1.234.567,8", "1234567.8", "0.1", ""),
        ("17,669 thousand euros", "17669000", "1000", "EUR"),
        ("12 sq km", "12", "1", "kilometer**2"),
        ("minus 5", "-5", "1", ""),
        ("45k", "45000", "1000", ""),
    ],
)
def test_a_whole_text_is_a_quantity(text, value, step, unit):
    quantity = whole_quantity(text)
    assert quantity
    assert (quantity.value, quantity.step, quantity.unit) == (Decimal(value), Decimal(step), unit)


@pytest.mark.parametrize("text", ["AZYUK2A", "v1.2.3", "12:30", "007", "9" * 50, "x^2", "a1"])
def test_no_number(text):
    assert quantities(text) == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("two hundred and fifty", 250), ("one million two hundred thousand", 1_200_000), ("a dozen", 12),
        ("seventy five", 75), ("two three", None), ("hundred ten thousand million", None), ("five twenty", None),
    ],
)  # fmt: skip
def test_number_words(text, value):
    assert value_of(text.split()) == value


def test_units():
    assert unit_of("thousands of euros") == ("EUR", 3)
    assert unit_of("square kilometres") == unit_of("km²") == ("kilometer**2", 0)
    assert unit_of("deaths per 1,000 live births") == unit_of("death/1,000 live birth")
    assert converted(Decimal(257), "kilometer", "meter") == 257_000
    assert converted(Decimal(1), "kilogram", "meter") is None


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("257 km", "equal"), ("257 kilometres", "equal"), ("257,000 m", "equal"), ("257.4 km", "equal"),
        ("about 257 km", "equal"), ("The length is 257 km (160 mi).", "equal"), ("257", "unknown"),
        ("2.57 km", "different"), ("1257 km", "different"), ("-257 km", "different"), ("257 kg", "different"),
        ("257 km or 258 km", "unknown"), ("It is not 257 km", "unknown"), ("two hundred km", "different"),
        ("258 km", "different"), ("257 miles", "different"),
    ],
)  # fmt: skip
def test_a_length_with_its_tolerance(reply, expected):
    # |257.4 - 257| = 0.4 is within 0.5, |258 - 257| = 1 is not; 257 miles are 413.6 km
    assert found("257 km", reply, unit="km", tolerance="0.5") == expected


def test_a_missing_unit_is_tolerated_where_the_question_names_it():
    assert found("257", "257", unit="km", question="How many kilometres is it?") == "equal"
    assert found("4.17", "4.17", unit="%", question="What share, in percent?") == "equal"
    assert found("4.17", "4.17", unit="%", question="What share?") == "unknown"


def test_percent_and_fraction():
    assert found("45", "0.45", unit="%") == "equal"  # 0.45 is 45 %
    assert found("0.45", "45%") == "equal"
    assert found("0.45", "9/20") == "equal"  # 9 / 20 = 0.45
    assert found("12.5", "12.5%", unit="percentage points") == "different"


def test_scale_of_the_unit():
    asked = {"unit": "thousands of euros", "question": "What is it, in thousands of euros?"}
    for reply in ("17669", "17,669 thousand euros", "17,669,000 euros", "€17.669 million"):
        assert found("17669.00", reply, **asked) == "equal"
    assert found("17669.00", "17669 euros", **asked) == "different"
    assert found("17669.00", "17669 dollars", **asked) == "different"


def test_printed_precision():
    assert found("33.33", "33.3333") == "equal"  # rounds to 33.33
    assert found("33.33", "33.336") == "different"  # rounds to 33.34
    assert found("33.33", "33.3") == "unknown"  # 33.33 rounds to it
    assert found("42", "42.3") == "different"  # a count is not rounded to
    assert found("2940000000000", "$2.9 trillion", unit="$", tolerance="0") == "unknown"


def test_the_sign_counts():
    assert found("-3.5", "−3.5 %", unit="%", question="What percent?") == "equal"
    assert found("-3.5", "3.5%", unit="%") == "different"
    assert found("-3.5", "It fell by 3.5%", unit="%") == "unknown"


def test_a_dash_before_a_space_may_be_a_bullet():
    assert found("42", "- 42") == "equal"
    assert found("-42", "- 42") == "unknown"


def test_an_answer_of_several_numbers_is_text():
    assert found("5 feet 11 inches", "5 feet") == "unknown"
    assert found("5 feet 11 inches", "5 feet 11 inches") == "equal"
    assert found("11.2 deaths per 1,000 (2022)", "11.2") == "equal"


def test_any_alias_will_do():
    gold = AnswerSpec(kind="number", text="1.5", aliases=("one and a half", "3/2"))
    for reply in ("1.5", "one and a half", "3/2"):
        assert compare(gold, reply, "How many?").equal == "equal"
    assert compare(gold, "2", "How many?").equal != "equal"
    year = AnswerSpec(kind="number", text="79", unit="year")
    assert compare(year, "AD 79", "In which year?").equal == "equal"
    assert compare(year, "AD 97", "In which year?").equal == "different"


def test_years_are_dates():
    asked = {"unit": "year", "question": "In which year was this person born?"}
    assert found("1968", "12 May 1968", **asked) == "equal"
    assert found("1968", "1986", **asked) == "different"
    assert found("1968", "19680", **asked) == "different"
    assert found("1968", "1968 or 1969", **asked) == "unknown"


def test_numbers_of_the_question_and_of_dates_are_no_answer():
    question = "Which of the 9 countries, and for how many years?"
    assert found("7", "It was held for 7 years in the 9 countries.", question=question) == "equal"
    assert found("1990", "In 1990 it held 7.") == "different"


def test_a_unit_that_is_repeated_says_nothing_more():
    for reply in ("11.2 deaths/1,000 live births", "11.2 deaths per 1,000 live births", "11.2"):
        assert found("11.2", reply, unit="deaths/1,000 live births", tolerance="0.05") == "equal"


def test_a_number_after_a_control_character_is_read():
    assert compare(AnswerSpec(kind="number", text="0"), "\x1b0;").equal == "equal"
