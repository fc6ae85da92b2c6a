"""Verb groups that state a fact: `live in`, `have booked`, `was founded by`, `'ve been working at`.

Only the shapes listed here are read: a modal, a negation, `had`, `did` or an infinitive ends the
reading. The phrase comes out in the third person, since the fact's subject is a name.
"""

from dataclasses import dataclass

from spacy.tokens import Token

from extractors.facts import dialogue_words as words
from extractors.facts.dialogue_subjects import Place, name_at
from warehouse.records import EntityType

BE = words.IS | {"are", "'re", "was", "were"}
HAVE = frozenset({"have", "'ve", "has"})
PAST_BE = frozenset({"was", "were"})
BARE = frozenset({"work", "live", "study"})
MAX_AUXILIARIES = 3
PARTICIPLES = {
    "based": "base",
    "married": "marry",
    "located": "locate",
    "born": "bear",
    "headquartered": "headquarter",
    "situated": "situate",
    "scheduled": "schedule",
    "founded": "found",
}
TABLES = {
    "passive": words.PASSIVES,
    "present": words.STATES,
    "past": words.EVENTS,
    "perfect": words.EVENTS,
}


@dataclass(frozen=True)
class VerbGroup:
    """A verb group with its preposition, as far as the object."""

    verb: Token
    lemma: str
    relation: str
    """`lives in`, `booked`, `born in`: the main verb and the preposition."""
    phrase: str
    preposition: str
    kind: EntityType | None
    """Type of the object, None where only a date or year can follow."""
    dated: bool
    """Whether a date or year may follow."""
    next: int
    """Index of the token after the group."""
    origin: str = ""
    """`from Graz` in `moved from Graz to Porto`."""


def read_group(place: Place, at: int) -> VerbGroup | None:
    """Return the verb group that starts at token `at`, or None when it is of no known shape."""
    auxiliaries: list[str] = []
    doc, at = place.doc, skip_adverbs(place, at)
    while at < place.end and doc[at].lower_ in BE | HAVE | {"been"}:
        auxiliaries.append(doc[at].lower_)
        at = skip_adverbs(place, at + 1)
    if at >= place.end or len(auxiliaries) > MAX_AUXILIARIES:
        return None
    if doc[at].lower_ == "from" and len(auxiliaries) == 1 and auxiliaries[0] in words.IS:
        return VerbGroup(doc[at - 1], "be", "is from", "is", "from", "place", False, at + 1)
    shape = _shape(doc[at], auxiliaries)
    if shape is None:
        return None
    lemma, phrase, tense = shape
    verb, at = doc[at], at + 1
    if lemma == "grow" and at < place.end and doc[at].lower_ == "up":
        phrase, at = phrase + " up", at + 1
    preposition = ""
    if at < place.end and doc[at].tag_ in ("IN", "TO", "RP"):
        preposition, at = doc[at].lower_, at + 1
    origin = ""
    if preposition == "from" and (lemma, "to") in TABLES[tense] and (came := _origin(place, at)):
        origin, at = came
        preposition = "to"
    kind = TABLES[tense].get((lemma, preposition))
    dated = preposition in ("in", "on") and (
        (lemma in words.DATED and tense in ("passive", "past"))
        or (lemma in words.SCHEDULED and tense == "present")
    )
    if at >= place.end or (kind is None and not dated):
        return None
    stated = phrase.removeprefix("has ").removeprefix("is ").removeprefix("was ")
    relation = f"{stated} {preposition}".strip()
    return VerbGroup(verb, lemma, relation, phrase, preposition, kind, dated, at, origin)


def _origin(place: Place, at: int) -> tuple[str, int] | None:
    """Return `from NAME` and the token after `to` where `NAME to` starts at token `at`."""
    name = name_at(place, at)
    after = place.token_after(name.end) if name else place.end
    if name is None or after + 1 >= place.end or place.doc[after].lower_ != "to":
        return None
    return f"{place.doc[at - 1].text} {name.text}", after + 1


def _shape(verb: Token, auxiliaries: list[str]) -> tuple[str, str, str] | None:
    """Return the lemma, the phrase in the third person, and the tense."""
    lemma, form = verb.lemma_.lower(), verb.lower_
    has = auxiliaries[:1] != [] and auxiliaries[0] in HAVE
    be = auxiliaries[-1:] != [] and auxiliaries[-1] in BE | {"been"}
    if form in words.PROGRESSIVE and be and auxiliaries[0] not in PAST_BE:
        lemma = words.PROGRESSIVE[form]
        return lemma, third_person(lemma), "present"
    if not auxiliaries:
        if form in BARE and verb.tag_ == "NN" and verb.dep_ == "conj":
            # `I live in Porto and work at …`: the tagger sees a noun.
            return form, third_person(form), "present"
        if verb.tag_ == "VBD":
            return lemma, form, "past"
        finite = verb.tag_ == "VBZ" or (verb.tag_ in ("VBP", "VB") and lemma == form)
        return (lemma, third_person(lemma), "present") if finite else None
    if verb.tag_ not in ("VBN", "VBD", "JJ") or len(auxiliaries) > 1:
        return None
    if has:
        return lemma, f"has {form}", "perfect"
    passive = f"{'was' if auxiliaries[0] in PAST_BE else 'is'} {form}"
    return PARTICIPLES.get(form, lemma), passive, "passive"


def third_person(lemma: str) -> str:
    """Return a regular verb's third person singular: `live` gives `lives`, `teach` `teaches`."""
    if lemma.endswith(("ch", "sh", "s", "x", "z", "o")):
        return lemma + "es"
    if lemma.endswith("y") and lemma[-2:-1] not in "aeiou":
        return lemma[:-1] + "ies"
    return lemma + "s"


def skip_adverbs(place: Place, at: int) -> int:
    """Return the index of the first token from `at` on that is no harmless adverb."""
    while at < place.end and place.doc[at].lower_ in words.ADVERBS:
        at += 1
    return at
