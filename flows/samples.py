"""A checked candidate and its context as the rows trainers read (design: snapshot contract)."""

import json
import re
from collections.abc import Sequence

from generators.contexts import Context, Pool, render
from warehouse.identity import content_id
from warehouse.programs import Answer, Candidate
from warehouse.snapshot_rows import ContextRow, SampleRow
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


def sample_rows(
    candidate: Candidate, context: Context, pool: Pool, verdicts: Sequence[Verdict]
) -> tuple[SampleRow, ContextRow]:
    """Return the sample and its context row, evidence placed by character offset in the context's text."""
    text, sections, starts = _render(context, pool)
    shared = {"split": candidate.split, "category": candidate.category, "bucket": context.bucket}
    identity = content_id(
        "sample", candidate.id, candidate.question, candidate.answer.model_dump(), context.id
    )
    series = {pool.items[pool.number[section]].document.series for section in context.sections}
    sample = SampleRow.model_validate(
        {"id": identity, **shared, **_asked(candidate), **_answered(candidate.answer),
         **_proved(candidate, verdicts), "context_id": context.id, "context_tokens": context.tokens,
         "evidence": _evidence(candidate, pool, text, starts), "series": sorted(series)}
    )  # fmt: skip
    row = ContextRow.model_validate(
        {"id": context.id, **shared, "tokens": context.tokens, "text": text, "sections": sections}
    )
    return sample, row


def _asked(candidate: Candidate) -> dict:
    """Return the columns of what is asked, and how it is to be written."""
    instructions = format_instructions(candidate.answer)
    content = f"{{context}}\n\n{candidate.question}\n{instructions}\n{INSTRUCTION}"
    return {
        "task_type": "multi_hop", "strategy": candidate.program.form,
        "prompt": [{"role": "user", "content": content}], "question": candidate.question,
        "core_question": candidate.question, "format_instructions": instructions,
    }  # fmt: skip


def _answered(answer: Answer) -> dict:
    """Return the columns of the answer and of what a reply is compared by."""
    return {
        "answer": answer.text, "answer_aliases": list(answer.aliases), "answer_kind": answer.kind,
        "answer_items": list(answer.items),
        "reward_spec": {"kind": answer.kind, "unit": answer.unit, "tolerance": answer.tolerance},
    }  # fmt: skip


def _proved(candidate: Candidate, verdicts: Sequence[Verdict]) -> dict:
    """Return the columns of the proof: its program, its size and the checks it passed."""
    program = candidate.program.model_dump()
    return {
        "program": json.dumps(program, ensure_ascii=False, sort_keys=True),
        "hops": len(candidate.hops),
        "documents": len({fact.document_id for fact in candidate.facts}),
        "difficulty": {"pass_rate": None, "k": None},
        "verdicts": [{"check": v.check, "status": v.status, "reason": v.reason} for v in verdicts],
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


def _evidence(candidate: Candidate, pool: Pool, text: str, starts: dict[str, int]) -> list[dict]:
    rows = []
    for fact in candidate.facts:
        item = pool.items[pool.number[fact.section_id]]
        start = starts[fact.section_id] + fact.start - item.section.start
        end = start + fact.end - fact.start
        rows.append(
            {"document_id": fact.document_id, "section_id": fact.section_id, "source": item.document.source,
             "title": item.document.title, "quote": text[start:end], "start": start, "end": end,
             "position": (start + end) / 2 / len(text)}
        )  # fmt: skip
    return rows
