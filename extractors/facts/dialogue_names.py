"""Names in a conversation: what speakers known by a role call themselves, and what type a name has.

The recogniser reads one utterance at a time and may take a person for a firm in one and not in the
next; within a conversation a name has one type, that which its clearest statements tell.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from spacy.tokens import Doc

from extractors.facts.dialogue_changes import Statement
from extractors.facts.dialogue_turns import Turn
from extractors.facts.dialogue_values import Value, name_from
from warehouse.records import Document, EntityType, Mention

OWN_NAME = re.compile(r"\b[Mm]y name(?: is|'s) (?P<certain>)|\b(?:I'm|I am) (?P<likely>)")
GREETING = 4
"""Turns at the start in which people introduce themselves."""
SURE = 100
"""How many guesses of the recogniser one plain statement outweighs."""


def own_names(document: Document, read: Sequence[tuple[Turn, Doc]]) -> dict[str, Mention]:
    """Return the name that each speaker known by a role gives themselves, by label.

    A speaker who gives two different names has none; of `Dana` and `Dana Petrov` the longer counts.
    """
    found: dict[str, list[Mention]] = {}
    for turn, doc in read:
        if turn.generic:
            found.setdefault(turn.speaker.text, []).extend(_stated_names(document, turn, doc=doc))
    names: dict[str, Mention] = {}
    for label, mentions in found.items():
        longest = max(mentions, key=lambda m: (len(m.text), -m.start), default=None)
        if longest and all(f"{longest.text} ".startswith(f"{m.text} ") for m in mentions):
            names[label] = longest
    return names


def _stated_names(document: Document, turn: Turn, *, doc: Doc) -> Iterator[Mention]:
    for match in OWN_NAME.finditer(turn.text):
        name = name_from(turn.text, match.end())
        if name is None:
            continue
        if match["certain"] is None and not _is_person(doc, name, first=turn.index < GREETING):
            continue
        yield mention_of(document, turn, value=Value(name.text, name.start, name.end, "person"))


def _is_person(doc: Doc, name: Value, *, first: bool) -> bool:
    """Say whether `I'm Dana` gives a name: the recogniser's word, or proper nouns in a greeting."""
    labels = {e.label_ for e in doc.ents if e.start_char <= name.start < e.end_char}
    if "PERSON" in labels or labels - {"ORG", "GPE", "WORK_OF_ART"}:
        return "PERSON" in labels
    inside = [token for token in doc if name.start <= token.idx < name.end]
    return first and all(token.tag_ == "NNP" for token in inside)


def with_agreed_types(statements: Sequence[Statement]) -> list[Statement]:
    """Return the statements with one type for each name, by weight of what they tell of it."""
    votes: dict[str, Counter[EntityType]] = {}
    for statement in statements:
        for value in (statement.reading.subject, statement.reading.object):
            if value is not None and value.type not in ("value", "text"):
                weight = SURE if value.sure else int(value.type != "thing")
                votes.setdefault(value.text, Counter())[value.type] += weight
    agreed: dict[str, EntityType] = {
        name: counts.most_common(1)[0][0] for name, counts in votes.items()
    }
    return [_retyped(statement, agreed) for statement in statements]


def _retyped(statement: Statement, agreed: dict[str, EntityType]) -> Statement:
    reading = statement.reading
    sides = [
        replace(value, type=agreed[value.text]) if value and value.text in agreed else value
        for value in (reading.subject, reading.object)
    ]
    return replace(statement, reading=replace(reading, subject=sides[0], object=sides[1]))


def mention_of(document: Document, turn: Turn, *, value: Value) -> Mention:
    """Return the mention of a value, with the document's own quotation marks."""
    start, end = turn.start + value.start, turn.start + value.end
    return Mention(text=document.text[start:end], start=start, end=end, type=value.type)
