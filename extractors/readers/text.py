"""Plain text and Markdown, verbatim."""

from dataclasses import replace

from extractors.readers.canonical import Part, TextBuilder, make_document
from extractors.readers.options import Read, SourceFile
from extractors.readers.stated import Stated, humanise, stated_in_text
from warehouse.records import Format


def read_text(file: SourceFile) -> Read:
    """Yield a plain-text file as one document."""
    yield verbatim(file, "txt")


def read_markdown(file: SourceFile) -> Read:
    """Yield a Markdown file as one document."""
    yield verbatim(file, "md")


def verbatim(file: SourceFile, form: Format):
    """Return the file as one document whose text is the file's, form feeds dropped."""
    built = add_verbatim(TextBuilder(), file.text)
    return make_document(
        file, Part(form), stated_or_stem(stated_in_text(built.text()), file), built
    )


def add_verbatim(built: TextBuilder, text: str, at: str | None = None) -> TextBuilder:
    """Append `text` without form feeds, at its offsets in the file or at one JSON pointer."""
    offset = 0
    for stretch in text.split("\f"):
        built.add(stretch, offset if at is None else at)
        offset += len(stretch) + 1
    return built


def stated_or_stem(stated: Stated, file: SourceFile) -> Stated:
    """Return what is stated, the file's stem in words standing for a missing title."""
    return stated if stated.title else replace(stated, title=humanise(file.stem))
