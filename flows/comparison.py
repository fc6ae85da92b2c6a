"""What a reviewer asks of two versions: which rows are new, gone and why, or changed."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl

from flows.checked import CROWDED
from flows.inspection import Answer, outcomes_of, snapshot_at
from warehouse.numeric import Query, query_id
from warehouse.programs import Program, program_id
from warehouse.snapshot_rows import SampleRow
from warehouse.snapshots import read_samples
from warehouse.store import Store

COMPARED = ("question", "answer", "context_id", "bucket", "evidence", "verdicts", "split")
SHOWN = 20


def compare_snapshots(home: Path, before: str, after: str) -> Answer:
    """Return which rows of `after` are new, which of `before` are gone and why, and which changed in what.

    Rows are one where their programs are one. Both names are `NAME` or `NAME/VERSION`.
    """
    old, new = (
        {_key(row): row for row in read_samples(snapshot_at(home, n))} for n in (before, after)
    )
    added = [{"id": new[key].id, "question": new[key].question} for key in new.keys() - old.keys()]
    reasons = _reasons(home, old.keys() - new.keys())
    dropped = [
        {"id": old[key].id, "question": old[key].question, "why": reasons[key]}
        for key in old.keys() - new.keys()
    ]
    changed = [
        {"id": new[key].id, "was": old[key].id, "fields": fields}
        for key in new.keys() & old.keys()
        if (fields := [f for f in COMPARED if getattr(old[key], f) != getattr(new[key], f)])
    ]
    data = {"same": len(new.keys() & old.keys()) - len(changed)} | {
        name: sorted(rows, key=lambda row: row["id"])
        for name, rows in (("added", added), ("dropped", dropped), ("changed", changed))
    }
    return Answer(data, _in_words(data))


def _key(row: SampleRow) -> str:
    """A row's identity across versions: that of its program, or its own where it has none."""
    if not row.program:
        return row.id
    if row.task_type == "reading_comprehension":
        return json.loads(row.program)["round"]
    if row.task_type == "corpus_numeric":
        return query_id(Query.model_validate(json.loads(row.program)["query"]))
    return program_id(Program.model_validate_json(row.program))


def _reasons(home: Path, candidates: set[str]) -> dict[str, str]:
    """Why candidates are not published: the last outcome of each, or that nothing draws them any more."""
    found = dict.fromkeys(
        candidates, "no longer drawn: its facts, documents or the options changed"
    )
    for row in outcomes_of(Store(home), "generate", pl.col("input_id").is_in(list(candidates))):
        found[row["input_id"]] = row["reason"] or CROWDED
    return found


def _in_words(data: dict[str, Any]) -> str:
    lines = [f"{data['same']} rows are the same."]
    for name in ("added", "dropped", "changed"):
        lines.append(f"{len(data[name])} {name}" + (":" if data[name] else "."))
        for row in data[name][:SHOWN]:
            lines.append(f"  {row['id']}  " + (row.get("question") or ", ".join(row["fields"])))
        if len(data[name]) > SHOWN:
            lines.append(f"  and {len(data[name]) - SHOWN} more; --json lists all")
    whys = Counter(row["why"] for row in data["dropped"])
    lines += [f"  why dropped: {why} ({times})" for why, times in whys.most_common()]
    return "\n".join(lines)
