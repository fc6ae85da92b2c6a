"""Publish and read snapshots: the contract with trainers (design: snapshot).

```
snapshots/NAME/latest                   text: the version published last
snapshots/NAME/VERSION/manifest.json    see warehouse.snapshot_manifest
                       README.md  croissant.json  report/index.html
                       data/TASK_TYPE/SPLIT-NNNNN.parquet
                       contexts/SPLIT-NNNNN.parquet
```

A version is named by its content: equal rows are the same version, whoever publishes them and when.
It is built in a folder beside, checked as any reader would check it, and appears with one rename;
its files are never written again.
"""

import contextlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from warehouse.manifest import exclusive, replace_file
from warehouse.records import Record
from warehouse.shards import flush
from warehouse.snapshot_build import SnapshotSource, write_documents, write_rows
from warehouse.snapshot_check import (
    content_problems,
    read_contexts,
    read_samples,
    verify_snapshot,
)
from warehouse.snapshot_manifest import (
    MANIFEST,
    Provenance,
    SnapshotError,
    SnapshotManifest,
    read_manifest,
    validated,
)
from warehouse.snapshot_rows import ContextRow, SampleRow, with_context

__all__ = [
    "ContextRow",
    "Provenance",
    "Published",
    "SampleRow",
    "SnapshotEntry",
    "SnapshotError",
    "SnapshotManifest",
    "SnapshotSource",
    "latest_version",
    "list_snapshots",
    "publish",
    "read_contexts",
    "read_manifest",
    "read_samples",
    "show",
    "snapshot_path",
    "verify_snapshot",
    "with_context",
]

SNAPSHOTS = "snapshots"
LATEST = "latest"
SHOWN = 5
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_BUILDING = ".building-"


class Published(Record):
    """What publishing came to."""

    path: Path
    name: str
    version: str
    content_id: str
    created: bool
    """False where the same content had been published before."""


class SnapshotEntry(Record):
    """One version in a list of snapshots."""

    name: str
    version: str
    path: Path
    latest: bool
    created: str = ""
    samples: int = 0
    contexts: int = 0
    problem: str = ""
    """Why its manifest cannot be read; empty if it can."""


def publish(
    home: Path,
    name: str,
    *,
    rows: SnapshotSource,
    provenance: Provenance | Mapping[str, Any],
    report: str,
) -> Published:
    """Publish rows as a version of the snapshot `name`; content that is there stays as it is.

    Args:
        home: the home folder.
        name: of the snapshot: lower-case letters, digits, `.`, `_` and `-`.
        rows: samples and contexts, streamed.
        provenance: what the run knows of them; a mapping is validated.
        report: the validation report, one self-contained HTML page.

    Raises:
        SnapshotError: a required gate failed, the provenance is not complete, or the rows do not
            hold together; nothing is published.
        StoreError: another process publishes this snapshot.
    """
    origin = validated(provenance)
    if failed := [gate.name for gate in origin.gates if gate.required and gate.status == "failed"]:
        raise SnapshotError(f"{name} is not published: required gates failed: {', '.join(failed)}")
    folder = _folder(home, name)
    with (
        exclusive(folder / ".lock", f"the snapshot {name}"),
        _building(folder) as building,
    ):
        origin = origin.model_copy(update={"parent": origin.parent or latest_version(home, name)})
        manifest = write_rows(building, name, rows, origin)
        path = folder / manifest.version
        created = not path.exists()
        if created:
            _seal(building, write_documents(building, manifest, report))
            building.rename(path)
            flush(folder)
        elif read_manifest(path).content_id != manifest.content_id:
            raise SnapshotError(f"{path} is there with other content: restore or remove it")
        replace_file(folder / LATEST, f"{manifest.version}\n".encode())
    return Published(
        path=path,
        name=name,
        version=manifest.version,
        content_id=manifest.content_id,
        created=created,
    )


