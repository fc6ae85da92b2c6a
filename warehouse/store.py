"""The store under a home folder: what stages have done, and the rows they wrote.

```
home/.lock                       held by the one writer
home/manifests/STAGE.json        the shards that exist
home/shards/TABLE/HASH.parquet   immutable
```

A commit is all or nothing: its rows and its ledger rows appear with one replacement of one file.
Work that is done is found by the ids of its inputs, never by batch numbers, so a killed run goes on
where it stopped, with batches of any size. Rows are always asked for by `using`, the fingerprint of
each stage: work done under another fingerprint stays on disk and is not seen. Upkeep (compaction,
orphans, damage) is in `warehouse.store_upkeep`.
"""

import contextlib
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import polars as pl
from pydantic import BaseModel

from warehouse.identity import digest, merkle_root
from warehouse.manifest import (
    MANIFEST_FOLDER,
    Manifest,
    exclusive,
    load_manifest,
    save_manifest,
)
from warehouse.records import Outcome
from warehouse.shards import (
    NAME,
    OUTCOMES,
    AnyRecord,
    Rows,
    Shard,
    ShardSet,
    StoreError,
    file_sha256,
    frame_schema,
    read_batches,
    to_records,
    write_shards,
)

if TYPE_CHECKING:
    import duckdb

Using = Mapping[str, str | Collection[str]]
"""Stage → fingerprint, or several: whose rows are read."""
Keep = Mapping[str, Collection[str]]
"""Column → values: other rows are left out, such as those of documents no longer in the corpus."""


