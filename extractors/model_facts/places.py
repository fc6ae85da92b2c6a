"""Where a model's words stand in a section: quotes, the sentences around them, and names that are whole (method 2.1).

A quote is looked for with white space made equal and nothing else: what comes back are true offsets in the document.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)\]]*\s+(?=[\"“‘(\[]?[A-Z0-9])|\n")
"""Between two sentences, or two lines."""
LEAD = frozenset(
    "a an the in on at by of for from to with as after before and or but both his her its their this that when while "
    "since until during under into through between among also then here there born sir dr mr mrs ms".split()
)
"""Words that may stand before a name with a capital and are not part of it."""
WORD_BEFORE = re.compile(r"([^\W_][\w.'’-]*)[ \t]$")
WORD_AFTER = re.compile(r"[ \t]([^\W_][\w.'’-]*)")


@dataclass(frozen=True)
class Span:
    """A stretch of a document's text, half open."""

    start: int
    end: int


def find_words(text: str, words: str, within: Span) -> Iterator[Span]:
    """Yield where `words` stand in a part of a text, white space apart; nothing for words without a letter or digit."""
    parts = words.split()
    if not any(map(str.isalnum, words)):
        return
    pattern = re.compile(r"\s+".join(map(re.escape, parts)))
    for match in pattern.finditer(text, within.start, within.end):
        yield Span(*match.span())


def sentences(text: str, quote: Span, within: Span) -> Span:
    """Return the whole sentences or lines of a section that a quote stands in, white space at their ends left out."""
    start, end = within.start, within.end
    for match in SENTENCE_END.finditer(text, within.start, within.end):
        if match.end() <= quote.start:
            start = match.end()
        elif match.start() >= quote.end - 1:
            end = match.start()
            break
    found = text[start:end]
    start, end = start + len(found) - len(found.lstrip()), end - (len(found) - len(found.rstrip()))
    return Span(min(start, quote.start), max(end, quote.end))


def find_names(text: str, name: str, within: Span) -> Iterator[Span]:
    """Yield the places in a part of a text where a name or value stands whole.

    A name that goes on before or behind (`Otto` in `Otto Brückwald`, `784` in `1,784`) is another name.
    """
    return (span for span in find_words(text, name, within) if whole(text, span))


def whole(text: str, span: Span) -> bool:
    """Whether nothing before or behind a stretch belongs to the same word, number or capitalised name."""
    before, after = text[max(span.start - 1, 0) : span.start], text[span.end : span.end + 2]
    if (before.isalnum() or before == "_") and text[span.start].isalnum():
        return False
    if after[:1].isalnum() or after[:1] == "_" or before == "-" or after[:1] == "-":
        return False
    marked = before in (".", ",") and text[max(span.start - 2, 0)].isdigit()
    digits = text[span.start].isdigit() and marked
    if digits or (text[span.end - 1].isdigit() and re.match(r"[.,]\d", after)):
        return False
    return not _goes_on(text, span)


def _goes_on(text: str, span: Span) -> bool:
    """Whether a capitalised word next to a capitalised name is part of it."""
    if not text[span.start].isupper():
        return False
    lead = WORD_BEFORE.search(text, max(span.start - 40, 0), span.start)
    initial = lead is not None and len(lead[1]) == 2 and lead[1][1] == "."
    ended = lead is not None and lead[1][-1] == "." and not initial
    if lead and lead[1][0].isupper() and lead[1].casefold() not in LEAD and not ended:
        return True
    tail = WORD_AFTER.match(text, span.end)
    return bool(tail) and tail[1][0].isupper() and text[span.end - 1].isalnum()