def _folder(home: Path, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise SnapshotError(
            f"{name!r} is not a snapshot name: lower-case letters, digits, '.', '_' and '-'"
        )
    return Path(home) / SNAPSHOTS / name


@contextlib.contextmanager
def _building(folder: Path) -> Iterator[Path]:
    """Give a folder to build in; what killed runs left is removed first, what is left here last."""
    for left in folder.glob(f"{_BUILDING}*"):
        shutil.rmtree(left)
    building = folder / f"{_BUILDING}{os.getpid()}-{secrets.token_hex(4)}"
    building.mkdir()
    try:
        yield building
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _seal(building: Path, manifest: SnapshotManifest) -> None:
    """Check the snapshot, make its files read-only and wait until they are on disk."""
    if problems := content_problems(building, manifest):
        more = f" and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise SnapshotError(
            f"{manifest.name} is not published: {'; '.join(problems[:SHOWN])}{more}"
        )
    for path in building.rglob("*"):
        if path.is_file():
            path.chmod(0o444)
        flush(path)
    flush(building)


def latest_version(home: Path, name: str) -> str:
    """Return the version published last, empty if there is none."""
    try:
        return (_folder(home, name) / LATEST).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def snapshot_path(home: Path, name: str, version: str = LATEST) -> Path:
    """Return the folder of a version, or of the one published last.

    Raises:
        SnapshotError: there is no such version; the message lists those that there are.
    """
    folder = _folder(home, name)
    wanted = latest_version(home, name) if version == LATEST else version
    path = folder / wanted
    if not _NAME.fullmatch(wanted) or not (path / MANIFEST).is_file():
        known = [entry.version for entry in list_snapshots(home, name)]
        raise SnapshotError(
            f"there is no snapshot {name}/{version}; known: {', '.join(known) or 'none'}"
        )
    return path


def list_snapshots(home: Path, name: str = "") -> list[SnapshotEntry]:
    """Return every version of one snapshot or of all, by name and then by time of publishing."""
    pattern = f"{_folder(home, name).name if name else '*'}/*/{MANIFEST}"
    entries = []
    for file in (Path(home) / SNAPSHOTS).glob(pattern):
        path, owner = file.parent, file.parent.parent.name
        if path.name.startswith("."):
            continue
        entry = SnapshotEntry(
            name=owner,
            version=path.name,
            path=path,
            latest=latest_version(home, owner) == path.name,
        )
        entries.append(entry.model_copy(update=_entry_counts(path)))
    return sorted(entries, key=lambda entry: (entry.name, entry.created, entry.version))


def _entry_counts(path: Path) -> dict[str, Any]:
    try:
        manifest = read_manifest(path)
    except SnapshotError as error:
        return {"problem": str(error)}
    counts = manifest.counts
    return {
        "created": manifest.created,
        "samples": counts.samples,
        "contexts": counts.contexts,
    }


def show(path: Path) -> str:
    """Return a snapshot in a few lines: counts, gates, yield and size."""
    manifest = read_manifest(path)
    counts = manifest.counts
    size = sum(file.bytes for file in manifest.files) / 1e6
    lines = [
        f"{manifest.name} {manifest.version}, published {manifest.created}",
        f"content {manifest.content_id}, follows {manifest.parent or 'nothing'}",
        f"{counts.samples} samples, {counts.contexts} contexts, {counts.documents} documents, "
        f"{size:.1f} MB",
    ]
    for kind in ("split", "task", "category", "bucket", "strategy"):
        numbers = getattr(counts, f"by_{kind}")
        lines.append(f"{kind}: " + ", ".join(f"{name} {n}" for name, n in numbers.items()))
    for gate in manifest.provenance.gates:
        lines.append(f"gate {gate.name}: {gate.status}, {gate.observed} (limit {gate.limit})")
    for step in manifest.provenance.yields:
        lines.append(f"{step.step}: {step.kept} of {step.inputs} kept")
    return "\n".join(lines)
