"""A nested JSON record as text: headings, `Field: value` lines, tables and paragraphs.

An object that holds objects is a heading down to level 3; below that, and for objects of plain
values, the path is spelled out (`Area / total: 5 sq km`). Fields come before headings at each
level, so that every line stands under its own heading.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from extractors.readers.canonical import Piece, TextBuilder, add_table, table_line
from extractors.readers.pointers import as_text, is_scalar, step
from extractors.readers.stated import humanise

WRAPPERS = ("text", "value", "name")
TEXT_KEYS = (
    "text",
    "body",
    "content",
    "article",
    "passage",
    "abstract",
    "description",
    "document",
    "contents",
)
NAME_KEYS = ("title", "name", "label", "heading", "id")
HEADING_DEPTH = 2
TABLE_COLUMNS = 20
CELL = 200
"""Longest text of a list of objects that is still shown as a table."""
TAG = re.compile(r"</?[A-Za-z][^<>]{0,300}>")
MACHINE_ID = re.compile(r"[0-9a-f-]{20,64}", re.IGNORECASE)
BREAK = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6])\b[^<>]{0,100}>", re.IGNORECASE)
OUTLINES = frozenset(
    ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")
)


@dataclass(frozen=True)
class Place:
    """A value on its way into the text."""

    value: Any
    at: str
    """Its JSON pointer."""
    depth: int = 1
    path: str = ""
    """Labels of the objects around it that have no heading, with the closing ` / `."""


def add_record(built: TextBuilder, place: Place, skip: frozenset[str] = frozenset()) -> None:
    """Append an object, its keys in `skip` left out."""
    inner = [unwrap(raw, "")[0] for key, raw in place.value.items() if key not in skip]
    # The sections of a record are headings, one of plain fields too where another holds objects.
    headed = place.depth == 1 and any(
        isinstance(value, dict) and not _is_flat(value) for value in inner
    )
    later: list[tuple[str, Place]] = []
    texts: list[Piece] = []
    for key, raw in place.value.items():
        if key in skip or raw is None or _is_machine_id(key, raw):
            continue
        value, at = unwrap(raw, step(place.at, key))
        label = place.path + field_label(key)
        if _is_outline(value):
            continue
        if is_scalar(value):
            text = clean(as_text(value))
            if place.depth == 1 and not place.path and key.casefold() in TEXT_KEYS:
                texts.append((text.strip(), at))
            elif "\n" in text.strip() and place.depth <= HEADING_DEPTH:
                later.append((label, Place(value, at, place.depth)))
            else:
                _add_line(built, label, [(one_line(text), at)])
        elif isinstance(value, list) and all(is_scalar(item) for item in value):
            items = [
                (one_line(clean(as_text(item))), step(at, index))
                for index, item in enumerate(value)
            ]
            _add_line(built, label, joined([item for item in items if item[0]]))
        elif isinstance(value, dict) and not headed and _is_flat(value):
            add_record(built, Place(value, at, place.depth + 1, f"{label} / "))
        elif value:
            later.append((label, Place(value, at, place.depth, place.path)))
    for text, at in texts:
        built.separate(2)
        built.add(text, at)
        built.separate(1)
    for label, inner in later:
        _add_nested(built, label, inner)


def _add_nested(built: TextBuilder, label: str, place: Place) -> None:
    if place.depth > HEADING_DEPTH and isinstance(place.value, dict):
        add_record(built, Place(place.value, place.at, place.depth + 1, f"{label} / "))
        return
    label = capital(label)
    if place.depth <= HEADING_DEPTH:
        built.separate(2)
        built.add(f"{'#' * (place.depth + 1)} {label}\n\n")
    if isinstance(place.value, str):
        built.add(clean(place.value).strip(), place.at)
        built.separate(1)
    elif isinstance(place.value, dict):
        add_record(built, Place(place.value, place.at, place.depth + 1))
    elif (table := as_table(place)) is not None:
        if place.depth > HEADING_DEPTH:
            built.separate(2)
            built.add(f"Table: {label}\n")
        add_table(built, *table)
    else:
        add_items(built, label, place)


def add_items(built: TextBuilder, label: str, place: Place) -> None:
    """Append a list of unlike things, each object under its own name."""
    for index, raw in enumerate(place.value):
        value, at = unwrap(raw, step(place.at, index))
        if is_scalar(value):
            built.separate(1)
            built.add("- ")
            built.add(one_line(clean(as_text(value))), at)
            built.add("\n")
            continue
        if not isinstance(value, dict | list) or not value:
            continue
        fields = value if isinstance(value, dict) else {}
        name_key = next((key for key in NAME_KEYS if _is_name(fields.get(key))), "")
        name = one_line(clean(as_text(fields[name_key]))) if name_key else f"{label} {index + 1}"
        texts = [key for key in TEXT_KEYS if isinstance(fields.get(key), str)]
        if (
            isinstance(value, dict)
            and texts
            and set(value) - {texts[0]} <= {"id", "uid", "order", "index", "n"}
        ):
            # A paragraph with its number and nothing else.
            built.separate(2)
            built.add(clean(value[texts[0]]).strip(), step(at, texts[0]))
            built.separate(1)
        elif place.depth < HEADING_DEPTH and isinstance(value, dict):
            built.separate(2)
            built.add(f"{'#' * (place.depth + 2)} ")
            built.add(name, step(at, name_key) if name_key else None)
            built.add("\n\n")
            add_record(built, Place(value, at, place.depth + 2), frozenset((name_key,)))
        elif isinstance(value, dict):
            built.separate(2)
            add_record(built, Place(value, at, place.depth + 1))
        elif (table := as_table(Place(value, at))) is not None:
            add_table(built, *table)
        else:
            add_items(built, label, Place(value, at, place.depth + 1))


def as_table(place: Place) -> tuple[list[Piece], list[list[Piece]]] | None:
    """Return header and row lines of a list of like objects or equal lists, or None."""
    numbered = [(index, raw) for index, raw in enumerate(place.value) if raw is not None]
    rows = [unwrap(raw, step(place.at, index)) for index, raw in numbered]
    if len(rows) < 2:
        return None
    if all(
        isinstance(row, list) and row and all(is_scalar(item) or item is None for item in row)
        for row, _ in rows
    ):
        if len({len(row) for row, _ in rows}) > 1 or len(rows[0][0]) < 2:
            return None
        lines = [
            table_line([_cell(item, step(at, i)) for i, item in enumerate(row)]) for row, at in rows
        ]
        count = 1
        while count < min(3, len(lines) - 1) and not any(
            as_text(rows[n][0][0]) for n in (count - 1, count)
        ):
            count += 1
        cells = [[row[column] for row, _ in rows[:count]] for column in range(len(rows[0][0]))]
        if count > 1:
            # The rows of a header stand over each other, none with a name in the first column.
            names = [" ".join(filter(None, map(as_text, column))) for column in cells]
            return table_line([[(one_line(clean(name)), None)] for name in names]), lines[count:]
        return lines[0], lines[1:]
    if not all(isinstance(row, dict) and row and _is_flat(row) for row, _ in rows):
        return None
    columns = list(dict.fromkeys(key for row, _ in rows for key in row))
    shared = sum(len(row) for row, _ in rows) / (len(rows) * len(columns))
    if (
        not 2 <= len(columns) <= TABLE_COLUMNS
        or shared < 0.5
        or any(_is_long(row) for row, _ in rows)
    ):
        return None
    header = table_line([[(capital(field_label(key)), None)] for key in columns])
    return header, [
        table_line([_cell(*unwrap(row.get(key), step(at, key))) for key in columns])
        for row, at in rows
    ]


def _cell(value: Any, at: str) -> list[Piece]:
    if isinstance(value, list):
        return joined(
            [(one_line(clean(as_text(item))), step(at, index)) for index, item in enumerate(value)]
        )
    return [(one_line(clean(as_text(value))), at)]


def _is_long(row: Mapping[str, Any]) -> bool:
    return any(
        isinstance(value, str) and (len(value) > CELL or "\n" in value.strip())
        for value in row.values()
    )


def _is_machine_id(key: str, value: Any) -> bool:
    return (
        key.casefold().endswith("id")
        and isinstance(value, str)
        and bool(MACHINE_ID.fullmatch(value))
    )


def _is_outline(value: Any) -> bool:
    """Say whether an object is a shape on a map (GeoJSON, RFC 7946): thousands of coordinates and no words."""
    return (
        isinstance(value, dict)
        and value.get("type") in OUTLINES
        and isinstance(value.get("coordinates"), list)
    )


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= 120 and "\n" not in value


def _is_flat(value: Mapping[str, Any]) -> bool:
    """Say whether an object holds plain values, and lists of them, and nothing else."""
    for raw in value.values():
        inner, _ = unwrap(raw, "")
        if isinstance(inner, dict) or (
            isinstance(inner, list) and not all(is_scalar(item) for item in inner)
        ):
            return False
    return True


def unwrap(value: Any, at: str) -> tuple[Any, str]:
    """Return the value inside objects whose only key is one of `WRAPPERS`, and its pointer."""
    while isinstance(value, dict) and len(value) == 1 and (key := next(iter(value))) in WRAPPERS:
        value, at = value[key], step(at, key)
    return value, at


def joined(items: list[Piece]) -> list[Piece]:
    """Return items parted by semicolons."""
    return [piece for item in items for piece in (("; ", None), item)][1:]


def field_label(key: str) -> str:
    """Return a key as a label that ends before the first colon of its line."""
    label = (
        one_line(clean(as_text(key))).replace(": ", " / ").replace(":", " ").strip("/ ") or "Field"
    )
    words = humanise(label)
    return words[:1].lower() + words[1:] if label[:1].islower() else words


def capital(label: str) -> str:
    """Return a label with its first letter in upper case."""
    return label[:1].upper() + label[1:]


def clean(text: str) -> str:
    """Return text without HTML tags and entities; text that holds none is returned as is."""
    if "<" in text:
        text = TAG.sub("", BREAK.sub("\n" if "\n" in text.strip() else " ", text))
    if "&" in text:
        text = html.unescape(text)
    return as_text(text).replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ")


def one_line(text: str) -> str:
    """Return text with each run of white space as one space."""
    return " ".join(text.split())


def _add_line(built: TextBuilder, label: str, value: list[Piece]) -> None:
    if not any(text for text, _ in value):
        return
    built.separate(1)
    built.add(f"{capital(label)}: ")
    built.add_all(value)
    built.add("\n")


def find_name(value: Mapping[str, Any], at: str) -> Iterator[tuple[str, str]]:
    """Yield (name, pointer) from objects whose key speaks of a name, the short form first."""
    level: list[tuple[Any, str]] = [(value, at)]
    for _ in range(3):
        following: list[tuple[Any, str]] = []
        for item, pointer in level:
            for key, raw in item.items():
                if isinstance(raw, dict):
                    if re.search(r"\bnames?\b", key.casefold()):
                        yield from _forms(raw, step(pointer, key))
                    following.append((raw, step(pointer, key)))
        level = following


def _forms(value: Mapping[str, Any], at: str) -> Iterator[tuple[str, str]]:
    for form in ("conventional short form", "short form", "short name", "full name", "name"):
        for key, raw in value.items():
            inner, pointer = unwrap(raw, step(at, key))
            if key.strip().casefold().replace("_", " ") == form and _is_name(inner):
                name = one_line(clean(inner))
                if name.casefold() not in ("none", "n/a", "na", "unknown"):
                    yield name, pointer
