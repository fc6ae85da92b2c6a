"""Which short name of a document stands for which longer one of the same document.

A text gives a name in full and goes on with a part of it: a person's last name, a town without its region, the initials
of an agency. Within one document such a part stands for the full name if it is that of no other name there; across
documents it says nothing, because another text means another Holt by `Holt`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from warehouse.records import EntityType

ACRONYM = re.compile(r"[A-Z]{3,8}")
SMALL = frozenset("of and the for in on to de la du des und y e".split())
"""Words inside a name that give its initials no letter."""
SUFFIX = re.compile(r"(?:Jr|Sr|[IVX]+|Ph\.?D|M\.?D|Inc|Ltd|LLC|Corp|Co)\b")
"""What may follow a comma and is no region: `Vera Holt, Jr` is not Vera Holt."""
NUMERAL = re.compile(r"[IVXLC]+|\w\.?")


@dataclass(frozen=True)
class LocalName:
    """A name as a document prints it, with its block key and its type."""

    key: str
    text: str
    type: EntityType


def short_forms(names: Iterable[LocalName]) -> dict[str, str]:
    """Return the key of each short name → the key of the one full name that it stands for, of one document's names."""
    known = list(dict.fromkeys(names))
    full: dict[tuple[str, str], set[str]] = defaultdict(set)
    ending: dict[str, list[LocalName]] = defaultdict(list)
    for name in known:
        for form in _shortened(name):
            full[form].add(name.key)
        _, *others = name.text.split()
        if others and not NUMERAL.fullmatch(others[-1]):
            ending[others[-1]].append(name)
    out: dict[str, str] = {}
    for name in known:
        kind = "acronym" if ACRONYM.fullmatch(name.text) else "region"
        meant = full.get((kind, name.text), set())
        meant = meant | _whole(name, ending.get(name.text.split()[-1], ()))
        if len(meant - {name.key}) == 1:
            (out[name.key],) = meant - {name.key}
    return {key: _end(key, out) for key in out}


def _shortened(name: LocalName) -> Iterator[tuple[str, str]]:
    """Yield what else the name may be called: its initials, and what stands before its region."""
    words = [word for word in re.split(r"[\s-]+", name.text) if word not in SMALL]
    if len(words) > 1 and all(word[:1].isupper() for word in words):
        yield "acronym", "".join(word[0] for word in words)
    base, comma, rest = name.text.partition(", ")
    if comma and name.type != "person" and not SUFFIX.match(rest):
        yield "region", base


def _whole(name: LocalName, ending: Iterable[LocalName]) -> set[str]:
    """Return the keys of the fullest of the names that the name is the short form of, if all are one person's."""
    if name.type not in ("person", "thing"):
        return set()
    words = name.text.split()
    longer = [other for other in ending if _part(words, other.text.split())]
    fullest = max(longer, key=lambda other: len(other.text.split()), default=None)
    if fullest is None or fullest.type != "person":
        return set()
    same = [
        _part(other.text.split(), fullest.text.split())
        for other in longer
        if other.key != fullest.key
    ]
    return {fullest.key} if all(same) else set()


def _part(short: list[str], full: list[str]) -> bool:
    """Whether a person's name is the end of the full one, or the full one without middle names; initials tell apart."""
    if len(short) >= len(full) or short[-1] != full[-1]:
        return False
    middle = len(short) == 2 and short[0] == full[0] and not any(len(w) < 3 for w in full)
    return middle or short == full[-len(short) :]


def _end(key: str, out: dict[str, str]) -> str:
    """Follow a chain of short forms to its end; each step is to a longer name, so that it has one."""
    while key in out:
        key = out[key]
    return key
