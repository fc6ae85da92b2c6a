"""Numbers, units and periods, each as a reader would say it."""

from decimal import Decimal

import pytest

from extractors.tables.headings import read_heading
from extractors.tables.numbers import NotNumber, Printed, read_number, separators_of
from extractors.tables.periods import CLUES, FIND, clues_of, find_periods, read_period
from extractors.tables.units import SCALE_WORDS, read_unit


@pytest.mark.parametrize(
    ("text", "value", "unit", "notes"),
    [
        ("1,234.50", "1234.50", "", ()),
        ("(467)", "-467", "", ()),
        ("−2.3", "-2.3", "", ()),
        ("$(1,467)", "-1467", "USD", ()),
        ("(4)%", "-4", "%", ()),
        ("12.5 %", "12.5", "%", ()),
        ("58.6 *", "58.6", "", ()),
        ("3.4 (a)", "3.4", "", ()),
        ("465 (14)", "465", "", ("14",)),
        ("44 (32 to 54)", "44", "", ("32 to 54",)),
        ("<0.001", "0.001", "", ("<",)),
        ("2,140r", "2140", "", ("r",)),
        ("€1.2 billion", "1200000000", "EUR", ()),
        ("5 km", "5", "km", ()),
    ],
)
def test_a_number_is_read_whole(text: str, value: str, unit: str, notes: tuple[str, ...]):
    found = read_number(text)
    assert isinstance(found, Printed)
    assert (found.value, found.unit, found.notes) == (Decimal(value), unit, notes)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("—", "missing"), ("n/a", "missing"), ("..", "missing"), ("*", "missing"), ("", "missing"),
        ("2.55- 3.05", "range"), ("10–15", "range"), ("1/2", "fraction"), ("12:30", "fraction"),
        ("=cmd|' /C calc'!A0", "formula"), ("@SUM(1)", "formula"), ("007", "text"), ("1,00,000", "text"),
        ("5 cats", "text"), ("192K", "text"), ("12 of 40", "text"), ("Robert'); DROP TABLE cells;--1", "text"),
    ],
)  # fmt: skip
def test_what_is_no_number(text: str, reason: str):
    assert read_number(text) == NotNumber(reason)  # type: ignore[arg-type]


def test_the_step_is_what_is_printed():
    assert read_number("1.20").step == Decimal("0.01")  # type: ignore[union-attr]
    assert read_number("TOP 10") == NotNumber("text")
    assert read_number("1.2 million").step == Decimal(100000)  # type: ignore[union-attr]


def test_separators_are_those_of_the_table():
    assert separators_of(["1.200", "3,25"]) == "comma"
    assert separators_of(["1,200", "3.25"]) == "point"
    assert separators_of(["1,25", "3.25"]) is None
    assert read_number("1.200,5", "comma").value == Decimal("1200.5")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "sign", "scale"),
    [
        ("in millions, except per share data", None, 10**6),
        ("$ million", "USD", 10**6),
        ("£m", "GBP", 10**6),
        ("RMB'000", "CNY", 10**3),
        ("Million Metric Tons", "t", 10**6),
        ("Percentage (%)", "%", 1),
        ("GBP (£ Millions)", "GBP", 10**6),
        ("$/bu", "USD/bushels", 1),
        ("per 1,000 population", "/1,000 population", 1),
        ("square kilometres", "sq km", 1),
        ("mg/L", "mg/L", 1),
        ("mmol/l", "mmol/l", 1),
        ("TRY million", "TRY", 10**6),
    ],
)
def test_units(text: str, sign: str | None, scale: int):
    found = read_unit(text)
    assert found is not None
    assert (found.sign, found.scale) == (sign, scale)


@pytest.mark.parametrize(
    "text", ["95% CI", "Unaudited", "raw value", "Soybeans", "May", "All", "TOP", "Air/Air"]
)
def test_what_is_no_unit(text: str):
    assert read_unit(text) is None


def test_shares_have_a_scale_of_their_own():
    found = read_unit("In millions, except number of shares, which are reflected in thousands")
    assert found is not None
    assert (found.scale, found.shares) == (10**6, 10**3)


@pytest.mark.parametrize(
    ("text", "length", "end"),
    [
        ("Three Months Ended July 30, 2023", "P3M", "2023-07-30"),
        ("13 weeks ended 30 July 2023", "P13W", "2023-07-30"),
        ("As of December 31, 2022", "instant", "2022-12-31"),
        ("2005/06", "P1Y", "2006"),
        ("2001/2002", "P1Y", "2002"),
        ("2002/03-2007/08", "P6Y", "2008"),
        ("2014–2017", "P4Y", "2017"),
        ("January 2014–March 2017", "P39M", "2017-03"),
        ("17 May to 11 June 2023", "P26D", "2023-06-11"),
        ("2013 Q1", "P3M", "2013-03"),
        ("FY2023", "P1Y", "2023"),
        ("September 2019", "", "2019-09"),
        ("2019", "", "2019"),
    ],
)
def test_periods(text: str, length: str, end: str):
    found = read_period(text)
    assert found is not None
    assert (found.length, found.end) == (length, end)


@pytest.mark.parametrize("text", ["2005-06", "1,995", "Notes due 2027", "May", "2023 and 2022"])
def test_what_is_no_one_period(text: str):
    assert read_period(text) is None


@pytest.mark.parametrize(
    "text", ["W", "M", "PP", "Judges prefer one (W), the other (L) or neither (D) of the two"]
)
def test_a_letter_that_is_no_unit(text: str):
    assert read_heading(text).unit is None


def test_a_heading_is_taken_apart():
    found = read_heading("2019 Adjusted cost ($ millions) (1)")
    assert (found.label, found.time.ends[0].end) == ("adjusted cost", "2019")
    assert found.unit is not None
    assert (found.unit.sign, found.unit.scale) == ("USD", 10**6)
    assert read_heading("2004/05 (Est.)").notes == ("Est",)
    assert find_periods("Years ended June 30, 2024").lengths == ("P1Y",)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("days", "1 May 2023 through 3 June 2023"),
        ("days", "2023-05-01 to 2023-06-03"),
        ("short_days", "17 May to 11 June 2023"),
        ("months", "June–August 2021"),
        ("splits", "2003/04 to 2005/06"),
        ("split", "2005–06"),
        ("span", "2001 — 2005"),
        ("length", "TWELVE MONTHS ENDED"),
        ("date", "\u017fept. 3, 2020"),
        ("date", "2020-09-03T00:00"),
        ("quarter", "2013 q1"),
        ("fiscal", "F\u0131scal 2023"),
        ("fiscal", "FY '23"),
        ("month", "2021 Dec"),
        ("iso_month", "2021-03"),
        ("year", "2021"),
    ],
)
def test_what_a_pattern_finds_has_its_clues(name: str, text: str):
    assert FIND[name].search(text)
    assert all(clues_of(text).intersection(needed) for needed in CLUES[name])


@pytest.mark.parametrize("word", SCALE_WORDS)
def test_every_word_of_a_scale_is_read(word: str):
    found = read_unit(f"USD {word}")
    assert found is not None
    assert (found.sign, found.scale) == ("USD", SCALE_WORDS[word])
