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
from extractors.facts.dialogue_clauses import read_utterance
from extractors.facts.dialogue_confirmations import read_confirmations
from extractors.facts.dialogue_names import mention_of, own_names, with_agreed_types
from extractors.facts.dialogue_turns import Turn, turns_of
from warehouse.records import Document, Fact, Mention, Qualifier, Section, make_fact

EXTRACTOR = "dialogue/1"
MAX_UTTERANCE = 4_000
MAX_QUOTE = 400
BATCH = 64
# An utterance can state a fact only if it prints a name, a number or a date beside a speaker.
WORTH_READING = re.compile(r"\b[Mm]y\b|\bI\b|[a-z,] (?:the )?[A-ZÀ-Þ]\w+|\d")
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
        yield _document_facts(document, sections, turns=turns, read=read)


def _is_worth_reading(turn: Turn) -> bool:
    return len(turn.text) <= MAX_UTTERANCE and WORTH_READING.search(turn.text) is not None


def _document_facts(
    document: Document,
    sections: Sequence[Section],
    *,
    turns: Sequence[Turn],
    read: Sequence[tuple[Turn, Doc]],
) -> list[Fact]:
    names = own_names(document, read)
    labels = frozenset(turn.speaker.text for turn in turns if not turn.generic)
    statements: list[Statement] = []
    for turn, doc in read:
        for reading in read_utterance(doc, labels):
            owner = turn.speaker.text if reading.subject is None else reading.subject.text
            statements.append(Statement(turn, reading, owner))
    for turn in turns:
        if turn.generic:
            statements += read_confirmations(turn, turns)
    ordered = sorted(sections, key=lambda section: section.start)
    facts = [
        _fact(document, ordered, statement=s, names=names)
        for s in settle(with_agreed_types(statements), turns)
    ]
    unique = {fact.id: fact for fact in facts if fact is not None}
    return sorted(unique.values(), key=lambda fact: (fact.start, fact.object.start, fact.id))


def _fact(
    document: Document,
    sections: Sequence[Section],
    *,
    statement: Statement,
    names: Mapping[str, Mention],
) -> Fact | None:
    turn, reading, reply = statement.turn, statement.reading, statement.reply
    start, end = turn.start + reading.start, turn.start + reading.end
    if reply is not None and reply.end - start <= MAX_QUOTE:
        end = reply.end
    personal = reading.subject is None or reading.object is None
    if personal and end - turn.speaker.start <= MAX_QUOTE:
        start = turn.speaker.start
    at = bisect_right(sections, start, key=lambda section: section.start) - 1
    if at < 0 or end > sections[at].end:
        return None
    who = reply if reply is not None and reading.shape == "attribute" else turn
    speaker = names.get(who.speaker.text, who.speaker)
    notes = list(reading.qualifiers)
    if personal and speaker.type == "text":
        notes.append(Qualifier(kind="note", text="speaker=generic"))
    if statement.superseded:
        notes.append(Qualifier(kind="note", text="superseded"))
    return make_fact(
        document.id,
        sections[at].id,
        subject=mention_of(document, turn, value=reading.subject) if reading.subject else speaker,
        relation=reading.relation,
        object=mention_of(document, turn, value=reading.object) if reading.object else speaker,
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
        confidence=0.85 if reply is not None else CONFIDENCE[reading.shape],
    )
