import time

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from warehouse.safe_sql import Engine, Result, SqlLimits, SqlRejected
from warehouse.sql_cells import cells_read, involved, readable, twins_of
from warehouse.sql_guard import CheckedQuery, check_sql
from warehouse.sql_without import critical


def wide(rows: list[tuple[str, int, int | None, int | None]]) -> pl.DataFrame:
    """Cells are named by row and column: Ada's `a` in 2020 is `Ada20a`."""
    return pl.DataFrame(
        [
            {"firm": firm, "year": year, "a": a, "a__cell": f"{firm}{year % 100}a", "b": b,
             "b__cell": f"{firm}{year % 100}b"}
            for firm, year, a, b in rows
        ],
        schema_overrides={"a": pl.Int64, "b": pl.Int64},
    )  # fmt: skip


def firms(rows: list[tuple[str, str, int | None]]) -> pl.DataFrame:
    return pl.DataFrame(
        [{"firm": firm, "city": city, "c": c, "c__cell": f"{firm}c"} for firm, city, c in rows],
        schema_overrides={"c": pl.Int64},
    )


WIDE = [
    ("Ada", 2020, 5, 1),
    ("Ada", 2021, 7, 2),
    ("Bell", 2020, 3, 4),
    ("Bell", 2021, 9, None),
    ("Cray", 2020, 8, 6),
    ("Cray", 2021, 2, 3),
]
FIRMS = [("Ada", "Bonn", 4), ("Bell", "Graz", 6), ("Dell", "Graz", 1)]


def open_engine(rows=WIDE, firm_rows=FIRMS) -> Engine:
    return Engine({"wide": wide(rows), "firms": firms(firm_rows)}, SqlLimits(seconds=20))


def check(engine: Engine, text: str) -> CheckedQuery:
    return check_sql(text, readable(engine.schema, twins_of(engine.schema)))


def read(text: str) -> set[str]:
    with open_engine() as engine:
        query = check(engine, text)
        with involved(engine, query, twins_of(engine.schema)) as part:
            return set(cells_read(part))


def hinges(text: str) -> set[str]:
    with open_engine() as engine:
        query = check(engine, text)
        with involved(engine, query, twins_of(engine.schema)) as part:
            return set(critical(part, cells_read(part), engine.run(query)))


