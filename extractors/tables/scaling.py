"""Unit and scale of a figure, from what is printed beside it, its row, its column and the lines around the table.

The nearest statement holds. Money carries down a column of accounts from where its sign is printed; scale words hold
for money and counts, never for percentages and figures per share, and not for what they except. Where the table leaves
a figure's unit or scale open the figure is refused.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from extractors.tables.currencies import CODES
from extractors.tables.numbers import Printed
from extractors.tables.units import Unit

PER_SHARE = re.compile(
    r"\bper[ -](?:[\w-]+ ){0,3}(?:share|ads|unit)\b|\beps\b|\bearnings per\b|/share", re.I
)
SHARES = re.compile(
    r"(?:weighted|number of|basic|diluted|dilutive)\b[^$]*\bshares?\b|(?:^|/ )shares(?:$| /)|"
    r"\bshares (?:used|outstanding)\b|\bshares (?:re)?purchased\b",
    re.IGNORECASE,
)
SOME_SHARES = re.compile(r"\bshares\b", re.IGNORECASE)
COUNTED = re.compile(
    r"\b(?:population|people|persons|households|numbers?|employ(?:ees|ment)|employed|units|jobs|workers|customers|"
    r"subscribers|users|vehicles|deaths|births|cases|visitors|passengers|students|pupils|members(?:hips?)?|"
    r"inhabitants|residents|patients|arrivals|tourists|labou?r force|copies|visits)\b",
    re.IGNORECASE,
)
"""Words of things that are counted, so that a scale alone is a scale of a count."""
PER = re.compile(r"\bper\b")
AT_PAR = re.compile(r"par value|at cost|common stock|treasury", re.IGNORECASE)
COUNTS = re.compile(
    r"\bnumber of\b|\bpercent|%|\bratio\b|\b(?:tax|interest|discount|growth|yield|mortality|birth|"
    r"unemployment|occupancy) rates?\b|"
    r"\bweighted[- ]average (?:remaining|life|term|discount|period|age|interest)|\b(?:employees|headcount|"
    r"stores|square f)|"
    r"\bin years\b|\(years\)|\bmargin\b.*%|\bbasis points\b|\bper\b",
    re.IGNORECASE,
)
MONEY = re.compile(
    r"\b(?:revenues?|income|expenses?|costs?|prices?|profits?|loss(?:es)?|earnings|assets?|liabilit|debt|cash|payables?|"
    r"receivables?|dividends?|taxes|goodwill|inventor(?:y|ies)|wages|salar(?:y|ies)|net sales|fees|payments?|"
    r"proceeds|equity|"
    r"depreciation|amortization|gdp|expenditures?|fair value|capital)\b",
    re.IGNORECASE,
)


class Scaled(NamedTuple):
    """A figure's unit and what its printed number is multiplied by."""

    unit: str
    scale: int


@dataclass(frozen=True)
class Unclear:
    """Why a figure has no unit or scale."""

    reason: str


@dataclass(frozen=True)
class Money:
    """Where a table prints signs of its one currency."""

    code: str
    rows: frozenset[int]
    columns: frozenset[int]
    digits: int
    """Usual number of decimals of its amounts."""


def money_of(figures: Iterable[tuple[int, int, Printed]]) -> Money | None:
    """Return where (row, column, number) triples print money; None for no currency or several."""
    found = [(row, column, number) for row, column, number in figures if number.unit in CODES]
    codes = {number.unit for _, _, number in found}
    if len(codes) != 1:
        return None
    digits = Counter(-int(number.step.as_tuple().exponent) for *_, number in found)
    return Money(
        codes.pop(), frozenset(row for row, _, _ in found), frozenset(c for _, c, _ in found),
        digits.most_common(1)[0][0],
    )  # fmt: skip


class Around(NamedTuple):
    """What stands around one figure."""

    words: str
    """Labels of row, groups and column, for the words that say what kind of figure it is."""
    row: tuple[Unit, ...]
    """Unit statements from the nearest outwards."""
    money: Money | None
    paid: bool
    """Whether the figure stands where money carries on from a printed sign."""
    percent: bool
    """Whether its column prints `%` elsewhere."""
    elsewhere: bool = False
    """Whether the document states a scale, though the table does not."""


@dataclass(frozen=True)
class Kind:
    """What kind of figure its labels speak of, each looked for when it is asked for first."""

    words: str

    @cached_property
    def money(self) -> bool:
        """Whether they name something that is paid."""
        return bool(MONEY.search(self.words))

    @cached_property
    def rate(self) -> bool:
        """Whether they name a number, ratio, rate or age, which money's unit is not for."""
        return bool(COUNTS.search(self.words))

    @cached_property
    def shares(self) -> bool:
        """Whether they name a number of shares."""
        return "share" in self.words.lower() and bool(SHARES.search(self.words))

    @cached_property
    def some_shares(self) -> bool:
        """Whether they speak of shares."""
        return bool(SOME_SHARES.search(self.words))

    @cached_property
    def at_par(self) -> bool:
        """Whether they name what shares are booked at."""
        return bool(AT_PAR.search(self.words))

    @cached_property
    def counted(self) -> bool:
        """Whether they name things that are counted."""
        return bool(COUNTED.search(self.words))


