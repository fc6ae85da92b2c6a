"""The built-in reports and register: every figure is a cell, sums are right, a second report repeats the first."""

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from extractors.facts.structure import structure_facts
from extractors.field_cells import field_cells
from extractors.readers import ReadOptions
from extractors.readers.files import read_file
from extractors.sections import split_sections
from extractors.tables.reading import read_table_cells
from warehouse.cells import Cell
from warehouse.corpus_tables import corpus_tables
from warehouse.records import Document

ROOT = Path(__file__).resolve().parents[3] / "corpora" / "professional"


def documents_of(folder: str) -> list[Document]:
    found: list[Document] = []
    for path in sorted((ROOT / folder).iterdir()):
        for document in read_file(path, root=ROOT, category="professional", options=ReadOptions()):
            assert isinstance(document, Document)
            found.append(document)
    return found


def fields_of(documents: list[Document]) -> list[Cell]:
    cells: list[Cell] = []
    for document in documents:
        sections = split_sections(document, max_tokens=1500)
        cells += field_cells(document, structure_facts(document, sections))
    return cells


@pytest.fixture(scope="module")
def reports() -> dict[tuple[str, str], list[Cell]]:
    """Cells of the tables of each report, by subject and date."""
    found: dict[tuple[str, str], list[Cell]] = {}
    for document in documents_of("harbours"):
        reading = read_table_cells(document, split_sections(document, max_tokens=1500))
        assert not reading.refused, document.source
        found[document.subject, document.date] = list(reading.cells)
    return found


def test_every_figure_is_a_cell_of_the_harbour(reports):
    assert len(reports) == 36  # 18 harbours, two years
    cells = [cell for own in reports.values() for cell in own]
    assert len(cells) == 960
    # Accounts are eight rows, two years, 36 reports: 576; the other 384 are cargo.
    assert sum(cell.measure.unit == "EUR" for cell in cells) == 576
    assert sum(cell.measure.unit == "t" for cell in cells) == 384
    assert all(cell.named is None for cell in cells)
    for (subject, date), own in reports.items():
        assert {cell.entity for cell in own} == {subject}
        assert {cell.period.end for cell in own} == {date, str(int(date) - 1)}


def test_kinds_of_cargo_and_of_revenue_add_up(reports):
    for own in reports.values():
        sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        stated: dict[tuple[str, str], Decimal] = {}
        for cell in own:
            key, value = (cell.measure.unit, cell.period.end), Decimal(cell.value)
            if cell.measure.label in ("total", "revenue"):
                stated[key] = value
            elif not cell.measure.label.startswith(("operating", "investments")):
                sums[key] += value
        assert stated == sums


def test_the_second_report_repeats_the_first(reports):
    for (subject, date), own in reports.items():
        if date == "2024":
            before = {
                c.measure: c.value for c in reports[subject, "2023"] if c.period.end == "2023"
            }
            again = {c.measure: c.value for c in own if c.period.end == "2023"}
            assert again == before


def test_the_fields_make_three_tables():
    documents = [*documents_of("harbours"), *documents_of("energy-co-operatives")]
    tables = corpus_tables(fields_of(documents), {d.id: d for d in documents}, {})
    assert sorted((table.edition, len(table.frame), len(table.columns)) for table in tables) == [
        ("2023", 18, 10), ("2024", 16, 11), ("2024", 18, 10),
    ]  # fmt: skip
    assert not any(table.conflicts for table in tables)
