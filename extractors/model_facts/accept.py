"""From what a model says to a fact, or to the reason why it is none (method 2.1: each with the span it was read from).

Nothing of the reply is stored but pointers into the document: names, label, date and number are read again there, with
the grammars that the rules use. So a document that talks the model into something can only be quoted.
"""

import re
from dataclasses import dataclass, replace

from extractors.facts.prose_words import OBJECT_TYPE, SENTENCE_HEDGES, SUBJECT_TYPE, TIME
from extractors.facts.values import ASIDE, NUMBER, TIME_ASIDE, Value, parse_value
from extractors.model_facts.places import Span, find_names, find_words, sentences
from extractors.model_facts.relations import normalised
from extractors.model_facts.replies import SaidFact
from extractors.model_facts.telling import NOT_READ, NotTold, Told, tell, tell_field
from warehouse.records import Document, EntityType, Fact, Mention, Qualifier, Section, make_fact

LONGEST_QUOTE = 600
"""Characters of the sentences that a fact is quoted by."""
LONGEST_NAME = 120
PLACES = 4
"""Places of a name, and of a quote, that are tried."""
WHEN = re.compile(TIME.pattern, re.IGNORECASE)
YEAR = re.compile(r"(?<![\d,.])(?:1[5-9]|20)\d\d(?![\d%]|[.,]\d)")
NEGATED = re.compile(r"\b(?:not|never|no|nor|neither|without|cannot|\w+n['’]t)\b", re.IGNORECASE)
PRONOUN = re.compile(r"(?:He|She|It)\b")


@dataclass(frozen=True)
class Refused:
    """Why something that a model said is not taken."""

    reason: str
    """Short and fixed, so that counts can be grouped by it."""
    detail: str
    """What it said, for a reader."""


def accepted(
    said: SaidFact, document: Document, section: Section, *, extractor: str, confidence: float
) -> Fact | Refused:
    """Return the fact that a model read from a section, or why it is refused.

    Args:
        said: what it said.
        document: the document.
        section: the section that it was asked about.
        extractor: what the fact is said to be read by.
        confidence: of the fact as long as nothing confirms it.
    """
    detail = f"{said.subject[:60]} | {said.relation[:60]} | {said.object[:60]} | {said.quote[:110]}"
    detail = detail.encode("utf-8", "replace").decode()
    try:
        told, sentence = _told(said, document, section)
        subject, object_, value = _mentions(document.text, told)
        told = replace(told, object=Span(object_.start, object_.end))
        qualifiers = _qualifiers(document.text, sentence, told, said.time)
        qualifiers = (*value.qualifiers, *qualifiers)
    except NotTold as refusal:
        return Refused(str(refusal), detail)
    field = told.shape == "attribute"
    return make_fact(
        document.id, section.id, subject=subject, relation=told.relation, object=object_, shape=told.shape,
        phrase=told.phrase, preposition=told.preposition, quantity=value.quantity, qualifiers=qualifiers,
        as_of=document.date if field else "", quote=document.text[sentence.start : sentence.end],
        start=sentence.start, end=sentence.end, extractor=extractor, confidence=confidence,
    )  # fmt: skip


def _told(said: SaidFact, document: Document, section: Section) -> tuple[Told, Span]:
    """Return how the document tells it, and where; the first place of the quote that does."""
    relation = normalised(said.relation)
    if not (said.subject.strip() and said.object.strip() and said.quote.strip() and relation):
        raise NotTold("incomplete")
    if max(len(said.subject), len(said.object)) > LONGEST_NAME or len(said.quote) > LONGEST_QUOTE:
        raise NotTold("too long")
    if said.subject.split() == said.object.split():
        raise NotTold("subject and object are one")
    within, reason = Span(section.start, section.end), "quote not found"
    for number, quote in enumerate(find_words(document.text, said.quote, within)):
        if number == PLACES:
            break
        try:
            sentence = _sentence(document.text, quote, within)
            return _in_sentence(said, relation, document, (sentence, within)), sentence
        except NotTold as refusal:
            reason = str(refusal)
    raise NotTold(reason)


def _sentence(text: str, quote: Span, within: Span) -> Span:
    """Return the sentences of a quote, which must assert something."""
    sentence = sentences(text, quote, within)
    if sentence.end - sentence.start > LONGEST_QUOTE:
        raise NotTold("too long")
    words = text[sentence.start : sentence.end]
    plain = {word.strip(".,;:()[]\"'“”‘’") for word in words.casefold().split()}
    if "?" in words or plain & SENTENCE_HEDGES or NEGATED.search(words):
        raise NotTold("in doubt")
    return sentence


