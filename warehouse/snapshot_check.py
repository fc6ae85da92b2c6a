"""Check a snapshot against itself: every hash, count, quote and split, from the rows as they stand.

Rows are streamed: what is held is ids, spans and quotes, never the contexts' texts. The same check
runs before a snapshot is published and whenever anyone asks whether it is still sound.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import polars as pl
from pydantic import BaseModel, ValidationError

from warehouse.identity import digest, merkle_root
from warehouse.shards import file_sha256, read_batches, to_records
from warehouse.snapshot_manifest import (
    MANIFEST,
    SnapshotError,
    SnapshotFile,
    SnapshotManifest,
    Tally,
    read_manifest,
)
from warehouse.snapshot_rows import (
    SLOT,
    ContextRow,
    EvidenceSpan,
    SampleRow,
    evidence_position,
)

DATA = "data"
CONTEXTS = "contexts"
ROUNDING = 1e-4
"""Positions may be rounded to four places."""
_Row = TypeVar("_Row", bound=BaseModel)


def row_digest(row: SampleRow | ContextRow) -> str:
    """Return the hash of one row: its canonical JSON, which says nothing of files or time.

    Licences came later: a row that records none has the hash that it had before.
    """
    content = row.model_dump()
    parts = [content, *content["sections"]] if isinstance(row, ContextRow) else [content]
    for part in parts:
        for name in ("licence", "licences"):
            if not part.get(name, True):
                del part[name]
    return digest(type(row).__name__, content)


def read_samples(path: Path, *, split: str = "", task_type: str = "") -> Iterator[SampleRow]:
    """Yield a snapshot's samples, of one split or task type if named; files are not hashed."""
    for file in _files(read_manifest(path), f"{DATA}/{task_type or '*'}", split):
        yield from _rows(path, file, SampleRow)


def read_contexts(path: Path, *, split: str = "") -> Iterator[ContextRow]:
    """Yield a snapshot's contexts, of one split if one is named; files are not hashed."""
    for file in _files(read_manifest(path), CONTEXTS, split):
        yield from _rows(path, file, ContextRow)


def _files(manifest: SnapshotManifest, folder: str, split: str) -> Iterator[SnapshotFile]:
    for file in manifest.files:
        name = Path(file.path)
        if name.match(f"{folder}/{split or '*'}-*.parquet"):
            yield file


def _rows(path: Path, file: SnapshotFile, record: type[_Row]) -> Iterator[_Row]:
    try:
        for batch in read_batches(path / file.path, file.rows, file.group_rows):
            yield from to_records(batch, record)
    except (OSError, pl.exceptions.PolarsError, ValidationError) as error:
        raise SnapshotError(
            f"{path / file.path} cannot be read as {record.__name__} ({error}): restore it from a "
            "copy or publish again"
        ) from error


def verify_snapshot(path: Path) -> list[str]:
    """Return everything that is wrong with the snapshot at `path`; nothing, if it is sound."""
    try:
        manifest = read_manifest(path)
    except SnapshotError as error:
        return [str(error)]
    problems = []
    if path.name != manifest.version or manifest.version != version_of(manifest.content_id):
        problems.append(
            f"the folder {path.name}, the version {manifest.version} and the content id "
            f"{manifest.content_id} do not belong together"
        )
    return problems + content_problems(path, manifest)


def verify_files(path: Path) -> list[str]:
    """Return the files of the snapshot at `path` whose hash, size or presence is not that of the manifest.

    This reads every byte and no row: who trains on rows that were checked when they were published needs no more.
    """
    try:
        manifest = read_manifest(path)
    except SnapshotError as error:
        return [str(error)]
    return _file_problems(path, manifest)


def version_of(content_id: str) -> str:
    """Return the version that a content id has."""
    return f"v{content_id[:12]}"


def content_problems(path: Path, manifest: SnapshotManifest) -> list[str]:
    """Return what is wrong with the files and rows of a snapshot, wherever its folder stands.

    Rows of damaged files prove nothing, so they are looked at only when every file is whole.
    """
    problems = _file_problems(path, manifest)
    if problems:
        return problems
    checker = _RowChecker()
    try:
        for sample in read_samples(path):
            checker.sample(sample)
        for context in read_contexts(path):
            checker.context(context)
    except SnapshotError as error:
        return [str(error)]
    checker.finish()
    if checker.tally.counts() != manifest.counts:
        checker.problems.append("the counts of the manifest are not those of the rows")
    if merkle_root(checker.digests) != manifest.content_id:
        checker.problems.append("the content id of the manifest is not that of the rows")
    return checker.problems


def _file_problems(path: Path, manifest: SnapshotManifest) -> list[str]:
    problems = []
    for file in manifest.files:
        place = path / file.path
        if not place.is_file():
            problems.append(f"{file.path} is missing")
        elif place.stat().st_size != file.bytes:
            problems.append(f"{file.path} has {place.stat().st_size} bytes, not {file.bytes}")
        elif file_sha256(place) != file.sha256:
            problems.append(f"{file.path} is damaged: its sha256 differs")
    listed = {MANIFEST, *(file.path for file in manifest.files)}
    found = {item.relative_to(path).as_posix() for item in path.rglob("*") if not item.is_dir()}
    return problems + [f"{name} is not in the manifest" for name in sorted(found - listed)]


