"""A checked question and its context as the rows trainers read (design: snapshot contract)."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from generators.contexts import Context, Pool, render
from warehouse.identity import content_id
from warehouse.programs import Answer, Candidate
from warehouse.records import Category
from warehouse.snapshot_rows import ContextRow, SampleRow, TaskType
from warehouse.verdicts import Verdict

INSTRUCTION = (
    "Answer from the documents alone. Reason first; end with one line: Therefore, the answer is …"
)
BARE_NUMBER = re.compile(r"[-−]?[\d.,]+")
DATE = re.compile(r"\b(?:[A-Z][a-z]+ \d{1,2}, \d{4}|\d{1,2} [A-Z][a-z]+ \d{4}|\d{4}-\d\d-\d\d)\b")
FORMATS = {
    "text": "Give the name or phrase as the documents print it.",
    "date": "Give the date as the documents print it.",
    "year": "Give the year.",
    "number": "Give one number{unit}.",
    "figure": "Give the figure as the documents print it{with_unit}.",
    "items": "Give all items, separated by semicolons, in any order.",
    "ordered_items": "Give the items in order, separated by semicolons.",
}


def format_instructions(answer: Answer) -> str:
    """Return how the answer is to be written; the memory agent withholds it until the end."""
    unit = f" in {answer.unit}" if answer.unit else ""
    kind: str = answer.kind
    if kind == "number" and answer.unit == "year":
        kind = "year"
    elif kind == "number" and not BARE_NUMBER.fullmatch(answer.text):
        kind = "figure"
    elif kind == "text" and DATE.search(answer.text):
        kind = "date"
    return FORMATS[kind].format(unit=unit, with_unit=", with its unit" if answer.unit else "")


@dataclass(frozen=True)
class Quoted:
    """A passage that the answer rests on, by its place in a document."""

    document_id: str
    section_id: str
    start: int
    end: int


@dataclass(frozen=True)
class Question:
    """A checked question of any kind, as far as its row does not depend on the context's text."""

    id: str
    split: str
    category: Category
    task_type: TaskType
    strategy: str
    text: str
    instructions: str
    """How the answer is to be written."""
    answer: Answer
    program: dict[str, Any]
    hops: int
    quoted: tuple[Quoted, ...]
    verdicts: tuple[Verdict, ...]
    pass_rate: float | None = None
    """Share of `k` attempts of a model that were right; None where none was made."""
    k: int | None = None


def path_question(candidate: Candidate, verdicts: Sequence[Verdict]) -> Question:
    """Return a path question as what its row is made of."""
    return Question(
        id=candidate.id, split=candidate.split, category=candidate.category, task_type="multi_hop",
        strategy=candidate.program.form, text=candidate.question,
        instructions=format_instructions(candidate.answer), answer=candidate.answer,
        program=candidate.program.model_dump(), hops=len(candidate.hops),
        quoted=tuple(
            Quoted(fact.document_id, fact.section_id, fact.start, fact.end)
            for fact in candidate.facts
        ),
        verdicts=tuple(verdicts),
    )  # fmt: skip


def sample_rows(question: Question, context: Context, pool: Pool) -> tuple[SampleRow, ContextRow]:
    """Return the sample and its context row, evidence placed by character offset in the context's text."""
    text, sections, starts = _render(context, pool)
    shared = {"split": question.split, "category": question.category, "bucket": context.bucket}
    identity = content_id(
        "sample", question.id, question.text, question.answer.model_dump(), context.id
    )
    series = {pool.items[pool.number[section]].document.series for section in context.sections}
    sample = SampleRow.model_validate(
        {"id": identity, **shared, **_asked(question), **_answered(question.answer),
         **_proved(question), "context_id": context.id, "context_tokens": context.tokens,
         "evidence": _evidence(question, pool, text, starts), "series": sorted(series)}
    )  # fmt: skip
    row = ContextRow.model_validate(
        {"id": context.id, **shared, "tokens": context.tokens, "text": text, "sections": sections}
    )
    return sample, row


def _asked(question: Question) -> dict:
    """Return the columns of what is asked, and how it is to be written."""
    content = f"{{context}}\n\n{question.text}\n{question.instructions}\n{INSTRUCTION}"
    return {
        "task_type": question.task_type, "strategy": question.strategy,
        "prompt": [{"role": "user", "content": content}], "question": question.text,
        "core_question": question.text, "format_instructions": question.instructions,
    }  # fmt: skip


def _answered(answer: Answer) -> dict:
    """Return the columns of the answer and of what a reply is compared by."""
    return {
        "answer": answer.text, "answer_aliases": list(answer.aliases), "answer_kind": answer.kind,
        "answer_items": list(answer.items),
        "reward_spec": {"kind": answer.kind, "unit": answer.unit, "tolerance": answer.tolerance},
    }  # fmt: skip


def _proved(question: Question) -> dict:
    """Return the columns of the proof: its program, its size and the checks it passed."""
    return {
        "program": json.dumps(question.program, ensure_ascii=False, sort_keys=True),
        "hops": question.hops,
        "documents": len({quote.document_id for quote in question.quoted}),
        "difficulty": {"pass_rate": question.pass_rate, "k": question.k},
        "verdicts": [
            {"check": v.check, "status": v.status, "reason": v.reason} for v in question.verdicts
        ],
    }


def _render(context: Context, pool: Pool) -> tuple[str, list[dict], dict[str, int]]:
    """Return the context's text, its sections with their spans, and where each section's own text starts."""
    parts: list[str] = []
    sections: list[dict] = []
    starts: dict[str, int] = {}
    at = 0
    for section_id in context.sections:
        item = pool.items[pool.number[section_id]]
        piece = render(item)
        parts.append(piece)
        lead = len(item.text) - len(item.text.lstrip("\n"))
        starts[section_id] = at + piece.index("\n") + 1 - lead
        sections.append({"section_id": section_id, "document_id": item.document.id, "start": at,
                         "end": at + len(piece), "evidence": section_id in context.evidence})  # fmt: skip
        at += len(piece)
    return "".join(parts), sections, starts


def _evidence(question: Question, pool: Pool, text: str, starts: dict[str, int]) -> list[dict]:
    rows = []
    for quote in question.quoted:
        item = pool.items[pool.number[quote.section_id]]
        start = starts[quote.section_id] + quote.start - item.section.start
        end = start + quote.end - quote.start
        rows.append(
            {"document_id": quote.document_id, "section_id": quote.section_id, "source": item.document.source,
             "title": item.document.title, "quote": text[start:end], "start": start, "end": end,
             "position": (start + end) / 2 / len(text)}
        )  # fmt: skip
    return rows
