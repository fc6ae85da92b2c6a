"""English for the parts of a numerical question: columns, units, amounts, conditions and the scope (method 2.2).

A column is named by its field as the documents print it, with its path where it has one and its time where the
question needs it. An amount carries its unit. A scope is either closed ("the 9 countries on each of which a document
dated 2005 is given") or a list of names; either way the documents' date is said.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from generators.phrases import in_sentence, plain_label, plural, quoted, singular
from warehouse.figures import Figures
from warehouse.fiscal_years import fiscal_year
from warehouse.numeric import ColumnRef, Condition, Quantity, Query, Sign
from warehouse.statements import statement_of

UNITS = {
    "USD": "US dollars", "EUR": "euros", "GBP": "pounds sterling", "JPY": "yen", "CNY": "yuan", "CHF": "Swiss francs",
    "sq km": "square kilometres", "km": "kilometres", "m": "metres", "mm": "millimetres", "t": "tonnes",
    "ha": "hectares", "sq mi": "square miles", "mi": "miles", "ft": "feet", "kWh": "kilowatt-hours",
    "MWh": "megawatt-hours",
    "GWh": "gigawatt-hours", "kW": "kilowatts", "MW": "megawatts", "GW": "gigawatts", "kg": "kilograms",
    "sq m": "square metres", "m³": "cubic metres", "bbl": "barrels", "bbl/day": "barrels per day", "L": "litres",
    "pp": "percentage points", "shares": "shares", "years": "years", "nm": "nautical miles",
}  # fmt: skip
SCALES = {"1000": "thousands", "1000000": "millions", "1000000000": "billions"}
LARGE = ("1000000000", "1000000")
"""Scales of amounts, where these stay short; thousands are written out."""
WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()
ORDINALS = (
    "",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
)
MONTHS = (
    "January February March April May June July August September October November December".split()
)
HEAD_END = re.compile(
    r" \(| (?:of|for|in|from|at|by|to|on|with|without|per|under|below|above|between|reaching|living) "
)
"""Where the head of a noun phrase ends."""
LENGTH = re.compile(r"P(\d+)([YMWD])")
PARTS_OF_TIME = {"Y": "year", "M": "month", "W": "week", "D": "day"}
IMPLIED = {4: "P1Y", 7: "P1M", 10: "P1D"}
"""Length that an end of so many characters stands for on its own: `2024` is a year."""


def number_word(number: int) -> str:
    """Return a small number as a word, others in digits."""
    return WORDS[number] if number < len(WORDS) else str(number)


def ordinal(number: int) -> str:
    """Return a place in an order: `second`, `21st`."""
    if number < len(ORDINALS):
        return ORDINALS[number]
    ending = (
        "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number}{ending}"


def date_words(stated: str) -> str:
    """Return a date as it is read: `2005`, `June 2005`, `30 June 2005`."""
    year, *rest = stated.split("-")
    if not rest or not rest[0].isdigit():
        return stated
    month = MONTHS[int(rest[0]) - 1]
    return f"{int(rest[1])} {month} {year}" if len(rest) > 1 else f"{month} {year}"


def unit_words(unit: str, divisor: str = "1") -> str:
    """Return a unit as a phrase behind "in": `millions of US dollars`, `%`, `thousands`; empty for a bare number."""
    top, _, per = unit.partition("/")
    words = UNITS.get(unit) or UNITS.get(top, top)
    if per and unit not in UNITS:
        words = f"{words} per {singular_unit(per)}".strip()
    if divisor == "1":
        return words
    return f"{SCALES[divisor]} of {words}" if words else SCALES[divisor]


def singular_unit(unit: str) -> str:
    """Return one of a unit as words, which is also what something is measured per: `square kilometre`, `barrel`."""
    if unit in UNITS:
        head, per, rest = UNITS[unit].partition(" per ")
        return f"{singular(head)}{per}{rest}"
    top, _, below = unit.partition("/")
    if below:
        return f"{singular_unit(top)} per {singular_unit(below)}".strip()
    return singular(unit) if re.fullmatch("[a-z]{4,}", unit) else unit


def _short(value: Decimal) -> bool:
    """Whether a number has three decimals at most."""
    return value == round(value, 3)


def amount(number: str, unit: str) -> str:
    """Return a number with its unit: `2.5 million US dollars`, `3.5 %`, `12,000`, `40 kilometres`."""
    value = Decimal(number)
    scale = next(
        (size for size in LARGE if abs(value) >= Decimal(size) and _short(value / Decimal(size))),
        "1",
    )
    digits = format((value / Decimal(scale)).normalize(), "f")
    whole, point, rest = digits.partition(".")
    sign = "minus " if whole.startswith("-") else ""
    text = f"{sign}{int(whole.lstrip('-')):,}{point}{rest}"
    units = singular_unit(unit) if abs(value) == 1 else unit_words(unit)
    words = [text, SCALES[scale][:-1] if scale != "1" else "", units]
    return " ".join(word for word in words if word)


def measure_words(figures: Figures, ref: ColumnRef) -> str:
    """Return a column as a noun phrase without article and time: `budget (revenues)`, `number of airports`."""
    column = figures.column(ref)
    *path, leaf = column.shown.split(" / ")
    path = [*column.measure.path[-1:], *path]
    if len(path) == 1 and statement_of(path[0]) and plain_label(leaf.lower()):
        own = leaf.lower() if leaf.isupper() or leaf.istitle() else in_sentence(leaf)
        return f"{own} on the {path[0]}"
    if path and plain_label(path[-1].lower()) and not re.search(r'["()]', leaf):
        return f"{_counted(figures, ref, path[-1])}{in_sentence(path[-1])} ({leaf})"
    if path:
        return f"figure for {quoted(leaf)} under {quoted(path[-1])}"
    if not plain_label(leaf.lower()):
        return f"figure for {quoted(leaf)}"
    return f"{_counted(figures, ref, leaf)}{in_sentence(leaf)}"


def _counted(figures: Figures, ref: ColumnRef, things: str) -> str:
    """Return "number of " where a column's figures are a plain count of the things that its label names."""
    unit = figures.column(ref).measure.unit
    return "number of " if not unit and is_plural(things) and not figures.specific(ref) else ""


