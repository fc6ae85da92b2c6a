"""Values from replies: a JSON schema for the server, and a tolerant reader for what comes back.

A reply may wrap its JSON in prose or a fence, or spoil it slightly. What `json` reads is taken as it is; what only
`json_repair` reads is marked as repaired; either must then fit the schema in full. Nothing is evaluated.
"""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import json_repair
from pydantic import ValidationError

from warehouse.identity import canonical
from warehouse.records import Record

LONGEST = 400_000
"""Characters of a reply that are looked at; longer ones are no value of ours."""
DEEPEST = 64
"""Brackets open at once, at most."""


@dataclass(frozen=True)
class Read:
    """What was read of a reply."""

    value_json: str = ""
    """The value as canonical JSON; empty if none was read."""
    repaired: bool = False
    error: str = ""
    """What does not fit, for the model that is asked again and for the ledger."""


@cache
def schema_of(kind: type[Record]) -> str:
    """Return a record's JSON schema, fields in their order: a server that holds to it writes them in that order."""
    return json.dumps(kind.model_json_schema(), ensure_ascii=False, separators=(",", ":"))


def read_value(text: str, kind: type[Record]) -> Read:
    """Return the value of `kind` that a reply states."""
    block = json_block(text)
    if not block:
        return Read(error="no JSON object in the reply")
    repaired = False
    try:
        value = json.loads(block)
    except (ValueError, RecursionError):
        value, repaired = _repaired(block), True
    if not isinstance(value, dict | list):
        return Read(error="no JSON object in the reply")
    try:
        checked = kind.model_validate(value)
    except ValidationError as error:
        return Read(error=_first(error))
    # A JSON escape can name half a surrogate pair, which no file can hold.
    plain = canonical(checked.model_dump(mode="json")).encode("utf-8", "replace").decode()
    return Read(value_json=plain, repaired=repaired)


def json_block(text: str) -> str:
    """Return the first object of the text with all that stands in it; to the end where it is not closed."""
    start = text.find("{")
    if start < 0 or len(text) > LONGEST:
        return ""
    depth, quoted, escaped = 0, False, False
    for place in range(start, len(text)):
        letter = text[place]
        if quoted:
            escaped, quoted = letter == "\\" and not escaped, letter != '"' or escaped
        elif letter == '"':
            quoted = True
        elif letter in "{[":
            depth += 1
            if depth > DEEPEST:
                return ""
        elif letter in "}]":
            depth -= 1
            if depth == 0:
                return text[start : place + 1]
    return text[start:]


def _repaired(block: str) -> Any:
    try:
        return json_repair.loads(block, skip_json_loads=True)
    except (ValueError, RecursionError):
        return None


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"])) or "the value"
    return f"{place}: {first['msg']}"[:300]
