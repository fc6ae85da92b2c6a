"""Plain text and Markdown, verbatim."""

from dataclasses import replace

from extractors.readers.books import LICENCE, Book, find_book
from extractors.readers.canonical import Part, TextBuilder, make_document
from extractors.readers.options import Read, Rejected, SourceFile
from extractors.readers.stated import Stated, humanise, stated_in_text
from warehouse.records import Document, Format


def read_text(file: SourceFile) -> Read:
    """Yield a plain-text file as one document."""
    yield verbatim(file, "txt")


def read_markdown(file: SourceFile) -> Read:
    """Yield a Markdown file as one document."""
    yield verbatim(file, "md")


def verbatim(file: SourceFile, form: Format) -> Document | Rejected:
    """Return the file as one document whose text is the file's, form feeds dropped."""
    book = find_book(file.text)
    if book is not None:
        return _book(file, form, book)
    built = add_verbatim(TextBuilder(), file.text)
    return make_document(
        file, Part(form), stated_or_stem(stated_in_text(built.text()), file), built
    )


def _book(file: SourceFile, form: Format, book: Book) -> Document | Rejected:
    """Return the book without the notices around it; its title and makers open the text."""
    built = TextBuilder()
    if book.title:
        built.add(f"# {book.title}\n\n")
    for label, name in book.makers:
        built.add(f"{label}: {name}\n")
    built.separate(2)
    add_verbatim(built, file.text[book.start : book.end], offset=book.start)
    stated = Stated(title=book.title, subject=book.title, date=book.date, licence=LICENCE)
    return make_document(file, Part(form), stated_or_stem(stated, file), built)


def add_verbatim(
    built: TextBuilder, text: str, at: str | None = None, offset: int = 0
) -> TextBuilder:
    """Append `text` without form feeds, at its offsets in the file from `offset` on, or at one JSON pointer."""
    for stretch in text.split("\f"):
        built.add(stretch, offset if at is None else at)
        offset += len(stretch) + 1
    return built


def stated_or_stem(stated: Stated, file: SourceFile) -> Stated:
    """Return what is stated, the file's stem in words standing for a missing title."""
    return stated if stated.title else replace(stated, title=humanise(file.stem))