@lru_cache(maxsize=1 << 13)
def _kind(words: str) -> Kind:
    """Return the kind of figure that labels speak of; the figures of a row or column share their labels."""
    return Kind(words)


@lru_cache(maxsize=1 << 13)
def _per_share(words: str) -> bool:
    return _names_share(words) and not words.lower().startswith("shares")


@lru_cache(maxsize=1 << 13)
def _names_share(words: str) -> bool:
    low = words.lower()
    return ("per" in low or "eps" in low or "/share" in low) and bool(PER_SHARE.search(words))


def scaled(number: Printed, around: Around) -> Scaled | Unclear:
    """Return the unit and scale of a figure, or what is unclear of them."""
    words = around.words
    per_share = _per_share(words)
    if number.unit == "%":
        return Scaled("%", 1)
    signed = _signed(around.row)
    if number.unit and number.unit not in CODES:
        same = signed is None or signed.sign in (number.unit, "")
        return Scaled(number.unit, 1) if same else Unclear("two units")
    if number.unit:
        if per_share:
            return Scaled(f"{number.unit}/share", 1)
        if signed and signed.sign and signed.sign.partition("/")[0] not in (number.unit, "%"):
            return Unclear("two units")
        return _sized(number.unit, number, around)
    if signed is not None and signed.sign:
        if signed.sign in ("m", "t", "min") and _kind(words).money:
            return Unclear("unit unclear")
        if per_share and signed.sign in CODES:
            return Scaled(f"{signed.sign}/share", 1)
        if signed.sign in CODES and _kind(words).rate:
            return Unclear("unit unclear")
        return _sized(signed.sign, number, around)
    return _unsigned(number, around, per_share)


def _signed(units: Iterable[Unit]) -> Unit | None:
    """Return the nearest statement of a unit."""
    for unit in units:
        if unit.sign is not None:
            return unit
    return None


def _multiplied(units: Iterable[Unit]) -> Unit | None:
    """Return the nearest statement of a scale."""
    for unit in units:
        if unit.scale != 1:
            return unit
    return None


def _unsigned(number: Printed, around: Around, per_share: bool) -> Scaled | Unclear:
    """Return the unit of a figure that has none beside it nor in a heading."""
    kind = _kind(around.words)
    if kind.shares and not per_share and not kind.at_par:
        shares = next((unit.shares for unit in around.row if unit.shares), None)
        return Scaled("shares", shares) if shares else _sized("shares", number, around)
    if around.money and around.paid:
        if per_share:
            return Scaled(f"{around.money.code}/share", 1)
        counted = kind.rate or (kind.some_shares and not kind.at_par)
        return Unclear("unit unclear") if counted else _sized(around.money.code, number, around)
    if around.percent:
        return Unclear("unit unclear")
    if _multiplied(around.row):
        known = kind.counted and not kind.money
        return _sized("", number, around) if known else Unclear("unit unclear")
    if around.money and not kind.counted:
        return Unclear("unit unclear")
    return Scaled("", 1)


def _sized(unit: str, number: Printed, around: Around) -> Scaled | Unclear:
    """Return the unit with the nearest scale that is stated for it."""
    if number.scaled:
        return Scaled(unit, 1)
    source = _multiplied(around.row)
    if source is None and around.elsewhere and unit in CODES:
        # `Dollars in millions` may be said once for all notes.
        return Unclear("scale unclear")
    if source is None or "%" in unit:
        return Scaled(unit, 1)
    if source.excepted and _excepted(source.excepted, around.words):
        return Scaled(unit, 1)
    if around.money and unit in CODES:
        digits = -int(number.step.as_tuple().exponent)
        if digits > max(around.money.digits, 1) or PER.search(around.words):
            return Unclear("scale unclear")
    return Scaled(unit, source.scale)


@lru_cache(maxsize=1 << 13)
def _excepted(words: str, label: str) -> bool:
    """Say whether a label names something that a scale is not for."""
    stems, found = _stems(words) - STOP, _stems(label.lower())
    return (bool(stems & found) and not {"share"} & stems) or _names_share(label)


@lru_cache(maxsize=1 << 12)
def _stems(text: str) -> frozenset[str]:
    return frozenset(word.rstrip("s") for word in LONG_WORD.findall(text))


LONG_WORD = re.compile(r"[a-z]{4,}")
STOP = frozenset((
    "share", "data", "amount", "number", "information", "where", "otherwise", "noted", "stated", "which", "reflected",
    "thousand", "million", "indicated", "value", "percentage", "specified",
))  # fmt: skip
