"""Extracted facts against labelled ones: precision and recall by relation."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.labelled_relations import labels_of
from benchmarks.labelled_sets import Gold, Passage, batches
from flows.stages import extract
from warehouse.names import DISAMBIGUATOR, normalise
from warehouse.records import Fact, Mention

YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")


@dataclass
class Count:
    """Facts that say one relation, those of them that a label confirms, labels, and those that a fact finds."""

    told: int = 0
    right: int = 0
    labelled: int = 0
    found: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(
            self.told + other.told,
            self.right + other.right,
            self.labelled + other.labelled,
            self.found + other.found,
        )


@dataclass(frozen=True)
class Unlabelled:
    """A fact that no label confirms: wrong, or never marked."""

    document: str
    subject: str
    relation: str
    object: str
    quote: str


@dataclass
class Scores:
    """Counts by relation (ours for precision, the set's for recall) and the facts without a label."""

    by_relation: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    by_label: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    unlabelled: list[Unlabelled] = field(default_factory=list)
    without_counterpart: Counter[str] = field(default_factory=Counter)


def read_facts(passages: Sequence[Passage], *, kinds: bool = False) -> dict[str, list[Fact]]:
    """Return the facts that a run extracts from each passage, by document; those that give a kind only on request."""
    found: dict[str, list[Fact]] = {passage.document.id: [] for passage in passages}
    for batch in batches(passages):
        read = extract([(passage.document, passage.sections()) for passage in batch])
        for fact in read.facts:
            if kinds or fact.shape != "class":
                found[fact.document_id].append(fact)
    return found


def score(passages: Sequence[Passage], facts: dict[str, list[Fact]], *, overlap: bool) -> Scores:
    """Return the counts of a set; `overlap`: a name counts where it shares words with the labelled one.

    A fact takes part where one of its labels was asked for in its passage.
    """
    out = Scores()
    everywhere = frozenset(gold.relation for passage in passages for gold in passage.facts)
    for passage in passages:
        asked = everywhere if passage.asked is None else passage.asked
        found: set[Gold] = set()
        for fact in facts[passage.document.id]:
            labels = labels_of(fact.relation, valued=fact.object.type == "value")
            if not labels:
                out.without_counterpart[fact.relation] += 1
            labels = [pair for pair in labels if pair[0] in asked]
            if not labels:
                continue
            hits = {gold for gold in passage.facts if _says(fact, labels, gold, overlap)}
            found |= hits
            count = out.by_relation[_name(fact)]
            count.told += 1
            count.right += bool(hits)
            if not hits:
                row = (passage.document.id, fact.subject.text, fact.relation, fact.object.text)
                out.unlabelled.append(Unlabelled(*row, fact.quote))
        for gold in set(passage.facts):
            count = out.by_label[gold.relation]
            count.labelled += 1
            count.found += gold in found
    return out


def told(fact: Fact) -> str:
    """Return how a fact is said between its ends."""
    said = {"clause": fact.phrase, "class": "is", "role": f"is the {fact.relation}"}
    if fact.shape == "role":
        return said["role"]
    return f"{said.get(fact.shape, fact.relation)} {fact.preposition}".rstrip()


def total(counts: Iterable[Count]) -> Count:
    """Return the sum."""
    return sum(counts, Count())


def _name(fact: Fact) -> str:
    """The relation, with DATE for its value."""
    return f"{fact.relation} DATE" if fact.object.type == "value" else fact.relation


def _says(fact: Fact, labels: Sequence[tuple[str, bool]], gold: Gold, overlap: bool) -> bool:
    """Whether the fact is the labelled one."""
    return any(
        label == gold.relation
        and _same(fact.subject, gold.object if turned else gold.subject, overlap)
        and _same(fact.object, gold.subject if turned else gold.object, overlap)
        for label, turned in labels
    )


def _same(mention: Mention, names: frozenset[str], overlap: bool) -> bool:
    """Whether the mention is one of the names; a year is that of any date in it.

    A town may go without its region, a person without middle names.
    """
    if mention.type == "value":
        own = _words(mention.text)
        years = {found for name in names for found in YEAR.findall(name)}
        return mention.text in years or any(own == _words(name) for name in names)
    ours = _forms(mention.text)
    theirs = frozenset().union(*map(_forms, names))
    if ours & theirs or any(_shorter(a, b) or _shorter(b, a) for a in ours for b in theirs):
        return True
    return overlap and any(
        f" {a} " in f" {b} " or f" {b} " in f" {a} " for a in ours for b in theirs
    )


def _shorter(name: str, full: str) -> bool:
    """Whether the name is the full one without its middle names or rank (`Ada Byron`, `Lady Ada Augusta Byron`)."""
    short, long = name.split(), full.split()
    return len(short) > 1 and short[-1] == long[-1] and set(short) <= set(long)


def _words(date: str) -> frozenset[str]:
    return frozenset(word.lstrip("0") for word in normalise(date).split())


def _forms(name: str) -> frozenset[str]:
    """The name, and what stands before its disambiguator or its region."""
    match = DISAMBIGUATOR.match(name)
    base = match["base"] if match else name
    return frozenset(map(normalise, (name, base, base.partition(",")[0])))
