"""Small words of a question as values: counts, places in an order, numbers, dates, durations, units (method 2.2).

Each function takes a text and a position and yields what may stand there, with where it ends. The tables of words are
the reader's own: nothing is shared with what words the questions.
"""

import re
from collections.abc import Collection, Iterator
from decimal import Decimal
from functools import cache

COUNTS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
}
PLACES = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(),
        1,
    )
}
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
MONTHS = {
    word: f"{number:02}"
    for number, word in enumerate(
        "January February March April May June July August September October November December".split(),
        1,
    )
}
LENGTHS = {"year": "Y", "month": "M", "week": "W", "day": "D"}
UNIT_NAMES = {
    "USD": "US dollar", "EUR": "euro", "GBP": "pound sterling", "JPY": "yen", "CNY": "yuan", "CHF": "Swiss franc",
    "km": "kilometre", "m": "metre", "cm": "centimetre", "mm": "millimetre", "sq km": "square kilometre",
    "sq m": "square metre", "cu m": "cubic metre", "m³": "cubic metre", "cu km": "cubic kilometre", "ha": "hectare",
    "mi": "mile", "sq mi": "square mile", "ft": "foot", "nm": "nautical mile", "t": "tonne", "kg": "kilogram",
    "g": "gram", "L": "litre", "bbl": "barrel", "kW": "kilowatt", "MW": "megawatt", "GW": "gigawatt",
    "kWh": "kilowatt-hour", "MWh": "megawatt-hour", "GWh": "gigawatt-hour", "pp": "percentage point",
    "bp": "basis point", "years": "year", "shares": "share",
}  # fmt: skip
"""What one of a unit is called, by its code; a unit that is not here is called by its code."""
PLURALS = {"yen": "yen", "yuan": "yuan", "foot": "feet", "pound sterling": "pounds sterling"}
PERCENT = ("%", "percent", "per cent")
_WORD = re.compile(r"[A-Za-z]+|\d+")
_NUMBER = re.compile(
    r"(?P<minus>minus |-|−)?(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?P<rest>\.\d+)?(?![.,]?\d)"
)
_DATE = re.compile(r"(?:(?:(?P<day>\d{1,2}) )?(?P<month>[A-Z][a-z]+) )?(?P<year>\d{4})(?!\d)")
_ISO = re.compile(r"\d{4}-\d{2}(?:-\d{2})?(?!\d)")


def counts(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Yield the count at a position: `nine`, `14`."""
    if match := _WORD.match(text, at):
        word = match[0].lower()
        if word.isdigit() or word in COUNTS:
            yield int(word) if word.isdigit() else COUNTS[word], match.end()


def places(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Yield the place in an order at a position: `second`, `21st`."""
    if match := re.compile(r"(\d+)(?:st|nd|rd|th)\b|[A-Za-z]+").match(text, at):
        if match[1]:
            yield int(match[1]), match.end()
        elif match[0].lower() in PLACES:
            yield PLACES[match[0].lower()], match.end()


def numbers(text: str, at: int) -> Iterator[tuple[Decimal, int]]:
    """Yield the number at a position, with its scale: `12,000`, `minus 2.5 million`."""
    if not (match := _NUMBER.match(text, at)):
        return
    value = Decimal(match["digits"].replace(",", "") + (match["rest"] or ""))
    value = -value if match["minus"] else value
    scale = re.compile(rf" ({'|'.join(SCALES)})\b").match(text, match.end())
    if scale:
        yield value * SCALES[scale[1]], scale.end()
    else:
        yield value, match.end()


def dates(text: str, at: int) -> Iterator[tuple[str, int]]:
    """Yield the date at a position as `YYYY`, `YYYY-MM` or `YYYY-MM-DD`."""
    if iso := _ISO.match(text, at):
        yield iso[0], iso.end()
    elif (match := _DATE.match(text, at)) and (not match["month"] or match["month"] in MONTHS):
        month = [MONTHS[match["month"]]] if match["month"] else []
        day = [f"{int(match['day']):02}"] if match["day"] else []
        yield "-".join((match["year"], *month, *day)), match.end()


def lengths(text: str, at: int) -> Iterator[tuple[str, int]]:
    """Yield the duration at a position, in ISO 8601: `year`, `six months`."""
    pattern = re.compile(rf"(?:(\w+) )?({'|'.join(LENGTHS)})(s)?\b")
    if match := pattern.match(text, at):
        number = next((n for n, _ in counts(match[1], 0)), 0) if match[1] else 1
        if number and (number == 1) == (not match[3]):
            yield f"P{number}{LENGTHS[match[2]]}", match.end()


@cache
def called(code: str) -> tuple[str, ...]:
    """Return what amounts of a unit are called, and last what one of it is called."""
    if code == "%":
        return PERCENT
    top, slash, below = code.partition("/")
    if slash:
        tops = called(top) if top else ("",)
        return tuple(f"{a} per {one}".strip() for a in tops for one in (called(below)[-1], below))
    if code not in UNIT_NAMES:
        return (code[:-1], code) if re.fullmatch("[a-z]{3,}s", code) else (code,)
    one = UNIT_NAMES[code]
    many = PLURALS.get(one, f"{one}s")
    american = [name.replace("metre", "meter").replace("litre", "liter") for name in (many, one)]
    return tuple(dict.fromkeys((code, *american, many, one)))


def units(text: str, at: int, codes: Collection[str]) -> Iterator[tuple[str, int]]:
    """Yield the units at a position, by code, one `per` another as `USD/sq km`; in no letter case but their own."""
    found: dict[tuple[str, int], None] = {}
    tops = [*codes, *(code.partition("/")[0] for code in codes if "/" in code)]
    for top in filter(None, tops):
        for name in called(top):
            if text.startswith(name, at):
                found[top, at + len(name)] = None
    starts = [*((code, " per ", end) for code, end in found), ("", "per ", at)]
    below = [*codes, *(code.partition("/")[2] for code in codes if "/" in code)]
    for top, per, end in starts:
        for one in filter(None, below) if text.startswith(per, end) else ():
            for name in called(one):
                if text.startswith(name, end + len(per)):
                    found[f"{top}/{one}", end + len(per) + len(name)] = None
    yield from (item for item in found if not text[item[1] : item[1] + 1].isalnum())


def plurals(noun: str) -> tuple[str, ...]:
    """Return what several of a noun's things may be called."""
    if noun.endswith("person"):
        return (noun.removesuffix("person") + "people", f"{noun}s")
    if re.search(r"[^aeiou]y$", noun):
        return (f"{noun[:-1]}ies",)
    return (f"{noun}es",) if re.search(r"(?:s|x|z|ch|sh)$", noun) else (f"{noun}s",)
