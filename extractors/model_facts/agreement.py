"""Where a model's reading and a rule's are the same statement, both are surer: a table beside the facts (method 2.1).

Facts are never rewritten: who merges them looks their confidence up here. Two readings that err independently are both
wrong with the product of their doubts, so the confidence of both is 1 − (1 − c₁)(1 − c₂).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from extractors.model_facts.relations import alike, inverse, normalised
from warehouse.names import block_name
from warehouse.records import Fact, Record

EXTRACTOR = "model/1"
"""What facts that a model read are said to be read by, before the model's name."""


class Confirmed(Record):
    """A fact that another reading confirms."""

    id: str
    """Id of the fact."""
    document_id: str
    by: str
    """Id of the fact that confirms it."""
    confidence: float
    """Of the fact, with the other reading counted in."""


def confirmed(rules: Iterable[Fact], model: Iterable[Fact]) -> list[Confirmed]:
    """Return the facts of one document that a rule and the model both read, each with the surest of the others."""
    by_names: dict[frozenset[str], list[Fact]] = defaultdict(list)
    for fact in rules:
        by_names[_names(fact)].append(fact)
    found: dict[str, Confirmed] = {}
    for fact in model:
        for other in by_names.get(_names(fact), ()):
            if compatible(fact, other):
                _note(found, fact, other)
                _note(found, other, fact)
    return sorted(found.values(), key=lambda row: row.id)


def compatible(first: Fact, second: Fact) -> bool:
    """Whether two facts about the same two names say the same; both dates, where both have one, must be equal."""
    times = [
        {q.text.split()[-1] for q in f.qualifiers if q.kind == "time"} for f in (first, second)
    ]
    if all(times) and times[0] != times[1]:
        return False
    labels = normalised(first.relation), normalised(second.relation)
    if block_name(first.subject.text) == block_name(second.subject.text):
        return alike(*labels)
    return inverse(*labels)


def trusted(fact: Fact, surer: Mapping[str, float], least: float) -> bool:
    """Whether a fact belongs in a graph of facts of at least some confidence.

    Of a statement that a rule and the model read the rule's fact stands for both, so that it is one edge. `surer` has
    the confidence of confirmed facts by id.
    """
    if fact.id in surer and fact.extractor.startswith(EXTRACTOR):
        return False
    return surer.get(fact.id, fact.confidence) >= least


def _names(fact: Fact) -> frozenset[str]:
    return frozenset((block_name(fact.subject.text), block_name(fact.object.text)))


def _note(found: dict[str, Confirmed], fact: Fact, other: Fact) -> None:
    confidence = round(1 - (1 - fact.confidence) * (1 - other.confidence), 6)
    row = Confirmed(id=fact.id, document_id=fact.document_id, by=other.id, confidence=confidence)
    held = found.get(fact.id)
    if held is None or (held.confidence, other.id) < (confidence, held.by):
        found[fact.id] = row
