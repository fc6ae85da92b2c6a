"""The words of numerical questions: lists, amounts, units, places, dates and how a column is named."""

import pytest

from generators.numeric_words import (
    amount,
    date_words,
    length_words,
    listed,
    measure_words,
    ordinal,
    time_words,
    unit_words,
)
from tests.warehouse.made_tables import Given, made, ref
from warehouse.figures import Figures

NAMES = ("Arnby", "Bromo", "Celt", "Dorf", "Elm")
ONES = ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["Arnby"], "Arnby"),
        (["Arnby", "Bromo"], "Arnby and Bromo"),
        (["Arnby", "Bromo", "Celt"], "Arnby, Bromo and Celt"),
        (["Korea, South", "Peru"], "Korea, South; and Peru"),
        (["A", "Bosnia and Herzegovina", "C"], "A; Bosnia and Herzegovina; and C"),
    ],
)
def test_names_are_listed_with_semicolons_where_one_has_a_comma_or_an_and(
    names: list[str], said: str
) -> None:
    assert listed(names) == said


@pytest.mark.parametrize(
    ("number", "unit", "said"),
    [
        ("2500000", "USD", "2.5 million US dollars"),
        ("12000", "", "12,000"),
        ("3.5", "%", "3.5 %"),
        ("40", "km", "40 kilometres"),
        ("1", "km", "1 kilometre"),
        ("1", "years", "1 year"),
        ("1000000", "sq km", "1 million square kilometres"),
        ("3000000000", "kWh", "3 billion kilowatt-hours"),
        ("1234567.5", "t", "1,234,567.5 tonnes"),
        ("-2.5E+6", "EUR", "minus 2.5 million euros"),
        ("-0.5", "", "minus 0.5"),
        ("0", "%", "0 %"),
        ("8.5", "deaths/1,000 population", "8.5 deaths per 1,000 population"),
        ("50000", "bbl/day", "50,000 barrels per day"),
        ("1", "bbl/day", "1 barrel per day"),
        ("1", "deaths/1,000 live births", "1 death per 1,000 live births"),
        ("-1", "migrant(s)/1,000 population", "minus 1 migrant(s) per 1,000 population"),
        ("12", "/1,000 live births", "12 per 1,000 live births"),
    ],
)
def test_amounts(number: str, unit: str, said: str) -> None:
    assert amount(number, unit) == said


@pytest.mark.parametrize(
    ("unit", "divisor", "said"),
    [
        ("USD", "1000000", "millions of US dollars"), ("", "1000", "thousands"), ("%", "1", "%"),
        ("USD/sq km", "1", "US dollars per square kilometre"), ("/km", "1", "per kilometre"),
        ("USD/bbl/day", "1", "US dollars per barrel per day"), ("NOK", "1000000000", "billions of NOK"),
    ],
)  # fmt: skip
def test_units(unit: str, divisor: str, said: str) -> None:
    assert unit_words(unit, divisor) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "first"), (4, "fourth"), (11, "11th"), (21, "21st"), (112, "112th"), (103, "103rd")],
)
def test_places(number: int, said: str) -> None:
    assert ordinal(number) == said


def test_dates_and_durations() -> None:
    assert [date_words(d) for d in ("2005", "2005-06", "2005-06-30", "Spring 2005")] == [
        "2005", "June 2005", "30 June 2005", "Spring 2005",
    ]  # fmt: skip
    assert [length_words(length) for length in ("P1Y", "P6M", "P52W", "PT1H")] == [
        "year", "six months", "52 weeks", "PT1H",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("length", "end", "said"),
    [
        ("", "", "in the 2020 documents"), ("P1Y", "2019", "in 2019"), ("", "2019", "in 2019"),
        ("P1M", "2019-06", "in June 2019"), ("P1Y", "2019-06", "for the year ended June 2019"),
        ("P3M", "2019-06-30", "for the three months ended 30 June 2019"), ("P1D", "2019-06-30", "on 30 June 2019"),
        ("instant", "2019", "at the end of 2019"), ("instant", "2019-06-30", "at 30 June 2019"),
        ("P2Y", "2019", "for the two years ended 2019"),
    ],
)  # fmt: skip
def test_the_time_of_a_column(length: str, end: str, said: str) -> None:
    figures = Figures([made("town", "2020", NAMES, [Given("Sales", ONES, length=length, end=end)])])
    assert time_words(figures, ref(figures, "town_2020", "Sales", end)) == said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Given("Life expectancy", ONES, "years"), "life expectancy"),
        (Given("Area / total", ONES, "sq km"), "area (total)"),
        (Given("Airports", ONES), "number of airports"),
        (Given("Ports / large", ONES), "number of ports (large)"),
        (Given("Railways / narrow gauge", ONES, "km"), "railways (narrow gauge)"),
        (Given("Dependency ratios / youth", ONES), "dependency ratios (youth)"),
        (Given("Exports 2022", ONES, "USD"), 'figure for "Exports 2022"'),
        (Given("GDP (PPP)", ONES, "USD"), 'figure for "GDP (PPP)"'),
        (Given("Total", ONES, path=("trade", "imports by sea")), "number of imports by sea (Total)"),
        (Given("Net (all)", ONES, path=("cash flow",)), 'figure for "Net (all)" under "Cash flow"'),
        (Given("GDP", ONES, "USD"), "GDP"),
    ],
)  # fmt: skip
def test_a_column_is_named_by_its_field(given: Given, said: str) -> None:
    figures = Figures([made("town", "2020", NAMES, [given])])
    assert measure_words(figures, ref(figures, "town_2020", given.shown)) == said
