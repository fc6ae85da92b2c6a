"""Conversations in JSON: lists of turns found by their keys, one document per session.

Known shapes: a list of turns, an object holding one, a thread of sessions that each hold one, a
list of any of these, and a list of turns written as a JSON string. A turn is an object with a
speaker and an utterance.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from extractors.readers.canonical import Part, TextBuilder, make_document
from extractors.readers.dates import read_date
from extractors.readers.options import FieldMapping, Read, Rejected, SourceFile
from extractors.readers.pointers import JsonError, as_text, encodable, parse_json, resolve, step
from extractors.readers.records import Place
from extractors.readers.stated import Stated, humanise
from warehouse.records import Document

ROLE_KEYS = ("role", "speaker", "from", "sender", "author", "user", "name", "id")
PLAIN_ROLES = ("role", "speaker", "from", "sender")
"""Keys that say alone that an object is a turn; under the others the names must recur."""
CONTENT_KEYS = ("content", "text", "utterance", "message", "value", "body")
TITLE_KEYS = ("title", "topic", "name", "subject")
ID_KEYS = (
    "conversation_id",
    "dialogue_id",
    "dialog_id",
    "thread_id",
    "meeting_id",
    "session_id",
    "id",
    "uid",
)
DATE_KEYS = (
    "date",
    "session_date",
    "started",
    "start_time",
    "timestamp",
    "time",
    "created_at",
    "created",
    "day",
)
NUMBER_KEYS = ("session", "session_number", "number", "index", "session_id", "id")
OWN_KEYS = ("conversation_id", "dialogue_id", "dialog_id", "thread_id")
"""Keys of a conversation that is no session of another."""
SESSION_KEYS = ("meetings", "episodes", "days")
TURN_SHARE = 0.8
MAX_NAME = 60


@dataclass(frozen=True)
class Turns:
    """A list of turns and where it stands."""

    items: list[Any]
    at: str
    """Its pointer; that of the string when `inside_string`."""
    role: str
    """Pointer of the speaker within a turn."""
    content: str
    """Pointer of the utterance within a turn."""
    inside_string: bool = False


def find_turns(value: Mapping[str, Any] | list[Any], at: str = "") -> Turns | None:
    """Return the longest list of turns that is `value` or one of its values."""
    if isinstance(value, list):
        return _as_turns(value, at)
    found: list[Turns] = []
    for key, item in value.items():
        turns = None
        if isinstance(item, list):
            turns = _as_turns(item, step(at, key))
        elif (
            isinstance(item, str)
            and item[:40].lstrip().startswith("[{")
            and item.rstrip().endswith("}]")
        ):
            turns = _as_turns(_parsed(item), step(at, key), inside_string=True)
        if turns:
            found.append(turns)
    return max(found, key=lambda turns: len(turns.items), default=None)


def _parsed(text: str) -> Any:
    try:
        return parse_json(text)
    except JsonError:
        return []


def _as_turns(items: Any, at: str, *, inside_string: bool = False) -> Turns | None:
    if not isinstance(items, list) or len(items) < 2:
        return None
    objects = [item for item in items if isinstance(item, dict)]
    if len(objects) < TURN_SHARE * len(items) or sum("title" in item for item in objects) > 1:
        return None
    for role in ROLE_KEYS:
        named = [item for item in objects if _is_name(item.get(role))]
        if len(named) < TURN_SHARE * len(items):
            continue
        names = {item[role].casefold() for item in named}
        # Names that do not recur: a list of things with a text each, not talk.
        short_talk = role in PLAIN_ROLES and len(named) <= 8
        if not short_talk and len(names) > max(1, len(named) / 2):
            continue
        for content in CONTENT_KEYS:
            said = [text for item in named if (text := _utterance(item.get(content)))]
            least = 2 if role in PLAIN_ROLES else max(2, len(items) / 5)
            # Words, not values: `from` and `value` are also the ends and the weight of a link.
            worded = sum(" " in text for text in said) >= len(said) / 4
            if content != role and len(said) >= least and worded:
                return Turns(items, at, step("", role), step("", content), inside_string)
    return None


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= MAX_NAME


def _utterance(value: Any) -> str:
    """Return an utterance on one line, line breaks as spaces, the parts of a message joined."""
    if isinstance(value, list):
        parts = [item.get("text") if isinstance(item, dict) else item for item in value]
        value = " ".join(part for part in parts if isinstance(part, str))
    if not isinstance(value, str):
        return ""
    return (
        " ".join(encodable(value).replace("\r\n", "\n").split("\n"))
        .replace("\r", " ")
        .replace("\f", " ")
        .strip()
    )


@dataclass(frozen=True)
class _Thread:
    title: str
    date: str
    series: str


def conversations(file: SourceFile, place: Place, key: str) -> Read:
    """Yield the documents of every conversation that a value is or holds, if any.

    Args:
        file: The file.
        place: A list of turns, a conversation, a thread of sessions or a list of these.
        key: Row of the value in the file, empty for the root.
    """
    if isinstance(place.value, list):
        turns = _as_turns(place.value, place.at)
        if turns is not None:
            yield from _kept(_document(file, turns, _thread(file, {}, key), key))
        else:
            yield from _each(file, place, key)
    elif isinstance(place.value, dict):
        yield from _in_object(file, place, _thread(file, place.value, key), key)


def _each(file: SourceFile, place: Place, key: str) -> Read:
    """Yield the conversations of a list if most of its items are or hold some."""
    talks = sum(isinstance(item, dict) and _holds_talk(item) for item in place.value)
    if talks < max(1, TURN_SHARE * len(place.value)):
        return
    found: list[Document | Rejected] = []
    for index, item in enumerate(place.value):
        inner = f"{key}/{index}" if key else str(index)
        held = list(conversations(file, Place(item, step(place.at, index)), inner))
        source = f"{file.source}#{inner}"
        found += held or [
            Rejected(source=source, reason="no conversation", detail="fewer than two turns")
        ]
    if any(isinstance(item, Document) for item in found):
        yield from found


def _in_object(file: SourceFile, place: Place, thread: _Thread, key: str) -> Read:
    """Yield the sessions or the one conversation that an object holds, two levels deep."""
    numbered = _numbered_sessions(place.value)
    if numbered:
        yield from _sessions(file, place, thread, (key, numbered))
        return
    turns = find_turns(place.value, place.at)
    if turns is not None:
        yield from _kept(_document(file, turns, thread, key))
        return
    for name, item in place.value.items():
        inner = Place(item, step(place.at, name))
        if isinstance(item, list) and _is_sessions(place.value, name):
            dates = _parallel_dates(place.value, len(item))
            sessions = [
                _Session(str(index), entry, str(index + 1), dates[index])
                for index, entry in enumerate(item)
            ]
            yield from _sessions(file, inner, thread, (key, sessions))
        elif isinstance(item, list):
            yield from _each(file, inner, key)
        elif isinstance(item, dict) and (_numbered_sessions(item) or find_turns(item)):
            yield from _in_object(file, inner, thread, key)


def _holds_talk(value: Mapping[str, Any]) -> bool:
    if find_turns(value) is not None:
        return True
    return any(
        _is_sessions(value, name)
        if isinstance(item, list)
        else isinstance(item, dict) and find_turns(item) is not None
        for name, item in value.items()
    )


def _is_sessions(value: Mapping[str, Any], name: str) -> bool:
    """Say whether a list holds the sessions of one thread rather than threads of their own."""
    items = value[name]
    talks = [item for item in items if isinstance(item, dict | list) and find_turns(item)]
    if not talks or len(talks) < TURN_SHARE * len(items):
        return False
    own = any(_first(item, (*TITLE_KEYS, *OWN_KEYS)) for item in talks if isinstance(item, dict))
    return "session" in name.casefold() or name.casefold() in SESSION_KEYS or not own


@dataclass(frozen=True)
class _Session:
    key: str
    value: Any
    number: str
    date: str


def _numbered_sessions(value: Mapping[str, Any]) -> list[_Session]:
    """Return the sessions of an object that holds them as `session_1`, `session_2` and so on."""
    found: list[_Session] = []
    for key, item in value.items():
        match = re.fullmatch(r"\D{0,30}(\d{1,4})", key)
        if match and isinstance(item, list) and _as_turns(item, ""):
            dates = [text for name, text in value.items() if name.startswith(f"{key}_")]
            date = next((read_date(text) for text in dates if isinstance(text, str)), "")
            found.append(_Session(key, item, match[1], date))
    return found if len(found) > 1 else []


def _parallel_dates(value: Mapping[str, Any], count: int) -> list[str]:
    """Return the dates of a list's items from a list of as many dates beside it."""
    for item in value.values():
        if isinstance(item, list) and len(item) == count and all(isinstance(d, str) for d in item):
            dates = [read_date(text) for text in item]
            if all(dates):
                return dates
    return [""] * count


