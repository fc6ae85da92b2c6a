"""Which documents are worth reading: a tuple of cheap rules, the first that fails gives the reason (§3.1).

The rules are those of Gopher/MassiveText (Rae et al. 2021, appendix A1.1), C4 (Raffel et al. 2020, section 2.2) and
FineWeb (Penedo et al. 2024, section 3), applied where they mean something: each kind of document has its own limits
(`extractors.filters.limits`), and what is said of prose is measured on the lines that are prose. A false refusal is
the worst error: where a published limit refuses good documents of other kinds than web pages, ours is wider.

1. The report's last filter is a language model as judge; here it is a parameter of `assess`.
"""

import re
from collections.abc import Callable, Sequence

from extractors.filters.boilerplate import boilerplate_share
from extractors.filters.language import (
    function_word_share,
    guess_language,
    latin_share,
    sampled,
)
from extractors.filters.limits import KindLimits, QualityLimits
from extractors.filters.lines import RECORDS, WORD, Page, is_number
from extractors.filters.repetition import repeated_lines, repeated_phrases
from warehouse.records import Document

PLACEHOLDER = re.compile(r"lorem ipsum", re.IGNORECASE)
SENTENCE = re.compile(r"(?:[^\s#|]\S*\s+){4,}\S*[.!?][\"'”’)\]]*\s*$", re.MULTILINE)
"""A line of five words or more that ends as a sentence does (C4's two rules for lines)."""
COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
ALPHANUMERIC = re.compile(r"[^\W_]")
FEWEST = 40
"""Words of prose under which shares say nothing."""
REPEATED_WORDS = 4
"""Words from which a line's repetition counts: page heads and labels repeat by nature."""
LISTED = 100
"""Words from which fields and short lines without prose are judged for their language."""
SURE = (0.95, 0.03)
"""Confidence and share of function words for those."""
SCRIPT_SAMPLE = 20_000

Finding = tuple[str, str]
"""Reason, a short fixed phrase, and detail, the value and the limit."""
Filter = Callable[[Page, QualityLimits], Finding | None]
Judge = Callable[[Document], Finding | None]
"""The last filter: a model's opinion, None where it has nothing against the document or cannot be read."""


def too_short(page: Page, limits: QualityLimits) -> Finding | None:
    """Refuse documents with too few words or turns: they say nothing that could be asked for.

    Gopher asks for 50 words of a web page and C4 for 3 sentences. Ours is 40 words. A row of a collection passes
    with 12, or with one line that C4 would keep. A module that only imports names says where they come from, and two
    names of columns make a table.
    """
    text, own = page.document.text, _own(page, limits)
    if own.min_turns and (turns := text.count("\n")) < own.min_turns:
        return "too short", f"{turns} turns, at least {own.min_turns}"
    found = len(page.words)
    if page.kind == "table":
        found -= sum(map(is_number, page.words))
    elif page.document.format == "python":
        found = len(WORD.findall(COMMENT.sub("", text)))
    if found >= own.min_words or (page.kind == "passage" and SENTENCE.search(text)):
        return None
    return "too short", f"{found} words, at least {own.min_words}"


def undecoded(page: Page, limits: QualityLimits) -> Finding | None:
    """Refuse text whose encoding was guessed wrong (replacement characters): its names are lost. The share is ours."""
    text = page.document.text
    bad = text.count("\ufffd")
    if bad > max(1.0, limits.max_undecoded * len(text)):
        return "undecoded characters", f"{bad} of {len(text)}"
    return None


def placeholder(page: Page, limits: QualityLimits) -> Finding | None:
    """Refuse filler text. C4 drops every page with "lorem ipsum"; ours counts, since a text may speak of it."""
    found = 0 if page.kind == "code" else len(PLACEHOLDER.findall(page.document.text))
    if found and found > limits.max_placeholder * len(page.words):
        return "placeholder text", f"lorem ipsum {found} times in {len(page.words)} words"
    return None


def broken_words(page: Page, limits: QualityLimits) -> Finding | None:
    """Refuse prose whose words were lost in reading: letters set apart, or words run together.

    Gopher asks for a mean length of a word of 3 to 10 characters. Ours is 2 to 12: notes of amounts are terse, and
    names of substances are long.
    """
    words, bounds = page.prose_words, _own(page, limits).word_length
    if bounds is None or len(words) < FEWEST:
        return None
    mean = sum(map(len, words)) / len(words)
    if not bounds[0] <= mean <= bounds[1]:
        return "broken words", f"{mean:.1f} characters a word, {bounds[0]:g} to {bounds[1]:g}"
    return None


def mostly_symbols(page: Page, limits: QualityLimits) -> Finding | None:
    """Refuse prose in which more than 20 % of the words are bare symbols: waste of encodings and of scans.

    Gopher asks for a letter in 80 % of the words. Ours takes a digit too, since dates and amounts are what questions
    are made of; lines that are mostly numbers are rows of tables and are not counted.
    """
    most = _own(page, limits).max_symbols
    tokens = [] if most is None else [token for line in page.prose for token in line.split()]
    if most is None or len(tokens) < FEWEST:
        return None
    share = sum(not ALPHANUMERIC.search(token) for token in tokens) / len(tokens)
    if share > most:
        return "mostly symbols", f"{share:.2f} of words are symbols, at most {most:g}"
    return None


