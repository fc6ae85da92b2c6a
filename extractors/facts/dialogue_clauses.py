"""Statements of fact in one utterance: `My landlord is Jonas Weber`, `I work at Kestrel Timber`.

A clause is read word by word from its start: opening words, a subject, a verb group of a known
shape, one whole value, then qualifiers and the clause's end. A clause with any word left over says
more than the pattern understands and is refused. The parse settles what words alone cannot: tags,
sentences, and that the verb is a main verb with this subject.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from spacy.tokens import Doc, Token

from extractors.facts import dialogue_phrases as phrases
from extractors.facts import dialogue_words as words
from extractors.facts.dialogue_subjects import (
    Place,
    Subject,
    appositions,
    head_noun,
    introduced,
    mine,
    name_at,
    named,
    named_by,
    noun_of,
    read_subject,
)
from extractors.facts.dialogue_values import Value, code_at, title_at, value_at, without_titles
from extractors.facts.dialogue_verbs import BARE, VerbGroup, read_group, skip_adverbs
from warehouse.records import Qualifier, Quantity, Shape

MAX_TOKENS = 60
SUBJECTS = frozenset({"nsubj", "nsubjpass"})
MAX_QUALIFIERS = 4
JOINTS = frozenset({"and", "but", ";", "\u2013"})
FINITE = frozenset({"VBD", "VBP", "VBZ"})
FOREIGN = frozenset('"«»{}[]<>*|#@\\_')


@dataclass(frozen=True)
class Reading:
    """One statement; spans are the utterance's, and None stands for the speaker."""

    subject: Value | None
    relation: str
    object: Value | None
    shape: Shape
    start: int
    end: int
    """The sentence's span."""
    functional: bool
    """Whether a later value takes this one's place."""
    phrase: str = ""
    preposition: str = ""
    qualifiers: tuple[Qualifier, ...] = ()


def read_utterance(doc: Doc, speakers: frozenset[str]) -> Iterator[Reading]:
    """Yield the statements of an utterance in order.

    Args:
        doc: The parsed utterance.
        speakers: Labels of the conversation's speakers: single names known to mean people.

    Yields:
        Statements whose every word was understood.
    """
    for sentence in doc.sents:
        text = sentence.text
        if len(sentence) > MAX_TOKENS or FOREIGN & set(without_titles(text)) or "http" in text:
            continue
        if phrases.UNREAL.search(text):
            continue
        place = Place(sentence, speakers)
        for subject, name in (*appositions(place), *introduced(place)):
            if not phrases.GOVERNED.search(text):
                yield _attribute(place, (None, subject.noun, name))
        if "?" in text:
            continue
        yield from _clauses(place)


def _clauses(place: Place) -> Iterator[Reading]:
    """Yield the readings of the sentence's main clauses."""
    sentence, text = place.sentence, place.text
    opening = phrases.OPENING.match(text, sentence.start_char)
    at = opening.end() if opening else sentence.start_char
    dated = phrases.SINCE.match(text, at)
    at = dated.end() if dated else at
    before: Subject | None = None
    read_before = False
    for token in sentence:
        joined = token.i > sentence.start and place.doc[token.i - 1].lower_ in JOINTS
        if token.idx < at or not (token.idx == at or joined):
            continue
        finite = token.tag_ in FINITE or token.lower_ in BARE
        shared = finite and before is not None
        subject = replace(before, next=token.i, shared=True) if shared and before else None
        subject = subject or read_subject(place, token.i)
        if subject is not None and read_before and joined:
            subject = replace(subject, joined=True)
        reading = _read_clause(place, subject, start=token.idx) if subject else None
        # Only a clause that was read whole lends its subject: a hedge would be lent with it.
        before = subject if reading is not None and subject and not subject.noun else None
        read_before = reading is not None
        if reading is not None and dated and token.idx == at:
            time = Qualifier(kind="time", text=dated[0].strip(" ,"))
            reading = replace(reading, qualifiers=(time, *reading.qualifiers))
        if reading is not None:
            yield reading


def _read_clause(place: Place, subject: Subject, *, start: int) -> Reading | None:
    """Return the reading of the clause that starts at character `start`."""
    found = _copula(place, subject) or _verb(place, subject)
    if found is None:
        return None
    reading, end = found
    if _is_doubted(place, start, end=end):
        return None
    clause = place.text[start:end]
    for value in (reading.subject, reading.object):
        # A name may hold any word (`Will`, `Over`).
        if value is not None and value.type != "value":
            clause = clause.replace(value.text, "")
    return None if phrases.UNSURE.search(clause) else reading


