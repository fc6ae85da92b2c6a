"""Cells of small tables, each figure worked out by hand."""

import pytest

from tests.extractors.tables.made_tables import one, read, reasons
from warehouse.cells import Period

ACCOUNTS = """## Statements of income

(In millions, except per share data)

|  | Three Months Ended | Three Months Ended |
|---|---|---|
|  | June 30, 2024 | June 30, 2023 |
| Net sales | $1,250 | $980 |
| Operating expenses: |  |  |
| Rent | 40 | (35) |
| Total operating expenses | 95 | — |
| Net earnings per share | $1.25 | $0.98 |
| Weighted average shares | 500 | 501 |
"""


def test_accounts_have_money_in_millions_but_for_shares():
    found = read(ACCOUNTS)
    sales = one(found, "$1,250")
    # 1,250 in millions
    assert (sales.value, sales.step, sales.measure.unit) == ("1250000000", "1000000", "USD")
    assert sales.period == Period(length="P3M", end="2024-06-30")
    assert sales.measure.label == "net sales"
    assert sales.measure.path == ("statements of income",)
    assert (sales.entity, sales.named) == ("Orchard Ltd", None)
    assert one(found, "(35)").value == "-35000000"
    assert one(found, "40").measure.path == ("statements of income", "operating expenses")
    assert one(found, "$1.25").measure.unit == "USD/share"
    assert one(found, "$1.25").value == "1.25"
    assert one(found, "500").measure.unit == "shares"
    assert one(found, "500").value == "500000000"


def test_a_total_is_marked_and_a_dash_is_no_cell():
    found = read(ACCOUNTS)
    total = one(found, "95")
    assert total.role == "total"
    assert total.measure.path == ("statements of income",)
    assert not any(cell.text == "—" or cell.value == "0" for cell in found.cells)


LONG = """| Year | Sex | Unit measure | Unit multiplier | Value |
|---|---|---|---|---|
| 2019 | Female | Percentage (%) | Units | 12.5 |
| 2019 | Male | Percentage (%) | Units | 11.0 |
| 2020 | Female | Percentage (%) | Units | 12.0 |
"""


def test_long_form_keeps_categories_in_the_path():
    found = read(LONG, "csv", "Share of readers")
    cell = one(found, "12.5")
    assert cell.measure.label == "share of readers"
    assert cell.measure.path == ("sex: female",)
    assert cell.measure.unit == "%"
    assert cell.period == Period(length="", end="2019")
    assert cell.exact
    assert one(found, "11.0").step == "0.1"


def test_rows_that_are_things_are_named():
    found = read(
        "Table: Rivers of the north\n\n| River | Length (km) | Basin, sq km |\n|---|---|---|\n"
        "| Alpha | 1,200 | 40,000 |\n| Beta | 310* | n/a |\n",
    )
    cell = one(found, "1,200")
    assert (cell.entity, cell.measure.label, cell.measure.unit) == ("Alpha", "length", "km")
    assert cell.named is not None
    assert cell.measure.path == ("rivers of the north",)
    assert one(found, "310").notes == ()
    assert len(found.cells) == 3


def test_years_in_columns_take_their_measure_from_the_caption():
    found = read(
        "Table: Population (thousands)\n\n| Country | 2019 | 2020 |\n|---|---|---|\n"
        "| Utopia | 1,210 | 1,215 |\n| Erewhon | 88 | 89 |\n",
    )
    cell = one(found, "1,215")
    assert (cell.entity, cell.measure.label, cell.value) == ("Utopia", "population", "1215000")
    assert cell.period.end == "2020"


def test_decimal_commas_are_read_and_mixed_ones_refused():
    comma = "| Town | Area (ha) |\n|---|---|\n| Aa | 1.200,5 |\n| Bb | 3,25 |\n"
    assert one(read(comma), "1.200,5").value == "1200.5"
    mixed = "| Town | Area (ha) |\n|---|---|\n| Aa | 1.25 |\n| Bb | 3,25 |\n"
    found = read(mixed)
    assert not found.cells
    assert reasons(found) == ["decimal commas and points"]


def test_a_unit_row_and_an_opening_balance():
    found = read(
        "|  | Year Ended June 30, |  |\n|---|---|---|\n|  | 2024 | 2023 |\n"
        "|  |  | (in thousands) |\n| Sales | $10 | $9 |\n| Cash at beginning of year | 3 | 2 |\n"
    )
    assert one(found, "$10").value == "10000"
    assert one(found, "$9").period.length == "P1Y"
    assert reasons(found) == ["period unclear", "period unclear"]


