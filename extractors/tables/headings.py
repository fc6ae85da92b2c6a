"""A heading taken apart: label, unit, period, basis and what else narrows the figures under it.

The same grammar reads column headings, stubs and captions. What it does not understand stays in the label.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from extractors.tables.periods import Stated, find_periods
from extractors.tables.units import Unit, read_unit

MARKS = re.compile(
    r"\s*(?:[*†‡§¶#‖]+|\[\w{1,3}\]|[¹²³⁴-⁹⁰]+|\((?:\d{1,2}|[a-z])\)(?:\(\d{1,2}\))*|(?<=\s)\d{1,2}/(?:\s\d/)*)(?=\s|$|:)"
)
NOTE = re.compile(r"\s*\((?:see )?notes? \d+[^()]*\)|\s*\(unaudited\)|\bunaudited\b", re.IGNORECASE)
STATUS = re.compile(
    r"\s*\(?\b(est|estimated?|estimates|proj|projected|projections?|forecasts?|preliminary|provisional|prelim|budget(?:ed)?|"
    r"planned|targets?)\b\.?\)?$",
    re.IGNORECASE,
)
BASIS = re.compile(
    r"\(?\b(non-gaap|not seasonally adjusted|seasonally adjusted|pro forma|constant currenc(?:y|ies)|constant prices|"
    r"current prices|chained (?:\d{4} )?dollars|restated|as restated|inflation-adjusted)\b\)?",
    re.IGNORECASE,
)
BRACKET = re.compile(r"\s*\((?P<inner>[^()]+)\)")
TRAILING = re.compile(r"^(?P<label>.*[^,\s]),\s*(?P<unit>[^,]+)$")
TAIL = re.compile(r"(?P<label>.*\S)\s+(?P<unit>(?:[A-Z]{2,3}|[A-Z]{0,3}[$€£¥])\s?['’]?\s?\w+)")
SYMBOL = re.compile(
    r"^(?P<label>[A-Za-z_]+)_(?P<unit>km|mm|cm|m|ft|kg|g|t|kwh|mw|gw|kw|mb|gb|usd|eur|gbp|pct)$",
    re.I,
)
LETTERS = re.compile(r"[A-Za-z]\.?|PP|BP")
"""Headings that are an abbreviation of anything (wins, recall, perplexity) and no unit."""
HEADING_WORDS = 6
"""Words of a text above which a letter in brackets is a mark that it explains, and no unit."""
PERCENT = re.compile(
    r"(?:%|percent(?:age)?|per cent)(?! ?points?)\b|%|.*\b(?:percentage|percent) of\b|.* %$", re.I
)
NUMBERING = re.compile(
    r"(?:(?:table|note|item|figure|exhibit|schedule|part|section|statement) [\dIVX]+[A-Za-z]?(?:[.-]\d+)*\b|"
    r"\d{1,2}(?:\.\d{1,2})*[.)])"
    r"\s*[.:–—-]?\s*",
    re.IGNORECASE,
)
WITHIN = re.compile(
    r"(?:(?P<money>[A-Za-z.]+ )?\b(?:(?:dollars|amounts|figures|values|all amounts|shares) )?in (?:u\.?s\.? )?"
    r"(?:thousands|millions|billions)(?: of (?:u\.?s\.? )?[a-z]+)?(?:, except [^.:;()]+)?)",
    re.IGNORECASE,
)


MARKED = re.compile(r"[*†‡§¶#‖\[(/¹²³⁴-⁹⁰]")
"""A sign that every mark has."""
NOTE_CLUES = ("note", "unaudited")
STATUS_CLUES = ("est", "proj", "forecast", "prelim", "provisional", "budget", "planned", "target")
BASIS_CLUES = ("gaap", "adjusted", "forma", "constant", "current prices", "chained", "restated")
WITHIN_CLUES = ("thousands", "millions", "billions")
"""Words one of which the pattern of that name needs: most headings have none, and to look for them is quicker."""


@dataclass(frozen=True)
class Heading:
    """What a heading says of the figures that it stands over or beside."""

    label: str = ""
    unit: Unit | None = None
    time: Stated = field(default_factory=lambda: Stated((), (), ""))
    basis: str = ""
    notes: tuple[str, ...] = ()


@lru_cache(maxsize=1 << 14)
def read_heading(text: str, asides: bool = False) -> Heading:
    """Return what a heading says.

    Args:
        text: The heading as printed.
        asides: Whether its figures carry bracketed figures, which its last brackets speak of (`No. (%)`).
    """
    words = text.replace("\u00a0", " ")
    words = MARKS.sub("", words) if MARKED.search(words) else words
    words = (NOTE.sub("", words) if _has(words, NOTE_CLUES) else words).strip()
    if asides:
        words = re.sub(r"\s*\([^()]*\)$", "", words)
    time = find_periods(words)
    rest, notes = time.rest.rstrip(": "), ()
    if _has(rest, STATUS_CLUES) and (status := STATUS.search(rest)):
        rest, notes = rest[: status.start()].strip(), (status[1],)
    basis = " ".join(map(str.lower, BASIS.findall(rest))) if _has(rest, BASIS_CLUES) else ""
    label, unit = split_unit(rest)
    return Heading(" ".join(label.split()).strip(" :;,").lower(), unit, time, basis, notes)


def _has(text: str, clues: Sequence[str]) -> bool:
    low = text.lower()
    return any(map(low.__contains__, clues))


def split_unit(text: str) -> tuple[str, Unit | None]:
    """Return a heading without its unit, and the unit."""
    if LETTERS.fullmatch(text):
        return text, None
    if unit := read_unit(text):
        return ("" if unit.sign != "" else text), unit
    if match := SYMBOL.fullmatch(text):
        unit = read_unit({"pct": "%"}.get(match["unit"].lower(), match["unit"]))
        return match["label"].replace("_", " "), unit
    for match in BRACKET.finditer(text):
        if LETTERS.fullmatch(match["inner"]) and len(text.split()) > HEADING_WORDS:
            continue
        if unit := read_unit(match["inner"]):
            return f"{text[: match.start()]}{text[match.end() :]}", unit
    if (
        (match := TRAILING.fullmatch(text))
        and (unit := read_unit(match["unit"]))
        and unit.sign != ""
    ):
        return match["label"], unit
    if (match := TAIL.fullmatch(text)) and (unit := read_unit(match["unit"])) and unit.scale != 1:
        return match["label"], unit
    if (
        _has(text, WITHIN_CLUES)
        and (match := WITHIN.search(text))
        and (unit := read_unit(match[0].strip()))
    ):
        return text.replace(match[0], "").replace("()", ""), unit
    if PERCENT.match(text):
        return text, Unit("%")
    return text, None


@lru_cache(maxsize=1 << 12)
def read_line(text: str) -> Heading:
    """Return what a caption or line above a table says: its words without numbering, unit and periods."""
    numbering = NUMBERING.match(text)
    return read_heading(
        text[numbering.end() :] if numbering and numbering.end() < len(text) else text
    )
