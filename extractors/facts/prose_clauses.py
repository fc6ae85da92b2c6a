"""What one verb says of its subject: passives with an agent, places and times of events, roles and kinds.

Each verb that a sentence asserts gets a subject (its own, that of the verb it is joined to, or the name that a
relative clause hangs on) and is read on its own: its objects, its time, its negation and its hedges.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from spacy.tokens import Span, Token

from extractors.facts.prose_names import Referents, name_at, place_at, runs_on
from extractors.facts.prose_words import (
    ACTIVE,
    BE,
    CLAUSE_HEDGES,
    CREATED,
    KIN,
    NO_KINDS,
    OBLIQUE,
    PARTICIPLES,
    PLACE_NOUNS,
    PLACES_ONLY,
    ROLES,
    SENTENCE_HEDGES,
    TIME,
    WORKS,
    YEAR_VERBS,
)
from warehouse.identity import digest
from warehouse.records import EntityType, Mention, Qualifier, Quantity, Shape


@dataclass(frozen=True)
class Statement:
    """One fact as the sentence says it, before it becomes a record."""

    subject: Mention
    relation: str
    object: Mention
    shape: Shape
    phrase: str = ""
    preposition: str = ""
    group: str = ""
    qualifiers: tuple[Qualifier, ...] = ()
    quantity: Quantity | None = None


class Clauses:
    """The statements of one parsed sentence; `offset` is its paragraph's in the document."""

    def __init__(self, span: Span, referents: Referents, offset: int, document_id: str) -> None:
        """Find the quoted stretches, which assert nothing, and the years that each verb is given."""
        self.span, self.doc, self.referents = span, span.doc, referents
        self.offset, self.document_id = offset, document_id
        self.quoted = _quoted(span)
        self.times = self._assign_times()
        self.root_subject: Mention | None = None

    def statements(self) -> Iterator[Statement]:
        """Yield what the sentence states; nothing when it is in doubt as a whole."""
        root = self.span.root
        self.root_subject = self._subject(root) if root.pos_ in ("VERB", "AUX") else None
        if {t.lower_ for t in self.span} & SENTENCE_HEDGES or self.quoted is None:
            return
        for verb in self.span:
            if verb.pos_ not in ("VERB", "AUX") or verb.i in self.quoted or self._doubtful(verb):
                continue
            if verb.i > self.span.start and self.doc[verb.i - 1].text == "-":
                continue  # `co-directed by O` does not say that O directed it
            if verb.lemma_ == "be" and verb.dep_ in ("ROOT", "conj", "relcl"):
                yield from self._copula(verb)
            elif verb.dep_ in ("ROOT", "conj", "relcl", "acl", "advcl"):
                subject = self._subject_of(verb)
                if subject is not None:
                    yield from self._event(verb, subject)

    # --- who a verb is about -------------------------------------------------------------------------------------

    def _subject_of(self, verb: Token) -> Mention | None:
        """Return the subject of an asserted verb: its own, its partner's, or the name that its clause hangs on."""
        if any(t.dep_ in ("nsubj", "nsubjpass") for t in verb.children):
            if verb.dep_ == "relcl":
                return self._hung_on(verb) if _relative(verb) else None
            return self._subject(verb) if verb.dep_ in ("ROOT", "conj") else None
        if verb.dep_ == "ROOT":
            return self.root_subject
        if (
            verb.dep_ == "conj"
            and verb.head.pos_ in ("VERB", "AUX")
            and not self._doubtful(verb.head)
        ):
            same_voice = verb.tag_ in ("VBD", "VBN", "VBZ", "VBG")
            return self._subject_of(verb.head) if same_voice and verb.head.i != verb.i else None
        if verb.dep_ == "acl" and verb.tag_ in ("VBN", "VBG"):
            return self._hung_on(verb)
        if verb.dep_ == "advcl" and verb.tag_ == "VBN" and verb.i == self.span.start:
            return self.root_subject
        return None

    def _hung_on(self, verb: Token) -> Mention | None:
        """Return what a relative or participle clause says something of: a name, or the noun that the subject is."""
        head = verb.head
        copula = head.head
        if head.dep_ == "attr" and copula.lemma_ == "be" and copula.dep_ == "ROOT":
            plural = head.tag_ in ("NNS", "NNPS")
            joined = any(t.dep_ == "conj" for t in head.children)
            between = self.doc[copula.i + 1 : verb.i]
            beside = any(t.dep_ == "appos" or (t.dep_ == "attr" and t != head) for t in between)
            vague = plural or joined or beside  # `the head of A, a group based in B`
            return None if vague or self._doubtful(copula) else self.root_subject
        before = verb.left_edge.i - 1
        comma = before >= self.span.start and self.doc[before].text == ","
        if not comma or any(t.dep_ == "conj" for t in head.children) or head.dep_ == "conj":
            return None
        if verb.dep_ == "acl" and head.dep_ not in ("nsubj", "nsubjpass"):
            return None  # after a name that is itself an object, a participle often goes on about something else
        name = name_at(self.doc, head, self.offset)
        return self.referents.same(name) if name else None

    def _subject(self, verb: Token) -> Mention | None:
        head = next((t for t in verb.children if t.dep_ in ("nsubj", "nsubjpass")), None)
        if head is None or any(t.dep_ == "conj" for t in head.children):
            return None
        if head.lower_ in ("he", "she", "it"):
            return self.referents.pronoun(head.lower_)
        if head.idx < self.span.start_char + self.referents.starts(self.span):
            return self.referents.own
        before = head.left_edge.i - 1
        if before >= self.span.start and self.doc[before].pos_ == "ADP":
            return None  # `under the name of Vera Holt`: what a preposition governs is no subject
        name = name_at(self.doc, head, self.offset)
        if name is None or runs_on(self.doc, name, head, self.offset):
            return None
        return self.referents.same(name)

    # --- what is in doubt -----------------------------------------------------------------------------------------

    def _doubtful(self, verb: Token) -> bool:
        """Whether the verb's own clause is negated, hedged, conditional, planned or not a plain past or present."""
        own = [
            t
            for t in verb.subtree
            if _clause_of(t) == verb.i or (t.dep_ == "neg" and t.head == verb)
        ]
        if {t.lower_ for t in own} & CLAUSE_HEDGES:
            return True
        if any(t.dep_ == "mark" for t in verb.children):
            return True
        aux = [t.lower_ for t in verb.children if t.dep_ in ("aux", "auxpass")]
        finite = verb.tag_ in ("VBD", "VBZ", "VBP", "VBN") or (
            verb.tag_ == "VBG" and verb.lemma_ in ("star", "feature")
        )
        return not finite or any(word not in BE for word in aux)

    def _assign_times(self) -> dict[int, re.Match[str] | None]:
        """Return the one printed year of each verb; None for a verb that has two."""
        found: dict[int, re.Match[str] | None] = {}
        for match in TIME.finditer(self.span.text):
            at = self.span.start_char + match.start()
            token = next((t for t in self.span if t.idx == at), None)
            if token is None:
                continue
            verb = token.head
            while verb.pos_ not in ("VERB", "AUX") and verb.head.i != verb.i:
                verb = verb.head
            later = [t for t in self.span if verb.i < t.i < token.i and t.pos_ == "VERB"]
            found[verb.i] = None if verb.i in found or later else match
        return found

    def _time(self, verb: Token) -> re.Match[str] | None:
        return self.times.get(verb.i)

    # --- events ---------------------------------------------------------------------------------------------------

    def _event(self, verb: Token, subject: Mention) -> Iterator[Statement]:
        aux = [t for t in verb.children if t.dep_ in ("aux", "auxpass")]
        bare = verb.dep_ in ("acl", "advcl") or (
            verb.dep_ == "conj" and not aux and verb.tag_ == "VBN"
        )
        passive = verb.tag_ == "VBN" and (bare or any(t.dep_ == "auxpass" for t in aux))
        if verb.tag_ == "VBN" and not passive:
            return
        lemma, words = verb.lemma_.lower(), [t.text for t in aux]
        if passive and not words:
            words = ["is" if lemma in ("base", "locate", "situate") else "was"]
        label = verb.lower_
        first = [
            t for t in verb.children if t.dep_ == "advmod" and t.i < verb.i and t.lower_ == "first"
        ]
        if first:
            label, words = f"first {label}", [*words, "first"]
        if verb.tag_ == "VBG":
            label = f"{lemma}s"  # `starring O` says that it stars O
        told = " ".join([*words, label.removeprefix("first ")])
        year = self._time(verb)
        times = (Qualifier(kind="time", text=year[0]),) if year else ()
        if verb.i in self.times and year is None:
            return  # two dates: which one is the verb's is not clear
        base = Statement(subject, label, subject, "clause", told, "", "", times)
        yield from self._obliques(verb, lemma, passive, base)
        if not passive:
            yield from self._direct(verb, lemma, base)
        acts = any(t.dep_ == "dobj" for t in verb.children)  # `opened an inquiry in 2001`
        happens = passive or (lemma in ("die", "open", "premiere") and not acts)
        if year and lemma in YEAR_VERBS and happens:
            start = self.offset + self.span.start_char + year.start(1)
            value = Mention(text=year[1], start=start, end=start + 4, type="value")
            yield replace(base, relation=f"{label} in", object=value, preposition="in", qualifiers=(),
                          quantity=Quantity(value=year[1], unit="year", step="1"))  # fmt: skip

    def _obliques(
        self, verb: Token, lemma: str, passive: bool, base: Statement
    ) -> Iterator[Statement]:
        prepositions = [t for t in verb.children if t.dep_ in ("prep", "agent")]
        if lemma in ("bear", "die", "bury"):  # the place behind a date is the verb's
            dates = [t for prep in prepositions for t in prep.subtree if t.ent_type_ == "DATE"]
            prepositions += [t for date in dates for t in date.children if t.dep_ == "prep"]
        partner = next((t for t in verb.children if t.dep_ == "conj" and t.tag_ == "VBN"), None)
        agents = [t for t in prepositions if t.lower_ == "by"]
        if passive and not agents and partner is not None and partner.i <= verb.i + 2:
            # `written and directed by O`: the one agent is that of both
            prepositions += [t for t in partner.children if t.dep_ == "agent"]
        for prep in prepositions:
            name = prep.lower_
            agent = passive and name == "by" and lemma in CREATED
            if not agent and name not in OBLIQUE.get(lemma, ()):
                continue
            if name == "by" and not passive:
                continue
            place = base.relation in PLACES_ONLY and name in ("in", "at", "on", "to")
            if lemma == "give" and not passive:
                continue
            for object_, group in self._objects(prep, "pobj", place=place):
                if (agent or name == "by") and object_.type not in (
                    "person",
                    "organisation",
                    "thing",
                ):
                    continue
                yield replace(
                    base,
                    relation=f"{base.relation} {name}",
                    object=object_,
                    preposition=name,
                    group=group,
                )

    def _direct(self, verb: Token, lemma: str, base: Statement) -> Iterator[Statement]:
        if "" in OBLIQUE.get(lemma, ()):
            for object_, group in self._objects(verb, "dobj"):
                yield replace(base, object=object_, group=group)
        maker = base.subject.type in ("person", "organisation") or (
            base.subject == self.referents.own and self.referents.personal
        )
        if lemma not in ACTIVE or verb.tag_ != "VBD" or not maker:
            return
        objects = self._objects(verb, "dobj")
        if len(objects) == 1:
            made = PARTICIPLES.get(verb.lower_, verb.lower_)
            made = "founded" if lemma == "found" else made
            yield replace(base, subject=objects[0][0], object=base.subject, relation=f"{made} by", preposition="by",
                          phrase=f"was {made}")  # fmt: skip

    # --- roles and kinds ------------------------------------------------------------------------------------------

    def _copula(self, verb: Token) -> Iterator[Statement]:
        if verb.dep_ == "relcl":
            subject = self._hung_on(verb) if _relative(verb) else None
        else:
            own = any(t.dep_ == "nsubj" for t in verb.children)
            subject = self._subject(verb) if own else None
        attribute = next((t for t in verb.children if t.dep_ == "attr"), None)
        if attribute is None or verb.lower_ not in ("is", "was"):
            return
        if subject is None:
            yield from self._kin(verb, attribute)
            return
        if attribute.pos_ != "NOUN":
            return
        article = next((t.lower_ for t in attribute.children if t.dep_ == "det"), "")
        if article not in ("a", "an", "the") or any(
            t.dep_ in ("conj", "cc") for t in attribute.children
        ):
            return
        person = subject.type == "person" or (
            subject == self.referents.own and self.referents.personal
        )
        lasting = verb.lower_ == "is" or person  # what a thing once was is not what it is called
        left = [t for t in attribute.lefts if t.dep_ == "compound" and t.pos_ == "NOUN"]
        first = left[0] if left else attribute
        noun = self.doc[first.i : attribute.i + 1]
        if lasting and attribute.tag_ == "NN" and not _points_on(attribute):
            start = self.offset + noun.start_char
            kind = Mention(text=noun.text, start=start, end=start + len(noun.text), type="text")
            yield Statement(subject, "is a", kind, "class")
        base = Statement(subject, "", subject, "role")
        narrowed = any(t.dep_ in ("amod", "nummod") for t in attribute.children)
        for prep in (t for t in attribute.children if t.dep_ == "prep"):
            if (
                prep.lower_ == "of"
                and attribute.lemma_ in ROLES
                and article == "the"
                and not narrowed
                and lasting
            ):
                for object_, group in self._objects(prep, "pobj"):
                    yield replace(
                        base,
                        relation=f"{attribute.lower_} of",
                        object=object_,
                        preposition="of",
                        group=group,
                    )
            elif prep.lower_ == "by" and attribute.text in WORKS and prep.i == attribute.i + 1:
                made = WORKS[attribute.text]
                for object_, group in self._objects(prep, "pobj"):
                    yield replace(base, relation=f"{made} by", object=object_, shape="clause", phrase=f"was {made}",
                                  preposition="by", group=group)  # fmt: skip
            elif prep.lower_ == "in" and attribute.lemma_ in PLACE_NOUNS and verb.lower_ == "is":
                for object_, group in self._objects(prep, "pobj", place=True):
                    if object_.type == "place":
                        yield replace(base, relation="located in", object=object_, shape="clause", phrase="is",
                                      preposition="in", group=group)  # fmt: skip

    def _kin(self, verb: Token, attribute: Token) -> Iterator[Statement]:
        """`His father was O`: a role of the one that the pronoun stands for."""
        head = next((t for t in verb.children if t.dep_ == "nsubj"), None)
        if head is None or head.lower_ not in KIN or len(list(head.children)) != 1:
            return
        owner = next(iter(head.children)).lower_
        subject = (
            self.referents.pronoun({"his": "he", "her": "she"}.get(owner, ""))
            if owner in ("his", "her")
            else None
        )
        name = name_at(self.doc, attribute, self.offset)
        if (
            subject
            and name
            and not any(t.dep_ == "conj" and t.pos_ == "PROPN" for t in attribute.children)
        ):
            yield Statement(subject, head.lower_, replace_type(name, "person"), "attribute")

    def _objects(self, head: Token, dep: str, *, place: bool = False) -> list[tuple[Mention, str]]:
        """Return every conjunct of the object as a complete name, with their group; nothing if one is none."""
        first = next((t for t in head.children if t.dep_ == dep), None)
        if first is None or any(t.i in (self.quoted or ()) for t in first.subtree):
            return []
        if place:
            found = place_at(self.doc, head, self.offset)
            return [(found, "")] if found else []
        names = [name_at(self.doc, t, self.offset) for t in (first, *first.conjuncts)]
        if any(name is None for name in names):
            return []
        kept = [self.referents.same(name) for name in names if name is not None]
        group = digest(self.document_id, self.offset + head.idx)[:16] if len(kept) > 1 else ""
        return [(name, group) for name in kept]


