"""Merges of names against labelled things: pairwise precision and recall.

Each labelled name is the object of one fact of its document, the document's own subject the subject of one, typed as
the entity recogniser types it there, so that `EntityTable` sees what prose extraction would give it. Adjectives of
nations and languages, which extraction takes for no names, are left out. A pair is two different (document, name) that
are both labelled; it is right when both stand for one thing. A record is a document of its own: its name and place.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from spacy.tokens import Doc

from benchmarks.labelled_sets import Named, Passage, document_of, lines
from extractors.facts.prose_names import NER
from flows.stages import language
from warehouse.entities import EntityTable
from warehouse.names import DISAMBIGUATOR, normalise
from warehouse.records import EntityType, Fact, Mention, make_fact


@dataclass(frozen=True)
class Placed:
    """A labelled name with the entity that it became."""

    document: str
    name: str
    thing: str
    entity: str

    @property
    def base(self) -> str:
        """The normalised name without its disambiguator."""
        match = DISAMBIGUATOR.match(self.name)
        return normalise(match["base"] if match else self.name)


@dataclass
class Merges:
    """Counts of pairs: those that became one entity, those of them that are one thing, and all that are."""

    merged: int = 0
    right: int = 0
    same: int = 0
    alike: int = 0
    """Pairs of one name, disambiguators left out, that stand for different things."""
    apart: int = 0
    """Those of them that became different entities."""

    @property
    def precision(self) -> float:
        """Share of merged pairs that are one thing."""
        return self.right / self.merged if self.merged else 1.0

    @property
    def recall(self) -> float:
        """Share of the pairs of one thing that were merged."""
        return self.right / self.same if self.same else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def place(passages: Sequence[Passage]) -> list[Placed]:
    """Return the labelled names of all passages, resolved by one table."""
    parsed = language().pipe((passage.document.text for passage in passages), batch_size=64)
    named = [
        (fact, name)
        for passage, doc in zip(passages, parsed, strict=True)
        for name in passage.names
        if (fact := _fact(passage, doc, name))
    ]
    table = EntityTable([fact for fact, _ in named])
    placed = []
    for fact, name in named:
        subject, object_ = table.of(fact)
        text = fact.quote
        placed.append(
            Placed(fact.document_id, text, name.thing, subject if name.heads else object_)
        )
    return list(dict.fromkeys(placed))


def _fact(passage: Passage, doc: Doc, name: Named) -> Fact | None:
    """Return a fact of the document that names the thing at the span; None where extraction sees no name."""
    document = passage.document
    labels = {
        entity.label_
        for entity in doc.ents
        if entity.start_char < name.end and name.start < entity.end_char
    }
    if labels & {"NORP", "LANGUAGE"}:
        return None
    kinds: set[EntityType] = {NER.get(label, "thing") for label in labels}
    kind: EntityType = kinds.pop() if len(kinds) == 1 else "thing"
    text = document.text[name.start : name.end]
    mention = Mention(text=text, start=name.start, end=name.end, type=kind)
    about = Mention(text=document.title, start=2, end=2 + len(document.title), type="thing")
    subject, object_ = (mention, mention) if name.heads else (about, mention)
    return make_fact(
        document.id, document.id, subject=subject, relation="names", shape="clause", phrase="names", object=object_,
        quote=text, start=name.start, end=name.end, extractor="labelled/1",
    )  # fmt: skip


def count(placed: Sequence[Placed], *, within: bool = False) -> Merges:
    """Return the merges of all pairs; `within`: only of those of one document, where no others were labelled."""
    groups: dict[str, list[Placed]] = defaultdict(list)
    for name in placed:
        groups[name.document if within else ""].append(name)
    out = Merges()
    for group in groups.values():
        for a, b in combinations(group, 2):
            same, merged = a.thing == b.thing, a.entity == b.entity
            out.merged += merged
            out.same += same
            out.right += merged and same
            if not same and a.base == b.base:
                out.alike += 1
                out.apart += not merged
    return out


def titles(path: Path) -> Iterator[Passage]:
    """Yield the paragraphs of a multi-hop set once by title; each title is a thing of its own."""
    found = {title: text for row in lines(path) for title, text in row["context"]}
    for title, sentences in found.items():
        document = document_of(title, title, " ".join(sentences))
        start = document.text.index(title)
        yield Passage(document, names=(Named(start, start + len(title), title, heads=True),))


def sites(path: Path) -> Iterator[Passage]:
    """Yield the records of named sites."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = " ".join(row["Site name"].split())
            yield _record(f"site-{row['Id']}", name, row["Address"], row["True Id"])


def persons(path: Path) -> Iterator[Passage]:
    """Yield the records of persons, with capitals as print has them."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, skipinitialspace=True):
            name = f"{row['given_name']} {row['surname']}".strip().title()
            thing = row["rec_id"].split("-")[1]
            if name:
                yield _record(row["rec_id"], name, row["suburb"].title(), thing)


def _record(key: str, name: str, address: str, thing: str) -> Passage:
    document = document_of(key, "", f"{name} is at {' '.join(address.split())}.")
    return Passage(document, names=(Named(0, len(name), thing),))
