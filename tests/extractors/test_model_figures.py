"""A table that the model reads too: agreed, differing and left-out figures."""

import pytest

from extractors.document_cells import document_cells
from extractors.model_facts.figures import SaidFigure, Table, readings, tables_of, unread
from extractors.sections import split_sections
from warehouse.records import Document

TEXT = """# Port of Arnby

| Item | 2020 | 2021 |
|---|---|---|
| Cargo (thousand t) | 1,205 | 1,316 |
| Share of rail (%) | 12.5 | 13 |
"""


@pytest.fixture
def table() -> Table:
    document = Document(
        id="d", category="general", source="d.md", format="md", title="Port of Arnby", subject="Port of Arnby",
        date="", series="d", licence="", text=TEXT, origins=(),
    )  # fmt: skip
    cells, _ = document_cells(document, split_sections(document), [])
    (found,) = tables_of(document, cells)
    assert found.text.startswith("| Item")
    return found


def said(row: str, column: str, number: str, **more: str) -> SaidFigure:
    return SaidFigure(row=row, column=column, number=number, **more)


def test_figures_that_both_read_alike_are_agreed_and_others_are_not(table):
    figures = [
        said("Cargo", "2020", "1,205", unit="t", scale="thousand", period="2020"),
        said("Cargo", "2020", "1,316", unit="t", scale="thousand", period="2020"),
        said("Share of rail", "2020", "12.5", unit="km", period="2020"),
        said("Share of rail", "2022", "99", unit="%"),
    ]
    by_text = {cell.id: cell.text for cell in table.cells}
    found = {by_text[row.id]: (row.status, row.detail[:6]) for row in readings(table, figures)}
    assert found["1,205"] == ("agreed", "")
    assert found["1,316"][0] == "differs"  # it stands under 2021
    assert found["12.5"] == ("differs", "unit: ")
    assert found["13"] == ("not said", "")
    assert [figure.number for figure in unread(table, figures)] == ["99"]


def test_a_number_is_read_by_our_grammar_and_never_by_the_models(table):
    figures = [said("Cargo", "2020", "1205000", scale="thousand"), said("Cargo", "2021", "1,3 16")]
    assert {row.status for row in readings(table, figures)} <= {"not said", "differs"}


@pytest.mark.parametrize("number", ["", "NaN", "1e999", "'; DROP TABLE cells; --", "=1+1", "９９"])
def test_no_text_in_place_of_a_number_is_an_error_or_agrees(table, number):
    assert {row.status for row in readings(table, [said("Cargo", "2020", number)])} == {"not said"}
