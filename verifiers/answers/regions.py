"""Which place may stand after a comma to say where another lies: `Austin, Texas`, but not `Paris, London`.

Countries are those of CLDR (by Babel); states and provinces are those of the United States and Canada, which English
writes so.
"""

import re
from functools import lru_cache

STATES = frozenset(
    "alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|georgia|hawaii|idaho|illinois|"
    "indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi|missouri|"
    "montana|nebraska|nevada|new hampshire|new jersey|new mexico|new york|north carolina|north dakota|ohio|oklahoma|"
    "oregon|pennsylvania|rhode island|south carolina|south dakota|tennessee|texas|utah|vermont|virginia|washington|"
    "west virginia|wisconsin|wyoming|d.c|alberta|british columbia|manitoba|new brunswick|nova scotia|ontario|quebec|"
    "saskatchewan".split("|")
)
_PIECE = r"(?:[A-Z][\w.'-]*+\s?){1,4}"
_AFTER = re.compile(rf"\s*,\s*({_PIECE})(?=[.;!?,)]|\Z)")
_BEFORE = re.compile(rf"({_PIECE}),\s*\Z")
NEAR = 60
"""Characters before a phrase in which its neighbour is looked for."""


def rival_beside(text: str, start: int, end: int) -> bool:
    """Return whether a name is parted from a phrase by nothing but a comma and does not say where it lies.

    Args:
        text: a sentence.
        start: first character of the phrase.
        end: one past its last character.
    """
    phrase = text[start:end]
    if not phrase[:1].isupper():
        return False
    after = _AFTER.match(text, end)
    if after and not lies_in(phrase, after[1]):
        return True
    before = _BEFORE.search(text[max(0, start - NEAR) : start])
    if not before or before[1].endswith("ly") or before[1] in ("Yes", "No"):
        return False
    return not lies_in(before[1], phrase)


def lies_in(inner: str, outer: str) -> bool:
    """Return whether the second of two names is a country or state and the first is a smaller place by its kind."""
    small, large = _key(inner.rpartition(",")[2]), _key(outer.partition(",")[0])
    if large in _countries():
        return small not in _countries()
    return large in STATES and small not in _countries() | STATES


def _key(name: str) -> str:
    return name.strip().rstrip(".").casefold()


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    from babel import Locale  # its data is read only for replies with such a comma

    named = Locale("en").territories
    names = {str(name).casefold() for code, name in named.items() if len(code) == 2}
    return frozenset(names | {"usa", "u.s", "u.s.a", "uk", "u.k", "england", "scotland", "wales"})