def _thread(file: SourceFile, value: Mapping[str, Any], key: str) -> _Thread:
    title = _first(value, TITLE_KEYS) or _first(value, ID_KEYS)
    if not title:
        title = f"{humanise(file.stem)} {key}".strip()
    return _Thread(title, _date(value), f"{file.source} {title}".casefold())


def _first(value: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    texts = (" ".join(as_text(value[k]).split()) for k in keys if isinstance(value.get(k), str))
    return next((text for text in texts if 0 < len(text) <= 200), "")


def _date(value: Mapping[str, Any]) -> str:
    dates = (read_date(value[key]) for key in DATE_KEYS if isinstance(value.get(key), str))
    return next((date for date in dates if date), "")


def _sessions(
    file: SourceFile, place: Place, thread: _Thread, held: tuple[str, list[_Session]]
) -> Read:
    key, sessions = held
    for item in sessions:
        turns = find_turns(item.value, step(place.at, item.key))
        if turns is None:
            continue
        head = item.value if isinstance(item.value, dict) else {}
        number = _first(head, NUMBER_KEYS) or item.number
        number = re.sub(r"^session[ _-]*", "", number, flags=re.IGNORECASE) or item.number
        title = f"{thread.title} - session {number}"
        session = _Thread(title, _date(head) or item.date or thread.date, thread.series)
        inner = f"{key}/{item.key}" if key else item.key
        yield from _kept(_document(file, turns, session, inner))


def _document(file: SourceFile, turns: Turns, thread: _Thread, key: str) -> Document | Rejected:
    if file.category != "dialogue" and turns.role[1:] not in PLAIN_ROLES:
        # Elsewhere, texts by recurring authors are reviews or notes inside a record.
        return Rejected(source=file.source, reason="no conversation", detail=turns.role)
    stated = Stated(title=thread.title, date=thread.date)
    return make_document(file, Part("dialogue", key, thread.series), stated, add_turns(turns))


def add_turns(turns: Turns) -> TextBuilder:
    """Return `Name: utterance` lines; a turn without a name or words has none."""
    built = TextBuilder()
    for index, item in enumerate(turns.items):
        at = step(turns.at, index)
        role, text = resolve(item, turns.role), _utterance(resolve(item, turns.content))
        if _is_name(role) and text:
            name = " ".join(encodable(role).replace(":", " ").split())
            built.add(name, turns.at if turns.inside_string else at + turns.role)
            built.add(": ")
            built.add(text, turns.at if turns.inside_string else at + turns.content)
            built.add("\n")
    return built


def _kept(document: Document | Rejected) -> Iterator[Document]:
    if isinstance(document, Document):
        yield document


def mapped_conversation(
    file: SourceFile, mapping: FieldMapping, place: Place, head: tuple[Part, Stated]
) -> Document | Rejected:
    """Return the conversation of a row whose turns the configuration names."""
    part, stated = head
    value, at = resolve(place.value, mapping.turns), place.at + mapping.turns
    inside = isinstance(value, str)
    items = _parsed(value) if inside else value
    found = _as_turns(items, at, inside_string=inside)
    role = mapping.role or (found.role if found else "")
    content = mapping.content or (found.content if found else "")
    if not isinstance(items, list) or not role or not content:
        source = f"{file.source}#{part.key}" if part.key else file.source
        detail = f"no list of turns at {at or '/'}"
        return Rejected(source=source, reason="mapping fits nothing", detail=detail)
    series = part.series or f"{file.source} {stated.title}".casefold()
    turns = Turns(items, at, role, content, inside)
    return make_document(file, replace(part, series=series), stated, add_turns(turns))
