"""The built-in Markdown and CSV files written once more as PDF, Word, spreadsheet, rst, JATS, XML and JSON lines.

The built-in corpus has no file of these kinds; their readers are measured on its own words instead.
"""

import csv
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

from docx import Document as new_docx

LINES_A_PAGE, LETTERS_A_LINE = 50, 90
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
Blocks = list[tuple[bool, str]]
"""(is a heading, text) in order."""


def blocks_of(text: str) -> Blocks:
    """Return the headings and lines of a Markdown text; tables stay lines."""
    return [(line.startswith("#"), line.lstrip("# ")) for line in text.splitlines() if line.strip()]


def write_pdf(path: Path, blocks: Blocks) -> None:
    """Write the text in Helvetica, a column of lines a page."""
    lines = [
        (14 if heading else 10, text[at : at + LETTERS_A_LINE])
        for heading, text in blocks
        for at in range(0, len(text), LETTERS_A_LINE)
    ]
    pages = [lines[at : at + LINES_A_PAGE] for at in range(0, len(lines), LINES_A_PAGE)]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for page in pages:
        drawn = b""
        for row, (size, text) in enumerate(page):
            plain = text.replace("\\", " ").replace("(", "\\(").replace(")", "\\)")
            drawn += f"BT /F1 {size} Tf 1 0 0 1 50 {750 - 14 * row} Tm ({plain}) Tj ET\n".encode(
                "cp1252", "replace"
            )
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {len(objects) + 2} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % at for at in offsets)
    out += b"trailer << /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, start,
    )  # fmt: skip
    path.write_bytes(bytes(out))


def write_docx(path: Path, blocks: Blocks) -> None:
    """Write a Word document."""
    document = new_docx()
    for heading, text in blocks:
        document.add_heading(text, 2) if heading else document.add_paragraph(text)
    document.save(str(path))


def write_rst(path: Path, blocks: Blocks) -> None:
    """Write reStructuredText."""
    parts = [f"{text}\n{'=' * len(text)}" if heading else text for heading, text in blocks]
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def write_jats(path: Path, blocks: Blocks) -> None:
    """Write an article in JATS: a section for each heading."""
    body = "<sec>"
    for heading, text in blocks[1:]:
        tag = "title" if heading else "p"
        body += f"{'</sec><sec>' if heading else ''}<{tag}>{escape(text)}</{tag}>"
    title = f"<title-group><article-title>{escape(blocks[0][1])}</article-title></title-group>"
    front = f"<front><article-meta>{title}</article-meta></front>"
    path.write_text(
        f'<?xml version="1.0"?>\n<article>{front}<body>{body}</sec></body></article>\n', "utf-8"
    )


def write_xml(path: Path, blocks: Blocks) -> None:
    """Write an XML record of headings and statements."""
    rows = "".join(
        f"<{'name' if h else 'text'}>{escape(t)}</{'name' if h else 'text'}>" for h, t in blocks
    )
    path.write_text(f'<?xml version="1.0"?>\n<record>{rows}</record>\n', encoding="utf-8")


def write_jsonl(path: Path, blocks: Blocks) -> None:
    """Write one row with title and text, as collections of passages have them."""
    row = {"title": blocks[0][1], "text": "\n".join(text for _, text in blocks[1:])}
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")


def write_xlsx(path: Path, rows: list[list[str]]) -> None:
    """Write a workbook of one sheet."""
    body = "".join(
        "<row>"
        + "".join(f'<c t="inlineStr"><is><t>{escape(v)}</t></is></c>' for v in row)
        + "</row>"
        for row in rows
    )
    kind = f"{OFFICE}/officeDocument"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
        f'ContentType="{SHEET}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" '
        f'ContentType="{SHEET}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{kind}" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="Data" sheetId="1" '
        'r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>',
    }  # fmt: skip
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


WRITERS: dict[str, Callable[[Path, Blocks], None]] = {
    "pdf": write_pdf,
    "docx": write_docx,
    "rst": write_rst,
    "nxml": write_jats,
    "xml": write_xml,
    "jsonl": write_jsonl,
}  # fmt: skip


def write_all(corpus: Path, out: Path) -> list[Path]:
    """Write every Markdown file of the corpus in each format, every CSV file as a workbook; return the files."""
    written: list[Path] = []
    for source in sorted(corpus.rglob("*.md")):
        blocks = blocks_of(source.read_text(encoding="utf-8"))
        for suffix, write in WRITERS.items():
            written.append(out / f"{source.stem}.{suffix}")
            write(written[-1], blocks)
    for source in sorted(corpus.rglob("*.csv")):
        with source.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))
        written.append(out / f"{source.stem}.xlsx")
        write_xlsx(written[-1], rows)
    return written
