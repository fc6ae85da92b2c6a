"""A proposer's reply: the question with typed answer and quotes, and where the quotes stand (method 2.3).

Quotes are looked for word for word; only white space may differ, since lines are broken differently in prompts. What is
kept as evidence is the document's own text at that place.
"""

import re
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import ConfigDict

from generators.mase.clusters import Cluster
from warehouse.programs import Answer
from warehouse.records import Record
from warehouse.verdicts import Verdict, failed

AnswerKind = Literal["text", "number", "items", "ordered_items"]
SHORTEST_QUOTE = 12
"""Characters; a shorter one stands anywhere."""
LONGEST_QUOTE = 1_500
LONGEST_QUESTION = 1_500
LONGEST_ANSWER = 400
MOST_ITEMS = 40
NOT_FOUND = "quote not found"
ONE_DOCUMENT = "evidence stands in one document"


def _all_required(schema: dict[str, Any]) -> None:
    """Say in the schema that every field must be there; the reader forgives those with a default."""
    schema["required"] = list(schema["properties"])


class ProposedQuote(Record):
    """A passage as the proposer gives it."""

    document: int
    """1-based number of the document; a hint, since the place is looked for."""
    quote: str


class Proposal(Record):
    """A proposer's reply."""

    model_config = ConfigDict(json_schema_extra=_all_required)

    question: str
    answer_kind: AnswerKind
    answer: str
    items: tuple[str, ...] = ()
    unit: str = ""
    evidence: tuple[ProposedQuote, ...]


class Passage(Record):
    """A quote where it stands in its document."""

    document_id: str
    section_id: str
    start: int
    """First character in the document's text."""
    end: int
    quote: str
    """The document's text at the span."""


class Question(Record):
    """A proposal that can be tried: typed answer, evidence with its places."""

    text: str
    answer: Answer
    evidence: tuple[Passage, ...]


def question_of(proposal: Proposal, cluster: Cluster) -> Question | Verdict:
    """Return the question that a proposal makes, or why it makes none."""
    if too_long := _too_long(proposal):
        return failed("form", "too long", too_long)
    answer = typed_answer(proposal)
    if isinstance(answer, Verdict):
        return answer
    evidence: list[Passage] = []
    for proposed in proposal.evidence:
        found = find_quote(proposed, cluster)
        if isinstance(found, Verdict):
            return found
        if found not in evidence:
            evidence.append(found)
    if len({passage.document_id for passage in evidence}) < 2:
        return failed("evidence", ONE_DOCUMENT, *(passage.quote[:80] for passage in evidence))
    return Question(
        text=" ".join(proposal.question.split()), answer=answer, evidence=tuple(evidence)
    )


def _too_long(proposal: Proposal) -> str:
    limits = (
        (len(proposal.question), LONGEST_QUESTION, "question"), (len(proposal.answer), LONGEST_ANSWER, "answer"),
        (len(proposal.items), MOST_ITEMS, "items"), (len(proposal.evidence), MOST_ITEMS, "evidence"),
        (max(map(len, proposal.items), default=0), LONGEST_ANSWER, "an item"),
        (max((len(e.quote) for e in proposal.evidence), default=0), LONGEST_QUOTE, "a quote"),
    )  # fmt: skip
    return next((f"{what}: {size}" for size, limit, what in limits if size > limit), "")


NUMBER = re.compile(r"[$€£]? ?[-−+]?\d[\d,]*(?:\.\d+)?(?: ?[%‰]| ?[^\W\d][^\d\n<>{}\[\]]{0,40})?")
UNIT = re.compile(r"(?=.{0,30}\Z)[^\d\n<>{}\[\]\"'`;:!?\\=]*")
NOTHING = frozenset(("", "unknown", "none", "n/a", "not stated", "not mentioned", "not given", "unclear"))  # fmt: skip


def typed_answer(proposal: Proposal) -> Answer | Verdict:
    """Return the typed answer, or why it is none of its kind."""
    text = " ".join(proposal.answer.split())
    unit = " ".join(proposal.unit.split())
    items = tuple(" ".join(item.split()) for item in proposal.items)
    if proposal.answer_kind in ("items", "ordered_items"):
        items = items or tuple(part.strip() for part in text.split(";"))
        if len(items) < 2 or not all(items):
            return failed("answer", "a list of fewer than two items", text[:80])
        if len({item.casefold() for item in items}) < len(items):
            return failed("answer", "an item stands twice", text[:80])
        return Answer(kind=proposal.answer_kind, text="; ".join(items), items=items)
    if text.casefold().strip(". ") in NOTHING:
        return failed("answer", "no answer")
    if proposal.answer_kind == "text":
        return Answer(kind="text", text=text)
    if not NUMBER.fullmatch(text):
        return failed("answer", "not one number", text[:80])
    if not UNIT.fullmatch(unit):
        return failed("answer", "a unit that is none", unit[:80])
    # A unit of `year` says that the number is a date; a length of time is in years.
    dated = unit.casefold() != "year" or re.fullmatch(r"\d{3,4}", text)
    return Answer(kind="number", text=text, unit=unit if dated else "years")


def find_quote(proposed: ProposedQuote, cluster: Cluster) -> Passage | Verdict:
    """Return where a quote stands, in the document that was named first, or that it stands nowhere."""
    words = proposed.quote.split()
    if sum(map(len, words)) < SHORTEST_QUOTE:
        return failed("evidence", "quote too short", proposed.quote[:80])
    pattern = re.compile(r"\s+".join(map(re.escape, words)))
    for document, section_id, text, start in _sections(cluster, proposed.document):
        found = pattern.search(text)
        if found:
            return Passage(
                document_id=document, section_id=section_id, start=start + found.start(),
                end=start + found.end(), quote=found[0],
            )  # fmt: skip
    return failed("evidence", NOT_FOUND, proposed.quote[:200])


def _sections(cluster: Cluster, first: int) -> Iterator[tuple[str, str, str, int]]:
    """Yield (document, section, text, start) of the cluster, the document with the number `first` before the others."""
    order = sorted(range(len(cluster.documents)), key=lambda at: (at != first - 1, at))
    for at in order:
        document = cluster.documents[at]
        for part in document.sections:
            yield document.document_id, part.section_id, part.text, part.start
