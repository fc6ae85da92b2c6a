"""How a sentence tells a fact: read from the words between its two names, never taken on the model's word (§3.2).

Four ways are read: `S was born in O`, `S is the capital of O`, `Length: O` under S, `the length of S is O`. The label
of the relation is then the document's own, as the rules would write it; the model's must say the same.
"""

import re
from dataclasses import dataclass

from extractors.facts.prose_words import CLAUSE_HEDGES, PARTICIPLES
from extractors.model_facts.places import Span
from extractors.model_facts.relations import (
    AUXILIARIES,
    LONGEST,
    PREPOSITIONS,
    STEM,
    content_words,
    normalised,
)
from warehouse.records import Shape

BETWEEN = re.compile(r"\s[a-z][a-z'’ -]*\s")
ARTICLE = re.compile(r"\s(?:the)\s$")
BE = frozenset(("is", "was", "are", "were"))
JOINING = frozenset(
    "and or nor but who whom whose which that this these he she it they his her its their not never no neither".split()
)
"""Words after which the second name may belong to something else."""
OPEN = frozenset(("", "The", "the"))
CLOSED = ",;:)—–"
"""Marks after which a subject may begin."""
FIELD = re.compile(r"[-*•\s]*(?:\*\*)?(?P<label>[^:|*\n]{2,60}?)(?:\*\*)?:(?:\*\*)?\s*(?:the\s)?$")
OF = re.compile(r"(?:^|[.;,]\s)(?:The|the)\s(?P<label>[a-z][a-z -]{1,40}?)\sof\s(?:the\s)?$")
OWN = re.compile(r"['’]s?\s(?P<label>[a-z][a-z -]{1,40}?)\s(?:is|was)\s(?:the\s)?$")
COPULA = re.compile(r"\s(?:is|was)\s(?:the\s)?$")
MORE = re.compile(
    r",?\s(?:and|or|nor)\s(?:the |his |her |its |their |a |an |some |several|many|others?\b|two |three |[A-Z0-9])|"
    r",\s[A-Z][\w.'’-]*(?:\s[A-Z][\w.'’-]*)*,?\s(?:and|or)\s|\sof\s|['’]s\b"
)
"""What goes on behind an object that is only part of what is told."""


@dataclass(frozen=True)
class Told:
    """A fact as the text tells it."""

    shape: Shape
    relation: str
    phrase: str
    preposition: str
    subject: Span
    object: Span


class NotTold(ValueError):
    """The text does not tell the fact in a way that is read; the message is the reason, short and fixed."""


OTHER_RELATION = "the relation is not the text's"
NOT_READ = "told in a way that is not read"


def tell(text: str, sentence: Span, pair: tuple[Span, Span], relation: str) -> Told:
    """Return how a sentence tells a fact of two names that stand in it.

    Args:
        text: the document's text.
        sentence: where the fact is told.
        pair: subject and object.
        relation: the model's label, normalised.

    Raises:
        NotTold: it does not.
    """
    subject, object_ = pair
    if subject.end <= object_.start:
        whose = _of(text, sentence, subject, object_, relation)
        return whose or _clause(text, sentence, pair, relation)
    if object_.end <= subject.start:
        passive = _made_by(text, sentence, pair, relation)
        return passive or _clause(text, sentence, (object_, subject), relation)
    raise NotTold("subject and object overlap")


def tell_field(text: str, sentence: Span, pair: tuple[Span, Span], relation: str) -> Told:
    """Return how a line `Label: O` tells a fact of a subject that stands elsewhere, or raise `NotTold`."""
    match = FIELD.fullmatch(text[sentence.start : pair[1].start])
    if match is None:
        raise NotTold(NOT_READ)
    label = normalised(match["label"])
    _same(label, relation)
    _ends(text, sentence, pair[1])
    return Told("attribute", label, "", "", *pair)


def _clause(text: str, sentence: Span, pair: tuple[Span, Span], relation: str) -> Told:
    first, second = pair
    between = text[first.end : second.start]
    words = ARTICLE.sub(" ", between).split()
    if not BETWEEN.fullmatch(between) or not 0 < len(words) <= LONGEST:
        raise NotTold(NOT_READ)
    if set(words) & JOINING or words[0] in PREPOSITIONS:
        raise NotTold(NOT_READ)
    if set(words) & CLAUSE_HEDGES:
        raise NotTold("in doubt")
    before = text[sentence.start : first.start].strip()
    if before not in OPEN and before[-1] not in CLOSED:
        raise NotTold("the subject may be part of something else")
    _ends(text, sentence, second)
    return _shaped(words, pair, relation)


def _shaped(words: list[str], pair: tuple[Span, Span], relation: str) -> Told:
    last = words[-1] if words[-1] in PREPOSITIONS else ""
    verb = words[:-1] if last else words
    label = normalised(" ".join(words))
    if not content_words(label) or words[-1] in AUXILIARIES:
        raise NotTold(NOT_READ)
    _same(label, relation)
    if words[0] in BE and len(words) > 1 and words[1] in ("the", "a", "an"):
        if words[1] != "the" or last != "of":
            raise NotTold("one of several")
        return Told("role", label, "", last, *pair)
    return Told("clause", label, " ".join(verb), last, *pair)


def _of(text: str, sentence: Span, subject: Span, object_: Span, relation: str) -> Told | None:
    """Read `the length of S is O` and `S's length is O`."""
    between = text[subject.end : object_.start]
    match = OWN.fullmatch(between)
    if match is None and COPULA.fullmatch(between):
        match = OF.search(text[sentence.start : subject.start])
    if match is None:
        return None
    label = normalised(match["label"])
    _same(label, relation)
    _ends(text, sentence, object_)
    return Told("attribute", label, "", "", subject, object_)


def _made_by(text: str, sentence: Span, pair: tuple[Span, Span], relation: str) -> Told | None:
    """Read `O directed S` as `S was directed by O`, as the rules do; None where it is not said so."""
    subject, object_ = pair
    words = text[object_.end : subject.start].split()
    verb = words[0] if words[1:] in ([], ["the"]) and words else ""
    made = PARTICIPLES.get(verb, verb)
    before = text[sentence.start : object_.start].strip()
    if not verb.endswith(("ed", "wrote", "built", "drew")) or relation != f"{made} by":
        return None
    if before not in OPEN and before[-1] not in CLOSED:
        return None
    _ends(text, sentence, subject)
    return Told("clause", f"{made} by", f"was {made}", "by", subject, object_)


def _same(label: str, relation: str) -> None:
    """Raise where the label of the text and the model's share no word."""
    mine, others = ({w[:STEM] for w in content_words(x)} for x in (label, relation))
    if not label or not mine & others:
        raise NotTold(OTHER_RELATION)


def _ends(text: str, sentence: Span, object_: Span) -> None:
    """Raise where what follows belongs to the object."""
    if MORE.match(text, object_.end, sentence.end):
        raise NotTold("the object goes on")
