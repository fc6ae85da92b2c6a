"""PDF, Word and spreadsheets: what is read, in which order, and where it stands."""

import io

import pytest
from docx import Document as new_docx

from extractors.readers import ReadOptions, Rejected, read_file
from tests.extractors.made_files import packed, pdf, xlsx
from warehouse.records import Document

BODY = "The survey of the river was made by boat and took eleven days in all."


def read(tmp_path, name: str, data: bytes, **options):
    path = tmp_path / "professional" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return list(
        read_file(path, root=tmp_path, category="professional", options=ReadOptions(**options))
    )


def one(found) -> Document:
    assert [type(item) for item in found] == [Document], found
    return found[0]


def refusal(found) -> str:
    assert [type(item) for item in found] == [Rejected], found
    return found[0].reason


def at(document: Document, text: str) -> str:
    """The origin of a text in the document."""
    start = document.text.index(text)
    return next(o.at for o in document.origins if o.start <= start < o.end)


def lines(*texts: str, x: float = 72, top: float = 700, size: float = 11):
    return [(x, top - 14 * n, size, text) for n, text in enumerate(texts)]


def test_a_pdf_keeps_paragraphs_headings_and_pages(tmp_path):
    first = [
        (72, 720, 18, "Survey of the Vils"),
        *lines(BODY, "It was ended in June."),
        (72, 40, 9, "Report 7"),
    ]
    second = [
        (72, 720, 15, "Bridges"),
        *lines("Two bridges cross the Vils above the mill."),
        (72, 40, 9, "Report 8"),
    ]
    document = one(
        read(tmp_path, "survey.pdf", pdf([first, second], info="/CreationDate (D:20210305)"))
    )
    assert document.format == "pdf"
    assert document.title == "Survey of the Vils"
    assert document.date == "2021-03-05"
    assert "## Survey of the Vils" in document.text
    assert f"{BODY} It was ended in June." in document.text
    assert "Report" not in document.text  # a running foot, its number apart
    assert (at(document, "Survey"), at(document, "Two bridges")) == ("page:1", "page:2")


def test_two_columns_are_read_one_after_the_other(tmp_path):
    left = lines(*(f"left line {n} of the first column" for n in range(8)))
    right = lines(*(f"right line {n} of the second column" for n in range(8)), x=330)
    text = one(read(tmp_path, "c.pdf", pdf([[*left, *right]]))).text
    assert text.index("left line 7") < text.index("right line 0")


def test_a_word_parted_at_a_lines_end_is_joined(tmp_path):
    page = lines("The committee met for its second ses-", "sion in the town hall of the place.")
    assert "second session in the town" in one(read(tmp_path, "h.pdf", pdf([page]))).text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (pdf([lines(BODY)], encrypt=True), "encrypted"),
        (pdf([[]]), "no text layer"),
        (pdf([lines(BODY)])[:60], "damaged file"),
        (b"not a PDF at all", "damaged file"),
        (pdf([[(72, 700, 11, "x")]] * 3000), "too many pages"),
    ],
)
def test_a_pdf_that_gives_no_text_says_why(tmp_path, data, reason):
    assert refusal(read(tmp_path, "bad.pdf", data)) == reason


def test_a_pdf_under_another_name_is_read_as_one(tmp_path):
    assert one(read(tmp_path, "report.txt", pdf([lines(BODY)]))).format == "pdf"


def word() -> bytes:
    document = new_docx()
    document.add_heading("Mills of the Vils", level=0)
    document.add_heading("Owners", level=1)
    document.add_paragraph(BODY)
    document.add_paragraph("First mill", style="List Bullet")
    table = document.add_table(rows=3, cols=2)
    for row, cells in enumerate(
        [("Mill", "Owner"), ("Upper Mill", "Vera Holt"), ("Lower Mill", "Otto Berg")]
    ):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_word_document_keeps_headings_items_and_tables(tmp_path):
    document = one(read(tmp_path, "mills.docx", word()))
    assert document.title == "Mills of the Vils"
    assert "# Mills of the Vils\n\n## Owners\n\n" in document.text
    assert "- First mill\n" in document.text
    assert "| Mill | Owner |\n|---|---|\n| Upper Mill | Vera Holt |\n" in document.text
    assert (at(document, BODY), at(document, "Vera Holt")) == ("paragraph:2", "table:0")


def test_each_sheet_of_a_workbook_is_a_table(tmp_path):
    book = {
        "Rivers": [["River", "Length"], ["Vils", 40], ["Ufer", 12.5]],
        "Sums": [["Name", "Value"], ["danger", "=cmd|' /C calc'!A0"], ["Wied", 3.0]],
    }
    rivers, sums = read(tmp_path, "rivers.xlsx", xlsx(book))
    assert rivers.text == "| River | Length |\n|---|---|\n| Vils | 40 |\n| Ufer | 12.5 |\n"
    assert rivers.source.endswith("rivers.xlsx#Rivers")
    assert at(rivers, "Ufer") == "row:1"
    assert "| danger | 7 |" in sums.text  # the stored value: formulas are neither kept nor computed
    assert "cmd" not in sums.text


BOMB = b"\0" * (40 * 2**20)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("bomb.docx", packed({"word/document.xml": BOMB}), "unpacks to too much"),
        ("bomb.xlsx", packed({"xl/workbook.xml": BOMB}), "unpacks to too much"),
        ("half.docx", word()[:3000], "damaged file"),
        ("empty.docx", packed({"word/document.xml": ""}), "damaged file"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "format not supported"),
        ("other.zip", packed({"a.txt": "text"}), "format not supported"),
        ("half.xlsx", xlsx({"A": [["a", "b"], [1, 2]]})[:400], "damaged file"),
    ],
)
def test_a_packed_file_that_is_not_read_says_why(tmp_path, name, data, reason):
    assert refusal(read(tmp_path, name, data)) == reason