def _points_on(noun: Token) -> bool:
    """Whether a predicate's noun says of no thing what it is: "the name for …", "a kind of …"."""
    return noun.lemma_ in NO_KINDS and any(
        t.dep_ in ("prep", "acl", "relcl") for t in noun.children
    )


def replace_type(mention: Mention, kind: EntityType) -> Mention:
    """Return the mention with the type that its relation says it has; a value stays one."""
    return mention if mention.type == "value" else mention.model_copy(update={"type": kind})


def _relative(verb: Token) -> bool:
    """Whether the clause's subject is the relative pronoun itself."""
    subject = next((t for t in verb.children if t.dep_ in ("nsubj", "nsubjpass")), None)
    return subject is not None and subject.lower_ in ("who", "which", "that")


def _clause_of(token: Token) -> int:
    """Return the index of the verb whose own clause the token stands in."""
    at = token.head if token.head.i != token.i else token
    while at.pos_ not in ("VERB", "AUX") and at.head.i != at.i:
        at = at.head
    return at.i


def _quoted(span: Span) -> frozenset[int] | None:
    """Return the tokens inside quotation marks, or None when the marks do not pair."""
    inside, open_ = set[int](), False
    for token in span:
        if token.text in ('"', "“", "”"):
            open_ = token.text == "“" or (token.text == '"' and not open_)
        elif open_:
            inside.add(token.i)
        if "?" in token.text or "*" in token.text or "|" in token.text:
            return None
    return None if open_ else frozenset(inside)
