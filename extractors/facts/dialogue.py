"""Facts from conversations (§3.2, dialogue): what people say of themselves and of others by name.

Plain declarative statements only, read by `dialogue_clauses`; details read back for confirmation by
`dialogue_confirmations`; what is corrected later by `dialogue_changes`. A first-person fact's
subject is the speaker's label at the start of the turn. A speaker known by a role (`user`,
`Project Manager`) is the name they give themselves in this conversation; without one the fact's
subject has type `text` and the note `speaker=generic`, since other conversations use the same word.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from spacy.language import Language
from spacy.tokens import Doc

from extractors.facts.dialogue_changes import Statement, settle
from extractors.facts.dialogue_clauses import Reading, read_utterance
from extractors.facts.dialogue_confirmations import read_confirmations
from extractors.facts.dialogue_turns import Turn, turns_of
from extractors.facts.dialogue_values import Value, name_over
from warehouse.records import Document, Fact, Mention, Qualifier, Section, make_fact

EXTRACTOR = "dialogue/1"
MAX_UTTERANCE = 4_000
MAX_QUOTE = 400
BATCH = 64
# An utterance can state a fact only if it prints a name, a number or a date beside a speaker.
WORTH_READING = re.compile(r"\b[Mm]y\b|\bI\b|[a-z,] (?:the )?[A-ZÀ-Þ]\w+|\d")
OWN_NAME = re.compile(r"\b[Mm]y name(?: is|['’]s) (?P<certain>)|\b(?:I['’]m|I am) (?P<likely>)")
CONFIDENCE = {"attribute": 0.95, "clause": 0.9}


def dialogue_facts(
    batch: Sequence[tuple[Document, Sequence[Section]]], nlp: Language
) -> Iterator[list[Fact]]:
    """Yield the facts of each document of the batch, in order.

    Args:
        batch: Documents of format `dialogue`, one conversation session each, with their sections.
            `Document.date` is the session's date; it becomes the facts' `as_of`.
        nlp: An English pipeline with tagger, parser, lemmatiser and entity recogniser.

    Yields:
        One list a document, in order of position; empty for other formats.
    """
    all_turns = [turns_of(d) if d.format == "dialogue" else [] for d, _ in batch]
    chosen = [t for turns in all_turns for t in turns if _is_worth_reading(t)]
    parsed = nlp.pipe((turn.text for turn in chosen), batch_size=BATCH)
    docs = {id(turn): doc for turn, doc in zip(chosen, parsed, strict=True)}
    for (document, sections), turns in zip(batch, all_turns, strict=True):
        read = [(turn, docs[id(turn)]) for turn in turns if id(turn) in docs]
        yield _document_facts(document, sections, turns, read)


def _is_worth_reading(turn: Turn) -> bool:
    return len(turn.text) <= MAX_UTTERANCE and WORTH_READING.search(turn.text) is not None


def _document_facts(
    document: Document,
    sections: Sequence[Section],
    turns: Sequence[Turn],
    read: Sequence[tuple[Turn, Doc]],
) -> list[Fact]:
    names = own_names(read)
    labels = frozenset(turn.speaker.text for turn in turns if not turn.generic)
    statements: list[Statement] = []
    for turn, doc in read:
        for reading in read_utterance(doc, labels):
            owner = turn.speaker.text if reading.subject is None else reading.subject.text
            statements.append(Statement(turn, reading, owner))
    for turn in turns:
        if turn.generic:
            confirmed = read_confirmations(turn, turns)
            statements += [Statement(turn, r, turn.speaker.text, confirmed=True) for r in confirmed]
    ordered = sorted(sections, key=lambda section: section.start)
    facts = [_fact(document, ordered, s, names) for s in settle(statements, turns)]
    unique = {fact.id: fact for fact in facts if fact is not None}
    return sorted(unique.values(), key=lambda fact: (fact.start, fact.object.start, fact.id))


def own_names(read: Sequence[tuple[Turn, Doc]]) -> dict[str, Mention]:
    """Return the name that each speaker known by a role gives themselves, by label.

    A speaker who gives two different names has none; of `Dana` and `Dana Petrov` the longer counts.
    """
    found: dict[str, list[Mention]] = {}
    for turn, doc in read:
        if turn.generic:
            found.setdefault(turn.speaker.text, []).extend(_stated_names(turn, doc))
    names: dict[str, Mention] = {}
    for label, mentions in found.items():
        longest = max(mentions, key=lambda m: (len(m.text), -m.start), default=None)
        if longest and all(f"{longest.text} ".startswith(f"{m.text} ") for m in mentions):
            names[label] = longest
    return names


def _stated_names(turn: Turn, doc: Doc) -> Iterator[Mention]:
    for match in OWN_NAME.finditer(turn.text):
        name = name_over(turn.text, match.end()) if match.end() < len(turn.text) else None
        if name is None or name.start != match.end():
            continue
        if match["certain"] is None and not _is_person(doc, name):
            continue
        start = turn.start + name.start
        end = start + len(name.text)
        yield Mention(text=name.text, start=start, end=end, type="person")


def _is_person(doc: Doc, name: Value) -> bool:
    return any(e.label_ == "PERSON" and e.start_char == name.start for e in doc.ents)


def _fact(
    document: Document,
    sections: Sequence[Section],
    statement: Statement,
    names: Mapping[str, Mention],
) -> Fact | None:
    turn, reading = statement.turn, statement.reading
    start, end = turn.start + reading.start, turn.start + reading.end
    personal = reading.subject is None or reading.object is None
    if personal and end - turn.speaker.start <= MAX_QUOTE:
        start = turn.speaker.start
    at = bisect_right(sections, start, key=lambda section: section.start) - 1
    if at < 0 or end > sections[at].end:
        return None
    speaker = names.get(turn.speaker.text, turn.speaker)
    notes = list(reading.qualifiers)
    if personal and speaker.type == "text":
        notes.append(Qualifier(kind="note", text="speaker=generic"))
    if statement.superseded:
        notes.append(Qualifier(kind="note", text="superseded"))
    return make_fact(
        document.id,
        sections[at].id,
        subject=_mention(turn, reading.subject) or speaker,
        relation=reading.relation,
        object=_mention(turn, reading.object) or speaker,
        shape=reading.shape,
        quote=document.text[start:end],
        start=start,
        end=end,
        extractor=EXTRACTOR,
        phrase=reading.phrase,
        preposition=reading.preposition,
        quantity=reading.object.quantity if reading.object else None,
        qualifiers=tuple(notes),
        as_of=document.date,
        confidence=0.85 if statement.confirmed else CONFIDENCE[reading.shape],
    )


def _mention(turn: Turn, value: Value | None) -> Mention | None:
    if value is None:
        return None
    start = turn.start + value.start
    return Mention(text=value.text, start=start, end=start + len(value.text), type=value.type)
