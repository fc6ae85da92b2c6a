"""The grammar of a field's value: what a table cell or the text after `Field:` says, or nothing if it is not clear.

A value is accepted only when the grammar consumes all of it: `10.6% (2004 est.)` is a number with a time qualifier,
`9.6% in metropolitan Lima` is not a number at all, because the rest narrows it in a way this grammar cannot carry.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from warehouse.records import EntityType, Qualifier, Quantity

SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
UNITS = (
    "sq km", "sq mi", "square kilometres", "square kilometers", "square miles", "cu km", "cubic kilometres",
    "km/h", "km2", "km²", "km", "kilometres", "kilometers", "nm", "mi", "miles", "m³/s", "m3/s", "m", "metres",
    "meters", "cm", "mm", "ft", "feet", "kg", "tonnes", "metric tons", "tons", "t", "g", "bbl/day", "bbl", "kWh",
    "MW", "GW", "kW", "W", "kN", "°C", "K", "%", "percent", "per cent", "per 1,000 population", "people",
    "inhabitants", "persons", "years", "year", "months", "days", "hours", "minutes", "seconds", "euros", "dollars",
    "pounds", "EUR", "USD", "GBP", "births/1,000 population", "deaths/1,000 population", "deaths/1,000 live births",
    "migrant(s)/1,000 population", "children born/woman", "beds/1,000 population", "physicians/1,000 population",
    "mph", "knots", "litres", "liters", "Earth days", "AU", "light-years", "bits", "bytes", "MB", "GB",
)  # fmt: skip
CURRENCY = "$€£"
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
_NUMBER = r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?"
NUMBER = re.compile(
    rf"(?P<about>about |approximately |approx\. |around |over |more than |nearly )?(?P<currency>[{CURRENCY}])?"
    rf"(?P<number>{_NUMBER})(?P<scale> (?:{'|'.join(SCALES)}))?(?: ?(?P<unit>{_UNIT}))?(?![\w%])"
)
YEAR = re.compile(r"(?:1[0-9]|20)\d\d")
DATE = re.compile(
    rf"\d{{4}}-\d\d-\d\d|\d{{1,2}} (?:{MONTHS}),? \d{{3,4}}|(?:{MONTHS}) \d{{1,2}}, \d{{3,4}}"
)
ASIDE = re.compile(r"\s*\((?P<text>[^()]{1,60})\)$")
NOTE_MARK = re.compile(r"\d{1,2}|[a-z]|[*†‡§]+")
"""A bracketed aside that points to a note, whose text may narrow the value."""
TIME_ASIDE = re.compile(
    rf"(?:as of )?(?:(?:{MONTHS}|mid-?year|FY|end) ?)?(?:\d{{4}})(?:/\d\d)?(?: ?"
    r"(?:est\.?|estimate|census|data|proj\.?))?"
)
NAME = re.compile(
    r"[^\W\d_a-z][\w.'’&-]*(?:(?: | - )(?:(?:of|the|de|da|di|del|della|la|le|van|von|der|and|in|on|at|for|du|des|"
    r"y|e|al|el|upon|am|im|zu|to|a)\b|[^\W_a-z][\w.'’&-]*)){0,8}"
)
WORDS = re.compile(r"[a-z][\w'’-]*(?: [a-z][\w'’-]*){0,3}")
UNKNOWN = {
    "",
    "-",
    "--",
    "—",
    "–",
    "n/a",
    "na",
    "none",
    "nil",
    "unknown",
    "not available",
    "tbd",
    "...",
    "…",
}
SAID = frozenset(("yes", "no", "true", "false"))
"""Answers to a label that is a question (`Landlocked: no`): nobody asks for "the landlocked of Chad"."""


@dataclass(frozen=True)
class Value:
    """A value that the grammar has read whole. `start` and `end` are offsets in the text given, asides excluded."""

    text: str
    start: int
    end: int
    type: EntityType
    quantity: Quantity | None = None
    qualifiers: tuple[Qualifier, ...] = ()


def quantity_of(match: re.Match[str], unit: str = "") -> Quantity:
    """Return the quantity of a `NUMBER` match, scale applied; `unit` is the header's, used where none is printed."""
    digits = match["number"].replace(",", "")
    scale = SCALES[match["scale"].strip()] if match["scale"] else 1
    exact = Decimal(digits)
    step = Decimal(1).scaleb(min(int(exact.as_tuple().exponent), 0)) * scale
    printed = match["unit"] or match["currency"] or unit
    return Quantity(value=_plain(exact * scale), unit=printed, step=_plain(step))


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def parse_value(text: str, unit: str = "") -> Value | None:
    """Return the value that `text` states, or None when any part of it is not understood.

    `unit` comes from a column's header (`Length (km)`). The answer's type is `value` for numbers and dates, `thing`
    for names (the entity step refines it) and `text` for up to four lower-case words.
    """
    core, qualifiers = _without_asides(text)
    if any(NOTE_MARK.fullmatch(qualifier.text) for qualifier in qualifiers):
        return None
    start = len(core) - len(core.lstrip())
    core = core.strip()
    if core.casefold() in UNKNOWN or core.casefold() in SAID or len(core) > 80:
        return None
    end = start + len(core)
    if YEAR.fullmatch(core) and unit in ("", "year"):
        return Value(
            core, start, end, "value", Quantity(value=core, unit="year", step="1"), qualifiers
        )
    if DATE.fullmatch(core):
        return Value(core, start, end, "value", None, qualifiers)
    if match := NUMBER.fullmatch(core):
        about = (Qualifier(kind="note", text=match["about"].strip()),) if match["about"] else ()
        return Value(core, start, end, "value", quantity_of(match, unit), about + qualifiers)
    if NAME.fullmatch(core):
        return Value(core, start, end, "thing", None, qualifiers)
    if WORDS.fullmatch(core):
        return Value(core, start, end, "text", None, qualifiers)
    return None


