"""Tables on pages of a PDF, and pages whose text layer says more than they show."""

from collections.abc import Sequence
from pathlib import Path

from extractors.readers import ReadOptions, Rejected, read_file
from extractors.sections import split_sections
from extractors.tables import read_table_cells
from tests.extractors.made_files import Text, pdf
from warehouse.cells import Cell
from warehouse.records import Document

ABOVE = (60, 730, 9, "The survey of the river was made by boat and took eleven days.")
COLUMNS = (60, 260, 340, 420)


def row(top: float, *texts: str) -> list[Text]:
    return [(x, top, 9, text) for x, text in zip(COLUMNS, texts, strict=False) if text]


def read(folder: Path, pages: Sequence[Sequence[Text]]) -> tuple[Document, list[Rejected]]:
    path = folder / "report.pdf"
    path.write_bytes(pdf(pages))
    found = list(read_file(path, root=folder, category="professional", options=ReadOptions()))
    documents = [item for item in found if isinstance(item, Document)]
    assert len(documents) == 1
    return documents[0], [item for item in found if isinstance(item, Rejected)]


def cells(document: Document) -> tuple[Cell, ...]:
    return read_table_cells(document, split_sections(document)).cells


TABLE = [
    ABOVE,
    *row(700, "", "", "Year ended December 31,"),
    *row(688, "", "2019", "2018"),
    *row(676, "", "", "(in thousands)"),
    *row(664, "Sales of honey", "$1,250", "$980"),
    *row(652, "Costs:"),
    *row(640, "Rent", "40", "(35)"),
    *row(628, "Sugar", "7", "8"),
]


def test_figures_under_one_another_are_a_table(tmp_path: Path):
    document, rejected = read(tmp_path, [TABLE])
    assert not rejected
    assert "| Sales of honey | $1,250 | $980 |" in document.text
    found = {cell.text: cell for cell in cells(document)}
    # 1,250 in thousands
    assert (found["$1,250"].value, found["$1,250"].measure.unit) == ("1250000", "USD")
    assert found["$980"].period.end == "2018-12-31"
    assert (found["(35)"].value, found["(35)"].measure.path) == ("-35000", ("costs",))
    assert len(found) == 6


def test_prose_in_columns_and_numbered_lines_are_no_table(tmp_path: Path):
    two = [
        (x, 700 - 12 * n, 9, text)
        for n in range(5)
        for x, text in ((60, f"{n}. The left column goes on"), (330, "and the right one too"))
    ]
    contents = [
        text
        for n in range(4)
        for text in row(560 - 12 * n, f"Chapter {n} ..........................", str(7 * n))
    ]
    document, _ = read(tmp_path, [[ABOVE, *two], [ABOVE, *contents]])
    assert "|" not in document.text


def test_two_figures_in_one_column_are_no_table(tmp_path: Path):
    lines = [(x, 700 - 12 * n, 9, "12") for n in range(3) for x in (260, 300 - 18 * n)]
    names = [(60, 700 - 12 * n, 9, "River") for n in range(3)]
    document, _ = read(tmp_path, [[ABOVE, *names, *lines]])
    assert not cells(document)


def test_invisible_text_and_text_beside_the_page_is_left_out_with_a_reason(tmp_path: Path):
    # The fourth of a tuple is written into the page as it is: it can set the drawing mode.
    hidden = (260, 652, 9, ") Tj 3 Tr (999999) Tj 0 Tr (")
    outside = (900, 664, 9, "888888")
    shown = [text for text in TABLE if text[1] != 652]
    document, rejected = read(tmp_path, [[*shown, hidden, outside]])
    assert "999999" not in document.text
    assert "888888" not in document.text
    assert "| Sales of honey | $1,250 | $980 |" in document.text
    assert [item.reason for item in rejected] == ["hidden text"]
    # six letters drawn invisibly, six beside the page
    assert rejected[0].detail.startswith("12 letters")


def test_the_invisible_layer_of_a_scan_is_its_text(tmp_path: Path):
    words = "The register of the mill names eleven tenants and their rents."
    document, rejected = read(tmp_path, [[(60, 700, 9, f") Tj 3 Tr ({words}) Tj (")]])
    assert words in document.text
    assert not rejected
