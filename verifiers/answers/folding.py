"""Text made comparable: width, case, accents, marks and articles do not count (§3 Rewards, "normalised gold answer").

Whatever could turn one number into another stays visible: raised digits are powers and not further digits, a decimal
point is no punctuation, a sign is kept. Letters of several scripts inside one word are never folded onto each other;
`mixed_scripts` reports them. The work is linear in the text's length.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from verifiers.answers.number_words import DIGITS, ORDINALS

ARTICLES = frozenset(("a", "an", "the"))
ALIKE = frozenset(("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"))
"""Scripts with letters that look like Latin ones."""
_RAISED = str.maketrans({c: f"^{n}" for n, c in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")} | {"⁻": "^-"})
_MARKS = str.maketrans(
    dict.fromkeys("‘’‛ʼ`´", "'")
    | dict.fromkeys("“”„«»", '"')
    | dict.fromkeys("‐‑‒–—−﹣－", "-")
    | {"½": " 1/2", "¼": " 1/4", "¾": " 3/4", "⅓": " 1/3", "⅔": " 2/3", "×": "x"}
    | {"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "đ": "d",
       "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i"}
)  # fmt: skip
_TOKEN = re.compile(
    r"'s\b|(?:[A-Za-z]\.\s?){2,}(?![a-z])|\^-?\d++"
    r"|(?:(?<![\w)\]])-)?\d++(?:[.,/:]\d++)*+(?:st|nd|rd|th)?+(?![^\W\d_])|[A-Za-z]+(?:\+\+|[+#])(?!\w)|[^\W_]+(?:'(?!s\b)[^\W_]+)*|&|[<>≤≥](?=\s?[$€£]?\d)"
)
_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_SAME = DIGITS | ORDINALS | {"&": "and"}


class Token(NamedTuple):
    """A word or number where it stands in a plain text."""

    word: str
    """Folded: lower case, digits for number words, no marks."""
    start: int
    end: int
    capital: bool
    """Whether it is printed with a capital letter or is a number."""


def printable(text: str) -> str:
    """Return the text in NFKC with one kind of dash and quote, powers as `^n`, without control characters."""
    if text.isascii() and text.isprintable():
        return text
    text = unicodedata.normalize("NFKC", text.translate(_RAISED).translate(_MARKS))
    return "".join(map(_shown, text)).translate(_MARKS)


def _shown(char: str) -> str:
    if char.isascii():
        return char if char >= " " or char in "\n\t" else " "
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    kind = unicodedata.category(char)
    if kind[0] == "C":
        return ""
    return " " if kind[0] == "Z" else char


@lru_cache(maxsize=2048)
def plain(text: str) -> str:
    """Return the printable text without accents, case kept."""
    text = printable(text)
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


@lru_cache(maxsize=2048)
def tokens(text: str) -> tuple[Token, ...]:
    """Return the words and numbers of a text without articles and marks, with their places in `plain(text)`.

    `T. S. Eliot`, `T.S. Eliot` and `TS Eliot` have the same words; `O'Hara` is `ohara`, `Ann's` is `ann`; `1,000` is
    `1000`; `3.5` is one word, so that `5` is not in it.
    """
    found = []
    for match in _TOKEN.finditer(plain(text)):
        printed = match[0]
        word = _word(printed)
        if word and word not in ARTICLES:
            found.append(Token(word, match.start(), match.end(), not printed[0].islower()))
    return tuple(found)


def _word(printed: str) -> str:
    """Return a printed word as it is compared."""
    if printed[0] == "'":
        return ""
    word = printed.casefold()
    if printed[0].isdigit() or printed[0] in "-^":
        return word.replace(",", "") if _GROUPED.fullmatch(word) else word
    if "." in word or "'" in word:
        word = "".join(c for c in word if c.isalnum())
    return _SAME.get(word, word)


@lru_cache(maxsize=2048)
def words(text: str) -> tuple[str, ...]:
    """Return the words of a text (see `tokens`)."""
    return tuple(token.word for token in tokens(text))


def mixed_scripts(text: str) -> str:
    """Return a word that mixes Latin letters with those of a script that looks like it, or nothing."""
    if text.isascii():
        return ""
    for word in re.findall(r"[^\W\d_]+", unicodedata.normalize("NFKC", text)):
        if not word.isascii() and len({_script(char) for char in word} - {""}) > 1:
            return word
    return ""


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    name = unicodedata.name(char, "").partition(" ")[0]
    return name if name in ALIKE else ""
