"""The manifest of a stage lists the shards that exist; replacing it is the step that makes rows.

A reader opens the files that a manifest names and never lists a folder, so a shard whose writer was
killed is nobody's. One process at a time may replace the manifests of a home folder: it holds a
lock that the system frees when it ends, however it ends.
"""

import contextlib
import fcntl
import json
import os
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from warehouse.records import Record
from warehouse.shards import NAME, Shard, StoreError, flush

SCHEMA_VERSION = 1
MANIFEST_FOLDER = "manifests"


class Manifest(Record):
    """All shards of one stage, of every fingerprint, in the order of their commits."""

    schema_version: int
    stage: str
    shards: tuple[Shard, ...] = ()


def manifest_path(home: Path, stage: str) -> Path:
    """Return where a stage's manifest stands."""
    if not NAME.fullmatch(stage):
        raise StoreError(f"{stage!r} is not a stage name: lower-case letters, digits, '_' and '-'")
    return home / MANIFEST_FOLDER / f"{stage}.json"


def load_manifest(home: Path, stage: str) -> Manifest:
    """Return a stage's manifest, empty if the stage has never committed.

    Raises:
        StoreError: the file is damaged, or a later version of the program wrote it.
    """
    path = manifest_path(home, stage)
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return Manifest(schema_version=SCHEMA_VERSION, stage=stage)
    mend = f"restore it from a copy, or delete it to do stage {stage} again"
    try:
        version = json.loads(text)["schema_version"]
        if isinstance(version, int) and version > SCHEMA_VERSION:
            raise StoreError(
                f"{path} has schema version {version}, and this program reads up to "
                f"{SCHEMA_VERSION}: update it, or use another home folder"
            )
        return Manifest.model_validate_json(text)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        detail = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
        raise StoreError(f"{path} is damaged ({detail}): {mend}") from error


def save_manifest(home: Path, manifest: Manifest) -> None:
    """Replace a stage's manifest: the old or the new one is there at any moment, never a part."""
    path = manifest_path(home, manifest.stage)
    path.parent.mkdir(parents=True, exist_ok=True)
    head = json.dumps({"schema_version": manifest.schema_version, "stage": manifest.stage})
    lines = ",\n".join(shard.model_dump_json() for shard in manifest.shards)
    replace_file(path, f'{head[:-1]}, "shards": [\n{lines}\n]}}\n'.encode())


def replace_file(path: Path, data: bytes) -> None:
    """Write beside, flush to disk, rename over `path`."""
    beside = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    with beside.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(path)
    flush(path.parent)


@contextlib.contextmanager
def exclusive(path: Path, what: str) -> Iterator[None]:
    """Hold the lock at `path` while the block runs; `what` names the guarded thing in the error.

    Raises:
        StoreError: another writer holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            stream.seek(0)
            holder = stream.read(200).strip() or "another process"
            raise StoreError(
                f"{what} is being written by {holder}: wait for it to end, or use another folder"
            ) from error
        # The holder's name is for the message alone: the lock is the system's.
        stream.truncate(0)
        stream.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        stream.flush()
        yield


def holder(path: Path) -> str:
    """Return who holds the lock at `path`, empty if nobody does."""
    try:
        stream = path.open("r")
    except OSError:
        return ""
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return stream.read(200).strip() or "another process"
    return ""
