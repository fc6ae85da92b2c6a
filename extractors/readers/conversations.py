"""Conversations in JSON: lists of turns found by their keys, one document per session.

Known shapes: a list of turns, an object holding one, a thread of sessions that each hold one, a
list of any of these, and a list of turns written as a JSON string. A turn is an object with a
speaker and an utterance.
"""

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

ROLE_KEYS = ("role", "speaker", "from", "sender", "author", "user", "name")
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
SESSION_KEYS = (
    "sessions",
    "conversations",
    "meetings",
    "dialogues",
    "dialogs",
    "threads",
    "episodes",
    "days",
)
TURN_SHARE = 0.8
MAX_NAME = 60


@dataclass(frozen=True)
class Turns:
    """A list of turns and where it stands."""

    items: list[Any]
    at: str
    """Its pointer; that of the string when `inside_string`."""
    role: str
    content: str
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
    if len(objects) < TURN_SHARE * len(items):
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
            said = sum(bool(_utterance(item.get(content))) for item in named)
            if content != role and said >= (2 if role in PLAIN_ROLES else max(2, len(items) / 5)):
                return Turns(items, at, role, content, inside_string)
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


def conversations(file: SourceFile, place: Place, key: str) -> Read:
    """Yield the documents of every conversation that a value is or holds, if any.

    Args:
        file: The file.
        place: A list of turns, a conversation, a thread of sessions or a list of these.
        key: Row of the value in the file, empty for the root.
    """
    value = place.value
    if isinstance(value, list):
        turns = _as_turns(value, place.at)
        if turns is not None:
            yield from _kept(_document(file, turns, _thread(file, {}, key), key))
            return
        talks = [item for item in value if isinstance(item, dict) and _holds_talk(item)]
        if len(talks) < TURN_SHARE * len(value):
            return
        for index, item in enumerate(value):
            if isinstance(item, dict):
                inner = f"{key}/{index}" if key else str(index)
                found = list(conversations(file, Place(item, step(place.at, index)), inner))
                empty = Rejected(
                    source=f"{file.source}#{inner}",
                    reason="no conversation",
                    detail="fewer than two turns",
                )
                yield from found or [empty]
    elif isinstance(value, dict):
        thread = _thread(file, value, key)
        turns = find_turns(value, place.at)
        if turns is not None:
            yield from _kept(_document(file, turns, thread, key))
            return
        for name, item in value.items():
            if isinstance(item, list) and _is_sessions(name, item):
                yield from _sessions(file, Place(item, step(place.at, name)), thread, key)


def _holds_talk(value: Mapping[str, Any]) -> bool:
    if find_turns(value) is not None:
        return True
    return any(isinstance(item, list) and _is_sessions(name, item) for name, item in value.items())


def _is_sessions(name: str, items: list[Any]) -> bool:
    talks = sum(isinstance(item, dict | list) and find_turns(item) is not None for item in items)
    return talks > 0 and (name.casefold() in SESSION_KEYS or talks >= TURN_SHARE * len(items))


@dataclass(frozen=True)
class _Thread:
    title: str
    date: str
    series: str


def _thread(file: SourceFile, value: Mapping[str, Any], key: str) -> _Thread:
    title = _first(value, TITLE_KEYS) or _first(value, ID_KEYS)
    if not title:
        title = f"{humanise(file.stem)} {key}".strip()
    return _Thread(title, _date(value), f"{file.source} {title}".casefold())


def _first(value: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    texts = (
        (" ".join(as_text(value[key]).split())) for key in keys if isinstance(value.get(key), str)
    )
    return next((text for text in texts if 0 < len(text) <= 200), "")


def _date(value: Mapping[str, Any]) -> str:
    dates = (read_date(value[key]) for key in DATE_KEYS if isinstance(value.get(key), str))
    return next((date for date in dates if date), "")


def _sessions(file: SourceFile, place: Place, thread: _Thread, key: str) -> Iterator[Document]:
    for index, item in enumerate(place.value):
        turns = find_turns(item, step(place.at, index)) if isinstance(item, dict | list) else None
        if turns is None:
            continue
        head = item if isinstance(item, dict) else {}
        number = _first(head, NUMBER_KEYS) or str(index + 1)
        number = (
            number[len("session") :].strip(" _-")
            if number.casefold().startswith("session")
            else number
        )
        session = replace(
            thread, title=f"{thread.title} - session {number}", date=_date(head) or thread.date
        )
        yield from _kept(_document(file, turns, session, f"{key}/{index}" if key else str(index)))


def _document(file: SourceFile, turns: Turns, thread: _Thread, key: str) -> Document | Rejected:
    built = TextBuilder()
    for index, item in enumerate(turns.items):
        if not isinstance(item, dict):
            continue
        at = turns.at if turns.inside_string else step(turns.at, index)
        add_turn(built, item.get(turns.role), item.get(turns.content), (at, turns))
    stated = Stated(title=thread.title, date=thread.date)
    return make_document(file, Part("dialogue", key, thread.series), stated, built)


def add_turn(built: TextBuilder, role: Any, content: Any, where: tuple[str, Turns]) -> None:
    """Append one `Name: utterance` line; a turn without a name or words adds nothing."""
    at, turns = where
    text = _utterance(content)
    if not _is_name(role) or not text:
        return
    name = " ".join(encodable(role).replace(":", " ").split())
    built.add(name, at if turns.inside_string else step(at, turns.role))
    built.add(": ")
    built.add(text, at if turns.inside_string else step(at, turns.content))
    built.add("\n")


def _kept(document: Document | Rejected) -> Iterator[Document]:
    if isinstance(document, Document):
        yield document


def mapped_conversation(
    file: SourceFile, mapping: FieldMapping, place: Place, head: tuple[Part, Stated]
) -> Document | Rejected:
    """Return the conversation of a row whose turns the configuration names."""
    part, stated = head
    source = f"{file.source}#{part.key}" if part.key else file.source
    value = resolve(place.value, mapping.turns)
    inside = isinstance(value, str)
    items = _parsed(value) if inside else value
    at = place.at + mapping.turns
    if not isinstance(items, list):
        return Rejected(
            source=source, reason="mapping fits nothing", detail=f"no list of turns at {at or '/'}"
        )
    found = _as_turns(items, at, inside_string=inside)
    built = TextBuilder()
    for index, item in enumerate(items):
        here = at if inside else step(at, index)
        role = mapping.role or (f"/{found.role}" if found else "")
        content = mapping.content or (f"/{found.content}" if found else "")
        if role and content and isinstance(item, dict):
            turns = Turns(items, at, role[1:], content[1:], inside)
            add_turn(built, resolve(item, role), resolve(item, content), (here, turns))
    series = part.series or f"{file.source} {stated.title}".casefold()
    return make_document(file, replace(part, series=series), stated, built)
