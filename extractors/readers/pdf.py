"""PDF by its text layer: pages to paragraphs and tables in reading order, running heads dropped.

Layout analysis (lines, columns, paragraphs) is pdfminer.six's. A line that stands at the top or bottom of most pages,
numbers apart, is furniture; a short line in larger or bolder type than the page's body is a heading.
"""

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from statistics import median

from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFTextExtractionNotAllowed
from pdfminer.pdfexceptions import PDFException
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.psexceptions import PSException

from extractors.readers.canonical import Part, Piece, TextBuilder, make_document
from extractors.readers.dates import read_date
from extractors.readers.html_page import add_blocks
from extractors.readers.html_parts import Block, Shown
from extractors.readers.options import Read, Rejected, SourceFile
from extractors.readers.pdf_pages import Line, Page, read_pages
from extractors.readers.pdf_tables import with_tables
from extractors.readers.stated import Stated, stated_in_text
from extractors.readers.text import stated_or_stem

logging.getLogger("pdfminer").setLevel(logging.ERROR)
EDGE = 3
"""Lines at either end of a page that may be a running head."""
REPEATED = 0.5
"""Share of the pages on which a running head stands; two pages at least."""
LEAST_LETTERS = 20
"""Letters per page below which there is no text layer worth the name."""
UNREADABLE = 0.2
"""Share of characters without a known letter above which the text layer is useless."""
LARGER = 1.15
HEADING_WORDS = 14
UNKNOWN = re.compile(r"\(cid:\d+\)")
PAGE_NUMBER = re.compile(
    r"\W*(?:page\s*)?(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:of|/)\s*\d{1,4})?\W*", re.IGNORECASE
)
BULLET = re.compile(r"[•●○▪◦·–—*]\s+")


class UnreadableError(ValueError):
    """A PDF that cannot be read; the arguments are the reason and the detail."""


def read_pdf(file: SourceFile) -> Read:
    """Yield a PDF as one document; origins are `page:N`."""
    try:
        info, count = _opened(file)
        pages = list(_pages(file.data))
        _check_text(pages, count)
    except UnreadableError as error:
        yield Rejected(source=file.source, reason=error.args[0], detail=error.args[1])
        return
    built = TextBuilder()
    add_blocks(built, list(_blocks(_without_heads(pages))))
    stated = stated_in_text(built.text())
    dated = read_date(stated.title)  # letters open with their date, which is no title
    title = ("" if dated else stated.title) or info.get("Title", "")
    date = stated.date or dated or read_date(info.get("CreationDate", ""))
    named = Stated(title=title, subject=stated.subject, date=date, licence=stated.licence)
    yield make_document(file, Part("pdf"), stated_or_stem(named, file), built)
    if hidden := sum(page.hidden for page in pages):
        detail = f"{hidden} letters that no page shows were left out"
        yield Rejected(source=file.source, reason="hidden text", detail=detail)


def _opened(file: SourceFile) -> tuple[dict[str, str], int]:
    """Return what the PDF says of itself and its number of pages.

    Raises:
        UnreadableError: encrypted, damaged, without pages or with too many.
    """
    try:
        document = PDFDocument(PDFParser(io.BytesIO(file.data)))
        count = sum(1 for _ in islice(PDFPage.create_pages(document), file.options.max_pages + 1))
    except (PDFEncryptionError, PDFTextExtractionNotAllowed) as error:
        raise UnreadableError(
            "encrypted", f"{type(error).__name__}: remove the password first"
        ) from error
    except (PDFException, PSException, *DAMAGE) as error:
        raise UnreadableError("damaged file", f"{type(error).__name__}: {error}"[:200]) from error
    if not count:
        raise UnreadableError(
            "damaged file", "no page can be found; the end of the file may be missing"
        )
    if count > file.options.max_pages:
        raise UnreadableError("too many pages", f"at most {file.options.max_pages}: read.max_pages")
    info: dict[str, str] = {}
    for entry in document.info:
        info |= {key: _printed(value) for key, value in entry.items()}
    return info, count


DAMAGE = (
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    AssertionError,
    OverflowError,
    RecursionError,
)
"""What pdfminer raises inside broken objects besides its own errors."""