def identifying(value: Value) -> Value:
    """Return a value under an identifier's label: what is printed, neither a quantity nor a thing to go on from.

    Codes of two kinds collide: `SYR` is an airport in one table and a country in another.
    """
    return replace(value, type="value", quantity=None)


def _without_asides(text: str) -> tuple[str, tuple[Qualifier, ...]]:
    """Take trailing bracketed asides off: a date is a time qualifier, anything else a note that must be carried."""
    qualifiers: list[Qualifier] = []
    core = text.rstrip()
    while aside := ASIDE.search(core):
        inner = aside["text"].strip()
        qualifiers[:0] = _aside(inner)
        core = core[: aside.start()]
    return core, tuple(qualifiers)


def _aside(text: str) -> tuple[Qualifier, ...]:
    return (Qualifier(kind="time" if TIME_ASIDE.fullmatch(text) else "note", text=text),)


ITEM = re.compile(rf"(?P<name>.+?) (?P<measure>{NUMBER.pattern})(?P<aside>\s*\([^()]{{1,60}}\))?")


def parse_list(text: str, *, plural: bool) -> list[Value] | None:
    """Return the items of a list, or None unless every one of them is a clean name, with or without a measure.

    `Czech Republic 362 km, Germany 784 km` carries each number as the item's quantity. A list without measures needs
    semicolons, three items or a plural label, so that `Vienna, Austria` is not two things.
    """
    separator = ";" if ";" in text else ", "
    values: list[Value] = []
    cursor = 0
    pieces = text.split(separator)
    for piece in pieces:
        start = cursor + len(piece) - len(piece.lstrip())
        cursor += len(piece) + len(separator)
        item = piece.strip().rstrip(".") if piece is pieces[-1] else piece.strip()
        if match := ITEM.fullmatch(item):
            name = match["name"].strip()
            aside = _aside(match["aside"].strip(" ()")) if match["aside"] else ()
            quantity = quantity_of(match)
            if not quantity.unit:
                return None
        else:
            name, aside, quantity = item, (), None
            if bracket := ASIDE.search(name):
                aside = _aside(bracket["text"].strip())
                name = name[: bracket.start()]
        if name.startswith("the "):
            start, name = start + 4, name[4:]
        if not NAME.fullmatch(name):
            return None
        values.append(Value(name, start, start + len(name), "thing", quantity, aside))
    measured = sum(value.quantity is not None for value in values)
    if measured not in (0, len(values)):
        return None
    if not measured and len(values) < (2 if plural or separator == ";" else 3):
        return None
    return values