class _RowChecker:
    """What is known after some samples and then some contexts."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.digests: list[str] = []
        self.tally = Tally()
        self._samples: set[str] = set()
        self._asked: dict[str, list[SampleRow]] = {}
        self._contexts: set[str] = set()
        self._owners: dict[tuple[str, str], set[str]] = {}

    def sample(self, row: SampleRow) -> None:
        """Check one sample by itself; its evidence waits for its context."""
        if row.id in self._samples:
            self.problems.append(f"sample {row.id} stands twice")
        self._samples.add(row.id)
        self.digests.append(row_digest(row))
        self.tally.add_sample(row)
        self.problems += [f"sample {row.id}: {fault}" for fault in sample_faults(row)]
        for span in row.evidence:
            self._own("document", span.document_id, row.split)
        for series in row.series:
            # Two categories may use one name for different things.
            self._own("series", f"{row.category}/{series}", row.split)
        light = row.model_copy(update={"prompt": (), "program": "", "verdicts": ()})
        self._asked.setdefault(row.context_id, []).append(light)

    def _own(self, kind: str, name: str, split: str) -> None:
        owners = self._owners.setdefault((kind, name), {split})
        if split not in owners:
            owners.add(split)
            self.problems.append(f"{kind} {name} is in {' and in '.join(sorted(owners))}")

    def context(self, row: ContextRow) -> None:
        """Check one context and the evidence of all samples that ask about it."""
        if row.id in self._contexts:
            self.problems.append(f"context {row.id} stands twice")
        self._contexts.add(row.id)
        self.digests.append(row_digest(row))
        self.tally.add_context(row)
        self.problems += [f"context {row.id}: {fault}" for fault in context_faults(row)]
        for section in row.sections:
            self._own("document", section.document_id, row.split)
        asked = self._asked.pop(row.id, [])
        if not asked:
            self.problems.append(f"context {row.id} has no sample")
        for sample in asked:
            for fault in join_faults(sample, row):
                self.problems.append(f"sample {sample.id}: {fault}")

    def finish(self) -> None:
        """Name the samples whose context never came."""
        for context, samples in self._asked.items():
            if context not in self._contexts:
                self.problems += [f"sample {s.id}: context {context} is missing" for s in samples]


def sample_faults(row: SampleRow) -> Iterator[str]:
    """Yield what is wrong with a sample by itself."""
    for name in ("id", "question", "answer", "core_question", "context_id"):
        if not getattr(row, name).strip():
            yield f"{name} is empty"
    if sum(SLOT in message.content for message in row.prompt) != 1:
        yield f"not exactly one message of the prompt holds {SLOT}"
    if row.prompt and row.prompt[-1].role != "user":
        yield "the prompt does not end with the user's message"
    if any(not message.content.strip() for message in row.prompt):
        yield "a message of the prompt is empty"
    if row.answer_kind in ("items", "ordered_items") and not row.answer_items:
        yield "a list answer has no items"
    if not row.evidence:
        yield "there is no evidence"
    if row.program and not _is_json(row.program):
        yield "the program is not JSON"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def context_faults(row: ContextRow) -> Iterator[str]:
    """Yield what is wrong with a context by itself."""
    if not row.text.strip():
        yield "the text is empty"
    at = 0
    for section in row.sections:
        if not at <= section.start <= section.end <= len(row.text):
            yield f"section {section.section_id} is out of order or outside the text"
        at = section.end


def join_faults(sample: SampleRow, context: ContextRow) -> Iterator[str]:
    """Yield where a sample and its context disagree, evidence word for word."""
    pairs = (
        ("split", "split"),
        ("category", "category"),
        ("bucket", "bucket"),
        ("context_tokens", "tokens"),
    )
    for mine, its in pairs:
        if getattr(sample, mine) != getattr(context, its):
            yield f"{mine} is {getattr(sample, mine)}, its context has {getattr(context, its)}"
    places = {section.section_id: section for section in context.sections}
    for number, span in enumerate(sample.evidence):
        section = places.get(span.section_id)
        if fault := _span_fault(span, context.text):
            yield f"evidence {number} {fault}"
        elif section is None or section.document_id != span.document_id:
            yield f"evidence {number}: section {span.section_id} is not in the context"
        elif not section.start <= span.start < span.end <= section.end or not section.evidence:
            yield f"evidence {number} is outside section {span.section_id} or it is not marked"


def _span_fault(span: EvidenceSpan, text: str) -> str:
    if not span.quote.strip():
        return "has no quote"
    if text[max(span.start, 0) : max(span.end, 0)] != span.quote:
        return f"does not stand at {span.start} to {span.end} word for word"
    if abs(span.position - evidence_position(span.start, span.end, len(text))) > ROUNDING:
        return f"has position {span.position}, which is not its centre"
    return ""
