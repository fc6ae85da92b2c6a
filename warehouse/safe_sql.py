"""The engine that runs checked queries: DuckDB in memory, shut off from files, settings and extensions, with limits.

Second fence behind `warehouse.sql_guard`: even with the guard passed by, a query reads nothing but the tables that
the program handed over, writes nothing outside the memory of the process, and ends in time.

What a query gives is exact where DuckDB is: whole numbers and decimals stay so under +, -, *, sum, min and max;
division and averages are doubles. One thread, so that sums of doubles always add in the same order.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import TYPE_CHECKING, Any, Literal

import polars as pl
from sqlglot import exp

from warehouse.records import Record
from warehouse.sql_guard import CheckedQuery
from warehouse.sql_ties import Probe, probe
from warehouse.time_limit import TimeLimit

if TYPE_CHECKING:
    import duckdb

RunReason = Literal[
    "not one select",
    "time limit",
    "memory limit",
    "too many rows",
    "rows tie",
    "not grouped",
    "wrong types",
    "not valid",
    "conversion",
    "out of range",
    "not finite",
    "failed",
]
_REASONS: Mapping[str, RunReason] = {
    "InterruptException": "time limit",
    "OutOfMemoryException": "memory limit",
    "OutOfRangeException": "out of range",
    "ConversionException": "conversion",
    "BinderException": "not valid",
    "CatalogException": "not valid",
    "ParserException": "not valid",
    "Error": "failed",
}
"""By the name of the engine's error or of the nearest of its bases."""
_SETTINGS = (
    "python_enable_replacements = false",
    "autoinstall_known_extensions = false",
    "autoload_known_extensions = false",
    "allow_community_extensions = false",
    "temp_directory = ''",
    "enable_external_access = false",
    "lock_configuration = true",
)
"""In order: after the last no setting can be changed."""


class SqlLimits(Record):
    """What one query may use."""

    seconds: float = 10
    memory_mb: int = 1024
    """Of the engine as a whole, tables included."""
    threads: int = 1
    rows: int = 10_000
    """Rows of a result; one more and it is rejected, not cut."""


class SqlRejected(Exception):
    """A query that was let in and gave no result: a reason to count by, and the engine's words."""

    def __init__(self, reason: RunReason, detail: str) -> None:
        """Keep both apart; the message joins them."""
        super().__init__(f"{reason}: {detail}")
        self.reason: RunReason = reason
        self.detail = detail


