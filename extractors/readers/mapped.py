"""Rows of JSON files whose fields the configuration names."""

from collections.abc import Iterator
from dataclasses import replace

from extractors.readers.canonical import Part, TextBuilder, make_document
from extractors.readers.conversations import mapped_conversation
from extractors.readers.dates import read_date
from extractors.readers.options import FieldMapping, Read, Rejected, SourceFile, matches
from extractors.readers.pointers import as_text, is_scalar, resolve, step
from extractors.readers.records import Place, add_record, clean, one_line
from extractors.readers.stated import Stated, humanise, title_case
from warehouse.records import Document


def mapping_for(file: SourceFile) -> FieldMapping | None:
    """Return the first configured mapping whose glob fits the file."""
    return next((item for item in file.options.mappings if matches(item.glob, file.source)), None)


def mapped_rows(file: SourceFile, mapping: FieldMapping, place: Place, key: str) -> Read:
    """Yield the documents of the rows that a mapping names in a file, or in a line of one."""
    rows, at = resolve(place.value, mapping.rows), place.at + mapping.rows
    if rows is None:
        source = f"{file.source}#{key}" if key else file.source
        detail = f"no value at {mapping.rows}"
        yield Rejected(source=source, reason="mapping fits nothing", detail=detail)
    elif isinstance(rows, list):
        for index, row in enumerate(rows):
            inner = f"{key}/{index}" if key else str(index)
            yield _document(file, mapping, Place(row, step(at, index)), inner)
    else:
        yield _document(file, mapping, Place(rows, at), key)


def _document(
    file: SourceFile, mapping: FieldMapping, place: Place, key: str
) -> Document | Rejected:
    def field(pointer: str) -> str:
        return one_line(clean(as_text(resolve(place.value, pointer)))) if pointer else ""

    stated = Stated(
        title=field(mapping.title) or field(mapping.subject),
        subject=title_case(field(mapping.subject)),
        date=read_date(field(mapping.date)),
        licence=field(mapping.licence),
    )
    named = stated
    if not stated.title:
        named = replace(stated, title=f"{humanise(file.stem)} {key}".strip())
    series = field(mapping.series).casefold()
    if mapping.turns:
        part = Part("dialogue", key, series)
        return mapped_conversation(file, mapping, place, (part, named))
    built = TextBuilder()
    if stated.title:
        built.add("# ")
        built.add(stated.title, place.at + (mapping.title or mapping.subject))
        built.add("\n\n")
    if not _add_text(built, mapping, place):
        source = f"{file.source}#{key}" if key else file.source
        detail = f"no text at {place.at + mapping.text or '/'}"
        return Rejected(source=source, reason="mapping fits nothing", detail=detail)
    if not stated.title and not series:
        series = named.title.casefold()
    return make_document(file, Part("json", key, series), named, built)


def _add_text(built: TextBuilder, mapping: FieldMapping, place: Place) -> bool:
    """Append the text of a row; say whether there is any."""
    value = resolve(place.value, mapping.text) if mapping.text else place.value
    at = place.at + mapping.text
    if isinstance(value, dict):
        add_record(built, Place(value, at), frozenset((mapping.title.strip("/"),)))
    elif isinstance(value, list):
        for text, where in _paragraphs(value, at):
            built.separate(2)
            built.add(text, where)
    elif is_scalar(value):
        built.add(clean(as_text(value)).strip(), at)
    else:
        return False
    return True


def _paragraphs(value: list[object], at: str) -> Iterator[tuple[str, str]]:
    for index, item in enumerate(value):
        if text := clean(as_text(item)).strip():
            yield text, step(at, index)
