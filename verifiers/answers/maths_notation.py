r"""Mathematical text as tokens: what says nothing of a value is dropped, matrices are cut out first (§3 Rewards).

Dropped are sizes of brackets, spaces, degrees, dollars and words of units (`\text{ cm}^2`); "and", "or" and semicolons
part statements like commas; groups of digits are closed.
"""

import re
from typing import NamedTuple

MOST_TOKENS = 400
LONGEST = 4_000
"""Characters of an expression."""
MOST_MATRICES = 20
"""Matrices of an expression, and rows and cells in a row."""
MATRIX = "\\matrix"
"""Token of a matrix, followed by its letter."""


class Unreadable(ValueError):
    """The text is no expression that is read here."""


class Tokens(NamedTuple):
    """An expression cut up."""

    tokens: list[str]
    matrices: list[list[list[str]]]
    r"""Cells by row of each matrix; `\matrixa` stands for the first."""


_TOKEN = re.compile(
    r"\\[a-zA-Z]+|\\.|<=|>=|!=|\*\*|\d+(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+\.\d+|\.\d+|\d+|[a-zA-Z]|\S"
)
_SIZES = re.compile(r"\\(?:left|right)(?![a-z])")
_MATRIX = re.compile(
    r"[\[(]?\\begin\{(?P<kind>[pbvBV]?matrix|array)\}(?:\{[lcr|\s]*\})?(?P<body>.*?)\\end\{(?P=kind)\}[\])]?",
    re.DOTALL,
)
_SPACED = re.compile(r"(?<=\d)(?:,\s*\\!\s*|\\,|\{,\})(?=\d{3})")
_PLAIN = re.compile(r"(?<![\\a-zA-Z])(sqrt|sin|cos|tan|log|ln|exp|pi)(?![a-zA-Z])")
_NAMED = re.compile(r"\\(?:mathrm|mathbf|mathit|mathbb|operatorname)\s*\{([^{}]{0,40})\}")
_AND = re.compile(
    r"(?<![a-zA-Z\\])(?:and|or)(?![a-z])|\\(?:text|mbox)\s*\{[\s,]*(?:and|or)\s*\}|[;]"
)
_WORDS = re.compile(
    r"\\(?:text|textbf|textnormal|mbox|textit|textrm)\s*\{[^{}]{0,80}\}(?:\s*\^\s*\{?\d\}?)?"
)
_DROPPED = re.compile(
    r"\\(?:displaystyle|quad|qquad|limits|bigl?|Bigl?|bigr|Bigr|,|;|:|!|\s)|~"
    r"|\^\s*\{?\s*\\?(?:circ|degree)\s*\}?|°|\\\$|\\(?=\s|$)"
)
_COMMAS = re.compile(r"(?:,\s*){2,}")


def tokenised(text: str) -> Tokens:
    """Return the tokens of an expression.

    Raises:
        Unreadable: it is empty or too long.
    """
    if len(text) > LONGEST:
        raise Unreadable("too long")
    matrices: list[list[list[str]]] = []

    def kept(match: re.Match[str]) -> str:
        if len(matrices) == MOST_MATRICES:
            raise Unreadable("too many matrices")
        rows = [row for row in match["body"].strip().split("\\\\") if row.strip()]
        matrices.append([row.split("&")[:MOST_MATRICES] for row in rows[:MOST_MATRICES]])
        return f" {MATRIX}{chr(ord('a') + len(matrices) - 1)} "

    text = _MATRIX.sub(kept, _SIZES.sub("", text))
    text = _PLAIN.sub(r"\\\1", _SPACED.sub(",", text))
    text = _WORDS.sub(" ", _AND.sub(" , ", _NAMED.sub(r" \1 ", text)))
    text = _COMMAS.sub(", ", _DROPPED.sub(" ", text)).strip(" .,")
    tokens = _TOKEN.findall(text)
    if not tokens or len(tokens) > MOST_TOKENS:
        raise Unreadable("empty or too long")
    return Tokens(tokens, matrices)
