"""Which labels name an identifier: the number under them is a name of the thing and measures nothing (§3.2).

A code, a telephone number or a row's id is never summed, compared or put in order. Tables, fields and cells ask here.
"""

import re
from collections.abc import Iterable

_SPOKEN = (
    r"codes?|ids?|zip|postcode|cusip|isin|ticker|symbol|barcode|isbn|issn|doi|pmid|ein|sku|callsign|version|geocode|"
    r"(?:(?:tele)?phone|fax|account|serial|registration|file|flight|order|licen[cs]e|part|model|case|docket|invoice|"
    r"patent|catalog(?:ue)?|room|route|bill|certificate|membership|reference|accession|hull|identification|id|tax|"
    r"document|record|contract|permit|vehicle|inventory) (?:number|no\.?|nr\.?)"
)
_BARE = (
    r"(?:.* )?(?:iso ?\d*|numeric|alpha ?\d|uuid|guid|url|fips|iata|icao)|key|phone|fax|link|lei|"
    r"lat(?:itude)?|lon(?:gitude)?|lng"
)
SPOKEN = re.compile(rf"(?:.* )?(?:{_SPOKEN})")
"""Identifiers that a question can ask for in English: the postal code of a place."""
BARE = re.compile(_BARE)
"""Identifiers whose labels are no nouns (`Numeric: 076`), and coordinates, which nobody asks of a page."""
LEADING_ZERO = re.compile(r"0\d+")
FLAGS = frozenset("0 1 true false yes no y n t f".split())
"""What a column of flags prints: `Landlocked: 0` is no amount, and no "landlocked of Chad"."""
FEWEST_FLAGS = 10
"""Rows that all hold 0 or 1 by rule and not by chance."""
DIGIT = re.compile(r"\d")


def is_identifier(label: str) -> bool:
    """Whether a label names an identifier; of a path the leaf counts too."""
    return is_bare(label) or _matches(SPOKEN, label)


def is_bare(label: str) -> bool:
    """Whether a label names an identifier and is no noun that a question could ask for."""
    return _matches(BARE, label)


def _matches(pattern: re.Pattern[str], label: str) -> bool:
    words = " ".join(label.casefold().replace("_", " ").split()).strip(" :.")
    leaf = words.rpartition(" / ")[2]
    return bool(pattern.fullmatch(leaf) or pattern.fullmatch(words.replace(" / ", " ")))


def holds_identifiers(header: str, texts: Iterable[str]) -> bool:
    """Whether a column's cells are codes: a whole number among them is padded with zeros."""
    return not DIGIT.search(header) and any(LEADING_ZERO.fullmatch(text.strip()) for text in texts)


def holds_flags(header: str, texts: Iterable[str]) -> bool:
    """Whether a column's cells are marks for yes and no, none of them anything else.

    Under a header with a number (`2019`) they may be the counts of that year.
    """
    filled = [text.strip().casefold() for text in texts if text.strip()]
    few = len(filled) < FEWEST_FLAGS or DIGIT.search(header)
    return not few and all(text in FLAGS for text in filled)