def _is_doubted(place: Place, start: int, *, end: int) -> bool:
    """Say whether the sentence's words before or after the clause take its certainty away."""
    before = place.text[place.sentence.start_char : start]
    after = phrases.POLITE.sub("", place.text[end:])
    if phrases.GOVERNED.search(before) or phrases.HEDGED.match(after):
        return True
    return any(
        pattern.search(after) for pattern in (phrases.DOUBTED, phrases.RETRACTED, phrases.CHANGED)
    )


def _copula(place: Place, subject: Subject) -> tuple[Reading, int] | None:
    """Read `is VALUE`, `is called VALUE`, `is my landlord`, `is the head of NAME`."""
    doc = place.doc
    at = skip_adverbs(place, subject.next)
    origin = head_noun(subject.noun) in words.ORIGINS
    if at >= place.end or doc[at].lower_ not in (words.IS | {"was"} if origin else words.IS):
        return None
    verb = doc[at]
    at = skip_adverbs(place, at + 1)
    if at < place.end and subject.noun and doc[at].lower_ in ("called", "named"):
        verb, at = doc[at], at + 1
    if at >= place.end or not _is_main(place, verb, subject=subject):
        return None
    if not subject.noun:
        return _aged(place, subject, at=at) or _reversed(place, subject, at=at)
    value = _attribute_value(place, at, label=subject.noun)
    ending = read_ending(place, value.end) if value is not None else None
    if value is None or ending is None:
        return None
    return _attribute(place, (subject.name, subject.noun, value), qualifiers=ending[0]), ending[1]


def _aged(place: Place, subject: Subject, *, at: int) -> tuple[Reading, int] | None:
    """Read `am 34 years old` as the attribute `age`."""
    match = phrases.AGE.match(place.text, place.doc[at].idx)
    ending = read_ending(place, match.end()) if match else None
    if match is None or ending is None:
        return None
    quantity = Quantity(value=match["years"], unit="years", step="1")
    value = Value(
        match[0].removesuffix(" old"), match.start(), match.end("unit"), "value", quantity
    )
    return _attribute(place, (subject.name, "age", value), qualifiers=ending[0]), ending[1]


def _attribute_value(place: Place, at: int, *, label: str) -> Value | None:
    doc, noun = place.doc, head_noun(label)
    start = doc[at].idx
    found = value_at(place.text, start)
    # `My number is 5` does not say which number.
    if found is None and noun in words.NUMBERED and label not in words.UNTOLD:
        found = code_at(place.text, start)
    if found is not None:
        return found
    name = title_at(place.text, start) or name_at(place, at + (doc[at].text == "the"))
    if name is None:
        return None
    return named_by(noun, name)


def _reversed(place: Place, subject: Subject, *, at: int) -> tuple[Reading, int] | None:
    """Read `NAME is my landlord`, `NAME is the head of NAME`, `I am the head of NAME`."""
    doc = place.doc
    owner: Subject | None = None
    if doc[at].lower_ == "my" and subject.name is not None:
        owner = mine(place, at)
    elif doc[at].lower_ == "the":
        owner = noun_of(place, at)
    elif subject.name is not None:
        owner = named(place, at)
    if owner is None or not owner.noun:
        return None
    last = doc[owner.next - 1]
    ending = read_ending(place, last.idx + len(last.text))
    if ending is None:
        return None
    value = subject.name
    if value is not None:
        value = named_by(head_noun(owner.noun), value)
    return _attribute(place, (owner.name, owner.noun, value), qualifiers=ending[0]), ending[1]


def _attribute(
    place: Place,
    sides: tuple[Value | None, str, Value | None],
    *,
    qualifiers: tuple[Qualifier, ...] = (),
) -> Reading:
    owner, noun, value = sides
    functional = head_noun(noun) not in words.MANY or noun.startswith("best ")
    start, end = place.sentence.start_char, place.sentence.end_char
    return Reading(owner, noun, value, "attribute", start, end, functional, qualifiers=qualifiers)


