"""Sentences of a report that may speak of its own trial as a whole, and what is stated in one.

Introductions and discussions speak of other trials, and so do sentences with a reference to the literature; both are
passed over.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractors.facts.writer import Span
from warehouse.records import Document, Mention, Quantity, Section

OWN = re.compile(
    r"abstract|summary|methods?|materials|patients|participants|subjects|stud(?:y|ied)|designs?|results|settings?"
    r"|enrol\w+|recruit\w+|randomi[sz]ation|ethic\w*|acknowledge?ments?|funding|financial|outcomes?|end ?points?",
    re.IGNORECASE,
)
OTHERS = re.compile(
    r"\b(?:introduction|background|discussion|conclusions?|limitations?|literature|references|related|objectives?|aims?"
    r"|interpretation|significance|statistical|laborator\w+|implications|strengths)\b",
    re.IGNORECASE,
)
REFERENCE = re.compile(r"\[\d+(?:[-–, ]+\d+)*\]|\bet al\b")
BREAK = re.compile(
    r"(?<=[a-z\d)\]%A-Z][.?!])(?<!\b[A-Z]\.)(?<!\b(?:vs|Dr|Mr|St|No)\.)(?<!\bFig\.)\s+(?=[A-Z\d(“\"])"
)
LONGEST = 600


@dataclass(frozen=True)
class Sentence:
    """A sentence with its place in the document."""

    text: str
    start: int
    abstract: bool

    @property
    def span(self) -> Span:
        """The sentence in the document."""
        return self.start, self.start + len(self.text)


@dataclass(frozen=True)
class Stated:
    """What a sentence states of its trial."""

    relation: str
    object: Mention
    span: Span
    quantity: Quantity | None = None
    listed: bool = False
    """Whether it is one item of a list that the sentence gives whole."""


def own_sentences(document: Document, sections: Sequence[Section]) -> Iterator[Sentence]:
    """Yield the sentences in which a report may speak of its own trial, in order."""
    for section in sections:
        titles = section.headings
        if not any(OWN.search(t) for t in titles) or any(OTHERS.search(t) for t in titles):
            continue
        abstract = any(re.fullmatch(r"abstract|summary", t, re.IGNORECASE) for t in titles)
        for line in re.finditer(r"[^\n]+", document.text[section.start : section.end]):
            if not line[0].lstrip().startswith(("#", "|", "Table:", "- ")):
                for sentence in _sentences(line[0], section.start + line.start()):
                    if len(sentence[1]) <= LONGEST and not REFERENCE.search(sentence[1]):
                        yield Sentence(sentence[1], sentence[0], abstract)


def _sentences(line: str, start: int) -> Iterator[tuple[int, str]]:
    begin = 0
    for gap in [*BREAK.finditer(line), None]:
        end = gap.start() if gap else len(line)
        bare = line[begin:end].strip()
        if bare:
            yield start + line.index(bare, begin), bare
        begin = gap.end() if gap else end