def is_plural(words: str) -> bool:
    """Whether a noun phrase takes a plural verb: `revenues`, `exports (goods)`."""
    head = HEAD_END.split(words, maxsplit=1)[0]
    return not words.startswith(("number of ", "figure for ")) and singular(head) != head


def time_words(figures: Figures, ref: ColumnRef) -> str:
    """Return when a column's figures are from, with its preposition: `in 2024`, `at 30 June 2024`."""
    period = figures.column(ref).period
    if not period.end:
        edition = figures.tables[ref.table].edition
        return f"in the {date_words(edition)} documents" if edition else "in the undated documents"
    if year := fiscal_year(period.end):
        words = f"the fiscal year that ended in {year}"
        return f"at the end of {words}" if period.length == "instant" else f"for {words}"
    if period.length == "instant":
        return (
            f"at the end of {period.end}"
            if len(period.end) == 4
            else f"at {date_words(period.end)}"
        )
    if period.length and period.length != IMPLIED.get(len(period.end)):
        return f"for the {length_words(period.length)} ended {date_words(period.end)}"
    return f"{'on' if len(period.end) == 10 else 'in'} {date_words(period.end)}"


def length_words(length: str) -> str:
    """Return a duration as words: `year`, `six months`, `52 weeks`."""
    match = LENGTH.fullmatch(length)
    if match is None:
        return length
    number, part = int(match[1]), PARTS_OF_TIME[match[2]]
    return part if number == 1 else f"{number_word(number)} {part}s"


def timed(figures: Figures, query: Query, ref: ColumnRef) -> str:
    """Return a column as a noun phrase, with its time where the query's columns are not all of one time."""
    words = measure_words(figures, ref)
    if figures.column(ref).period.end or len(query.tables) > 1:
        return f"{words} {time_words(figures, ref)}"
    return words