def _verb(place: Place, subject: Subject) -> tuple[Reading, int] | None:
    """Read `work at VALUE`, `have booked VALUE`, `was born in VALUE`."""
    group = read_group(place, subject.next) if not subject.noun else None
    if group is None or not _is_main(place, group.verb, subject=subject):
        return None
    value = _verb_value(place, group)
    ending = read_ending(place, value.end) if value is not None else None
    if value is None or ending is None:
        return None
    name = subject.name
    if (
        group.kind is None
        and group.lemma in words.SCHEDULED
        and (not name or name.type == "person")
    ):
        # `I start on 3 May` does not say what.
        return None
    if name is not None and group.lemma in words.HUMAN:
        name = Value(name.text, name.start, name.end, "person", sure=True)
    elif name is not None and group.lemma in words.CORPORATE and name.text not in place.speakers:
        name = Value(name.text, name.start, name.end, "organisation", sure=True)
    start, end = place.sentence.start_char, place.sentence.end_char
    functional = group.relation in words.FUNCTIONAL or group.lemma in words.SCHEDULED
    qualifiers = ending[0]
    if group.origin:
        qualifiers = (Qualifier(kind="note", text=group.origin), *qualifiers)
    return (
        Reading(
            name,
            group.relation,
            value,
            "clause",
            start,
            end,
            functional,
            group.phrase,
            group.preposition,
            qualifiers,
        ),
        ending[1],
    )


def _verb_value(place: Place, group: VerbGroup) -> Value | None:
    text, start = place.text, place.doc[group.next].idx
    if group.dated:
        value = value_at(text, start)
        if value is not None and value.quantity is None:
            return value
        if year := phrases.YEAR_ONLY.match(text, start):
            quantity = Quantity(value=year[0], unit="year", step="1")
            return Value(year[0], start, year.end(), "value", quantity)
    if group.kind == "value":
        value = value_at(text, start)
        return value if value is not None and value.quantity is not None else None
    if group.kind is None:
        return None
    if group.kind in ("work", "thing") and (title := title_at(text, start)):
        return title
    name = name_at(place, group.next + (place.doc[group.next].text == "the"))
    if name is None:
        return None
    single = name.type == "person" and " " not in name.text and group.lemma not in words.EITHER
    group_of_people = name.type == "person" and group.kind == "organisation"
    single = single or (group_of_people and group.lemma not in words.EITHER)
    firm = group.lemma in words.FIRM or group.kind == "work" or name.type == "thing" or single
    kind = group.kind if firm else name.type
    sure = group.lemma in words.FIRM or (kind == "organisation" and group.lemma not in words.EITHER)
    return Value(name.text, name.start, name.end, kind, sure=sure)


def _is_main(place: Place, verb: Token, *, subject: Subject) -> bool:
    """Say whether the parse has `verb` as a main verb with this subject.

    Main is the root, what `and` or `but` joins to it, and a clause with a comma before the root.
    """
    if subject.joined and subject.noun and verb.lower_ in words.IS:
        return True
    verb = verb.head if verb.dep_ == "acomp" else verb
    token = verb
    while token.dep_ == "conj":
        token = token.head
    if subject.shared:
        stated = verb.dep_ == "conj" and not any(t.dep_ in SUBJECTS for t in verb.children)
    else:
        own = place.doc[subject.start : subject.next]
        stated = any(t.head.i == verb.i and t.dep_ in SUBJECTS for t in own)
    spliced = token.dep_ == "ccomp" and token.head.dep_ == "ROOT" and token.i < token.head.i
    return stated and (token.dep_ == "ROOT" or spliced)


def read_ending(place: Place, at: int) -> tuple[tuple[Qualifier, ...], int] | None:
    """Return the qualifiers after character `at` and the clause's end; None if words are left."""
    text = place.text
    qualifiers: list[Qualifier] = []
    at += text[at : at + 1] == '"'
    while len(qualifiers) <= MAX_QUALIFIERS:
        if tail := phrases.ADVERB_TAIL.match(text, at):
            at = tail.end()
        found = _qualifier(text, at)
        if found is None:
            return (tuple(qualifiers), at) if phrases.CLOSING.match(text, at) else None
        qualifiers.append(found[0])
        at = found[1]
    return None


def _qualifier(text: str, at: int) -> tuple[Qualifier, int] | None:
    """Return the qualifier that starts at character `at`, and its end."""
    for kind, pattern in phrases.QUALIFIERS:
        if match := pattern.match(text, at):
            return Qualifier(kind=kind, text=match[0].strip(" ,")), match.end()
    return None
