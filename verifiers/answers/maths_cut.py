r"""The expression that a mathematical text gives as its answer (§3 Rewards): boxed, between dollars, or after "is".

The last `\boxed{…}` counts, with those joined to it by "and"; else the last stretch between math marks; else what
follows "answer is"; else the text itself. All scans are linear and bounded.
"""

import re
from typing import Literal, NamedTuple

LONGEST = 5_000
"""Characters at the end of a text that are looked at."""
DEEPEST = 2_000
"""Characters of a box."""
_BOXED = re.compile(r"\\(?:boxed|fbox)\s*\{")
_JOINT = re.compile(
    r"(?:\s|[,;.$]|\\[()\[\]]|\\q?quad|\\ |\\text\s*\{[^{}]{0,30}\b(?:and|or)\s*\}|\b(?:and|or)\b"
    r"|\b[a-z]{3,12}(?= and)|\b[a-zA-Z](?:_\d)?\s*=)*"
)
_SPANS = re.compile(r"\$\$(.+?)\$\$|\\\[(.+?)\\\]|\\\((.+?)\\\)|\$([^$]+)\$", re.DOTALL)
_SAID = re.compile(
    r"(?:answer|result|solution|value)s?\s*(?:is|are|:)\s*:?\s*([^\n]{1,200})", re.IGNORECASE
)
_DOUBLED = re.compile(r"\\\\(?=[a-zA-Z{}()\[\]%$])")
_PERCENT = re.compile(r"(?<=[\d})$])\s*(?:percentage|percent|pct)\b", re.IGNORECASE)
_AFTER = re.compile(r"(?P<percent>\\?%)|(?P<unit>[a-z]{1,12})")
_JOINTS = frozenset(("and", "or", ",", "and/or", ", and", ", or"))


class Cut(NamedTuple):
    """What a text gives as its answer."""

    parts: list[str]
    r"""Expressions, those that are joined (`\boxed{1} and \boxed{2}`) one by one."""
    origin: Literal["boxed", "marked", "said", "whole"]
    earlier: tuple[str, ...] = ()
    """Contents of boxes before these."""
    last: bool = True
    """Whether nothing of weight follows it."""


def cut(text: str) -> Cut:
    """Return the expressions that a text ends on."""
    text = text[-LONGEST:]
    if "\\begin" not in text:
        text = _DOUBLED.sub(r"\\", text)
    text = _PERCENT.sub(r"\\%", text)
    boxes = _boxes(text)
    if boxes:
        return boxes
    spans = list(_SPANS.finditer(text))
    if spans:
        return _joined(text, spans)
    said = list(_SAID.finditer(text))
    if said:
        return Cut([said[-1][1].strip().rstrip(".")], "said", last=False)
    return Cut([text.strip()], "whole")


def _boxes(text: str) -> Cut | None:
    """Return the last boxes, those that are joined."""
    found: list[tuple[int, int, str]] = []
    for match in _BOXED.finditer(text):
        end = _closing(text, match.end())
        if end < 0:
            found.append((match.start(), len(text), text[match.end() :].rstrip("$ \n")))
            break
        found.append((match.start(), end + 1, text[match.end() : end]))
    if not found:
        return None
    first = len(found) - 1
    while first and _are_joined(text[found[first - 1][1] : found[first][0]]):
        first -= 1
    inner = [content for _, _, content in found[first:]]
    if text[found[-1][1] :].lstrip(" $").startswith(("\\%", "%")):
        inner[-1] += "\\%"
    return Cut(inner, "boxed", tuple(content for _, _, content in found[:first]))


def _are_joined(between: str) -> bool:
    return len(between) <= 60 and bool(_JOINT.fullmatch(between))


def _joined(text: str, spans: list[re.Match[str]]) -> Cut:
    """Return the last stretch between math marks, with those joined to it and the unit after it."""
    first = len(spans) - 1
    while first and text[spans[first - 1].end() : spans[first].start()].strip() in _JOINTS:
        first -= 1
    inner = [next(filter(None, match.groups()), "") for match in spans[first:]]
    after = text[spans[-1].end() :].strip(" .\n")
    unit = _AFTER.fullmatch(after)
    if unit:
        inner[-1] += "\\%" if unit["percent"] else f"\\text{{ {unit['unit']}}}"
    return Cut(inner, "marked", last=not after or bool(unit))


def _closing(text: str, start: int) -> int:
    """Return where the brace that was opened before `start` closes, or -1."""
    depth = 1
    for at in range(start, min(len(text), start + DEEPEST)):
        if text[at] in "{}" and text[at - 1] != "\\":
            depth += 1 if text[at] == "{" else -1
            if not depth:
                return at
    return -1
