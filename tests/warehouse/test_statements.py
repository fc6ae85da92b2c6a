"""Statements of accounts: one name each, lines that mean the same wherever they stand, and fiscal years."""

import pytest

from warehouse.cells import Measure, Period
from warehouse.fiscal_years import fiscal, undated
from warehouse.statements import comparable, of_yearly_report, statement_of


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("consolidated balance sheets", "balance sheet"),
        ("condensed consolidated statements of financial position", "balance sheet"),
        ("consolidated statements of operations (unaudited)", "income statement"),
        ("statements of consolidated income", "income statement"),
        ("consolidated statements of earnings", "income statement"),
        ("cash flow statements", "statement of cash flows"),
        ("consolidated statements of comprehensive income", "statement of comprehensive income"),
        ("selected balance sheet data", ""),
        ("statementary remarks", ""),
    ],
)
def test_a_statement_has_one_name(title, name):
    assert statement_of(title) == name


def measure(label: str, *path: str) -> Measure:
    return Measure(label=label, path=path, unit="USD", basis="")


def test_a_line_that_says_all_by_itself_is_the_same_under_any_group():
    first = measure("total current liabilities", "consolidated balance sheets", "liabilities")
    other = measure("total current liabilities", "balance sheet", "liabilities and equity")
    assert comparable(first) == comparable(other)
    assert comparable(first).path == ("balance sheet",)


@pytest.mark.parametrize(
    "label", ["other", "deferred income taxes", "total other", "long-term debt"]
)
def test_a_line_that_needs_its_group_keeps_it(label):
    path = "balance sheet", "current liabilities"
    assert comparable(measure(label, *path)).path == path


def test_a_line_whose_sign_is_a_matter_of_style_keeps_its_group():
    path = "income statement", "costs and expenses"
    assert comparable(measure("interest expense", *path)).path == path


def test_a_profit_that_may_be_a_loss_is_a_profit():
    told = comparable(measure("net income (loss)", "consolidated statements of operations"))
    assert told == measure("net income", "income statement")


def test_words_of_other_tables_are_left_alone():
    told = measure("total assets", "segment information", "north")
    assert comparable(told) is told


@pytest.mark.parametrize(
    ("end", "closing", "year"),
    [
        ("2024-01-28", "2024-01-28", "FY2024"),
        ("2023-01-29", "2024-01-28", "FY2023"),
        ("2022-01-30", "2024-01-28", "FY2022"),
        ("2024-06-30", "2024-06-30", "FY2024"),
        ("2024", "2024-06-30", "FY2024"),
        ("2023-06", "2024-06-30", "FY2023"),
        ("2024", "2024-01-28", None),  # some call this year their 2023
        ("2023-10-29", "2024-01-28", None),  # another quarter
        ("2025-06-30", "2024-06-30", None),  # yet to come
        ("2024-02-29", "2024-02-29", "FY2024"),
    ],
)
def test_a_fiscal_year_is_named_by_the_year_that_it_ends_in(end, closing, year):
    found = fiscal(Period(length="P1Y", end=end), closing)
    assert (found.end if found else None) == year


def test_quarters_are_no_fiscal_years_and_weeks_of_a_year_are():
    assert fiscal(Period(length="P3M", end="2024-06-30"), "2024-06-30") is None
    weeks = fiscal(Period(length="P53W", end="2024-06-30"), "2024-06-30")
    assert weeks == Period(length="P1Y", end="FY2024")


def test_a_yearly_report_needs_not_say_how_long_its_statements_are_of():
    bare = Period(length="", end="2024")
    assert of_yearly_report(measure("net sales", "income statement"), bare).length == "P1Y"
    assert of_yearly_report(measure("goodwill", "balance sheet"), bare).length == "instant"
    assert of_yearly_report(measure("net sales", "segments"), bare) == bare


def test_a_title_is_compared_without_its_days():
    first = undated("Form 10-K of {}, fiscal year ended January 28, 2024")
    assert first == undated("Form 10-K of {}, fiscal year ended 2024-06-30")
