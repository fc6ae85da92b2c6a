"""Books with a licence header and footer (Project Gutenberg): the book alone, what the header states kept.

The trademark notices before `*** START OF` and after `*** END OF` are no part of the book.
"""

import re
from dataclasses import dataclass

from extractors.readers.dates import read_date

START = re.compile(
    r"\*{3} ?START OF (?:THIS|THE) PROJECT GUTENBERG EBOOK[^\n*]*\*{3}[^\n]*\n?", re.IGNORECASE
)
END = re.compile(
    r"(?:\*{3} ?END OF (?:THIS|THE) PROJECT GUTENBERG EBOOK|^End of (?:the )?Project Gutenberg)",
    re.IGNORECASE | re.MULTILINE,
)
LABEL = re.compile(
    r"^(Title|Author|Translator|Editor|Illustrator|Release Date|Posting Date): *(\S[^\n\[]*)",
    re.MULTILINE,
)
MAKERS = ("Author", "Translator", "Editor", "Illustrator")
HEAD = 20_000
LICENCE = "Project Gutenberg License"


@dataclass(frozen=True)
class Book:
    """Where the book stands in the file, and what the header says of it."""

    start: int
    end: int
    title: str
    makers: tuple[tuple[str, str], ...]
    """(`Author`, name) and the like, as the header states them."""

    date: str
    """When the electronic text was released; the year of the book itself is not stated."""


def find_book(text: str) -> Book | None:
    """Return the book inside a text with Project Gutenberg's notices, or None for any other text."""
    start = START.search(text[:HEAD])
    if start is None:
        return None
    end = END.search(text, start.end())
    labels = {name: " ".join(value.split()) for name, value in LABEL.findall(text[: start.start()])}
    return Book(
        start.end(), end.start() if end else len(text), labels.get("Title", ""),
        tuple((label, labels[label]) for label in MAKERS if label in labels),
        read_date(labels.get("Release Date", "").rstrip(", ")),
    )  # fmt: skip
