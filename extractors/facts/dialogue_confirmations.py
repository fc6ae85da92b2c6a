"""Details that one side reads back: `Please confirm: the movie is Zama. The city is Porto.`

Only after a word of confirming, and only `the NOUN is VALUE`: what a question, an offer or a search
result says is not settled. The fact's subject is decided by the caller; a later confirmation of the
same detail takes this one's place.
"""

import re
from collections.abc import Iterator

from extractors.facts.dialogue_clauses import Reading
from extractors.facts.dialogue_turns import Turn
from extractors.facts.dialogue_values import Value, name_over, value_at
from extractors.facts.dialogue_words import BAD_ADJECTIVES, NO_RELATION

CONFIRM = re.compile(
    r"\b(?:please (?:confirm|verify|check)|(?:just )?to (?:confirm|verify|recap)|confirming|"
    r"confirm (?:the|these|that)|verify (?:the|these)|(?:the|your) (?:booking|order|reservation) "
    r"details)\b",
    re.IGNORECASE,
)
FIELD = re.compile(
    r"\b(?:[Tt]he|[Yy]our) (?P<noun>[a-z]+(?: [a-z]+){0,2}) (?:is|will be) "
    r"(?P<value>[^\s.,;?!][^.,;?!\n]{0,60}?)(?=[.;?!\n]|,? and (?:the|your) |, (?:the|your) |$)"
)
CAPITALISED = re.compile(r"[A-Z0-9À-Þ]")


def read_confirmations(turn: Turn) -> Iterator[Reading]:
    """Yield the details that the turn reads back, with spans in its utterance."""
    cue = CONFIRM.search(turn.text)
    if cue is None:
        return
    for match in FIELD.finditer(turn.text, cue.end()):
        noun = match["noun"]
        words = noun.split()
        value = _value(turn.text, match.start("value"), match.end("value"))
        if value is None or words[-1] in NO_RELATION or BAD_ADJECTIVES & set(words):
            continue
        yield Reading(None, noun, value, "attribute", match.start(), match.end(), True)


def _value(text: str, start: int, end: int) -> Value | None:
    """Return the value that fills the span: an amount or date, or a capitalised name or title."""
    measured = value_at(text, start)
    if measured is not None:
        return measured if measured.end == end else None
    if not CAPITALISED.match(text, start) or text[start:end].isdigit():
        return None
    name = name_over(text, start)
    kind = "thing" if name is not None else "text"
    return Value(text[start:end], start, end, kind)
