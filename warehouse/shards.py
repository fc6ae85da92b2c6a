"""Records as immutable Parquet shards: one typed column per field, files named by their hash.

A record's fields become columns whose types follow from its class alone (records nest as structs,
tuples as lists), so every shard of a table has one schema and DuckDB and Polars see `subject.text`
directly. A field that has no such type (a union, a dictionary) is one column of canonical JSON
text. `write_shards` may run in any process: what it returns is plain data for the one writer, and
until that writer commits it, its files exist for nobody.
"""

import hashlib
import json
import os
import re
import secrets
import types
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import polars as pl
from pydantic import BaseModel

from warehouse.identity import digest
from warehouse.records import Outcome, Record

SHARD_FOLDER = "shards"
OUTCOMES = "outcomes"
"""The ledger's table, written by every stage."""
GROUP_BYTES = 32 * 2**20
"""Target of a row group in memory: the least that a reader holds at once."""
GROUP_ROWS = 50_000
NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")

AnyRecord = TypeVar("AnyRecord", bound=BaseModel)
Rows = pl.DataFrame | Sequence[BaseModel]
"""Rows of a table: records of one class, or a frame, which keeps its schema when it is empty."""
Schema = dict[str, pl.DataType]

_SCALARS: dict[Any, pl.DataType] = {
    str: pl.String(),
    int: pl.Int64(),
    float: pl.Float64(),
    bool: pl.Boolean(),
}


class StoreError(Exception):
    """The store cannot do what was asked; the message names the file or stage and the mend."""


class Shard(Record):
    """One Parquet file of one table, as a manifest lists it."""

    table: str
    file: str
    """Path under the home folder, `/`-separated."""
    rows: int
    group_rows: int
    """Rows in one row group: what a reader holds at once."""
    bytes: int
    sha256: str
    fingerprint: str
    """Fingerprint of the stage that wrote it."""
    commits: tuple[str, ...]
    """The commits whose rows it holds: one, or several after compaction. Shards of one commit stand
    or fall together."""


class ShardSet(Record):
    """The shards of one commit, all tables and the ledger's, written and not yet committed."""

    stage: str
    fingerprint: str
    shards: tuple[Shard, ...]


def frame_schema(record: type[BaseModel]) -> Schema:
    """Return the column types of a record class, in the order of its fields."""
    return {
        name: _dtype(field.annotation) or pl.String() for name, field in record.model_fields.items()
    }


def _dtype(annotation: Any) -> pl.DataType | None:
    """Return the column type of an annotation, or None where only JSON text can hold it."""
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal and len({type(value) for value in arguments}) == 1:
        return _SCALARS.get(type(arguments[0]))
    if origin in (Union, types.UnionType):
        rest = [argument for argument in arguments if argument is not type(None)]
        return _dtype(rest[0]) if len(rest) == 1 else None
    if origin in (tuple, list) and len({*arguments} - {Ellipsis}) == 1:
        inner = _dtype(arguments[0])
        return None if inner is None else pl.List(inner)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = {name: _dtype(field.annotation) for name, field in annotation.model_fields.items()}
        if fields and all(fields.values()):
            return pl.Struct({name: dtype for name, dtype in fields.items() if dtype is not None})
    return None


def _text_fields(record: type[BaseModel]) -> list[str]:
    """Return the fields of a record class that are stored as JSON text."""
    return [n for n, field in record.model_fields.items() if _dtype(field.annotation) is None]


def to_frame(records: Sequence[BaseModel], record: type[BaseModel]) -> pl.DataFrame:
    """Return the records as a frame with the columns of their class, also where there are none.

    Raises:
        StoreError: a text holds half a surrogate pair, a number is over 64 bits, or classes mix.
    """
    if strangers := {type(item).__name__ for item in records if type(item) is not record}:
        raise StoreError(f"rows of {record.__name__} include {', '.join(sorted(strangers))}")
    rows = [item.model_dump() for item in records]
    texts = _text_fields(record)
    for row, item in zip(rows, records, strict=True) if texts else ():
        plain = item.model_dump(mode="json", include=set(texts))
        row.update({name: _canonical(plain[name]) for name in texts})
    try:
        return pl.DataFrame(rows, schema=frame_schema(record), orient="row")
    except (UnicodeEncodeError, OverflowError, pl.exceptions.PolarsError) as error:
        name = _unstorable(rows, record)
        raise StoreError(
            f"{name} cannot be stored as text and 64-bit numbers ({error}); "
            "reject it, or mend its text where it is read"
        ) from error


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _unstorable(rows: list[dict[str, Any]], record: type[BaseModel]) -> str:
    """Return the name of the first record that no frame can hold."""
    schema = frame_schema(record)
    for number, row in enumerate(rows):
        try:
            pl.DataFrame([row], schema=schema, orient="row")
        except (UnicodeEncodeError, OverflowError, pl.exceptions.PolarsError):
            return f"{record.__name__} {row.get('id', f'number {number}')!r}"
    return f"a {record.__name__}"


def to_records(frame: pl.DataFrame, record: type[AnyRecord]) -> Iterator[AnyRecord]:
    """Yield the rows of a frame as records, each validated."""
    texts = _text_fields(record)
    for row in frame.iter_rows(named=True):
        for name in texts:
            row[name] = json.loads(row[name])
        yield record.model_validate(row)


