"""A checked numerical question as what its row is made of: instructions, program with cells, quoted lines."""

from collections.abc import Mapping, Sequence
from typing import Any

from flows.samples import FORMATS, Question, Quoted
from verifiers.numeric_proof import NumericProof
from warehouse.cells import Cell
from warehouse.figures import Figures
from warehouse.numeric import NumericCandidate
from warehouse.programs import Answer
from warehouse.records import Document
from warehouse.verdicts import Verdict

AROUND = 100
"""Characters of its line that are quoted on either side of a figure, at most."""


def numeric_question(
    candidate: NumericCandidate, proof: NumericProof, figures: Figures,
    documents: Mapping[str, Document], verdicts: Sequence[Verdict],
) -> Question:  # fmt: skip
    """Return the question as what its row is made of."""
    quotes = dict.fromkeys(_quoted(cell, documents[cell.document_id].text) for cell in proof.read)
    return Question(
        id=candidate.id, split=candidate.split, category=candidate.category, task_type="corpus_numeric",
        strategy=candidate.family, text=candidate.question, instructions=instructions(candidate.answer),
        answer=candidate.answer, program=_program(candidate, proof, figures), hops=len(proof.read),
        quoted=tuple(quotes), verdicts=tuple(verdicts),
    )  # fmt: skip


def instructions(answer: Answer) -> str:
    """Return how a computed answer is to be written."""
    if answer.kind == "text":
        return "Give the name as the documents print it."
    if answer.kind != "number":
        return FORMATS[answer.kind].replace("items", "names")
    if answer.unit == "year":
        return FORMATS["year"]
    if answer.tolerance == "0":
        return "Give a whole number."
    if answer.unit == "%":
        return "Give a percentage, rounded to two decimals."
    unit = f" in {answer.unit}" if answer.unit else ""
    return f"Give one number{unit}, rounded to two decimals."


def _program(candidate: NumericCandidate, proof: NumericProof, figures: Figures) -> dict[str, Any]:
    """Return the program: SQL with its dialect, what it means, its tables and every cell that it reads."""
    homes = {
        cell.id: ref
        for ref in candidate.query.refs
        for cell in figures.cells(ref, candidate.query.entities).values()
    }
    return {
        "form": "sql", "dialect": "duckdb", "sql": proof.sql, "difficulty": candidate.difficulty,
        "query": candidate.query.model_dump(),
        "tables": [
            {"name": name, "noun": figures.tables[name].noun, "edition": figures.tables[name].edition,
             "rows": figures.tables[name].frame.height}
            for name in candidate.query.tables
        ],
        "cells": [
            {"id": cell.id, "document_id": cell.document_id, "entity": cell.entity,
             "table": homes[cell.id].table, "column": homes[cell.id].column, "text": cell.text,
             "value": cell.value, "unit": cell.measure.unit, "period": cell.period.model_dump(),
             "start": cell.start, "end": cell.end, "critical": cell.id in proof.critical}
            for cell in proof.read
        ],
    }  # fmt: skip


def _quoted(cell: Cell, text: str) -> Quoted:
    """Return the line of a cell, or what stands around the figure where the line is long."""
    start = max(text.rfind("\n", 0, cell.start) + 1, cell.start - AROUND)
    end = text.find("\n", cell.end)
    end = min(end if end >= 0 else len(text), cell.end + AROUND)
    return Quoted(cell.document_id, cell.section_id, start, end)
