"""Complete proper names in a parsed sentence, and what a pronoun or a short name stands for.

A name that is cut short, runs on, or mixes with common words is no name: a fact about half a name is a false fact.
"""

import re

from spacy.tokens import Doc, Span, Token

from warehouse.records import Document, EntityType, Mention, Section

NER: dict[str, EntityType] = {
    "PERSON": "person", "GPE": "place", "LOC": "place", "FAC": "place", "ORG": "organisation", "WORK_OF_ART": "work",
}  # fmt: skip
NOT_THINGS = frozenset(("DATE", "NORP", "LANGUAGE", "ORDINAL", "CARDINAL", "TIME", "QUANTITY"))
BAD_NAME = re.compile(
    r"[\n|()\[\]{}\"“”:;,]|^\d|\b(?:the|of|and)$|^(?:Its?|He|She|They|This|That|These|Those|There|Here|One)$"
)
ARTICLES = frozenset(("the", "a", "an"))
VERBS = frozenset(("stars", "features"))
"""Verbs before names that the parser takes for nouns: `directed by A and stars B` does not call B a star."""
DISAMBIGUATOR = re.compile(r" \([^()]+\)$")
PERSONAL = re.compile(r"\b(?:[Hh]e|[Ss]he|[Hh]is|[Hh]er)\b")
PLAIN = re.compile(r"[A-Z][\w.'’-]+")


def name_at(doc: Doc, head: Token, offset: int) -> Mention | None:
    """Return the complete proper name that `head` belongs to, or None when it is no name or is cut.

    `offset` is that of the parsed paragraph in its document; the mention's span is the document's.
    """
    if head.pos_ != "PROPN":
        return None
    chunk = next((c for c in doc.noun_chunks if c.start <= head.i < c.end), None)
    if chunk is None:
        return None
    span = _named(doc, chunk)
    if span is None:
        return None
    of = next(
        (t for t in head.children if t.dep_ == "prep" and t.lower_ in ("of", "de", "von")), None
    )
    if of is not None:
        end = max(t.i for t in of.subtree) + 1
        if not all(t.pos_ in ("PROPN", "ADP", "DET") for t in of.subtree):
            return None
        span = doc[span.start : end]
    if not len(span) or any(
        t.pos_ not in ("PROPN", "ADP", "PART", "NUM", "PUNCT", "DET", "CCONJ") for t in span
    ):
        return None
    if any(t.dep_ == "prep" and t.i == span.end and t.lower_ == "for" for t in head.children):
        return None  # `the Programme for Deaf Children`: what it is for is part of its name
    if BAD_NAME.search(span.text) or not span.text[0].isupper():
        return None
    following = doc[span.end] if span.end < len(doc) else None
    if following is not None and (
        following.text[0].isupper() or following.text in ("-", "'", "’", "/")
    ):
        return None  # `Hollywood Steps Out`: whatever goes on with a capital is part of the name
    if _opened(doc, span.start):
        return None
    titled = doc[span.end : span.end + 3]
    if (
        len(titled) == 3
        and titled[0].text == ","
        and titled[1].pos_ == "PROPN"
        and titled[2].lower_ == "of"
    ):
        return None  # `Henry II, Duke of Brabant`: without the title it is another Henry
    entity = next((e for e in doc.ents if e.start <= head.i < e.end), None)
    if entity is not None and entity.label_ == "PERSON" and " " not in span.text:
        return None  # one word of a person's name is not the name
    if entity is None:
        return _mention(span, offset, "thing")
    if entity.label_ in NOT_THINGS or entity.start < span.start - 1 or entity.end > span.end:
        return None
    return _mention(span, offset, NER.get(entity.label_, "thing"))


def _named(doc: Doc, chunk: Span) -> Span | None:
    """Return a noun phrase without its article, and without what its bearer is: `the British author Vera Holt`.

    Any other word in front (`My Friend Rabbit`) may be part of the name, so that there is none.
    """
    span = chunk
    while len(span) and span[0].lower_ in ARTICLES:
        span = doc[span.start + 1 : span.end]
    kinds = [t.i for t in span if t.pos_ == "NOUN" and t.is_lower and t.lower_ not in VERBS]
    entity = next((e for e in doc.ents if kinds and e.start == kinds[-1] + 1), None)
    if entity is not None and entity.end == span.end:
        before = doc[span.start : entity.start]
        if all(t.is_lower or t.ent_type_ == "NORP" or t.text == "-" for t in before):
            return doc[entity.start : entity.end]
    return None if len(span) and span[0].pos_ in ("DET", "PRON") else span


def _opened(doc: Doc, start: int) -> bool:
    """Whether words in front of a name belong to it: `Who Framed Roger Rabbit`, `The Day the Clown Cried`."""
    before = doc[start - 1] if start else None
    if before is None or (before.is_sent_start and before.lower_ in ARTICLES):
        return False
    if before.pos_ in ("DET", "PRON") and before.text[0].isupper():
        return True
    if before.lower_ in ARTICLES and start > 1:
        first = doc[start - 2]
        return first.pos_ in ("PROPN", "NOUN") and first.text[0].isupper()
    return False


def runs_on(doc: Doc, name: Mention, head: Token, offset: int) -> bool:
    """Whether a subject's name goes on behind a preposition or an article: `Doctor Lind in Oz`, `Zadok the Priest`."""
    end = name.end - offset
    after = next((t for t in doc[head.i + 1 : head.i + 12] if t.idx >= end), None)
    if after is None:
        return False
    ahead = [t for t in doc[after.i + 1 : after.i + 3] if t.lower_ not in ARTICLES][:1]
    capital = bool(ahead) and ahead[0].text[0].isupper()
    return capital and (after.lower_ in ARTICLES or (after.pos_ == "ADP" and after.head == head))


