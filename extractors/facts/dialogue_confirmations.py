"""Details that one side reads back and the other agrees to.

`Please confirm: the movie is Zama.` `Confirming the movie Zama with Hindi subtitles.` Only after a
word of confirming, and only when the next turn of somebody else says yes: what a question, an offer
or a search result says is not settled. A later confirmation of a detail takes this one's place.
"""

import re
from collections.abc import Iterator, Sequence

from extractors.facts.dialogue_changes import Statement
from extractors.facts.dialogue_clauses import Reading
from extractors.facts.dialogue_turns import Turn
from extractors.facts.dialogue_values import Value, value_at
from extractors.facts.dialogue_words import BAD_ADJECTIVES, NO_RELATION

CONFIRM = re.compile(
    r"\b(?:please (?:confirm|verify|check)|(?:just )?to (?:confirm|verify|recap)|confirming|"
    r"confirm (?:the|these|that|to)|verify (?:the|these)|your confirmation|"
    r"(?:the|your) (?:booking|order|reservation) details)\b",
    re.IGNORECASE,
)
AGREED = re.compile(
    r"\s*(?:yes|yeah|yep|yup|sure|correct|right|perfect|exactly|ok|okay|great|fine|absolutely|"
    r"confirmed|please do|go ahead|sounds (?:good|great)|that'?s (?:right|correct|it|fine|great)|"
    r"that (?:is|this) (?:right|correct)|that works)\b",
    re.IGNORECASE,
)
TAKEN_BACK = re.compile(
    r"\b(?:but|actually|instead|rather|change|not|no|wait|can you|could you|make)\b|n't\b",
    re.IGNORECASE,
)
STATED = re.compile(
    r"\b(?:[Tt]he|[Yy]our) (?P<noun>[a-z]+(?: [a-z]+){0,2}) (?:is|will be) "
    r"(?P<value>[^\s.,;?!][^.,;?!\n]{0,60}?)(?=[.;?!\n]|,? and (?:the|your) |, (?:the|your) |$)"
)
NAMED = re.compile(
    r"\bthe (?P<noun>[a-z]+) (?P<value>[A-ZÀ-Þ][^.,;?!\n]{1,60}?)(?=[.,;?!\n]| with [A-Z]|$)"
)
WITH = re.compile(
    r"\bwith (?P<value>[A-Z][a-zà-ÿ]+) (?P<noun>[a-z]+)(?=[.,;?!\n]| enabled| on\b|$)"
)
PATTERNS = (STATED, NAMED, WITH)
CAPITALISED = re.compile(r"[A-Z0-9À-Þ]")


def read_confirmations(turn: Turn, turns: Sequence[Turn]) -> Iterator[Statement]:
    """Yield the details that the turn reads back and the next turn agrees to.

    A detail is the other side's own. What the turn says it would do (`playing Zama`) is asked, and not done yet.
    """
    cue = CONFIRM.search(turn.text)
    reply = _agreement(turn, turns) if cue else None
    if cue is None or reply is None:
        return
    for pattern in PATTERNS:
        for match in pattern.finditer(turn.text, cue.end()):
            words = match["noun"].split()
            value = _value(turn.text, match.start("value"), end=match.end("value"))
            if value is None or words[-1] in NO_RELATION or BAD_ADJECTIVES & set(words):
                continue
            span = (0, len(turn.text))
            detail = Reading(None, match["noun"], value, "attribute", *span, functional=True)
            yield Statement(turn, detail, reply.speaker.text, reply=reply)


def _agreement(turn: Turn, turns: Sequence[Turn]) -> Turn | None:
    """Return the next turn if it is somebody else's and agrees without a change."""
    reply = turns[turn.index + 1] if turn.index + 1 < len(turns) else None
    if reply is None or reply.speaker.text == turn.speaker.text:
        return None
    first = re.split(r"(?<=[.!?])\s", reply.text, maxsplit=1)[0]
    return reply if AGREED.match(first) and not TAKEN_BACK.search(first) else None


def _value(text: str, start: int, *, end: int) -> Value | None:
    """Return the value that fills the span: an amount or date, or a capitalised name or title."""
    measured = value_at(text, start)
    if measured is not None:
        return measured if measured.end == end else None
    words = text[start:end].split()
    capitals = [word for word in words if CAPITALISED.match(word)]
    if not CAPITALISED.match(text, start) or text[start:end].isdigit():
        return None
    if 2 * len(capitals) < len(words):
        return None
    return Value(text[start:end], start, end, "thing")
