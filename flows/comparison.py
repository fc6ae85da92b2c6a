"""What a reviewer asks of two versions, or of one row down to the file: diff and trace."""

from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl

from extractors.readers.decode import UndecodableError, decode
from flows.inspection import Answer, outcomes_of, snapshot_at
from flows.publishing import CROWDED
from warehouse.programs import Program, program_id
from warehouse.records import Document, Origin
from warehouse.snapshot_rows import EvidenceSpan, SampleRow
from warehouse.snapshots import SnapshotError, list_snapshots, read_samples
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
    return program_id(Program.model_validate_json(row.program)) if row.program else row.id


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


def trace_sample(home: Path, identity: str, documents: Path | None) -> Answer:
    """Return where each piece of a sample's evidence stands in its original file.

    With the documents folder, each place that is an offset is read again from the file and compared.

    Raises:
        SnapshotError: no snapshot has such a sample.
    """
    rows = (row for entry in list_snapshots(home) for row in read_samples(entry.path))
    sample = next((row for row in rows if row.id.startswith(identity)), None)
    if sample is None:
        raise SnapshotError(
            f"no snapshot has a sample {identity}; `longspan snapshot list` names the snapshots"
        )
    store = Store(home)
    wanted = {span.document_id for span in sample.evidence}
    ever = {shard.fingerprint for shard in store.manifest("ingest").shards}
    kept = store.rows("documents", Document, {"ingest": ever}, keep={"id": wanted})
    read = {document.id: document for document in kept}
    starts = _section_starts(store, ever, {span.section_id for span in sample.evidence})
    found = [
        _place(span, read[span.document_id], starts[span.section_id], documents)
        for span in sample.evidence
    ]
    lines = [f"{sample.id}  {sample.question}"]
    for number, place in enumerate(found, 1):
        lines.append(f"  {number}. {place['file']}, {', '.join(place['places'])}: {place['found']}")
        lines.append(f"     “{' '.join(place['quote'].split())[:300]}”")
    return Answer({"id": sample.id, "evidence": found}, "\n".join(lines))


def _section_starts(store: Store, ever: set[str], wanted: set[str]) -> dict[str, int]:
    """Return where each section starts in its document's text."""
    frame = store.scan("sections", {"ingest": ever})
    named = frame.select(pl.col("section").struct.field("id", "start"))
    return dict(named.filter(pl.col("id").is_in(list(wanted))).collect().iter_rows())


def _place(
    span: EvidenceSpan, document: Document, section: int, root: Path | None
) -> dict[str, Any]:
    """Return the file, the places in it that the quote was read from, and what stands there now."""
    start = document.text.index(span.quote, section)
    origins = [o for o in document.origins if o.start < start + len(span.quote) and o.end > start]
    file, _, row = document.source.partition("#")
    return {
        "file": file, "row": row, "document": document.id, "quote": span.quote,
        "places": list(dict.fromkeys(_moved(o, start) for o in origins)) or ["added by the reader"],
        "found": _read_again(document, origins, root / file) if root else "not read again: no documents folder given",
    }  # fmt: skip


def _moved(origin: Origin, start: int) -> str:
    """Return the origin's place, an offset moved on to where the quote starts inside it."""
    if not origin.at.startswith("char:") or origin.start >= start:
        return origin.at
    return f"char:{int(origin.at.removeprefix('char:')) + start - origin.start}"


def _read_again(document: Document, origins: list[Origin], path: Path) -> str:
    """Compare the stretches whose place is an offset with what the file holds there now."""
    exact = [o for o in origins if o.at.startswith("char:")]
    if not exact:
        return "its place is no offset"
    try:
        text = decode(path.read_bytes())
    except (OSError, UndecodableError) as error:
        return f"the file cannot be read: {error}"
    for origin in exact:
        at = int(origin.at.removeprefix("char:"))
        stretch = document.text[origin.start : origin.end]
        if text[at : at + len(stretch)] != stretch and "&" not in text[at : at + 12]:
            return f"the file has changed at {origin.at}"
    return "the file says so"