def place_at(doc: Doc, preposition: Token, offset: int) -> Mention | None:
    """Return the place printed right after a preposition, with its regions: `Hitchin, Hertfordshire`.

    A town without its region is a different place in another document, so the whole printed name is the name; one
    that runs on in any other way is none.
    """
    start = preposition.i + 1
    if start < len(doc) and doc[start].lower_ == "the":
        start += 1
    end = _run(doc, start)
    if end == start:
        return None
    while doc[end : end + 1].text == "," and (stop := _run(doc, end + 1)) > end + 1:
        end = stop
    span = doc[start:end]
    words = span.text.replace(",", "").split()
    ends = (
        end >= len(doc)
        or doc[end].text in (".", ",", "(", ")", ";")
        or doc[end].pos_ in ("ADP", "CCONJ", "SCONJ")
    )
    if (
        doc[end : end + 1].text == "of"
        or not ends
        or not all(PLAIN.fullmatch(word) for word in words)
    ):
        return None
    joined = doc[end : end + 2]
    if len(joined) == 2 and joined[0].pos_ == "CCONJ" and joined[1].pos_ == "PROPN":
        return None
    if any(e.label_ in ("PERSON", "DATE", "NORP") for e in span.ents) and "," in span.text:
        return None
    kinds: list[EntityType] = [
        NER[e.label_] for e in doc.ents if e.start <= start < e.end and e.label_ in NER
    ]
    kind: EntityType = kinds[0] if kinds else "thing"
    return _mention(span, offset, "place" if "," in span.text else kind)


def _run(doc: Doc, start: int) -> int:
    """Return the end of the run of proper nouns that begins at `start`."""
    end = start
    while end < len(doc) and doc[end].pos_ == "PROPN":
        end += 1
    return end


def _mention(span: Span, offset: int, kind: EntityType) -> Mention:
    start = offset + span.start_char
    return Mention(text=span.text, start=start, end=start + len(span.text), type=kind)


class Referents:
    """What pronouns and short names stand for in one section: its own subject, followed from sentence to sentence.

    `own` is the thing that the section or document is about, when its text says so; `current` what the last
    sentence was about.
    """

    def __init__(self, document: Document, section: Section) -> None:
        """Find the section's own subject: its heading, when the body speaks of it, else the document's."""
        self.body = document.text[section.start : section.end]
        self.own: Mention | None = None
        heading = section.headings[-1] if section.headings else ""
        for candidate in (heading, document.subject, document.title):
            base = DISAMBIGUATOR.sub("", candidate)
            at = document.text.find(candidate) if candidate else -1
            if at >= 0 and self._speaks_of(base):
                self.base = base
                self.own = Mention(text=candidate, start=at, end=at + len(candidate), type="thing")
                break
        self.personal = bool(PERSONAL.search(self.body))
        self.mixed = bool(re.search(r"\bHe\b", self.body) and re.search(r"\bShe\b", self.body))
        self.current = self.own

    def _speaks_of(self, name: str) -> bool:
        if not name[:1].isupper() or len(name) > 80:
            return False
        if re.search(rf"(?m)(?:^|[.!?] ){re.escape(name)}(?:,? [a-z(]|\()", self.body):
            return True
        last = name.split()[-1]
        return len(name.split()) > 1 and bool(
            re.search(rf"(?m)(?:^|[.!?] ){re.escape(last)} [a-z]", self.body)
        )

    def starts(self, sentence: Span) -> int:
        """Return the number of characters of the sentence's start that are the own subject's name; 0 for none."""
        if self.own is None or not sentence.text.startswith(self.base):
            return 0
        after = sentence.text[len(self.base) : len(self.base) + 1]
        return len(self.base) if after in (" ", ",", "(") else 0

    def same(self, name: Mention) -> Mention:
        """Return the own subject for a longer or shorter form of a person's name, else the name itself."""
        if self.own is None or not self.personal:
            return name
        own, said = self.base.split(), name.text.split()
        longer = len(own) > 1 and own[-1] == said[-1] and set(own) < set(said)
        shorter = len(own) > 1 and said == own[-1:]
        return self.own if longer or shorter else name

    def pronoun(self, word: str) -> Mention | None:
        """Return what `he`, `she` or `it` stands for here, or None when it is not certain."""
        if self.current is None or self.mixed or self.own is None:
            return None
        if word in ("he", "she"):
            return self.current if self.personal else None
        return self.current if not self.personal and self.current == self.own else None

    def follow(self, subject: Mention | None, sentence: Span) -> None:
        """Take in what a sentence was about, before the next one is read."""
        root = next((t for t in sentence.root.children if t.dep_ in ("nsubj", "nsubjpass")), None)
        if subject is not None:
            others = [e for e in sentence.ents if e.label_ == "PERSON" and e.text != subject.text]
            self.current = subject if subject == self.own or not others else None
        elif self._ends_topic(root):
            self.current = None

    def _ends_topic(self, root: Token | None) -> bool:
        """Whether a sentence about something else leaves it open what a pronoun in the next one stands for."""
        if root is None or root.pos_ == "PROPN" or not self.personal:
            return True
        return root.lower_ in ("who", "they") or any(t.dep_ == "poss" for t in root.children)
