"""JSON and JSONL files: which of their values is a document, a table, talk or source code."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from extractors.readers.canonical import Part, TextBuilder, add_table, make_document
from extractors.readers.conversations import conversations, find_turns
from extractors.readers.dates import read_date
from extractors.readers.file_rows import FileRows, is_file_row
from extractors.readers.mapped import mapped_rows, mapping_for
from extractors.readers.options import Read, ReadFiles, Rejected, SourceFile
from extractors.readers.pointers import JsonError, is_scalar, parse_json, step
from extractors.readers.records import (
    TEXT_KEYS,
    Place,
    add_items,
    add_record,
    as_table,
    clean,
    find_name,
    one_line,
    unwrap,
)
from extractors.readers.stated import Stated, humanise, title_case
from extractors.readers.text import stated_or_stem
from warehouse.records import Document, Format

SUBJECT_KEYS = ("subject", "name", "title")
TITLE_KEYS = ("title", "name", "subject", "headline")
DATE_KEYS = ("date", "published", "year", "edition")
LICENCE_KEYS = ("license", "licence")
ABOUT = frozenset(("meta metadata info header document article page record attributes").split())
LONG = 200
ROW_SHARE = 0.8
"""Share of a list's rows that must look like documents for each to be one."""
ROWS = 2000


def read_json(file: SourceFile) -> ReadFiles:
    """Yield the documents of a JSON file; one that is several JSON lines is read as JSONL."""
    try:
        value = parse_json(file.text)
    except JsonError as error:
        first, _, rest = file.text.lstrip().partition("\n")
        if rest.strip() and first.rstrip().endswith("}") and error.args[0] == "invalid JSON":
            yield from read_jsonl(file)
        else:
            yield Rejected(source=file.source, reason=error.args[0], detail=error.args[1])
        return
    mapping = mapping_for(file)
    if mapping is not None:
        yield from mapped_rows(file, mapping, Place(value, ""), "")
    elif isinstance(value, list):
        yield from _rows(file, Place(value, ""), lines=False)
    elif isinstance(value, dict):
        yield from _object(file, value)
    else:
        detail = "the file holds one plain value"
        yield Rejected(source=file.source, reason="no record", detail=detail)


def read_jsonl(file: SourceFile) -> ReadFiles:
    """Yield one document per line; a line that is no JSON is rejected alone.

    Pointers start with the line's number.
    """
    rows: list[Any] = []
    for index, line in enumerate(file.text.split("\n")):
        rows.append(None)
        if not line.strip():
            continue
        try:
            rows[index] = parse_json(line)
        except JsonError as error:
            source = f"{file.source}#{index}"
            yield Rejected(source=source, reason=error.args[0], detail=error.args[1])
    mapping = mapping_for(file)
    if mapping is None:
        yield from _rows(file, Place(rows, ""), lines=True)
        return
    for index, row in enumerate(rows):
        if row is not None:
            yield from mapped_rows(file, mapping, Place(row, f"/{index}"), str(index))


def _object(file: SourceFile, value: Mapping[str, Any]) -> ReadFiles:
    found = list(conversations(file, Place(value, ""), ""))
    only = None if found else _only_list(value)
    if only is not None:
        yield from _rows(file, Place(value[only], step("", only)), lines=False)
    else:
        yield from found or [record_document(file, Place(value, ""), "")]


def _only_list(value: Mapping[str, Any]) -> str | None:
    """Return the key of the one list of objects, the file's rows, where all else is plain."""
    lists = [
        key
        for key, item in value.items()
        if isinstance(item, list) and any(isinstance(row, dict) for row in item)
    ]
    others = [item for key, item in value.items() if key not in lists]
    if len(lists) != 1 or not all(item is None or is_scalar(item) for item in others):
        return None
    rows = value[lists[0]]
    return lists[0] if sum(map(_is_document, rows)) >= ROW_SHARE * len(rows) else None


def _rows(file: SourceFile, place: Place, *, lines: bool) -> ReadFiles:
    """Yield the documents of a list: conversations, one per row, or one table."""
    rows = [row for row in place.value if row is not None]
    whole = find_turns(rows, place.at) is not None
    talks = list(conversations(file, place, "")) if whole or not lines else []
    good = sum(map(_is_document, rows))
    if talks:
        yield from talks
    elif good and (good >= ROW_SHARE * len(rows) or (lines and as_table(place) is None)):
        files = FileRows(file, rows)
        for index, row in enumerate(place.value):
            inner, key = Place(row, step(place.at, index)), str(index)
            if is_file_row(row):
                yield files.file(inner, key)
            elif row is not None:
                yield from _row(file, inner, key)
    else:
        yield from _list_documents(file, place)


