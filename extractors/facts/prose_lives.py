"""The dates and places in the brackets that open a life: `Ada Byron (10 December 1815 – 27 November 1852) was …`.

The brackets are read only when the grammar consumes all of them: one approximate date, another calendar or a second
name in them, and nothing is taken.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = rf"(?:(?:\d{{1,2}} (?:{MONTH})|(?:{MONTH}) \d{{1,2}},|(?:{MONTH})) )?(?:1\d|20)\d\d"
_PLACE = r"[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,3}(?:, [A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,3}){0,2}"
_DASH = r" ?[–—-] ?"
BORN = re.compile(rf"born (?:on )?(?P<born>{_DATE})(?: in (?P<place>{_PLACE}))?")
LIFE = re.compile(
    rf"(?:born )?(?P<born>{_DATE})(?: in (?P<place>{_PLACE}))?{_DASH}"
    rf"(?:died )?(?P<died>{_DATE})(?: in (?P<end>{_PLACE}))?"
)
PLACED = re.compile(
    rf"(?P<born>{_DATE}),? (?:in )?(?P<place>{_PLACE}){_DASH}(?P<died>{_DATE}),? (?:in )?(?P<end>{_PLACE})"
)
OPENING = re.compile(
    r"(?P<name>[A-Z][^\s(),\"]*(?: [^\s(),\"]+){0,7}) ?\( ?(?P<inside>[^()]{4,90}?) ?\)"
)
YEAR = re.compile(r"(?:1\d|20)\d\d$")


@dataclass(frozen=True)
class LifeDate:
    """One value in the brackets: the verb it belongs to, whether it is a date, and its offsets in the sentence."""

    verb: str
    dated: bool
    start: int
    end: int


def life_dates(sentence: str) -> tuple[int, list[LifeDate]]:
    """Return the length of the name that opens the sentence, and what its brackets say of the person's life."""
    opening = OPENING.match(sentence)
    if opening is None or not re.match(
        r",? ?(?:was|is) (?:an?|the) ", sentence[opening.end() :].lstrip()
    ):
        return 0, []
    inside, at = opening["inside"], opening.start("inside")
    for pattern in (BORN, LIFE, PLACED):
        if match := pattern.fullmatch(inside):
            return opening.end("name"), list(_dates(match, at))
    return 0, []


def _dates(match: re.Match[str], at: int) -> Iterator[LifeDate]:
    groups = match.groupdict()
    for key, verb, dated in (
        ("born", "born", True), ("place", "born", False), ("died", "died", True), ("end", "died", False),
    ):  # fmt: skip
        if groups.get(key):
            yield LifeDate(verb, dated, at + match.start(key), at + match.end(key))
