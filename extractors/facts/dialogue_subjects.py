"""What a clause of an utterance is about: the speaker, a full name, or an attribute of either.

`I`, `Pavel Sima`, `my landlord`, `my sister Ilse Brandt`, `the head of Nordhaven Optics`, `Dana's
brother`. Pronouns, `we` and bare definite nouns stand for something said elsewhere and are refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

from extractors.facts import dialogue_phrases as phrases
from extractors.facts import dialogue_words as words
from extractors.facts.dialogue_values import Value, name_from
from warehouse.records import EntityType

KINDS: dict[str, EntityType] = {
    "PERSON": "person",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "ORG": "organisation",
    "WORK_OF_ART": "work",
    "PRODUCT": "thing",
}
OTHER_LABELS = frozenset({"NORP", "DATE", "TIME", "MONEY", "LANGUAGE"})
POSSESSIVE = frozenset({"'s"})
MAX_NOUN = 6


@dataclass(frozen=True)
class Place:
    """Where a clause is read: its sentence, and the single names that are known as speakers'."""

    sentence: Span
    speakers: frozenset[str]

    @property
    def doc(self) -> Doc:
        """The parsed utterance."""
        return self.sentence.doc

    @property
    def end(self) -> int:
        """Index of the token after the sentence."""
        return self.sentence.end

    @property
    def text(self) -> str:
        """The utterance up to the sentence's end, so that spans are the utterance's own."""
        return self.sentence.doc.text[: self.sentence.end_char]

    def token_after(self, end: int) -> int:
        """Return the index of the first token at or after character `end`."""
        return next((token.i for token in self.sentence if token.idx >= end), self.end)


@dataclass(frozen=True)
class Subject:
    """A subject as read: `name` is None for the speaker."""

    name: Value | None
    noun: str
    """Relation label of `my landlord` or `the head of Nordhaven`; empty for a plain subject."""
    start: int
    next: int
    """Token indices: the subject's first, and the one after it."""
    shared: bool = False
    """Whether the clause before states it: `I live in Porto and work at …`."""
    joined: bool = False
    """Whether it follows `and` after a clause that was read whole, where parses often fail."""


def read_subject(place: Place, start: int) -> Subject | None:
    """Return the subject that starts at token `start`, or None when it is of no known kind."""
    first = place.doc[start]
    if first.text == "I":
        return Subject(None, "", start, start + 1)
    if first.lower_ == "my":
        return mine(place, start)
    if first.lower_ == "the":
        return noun_of(place, start) or named(place, start + 1)
    return named(place, start)


def mine(place: Place, start: int) -> Subject | None:
    """Read `my landlord`, `my sister's name`, and `my sister Ilse Brandt` as that name."""
    noun = _noun(place, start + 1)
    if noun is None:
        return None
    label, after = noun
    doc = place.doc
    if doc[after : after + 2].text.lower() in ("'s name"):
        return Subject(None, label, start, after + 2)
    if found := apposed(place, after, label=label):
        name, after = found
        return Subject(name, "", start, after)
    return Subject(None, label, start, after)


def apposed(place: Place, after: int, *, label: str) -> tuple[Value, int] | None:
    """Return the name in apposition to a noun for people, and the token after it."""
    noun = head_noun(label)
    doc = place.doc
    if noun not in words.KIN or after >= place.end:
        return None
    comma = doc[after].text == ","
    name = name_at(place, after + comma)
    if name is None:
        return None
    at = place.token_after(name.end)
    following = doc[at] if at < place.end else None
    if comma:
        # Without a second comma, or in a list, the name may start something else.
        closed = following is None or following.text in (",", ".", ";", "!", ")")
        listed = following is not None and doc[at : at + 2].text.startswith((", and", ", or"))
        if not closed or listed:
            return None
        at += following is not None and following.text == ","
    elif following is not None and following.tag_ in ("NN", "NNS", "NNP", "NNPS", "JJ"):
        return None
    return named_by(noun, name), at


def appositions(place: Place) -> Iterator[tuple[Subject, Value]]:
    """Yield each `my sister Ilse Brandt` of the sentence, wherever it stands."""
    for token in place.sentence:
        # `Is my landlord Jonas Weber?` asks what an apposition would take for granted.
        asked = token.i > 0 and token.nbor(-1).lemma_ == "be"
        noun = _noun(place, token.i + 1) if token.lower_ == "my" and not asked else None
        found = apposed(place, noun[1], label=noun[0]) if noun else None
        if noun and found:
            yield Subject(None, noun[0], token.i, found[1]), found[0]


def introduced(place: Place) -> Iterator[tuple[Subject, Value]]:
    """Yield `I have a cat called Miso`, `I run a bakery called Panis`."""
    for match in phrases.INTRODUCED.finditer(place.text, place.sentence.start_char):
        at = place.token_after(match.start("noun"))
        noun, name = _noun(place, at), name_at(place, place.token_after(match.end()))
        if noun and name and place.doc[noun[1]].lower_ in ("called", "named"):
            subject = Subject(None, noun[0], at, place.token_after(name.end))
            yield subject, named_by(head_noun(noun[0]), name)


