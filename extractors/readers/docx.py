"""Word documents: headings, paragraphs, items and tables in the order of the body, by python-docx."""

import io
import re
from collections.abc import Iterator
from zipfile import BadZipFile

from docx import Document as open_docx
from docx.document import Document as Docx
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table as DocxTable
from docx.text.paragraph import Paragraph
from lxml.etree import XMLSyntaxError

from extractors.readers.canonical import Part, Piece, TextBuilder, make_document
from extractors.readers.html_page import add_blocks, flat
from extractors.readers.html_parts import Block, Cell, Table
from extractors.readers.options import Read, Rejected, SourceFile
from extractors.readers.packed import PackedError, check_packed
from extractors.readers.stated import Stated, stated_in_text
from extractors.readers.text import stated_or_stem

LEVEL = re.compile(r"Heading (\d)")


def read_docx(file: SourceFile) -> Read:
    """Yield a Word document; origins are `paragraph:N` and `table:N`, in the order of the body."""
    try:
        check_packed(file)
        document = open_docx(io.BytesIO(file.data))
        blocks = list(flat(_blocks(document)))
    except PackedError as error:
        yield Rejected(source=file.source, reason=error.args[0], detail=error.args[1])
        return
    except (
        PackageNotFoundError,
        BadZipFile,
        XMLSyntaxError,
        KeyError,
        ValueError,
        AttributeError,
    ) as error:
        yield Rejected(
            source=file.source,
            reason="damaged file",
            detail=f"{type(error).__name__}: {error}"[:200],
        )
        return
    built = TextBuilder()
    add_blocks(built, blocks)
    stated = stated_in_text(built.text())
    core = document.core_properties
    title = stated.title or " ".join((core.title or "").split())
    named = Stated(title=title, subject=stated.subject, date=stated.date, licence=stated.licence)
    yield make_document(file, Part("docx"), stated_or_stem(named, file), built)


def _blocks(document: Docx) -> Iterator[Block]:
    # By id: asking a paragraph for its style searches the document's styles each time.
    styles = {style.style_id: style.name or "" for style in document.styles}
    paragraphs = tables = 0
    for item in document.iter_inner_content():
        if isinstance(item, Paragraph):
            style = styles.get(item._p.style or "", "")
            if block := _paragraph(item, style, f"paragraph:{paragraphs}"):
                yield block
            paragraphs += 1
        else:
            yield Block("table", table=_table(item, f"table:{tables}"))
            tables += 1


def _paragraph(item: Paragraph, style: str, at: str) -> Block | None:
    text = " ".join(item.text.split())
    if not text:
        return None
    pieces: list[Piece] = [(text, at)]
    if style == "Title":
        return Block("heading", 1, pieces=pieces)
    if match := LEVEL.fullmatch(style):
        return Block("heading", min(int(match[1]) + 1, 6), pieces=pieces)
    properties = item._p.pPr
    listed = style.startswith("List") or (properties is not None and properties.numPr is not None)
    return Block("item" if listed else "paragraph", pieces=pieces, bold=False, linked=False)


def _table(item: DocxTable, at: str) -> Table:
    """Return the table; a cell that is merged over several is given once with its extent in columns."""
    table = Table()
    for row in item.rows:
        cells: list[Cell] = []
        before = None
        for cell in row.cells:
            if before is cell._tc:
                cells[-1].columns += 1
                continue
            before = cell._tc
            text = " ".join(cell.text.split())
            blocks = [Block("paragraph", pieces=[(text, at)], linked=False)] if text else []
            cells.append(Cell(blocks, 1, 1, header=False))
        table.rows.append(cells)
    return table
