"""The thresholds of the filters, by kind of document; every one can be set in the configuration.

Published defaults come from Gopher's MassiveText (Rae et al. 2021, appendix A1.1), C4 (Raffel et al. 2020, section
2.2) and FineWeb (Penedo et al. 2024, section 3). They were made for web pages of one kind, prose. Where they refuse
filings, yearbooks or transcripts, ours are wider, and the rule that uses them says so.
"""

from warehouse.records import Record


class KindLimits(Record):
    """Thresholds for one kind of document; None where the rule says nothing about the kind."""

    min_words: int
    """Least words; of code, outside comments; of a table, words with a letter; of a passage, unless a line is a
    sentence."""
    min_turns: int = 0
    """Least turns of a conversation."""
    word_length: tuple[float, float] | None = None
    """Least and greatest mean length of a word, in characters."""
    max_symbols: float | None = None
    """Share of tokens without letter or digit, in prose."""
    max_numbers: float | None = None
    """Share of words without a letter, in the whole text."""
    max_repeated: float | None = None
    """Share of lines, and of characters in lines, that repeat an earlier line."""
    max_top_phrase: float | None = None
    """Share of characters in the most frequent phrase of four words, in prose."""
    max_repeated_phrases: float | None = None
    """Share of characters in phrases of ten words that stand before, in prose."""
    max_boilerplate: float | None = None
    """Share of words in paragraphs of licences, cookie and privacy notices and navigation."""


class QualityLimits(Record):
    """Thresholds of the rules."""

    prose: KindLimits = KindLimits(
        min_words=40, word_length=(2.0, 12.0), max_symbols=0.2, max_numbers=0.8, max_repeated=0.5,
        max_top_phrase=0.4, max_repeated_phrases=0.8, max_boilerplate=0.5,
    )  # fmt: skip
    passage: KindLimits = KindLimits(
        min_words=12, word_length=(2.0, 12.0), max_symbols=0.2, max_numbers=0.8, max_repeated=0.5,
        max_top_phrase=0.4, max_repeated_phrases=0.8, max_boilerplate=0.5,
    )  # fmt: skip
    """A row of a collection: encyclopaedia passages are short and dense."""
    table: KindLimits = KindLimits(min_words=2)
    """Two names of columns make a table of numbers readable."""
    code: KindLimits = KindLimits(min_words=3, max_boilerplate=0.9)
    """`from x import y` says something, an empty `__init__.py` does not."""
    dialogue: KindLimits = KindLimits(min_words=12, min_turns=4, max_symbols=0.4, max_repeated=0.8)
    """Speakers repeat each other; a transcript marks pauses and gaps."""
    max_undecoded: float = 0.001
    """Share of characters that stand for bytes nobody could decode."""
    max_placeholder: float = 0.005
    """Mentions of filler text per word."""
    languages: tuple[str, ...] = ("en",)
    """ISO 639-1 codes of the languages that are read; extraction knows English."""
    max_other_language: float = 0.65
    """Confidence from which prose in another language is refused (FineWeb keeps English from 0.65)."""
    min_function_words: float = 0.05
    """Share of English function words from which prose is not refused for its language."""
