"""Documents of one small text, read for cells."""

from extractors.sections import split_sections
from extractors.tables import TableReading, read_table_cells
from warehouse.cells import Cell
from warehouse.records import Document, Format


def document(text: str, form: Format = "md", title: str = "Orchard Ltd") -> Document:
    return Document(
        id="doc-1", category="professional", source="a", format=form, title=title, subject="", date="",
        series="a", licence="", text=text, origins=(),
    )  # fmt: skip


def read(text: str, form: Format = "md", title: str = "Orchard Ltd") -> TableReading:
    made = document(text, form, title)
    found = read_table_cells(made, split_sections(made))
    for cell in found.cells:
        assert made.text[cell.start : cell.end] == cell.text
    return found


def one(reading: TableReading, text: str) -> Cell:
    found = [cell for cell in reading.cells if cell.text == text]
    assert len(found) == 1, [cell.text for cell in reading.cells]
    return found[0]


def reasons(reading: TableReading) -> list[str]:
    return [item.reason for item in reading.refused]
