"""Numerical questions over a large table: drawn, executed on both engines, explained and worded, beside bare DuckDB.

    python benchmarks/numeric.py [--rows 10000] [--columns 100] [--questions 1000]

The table is made: `rows` companies with `columns` measures (a million cells by default), each value of two to six
digits. The work is what a run does for every question: draw a query, write it as SQL, check it, run it, compute it
with the second engine, judge its rounding, find the cells it reads and those its answer hangs on, word it, read the
wording back. The comparison is DuckDB running the same SQL on the same table, one thread, no checks.
"""

import argparse
import time

import duckdb
import numpy as np
import polars as pl

from benchmarks.timing import print_table
from generators.numeric_draws import DrawOptions, drawn
from generators.numeric_sql import query_text, to_sql
from generators.numeric_wording import word
from verifiers.numeric_proof import Prover
from verifiers.question_reading import round_trip
from warehouse.cells import Cell, Measure, Period
from warehouse.figures import Figures
from warehouse.numeric import Query
from warehouse.shards import to_frame
from warehouse.sql_cells import SUFFIX
from warehouse.wide_tables import DECIMAL, KEY, Column, CorpusTable, StoredCells

PARTS = (
    "output",
    "costs",
    "orders",
    "stocks",
    "sales",
    "staff",
    "exports",
    "imports",
    "taxes",
    "grants",
)
UNITS = ("EUR", "t", "", "km")


def made_table(rows: int, columns: int) -> CorpusTable:
    """Return a table of companies with measures whose figures are whole numbers of two to six digits."""
    numbers = np.random.default_rng(0)
    names = sorted(f"Firm {row:06d}" for row in range(rows))
    frame = {KEY: pl.Series(KEY, names)}
    described: list[Column] = []
    cells: list[pl.DataFrame] = []
    for number in range(columns):
        label = f"{PARTS[number % len(PARTS)]} of division {number // len(PARTS) + 1}"
        measure = Measure(label=label, path=(), unit=UNITS[number % len(UNITS)], basis="")
        period = Period(length="", end="")
        described.append(
            Column(name=label, measure=measure, period=period, role="value", shown=label)
        )
        values = numbers.integers(10, 10 ** numbers.integers(3, 7), rows)
        ids = [f"c{number}-{row}" for row in range(rows)]
        frame[label] = pl.Series(label, values).cast(pl.String).cast(DECIMAL)
        frame[label + SUFFIX] = pl.Series(label + SUFFIX, ids)
        first = Cell(
            id="", document_id="", section_id="", table="0", row=0, column=1, entity="", named=None,
            measure=measure, period=period, text="", start=0, end=1, value="", step="1", notes=(),
            role="value", exact=False, support=(), extractor="made/1",
        )  # fmt: skip
        texts = [str(value) for value in values]
        cells.append(
            pl.concat([to_frame([first], Cell)] * rows).with_columns(
                id=pl.Series(ids), document_id=pl.Series(names), section_id=pl.Series(names),
                entity=pl.Series(names), text=pl.Series(texts), value=pl.Series(texts),
            )
        )  # fmt: skip
    return CorpusTable(
        name="firms", kind="pages", noun="company", edition="2024", columns=tuple(described),
        frame=pl.DataFrame(frame), documents=dict(zip(names, names, strict=True)),
        cells=StoredCells(pl.concat(cells)),
    )  # fmt: skip


def bare(table: CorpusTable, queries: list[Query]) -> float:
    """Return the seconds that DuckDB takes for the SQL of the queries."""
    texts = [query_text(query) for query in queries]
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET threads = 1")
        connection.register("given", table.frame)
        connection.execute(f'CREATE TABLE "{table.name}" AS SELECT * FROM given')
        started = time.process_time()
        for text in texts:
            connection.execute(text).fetchall()
        return time.process_time() - started


def main() -> None:
    """Print processor time by part, and the whole against bare DuckDB."""
    parser = argparse.ArgumentParser(description="Numerical questions beside bare DuckDB.")
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--columns", type=int, default=100)
    parser.add_argument("--questions", type=int, default=1000)
    given = parser.parse_args()
    figures = Figures([made_table(given.rows, given.columns)])
    spent = dict.fromkeys(("drawing", "proving", "wording and reading back"), 0.0)
    queries: list[Query] = []
    kept = 0
    with Prover(figures) as prover:
        items = drawn(figures, "benchmark", DrawOptions(rounds=10**6))
        while len(queries) < given.questions:
            at = time.process_time()
            item = next(items)
            drawing = time.process_time()
            proof, _ = prover.prove(item.query, to_sql(item.query))
            proving = time.process_time()
            if proof:
                worded = word(figures, item.query, seed=0, closed=False)
                round_trip(worded.question, item.query, figures, closed=False)
                kept += 1
            spent["drawing"] += drawing - at
            spent["proving"] += proving - drawing
            spent["wording and reading back"] += time.process_time() - proving
            queries.append(item.query)
    base = bare(figures.tables["firms"], queries)
    whole = sum(spent.values())
    rows = [(name, f"{seconds:.2f}", f"{seconds / base:.2f}") for name, seconds in spent.items()]
    rows += [("all", f"{whole:.2f}", f"{whole / base:.2f}"), ("bare DuckDB", f"{base:.2f}", "1.00")]
    print(f"{given.rows * given.columns:,} cells, {len(queries)} queries drawn, {kept} proved")
    print_table(("part", "CPU s", "times bare"), rows)


if __name__ == "__main__":
    main()