READ = {
    # A lookup reads the one cell.
    "SELECT a FROM wide WHERE firm = 'Ada' AND year = 2020": "Ada20a",
    # Counting rows reads none; counting values reads them.
    "SELECT count(*) FROM wide WHERE year = 2020": "",
    "SELECT count(b) FROM wide WHERE year = 2021": "Ada21b Bell21b Cray21b",
    # The filter on `a` is read for all of 2020, `b` only for Ada and Cray, whose `a` is over 4.
    "SELECT b FROM wide WHERE year = 2020 AND a > 4": "Ada20a Bell20a Cray20a Ada20b Cray20b",
    # An OR with a value is no condition on keys: `a` is read everywhere, `b` for Ada and for Bell 2021.
    "SELECT b FROM wide WHERE firm = 'Ada' OR a > 8": (
        "Ada20a Ada21a Bell20a Bell21a Cray20a Cray21a Ada20b Ada21b Bell21b"
    ),
    "SELECT firm, sum(a) FROM wide WHERE firm IN ('Ada', 'Bell') GROUP BY firm HAVING max(b) > 1": (
        "Ada20a Ada21a Bell20a Bell21a Ada20b Ada21b Bell20b Bell21b"
    ),
    "SELECT firm FROM wide WHERE year = 2021 ORDER BY a DESC LIMIT 1": "Ada21a Bell21a Cray21a",
    # A window sees all rows of the SELECT, its outer filter comes too late.
    "SELECT firm FROM (SELECT firm, rank() OVER (ORDER BY a) AS r FROM wide WHERE year = 2020) AS x "
    "WHERE r = 1": "Ada20a Bell20a Cray20a",
    # A condition on the key of a partition or of a group goes through.
    "SELECT d FROM (SELECT firm, year, a - lag(a) OVER (PARTITION BY firm ORDER BY year) AS d "
    "FROM wide) AS x WHERE firm = 'Ada' AND year = 2021": "Ada20a Ada21a",
    "WITH s AS (SELECT firm, sum(a) AS a, sum(b) AS b FROM wide GROUP BY firm) "
    "SELECT a FROM s WHERE firm = 'Cray'": "Cray20a Cray21a",
    # One WITH used twice, a key in common: only Ada's two years.
    "WITH s AS (SELECT * FROM wide) SELECT y.a - x.a FROM s AS x JOIN s AS y ON x.firm = y.firm "
    "WHERE x.firm = 'Ada' AND x.year = 2020 AND y.year = 2021": "Ada20a Ada21a",
    # Joined by key to the firms of Graz, of which wide has Bell; Dell has no row in wide.
    "SELECT sum(a) FROM wide JOIN firms USING (firm) WHERE city = 'Graz'": "Bell20a Bell21a",
    "SELECT sum(a) FROM wide JOIN firms USING (firm) WHERE city = 'Graz' AND c > 5": (
        "Bellc Bell20a Bell21a"
    ),
    # A left join keeps every firm of 2020; `c` is read where a firm is found.
    "SELECT w.firm, c FROM wide AS w LEFT JOIN firms AS f ON w.firm = f.firm WHERE year = 2020": (
        "Adac Bellc"
    ),
    # Without a firm whose `c` is over 5: Bell is the one found, and the `c` of both firms of 2020 decided it.
    "SELECT w.firm FROM wide AS w LEFT JOIN firms AS f ON w.firm = f.firm AND f.c > 5 "
    "WHERE w.year = 2020 AND f.firm IS NULL": "Adac Bellc",
    # A full join keeps rows of both sides whatever its condition finds: all of `a` is looked at.
    "SELECT f.city FROM wide AS w FULL JOIN firms AS f ON w.firm = f.firm AND w.a > 4 "
    "WHERE w.year IS NULL": "Ada20a Ada21a Bell20a Bell21a Cray20a Cray21a",
    # The row before is read too, though its year is not asked for.
    "SELECT d FROM (SELECT firm, year, a - lag(a) OVER (PARTITION BY firm ORDER BY year) AS d "
    "FROM wide WHERE firm = 'Ada') AS x WHERE year = 2021": "Ada20a Ada21a",
    # The first two by name come before the filter.
    "SELECT b FROM (SELECT firm, b FROM wide WHERE year = 2020 ORDER BY firm LIMIT 2) AS x "
    "WHERE firm = 'Bell'": "Ada20b Bell20b Cray20b",
    # Subqueries: the average of 2021 is read, and `a` of 2020 in the comparison.
    "SELECT firm FROM wide WHERE year = 2020 AND a > (SELECT avg(a) FROM wide WHERE year = 2021)": (
        "Ada20a Bell20a Cray20a Ada21a Bell21a Cray21a"
    ),
    "SELECT city FROM firms AS f WHERE EXISTS (SELECT 1 FROM wide AS w WHERE w.firm = f.firm "
    "AND w.year = 2020 AND w.b > 1)": "Ada20b Bell20b Cray20b",
    "SELECT a FROM wide WHERE year = 2020 AND firm = 'Ada' UNION SELECT c FROM firms": (
        "Ada20a Adac Bellc Dellc"
    ),
    # What nobody uses is not read.
    "SELECT firm FROM (SELECT firm, a + b AS x FROM wide) AS t": "",
}  # fmt: skip
CRITICAL = {
    "SELECT a FROM wide WHERE firm = 'Ada' AND year = 2020": "Ada20a",
    # The largest of 5, 3, 8 is Cray's: without it Ada's is; without another nothing changes.
    "SELECT max(a) FROM wide WHERE year = 2020": "Cray20a",
    "SELECT sum(a) FROM wide WHERE year = 2020": "Ada20a Bell20a Cray20a",
    # Bell's `b` of 2021 is null already.
    "SELECT count(b) FROM wide WHERE year = 2021": "Ada21b Cray21b",
    # 8 > 4 and 5 > 4 decide; Bell's 3 is left out with or without it. b = 1 and 6 are shown.
    "SELECT b FROM wide WHERE year = 2020 AND a > 4": "Ada20a Cray20a Ada20b Cray20b",
    # Nulls sort last: without Bell's 9 Ada's 7 is first.
    "SELECT firm FROM wide WHERE year = 2021 ORDER BY a DESC NULLS LAST LIMIT 1": "Bell21a",
    "SELECT count(*) FROM wide": "",
    # 5/1: without `b` the quotient is null.
    "SELECT a / b FROM wide WHERE firm = 'Ada' AND year = 2020": "Ada20a Ada20b",
}  # fmt: skip


@pytest.mark.parametrize(("text", "cells"), READ.items())
def test_cells_read_by_hand(text: str, cells: str):
    assert read(text) == set(cells.split())


@pytest.mark.parametrize(("text", "cells"), CRITICAL.items())
def test_critical_cells_by_hand(text: str, cells: str):
    assert hinges(text) == set(cells.split())


