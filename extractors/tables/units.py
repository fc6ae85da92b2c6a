"""Units and scales in words: `in millions, except per share data`, `(sq km)`, `$ million`, `per 1,000 population`.

A phrase is a unit only when all of it is understood. The usual units are listed; for others Pint is asked, whose
registry is loaded at the first such phrase. Money is an ISO 4217 code, a share of a hundred `%`, a count nothing.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from extractors.tables.currencies import WORDS, currency_of
from extractors.tables.unit_names import may_be_units

SCALE_WORDS = {
    "thousand": 10**3, "thousands": 10**3, "million": 10**6, "millions": 10**6, "billion": 10**9,
    "billions": 10**9, "trillion": 10**12, "trillions": 10**12, "bn": 10**9, "mn": 10**6, "mln": 10**6,
}  # fmt: skip
_SCALES = SCALE_WORDS | {
    "000": 10**3, "000s": 10**3, "'000": 10**3, "000's": 10**3, "'000s": 10**3, "1,000": 10**3, "1000": 10**3,
    "mil.": 10**6, "mil": 10**6, "1,000,000": 10**6,
}  # fmt: skip
_NAMES = {
    "km": "km|kilometres|kilometers|kilometre|kilometer", "m": "m|metres|meters|metre|meter",
    "cm": "cm|centimetres|centimeters", "mm": "mm|millimetres|millimeters", "mi": "mi|miles|mile",
    "ft": "ft|feet|foot", "sq km": "sq km|km2|km²|square kilometres|square kilometers|sq. km|km^2",
    "sq m": "sq m|m2|m²|square metres|square meters", "sq mi": "sq mi|square miles|mi2|sq. mi",
    "sq ft": "sq ft|square feet|sq. ft", "ha": "ha|hectares|hectare", "acres": "acres|acre",
    "kg": "kg|kilograms|kilogrammes", "g": "g|grams", "mg": "mg|milligrams", "µg": "µg|μg|micrograms|mcg",
    "t": "t|tonnes|tonne|metric tons|metric ton|mt", "short tons": "short tons|short ton", "tons": "tons|ton",
    "lb": "lb|lbs|pounds|pound", "oz": "oz|ounces", "cwt": "cwt|hundredweight", "bushels": "bushels|bushel|bu|bu.",
    "bales": "bales|bale", "480-lb bales": "480-lb. bales|480-lb bales|480-pound bales|480 pound bales", "head": "head",
    "dozen": "dozen", "gal": "gallons|gallon|gal", "bbl": "bbl|barrels|barrel", "L": "l|litres|liters|litre|liter",
    "kWh": "kwh|kilowatt hours|kilowatt-hours", "MWh": "mwh|megawatt hours|megawatt-hours", "GWh": "gwh", "TWh": "twh",
    "kW": "kw|kilowatts", "MW": "mw|megawatts", "GW": "gw|gigawatts", "W": "w|watts", "kN": "kn",
    "°C": "°c|celsius|degrees celsius", "°F": "°f|fahrenheit|degrees fahrenheit", "K": "kelvin",
    "km/h": "km/h|kph|kilometres per hour", "mph": "mph|miles per hour", "m/s": "m/s", "m³/s": "m³/s|m3/s",
    "years": "years|yrs|yr|year", "months": "months|mos", "weeks": "weeks|wks", "days": "days|day",
    "h": "hours|hrs|hour|hr|h", "min": "minutes|mins|min", "s": "seconds|sec|s", "%": "%|percent|per cent|"
    "percentage|percentages|pct",
    "bp": "basis points|bps|bp", "pp": "percentage points|pp|ppt|percentage point", "shares": "shares|share",
    "MB": "mb|megabytes", "GB": "gb|gigabytes", "TB": "tb", "MHz": "mhz", "GHz": "ghz", "Hz": "hz", "mg/dL": "mg/dl",
    "kg/m²": "kg/m2|kg/m²", "mmHg": "mmhg|mm hg", "bbl/day": "bbl/day|barrels per day|bpd",
    "t CO2e": "tonnes carbon dioxide equivalent|tonnes co2e|t co2e|tco2e|tonnes of carbon dioxide equivalent",
    "cents": "cents|cent", "AU": "au", "persons": "", "m³": "m3|m³|cubic metres|"
    "cubic meters", "kcal": "kcal", "kJ": "kj",
}  # fmt: skip
UNITS = {name: sign for sign, names in _NAMES.items() for name in names.split("|") if name}
TONNES = {"kt": 10**3, "Mt": 10**6, "Gt": 10**9}
CARBON = {f"{tonnes}CO2e": scale for tonnes, scale in TONNES.items()}
COUNTS = frozenset(
    "number numbers no. no count counts people persons population inhabitants households employees units items cases "
    "deaths births index score ratio unit n each cases".split()
)
"""Words that say a figure is a bare count or index."""
SMALL = frozenset("m g t w k h s l n b kn mt min".split())
"""Signs too short to be a unit anywhere but beside a number or alone in brackets."""
_LEAD = re.compile(
    r"(?:all )?(?:(?:dollar |tabular |share )?(?:figures|amounts|values|numbers|data)(?: (?:are|"
    r"is))?(?: (?:stated|expressed|presented|shown|reported))?"
    r"|stated|expressed|presented|shown|units?(?: of measure)?:?|measured|reported)(?:\s|$)"
)
_EXCEPT = re.compile(r"[,;]?\s*(?:\(?except|unless|other than|excluding)\b(?P<rest>.*)$")
_EXCEPTING = ("except", "unless", "other than", "excluding")
_SHARES = re.compile(
    r"shares?\b(?:(?!million|thousand|billion).){0,50}\bin (?P<scale>thousands|millions)|(?P<back>thousands|"
    r"millions) of shares"
)
_GLUED = re.compile(
    r"(?P<money>us\$|hk\$|a\$|c\$|[$€£¥₹]|[a-z]{3})[ ']?(?P<scale>m|k|bn|b|mn|000s?|millions?|thousands?|billions?)"
)
_MONEY_IN = re.compile(r"^(?:net income|net earnings|dollars?) (?=in )")
_TWICE = re.compile(r"([^()]+) \(([^()]+)\)?")
_COUNT_OF = re.compile(r"(?:number|no\.|count|counts) of [a-z][a-z -]{1,40}")
_RATE = re.compile(
    r"(?:rate |number |cases |deaths )?per (?P<per>[\d,]{3,9}(?: [a-z -]+)?|million(?: [a-z -]+)?)"
)
_WORDS = re.compile(r"[\s,]+(?!000)|(?<=[$€£¥])(?=[a-z'0])")
_SCALE_CLUES = ("illion", "thousand", "000", "mil", "bn", "mn", "mln")
"""Every word of a scale has one of them."""
_PER = re.compile(r"(?:/|\bper\b|\ba\b)\s*(?P<per>.+)$")
_PINT = re.compile(r"[A-Za-zµμΩ°²³]{2,12}(?:[/·*][A-Za-zµμΩ²³]{1,12}\d?){0,2}")


@dataclass(frozen=True)
class Unit:
    """What a phrase says of the numbers below it."""

    sign: str | None
    """Unit of the numbers; empty for a count; None where only a scale is stated."""
    scale: int = 1
    shares: int | None = None
    """Scale of numbers of shares where it is another one."""
    excepted: str = ""
    """Lower-case words after `except`: what the scale does not hold for."""


@lru_cache(maxsize=4096)
def unit_of(text: str) -> str | None:
    """Return the usual sign of a unit printed beside a number, None where it is none."""
    if text in ("K", "W", "m", "g", "t", "h", "s", "L", "l"):
        return {"l": "L"}.get(text, text)
    found = UNITS.get(text.lower())
    if found is not None:
        return found if text.lower() not in SMALL or text in ("kN", "min") else None
    per = re.fullmatch(r"(?P<unit>[^/]+)/(?P<per>[A-Za-z]+)", text)
    if per and (unit := UNITS.get(per["unit"].lower())):
        return f"{unit}/{UNITS.get(per['per'].lower(), per['per'].lower())}"
    return None


@lru_cache(maxsize=1 << 14)
def read_unit(text: str) -> Unit | None:
    """Return the unit that a whole phrase states, None unless all of it is understood."""
    phrase = " ".join(text.replace("’", "'").strip(" ():;,.").split())
    if not phrase or len(phrase) > 160:
        return None
    low = phrase.lower()
    shares = _SHARES.search(low) if "share" in low else None
    excepted = ""
    if any(map(low.__contains__, _EXCEPTING)) and (match := _EXCEPT.search(low)):
        excepted, low = match["rest"].strip(" ():;,."), low[: match.start()].strip(" ,;(")
    elif shares and (parted := re.fullmatch(r"(.+?),? (?:and|with) (?:number of )?shares.*", low)):
        low = parted[1]
    low = _MONEY_IN.sub("dollars " if low.startswith("dollar") else "", low)
    low = _LEAD.sub("", low).strip(" ,:")
    found = _parsed(low.removeprefix("in "), phrase) or _twice(phrase)
    if found is None:
        return None
    scale = SCALE_WORDS[shares["scale"] or shares["back"]] if shares else None
    return Unit(found.sign, found.scale, scale, excepted)


def _twice(phrase: str) -> Unit | None:
    """Read a unit that brackets say again: `Percentage (%)`, `GBP (£ Millions)`."""
    match = _TWICE.fullmatch(phrase)
    first, second = (read_unit(match[1]), read_unit(match[2])) if match else (None, None)
    if first is None or second is None or first.sign != second.sign:
        return None
    return first if second.scale in (1, first.scale) else second if first.scale == 1 else None


def _parsed(low: str, printed: str) -> Unit | None:
    """Parse `[money|unit] [in] [scale] [of] [unit] [per …]`."""
    if not low:
        return None
    if printed in TONNES:
        return Unit("t", TONNES[printed])
    if printed in CARBON:
        return Unit("t CO2e", CARBON[printed])
    if low in COUNTS or _COUNT_OF.fullmatch(low):
        return Unit("shares" if low.endswith("shares") else "")
    if named := _named(low):
        return Unit(named)
    if rate := _RATE.fullmatch(low):
        return Unit(f"/{rate['per']}")
    if glued := _GLUED.fullmatch(low):
        money = glued["money"].upper()
        code = money if money in WORDS else currency_of(money) or {"RMB": "CNY"}.get(money)
        scale = {"m": 10**6, "k": 10**3, "b": 10**9}.get(glued["scale"]) or _SCALES[glued["scale"]]
        return Unit(code, scale) if code else None
    per = _PER.search(low)
    if per and per.start():
        base = _parsed(low[: per.start()].strip(), "")
        below = _per(per["per"])
        if base and base.sign is not None and below:
            return Unit(f"{base.sign}/{below}", base.scale)
    return _scaled(low) or _pint(printed)


def _named(low: str) -> str | None:
    return (
        UNITS.get(low) or currency_of(low) or (currency_of(low.upper()) if len(low) == 3 else None)
    )


def _per(text: str) -> str | None:
    text = text.strip()
    if text in UNITS:
        return {"shares": "share", "years": "year", "days": "day", "h": "h", "acres": "acre"}.get(
            UNITS[text], UNITS[text]
        )
    return text if re.fullmatch(r"[\d,]{3,9} [a-z ]{3,30}|[a-z]{3,15}", text) else None


def _scaled(low: str) -> Unit | None:
    """Parse a scale with a unit before or after it."""
    if not any(map(low.__contains__, _SCALE_CLUES)):
        return None
    words = [word for word in _WORDS.split(low) if word not in ("in", "of", "omitted", "and")]
    places = [index for index, word in enumerate(words) if word in _SCALES]
    if len(places) != 1:
        return None
    scale, before, after = _SCALES[words[places[0]]], words[: places[0]], words[places[0] + 1 :]
    rest = " ".join([*before, *after])
    if not rest:
        return Unit(None, scale)
    if before and after:
        return None
    named = _named(rest) or (rest.upper() if rest.upper() in WORDS else None)
    if named is None and (
        rest in COUNTS
        or re.fullmatch(r"(?:number of )?(?:people|persons|units|households|jobs)", rest)
    ):
        return Unit("", scale)
    return Unit(named, scale) if named else None


@lru_cache(maxsize=1)
def _registry():
    from pint import UnitRegistry

    return UnitRegistry(cache_folder=None)


def _pint(phrase: str) -> Unit | None:
    """Ask Pint for a unit's sign: words are none unless they are written as a sign is."""
    if (
        not _PINT.fullmatch(phrase)
        or phrase.istitle()
        or (phrase.islower() and "/" not in phrase)
        or phrase.isupper()
        or not may_be_units(phrase)
    ):
        return None
    from pint.errors import PintError

    try:
        return Unit(format(_registry().parse_units(phrase), "~").replace(" ", ""))
    except (PintError, ValueError, AttributeError, TypeError):
        return None