class Store:
    """Stage tables of one home folder; any number may read while one writes."""

    def __init__(self, home: Path) -> None:
        """Name the folder; nothing is read or made until it is needed."""
        self.home = Path(home)
        self._sound: dict[str, tuple[int, int]] = {}
        self._mutex = threading.RLock()
        self._writes = False
        self._manifests: dict[str, Manifest] = {}
        self._done: dict[tuple[str, str], set[str]] = {}

    @contextlib.contextmanager
    def writing(self) -> Iterator["Store"]:
        """Be the one writer of the home folder while the block runs; threads may share this object.

        Raises:
            StoreError: another run writes here.
        """
        with exclusive(self.home / ".lock", f"the store {self.home}"):
            self._forget()
            self._writes = True
            try:
                yield self
            finally:
                self._writes = False
                self._forget()

    def _forget(self) -> None:
        self._manifests.clear()
        self._done.clear()

    def stages(self) -> list[str]:
        """Return the names of the stages that have committed, sorted."""
        folder = self.home / MANIFEST_FOLDER
        return sorted(path.stem for path in folder.glob("*.json") if NAME.fullmatch(path.stem))

    def manifest(self, stage: str) -> Manifest:
        """Return a stage's manifest; a reader sees the latest commit."""
        if not self._writes:
            return load_manifest(self.home, stage)
        if stage not in self._manifests:
            self._manifests[stage] = load_manifest(self.home, stage)
        return self._manifests[stage]

    def replace_shards(self, stage: str, shards: Iterable[Shard]) -> None:
        """Make these the stage's shards, in one step; only the writer may."""
        with self._mutex:
            self._require_lock()
            manifest = self.manifest(stage).model_copy(update={"shards": tuple(shards)})
            save_manifest(self.home, manifest)
            self._manifests[stage] = manifest
            self._done = {key: ids for key, ids in self._done.items() if key[0] != stage}

    def _require_lock(self) -> None:
        if not self._writes:
            raise StoreError(f"the store {self.home} is open for reading: use Store.writing()")

    def shards(self, table: str, using: Using) -> list[Shard]:
        """Return a table's shards under these fingerprints, in the order of their commits."""
        return [shard for shard in self.written(using) if shard.table == table]

    def written(self, using: Using) -> list[Shard]:
        """Return all tables' shards under these fingerprints, in the order of their commits."""
        return [
            shard
            for stage, wanted in using.items()
            for shard in self.manifest(stage).shards
            if shard.fingerprint in ({wanted} if isinstance(wanted, str) else wanted)
        ]

    def count(self, table: str, using: Using) -> int:
        """Return the number of rows of a table without reading them."""
        return sum(shard.rows for shard in self.shards(table, using))

    def done(self, stage: str, fingerprint: str) -> set[str]:
        """Return the ids of the inputs that have an outcome, of any status."""
        return set(self._done_ids(stage, fingerprint))

    def pending(self, stage: str, fingerprint: str, *, input_ids: Iterable[str]) -> list[str]:
        """Return the inputs that have no outcome yet, each once, in the order given."""
        done = self._done_ids(stage, fingerprint)
        return [item for item in dict.fromkeys(input_ids) if item not in done]

    def _done_ids(self, stage: str, fingerprint: str) -> set[str]:
        with self._mutex:
            key = (stage, fingerprint)
            if key in self._done:
                return self._done[key]
            frame = self.scan(OUTCOMES, {stage: fingerprint}, record=Outcome).select("input_id")
            ids = set(frame.collect()["input_id"].to_list())
            if self._writes:
                self._done[key] = ids
            return ids

    def commit(
        self,
        stage: str,
        fingerprint: str,
        *,
        tables: Mapping[str, Rows],
        outcomes: Sequence[Outcome],
    ) -> bool:
        """Write a batch's rows and ledger rows and make them exist at once; see `write_shards`.

        Returns:
            Whether anything was new: the same content again changes nothing.
        """
        self._require_lock()
        return self.commit_shards(
            write_shards(
                self.home, stage, fingerprint=fingerprint, tables=tables, outcomes=outcomes
            )
        )

    def commit_shards(self, written: ShardSet) -> bool:
        """Make shards that a worker wrote exist; return whether they are new.

        Raises:
            StoreError: an input already has an outcome from other content, a file is gone, or this
                is not the writer.
        """
        stage, fingerprint = written.stage, written.fingerprint
        with self._mutex:
            held = self.manifest(stage).shards
            known = {c for shard in held if shard.fingerprint == fingerprint for c in shard.commits}
            if known.issuperset(written.shards[0].commits):
                return False
            ids = self._fresh_ids(written)
            done = self._done_ids(stage, fingerprint)
            if double := sorted(ids & done):
                raise StoreError(
                    f"stage {stage}: {len(double)} inputs already have an outcome from other "
                    f"content, the first {double[:3]}: choose inputs with Store.pending"
                )
            self.replace_shards(stage, (*held, *written.shards))
            done.update(ids)
            self._done[stage, fingerprint] = done
            return True

    def _fresh_ids(self, written: ShardSet) -> set[str]:
        """Return the input ids of shards about to be committed; their files must be in place."""
        ids: set[str] = set()
        for shard in written.shards:
            path = self.home / shard.file
            if not path.is_file() or path.stat().st_size != shard.bytes:
                raise StoreError(
                    f"{path} is gone or cut short before its commit: write the batch again, and "
                    "collect orphans only while no worker runs"
                )
            if shard.table == OUTCOMES:
                ids.update(pl.read_parquet(path, glob=False)["input_id"].to_list())
        return ids

    def scan(
        self,
        table: str,
        using: Using,
        *,
        keep: Keep | None = None,
        record: type[BaseModel] | None = None,
    ) -> pl.LazyFrame:
        """Return a table's rows as a lazy frame, its files checked.

        Args:
            table: name of the table.
            using: stage → fingerprint or fingerprints.
            keep: column → values; other rows are left out.
            record: gives the columns of a table that no stage has written yet.

        Raises:
            StoreError: no such table and no `record`, or a file is missing or damaged.
        """
        shards = self.shards(table, using)
        if not shards and record is None:
            raise StoreError(f"no table {table!r} from {', '.join(using) or 'no stage'}")
        self.check(shards)
        frame = (
            pl.scan_parquet([self.home / shard.file for shard in shards], glob=False)
            if shards
            else pl.LazyFrame(schema=frame_schema(record or Outcome))
        )
        for column, values in (keep or {}).items():
            frame = frame.join(_values(column, values).lazy(), on=column, how="semi")
        return frame

    def rows(
        self, table: str, record: type[AnyRecord], using: Using, *, keep: Keep | None = None
    ) -> Iterator[AnyRecord]:
        """Yield a table's rows as records, one row group in memory at a time."""
        wanted = [(column, _values(column, values)) for column, values in (keep or {}).items()]
        for shard in self.shards(table, using):
            self.check([shard])
            for batch in read_batches(self.home / shard.file, shard.rows, shard.group_rows):
                for column, values in wanted:
                    batch = batch.join(values, on=column, how="semi", maintain_order="left")
                yield from to_records(batch, record)

    def root(self, table: str, record: type[BaseModel], using: Using) -> str:
        """Return one hash of a table's rows, whatever their order, shards and Parquet encoding."""
        return merkle_root(digest(row.model_dump()) for row in self.rows(table, record, using))

    def sql(
        self,
        query: str,
        params: Mapping[str, Any] | Sequence[Any] | None = None,
        *,
        using: Using,
    ) -> pl.DataFrame:
        """Run one SELECT in DuckDB, in memory, over views that read exactly the manifests' files.

        Args:
            query: names tables as views; all that the stages of `using` have written are there.
            params: values for `$name` or `?`; a list of ids joins as `id IN (SELECT unnest($ids))`.
            using: stage → fingerprint.

        Raises:
            StoreError: a file is damaged, or DuckDB refuses the query.
        """
        import duckdb  # here, because its bindings report leaks when a process with live threads ends

        tables: dict[str, list[Shard]] = {}
        for shard in self.written(using):
            tables.setdefault(shard.table, []).append(shard)
        self.check([shard for shards in tables.values() for shard in shards])
        with duckdb.connect(":memory:") as connection:
            try:
                statements = connection.extract_statements(query)
                if [s.type for s in statements] != [duckdb.StatementType.SELECT]:
                    raise StoreError("only one SELECT can be asked at a time")
                self._make_views(connection, tables)
                result = connection.sql(query, params=params)
                # An Arrow stream needs no pyarrow. It goes without its class, because Polars keeps
                # the classes it is given and DuckDB reports each of its own that outlives it.
                stream: Any = SimpleNamespace(__arrow_c_stream__=result.__arrow_c_stream__)
                return pl.DataFrame(stream)
            except duckdb.Error as error:
                raise StoreError(f"DuckDB: {error}") from error

    def _make_views(
        self, connection: "duckdb.DuckDBPyConnection", tables: Mapping[str, Sequence[Shard]]
    ) -> None:
        """Make one view per table, then close the connection to every other file."""
        paths: list[str] = []
        for table, shards in tables.items():
            files = [_quoted(self.home / shard.file) for shard in shards]
            paths += files
            connection.execute(
                f'CREATE VIEW "{table}" AS SELECT * FROM read_parquet([{", ".join(files)}])'
            )
        connection.execute(f"SET temp_directory = {_quoted(self.home / '.spill')}")
        connection.execute(f"SET allowed_paths = [{', '.join(paths)}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")

    def check(self, shards: Iterable[Shard]) -> None:
        """Compare files with the manifest: the size each time, the hash once per file and object.

        Raises:
            StoreError: names the first file that is missing or damaged, and the mend.
        """
        for shard in shards:
            if fault := self.fault(shard):
                raise StoreError(
                    f"{self.home / shard.file} (table {shard.table}) {fault}: restore it from a "
                    "copy, or drop its commit with warehouse.store_upkeep.repair and run the "
                    "stage again, which redoes that commit's inputs alone"
                )

    def fault(self, shard: Shard) -> str:
        """Return what is wrong with a shard's file, empty if nothing is."""
        path = self.home / shard.file
        try:
            stat = path.stat()
            if stat.st_size != shard.bytes:
                return f"is damaged: {stat.st_size} bytes where {shard.bytes} were written"
            seen = (stat.st_size, stat.st_mtime_ns)
            if self._sound.get(shard.file) == seen:
                return ""
            if file_sha256(path) != shard.sha256:
                return "is damaged: its sha256 differs"
        except FileNotFoundError:
            return "is missing"
        except OSError as error:
            return f"cannot be read ({error.strerror})"
        self._sound[shard.file] = seen
        return ""


def _values(column: str, values: Collection[str]) -> pl.DataFrame:
    return pl.DataFrame({column: pl.Series(column, list(values), dtype=pl.String)})


def _quoted(path: Path) -> str:
    """Return a path as a SQL text literal."""
    return "'" + str(path.resolve()).replace("'", "''") + "'"
