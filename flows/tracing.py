"""A sample's evidence followed to its bytes in the original files, which are read again (`longspan trace`).

The store says where each stretch of a document was read from (`Origin.at`); `extractors.readers.places` finds it again
in the file as it is now, whole files and rows inside files alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from extractors.readers.decode import UndecodableError, byte_span, decode
from extractors.readers.places import Found, PlaceError, find_place, holds, narrowed
from flows.inspection import Answer
from flows.report_data import visible
from warehouse.records import Document, Origin
from warehouse.snapshot_rows import EvidenceSpan, SampleRow
from warehouse.snapshots import SnapshotError, list_snapshots, read_samples
from warehouse.store import Store

SHOWN = 300
PLACES_SHOWN = 4
"""Places whose bytes are printed for one piece of evidence."""
SAME = "the file says so"


@dataclass(frozen=True)
class Stretch:
    """A part of a quote that was read from one place."""

    text: str
    at: str


@dataclass(frozen=True)
class Reading:
    """What the file holds now."""

    found: str
    """In words."""
    bytes: tuple[dict[str, Any], ...] = ()
    """Place, first byte, one past the last, and what stands there, of each place that was found."""


def trace_sample(home: Path, identity: str, documents: Path | None) -> Answer:
    """Return where each piece of a sample's evidence stands in its original file.

    With the documents folder, each place is read again from the file and compared.

    Raises:
        SnapshotError: no snapshot has such a sample.
    """
    sample = _sample(home, identity)
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
        lines += _in_words(number, place)
    return Answer({"id": sample.id, "evidence": found}, "\n".join(lines))


def _sample(home: Path, identity: str) -> SampleRow:
    rows = (row for entry in list_snapshots(home) for row in read_samples(entry.path))
    sample = next((row for row in rows if row.id.startswith(identity)), None)
    if sample is None:
        raise SnapshotError(
            f"no snapshot has a sample {identity}; `longspan snapshot list` names the snapshots"
        )
    return sample


def _section_starts(store: Store, ever: set[str], wanted: set[str]) -> dict[str, int]:
    """Return where each section starts in its document's text."""
    frame = store.scan("sections", {"ingest": ever})
    named = frame.select(pl.col("section").struct.field("id", "start"))
    return dict(named.filter(pl.col("id").is_in(list(wanted))).collect().iter_rows())


def _in_words(number: int, place: dict[str, Any]) -> list[str]:
    row = f" (row {place['row']})" if place["row"] else ""
    lines = [
        f"  {number}. {place['file']}{row}, {', '.join(place['places'][:PLACES_SHOWN])}: {place['found']}",
        f"     “{' '.join(place['quote'].split())[:SHOWN]}”",
    ]
    for held in place["bytes"][:PLACES_SHOWN]:
        told = visible(held["holds"].replace("\n", "\\n"))[:SHOWN]
        lines.append(f"     bytes {held['start']} to {held['end']}: {told}")
    if len(place["bytes"]) > PLACES_SHOWN:
        lines.append(f"     and {len(place['bytes']) - PLACES_SHOWN} more places; --json has all")
    return lines


def _place(
    span: EvidenceSpan, document: Document, section: int, root: Path | None
) -> dict[str, Any]:
    """Return the file, the places in it that the quote was read from, and what stands there now."""
    start = document.text.index(span.quote, section)
    stretches = stretches_of(document, start, start + len(span.quote))
    file, _, row = document.source.partition("#")
    reading = Reading("not read again: no documents folder given")
    if root:
        reading = read_again(root / file, stretches)
    return {
        "file": file, "row": row, "document": document.id, "quote": span.quote,
        "places": list(dict.fromkeys(s.at for s in stretches)) or ["added by the reader"],
        "found": reading.found, "bytes": list(reading.bytes),
    }  # fmt: skip


def stretches_of(document: Document, start: int, end: int) -> list[Stretch]:
    """Return what of a part of a document's text was read from where."""
    return [
        Stretch(document.text[max(o.start, start) : min(o.end, end)], _moved(o, start))
        for o in document.origins
        if o.start < end and o.end > start
    ]


def _moved(origin: Origin, start: int) -> str:
    """Return the origin's place, an offset moved on to where the quote starts inside it."""
    outer, kind, offset = origin.at.rpartition("char:")
    if origin.start >= start or (outer and not outer.endswith("#")) or not kind:
        return origin.at
    return f"{outer}char:{int(offset) + start - origin.start}"


def read_again(path: Path, stretches: Sequence[Stretch]) -> Reading:
    """Compare stretches with what a file holds at their places now."""
    try:
        data = path.read_bytes()
        text = decode(data)
    except (OSError, UndecodableError) as error:
        return Reading(f"the file cannot be read: {error}")
    held: list[dict[str, Any]] = []
    for stretch in stretches:
        try:
            found = find_place(text, path.name, stretch.at, len(stretch.text))
        except PlaceError as error:
            return Reading(f"not read again: {error}", tuple(held))
        if found is None:
            return Reading(f"the file has changed: it has no {stretch.at} any more", tuple(held))
        same = holds(found, stretch.text)
        held.append(_bytes(data, narrowed(text, found, stretch.text) if same else found, stretch))
        if not same:
            told = " ".join(found.value.split())[:SHOWN]
            return Reading(f"the file has changed at {stretch.at}: it says “{visible(told)}”", tuple(held))  # fmt: skip
    return Reading(SAME if stretches else "nothing of it was read from the file", tuple(held))


def _bytes(data: bytes, found: Found, stretch: Stretch) -> dict[str, Any]:
    span = byte_span(data, found.start, found.end)
    start, end = span or (None, None)
    holding = data[start:end].decode("utf-8", "backslashreplace") if span else found.value
    return {"at": stretch.at, "start": start, "end": end, "holds": holding}
