"""One file to its documents: the reader is chosen by what the file is, then by its suffix."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from extractors.readers.decode import UndecodableError, decode
from extractors.readers.delimited import read_csv
from extractors.readers.docx import read_docx
from extractors.readers.filing import read_filing
from extractors.readers.generated import generated_name, generated_text
from extractors.readers.html_page import read_html
from extractors.readers.jats import read_jats
from extractors.readers.json_files import read_json, read_jsonl
from extractors.readers.kinds import PACKED, Kind, binary_kind, text_kind
from extractors.readers.licence_files import holds_licence, licence_of_text
from extractors.readers.mail import read_mail
from extractors.readers.options import (
    Read,
    ReadFiles,
    ReadOptions,
    Rejected,
    SourceFile,
    matches,
    source_of,
)
from extractors.readers.pdf import read_pdf
from extractors.readers.python_source import read_python
from extractors.readers.rst import read_rst
from extractors.readers.spreadsheets import read_spreadsheet
from extractors.readers.text import read_markdown, read_text
from extractors.readers.toml_files import read_toml
from extractors.readers.transcripts import is_transcript, read_transcript
from extractors.readers.xml_records import read_xml
from warehouse.records import Category

Reader = Callable[[SourceFile], ReadFiles]
READERS: dict[Kind, Reader] = {
    "txt": read_text,
    "md": read_markdown,
    "rst": read_rst,
    "html": read_html,
    "csv": read_csv,
    "json": read_json,
    "jsonl": read_jsonl,
    "python": read_python,
    "toml": read_toml,
    "pdf": read_pdf,
    "docx": read_docx,
    "spreadsheet": read_spreadsheet,
    "jats": read_jats,
    "xml": read_xml,
    "filing": read_filing,
    "mail": read_mail,
}


def read_file(
    path: Path, *, root: Path, category: Category, options: ReadOptions, licence: str | None = None
) -> Read:
    """Yield the documents of a file, and a rejection for what of it gives none.

    Args:
        path: The file.
        root: The corpus folder: `Document.source` is the path below it.
        category: The category of the file's documents.
        options: How to read.
        licence: What the folders and files around it state; None leaves it to `options.licences`.
    """
    source = source_of(path, root)
    pattern = next((item for item in options.exclude if matches(item, source)), None)
    if pattern is not None:
        yield Rejected(source=source, reason="excluded", detail=f"matches {pattern}")
        return
    try:
        data = _bytes(path, options.max_bytes)
        yield from _documents(SourceFile(source, category, "", options, data, licence))
    except UndecodableError as error:
        yield Rejected(source=source, reason=error.args[0], detail=error.args[1])
    except OSError as error:
        yield Rejected(
            source=source, reason="unreadable", detail=error.strerror or type(error).__name__
        )


def _documents(file: SourceFile) -> Read:
    if not file.options.generated and (made := generated_name(file.path)):
        raise UndecodableError("generated", made)
    kind = binary_kind(file.data, file.source)
    if kind in READERS:
        yield from _flat(READERS[kind](file))  # type: ignore[index]
        return
    if kind:
        raise UndecodableError(kind, f"{file.name}: not what its suffix says, or packed otherwise")
    yield from _flat(_text_documents(replace(file, text=decode(file.data), data=b"")))


def _text_documents(file: SourceFile) -> ReadFiles:
    """Yield what the reader for a text gives.

    Raises:
        UndecodableError: a program wrote it, it is a licence's text, or no reader knows it.
    """
    looked_at = file.category == "code" and not file.options.generated
    if looked_at and (made := generated_text(file.path, file.text)):
        raise UndecodableError("generated", made)
    if holds_licence(file.name) and (licence := licence_of_text(file.text)):
        raise UndecodableError("licence text", licence)
    found = text_kind(file.text, file.path)
    if file.row and (found is None or found in PACKED):
        # The text of a row stands there whatever its suffix would promise.
        found = "txt"
    if found is None:
        raise UndecodableError("format not supported", Path(file.source).suffix)
    yield from choose(found, file)(file)


def _flat(found: ReadFiles) -> Read:
    """Yield documents and rejections, files among the items read in their place."""
    for item in found:
        if isinstance(item, SourceFile):
            yield from _row_documents(item)
        else:
            yield item


def _row_documents(file: SourceFile) -> Read:
    folders = file.path.split("/")[:-1] if file.category == "code" else []
    vendored = next((name for name in folders if name in file.options.vendored), "")
    made = "" if file.options.generated else generated_name(file.path)
    if vendored or made:
        reason, detail = ("vendored", vendored) if vendored else ("generated", made)
        yield Rejected(source=file.source, reason=reason, detail=f"{file.path}: {detail}")
        return
    try:
        for item in _text_documents(file):
            if isinstance(item, SourceFile):
                detail = "a collection within one"
                yield Rejected(source=file.source, reason="nested too deep", detail=detail)
                return
            yield item
    except UndecodableError as error:
        detail = f"{file.path}: {error.args[1]}"
        yield Rejected(source=file.source, reason=error.args[0], detail=detail)
    except Exception as error:  # noqa: BLE001 - whatever a parser does with one row, the others stay
        detail = f"{file.path}: {type(error).__name__}: {error}"[:200]
        yield Rejected(source=file.source, reason="its reader failed", detail=detail)


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
