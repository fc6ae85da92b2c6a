"""Write the files of a snapshot into a folder: rows as they stream by, then what is said of them.

Rows wait in memory by task type and split until a file is full, and each row is hashed on its way.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from warehouse.identity import merkle_root
from warehouse.shards import file_sha256, to_frame, write_parquet
from warehouse.snapshot_card import dataset_card
from warehouse.snapshot_check import CONTEXTS, DATA, row_digest, version_of
from warehouse.snapshot_croissant import croissant
from warehouse.snapshot_manifest import (
    MANIFEST,
    SCHEMA_VERSION,
    Provenance,
    SnapshotError,
    SnapshotFile,
    SnapshotManifest,
    Tally,
)
from warehouse.snapshot_rows import ContextRow, SampleRow

PART_CHARACTERS = 96 * 2**20
"""A file is closed at about this many characters of rows."""
PART_ROWS = 20_000


@dataclass(frozen=True)
class SnapshotSource:
    """The rows of a snapshot, read once, samples first."""

    samples: Iterable[SampleRow]
    contexts: Iterable[ContextRow]
    """May be more than the samples ask for, any of them twice: what is not needed is left out."""


def write_rows(
    building: Path, name: str, rows: SnapshotSource, origin: Provenance
) -> SnapshotManifest:
    """Write the Parquet files and return a manifest of them."""
    parts, tally, seen = _Parts(building), Tally(), _Seen()
    wanted: set[str] = set()
    for sample in rows.samples:
        if origin.measure_only and sample.split != "test":
            raise SnapshotError(
                f"{name} is for measuring only, and sample {sample.id} is in {sample.split}"
            )
        if seen.is_new(sample):
            wanted.add(sample.context_id)
            tally.add_sample(sample)
            weight = len(sample.prompt) * 2000 + len(sample.evidence) * 500
            parts.add(f"{DATA}/{sample.task_type}/{sample.split}", sample, weight)
    if not wanted:
        raise SnapshotError(f"{name}: there is no sample to publish")
    for context in rows.contexts:
        if context.id in wanted and seen.is_new(context):
            tally.add_context(context)
            parts.add(f"{CONTEXTS}/{context.split}", context, len(context.text))
    files = parts.close()
    content_id = merkle_root(seen.digests.values())
    return SnapshotManifest(
        schema_version=SCHEMA_VERSION,
        name=name,
        version=version_of(content_id),
        content_id=content_id,
        parent=origin.parent,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        counts=tally.counts(),
        provenance=origin,
        files=files,
    )


class _Seen:
    """The rows so far, by kind and id, with their hashes."""

    def __init__(self) -> None:
        self.digests: dict[tuple[str, str], str] = {}

    def is_new(self, row: SampleRow | ContextRow) -> bool:
        """Whether the row is new; the same id with other content is an error."""
        kind = "sample" if isinstance(row, SampleRow) else "context"
        found = row_digest(row)
        known = self.digests.get((kind, row.id))
        if known is None:
            self.digests[kind, row.id] = found
            return True
        if known != found:
            raise SnapshotError(f"two {kind}s have the id {row.id} and differ")
        return False


class _Parts:
    """Row files under construction: rows wait by path until a file is full."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: dict[str, list[SampleRow] | list[ContextRow]] = {}
        self._weights: dict[str, int] = {}
        self._files: list[SnapshotFile] = []

    def add(self, part: str, row: Any, weight: int) -> None:
        """Take one row of about `weight` characters for the files `part-NNNNN.parquet`."""
        self._waiting.setdefault(part, []).append(row)
        self._weights[part] = self._weights.get(part, 0) + weight
        if self._weights[part] >= PART_CHARACTERS or len(self._waiting[part]) >= PART_ROWS:
            self._write(part)

    def close(self) -> tuple[SnapshotFile, ...]:
        """Write what waits and return all files, by path."""
        for part in [part for part, rows in self._waiting.items() if rows]:
            self._write(part)
        return tuple(sorted(self._files, key=lambda file: file.path))

    def _write(self, part: str) -> None:
        rows = self._waiting.pop(part)
        self._weights.pop(part)
        number = sum(file.path.startswith(f"{part}-") for file in self._files)
        path = self._folder / f"{part}-{number:05d}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        frame = to_frame(rows, type(rows[0]))
        group_rows = write_parquet(frame, path)
        file = listed(self._folder, path)
        self._files.append(
            file.model_copy(
                update={
                    "rows": frame.height,
                    "group_rows": group_rows,
                    "memory_bytes": int(frame.estimated_size()),
                }
            )
        )


def listed(folder: Path, path: Path) -> SnapshotFile:
    """Return a file as a manifest lists it, without row counts."""
    return SnapshotFile(
        path=path.relative_to(folder).as_posix(),
        bytes=path.stat().st_size,
        sha256=file_sha256(path),
    )


def write_documents(building: Path, manifest: SnapshotManifest, report: str) -> SnapshotManifest:
    """Write card, metadata, report and, last, the manifest that lists them; return it."""
    texts = {
        "README.md": dataset_card(manifest),
        "croissant.json": json.dumps(croissant(manifest), ensure_ascii=False, indent=2) + "\n",
        "report/index.html": report,
    }
    files = list(manifest.files)
    for name, text in texts.items():
        path = building / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        files.append(listed(building, path))
    manifest = manifest.model_copy(update={"files": tuple(files)})
    (building / MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return manifest
