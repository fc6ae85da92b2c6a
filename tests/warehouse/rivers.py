"""A small set of samples and contexts that the tests of snapshots publish."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from warehouse.snapshots import (
    ContextRow,
    Published,
    SampleRow,
    SnapshotSource,
    publish,
)

REPORT = "<!doctype html><title>Report</title><p>Two kept."


PROVENANCE: dict[str, Any] = {
    "description": "Questions about rivers | bridges.",
    "code_version": "0.1.0",
    "config": {"seed": 7, "buckets": [20000]},
    "gates": [
        {
            "name": "leaks",
            "status": "passed",
            "required": True,
            "observed": "0",
            "limit": "0",
        }
    ],
    "yields": [{"step": "generate", "inputs": 9, "kept": 2}],
    "models": [{"role": "tagger", "name": "small", "digest": "3.8.0"}],
    "prompts": {"judge": "00ff"},
    "notes": ["The 'test' split: ten documents."],
    "licence": "CC-BY-4.0",
}


def context(number: int, split: str = "train", **changes: Any) -> ContextRow:
    """Two sections: `Page N` and then, from 8, the evidence `Elbe: 1,094 km`."""
    text = f"Page {number}\n\nElbe: 1,094 km\nSource: Šumava 🏔\n"
    sections = [
        {"section_id": f"s{number}a", "document_id": f"d{number}", "start": 0, "end": 8},
        {"section_id": f"s{number}b", "document_id": f"e{number}", "start": 8, "end": len(text)},
    ]
    row = {
        "id": f"context-{number}",
        "split": split,
        "category": "general",
        "tokens": 20,
        "bucket": 20000,
        "text": text,
        "sections": [{**s, "evidence": s["start"] == 8} for s in sections],
    }
    return ContextRow.model_validate(row | changes)


def sample(number: int, split: str = "train", of: int | None = None, **changes: Any) -> SampleRow:
    """A sample on context `of`; the evidence stands at 8 to 22 of 41 characters."""
    of = number if of is None else of
    length = len(context(of).text)
    row = {
        "id": f"sample-{number}",
        "task_type": "multi_hop",
        "category": "general",
        "strategy": "chain",
        "split": split,
        "prompt": [
            {"role": "system", "content": "Read."},
            {"role": "user", "content": "{context}\n\nHow long, in f'{context}'?"},
        ],
        "question": "How long, in f'{context}'?",
        "answer": "1,094 km",
        "answer_aliases": ["1094 kilometres"],
        "answer_kind": "number",
        "answer_items": [],
        "reward_spec": {"kind": "number", "unit": "km", "tolerance": "0.5"},
        "context_id": f"context-{of}",
        "context_tokens": 20,
        "bucket": 20000,
        "evidence": [
            {
                "document_id": f"e{of}",
                "section_id": f"s{of}b",
                "source": "general/elbe.txt",
                "title": "Elbe",
                "quote": "Elbe: 1,094 km",
                "start": 8,
                "end": 22,
                "position": 15 / length,
            }
        ],
        "program": '{"form":"chain"}',
        "hops": 1,
        "documents": 1,
        "difficulty": {"pass_rate": None, "k": None},
        "verdicts": [{"check": "leak", "status": "passed", "reason": ""}],
        "core_question": "How long?",
        "format_instructions": "Give one number in km.",
        "series": [f"series-{of}"],
    }
    return SampleRow.model_validate(row | changes)


SAMPLES = (
    sample(1),
    sample(2, of=1, difficulty={"pass_rate": 0.25, "k": 8}),
    sample(3, "test"),
    sample(4, task_type="corpus_numeric", strategy="sum", program=""),
)


CONTEXTS = (context(1), context(3, "test"), context(4))


def put(
    home: Path,
    samples: Sequence[SampleRow] = SAMPLES,
    contexts: Sequence[ContextRow] = CONTEXTS,
    **changes: Any,
) -> Published:
    return publish(
        home,
        "rivers",
        rows=SnapshotSource(iter(samples), iter(contexts)),
        provenance=PROVENANCE | changes,
        report=REPORT,
    )
