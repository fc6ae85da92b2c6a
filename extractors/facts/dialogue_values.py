"""Values as people say them: names, dates, amounts with a unit, codes.

Each reader looks at one place of an utterance and takes the whole value there or nothing. Bare
numbers, indefinite noun phrases and lower-case words are no values: nothing could be asked of them.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from extractors.facts.values import MONTHS, SCALES
from warehouse.records import EntityType, Quantity


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text, apart by spaces or `|`."""
    return frozenset(re.split(r"[\s|]+", text.strip()))


DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
CONNECTOR = r"(?:of the|of|de la|de los|de|da|dos|das|do|di|della|del|la|le|van der|van|von|af|&|y)"
CONNECTORS = word_set("of the de la los da dos das do di del della le van der von af & y")
WORD = r"[^\W\d_a-z][\w'-]*(?:\.(?=[^\W\d_]))?"
NAME = re.compile(
    rf"(?:(?:Dr|Mr|Mrs|Ms|St|Prof)\. )?(?:[A-Z]\.|{WORD})"
    rf"(?:[ ](?:{CONNECTOR}[ ])?(?:[A-Z]\.|{WORD}|\d{{1,4}}[A-Z]{{0,3}}(?![\w%:]|[.,]\d))){{0,6}}"
)
YEAR = r"(?:1[5-9]|20)\d\d"
DATE = re.compile(
    rf"(?:\d{{4}}-\d\d-\d\d|(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{MONTHS})(?:,? {YEAR})?"
    rf"|(?:{MONTHS}) \d{{1,2}}(?:st|nd|rd|th)?(?:,? {YEAR})?|(?:{MONTHS}),? {YEAR})(?!\w)"
)
TITLE = re.compile(r"[\"](?P<title>[^\W_a-z][^\".!?\n]{0,60}[^\".,!?\s])[\"]")
CLOCK = re.compile(
    r"(?:[01]?\d|2[0-3])(?::[0-5]\d)? ?(?:[ap]\.m\.|[AaPp][Mm]\b)|"
    r"(?:[01]?\d|2[0-3]):[0-5]\d(?![\d:])"
)
AMOUNT = re.compile(
    r"(?P<currency>[$€£])?"
    r"(?P<number>\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,6})?|\d{1,12}(?:\.\d{1,6})?)(?![\d,.]*\d)"
    rf"(?P<scale> (?:{'|'.join(SCALES)}))?(?P<unit> ?%| [A-Z]{{3}}\b| [a-z]+(?:s|eople|eet)\b"
    r"| (?:per cent|percent|square [a-z]+|km|kg|cm|kW|MW|sqm|m²)(?!\w))?"
    r"(?P<rate> (?:per|a|an) [a-z]{3,12}\b)?"
)
CODE = re.compile(r"(?=[A-Z0-9+ -]*\d)[A-Z0-9+][A-Z0-9]*(?:[ -][A-Z0-9]+){0,4}(?![\w@])")
NOT_NAMES = word_set(
    f"{MONTHS} {DAYS} I OK Okay Yes No Yeah Well Oh God TV PC AI IT HR PR USB GPS CV ID DIY "
    "CEO CTO CFO It He She They We You This That There Here My Our The A An And But So Thanks "
    "Hi Hello Christmas Easter English French German Spanish Italian Internet Mum Mom Dad Mr "
    "Mrs Ms Dr AM PM Sorry Sure Great Good Right Now Please What Who When Where Why How"
)
MAX_NAME = 80
LANGUAGE = word_set("English French German Spanish Italian")
NEVER_UNITS = word_set("is was has as its this his us yes plus does")


@dataclass(frozen=True)
class Value:
    """A value and its half-open span in the utterance."""

    text: str
    start: int
    end: int
    type: EntityType
    quantity: Quantity | None = None
    sure: bool = False
    """Whether the statement itself tells the type, not the recogniser."""


def name_from(text: str, at: int) -> Value | None:
    """Return the capitalised name that starts at character `at`, or None."""
    match = NAME.match(text, at)
    return _trimmed(text, match.start(), end=match.end()) if match else None


def _trimmed(text: str, start: int, *, end: int) -> Value | None:
    """Return the name in a span, without a possessive ending; None when it is not one name."""
    name = text[start:end].removesuffix("'s").removesuffix("'")
    words = name.split()
    if not 1 < len(name) <= MAX_NAME:
        return None
    if not all(word[0].isupper() or word[0].isdigit() or word in CONNECTORS for word in words):
        return None
    # A capital article belongs to the name: `The Hague`.
    rest = words[1:] if words[0] == "The" else words
    if not rest or any(word in NOT_NAMES and word not in LANGUAGE for word in rest):
        return None
    # A possessive or a clitic inside means that the run is not one name.
    if any(word.endswith(("'s", "'m", "'ll", "'ve", "n't")) for word in words):
        return None
    return Value(name, start, start + len(name), "thing")


def title_at(text: str, at: int) -> Value | None:
    """Return the title in double quotes that starts at character `at`, without its quotes."""
    match = TITLE.match(text, at)
    if match is None or not _is_title(match["title"]):
        return None
    return Value(match["title"], match.start("title"), match.end("title"), "work")


def without_titles(text: str) -> str:
    """Return the text with quoted titles blanked; other quotations stay."""
    return TITLE.sub(lambda match: " " if _is_title(match["title"]) else match[0], text)


def _is_title(text: str) -> bool:
    capitals = [word for word in text.split() if word[0].isupper() or word[0].isdigit()]
    return len(text.split()) <= 2 * len(capitals)


def value_at(text: str, at: int) -> Value | None:
    """Return the date, clock time or amount with a unit that starts at character `at`."""
    for pattern in (DATE, CLOCK):
        if match := pattern.match(text, at):
            return Value(match[0], at, match.end(), "value")
    match = AMOUNT.match(text, at)
    return _amount(match) if match else None


def _amount(match: re.Match[str]) -> Value | None:
    unit = (match["unit"] or "").strip()
    if unit in NEVER_UNITS or not (unit or match["currency"]):
        return None
    scale = SCALES[match["scale"].strip()] if match["scale"] else 1
    number = Decimal(match["number"].replace(",", ""))
    step = Decimal(1).scaleb(min(int(number.as_tuple().exponent), 0)) * scale
    printed = (unit or match["currency"]) + (match["rate"] or "")
    quantity = Quantity(value=_plain(number * scale), unit=printed, step=_plain(step))
    return Value(match[0], match.start(), match.end(), "value", quantity)


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def code_at(text: str, at: int) -> Value | None:
    """Return the code or number that starts at `at` and holds a digit: `KL 1204`, `555-0143`."""
    match = CODE.match(text, at)
    return Value(match[0], at, match.end(), "value") if match else None
