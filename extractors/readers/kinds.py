"""What a file is, by its content first and its suffix second."""

import re
from pathlib import PurePosixPath
from typing import Literal

from extractors.readers.filing import is_filing
from extractors.readers.jats import is_jats
from extractors.readers.mail_messages import is_mail
from extractors.readers.packed import members

Kind = Literal[
    "txt", "md", "rst", "html", "csv", "json", "jsonl", "python", "pdf", "docx", "spreadsheet", "jats", "xml", "filing",
    "toml", "mail",
]  # fmt: skip
SUFFIXES: dict[str, Kind] = {
    ".txt": "txt", ".text": "txt", ".asc": "txt", ".log": "txt", "": "txt",
    ".rst": "rst", ".md": "md", ".markdown": "md",
    ".html": "html", ".htm": "html", ".xhtml": "html",
    ".csv": "csv", ".tsv": "csv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".py": "python", ".pyi": "python", ".toml": "toml", ".pdf": "pdf", ".docx": "docx",
    ".xlsx": "spreadsheet", ".xlsm": "spreadsheet", ".xls": "spreadsheet", ".ods": "spreadsheet",
    ".xml": "xml", ".nxml": "xml", ".sgml": "filing", ".sgm": "filing",
}  # fmt: skip
PACKED: frozenset[Kind] = frozenset(["pdf", "docx", "spreadsheet"])
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PDF_WITHIN = 1024
HTML = re.compile(
    r"\s*(?:<\?xml[^<>]{0,200}>\s*|<!--(?:(?!-->).){0,500}-->\s*)*(?:<!doctype html|<html[\s>])",
    re.IGNORECASE | re.DOTALL,
)
XML = re.compile(r"\s*(?:<\?xml[\s>]|<!DOCTYPE\s+(?!html)\w|<article[\s>])", re.IGNORECASE)


def binary_kind(data: bytes, source: str) -> Kind | str:
    """Return the kind of a file that is read from its bytes, a reason if none reads it, or '' for a text."""
    if is_mail(data, source):
        return "mail"
    if b"%PDF-" in data[:PDF_WITHIN]:
        return "pdf"
    suffix = PurePosixPath(source).suffix.lower()
    if data.startswith(OLE):
        return "spreadsheet" if suffix in (".xls", ".xlsx", ".xlsm") else "format not supported"
    if data.startswith(b"PK\x03\x04"):
        parts = members(data)
        if "word/document.xml" in parts:
            return "docx"
        if "xl/workbook.xml" in parts or "xl/workbook.bin" in parts or "content.xml" in parts:
            return "spreadsheet"
        return "format not supported" if parts else "damaged file"
    if SUFFIXES.get(suffix) in PACKED:
        return "damaged file"
    return ""


def text_kind(text: str, source: str) -> Kind | None:
    """Return the kind of a decoded file, or None for a suffix that no reader knows and a content that says nothing."""
    kind = SUFFIXES.get(PurePosixPath(source).suffix.lower())
    if kind in ("txt", "xml", "html", "filing", None) and is_filing(text):
        return "filing"
    if kind in ("txt", "xml", "html", None):
        if HTML.match(text[:5000]):
            return "html"
        if XML.match(text[:2000]):
            return "jats" if is_jats(text) else "xml"
    return "txt" if kind == "filing" else kind
