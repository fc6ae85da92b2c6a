"""Safe SQL on questions that people wrote: what the guard lets in, and whether two engines agree on it.

    python benchmarks/sql.py --sets DIR [--show]

`DIR` has the folder spider: databases as SQL text and their questions as SQLite queries; it is not part of the
project. Each database is read once into typed tables: a column is whole numbers or doubles if all its values are,
else text. SQLite runs the query as written; the engine runs what the guard writes anew from it. Results are equal
if their rows are, as multisets, with numbers and texts kept apart, whole numbers and doubles too, doubles to one part
in 10⁹; where the query has ORDER BY, also in order. `refused` is the guard's word, `rejected` the engine's.
"""

import argparse
import contextlib
import json
import math
import sqlite3
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import sqlglot
from sqlglot import exp

from benchmarks.timing import print_table
from warehouse.safe_sql import Engine, SqlRejected
from warehouse.sql_guard import Schema, SqlRefused, check_sql

Rows = Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class Outcome:
    """What became of one query."""

    kind: str
    """`agree`, `refused`, `rejected`, `differ`."""
    reason: str
    detail: str
    milliseconds: float
    """Of the guard."""


@dataclass(frozen=True)
class Database:
    """One database in both engines."""

    sqlite: sqlite3.Connection
    engine: Engine

    @property
    def schema(self) -> Schema:
        """Tables and columns of both."""
        return self.engine.schema


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Database]:
    """Read a database's text into typed tables and open them in both engines."""
    with contextlib.closing(sqlite3.connect(":memory:")) as source:
        source.executescript(path.read_text())
        names = [n for (n,) in source.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        frames = {name: typed_frame(source, name) for name in names}
    with contextlib.closing(sqlite3.connect(":memory:")) as sqlite, Engine(frames) as engine:
        for name, frame in frames.items():
            load(sqlite, name, frame)
        yield Database(sqlite, engine)


def typed_frame(source: sqlite3.Connection, name: str) -> pl.DataFrame:
    """Return a table with columns typed by their values."""
    cursor = source.execute(f'SELECT * FROM "{name}"')
    heads = [column[0] for column in cursor.description]
    rows = cursor.fetchall()
    columns = [typed_column(head, [row[i] for row in rows]) for i, head in enumerate(heads)]
    return pl.DataFrame(columns)


def typed_column(head: str, values: list[Any]) -> pl.Series:
    """Return a column as whole numbers, as numbers, or as text: the first that loses nothing."""
    texts = [None if value is None or value == "" else str(value) for value in values]
    for kind, dtype in ((int, pl.Int64), (float, pl.Float64)):
        with contextlib.suppress(ValueError):
            numbers = [None if text is None else kind(text) for text in texts]
            if all(plain(text) for text in texts if text is not None):
                return pl.Series(head, numbers, dtype=dtype)
    return pl.Series(head, [None if v is None else str(v) for v in values], dtype=pl.String)


def plain(text: str) -> bool:
    """Whether a text is a number that loses nothing when it is read as one: no leading zero, sign or blank."""
    digits = text.removeprefix("-")
    return digits[:1].isdigit() and text.strip() == text and not (digits[0] == "0" < digits[1:2])


def load(sqlite: sqlite3.Connection, name: str, frame: pl.DataFrame) -> None:
    """Give SQLite the typed table, so that both engines see the same."""
    kinds = {pl.Int64: "INTEGER", pl.Float64: "REAL", pl.String: "TEXT"}
    heads = ", ".join(f'"{c}" {kinds[type(d)]}' for c, d in frame.schema.items())
    sqlite.execute(f'CREATE TABLE "{name}" ({heads})')
    marks = ", ".join("?" * frame.width)
    sqlite.executemany(f'INSERT INTO "{name}" VALUES ({marks})', frame.rows())


def as_meant(text: str, schema: Schema) -> exp.Expr:
    """Parse as SQLite means it: a name in double quotes that is no column is a text; LIKE ignores case."""
    names = {column for columns in schema.values() for column in columns}
    tree = sqlglot.parse_one(text, read="sqlite")
    for column in list(tree.find_all(exp.Column)):
        quoted = column.this.args.get("quoted")
        if quoted and not column.table and column.name.lower() not in names:
            column.replace(exp.Literal.string(column.name))
    for like in list(tree.find_all(exp.Like)):
        like.replace(exp.ILike(this=like.this, expression=like.expression))
    return tree


def judge(database: Database, text: str) -> Outcome:
    """Run one query through guard and both engines."""
    start = time.perf_counter()
    try:
        query = check_sql(as_meant(text, database.schema), database.schema, dialect="sqlite")
        spent = (time.perf_counter() - start) * 1000
        rows = database.engine.run(query).rows
    except SqlRefused as refused:
        spent = (time.perf_counter() - start) * 1000
        return Outcome("refused", refused.reason, refused.detail, spent)
    except SqlRejected as rejected:
        reason: str = rejected.reason
        if reason == "rows tie":
            drawn = database.engine.fetch(query.tree, database.engine.limits.rows).rows
            same = equal(drawn, database.sqlite.execute(text).fetchall(), ordered=query.ordered)
            reason += ", engines draw the same" if same else ", engines draw others"
        return Outcome("rejected", reason, rejected.detail, spent)
    others = database.sqlite.execute(text).fetchall()
    if equal(rows, others, ordered=query.ordered):
        return Outcome("agree", "" if rows else "no rows", "", spent)
    return Outcome("differ", "", f"{rows} | {others}", spent)


def equal(mine: Rows, others: Rows, *, ordered: bool) -> bool:
    """Whether two results are the same, row order included where the query has one."""
    if len(mine) != len(others):
        return False
    if not ordered:
        mine, others = sorted(mine, key=sort_key), sorted(others, key=sort_key)
    return all(
        len(a) == len(b) and all(map(alike, a, b)) for a, b in zip(mine, others, strict=True)
    )


def alike(mine: Any, other: Any) -> bool:
    """Whether two values are the same, doubles as far as engines add them alike."""
    if isinstance(mine, float | Decimal) and isinstance(other, float):
        return math.isclose(mine, other, rel_tol=1e-9)
    return type(mine) is type(other) and mine == other


def sort_key(row: tuple[Any, ...]) -> list[tuple[str, Any]]:
    """Return what orders rows alike on both sides: nulls, texts, rounded numbers."""
    return [
        ("", 0) if v is None else ("t", v) if isinstance(v, str) else ("n", float(f"{v:.9g}"))
        for v in row
    ]


def questions(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield (database, query) of those that can run."""
    for line in (folder / "dev.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row["executable"]:
            yield row["db_id"], row["query"]


def main() -> None:
    """Judge every query and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=Path, required=True)
    parser.add_argument("--show", action="store_true", help="print what was not agreed upon")
    options = parser.parse_args()
    folder = options.sets / "spider"
    asked: dict[str, list[str]] = {}
    for name, text in questions(folder):
        asked.setdefault(name, []).append(text)
    outcomes: list[tuple[str, Outcome]] = []
    for name, texts in asked.items():
        with opened(folder / "database" / f"{name}.sql") as database:
            outcomes += [(text, judge(database, text)) for text in texts]
    report([outcome for _, outcome in outcomes])
    if options.show:
        for text, outcome in outcomes:
            if outcome.kind != "agree":
                print(f"\n{outcome.kind}: {outcome.reason}\n{text}\n{outcome.detail[:300]}")


def report(outcomes: Sequence[Outcome]) -> None:
    """Print the counts by outcome and reason."""
    counts = Counter((outcome.kind, outcome.reason) for outcome in outcomes)
    total = len(outcomes)
    rows = [
        (kind, reason or "–", str(n), f"{n / total:.1%}")
        for (kind, reason), n in sorted(counts.items())
    ]
    print_table(("outcome", "reason", "queries", "share"), rows)
    agreed = sum(n for (kind, _), n in counts.items() if kind == "agree")
    ran = sum(n for (kind, _), n in counts.items() if kind in ("agree", "differ"))
    middle = statistics.median(outcome.milliseconds for outcome in outcomes)
    print(
        f"\n{total} queries, {ran} run by both, {agreed} agree ({agreed / ran:.2%}); guard {middle:.1f} ms median"
    )


if __name__ == "__main__":
    main()
