"""One file to its documents: the reader is chosen by suffix, then by what the text is."""

import re
from collections.abc import Callable
from pathlib import Path

from extractors.readers.decode import UndecodableError, decode
from extractors.readers.delimited import read_csv
from extractors.readers.html_page import read_html
from extractors.readers.json_files import read_json, read_jsonl
from extractors.readers.options import Read, ReadOptions, Rejected, SourceFile, matches
from extractors.readers.python_source import read_python
from extractors.readers.text import read_markdown, read_text
from extractors.readers.transcripts import is_transcript, read_transcript
from warehouse.records import Category

Reader = Callable[[SourceFile], Read]
READERS: dict[str, Reader] = {
    ".txt": read_text,
    ".text": read_text,
    ".rst": read_text,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".json": read_json,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".py": read_python,
    ".pyi": read_python,
}
HTML = re.compile(r"\s*(?:<\?xml[^<>]{0,200}>\s*)?(?:<!doctype html|<html[\s>])", re.IGNORECASE)


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
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        yield Rejected(
            source=source, reason="format not supported", detail=path.suffix or "no suffix"
        )
        return
    try:
        text = decode(_bytes(path, options.max_bytes))
    except UndecodableError as error:
        yield Rejected(source=source, reason=error.args[0], detail=error.args[1])
        return
    except OSError as error:
        yield Rejected(
            source=source, reason="unreadable", detail=error.strerror or type(error).__name__
        )
        return
    file = SourceFile(source=source, category=category, text=text, options=options)
    yield from choose(reader, file)(file)


def choose(reader: Reader, file: SourceFile) -> Reader:
    """Return the reader for the text: a text file may hold a page or a transcript."""
    if reader is read_text and HTML.match(file.text):
        return read_html
    if (
        reader is read_text or (reader is read_markdown and file.category == "dialogue")
    ) and is_transcript(file):
        return read_transcript
    return reader


def _bytes(path: Path, limit: int) -> bytes:
    if not path.is_file():
        raise UndecodableError(
            "unreadable", "no such file" if not path.exists() else "not a regular file"
        )
    size = path.stat().st_size
    if size > limit:
        raise UndecodableError("file too large", f"{size} bytes, at most {limit}")
    return path.read_bytes()
