"""One file to its documents: the reader is chosen by what the file is, then by its suffix."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from extractors.readers.decode import UndecodableError, decode
from extractors.readers.delimited import read_csv
from extractors.readers.docx import read_docx
from extractors.readers.filing import read_filing
from extractors.readers.html_page import read_html
from extractors.readers.jats import read_jats
from extractors.readers.json_files import read_json, read_jsonl
from extractors.readers.kinds import Kind, packed_kind, text_kind
from extractors.readers.options import Read, ReadOptions, Rejected, SourceFile, matches
from extractors.readers.pdf import read_pdf
from extractors.readers.python_source import read_python
from extractors.readers.rst import read_rst
from extractors.readers.spreadsheets import read_spreadsheet
from extractors.readers.text import read_markdown, read_text
from extractors.readers.transcripts import is_transcript, read_transcript
from extractors.readers.xml_records import read_xml
from warehouse.records import Category

Reader = Callable[[SourceFile], Read]
READERS: dict[Kind, Reader] = {
    "txt": read_text,
    "md": read_markdown,
    "rst": read_rst,
    "html": read_html,
    "csv": read_csv,
    "json": read_json,
    "jsonl": read_jsonl,
    "python": read_python,
    "pdf": read_pdf,
    "docx": read_docx,
    "spreadsheet": read_spreadsheet,
    "jats": read_jats,
    "xml": read_xml,
    "filing": read_filing,
}


def read_file(path: Path, *, root: Path, category: Category, options: ReadOptions) -> Read:
    """Yield the documents of a file, and a rejection for what of it gives none.

    Args:
        path: The file.
        root: The corpus folder: `Document.source` is the path below it.
        category: The category of the file's documents.
        options: How to read.
    """
    source = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    pattern = next((item for item in options.exclude if matches(item, source)), None)
    if pattern is not None:
        yield Rejected(source=source, reason="excluded", detail=f"matches {pattern}")
        return
    try:
        data = _bytes(path, options.max_bytes)
        yield from _documents(SourceFile(source, category, "", options, data))
    except UndecodableError as error:
        yield Rejected(source=source, reason=error.args[0], detail=error.args[1])
    except OSError as error:
        yield Rejected(
            source=source, reason="unreadable", detail=error.strerror or type(error).__name__
        )


def _documents(file: SourceFile) -> Read:
    kind = packed_kind(file.data, file.source)
    if kind in READERS:
        yield from READERS[kind](file)  # type: ignore[index]
        return
    if kind:
        raise UndecodableError(kind, f"{file.name}: not what its suffix says, or packed otherwise")
    text = decode(file.data)
    read = replace(file, text=text, data=b"")
    found = text_kind(text, file.source)
    if found is None:
        suffix = Path(file.source).suffix
        raise UndecodableError("format not supported", suffix)
    yield from choose(found, read)(read)


def choose(kind: Kind, file: SourceFile) -> Reader:
    """Return the reader for the text: a text file may hold a transcript."""
    talk = kind == "txt" or (kind == "md" and file.category == "dialogue")
    return read_transcript if talk and is_transcript(file) else READERS[kind]


def _bytes(path: Path, limit: int) -> bytes:
    if not path.is_file():
        raise UndecodableError(
            "unreadable", "no such file" if not path.exists() else "not a regular file"
        )
    size = path.stat().st_size
    if size > limit:
        raise UndecodableError("file too large", f"{size} bytes, at most {limit}")
    return path.read_bytes()