def test_a_bracketed_number_is_negative_in_accounts_only():
    found = read("| Site | Weight (kg) |\n|---|---|\n| Aa | 14 |\n| Bb | (2) |\n")
    assert [cell.text for cell in found.cells] == ["14"]
    assert reasons(found) == ["bracketed number"]


def test_rows_that_cannot_be_told_apart_are_refused():
    found = read("| Ship | Length (m) |\n|---|---|\n| Ada | 10 |\n| Ada | 12 |\n| Bea | 11 |\n")
    assert [cell.text for cell in found.cells] == ["11"]
    assert reasons(found) == ["row repeats another"] * 2


def test_a_scale_that_only_one_reading_sees_refuses_the_figure():
    found = read(
        "| Item | 2024 (thousand bags, net) | 2023 |\n|---|---|---|\n| Oats | 12 | 14 |\n| Rye | 3 | 4 |\n"
    )
    assert reasons(found) == ["readings differ on scale"] * 2


def test_a_thousand_among_other_words_is_no_scale():
    found = read(
        "Table: Scores on the top 1,000 words of MT systems\n\n"
        "| System | Score |\n|---|---|\n| Aa | 12.5 |\n| Bb | 14.0 |\n"
    )
    assert [cell.value for cell in found.cells] == ["12.5", "14"]


def test_flags_and_codes_padded_with_zeros_are_no_figures():
    names = "Alnwick Brecon Corwen Dale Esk Firth Glen Holm Ivel Jed".split()
    rows = "".join(f"| {name} | {n % 2} | 0{n} | {n + 3} |\n" for n, name in enumerate(names))
    found = read(f"| Station | Closed | Stop | Calls |\n|---|---|---|---|\n{rows}")
    assert {cell.measure.label for cell in found.cells} == {"calls"}


STATEMENT = (
    "| | June 30, 2024 | June 30, 2023 |\n|---|---|---|\n| Total assets | $1,234 | $1,100 |\n"
)


def test_the_title_of_a_statement_is_the_table_s_in_any_letters():
    text = f"### Cover Town, Illinois\n\nOrchard Ltd\n\nConsolidated Balance Sheets\n\n(in millions)\n\n{STATEMENT}"
    cell = one(read(text), "$1,234")
    assert cell.measure.path == ("consolidated balance sheets",)
    assert (cell.period.length, cell.period.end) == ("instant", "2024-06-30")


def test_the_title_of_a_statement_may_stand_over_the_stubs():
    text = (
        "## ORCHARD LTD AND SUBSIDIARIES\n\n|  | June 30, | June 30, |\n|---|---|---|\n"
        "| Consolidated Balance Sheets | 2024 | 2023 |\n| (In millions, except par value) |  |  |\n"
        "| Total assets | $1,234 | $1,100 |\n"
    )
    cell = one(read(text), "$1,234")
    assert cell.measure.path == ("consolidated balance sheets",)
    assert (cell.value, cell.period.end) == ("1234000000", "2024-06-30")


@pytest.mark.parametrize(
    "scale", ["(Dollars in millions)", "(millions of dollars, except as noted)", "In thousands"]
)
def test_money_without_a_scale_is_unclear_where_the_document_states_one(scale):
    stated = f"Consolidated Balance Sheets\n\n{scale}\n\n{STATEMENT}"
    note = "## Note 8\n\n| | 2024 | 2023 |\n|---|---|---|\n| Grants | $77 | $66 |\n"
    assert one(read(note), "$77").value == "77"
    assert "scale unclear" in reasons(read(f"{stated}\n{note}"))
    assert all(cell.text != "$77" for cell in read(f"{stated}\n{note}").cells)


def test_a_scale_in_a_sentence_is_not_one_of_the_document():
    prose = "The orchard sold fruit in millions of boxes that year, which nobody had thought it could.\n"
    note = "## Note 8\n\n| | 2024 | 2023 |\n|---|---|---|\n| Grants | $77 | $66 |\n"
    assert one(read(f"{prose}\n{note}"), "$77").value == "77"


def test_a_scale_is_looked_for_no_farther_than_one_reaches_on_a_line_as_long_as_the_text():
    prose = "and millions " * 300_000
    note = "## Note 8\n\n| | 2024 | 2023 |\n|---|---|---|\n| Grants | $77 | $66 |\n"
    assert one(read(f"{prose}\n\n{note}"), "$77").value == "77"
    assert "scale unclear" in reasons(read(f"{prose} (in millions) {prose}\n\n{note}"))
