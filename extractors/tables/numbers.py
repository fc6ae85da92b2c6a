"""The grammar of a printed number: sign, currency, digits, percent, scale word, unit, footnote marks and asides.

A text is a number only when the grammar consumes all of it. A range, a fraction, a date or a formula is none, and a
mark for a missing figure is missing, never zero. What narrows a number (`about`, `<`, a bracketed interval) is kept as
a note. Whether a comma or a point parts the decimals is a property of the table, told from its unambiguous numbers.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from extractors.tables.currencies import SIGNS, currency_of
from extractors.tables.units import SCALE_WORDS, unit_of

Separators = Literal["point", "comma"]
"""Mark before the decimals."""
Reason = Literal["missing", "range", "formula", "fraction", "text"]

MISSING = frozenset(
    "- -- --- ‐ ‑ ‒ – — − ― n/a na n.a. n.a n/a. .. ... … . * ** † : x nm n/m n.m. nd n.d. nr null nan none tbd "
    "unknown #n/a ⁃ ⋯".split()
) | {"", "not available", "not applicable", "no data", "not meaningful", "- -", "— —"}
ABOUT = (
    r"~|≈|<=|>=|<|>|≤|≥|±|ca?\. ?|circa |about |approximately |approx\.? |around |nearly |over |under |almost |"
    r"more than |less than |fewer than |at least |at most |up to |est\.? "
)
_SPACE = "\u00a0\u2009\u202f "
_POINT = (
    rf"\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d{{1,3}}(?:[{_SPACE}]\d{{3}})+(?:\.\d+)?|"
    r"\d{1,3}(?:['’]\d{3})+(?:\.\d+)?|\d*\.?\d+(?:[eE][-+]?\d{1,3})?|\d+\.(?!\d)"
)
_COMMA = rf"\d{{1,3}}(?:\.\d{{3}})+(?:,\d+)?|\d{{1,3}}(?:[{_SPACE}]\d{{3}})+(?:,\d+)?|\d+(?:,\d+)?"
_MONEY = "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True))
_PATTERN = (
    r"(?P<about>{about})?\s*(?P<body>"
    r"(?P<open>\()?\s?(?P<sign>[-−–+])?\s?(?P<money>{money}|[A-Z]{{3}}(?=\s?[-−–(\d]))?\s?"
    r"(?P<inner>\()?(?P<late>[-−–])?\s?"
    r"(?P<digits>{digits})\s?(?P<close>\))?(?P<percent>\s?(?:%|percent\b|per cent\b|pct\b))?(?P<last>\))?"
    r"(?P<after>\s?(?:€|EUR\b|USD\b|GBP\b))?(?P<scale>\s?(?:{scales})\b)?"
    r"(?P<unit>\s?(?:°[CF]|[A-Za-zµ²³][\w./²³·-]*(?: [A-Za-z]+)?))??)"
    r"(?P<tail>(?:\s?[*†‡§¶#‖]+|\s?\[\w{{1,3}}\]|[¹²³⁰⁴-⁹]+|\s\d{{1,2}}/|\s?[rpe](?!\w)|\s?\([^()]{{1,60}}\))*)"
)


def _compiled(digits: str) -> re.Pattern[str]:
    scales = "|".join(sorted(SCALE_WORDS, key=len, reverse=True))
    return re.compile(
        _PATTERN.format(about=ABOUT, money=_MONEY, digits=digits, scales=scales), re.I
    )


PATTERNS: dict[Separators, re.Pattern[str]] = {
    "point": _compiled(_POINT),
    "comma": _compiled(_COMMA),
}
RANGE = re.compile(
    r"[($€£]*\s?[\d.,]+\s?%?\s?(?:-|–|—|−|to|through|\.\.)\s?[$€£]?[-−]?[\d.,]+\s?%?\)?\s?[*†‡]*"
)
FRACTION = re.compile(r"\d+\s?[/:]\s?\d+(?:\s?[/:]\s?\d+)?|\d*\s?[½⅓⅔¼¾⅛]")
MAX_DIGITS = 28
"""Places before or after the point; decimals are computed with to 28 digits."""
PLAIN = re.compile(r"[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII)
"""Numbers of a table with decimal points that have nothing beside them."""
SPACES = re.compile(rf"[{_SPACE}'’]")
ONE = Decimal(1)
LEADING_ZERO = re.compile(r"0\d")
COMMA_DECIMALS = re.compile(
    r"\d+,(?:\d{1,2}|\d{4,})|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}|0,\d+"
)
POINT_DECIMALS = re.compile(
    r"\d+\.(?:\d{1,2}|\d{4,})|\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}|0\.\d+"
)
CORE = re.compile(r"[-−–+($€£¥\s]*(?P<digits>\d[\d.,]*\d)[\s)%€*]*")
ASIDE = re.compile(r"\(([^()]{1,60})\)")
STATUS = {"r": "r", "p": "p", "e": "e"}
"""Letters that statistical offices print after a figure: revised, preliminary, estimated."""
LETTER_MARK = re.compile(r"[a-z]|note \d{1,2}", re.IGNORECASE)


class Printed(NamedTuple):
    """A number as printed, before what the table around it says of unit and scale."""

    value: Decimal
    """Sign and its own scale word applied; `%` as printed."""
    step: Decimal
    """Printed precision in units of `value`."""
    unit: str
    """What stands beside it: `%`, a currency's code, a unit's sign; empty for nothing."""
    scaled: bool
    """Whether a scale word stands beside it."""
    bracketed: bool
    """Whether it is negative by brackets alone."""
    start: int
    """Offset of the number in the text, its sign, currency and unit included, marks and asides not."""
    end: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class NotNumber:
    """Why a text is no number."""

    reason: Reason


def separators_of(texts: Iterable[str]) -> Separators | None:
    """Return the decimal mark of a table from its numbers, None where both marks are in use."""
    comma = point = False
    for text in texts:
        marked = "," in text or "." in text
        match = CORE.fullmatch(text) if marked else None
        if match is None:
            continue
        comma = comma or bool(COMMA_DECIMALS.fullmatch(match["digits"]))
        point = point or bool(POINT_DECIMALS.fullmatch(match["digits"]))
    return None if comma and point else "comma" if comma else "point"


@lru_cache(maxsize=1 << 16)
def read_number(text: str, separators: Separators = "point") -> Printed | NotNumber:
    """Return the number that `text` states, or why it states none."""
    core = text.strip()
    if separators == "point" and len(core) <= 40 and PLAIN.fullmatch(core):
        return _plain_number(core, len(text) - len(text.lstrip()))
    if core.casefold() in MISSING:
        return NotNumber("missing")
    if core[0] in "=@" or len(core) > 90:
        return NotNumber("formula" if core[0] in "=@" else "text")
    if not any(map(str.isdigit, core)):
        return NotNumber("text")
    if RANGE.fullmatch(core):
        return NotNumber("range")
    if FRACTION.fullmatch(core):
        return NotNumber("fraction")
    match = PATTERNS[separators].fullmatch(core)
    printed = _printed(match, separators) if match else None
    if printed is None:
        return NotNumber("text")
    lead = len(text) - len(text.lstrip())
    return (
        printed
        if not lead
        else printed._replace(start=printed.start + lead, end=printed.end + lead)
    )


def _plain_number(core: str, lead: int) -> Printed | NotNumber:
    """Return the number of a text that is digits, sign and marks alone."""
    minus = core[0] in "-−"
    digits = core[minus:].replace(",", "")
    if LEADING_ZERO.match(digits):
        return NotNumber("text")
    exact = Decimal(digits)
    if abs(exact.adjusted()) >= MAX_DIGITS:
        return NotNumber("text")
    step = ONE.scaleb(int(exact.as_tuple().exponent))
    value = -exact if minus else exact
    return Printed(value, step, "", False, False, lead, lead + len(core), ())


def _printed(match: re.Match[str], separators: Separators) -> Printed | None:
    exact = _decimal(match["digits"], separators)
    opened, closed = bool(match["open"] or match["inner"]), bool(match["close"] or match["last"])
    money = currency_of((match["money"] or match["after"] or "").strip())
    unit = unit_of(match["unit"].strip()) if match["unit"] else ""
    units = [u for u in ("%" if match["percent"] else "", money or "", unit or "") if u]
    # `192K` may be thousands or kelvins.
    if match["unit"] == "K" or exact is None or opened != closed or unit is None or len(units) > 1:
        return None
    if (match["money"] or match["after"]) and money is None:
        return None
    minus = (match["sign"] or match["late"] or "+") in "-−–"
    if minus and opened:
        return None
    scale = SCALE_WORDS[match["scale"].strip().lower()] if match["scale"] else 1
    step = ONE.scaleb(int(exact.as_tuple().exponent)) * scale
    value = exact * scale
    about = (match["about"].strip(),) if match["about"] else ()
    return Printed(
        value=-value if minus or opened else value, step=step, unit=units[0] if units else "",
        scaled=bool(match["scale"]), bracketed=opened, start=match.start("body"),
        end=match.start("body") + len(match["body"].rstrip()), notes=about + _notes(match["tail"]),
    )  # fmt: skip


def _decimal(digits: str, separators: Separators) -> Decimal | None:
    """Return the exact value of digits; None for a code with a leading zero, and for what is too long to be exact."""
    plain = SPACES.sub("", digits)
    plain = (
        plain.replace(",", "")
        if separators == "point"
        else plain.replace(".", "").replace(",", ".")
    )
    if LEADING_ZERO.match(plain) or len(plain) > 40:
        return None
    exact = Decimal(plain)
    if abs(exact.adjusted()) >= MAX_DIGITS:
        return None
    # `1E+3` states no more than its digits; written out it is a whole number.
    return exact.quantize(ONE) if int(exact.as_tuple().exponent) > 0 else exact


def _notes(tail: str) -> tuple[str, ...]:
    """Return what narrows the number after it: asides but for letter marks, and the letters of a status."""
    asides = [aside for aside in ASIDE.findall(tail) if not LETTER_MARK.fullmatch(aside)]
    letters = re.sub(r"\([^()]*\)|\[\w*\]", "", tail)
    return tuple(asides) + tuple(STATUS[c] for c in letters if c in STATUS)


def plain(number: Decimal) -> str:
    """Return a decimal without exponent; trailing zeros are dropped, the step keeps the precision."""
    text = str(number)
    text = format(number, "f") if "E" in text else text
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