def mostly_numbers(page: Page, limits: QualityLimits) -> Finding | None:
    """Refuse a text, tables excepted, of hardly anything but numbers: without labels they answer no question.

    Gopher's 80 % of words with a letter would refuse statistics; ours asks for 20 %.
    """
    most = _own(page, limits).max_numbers
    if most is None or len(page.words) < FEWEST:
        return None
    share = sum(map(is_number, page.words)) / len(page.words)
    if share > most:
        return "mostly numbers", f"{share:.2f} of words are numbers, at most {most:g}"
    return None


def repeated(page: Page, limits: QualityLimits) -> Finding | None:
    """Refuse text that repeats its lines: it was generated, or read again and again from one page.

    Gopher refuses from 30 % of lines or 20 % of characters in them. Ours is 50 %, what a text printed twice has: its
    second half is left out by section (`extractors.repeats`) and the first is worth keeping. Rows of tables and lines
    of a few words are not counted.
    """
    most = _own(page, limits).max_repeated
    if most is None:
        return None
    lines = [
        line
        for line in (line.strip() for line in page.document.text.split("\n"))
        if len(line.split(None, REPEATED_WORDS - 1)) == REPEATED_WORDS and not line.startswith("|")
    ]
    share = repeated_lines(lines)
    if max(share) > most:
        return "repeated lines", f"{share.lines:.2f} of lines, {share.characters:.2f} of characters"
    return None


def repeated_wording(page: Page, limits: QualityLimits) -> Finding | None:
    """Refuse prose made of one phrase, or of phrases of ten words that stand before.

    Gopher's limits, 16 % of characters in the top phrase of four words and 10 % in repeated phrases of ten, refuse
    filings, whose notes repeat each other, and lists of facts in one wording. Ours are 40 % and 80 %.
    """
    own = _own(page, limits)
    if own.max_top_phrase is None or own.max_repeated_phrases is None:
        return None
    words = [word.casefold() for word in page.prose_words]
    if len(words) < 2 * FEWEST:
        return None
    share = repeated_phrases(words)
    if share.top > own.max_top_phrase or share.again > own.max_repeated_phrases:
        return "repeated wording", f"top phrase {share.top:.2f}, repeated phrases {share.again:.2f}"
    return None


def boilerplate(page: Page, limits: QualityLimits) -> Finding | None:
    """Refuse what is mostly licence, notice or navigation. C4 drops single lines of these; the share is ours."""
    most = _own(page, limits).max_boilerplate
    if most is None or page.document.format == "python":
        return None
    share = boilerplate_share(page.document.text)
    return ("boilerplate", f"{share:.2f} of words, at most {most:g}") if share > most else None


def other_language(page: Page, limits: QualityLimits) -> Finding | None:
    """Refuse prose in a language that is not read: a detector and English function words must agree on it.

    FineWeb keeps English from a confidence of 0.65; here another language must have it. Too little prose for that is
    judged by its script.
    """
    if page.document.format in ("python", "csv"):
        return None
    if len(page.prose_words) >= FEWEST:
        bounds = limits.max_other_language, limits.min_function_words
        return _foreign(page.prose, limits.languages, bounds)
    if len(page.words) >= LISTED and page.document.format not in RECORDS:
        lines = [line for line in page.document.text.split("\n") if not line.startswith("|")]
        if len(WORD.findall(sampled(lines))) >= FEWEST:
            return _foreign(lines, limits.languages, SURE)
    share = latin_share(page.document.text[:SCRIPT_SAMPLE])
    if limits.languages == ("en",) and share < 0.5:
        return "other language", f"{share:.2f} of letters are Latin"
    return None


def _foreign(
    lines: Sequence[str], languages: tuple[str, ...], bounds: tuple[float, float]
) -> Finding | None:
    """Refuse lines with a confidence of another language and a share of function words beyond `bounds`."""
    text = sampled(lines)
    if "en" in languages and function_word_share(text) >= bounds[1]:
        return None
    guess = guess_language(text, languages)
    if guess.language in languages or guess.elsewhere < bounds[0]:
        return None
    return "other language", f"{guess.language}, confidence {guess.elsewhere:.2f}"


def _own(page: Page, limits: QualityLimits) -> KindLimits:
    return getattr(limits, page.kind)


FILTERS: tuple[Filter, ...] = (
    too_short,
    undecoded,
    placeholder,
    broken_words,
    mostly_symbols,
    mostly_numbers,
    repeated,
    repeated_wording,
    boilerplate,
    other_language,
)


def assess(document: Document, limits: QualityLimits, judge: Judge | None = None) -> Finding | None:
    """Return the reason and detail of the first rule that refuses the document, or None; the judge is asked last."""
    page = Page(document)
    found = next((found for rule in FILTERS if (found := rule(page, limits))), None)
    return judge(document) if found is None and judge is not None else found
