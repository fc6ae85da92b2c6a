"""Units of numbers: which two are the same, and what turns one into another, by way of Pint (§3 Rewards).

A unit is known by a sign; Pint's registry is loaded only when two different known units of one kind meet. Money is an
ISO 4217 code and never converted. Other words (`live births`, `ship calls`) are compared as words without plural.
"""

from decimal import Decimal
from functools import lru_cache

from verifiers.answers.folding import plain

SCALES = {
    "hundred": 2, "hundreds": 2, "thousand": 3, "thousands": 3, "million": 6, "millions": 6, "billion": 9,
    "billions": 9, "trillion": 12, "trillions": 12, "mn": 6, "mln": 6, "bn": 9, "tn": 12,
}  # fmt: skip
"""Powers of ten that words and signs stand for."""
_PINT = {
    "kilometer": "km kms kilometre kilometer", "meter": "m metre meter", "centimeter": "cm centimetre centimeter",
    "millimeter": "mm millimetre millimeter", "mile": "mi mile", "foot": "ft feet foot", "inch": "inch inches in.",
    "yard": "yd yard", "nautical_mile": "nmi|nautical mile",
    "kilometer**2": "km^2|km2|sq km|sq. km|square kilometre|square kilometer|square km",
    "meter**2": "m^2|m2|sq m|sq. m|square metre|square meter", "mile**2": "sq mi|sq. mi|square mile|mi^2",
    "foot**2": "sq ft|sq. ft|square feet|square foot", "hectare": "ha hectare", "acre": "acre",
    "meter**3": "m^3|m3|cubic metre|cubic meter|cu m", "liter": "l litre liter", "gallon": "gal gallon",
    "kilogram": "kg kilogram kilogramme", "gram": "g gram gramme", "milligram": "mg milligram",
    "metric_ton": "t|tonne|metric ton|mt", "pound": "lb lbs", "ounce": "oz ounce",
    "kilowatt_hour": "kwh|kilowatt hour|kilowatt-hour", "megawatt_hour": "mwh|megawatt hour|megawatt-hour",
    "gigawatt_hour": "gwh|gigawatt hour|gigawatt-hour", "kilowatt": "kw kilowatt", "megawatt": "mw megawatt",
    "gigawatt": "gw gigawatt", "watt": "w watt", "year": "year yr", "month": "month", "week": "week",
    "day": "day", "hour": "h hr hour", "minute": "min minute", "second": "s sec second",
    "km/hour": "km/h|kph|kmh|kilometre per hour|kilometer per hour", "mile/hour": "mph|mile per hour",
    "meter/second": "m/s|metre per second|meter per second", "degC": "°c|degree celsius|celsius|degrees celsius",
    "degF": "°f|degree fahrenheit|fahrenheit|degrees fahrenheit", "degree": "°|degree", "megabyte": "mb megabyte",
    "gigabyte": "gb gigabyte", "terabyte": "tb terabyte", "hertz": "hz hertz", "megahertz": "mhz", "gigahertz": "ghz",
    "oil_bbl": "bbl|barrel", "oil_bbl/day": "bbl/day|barrel per day|bpd",
}  # fmt: skip
_PLAIN = {
    "%": "%|percent|per cent|pct|percentage|percent of the total", "pp": "percentage point|pp|percent point",
    "USD": "$|us$|usd|dollar|us dollar|u.s. dollar|american dollar", "EUR": "€|eur|euro",
    "GBP": "£|gbp|pound sterling|british pound", "JPY": "¥|jpy|yen", "INR": "₹|inr|rupee|indian rupee",
    "CHF": "chf|swiss franc", "CNY": "cny|yuan|renminbi", "PHP": "₱|php|philippine peso", "KRW": "₩|krw|won",
}  # fmt: skip
MONEY = frozenset(("USD", "EUR", "GBP", "JPY", "INR", "CHF", "CNY", "PHP", "KRW"))


def _names(listed: str) -> list[str]:
    return listed.split("|") if "|" in listed or " " not in listed else listed.split()


SIGNS = {
    name: sign
    for table in (_PINT, _PLAIN)
    for sign, listed in table.items()
    for name in _names(listed)
}
"""Signs by lower-case name in the singular."""


@lru_cache(maxsize=8192)
def unit_of(phrase: str) -> tuple[str, int]:
    """Return a unit's sign and the power of ten that its words put before it: `thousands of euros` is (`EUR`, 3)."""
    text = " ".join(plain(phrase).casefold().replace("**", "^").split())
    power = 0
    first, _, rest = text.partition(" ")
    while first in SCALES:
        power += SCALES[first]
        first, _, rest = rest.removeprefix("of ").partition(" ")
    text = f"{first} {rest}".strip()
    return _sign(text), power


def _sign(text: str) -> str:
    for form in (text, text.removesuffix("s"), _singular(text)):
        if form in SIGNS:
            return SIGNS[form]
    return _singular(text.replace("/", " per ").replace("  ", " "))


def _singular(text: str) -> str:
    """Return a phrase with each word in a crude singular."""
    return " ".join(
        word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
        for word in text.replace("(s)", "").split()
    )


def known(sign: str) -> bool:
    """Whether a sign is a measure, a share or money, rather than words for what is counted."""
    return sign in _PINT or sign in _PLAIN


@lru_cache(maxsize=4096)
def converted(value: Decimal, said: str, wanted: str) -> Decimal | None:
    """Return a value in another unit, or None where one cannot be turned into the other."""
    if said == wanted:
        return value
    if said not in _PINT or wanted not in _PINT:
        return None
    import pint  # half a second, and seldom needed

    try:
        given = _registry().Quantity(float(value), said)
        return Decimal(repr(float(given.to(wanted).magnitude)))
    except (pint.DimensionalityError, pint.UndefinedUnitError):
        return None


@lru_cache(maxsize=1)
def _registry():
    import pint

    return pint.UnitRegistry()
