"""Cells of a document: fields that two readings agree on beside tables, and what is not given."""

import pytest

from extractors.document_cells import cells_alone, document_cells
from extractors.facts.structure import structure_facts
from extractors.field_cells import read_field_cells
from extractors.sections import split_sections
from warehouse.records import Document, Fact

FIELDS = """Population: 1,002
Area: total: 12.5 sq km water: 1.5 square kilometres
Budget: $3.2 million
Birth rate: 8.81 births/1,000 population
Moon's year: 27.3 Earth days
"""
TABLE = """
| Item | 2020 | 2021 |
|---|---|---|
| Cargo (t) | 5 | 6 |
| Calls | 7 | (8) |
"""


def page(lines: str) -> Document:
    return Document(
        id="d", category="general", source="general/celt.md", format="md", title="Celt (2020)", subject="Celt",
        date="2020", series="celt", licence="CC0-1.0", text=f"# Celt\n\n{lines}\n", origins=(),
    )  # fmt: skip


def facts_of(document: Document) -> list[Fact]:
    return structure_facts(document, split_sections(document))


def test_a_field_is_a_cell_with_the_usual_sign_of_its_unit():
    document = page(FIELDS)
    found = read_field_cells(document, facts_of(document))
    assert found.refused == ()
    assert [(c.measure.label, c.value, c.step, c.measure.unit) for c in found.cells] == [
        ("population", "1002", "1", ""), ("area / total", "12.5", "0.1", "sq km"),
        ("area / water", "1.5", "0.1", "sq km"),
        # 3.2 million: the last printed digit is 0.1 million.
        ("budget", "3200000", "100000", "USD"), ("birth rate", "8.81", "0.01", "births/1,000 population"),
        ("moon's year", "27.3", "0.1", "Earth days"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong", [{"value": "1003"}, {"step": "10"}, {"unit": "km"}, {"value": "1002000", "step": "1000"}]
)  # fmt: skip
def test_a_figure_on_which_two_readings_differ_is_refused(wrong):
    document = page("Population: 1,002\nArea: 3 sq km")
    facts = facts_of(document)
    first = next(fact for fact in facts if fact.relation == "population")
    assert first.quantity is not None
    other = first.model_copy(update={"quantity": first.quantity.model_copy(update=wrong)})
    found = read_field_cells(document, [other if fact is first else fact for fact in facts])
    assert [cell.measure.label for cell in found.cells] == ["area"]
    assert [(refusal.reason, refusal.detail) for refusal in found.refused] == [
        ("readings differ", "1,002")
    ]


def test_a_page_with_two_decimal_marks_gives_no_figures():
    document = page("Population: 1.002.300\nArea: 3.25 sq km\nLength: 7 km; width: 0,5 km")
    found = read_field_cells(document, facts_of(document))
    assert found.cells == ()
    assert {refusal.reason for refusal in found.refused} == {"decimal commas and points"}


def test_a_document_has_the_cells_of_its_tables_and_of_its_fields():
    document = page(FIELDS + TABLE)
    cells, refused = document_cells(document, split_sections(document), facts_of(document))
    assert [(cell.measure.label, cell.text) for cell in cells if cell.extractor[:4] == "pipe"] == [
        ("cargo", "5"), ("cargo", "6"), ("calls", "7"),
    ]  # fmt: skip
    assert sum(cell.extractor[:5] == "field" for cell in cells) == 6
    assert [(refusal.reason, refusal.detail) for refusal in refused] == [
        ("bracketed number", "(8)")
    ]


def test_programs_have_no_cells():
    document = page(TABLE).model_copy(update={"format": "python"})
    assert document_cells(document, split_sections(document), []) == ([], [])


def test_a_section_that_holds_the_subjects_first_mention_is_read_alone_like_any_other():
    document = page("Calls: 12\n\n## Cargo\n\nLiquid bulk: 45,000 t")
    sections = split_sections(document)
    assert sections[0].start <= document.text.index("Celt") < sections[0].end
    assert [cell.text for cell in cells_alone(document, sections)] == ["12", "45,000 t"]
