"""The final answer of a reply (§3 Rewards): what follows the reasoning block and the published prefix.

The prefix is "Therefore, the answer is", in any case and punctuation; its last occurrence counts, and what followed the
earlier ones is kept, since a reply that gives several answers gives none. A reply without it is its own answer if it
is short. Only the end of a long reply is looked at, so that the cost does not grow with the reply.
"""

import re
from typing import Literal

from warehouse.records import Record

SHORT = 2000
"""Characters up to which a reply without the prefix is taken as the answer as a whole."""
TAIL = 20_000
"""Characters at the end of a reply in which the prefix is looked for."""
EARLIER = 8
"""Earlier answers that are kept."""
_OPEN, _CLOSE = "<think>", "</think>"
_PREFIX = re.compile(
    r"\btherefore\b[\s,:;.*_-]{0,8}the[\s*_]{1,4}(?:final[\s*_]{1,4})?answer[\s*_]{1,4}is\b[\s:*_=]{0,8}(?:-\s{1,4})?",
    re.IGNORECASE,
)
_MARKED = re.compile(r"\A[\s*_#>]+|[\s*_#]+\Z")


class FinalAnswer(Record):
    """What a reply gives as its answer."""

    text: str
    """Without the prefix and without marks of emphasis around it; empty where there is none."""
    origin: Literal["stated", "whole", "none", "long"]
    """`stated` after the prefix; `whole` reply; `none`: nothing after the reasoning; `long`: no prefix, and too long to
    be an answer as a whole."""
    earlier: tuple[str, ...] = ()
    """First lines of what followed earlier occurrences of the prefix."""


def final_answer(reply: str) -> FinalAnswer:
    """Return the final answer of a reply of any length."""
    after = after_reasoning(reply)
    parts = after_prefix(after[-TAIL:])
    if parts:
        text = _cleaned(parts[-1][: SHORT + 1])
        if len(text) > SHORT:
            return FinalAnswer(text="", origin="long")
        earlier = tuple(_cleaned(part.strip().partition("\n")[0][:SHORT]) for part in parts[:-1])
        return FinalAnswer(
            text=text, origin="stated" if text else "none", earlier=earlier[-EARLIER:]
        )
    if len(after) > SHORT:
        return FinalAnswer(text="", origin="long")
    text = _cleaned(after)
    return FinalAnswer(text=text, origin="whole" if text else "none")


def after_prefix(text: str) -> list[str]:
    """Return what follows each occurrence of the prefix up to the next one, nothing where it does not occur."""
    found = list(_PREFIX.finditer(text))
    ends = [*(match.start() for match in found[1:]), len(text)]
    return (
        [text[match.end() : end] for match, end in zip(found, ends, strict=True)] if found else []
    )


def after_reasoning(reply: str) -> str:
    """Return what follows the reasoning block; nothing where it was opened and not closed."""
    at = reply.rfind(_CLOSE)
    if at >= 0:
        reply = reply[at + len(_CLOSE) :]
    return "" if _OPEN in reply else reply


def _cleaned(text: str) -> str:
    return _MARKED.sub("", text)