def quantity_words(figures: Figures, query: Query, quantity: Quantity) -> str:
    """Return a quantity as a noun phrase without article."""
    first, *rest = (timed(figures, query, ref) for ref in quantity.columns)
    match quantity.combination:
        case "plain" | "series":
            return first
        case "ratio":
            return f"ratio of the {first} to the {rest[0]}"
        case "difference":
            return f"result of subtracting the {rest[0]} from the {first}"
        case "growth":
            measure = measure_words(figures, quantity.columns[0])
            grown = f"in the {measure} {span(figures, quantity)}"
            return f"percentage growth, negative for a fall, {grown}"


def span(figures: Figures, quantity: Quantity) -> str:
    """Return the two times of a change: `from 2004 to 2005`."""
    return " ".join(
        f"{word} {_moment(figures, ref)}"
        for word, ref in zip(("from", "to"), quantity.columns, strict=True)
    )


def _moment(figures: Figures, ref: ColumnRef) -> str:
    words = time_words(figures, ref)
    return re.sub("^(?:in|on|at|for) ", "", words)


def unit_of(figures: Figures, quantity: Quantity) -> str:
    """Return the code of a quantity's unit: its column's, `USD/sq km` for a ratio, `%` for a change."""
    units = [figures.column(ref).measure.unit for ref in quantity.columns]
    if quantity.combination == "growth":
        return "%"
    if quantity.combination != "ratio" or not units[1]:
        return units[0]
    return "" if units[0] == units[1] else "/".join(units)


def condition_words(figures: Figures, query: Query, variant: int) -> str:
    """Return the conditions as a clause: "the population is greater than 5 million and …"."""
    return " and ".join(_condition(figures, query, c, variant) for c in query.conditions)


def _condition(figures: Figures, query: Query, condition: Condition, variant: int) -> str:
    words = timed(figures, query, condition.column)
    bound = amount(condition.bound, figures.column(condition.column).measure.unit)
    verb = "are" if is_plural(words) else "is"
    return f"the {words} {verb} {compared(condition.sign, variant)} {bound}"


def compared(sign: Sign, variant: int) -> str:
    """Return a comparison in words: `greater than`, `below`."""
    above, below = (("greater than", "less than"), ("more than", "below"), ("above", "under"))[variant % 3]  # fmt: skip
    return above if sign == ">" else below


def listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence; with semicolons where a name has a comma."""
    mark = ";" if any("," in name or " and " in name for name in names) else ","
    *first, last = names
    return f"{f'{mark} '.join(first)}{mark if mark == ';' else ''} and {last}" if first else last


def dated(figures: Figures, query: Query) -> str:
    """Return which documents a question goes by: `documents dated 2004 and 2005`, `documents`."""
    editions = sorted({figures.tables[name].edition for name in query.tables} - {""})
    return (
        f"documents dated {listed([date_words(e) for e in editions])}" if editions else "documents"
    )


def noun_of(figures: Figures, query: Query) -> str:
    """Return the common noun of the things in scope, empty where the tables do not agree on one."""
    nouns = {figures.tables[name].noun for name in query.tables} - {""}
    return nouns.pop() if len(nouns) == 1 else ""


def them(figures: Figures, query: Query) -> str:
    """Return how the things in scope are taken up: `these countries`, `them`."""
    noun = noun_of(figures, query)
    return f"these {plural(noun)}" if noun else "them"


def scope_words(figures: Figures, query: Query, *, closed: bool, variant: int) -> str:
    """Return the sentence that says which things a question is about."""
    documents, noun, size = dated(figures, query), noun_of(figures, query), len(query.entities)
    if closed:
        one = documents.replace("documents", "document", 1)
        article = "an" if one.startswith("un") else "a"
        is_given = (
            f"{article} {one} is given" if len(query.tables) == 1 else f"{documents} are given"
        )
        return (
            f"Consider all {number_word(size)} {plural(noun)} on each of which {is_given}.",
            f"Look at the {number_word(size)} {plural(noun)} for each of which {is_given}.",
        )[variant % 2]
    pages = all(figures.tables[name].kind == "pages" for name in query.tables)
    whose = f"{'their' if pages else 'the'} {documents}"
    kind = f"the {plural(noun)} " if noun else ""
    return (
        f"Consider {kind}{listed(query.entities)}, going by {whose}.",
        f"Look at {kind}{listed(query.entities)} as described in {whose}.",
    )[variant % 2]