def read_batches(path: Path, rows: int, group_rows: int) -> Iterator[pl.DataFrame]:
    """Yield a Parquet file's rows in order, one row group at a time."""
    scan = pl.scan_parquet(path, glob=False)
    for start in range(0, rows, max(group_rows, 1)):
        yield scan.slice(start, group_rows).collect()


def file_sha256(path: Path) -> str:
    """Return the hash of a file's bytes; reads in blocks."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def group_rows_of(frame: pl.DataFrame) -> int:
    """Return the rows of one row group so that it stays near `GROUP_BYTES` in memory."""
    width = max(int(frame.estimated_size()) // max(frame.height, 1), 1)
    return max(min(GROUP_BYTES // width, GROUP_ROWS), 1)


def write_parquet(frame: pl.DataFrame, path: Path) -> int:
    """Write a frame to a new file and wait for the disk; return the rows of one row group."""
    group_rows = group_rows_of(frame)
    frame.write_parquet(path, compression="zstd", compression_level=3, row_group_size=group_rows)
    flush(path)
    return group_rows


def flush(path: Path) -> None:
    """Wait until a file's bytes, or a folder's names, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_table(
    home: Path, table: str, frame: pl.DataFrame, *, fingerprint: str, commits: tuple[str, ...] = ()
) -> Shard:
    """Write one shard beside its place and rename it there; the name is the hash of its bytes."""
    folder = home / SHARD_FOLDER / table
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".{os.getpid()}-{secrets.token_hex(8)}.tmp"
    group_rows = write_parquet(frame, beside)
    sha256 = file_sha256(beside)
    path = folder / f"{sha256[:32]}.parquet"
    size = beside.stat().st_size
    beside.replace(path)
    flush(folder)
    return Shard(
        table=table,
        file=path.relative_to(home).as_posix(),
        rows=frame.height,
        group_rows=group_rows,
        bytes=size,
        sha256=sha256,
        fingerprint=fingerprint,
        commits=commits,
    )


def write_shards(
    home: Path,
    stage: str,
    *,
    fingerprint: str,
    tables: Mapping[str, Rows],
    outcomes: Sequence[Outcome],
) -> ShardSet:
    """Write one batch's rows and ledger rows as shards; `Store.commit_shards` makes them exist.

    Args:
        home: the store's folder; any process may write shards to it, without the writer's lock.
        stage: the stage that made the rows.
        fingerprint: hash of the stage's code version, configuration and upstream fingerprints.
        tables: rows by table; an empty sequence writes nothing, an empty frame names the columns.
        outcomes: one per input of the batch.

    Raises:
        StoreError: a name, an outcome or a row cannot be stored.
    """
    _check_names(stage, fingerprint, tables)
    _check_outcomes(stage, outcomes)
    written: list[Shard] = []
    for table, rows in tables.items():
        if isinstance(rows, pl.DataFrame):
            _check_columns(table, rows)
            written.append(write_table(home, table, rows, fingerprint=fingerprint))
        elif rows:
            frame = to_frame(rows, type(rows[0]))
            written.append(write_table(home, table, frame, fingerprint=fingerprint))
    ledger = to_frame(outcomes, Outcome)
    written.append(write_table(home, OUTCOMES, ledger, fingerprint=fingerprint))
    commit = commit_id(stage, fingerprint, written)
    shards = tuple(shard.model_copy(update={"commits": (commit,)}) for shard in written)
    return ShardSet(stage=stage, fingerprint=fingerprint, shards=shards)


def commit_id(stage: str, fingerprint: str, shards: Sequence[Shard]) -> str:
    """Return 16 hex digits that name a commit by its content."""
    return digest(stage, fingerprint, sorted((s.table, s.sha256) for s in shards))[:16]


def _check_names(stage: str, fingerprint: str, tables: Mapping[str, Rows]) -> None:
    for name in (stage, *tables):
        if not NAME.fullmatch(name):
            raise StoreError(f"{name!r} is not a name: lower-case letters, digits, '_' and '-'")
    if OUTCOMES in tables:
        raise StoreError(f"the table {OUTCOMES!r} is the ledger's: pass its rows as outcomes")
    if not fingerprint:
        raise StoreError(f"stage {stage}: the fingerprint is empty")


def _check_columns(table: str, frame: pl.DataFrame) -> None:
    for name, dtype in frame.schema.items():
        if dtype in (pl.Null, pl.Object):
            raise StoreError(
                f"table {table}: column {name!r} has no type that every shard can share ({dtype}): "
                "make the frame with to_frame or a schema"
            )


def _check_outcomes(stage: str, outcomes: Sequence[Outcome]) -> None:
    seen: set[str] = set()
    for outcome in outcomes:
        fault = ""
        if outcome.stage != stage:
            fault = f"belongs to stage {outcome.stage!r}"
        elif outcome.input_id in seen:
            fault = "has two outcomes in one batch"
        elif outcome.n_out < 0 or (outcome.status != "ok" and outcome.n_out):
            fault = f"is {outcome.status} with n_out = {outcome.n_out}"
        if fault:
            raise StoreError(f"stage {stage}: input {outcome.input_id!r} {fault}")
        seen.add(outcome.input_id)