def _noun(place: Place, start: int) -> tuple[str, int] | None:
    """Read a singular noun with its modifiers as a label: `phone number`, `best friend`."""
    doc, at = place.doc, start
    parts: list[Token] = []
    while at < place.end and at - start < MAX_NOUN and _is_noun_part(doc[at]):
        parts.append(doc[at])
        at += 1
    if not parts or parts[-1].tag_ != "NN":
        return None
    lowered = [part.lower_ for part in parts]
    if lowered[-1] in words.NO_RELATION or words.BAD_ADJECTIVES & set(lowered):
        return None
    kept = [word for word in lowered[:-1] if word not in words.DROPPED_ADJECTIVES]
    return " ".join([*kept, lowered[-1]]).replace(" - ", "-"), at


def _is_noun_part(token: Token) -> bool:
    if token.text == "in":
        return token.i > 0 and token.nbor(-1).text == "-"
    return token.text == "-" or (token.is_lower and token.tag_ in ("NN", "JJ", "JJS", "JJR"))


def noun_of(place: Place, start: int) -> Subject | None:
    """Read `the head of Nordhaven Optics`, `the contact at the Hotel Aurora`."""
    noun = _noun(place, start + 1)
    if noun is None:
        return None
    label, after = noun
    doc = place.doc
    if after + 1 < place.end and doc[after].lower_ == "of" and doc[after + 1].is_lower:
        inner = _noun(place, after + 1)
        if inner is not None:
            label, after = f"{label} of {inner[0]}", inner[1]
    if after + 1 >= place.end or doc[after].lower_ not in ("of", "at", "for"):
        return None
    owner = name_at(place, after + 1 + (doc[after + 1].lower_ == "the"))
    if owner is None or not _is_known(place, owner, one_word=True):
        return None
    return Subject(owner, label, start, place.token_after(owner.end))


def named(place: Place, start: int) -> Subject | None:
    """Read a full name, or `Dana's brother`."""
    name = name_at(place, start)
    if name is None:
        return None
    after = place.token_after(name.end)
    owner = after < place.end and place.doc[after].text in POSSESSIVE
    if owner and place.doc[after].tag_ == "POS":
        noun = _noun(place, after + 1)
        if noun is None or not _is_known(place, name, one_word=False):
            return None
        return Subject(name, noun[0], start, noun[1])
    return Subject(name, "", start, after) if _is_known(place, name, one_word=False) else None


def _is_known(place: Place, name: Value, *, one_word: bool) -> bool:
    """Say whether a name tells whom it means: two words, a speaker, a place or organisation."""
    if " " in name.text or name.text in place.speakers:
        return True
    return one_word and _entity_label(place.doc, name) in ("GPE", "ORG", "LOC", "FAC")


def name_at(place: Place, at: int) -> Value | None:
    """Return the whole name that starts at token `at`, typed by the recogniser."""
    doc = place.doc
    if at >= place.end or not doc[at].text[:1].isupper():
        return None
    found = name_from(place.text, doc[at].idx)
    if found is None:
        return None
    last = doc[place.token_after(found.end) - 1]
    label = _entity_label(doc, found)
    if label in ("DATE", "TIME") and not any(c.isdigit() for c in found.text):
        # Months and days are no names; what else the recogniser calls a date is one.
        label = ""
    proper = last.tag_ in ("NNP", "NNPS", "CD", ".", "NFP")
    common = last.tag_ in ("NN", "NNS", "FW", "JJ") and (" " in found.text or label in KINDS)
    if not proper and not common:
        return None
    if label in OTHER_LABELS:
        return None
    return Value(found.text, found.start, found.end, KINDS.get(label, "thing"))


def _entity_label(doc: Doc, value: Value) -> str:
    for entity in doc.ents:
        if entity.start_char <= value.start < entity.end_char:
            return entity.label_
    return ""


def head_noun(label: str) -> str:
    """Return the noun that a label turns on: `head` for `head of design`."""
    return label.partition(" of ")[0].rpartition(" ")[2]


def named_by(noun: str, name: Value) -> Value:
    """Return the name with the type of what a relation noun names (`landlord`, `hometown`)."""
    told = _told_type(noun, name.type)
    sure = told is not None
    kind = told or name.type
    if kind == "person" and not sure and not words.AGENT.fullmatch(noun):
        kind = "thing"
    elif kind in ("thing", "place") and not sure and words.AGENT.fullmatch(noun):
        kind = "person"
    return Value(name.text, name.start, name.end, kind, sure=sure)


def _told_type(noun: str, recognised: EntityType) -> EntityType | None:
    """Return the type that the noun alone tells; the recogniser's word counts for firms."""
    if noun in words.PETS:
        return "thing"
    if noun in words.PLACES:
        return "place"
    if noun in words.ORGANISATIONS:
        return "organisation"
    if noun in words.FIRMS:
        return None if recognised == "person" else "organisation"
    return "person" if noun in words.KIN or noun in words.POSTS else None