def _printed(value: object) -> str:
    if not isinstance(value, bytes):
        return ""
    mark = value[:2] in (b"\xfe\xff", b"\xff\xfe")
    text = value.decode("utf-16" if mark else "latin-1", errors="replace")
    if found := re.match(r"D:(\d{4})(\d\d)?(\d\d)?", text):
        return "-".join(filter(None, found.groups()))
    return " ".join(text.split())


def _pages(data: bytes) -> Iterator[Page]:
    try:
        for page in read_pages(data):
            yield with_tables(page)
    except (PDFException, PSException, *DAMAGE) as error:
        raise UnreadableError("damaged file", f"{type(error).__name__}: {error}"[:200]) from error


def _check_text(pages: Sequence[Page], count: int) -> None:
    text = "".join(line.text for page in pages for box in page.boxes for line in box)
    letters = sum(map(str.isalpha, UNKNOWN.sub("", text)))
    unknown = sum(len(match[0]) for match in UNKNOWN.finditer(text)) + text.count("\ufffd")
    if unknown > UNREADABLE * max(len(text), 1):
        raise UnreadableError(
            "text layer unreadable", "its fonts do not say which letters they print"
        )
    if letters < LEAST_LETTERS * count:
        raise UnreadableError(
            "no text layer", f"{letters} letters on {count} pages: run text recognition first"
        )


def _without_heads(pages: Sequence[Page]) -> list[Page]:
    """Drop page numbers and the lines that stand at the same end of most pages."""
    ends: Counter[tuple[int, str]] = Counter()
    for page in pages:
        ends.update({(end, _bare(line.text)) for end, line in _edges(page)})
    heads = {key for key, times in ends.items() if times >= max(2, REPEATED * len(pages))}
    kept = []
    for page in pages:
        gone = {
            id(line)
            for end, line in _edges(page)
            if (end, _bare(line.text)) in heads or PAGE_NUMBER.fullmatch(line.text)
        }
        boxes = (tuple(line for line in box if id(line) not in gone) for box in page.boxes)
        kept.append(Page(page.number, tuple(box for box in boxes if box)))
    return kept


def _edges(page: Page) -> list[tuple[int, Line]]:
    lines = [line for box in page.boxes for line in box if not line.table]
    return [*((0, line) for line in lines[:EDGE]), *((1, line) for line in lines[-EDGE:])]


def _bare(text: str) -> str:
    return re.sub(r"\d+", "#", text).casefold()


def _blocks(pages: Sequence[Page]) -> Iterator[Block]:
    """Yield headings, items and paragraphs; a word parted by a hyphen at a line's end is joined."""
    sizes = [
        line.size
        for page in pages
        for box in page.boxes
        for line in box
        for _ in range(len(line.text))
    ]
    body = median(sizes) if sizes else 0.0
    for page in pages:
        at = f"page:{page.number}"
        for box in page.boxes:
            run: list[str] = []
            for line in box:
                if line.table:
                    yield Block("table", shown=_shown(line, at))
                elif _is_heading(line, body, alone=len(box) < 3):
                    yield from _paragraph(run, at)
                    run = []
                    level = 2 if line.size > LARGER * body else 3
                    yield Block("heading", level, pieces=[(line.text, at)])
                elif mark := BULLET.match(line.text):
                    yield from _paragraph(run, at)
                    run = [line.text[: mark.end()], line.text[mark.end() :]]
                else:
                    run.append(line.text)
            yield from _paragraph(run, at)


def _shown(line: Line, at: str) -> Shown:
    rows: list[list[list[Piece]]] = [
        [[(cell, at)] if cell else [] for cell in row] for row in line.table
    ]
    return Shown([], rows[0], rows[1:])


def _is_heading(line: Line, body: float, *, alone: bool) -> bool:
    words = line.text.split()
    larger = line.size > LARGER * body or (line.bold and alone)
    lettered = sum(map(str.isalpha, line.text)) > len(line.text) / 2
    return (
        larger
        and lettered
        and len(words) <= HEADING_WORDS
        and not line.text.endswith((".", ",", ";"))
    )


def _paragraph(run: Sequence[str], at: str) -> Iterator[Block]:
    item = bool(run) and bool(BULLET.fullmatch(run[0]))
    text = ""
    for line in run[1:] if item else run:
        if text.endswith("-") and text[-2:-1].isalpha() and line[:1].islower():
            text = text[:-1] + line
        else:
            text = f"{text} {line}" if text else line
    if text:
        yield Block("item" if item else "paragraph", pieces=[(text, at)])
