"""Languages: what py3langid takes the prose for, and English function words as the second witness (decision 0012).

A document is refused only when both speak against it. A detector alone takes an English passage full of foreign names
for the names' language; function words alone miss headlines and lists.
"""

from collections.abc import Collection, Sequence
from functools import cache
from typing import NamedTuple

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from extractors.filters.lines import WORD

FUNCTION_WORDS = frozenset(
    (
        "the of and that with by it were this which or not you his she they we had but their are from been these "
        "would there when what who if"
    ).split()
)
"""Frequent words of English, without those that are words of its neighbours too (`in`, `was`, `on`, `to`, `has`)."""
SAMPLE = 2000
"""Characters of a text that are looked at: more change nothing."""
PIECES = 4
"""Places that they are taken from."""


class Guess(NamedTuple):
    """What a text is taken for."""

    language: str
    """ISO 639-1 code."""
    elsewhere: float
    """Confidence that it is none of the languages asked for, 0 to 1."""


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def guess_language(text: str, languages: Collection[str]) -> Guess:
    """Return the most likely language of a text, and how sure it is that it is none of `languages`."""
    ranked = _identifier().rank(text)
    return Guess(ranked[0][0], float(sum(p for language, p in ranked if language not in languages)))


def sampled(lines: Sequence[str]) -> str:
    """Return at most about `SAMPLE` characters, from places spread over the lines."""
    if sum(map(len, lines)) <= SAMPLE:
        return "\n".join(lines)
    starts = [len(lines) * piece // PIECES for piece in range(PIECES)]
    return "\n".join(
        "\n".join(lines[start : start + SAMPLE])[: SAMPLE // PIECES] for start in starts
    )


def function_word_share(text: str) -> float:
    """Return the share of English function words among the words: 0.1 to 0.3 in English prose."""
    words = [word.casefold() for word in WORD.findall(text)]
    return sum(word in FUNCTION_WORDS for word in words) / max(len(words), 1)


def latin_share(text: str) -> float:
    """Return the share of letters in Latin script; 1 where there is no letter."""
    letters = [character for character in text if character.isalpha()]
    return sum(character < "\u0250" for character in letters) / len(letters) if letters else 1.0
