"""Cells that an answer hangs on, set against the plain way: each one emptied in the tables, and the SQL run again."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
import pytest

from generators.numeric_draws import Drawn, DrawOptions, drawn
from generators.numeric_sql import query_text, to_sql
from tests.warehouse.made_tables import frames, world
from verifiers.numeric_proof import Prover
from warehouse.numeric import Query
from warehouse.sql_cells import SUFFIX

FIGURES = world()
DRAWN = list(drawn(FIGURES, "critical", DrawOptions(rounds=2)))


@pytest.fixture(scope="module")
def database(tmp_path_factory) -> Iterator[Any]:
    """The tables in a plain DuckDB of their own."""
    import duckdb

    folder = tmp_path_factory.mktemp("critical")
    with duckdb.connect(":memory:") as connection:
        for name, frame in frames(FIGURES).items():
            frame.write_parquet(folder / f"{name}.parquet")
            connection.execute(
                f"CREATE TABLE \"{name}\" AS SELECT * FROM '{folder / name}.parquet'"
            )
        yield connection


def outcome(database: Any, query: Query) -> list[tuple[Any, ...]]:
    return database.execute(query_text(query)).fetchall()


def hinges(database: Any, query: Query, columns: Mapping[str, list[tuple[str, str]]]) -> set[str]:
    """Return the cells of a query's columns without which its SQL gives another result."""
    before, found = outcome(database, query), set()
    for cell, places in columns.items():
        database.execute("BEGIN")
        for table, column in places:
            database.execute(
                f'UPDATE "{table}" SET "{_quoted(column)}" = NULL WHERE "{_quoted(column + SUFFIX)}" = ?',
                [cell],
            )
        if outcome(database, query) != before:
            found.add(cell)
        database.execute("ROLLBACK")
    return found


def _quoted(name: str) -> str:
    return name.replace('"', '""')


def places(query: Query) -> dict[str, list[tuple[str, str]]]:
    """Return where each cell of a query's columns and things stands."""
    out: dict[str, list[tuple[str, str]]] = {}
    for ref in query.refs:
        frame = FIGURES.tables[ref.table].frame.filter(pl.col("entity").is_in(query.entities))
        for cell in frame[ref.column + SUFFIX].drop_nulls():
            out.setdefault(cell, []).append((ref.table, ref.column))
    return out


def test_critical_cells_are_those_found_by_emptying_one_after_the_other(database: Any) -> None:
    proved: list[Drawn] = []
    with Prover(FIGURES) as prover:
        for one in DRAWN:
            proof, _ = prover.prove(one.query, to_sql(one.query))
            if proof is None:
                continue
            proved.append(one)
            found = hinges(database, one.query, places(one.query))
            assert proof.critical == found, one.query
            assert found <= {cell.id for cell in proof.read}
    assert len({one.family.name for one in proved}) > 30