def test_twins_are_hidden_from_queries():
    with open_engine() as engine:
        twins = twins_of(engine.schema)
        assert twins == {"wide": {"a": "a__cell", "b": "b__cell"}, "firms": {"c": "c__cell"}}
        assert list(readable(engine.schema, twins)["wide"]) == ["firm", "year", "a", "b"]


def test_critical_cells_of_a_large_table_run_on_the_rows_that_matter():
    rows = 300_000
    table = pl.DataFrame({"firm": [f"f{i // 10}" for i in range(rows)], "year": range(rows)})
    table = table.with_columns(
        a=pl.col("year") * 7 % 1000, a__cell=pl.format("{}.{}", "firm", "year")
    )
    named = ", ".join(f"'f{i}'" for i in range(20))
    with Engine({"wide": table}) as engine:
        twins = twins_of(engine.schema)
        query = check(engine, f"SELECT sum(a * a) FROM wide WHERE firm IN ({named})")
        start = time.perf_counter()
        with involved(engine, query, twins) as part:
            cells = cells_read(part)
            found = critical(part, cells, engine.run(query))
        assert time.perf_counter() - start < 20
    # 20 firms of 10 rows; 7·i mod 1000 is zero for i = 0 alone.
    assert len(cells) == 200
    assert cells - found == {"f0.0"}