@dataclass(frozen=True)
class Result:
    """Rows with the types of their columns, as DuckDB names them."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def same(self, other: "Result", *, ordered: bool) -> bool:
        """Whether types and rows are equal, row order included if it has a meaning."""
        if self.types != other.types or len(self.rows) != len(other.rows):
            return False
        mine, others = map(_typed, self.rows), map(_typed, other.rows)
        return list(mine) == list(others) if ordered else Counter(mine) == Counter(others)

    def not_finite(self) -> tuple[Any, ...]:
        """Return the first row with an infinite value or one that is no number; an empty one where all are finite."""
        for row in self.rows:
            if any(isinstance(value, float) and not math.isfinite(value) for value in row):
                return row
        return ()


def _typed(row: Sequence[Any]) -> tuple[tuple[str, str], ...]:
    return tuple((type(value).__name__, repr(value)) for value in row)


@dataclass(frozen=True)
class Prepared:
    """A query as the texts that run."""

    sql: str
    cut: Probe | None
    """What its LIMIT cuts, to be asked as well; None where it has none."""
    cut_sql: str


@dataclass(frozen=True)
class Held:
    """A table of the engine."""

    name: str
    rows: int


class Engine:
    """A closed database over tables that the program gives; use as a context manager, from one thread at a time."""

    def __init__(
        self, tables: Mapping[str, pl.DataFrame | Path], limits: SqlLimits | None = None
    ) -> None:
        """Copy frames and Parquet files into memory, then lock the engine."""
        self.limits = limits or SqlLimits()
        self.held: dict[str, Held] = {}
        """The registered tables."""
        self._time = TimeLimit(self.limits.seconds)
        import duckdb  # here, because its bindings report leaks when a process with live threads ends

        self._connection = duckdb.connect(":memory:")
        try:
            for name, table in tables.items():
                self._register(name, table)
            self.schema = {name.lower(): self._columns(name) for name in tables}
            self._lock()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "Engine":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the memory back."""
        self._time.close()
        self._connection.close()

    def run(self, query: CheckedQuery) -> Result:
        """Return the query's result.

        Raises:
            SqlRejected: it broke a limit, or fails on these tables.
        """
        return self.execute(self.prepare(query))

    def prepare(self, query: CheckedQuery) -> Prepared:
        """Return the query as texts that can be run again and again."""
        cut = probe(query.tree)
        return Prepared(
            sql=_text(_capped(query.tree, self.limits.rows + 1)),
            cut=cut,
            cut_sql=_text(cut.tree) if cut else "",
        )

    def execute(self, query: Prepared, given: Mapping[str, str] | None = None) -> Result:
        """Return the result of a prepared query; `given` fills its placeholders by name.

        Raises:
            SqlRejected: as for `run`.
        """
        result = self.fetch(query.sql, self.limits.rows, given)
        if row := result.not_finite():
            raise SqlRejected("not finite", f"a division by zero or the like: {row!r}"[:200])
        if query.cut and query.cut.tied(
            self.fetch(query.cut_sql, self.limits.rows + 2, given).rows
        ):
            raise SqlRejected(
                "rows tie", "LIMIT cuts between rows that the order does not tell apart"
            )
        return result

    def fetch(
        self, query: exp.Expr | str, rows: int, given: Mapping[str, str] | None = None
    ) -> Result:
        """Run a query that the program derived itself; it must still be one SELECT, in time and memory.

        Raises:
            SqlRejected: as for `run`.
        """
        import duckdb  # see `__init__`

        sql = query if isinstance(query, str) else _text(query)
        with self._cursor() as cursor:
            statements = cursor.extract_statements(sql)
            if [s.type for s in statements] != [duckdb.StatementType.SELECT]:
                raise SqlRejected("not one select", f"{len(statements)} statements")
            head = cursor.execute(statements[0], dict(given) if given else None).description or []
            found = cursor.fetchmany(rows + 1)
        if len(found) > rows:
            raise SqlRejected("too many rows", f"more than {rows:,}")
        names = tuple(str(column[0]) for column in head)
        return Result(names, tuple(str(column[1]) for column in head), tuple(found))

    def rows(
        self, query: exp.Expr | str, given: Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """Return the rows of a query that the program derived itself, however many; `given` fills its placeholders.

        Raises:
            SqlRejected: as for `run`.
        """
        sql = query if isinstance(query, str) else _text(query)
        with self._cursor() as cursor:
            return cursor.execute(sql, given).fetchall()

    @contextmanager
    def beside(self, tables: Mapping[str, exp.Select]) -> Iterator[dict[str, "Held"]]:
        """Hold the rows of queries as tables for a while; yields their names, which no checked query can say.

        Raises:
            SqlRejected: finding the rows broke a limit.
        """
        held: dict[str, Held] = {}
        try:
            for name, query in tables.items():
                own = f"beside {len(held)}"
                with self._cursor() as cursor:
                    made = cursor.execute(f'CREATE TABLE "{own}" AS {_text(query)}').fetchall()
                held[name] = Held(own, made[0][0])
            yield held
        finally:
            for table in held.values():
                self._connection.execute(f'DROP TABLE "{table.name}"')

    def _register(self, name: str, table: pl.DataFrame | Path) -> None:
        frame = pl.read_parquet(table, glob=False) if isinstance(table, Path) else table
        self._connection.register("handed over", _stream(frame))
        quoted = exp.to_identifier(name, quoted=True).sql("duckdb")
        self._connection.execute(f'CREATE TABLE {quoted} AS SELECT * FROM "handed over"')
        self._connection.unregister("handed over")
        self.held[name.lower()] = Held(name.lower(), frame.height)

    def _columns(self, name: str) -> dict[str, str]:
        quoted = exp.to_identifier(name, quoted=True).sql("duckdb")
        rows = self._connection.execute(f"DESCRIBE {quoted}").fetchall()
        return {str(row[0]).lower(): str(row[1]) for row in rows}

    def _lock(self) -> None:
        self._connection.execute(f"SET memory_limit = '{self.limits.memory_mb}MB'")
        self._connection.execute(f"SET threads = {self.limits.threads}")
        for setting in _SETTINGS:
            self._connection.execute(f"SET {setting}")

    @contextmanager
    def _cursor(self) -> Iterator["duckdb.DuckDBPyConnection"]:
        """Lend a cursor that is interrupted when time is up; its errors are rejections."""
        import duckdb  # see `__init__`

        with self._connection.cursor() as cursor, self._time.on(cursor.interrupt):
            try:
                yield cursor
            except duckdb.Error as error:
                message = str(error).split("\n", maxsplit=1)[0][:200]
                raise SqlRejected(_why(error), message) from error


def _why(error: Exception) -> RunReason:
    names = [kind.__name__ for kind in type(error).__mro__]
    if "GROUP BY clause" in str(error):
        return "not grouped"
    if "BinderException" in names and "explicit" in str(error):
        return "wrong types"
    return next(_REASONS[name] for name in names if name in _REASONS)


def _stream(rows: Any) -> Any:
    """Return rows as an Arrow stream alone: Polars and DuckDB, told by each other's classes, would ask for pyarrow."""
    return SimpleNamespace(__arrow_c_stream__=rows.__arrow_c_stream__)


def _text(tree: exp.Expr) -> str:
    return tree.sql("duckdb", comments=False)


def _capped(tree: exp.Query, most: int) -> exp.Query:
    """Return the query with its LIMIT lowered, so that no more rows are made than can be judged."""
    limit = tree.args.get("limit")
    if limit is not None and int(limit.expression.name) <= most:
        return tree
    return tree.limit(most)