def _row(file: SourceFile, place: Place, key: str) -> Read:
    if not isinstance(place.value, dict):
        source = f"{file.source}#{key}"
        yield Rejected(source=source, reason="no record", detail="the row is no object")
        return
    talks = list(conversations(file, place, key))
    yield from talks or [record_document(file, place, key)]


def _list_documents(file: SourceFile, place: Place) -> Read:
    """Yield a list as pipe tables of at most `ROWS` rows, or as items where its rows differ."""
    title = humanise(file.stem)
    table = as_table(place)
    if table is None:
        built = TextBuilder()
        add_items(built, title, place)
        yield make_document(file, Part("json"), Stated(title=title), built)
        return
    header, rows = table
    for start in range(0, len(rows), ROWS):
        block = rows[start : start + ROWS]
        key = f"rows-{start}-{start + len(block) - 1}" if len(rows) > ROWS else ""
        built = TextBuilder()
        add_table(built, header, block)
        yield make_document(file, Part("json", key), Stated(title=title), built)


def _is_document(row: Any) -> bool:
    """Say whether a row is long, has a title and a text, or is a conversation."""
    if not isinstance(row, dict):
        return False
    keys = {key.casefold() for key in row}
    if keys & {"title", "name", "path"} and keys & set(TEXT_KEYS):
        return True
    return find_turns(row) is not None or _longest(row) >= LONG


def _longest(row: Any) -> int:
    """Return the length of the longest string down to the third level."""
    level, longest = [row], 0
    for _ in range(4):
        longest = max([longest, *(len(item) for item in level if isinstance(item, str))])
        level = [
            inner for item in level if isinstance(item, dict | list)
            for inner in (item.values() if isinstance(item, dict) else item[:50])
        ]  # fmt: skip
    return longest


def record_document(
    file: SourceFile, place: Place, key: str, form: Format = "json"
) -> Document | Rejected:
    """Return the document of a record: its title as heading, then its fields."""
    stated, title_at, used = state_record(place)
    built = TextBuilder()
    if stated.title:
        built.add("# ")
        built.add(stated.title, title_at)
        built.add("\n\n")
    add_record(built, place, used)
    if not stated.title and key:
        stated = replace(stated, title=f"{humanise(file.stem)} {key}")
        return make_document(
            file,
            Part(form, key, stated.subject.casefold() or stated.title.casefold()),
            stated,
            built,
        )
    return make_document(file, Part(form, key), stated_or_stem(stated, file), built)


def state_record(place: Place) -> tuple[Stated, str, frozenset[str]]:
    """Return what a record states, its title's pointer and the top-level key that holds it."""
    fields = dict(_fields(place))
    title = next(((fields[key], key) for key in TITLE_KEYS if key in fields), None)
    used: frozenset[str] = frozenset()
    if title:
        (text, at), _ = title
        used = frozenset(
            k
            for k in place.value
            if step(place.at, k) == at.removesuffix("/text") or step(place.at, k) == at
        )
        subject = next((fields[k][0] for k in SUBJECT_KEYS if k in fields), "")
    else:
        text, at = next(find_name(place.value, place.at), ("", ""))
        subject = text
    date = next(
        (found for key in DATE_KEYS if key in fields and (found := read_date(fields[key][0]))), ""
    )
    licence = next((fields[key][0] for key in LICENCE_KEYS if key in fields), "")
    return Stated(title=text, subject=title_case(subject), date=date, licence=licence), at, used


def _fields(place: Place) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield (key, (text, pointer)) of fields that say what a record is, an inner head's first."""
    wanted = {*TITLE_KEYS, *DATE_KEYS, *LICENCE_KEYS}

    def short(value: Mapping[str, Any], at: str) -> Iterator[tuple[str, tuple[str, str]]]:
        for key, raw in value.items():
            inner, pointer = unwrap(raw, step(at, key))
            name = key.strip().casefold()
            if (
                name in wanted
                and isinstance(inner, str)
                and (text := one_line(clean(inner)))
                and len(text) <= 300
            ):
                yield name, (text, pointer)

    for key, value in place.value.items():
        # Other objects one level down are things of their own: the name of a founder is not the
        # record's.
        if isinstance(value, dict) and (key.casefold() in ABOUT or len(place.value) == 1):
            yield from short(value, step(place.at, key))
    yield from short(place.value, place.at)
