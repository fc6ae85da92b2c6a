"""The parser that each reader stands on, called as its own documentation shows and asked for nothing more."""

import csv
import io
import json
import mailbox
import tomllib
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

from docutils.core import publish_doctree
from docx import Document as open_docx
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] (compiled, no stubs)
from pdfminer.high_level import extract_text
from pdfminer.pdfexceptions import PDFException
from pdfminer.psexceptions import PSException
from python_calamine import CalamineError, CalamineWorkbook

from extractors.readers.kinds import Kind, binary_kind, text_kind

REFUSALS = (
    ValueError, LookupError, OSError, TypeError, AssertionError, RecursionError, csv.Error,
    zipfile.BadZipFile, etree.LxmlError, PDFException, PSException, CalamineError,
)  # fmt: skip
"""What the parsers raise for a file that they cannot read."""
QUIET = {"report_level": 5, "halt_level": 5, "file_insertion_enabled": False, "raw_enabled": False}


def text_of(path: Path) -> str:
    """Return the file's bytes decoded."""
    return path.read_bytes().decode("utf-8", "replace")


def parse_docx(path: Path) -> str:
    """Return the paragraphs, joined."""
    return "\n".join(paragraph.text for paragraph in open_docx(str(path)).paragraphs)


def parse_sheets(path: Path) -> list[list]:
    """Return the cells of every sheet."""
    book = CalamineWorkbook.from_path(str(path))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def parse_html(path: Path) -> None:
    """Feed the page to a parser that keeps nothing."""
    parser = HTMLParser()
    parser.feed(text_of(path))
    parser.close()


def parse_csv(path: Path) -> list[list[str]]:
    """Return the rows."""
    return list(csv.reader(io.StringIO(text_of(path))))


def parse_jsonl(path: Path) -> list:
    """Return the values of the lines."""
    return [json.loads(line) for line in text_of(path).splitlines() if line.strip()]


BARE: dict[Kind, tuple[str, Callable[[Path], object]]] = {
    "txt": ("bytes.decode", text_of),
    "md": ("bytes.decode", text_of),
    "python": ("bytes.decode", text_of),
    "filing": ("bytes.decode", text_of),
    "rst": (
        "docutils publish_doctree",
        lambda path: publish_doctree(text_of(path), settings_overrides=QUIET),
    ),
    "html": ("html.parser feed", parse_html),
    "csv": ("csv.reader", parse_csv),
    "json": ("json.loads", lambda path: json.loads(text_of(path))),
    "jsonl": ("json.loads of each line", parse_jsonl),
    "pdf": ("pdfminer extract_text", lambda path: extract_text(str(path))),
    "docx": ("python-docx, paragraphs joined", parse_docx),
    "spreadsheet": ("calamine to_python", parse_sheets),
    "jats": ("lxml fromstring", lambda path: etree.fromstring(path.read_bytes())),
    "xml": ("lxml fromstring", lambda path: etree.fromstring(path.read_bytes())),
    "toml": ("tomllib.loads", lambda path: tomllib.loads(text_of(path))),
    "mail": ("mailbox.mbox, each message", lambda path: list(mailbox.mbox(path, create=False))),
}
"""Kind of file → (name of the parser, the call)."""


def kind_of(path: Path) -> Kind | None:
    """Return the kind under which the file is read, None for a file that is not."""
    kind = binary_kind(path.read_bytes(), path.name)
    if not kind:
        return text_kind(text_of(path), path.name)
    return next((known for known in BARE if known == kind), None)
