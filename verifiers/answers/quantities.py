"""Numbers of a text with precision, scale and unit: `$2.94 trillion`, `1 000,5 km`, `twenty-five years`, `-3 %`.

Digits inside words, versions, times, codes with a leading zero and longer numbers are no numbers here. A comma before
exactly three digits groups them unless the number starts with 0; before another count of digits it is a decimal comma.
"""

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from verifiers.answers.folding import plain
from verifiers.answers.number_words import WORDS, value_of
from verifiers.answers.units import SCALES, SIGNS, unit_of

LONGEST = 40
"""Characters of a printed number; a longer run of digits is none."""
MOST = 200
"""Numbers of a text that are read."""
FRACTION_STEP = Decimal("1e-9")
_DIGITS = (
    r"\d{1,3}(?:,\d{3})++(?:\.\d++)?|\d{1,3}(?:[ ]\d{3})++(?:[.,]\d++)?|\d{1,3}(?:\.\d{3}){2,}+(?:,\d++)?"
    r"|\d++(?:[.,]\d++)?|\.\d++"
)
_MONEY = r"\b(?:usd|eur|gbp|jpy|inr|chf|cny)\b|us ?\$|u\.s\. ?\$|[$€£¥₹₱₩]"
_SCALE = "|".join(sorted((*SCALES, "k"), key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?<![\w.,/:^])(?P<minus>minus |negative |-(?!\s))?\+?\s?(?P<money>{_MONEY})?\s?(?P<inner>-)?"
    rf"(?P<digits>{_DIGITS})"
    rf"(?:[ -]?(?P<scale>{_SCALE})(?![a-z]))?(?![\d:]|[.,/]\d)",
    re.IGNORECASE,
)
_SPELLED = re.compile(
    r"(?<![\w-])(?:(?P<minus>minus|negative) )?(?P<words>(?:a )?(?:" + "|".join(WORDS) + "|dozen)"
    r"(?:(?:[ -]|,? and )(?:" + "|".join(WORDS) + r"))*+)(?![\w-])",
    re.IGNORECASE,
)
_FRACTION = re.compile(
    r"(?<![\w.,/:])(?P<minus>-)?(?:(?P<whole>\d{1,6})[ -])?(?P<top>\d{1,6})/(?P<bottom>\d{1,6})(?![\d/])"
)
_CODE = re.compile(r"0\d")
_AFTER = re.compile(r"[ -]?(%|°[cf]?|[a-z][\w.^/]*(?:[ -][a-z(][\w.^/()]*){0,3})", re.IGNORECASE)
_KNOWN = frozenset(SIGNS.values())


class Quantity(NamedTuple):
    """A number that was read."""

    value: Decimal
    step: Decimal
    """Value of its last printed digit."""
    unit: str
    """Sign of its unit (`units.SIGNS`), empty where the words after it are none."""
    start: int
    end: int
    """One past the number and its unit, in `plain(text)`."""
    decimals: bool
    """Whether a decimal mark is printed."""
    scaled: bool
    """Whether a scale word or letter stands at it."""


@lru_cache(maxsize=2048)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Return the numbers of a text, in order, with their places in `plain(text)`."""
    text = plain(text)
    found: list[Quantity] = []
    for pattern, read in ((_FRACTION, _fraction), (_NUMBER, _printed), (_SPELLED, _spelled)):
        for match in pattern.finditer(text):
            if len(found) == MOST:
                break
            if any(q.start < match.end() and match.start() < q.end for q in found):
                continue
            quantity = read(text, match)
            if quantity:
                found.append(quantity)
    return tuple(sorted(found, key=lambda quantity: quantity.start))


@lru_cache(maxsize=2048)
def whole_quantity(text: str) -> Quantity | None:
    """Return the quantity that a text is, with its unit and nothing else, or None."""
    text = plain(text).strip().rstrip(".")
    found = quantities(text)
    return (
        found[0] if len(found) == 1 and found[0].start == 0 and found[0].end == len(text) else None
    )


def _printed(text: str, match: re.Match[str]) -> Quantity | None:
    digits = match["digits"]
    if len(digits) > LONGEST or _CODE.match(digits):
        return None
    clean = _decimal(digits)
    word = (match["scale"] or "").lower()
    power = SCALES.get(word, 3 if word else 0)
    exponent = power - len(clean.partition(".")[2])
    value = Decimal(clean).scaleb(power)
    negative = bool(match["minus"] or match["inner"])
    return _quantity(
        text,
        match,
        -value if negative else value,
        exponent,
        decimals="." in clean,
        scaled=bool(word),
    )


def _spelled(text: str, match: re.Match[str]) -> Quantity | None:
    words = match["words"].lower().replace("-", " ").replace(",", "").split()
    value = value_of(words)
    if value is None:
        return None
    power = SCALES.get(words[-1], 0)
    return _quantity(
        text, match, Decimal(-value if match["minus"] else value), power, scaled=bool(power)
    )


def _fraction(text: str, match: re.Match[str]) -> Quantity | None:
    if not int(match["bottom"]):
        return None
    value = Decimal(match["top"]) / Decimal(match["bottom"]) + int(match["whole"] or 0)
    read = _quantity(text, match, -value if match["minus"] else value, 0, decimals=True)
    return read._replace(step=FRACTION_STEP)


def _quantity(
    text: str,
    match: re.Match[str],
    value: Decimal,
    exponent: int,
    *,
    decimals: bool = False,
    scaled: bool = False,
) -> Quantity:
    """Return a number with the unit that stands around it.

    Args:
        text: the plain text.
        match: the number with its scale; a currency sign before it is its group `money`.
        value: the number, scale applied.
        exponent: of the power of ten that its last digit stands for.
        decimals: whether a decimal mark is printed.
        scaled: whether a scale is printed.
    """
    money = match.groupdict().get("money")
    unit, power, end = _unit(text, match.end())
    if money:
        unit, power, end = _money(money), 0, match.end()
    step = Decimal(1).scaleb(exponent + power)
    return Quantity(
        value.scaleb(power), step, unit, match.start(), end, decimals, scaled or power > 0
    )


def _money(sign: str) -> str:
    return SIGNS.get(sign.lower().replace(" ", "").replace("u.s.", "us"), "USD")


def _decimal(digits: str) -> str:
    """Return printed digits as a decimal: groups closed, the decimal mark a point."""
    if digits.count(".") > 1:
        return digits.replace(".", "").replace(",", ".")
    digits = digits.replace(" ", "")
    if "." in digits:
        return digits.replace(",", "")
    head, _, tail = digits.rpartition(",")
    if not head or (len(tail) == 3 and not head.startswith("0")):
        return digits.replace(",", "")
    return f"{head.replace(',', '')}.{tail}"


def _unit(text: str, end: int) -> tuple[str, int, int]:
    """Return the sign of the unit after a number, the power of ten that it holds, and where it ends."""
    match = _AFTER.match(text, end)
    if not match:
        return "", 0, end
    printed = match[1]
    while printed:
        sign, power = unit_of(printed.rstrip("."))
        if sign in _KNOWN:
            return sign, power, match.start(1) + len(printed)
        printed = printed[: max(printed.rfind(" "), printed.rfind("-"), 0)]
    return "", 0, end
