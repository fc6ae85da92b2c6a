"""Which documents are worth reading: a tuple of cheap rules, the first that fails gives the reason.

The rules are those of Gopher/MassiveText (Rae et al. 2021, appendix A1.1) and C4 (Raffel et al.
2020, section 2.2), applied where they mean something: prose is judged as prose, while source code,
tables and records of fields are not. Where a threshold is not the paper's, the rule says so.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from warehouse.records import Document, Record

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
STOP_WORDS = frozenset(["the", "be", "to", "of", "and", "that", "have", "with"])
"""Gopher's eight."""
FUNCTION_WORDS = STOP_WORDS | frozenset(
    (
        "in is was for on by at from are were it this which or not you his she her they we has "
        "had been but their"
    ).split()
)  # fmt: skip
PROSE_LINE = 8
"""Words from which a line is prose rather than a cell or a heading."""
NO_PROSE = re.compile(r"\s*(?:[|#<`]|(?:[-*] )?[^\s:.][^:.]{0,60}: )|.*\S\s{3,}\S")
"""Table rows, headings, tags, `Field: value` lines and lines laid out in columns."""
REPEATED_WORDS = 4
PLACEHOLDER = re.compile(r"lorem ipsum", re.IGNORECASE)


class QualityLimits(Record):
    """Thresholds of the rules."""

    min_words: int = 40
    """Least words of a file."""
    min_row_words: int = 12
    """Least words of a row of a collection: encyclopaedia passages are short and dense."""
    min_code_words: int = 15
    """Least words of a source file; an empty `__init__.py` says nothing."""
    min_turns: int = 4
    """Least turns of a conversation."""
    min_alphabetic: float = 0.8
    """Share of tokens with a letter, in prose."""
    max_repeated_lines: float = 0.3
    """Share of lines that repeat an earlier one."""
    max_repeated_characters: float = 0.2
    """Share of characters in lines that repeat an earlier one."""
    min_function_words: float = 0.1
    """Share of function words, in prose."""
    max_unprintable: float = 0.001
    """Share of characters that stand for bytes nobody could decode."""


Finding = tuple[str, str]
"""Reason, a short fixed phrase, and detail, the value and the limit."""
Filter = Callable[[Document, QualityLimits], Finding | None]


def too_short(document: Document, limits: QualityLimits) -> Finding | None:
    """Refuse documents with too few words or turns.

    Gopher asks for 50 words and C4 for 3 sentences of a web page; 40 words, and 12 for a row of a
    collection, let single encyclopaedia paragraphs pass.
    """
    words = len(WORD.findall(document.text))
    if document.format == "dialogue":
        turns = document.text.count("\n")
        found, least, unit = turns, limits.min_turns, "turns"
    elif document.format == "python":
        found, least, unit = words, limits.min_code_words, "words"
    elif "#" in document.source:
        found, least, unit = words, limits.min_row_words, "words"
    else:
        found, least, unit = words, limits.min_words, "words"
    return ("too short", f"{found} {unit}, at least {least}") if found < least else None


def undecoded(document: Document, limits: QualityLimits) -> Finding | None:
    """Refuse text whose encoding was guessed wrong (replacement characters). The share is ours."""
    bad = document.text.count("\ufffd")
    if bad > max(1.0, limits.max_unprintable * len(document.text)):
        return "undecoded characters", f"{bad} of {len(document.text)}"
    return None


def placeholder(document: Document, limits: QualityLimits) -> Finding | None:
    """Refuse filler text (C4: pages with "lorem ipsum")."""
    del limits
    if document.category != "code" and PLACEHOLDER.search(document.text):
        return "placeholder text", "lorem ipsum"
    return None


def mostly_symbols(document: Document, limits: QualityLimits) -> Finding | None:
    """Refuse prose in which fewer than 80 % of the words have a letter (Gopher)."""
    tokens = [token for line in _prose(document) for token in line.split()]
    if len(tokens) < limits.min_words:
        return None
    share = sum(any(map(str.isalpha, token)) for token in tokens) / len(tokens)
    if share < limits.min_alphabetic:
        return (
            "mostly symbols",
            f"{share:.2f} of words have a letter, at least {limits.min_alphabetic}",
        )
    return None


def repeated_lines(document: Document, limits: QualityLimits) -> Finding | None:
    """Refuse text that repeats itself (Gopher: 30 % of lines, or 20 % of characters in such lines).

    Rows of tables, code, turns and lines of a few words (page heads, labels) repeat by nature and
    are not counted; nor are documents of fewer than ten lines.
    """
    if document.category == "code" or document.format in ("csv", "python", "dialogue"):
        return None
    lines = [
        line
        for line in (line.strip() for line in document.text.split("\n"))
        if not line.startswith("|") and len(WORD.findall(line[:500])) >= REPEATED_WORDS
    ]
    if len(lines) < 10:
        return None
    again = {line: count - 1 for line, count in Counter(lines).items() if count > 1}
    share = sum(again.values()) / len(lines)
    size = sum(len(line) * count for line, count in again.items()) / sum(map(len, lines))
    if share > limits.max_repeated_lines or size > limits.max_repeated_characters:
        return "repeated lines", f"{share:.2f} of lines, {size:.2f} of characters"
    return None


def not_english(document: Document, limits: QualityLimits) -> Finding | None:
    """Refuse prose without English function words.

    Gopher asks for two of eight stop words, which one English quotation meets. The share is ours:
    English prose has 0.2 to 0.4 of these words, other languages in Latin script under 0.06.
    """
    words = [word.casefold() for line in _prose(document) for word in WORD.findall(line)]
    if len(words) < limits.min_words:
        return _not_latin(document)
    share = sum(word in FUNCTION_WORDS for word in words) / len(words)
    if share < limits.min_function_words:
        return "not English", f"{share:.2f} function words, at least {limits.min_function_words}"
    return None


def _not_latin(document: Document) -> Finding | None:
    letters = [character for character in document.text[:20_000] if character.isalpha()]
    latin = sum(character < "\u0250" for character in letters)
    if letters and document.format not in ("python", "csv") and latin < len(letters) / 2:
        return "not English", f"{latin} of {len(letters)} letters are Latin"
    return None


def _prose(document: Document) -> Sequence[str]:
    """Return the lines that are prose; none of source code, tables and fields."""
    if document.format in ("python", "csv"):
        return ()
    return [
        line
        for line in document.text.split("\n")
        if len(line.split(None, PROSE_LINE)) > PROSE_LINE
        and (document.format == "dialogue" or not NO_PROSE.match(line[:2000]))
        and not (document.format == "json" and ": " in line[:150])
    ]


FILTERS: tuple[Filter, ...] = (
    too_short,
    undecoded,
    placeholder,
    mostly_symbols,
    repeated_lines,
    not_english,
)


def assess(document: Document, limits: QualityLimits) -> Finding | None:
    """Return the reason and detail of the first rule that refuses the document, or None."""
    return next((found for rule in FILTERS if (found := rule(document, limits))), None)
