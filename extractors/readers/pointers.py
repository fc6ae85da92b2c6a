"""JSON as printed: numbers stay text, depth is bounded, places are pointers (RFC 6901)."""

import json
import re
from typing import Any

MAX_DEPTH = 40
GAP = re.compile(r"[ \t\n\r,:]*")
"""What may stand between the parts of a JSON text that is known to be well formed."""


class JsonError(ValueError):
    """Text that is no usable JSON; the arguments are the reason and the detail."""


def parse_json(text: str) -> Any:
    """Return the value of a JSON text, its numbers as printed strings and lone surrogates replaced.

    Raises:
        JsonError: `text` is not JSON or is nested deeper than `MAX_DEPTH`.
    """
    try:
        value = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except RecursionError as error:
        raise JsonError("nested too deep", "the parser gave up") from error
    except ValueError as error:
        raise JsonError("invalid JSON", str(error)[:200]) from error
    depth = depth_of(value)
    if depth > MAX_DEPTH:
        raise JsonError("nested too deep", f"{depth} levels, at most {MAX_DEPTH}")
    return value


def depth_of(value: Any) -> int:
    """Return the number of lists and objects around the deepest value; 0 for a scalar."""
    depth, level = 0, [value]
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [
            inner for item in level for inner in (item.values() if isinstance(item, dict) else item)
        ]
    return depth


def is_scalar(value: Any) -> bool:
    """Say whether a value is a string, number or truth value; null is none."""
    return isinstance(value, str | bool)


def as_text(value: Any) -> str:
    """Return a scalar as text: truth values as `yes` and `no`, anything that is no scalar as ''."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return encodable(value) if isinstance(value, str) else ""


def encodable(text: str) -> str:
    """Return `text` with lone surrogates replaced one for one, so that UTF-8 can hold it."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def step(pointer: str, key: str | int) -> str:
    """Return the pointer of a child."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def resolve(value: Any, pointer: str) -> Any:
    """Return the value at a pointer, None where there is none; `''` is the value itself."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def span_of(text: str, pointer: str) -> tuple[int, int] | None:
    """Return where the value at a pointer stands in a well-formed JSON text: first character, one past the last.

    Of a key that an object has twice the last counts, as it does for the parser.
    """
    scan = json.JSONDecoder().raw_decode
    start = _after_gap(text, 0)
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        keyed, number, found = text[start] == "{", 0, -1
        at = _after_gap(text, start + 1)
        while text[start] in "{[" and text[at] not in "}]":
            name: Any = str(number)
            if keyed:
                name, at = scan(text, at)
                at = _after_gap(text, at)
            if name == key:
                found = at
            at = _after_gap(text, scan(text, at)[1])
            number += 1
        if found < 0:
            return None
        start = found
    return start, scan(text, start)[1]


def _after_gap(text: str, at: int) -> int:
    gap = GAP.match(text, at)
    return gap.end() if gap else at