CONDITIONS = st.sampled_from(
    """p.firm IN ('A', 'B')|p.year = 2020|p.year > 2020|p.a > 3|p.b < p.a|p.b IS NULL|p.firm = 'A' OR p.a > 4
    |NOT p.firm = 'C'|p.a > (SELECT avg(w.a) FROM wide AS w WHERE w.year = 2020)
    |EXISTS (SELECT 1 FROM firms AS f WHERE f.firm = p.firm AND f.c > p.b AND f.city = 'x')
    |NOT EXISTS (SELECT 1 FROM wide AS w WHERE w.firm = p.firm AND w.year > p.year AND w.b > 2)
    |p.a IN (SELECT f.c FROM firms AS f WHERE f.city = 'x')|p.firm IN (SELECT f.firm FROM firms AS f WHERE f.c > 2)
    |p.b NOT IN (SELECT w.b FROM wide AS w WHERE w.a = 1 AND w.firm = 'B')""".replace("\n    |", "|").split("|")
)  # fmt: skip
JOINED = st.sampled_from(
    ["q.firm IS NULL", "q.firm IS NULL", "q.c IS NULL", "q.c > 2", "q.firm = 'A'", "q.c = p.a"]
)
SOURCES = st.sampled_from(
    [
        "wide",
        "s",
        "(SELECT * FROM wide AS p WHERE {inner})",
        "(SELECT firm, year, b AS a, a AS b FROM s AS p WHERE {inner})",
        "(SELECT firm, 2020 AS year, sum(a) AS a, max(b) AS b FROM wide AS p WHERE {inner} GROUP BY firm)",
        "(SELECT firm, year, a, rank() OVER (PARTITION BY firm ORDER BY b) AS b FROM wide)",
        "(SELECT firm, year, lag(a) OVER (ORDER BY firm, year) AS a, b FROM s)",
        "(SELECT firm, year, a, b FROM wide UNION SELECT firm, 2020, c, c FROM firms)",
        "(SELECT DISTINCT firm, 2021 AS year, a, 2 AS b FROM wide AS p WHERE {inner})",
        "(SELECT firm, year, a, b FROM wide ORDER BY a, firm, year LIMIT 2)",
        "(SELECT max(firm) AS firm, 2020 AS year, sum(a) AS a, count(b) AS b FROM wide)",
    ]
)
SIDES = st.sampled_from(["", "JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])
OTHERS = st.sampled_from(
    [
        "firms AS q ON q.firm = p.firm",
        "firms AS q ON q.firm = p.firm AND q.c > 2",
        "firms AS q ON q.firm = p.firm AND q.city = 'x' AND q.c > p.b",
        "(SELECT firm, c FROM firms WHERE city = 'x') AS q ON q.firm = p.firm AND p.a > 2",
        "(SELECT firm, year, a AS c FROM s) AS q ON q.firm = p.firm AND q.year = p.year + 1",
        "(SELECT firm, year, a AS c FROM wide) AS q ON q.firm = p.firm AND q.year = 2020 AND p.year = 2021",
        "(SELECT firm, max(b) AS c FROM wide GROUP BY firm) AS q ON q.firm = p.firm",
    ]
)
OUTPUTS = st.sampled_from(
    [
        "p.firm, p.a",
        "count(*), sum(p.a)",
        "DISTINCT p.b",
        "p.firm, lag(p.a) OVER (PARTITION BY p.firm ORDER BY p.year, p.b) AS y",
        "p.firm, row_number() OVER (ORDER BY p.firm, p.year, p.a, p.b) AS y",
        "CASE WHEN p.firm = 'A' THEN p.a ELSE p.b END AS y",
        "(SELECT max(w.b) FROM wide AS w WHERE w.firm = p.firm AND w.year = 2020) AS y, p.year",
    ]
)
ENDS = st.sampled_from(["", "", " ORDER BY 1 DESC, 2 LIMIT 2"])


@st.composite
def queries(draw: st.DrawFn) -> str:
    source = draw(SOURCES).format(inner=draw(CONDITIONS))
    conditions = draw(st.lists(CONDITIONS, max_size=3))
    side, join, outputs = draw(SIDES), "", draw(OUTPUTS)
    if side:
        join = f" {side} {draw(OTHERS)}"
        conditions += draw(st.lists(JOINED, max_size=1))
    where = " WHERE " + " AND ".join(f"({c})" for c in conditions) if conditions else ""
    group = " GROUP BY p.firm HAVING max(p.b) > 1" if outputs.startswith("count") else ""
    end = draw(ENDS) if outputs == "p.firm, p.a" else ""
    inner = draw(CONDITIONS)
    return (
        f"WITH s AS (SELECT * FROM wide AS p WHERE {inner}) "
        f"SELECT {outputs} FROM {source} AS p{join}{where}{group}{end}"
    )


NUMBERS = st.one_of(st.none(), st.integers(0, 6))
ROWS = st.lists(
    st.tuples(st.sampled_from("ABC"), st.sampled_from([2020, 2021]), NUMBERS, NUMBERS),
    min_size=2,
    max_size=6,
    unique_by=lambda row: row[:2],
)
FIRM_ROWS = st.lists(
    st.tuples(st.sampled_from("ABD"), st.sampled_from("xy"), NUMBERS),
    min_size=1,
    max_size=3,
    unique_by=lambda row: row[0],
)


def outcome(engine: Engine, query: CheckedQuery) -> Result | str:
    try:
        return engine.run(query)
    except SqlRejected as rejected:
        return rejected.reason


def changed(frame: pl.DataFrame, keep: frozenset[str], values: list[int | None]) -> pl.DataFrame:
    """Give every cell that is not kept one of the values."""
    for column in [c for c in frame.columns if c + "__cell" in frame.columns]:
        cells = frame[column + "__cell"].to_list()
        old = frame[column].to_list()
        new = [
            value if cell in keep else values[i % len(values)]
            for i, (cell, value) in enumerate(zip(cells, old, strict=True))
        ]
        frame = frame.with_columns(pl.Series(column, new, dtype=pl.Int64))
    return frame


@settings(max_examples=120, deadline=None)
@given(queries(), ROWS, FIRM_ROWS, st.lists(NUMBERS, min_size=5, max_size=5))
def test_cells_that_are_not_read_may_hold_anything(text, rows, firm_rows, values):
    with open_engine(rows, firm_rows) as engine:
        query = check(engine, text)
        with involved(engine, query, twins_of(engine.schema)) as part:
            kept = cells_read(part)
        before = outcome(engine, query)
    tables = {"wide": wide(rows), "firms": firms(firm_rows)}
    with Engine({name: changed(frame, kept, values) for name, frame in tables.items()}) as other:
        after = outcome(other, query)
    if isinstance(before, Result) and isinstance(after, Result):
        assert before.same(after, ordered=False), (before, after, kept)
    else:
        assert before == after


@settings(max_examples=25, deadline=None)
@given(queries(), ROWS, FIRM_ROWS)
def test_critical_cells_are_those_found_by_trying_each_on_the_whole_tables(text, rows, firm_rows):
    tables = {"wide": wide(rows), "firms": firms(firm_rows)}
    every = {c for t in tables.values() for n in t.columns if "__" in n for c in t[n].to_list()}
    with open_engine(rows, firm_rows) as engine:
        query, twins = check(engine, text), twins_of(engine.schema)
        before = outcome(engine, query)
        assume(isinstance(before, Result))
        assert isinstance(before, Result)
        with involved(engine, query, twins) as part:
            found = critical(part, every, before)
            assert found <= cells_read(part)
    assert isinstance(before, Result)
    tried = set()
    for cell in every:
        without = {
            name: changed(frame, frozenset(every - {cell}), [None])
            for name, frame in tables.items()
        }
        with Engine(without) as other:
            after = outcome(other, query)
        if not isinstance(after, Result) or not before.same(after, ordered=query.ordered):
            tried.add(cell)
    assert found == tried