def _in_sentence(
    said: SaidFact, relation: str, document: Document, spans: tuple[Span, Span]
) -> Told:
    text, (sentence, within) = document.text, spans
    objects = list(find_names(text, said.object, sentence))[:PLACES]
    if not objects:
        raise NotTold("object not in the quote")
    subjects = list(find_names(text, said.subject, sentence))[:PLACES]
    reason = NOT_READ
    for subject in subjects:
        if _inside_quotation(text, sentence, subject):
            raise NotTold("inside a quotation")
        for object_ in objects:
            try:
                return tell(text, sentence, (subject, object_), relation)
            except NotTold as refusal:
                reason = str(refusal)
    if subjects:
        raise NotTold(reason)
    return _from_outside(said, relation, document, (sentence, within, objects[0]))


def _from_outside(
    said: SaidFact, relation: str, document: Document, spans: tuple[Span, Span, Span]
) -> Told:
    """Read a line or a sentence about a subject that is named before it: a field of it, or what its pronoun did."""
    text, (sentence, within, object_) = document.text, spans
    before = list(find_names(text, said.subject, Span(within.start, sentence.start)))
    if not before:
        raise NotTold("subject not found")
    own = said.subject.casefold() == document.subject.casefold()
    nearest = before[-1]
    pronoun = PRONOUN.match(text, sentence.start)
    if pronoun is None:
        headed = text[text.rfind("\n", 0, nearest.start) + 1 : nearest.start].strip(" #*-") == ""
        if not (own or headed):
            raise NotTold("the subject is not what the line is about")
        return tell_field(text, sentence, (nearest, object_), relation)
    last = max(sentence.start - 2, within.start)
    previous = sentences(text, Span(last, last + 1), within)
    if not own and previous.start != nearest.start:
        raise NotTold("the pronoun may stand for something else")
    told = tell(text, sentence, (Span(*pronoun.span()), object_), relation)
    return Told(told.shape, told.relation, told.phrase, told.preposition, nearest, told.object)


def _inside_quotation(text: str, sentence: Span, subject: Span) -> bool:
    """Whether a quotation is open where the subject begins, other than around the subject alone."""
    before = text[sentence.start : subject.start].rstrip('"“')
    return before.count('"') % 2 == 1 or before.count("“") > before.count("”")


def _mentions(text: str, told: Told) -> tuple[Mention, Mention, Value]:
    """Return the fact's two mentions as the grammars read them, and the object's value."""
    object_ = _with_unit(text, told.object)
    value = parse_value(text[object_.start : object_.end])
    if value is None or (value.type == "text" and told.shape != "attribute"):
        raise NotTold("the object is no name or value")
    if parse_value(text[told.subject.start : told.subject.end]) is None:
        raise NotTold("the subject is no name")
    head = told.relation.split()[0]
    subject_type: EntityType = SUBJECT_TYPE.get(head, "thing")
    kind = OBJECT_TYPE.get(told.relation, value.type) if value.type == "thing" else value.type
    return _mention(text, told.subject, subject_type), _mention(text, object_, kind), value


def _mention(text: str, span: Span, kind: EntityType) -> Mention:
    return Mention(text=text[span.start : span.end], start=span.start, end=span.end, type=kind)


def _with_unit(text: str, span: Span) -> Span:
    """Return a number with the unit and scale that stand behind it, which a model may have left out."""
    number = NUMBER.match(text, span.start)
    return Span(span.start, max(span.end, number.end())) if number else span


def _qualifiers(text: str, sentence: Span, told: Told, time: str) -> tuple[Qualifier, ...]:
    """Return what narrows the fact: the one date of a clause, the aside behind a value; raise where it is not clear."""
    after = re.match(r"\s*\([^()]{1,60}\)", text[told.object.end : sentence.end])
    aside = ASIDE.search(after[0]) if after else None
    found: tuple[Qualifier, ...] = ()
    if aside:
        kind = "time" if TIME_ASIDE.fullmatch(aside["text"].strip()) else "note"
        found = (Qualifier(kind=kind, text=aside["text"].strip()),)
    whole = text[sentence.start : sentence.end]
    if time.strip() and " ".join(time.split()) not in " ".join(whole.split()):
        raise NotTold("time not in the quote")
    if told.shape == "attribute":
        return found
    inside = range(told.object.start - sentence.start, told.object.end - sentence.start)
    dates = [m for m in WHEN.finditer(whole) if m.end() - 1 not in inside]
    years = [m for m in YEAR.finditer(whole) if m.start() not in inside]
    if len(dates) > 1 or len(years) > 1:
        raise NotTold("two dates")
    if years and not dates and not aside:
        raise NotTold("a date that is not carried")
    return (*found, *(Qualifier(kind="time", text=date[0]) for date in dates))
