"""A reply as sentences of words, so that a claim is looked for in one sentence at a time (§3 Rewards)."""

import re
from functools import lru_cache
from typing import NamedTuple

from verifiers.answers.folding import Token, plain, tokens

_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])|\n+")
_ABBREVIATED = re.compile(
    r"(?:^|\n)\s*\d{1,3}\.$|\b(?:[A-Z]|Mr|Mrs|Ms|Dr|St|Sr|Jr|Prof|Gen|Lt|Col|Sgt|Capt|No|vs|Inc|Ltd|Co|Mt|ca|approx|e\.g|i\.e|U\.S|U\.K)\.$"
)
REACH = 8
"""Characters before a full stop in which an abbreviation is looked for."""


class Sentence(NamedTuple):
    """A sentence or line."""

    text: str
    start: int
    """Its first character in the text that it is of."""
    tokens: tuple[Token, ...]
    """Its words, with places in the sentence."""


@lru_cache(maxsize=2048)
def sentences(text: str) -> tuple[Sentence, ...]:
    """Return the sentences of a plain text, in order; none ends after an initial or a title."""
    found: list[Sentence] = []
    start = 0
    for match in _END.finditer(text):
        at = match.start()
        if "\n" not in match[0] and _ABBREVIATED.search(text, max(start, at - REACH), at):
            continue
        found.append(_sentence(text, start, match.end()))
        start = match.end()
    found.append(_sentence(text, start, len(text)))
    return tuple(sentence for sentence in found if sentence.text)


def sentence_end(reply: str, place: int) -> int:
    """Return where the sentence around a place of a reply's plain text ends."""
    text = plain(reply)
    return min((s.start for s in sentences(text) if s.start > place), default=len(text) + 1)


def _sentence(text: str, start: int, end: int) -> Sentence:
    part = text[start:end]
    lead = len(part) - len(part.lstrip())
    part = part.strip()
    return Sentence(part, start + lead, tokens(part))
