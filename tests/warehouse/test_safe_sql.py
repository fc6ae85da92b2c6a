import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from warehouse.safe_sql import Engine, Result, SqlLimits, SqlRejected
from warehouse.sql_guard import check_sql

SALES = pl.DataFrame(
    {
        "firm": ["Ada", "Ada", "Bell", "Bell"],
        "year": [2020, 2021, 2020, 2021],
        "revenue": [Decimal("10.10"), Decimal("20.20"), Decimal("5.00"), None],
    },
    schema_overrides={"revenue": pl.Decimal(18, 2)},
)
FIRMS = pl.DataFrame({"firm": ["Ada", "Bell"], "city": ["Bonn", "Graz"]})


@pytest.fixture
def engine():
    with Engine({"sales": SALES, "firms": FIRMS}, SqlLimits(seconds=1, memory_mb=256)) as made:
        yield made


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SELECT count(*) FROM {joins} WHERE {sum} % 7 = 3", "time limit"),
        ("SELECT DISTINCT {text} AS x FROM {joins}", "memory limit|time limit|too many rows"),
        ("SELECT a.firm FROM {joins}", "too many rows|memory limit|time limit"),
        ("SELECT a.firm FROM {joins} ORDER BY {sum}", "time limit|memory limit|too many rows"),
        ("SELECT firm, revenue FROM sales GROUP BY firm", "not grouped"),
        ("SELECT CAST(firm AS INT) FROM sales", "conversion"),
        ("SELECT CAST(1000 AS TINYINT)", "conversion"),
        ("SELECT 9000000000000000000 * year FROM sales", "out of range"),
        ("SELECT 1 / 0", "not finite"),
        ("SELECT sum(firm) FROM sales", "wrong types"),
        ("SELECT firm FROM sales WHERE firm > 3", "wrong types"),
        ("SELECT firm FROM sales WHERE sum(year) > 3", "not valid"),
    ],
)
def test_costly_or_failing_queries_end_with_a_reason(engine: Engine, text: str, reason: str):
    wide = pl.DataFrame({"firm": [f"f{i}" for i in range(200)], "year": range(200)})
    names = "abcdefgh"
    text = text.format(
        joins=", ".join(f"many AS {name}" for name in names),
        sum=" + ".join(f"{name}.year * {i + 1}" for i, name in enumerate(names)),
        text=" || ".join(f"{name}.firm" for name in names),
    )
    limits = SqlLimits(seconds=1, memory_mb=256, rows=1_000)
    start = time.perf_counter()
    with (
        Engine({"many": wide, "sales": SALES}, limits) as small,
        pytest.raises(SqlRejected) as rejected,
    ):
        small.run(check_sql(text, small.schema))
    assert rejected.value.reason in reason.split("|"), rejected.value
    assert time.perf_counter() - start < 10


def test_the_engine_goes_on_after_an_interrupt(engine: Engine):
    names = [f"s{i}" for i in range(16)]
    slow = f"SELECT sum({' * '.join(f'{n}.year' for n in names)} % 7) FROM " + ", ".join(
        f"sales AS {n}" for n in names
    )
    with pytest.raises(SqlRejected):
        engine.run(check_sql(slow, engine.schema))
    assert engine.run(check_sql("SELECT count(*) FROM sales", engine.schema)).rows == ((4,),)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM '{file}'",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM sniff_csv('{file}')",
        "SELECT getenv('HOME')",
        "SELECT * FROM SALES_FRAME",
        "COPY sales TO '{folder}/out.csv'",
        "ATTACH '{folder}/other.db'",
        "EXPORT DATABASE '{folder}/out'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 4",
        "SET enable_external_access = true",
        "SET GLOBAL lock_configuration = false",
        "RESET memory_limit",
        "PRAGMA threads = 4",
        "CREATE TABLE t AS SELECT 1",
        "DROP TABLE sales",
        "SELECT 1; DROP TABLE sales",
    ],
)
def test_past_the_guard_the_engine_still_reads_no_file_and_changes_nothing(
    engine: Engine, tmp_path: Path, sql: str
):
    SALES_FRAME = SALES  # noqa: F841 - a frame that a query must not find
    file = tmp_path / "secret.csv"
    file.write_text("a,b\n1,2\n")
    text = sql.format(file=file, folder=tmp_path)
    with pytest.raises(SqlRejected):
        engine.fetch(text, 100)
    locked = text.startswith(("CREATE", "DROP", "SELECT 1;"))
    if not locked:
        with pytest.raises(Exception, match="Error"):
            engine._connection.execute(text)
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]
    assert engine.fetch("SELECT current_setting('threads'), count(*) FROM sales", 1).rows == (
        (1, 4),
    )


def test_tables_go_in_and_out_where_pyarrow_is_not_installed():
    program = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "import polars as pl\n"
        "from sqlglot import exp\n"
        "from warehouse.safe_sql import Engine\n"
        "with Engine({'t': pl.DataFrame({'a': [1, 2]})}) as engine:\n"
        "    print(sum(a for (a,) in engine.rows(exp.select('a').from_('t'))))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == ["3"], done.stderr


def test_decimals_are_exact(engine: Engine):
    text = "SELECT sum(revenue), sum(revenue) * 3, 0.1 + 0.2 FROM sales WHERE firm = 'Ada'"
    result = engine.run(check_sql(text, engine.schema))
    # 10.10 + 20.20 = 30.30; 30.30 · 3 = 90.90
    assert result.rows == ((Decimal("30.30"), Decimal("90.90"), Decimal("0.3")),)
    assert result.types[0] == "DECIMAL(38,2)"


def test_results_are_compared_with_their_types_and_in_order_only_where_asked():
    one = Result(("x",), ("BIGINT",), ((1,), (2,)))
    turned = Result(("y",), ("BIGINT",), ((2,), (1,)))
    assert one.same(turned, ordered=False)
    assert not one.same(turned, ordered=True)
    assert not one.same(Result(("x",), ("DOUBLE",), ((1.0,), (2.0,))), ordered=False)
    assert not one.same(Result(("x",), ("BIGINT",), ((1,), (1,))), ordered=False)


def test_tables_come_from_parquet_too(tmp_path: Path):
    path = tmp_path / "firms [1].parquet"
    FIRMS.write_parquet(path)
    with Engine({"Firms": path}) as engine:
        query = check_sql("SELECT city FROM firms ORDER BY city LIMIT 1", engine.schema)
        assert engine.run(query).rows == (("Bonn",),)


@pytest.mark.parametrize(
    ("text", "tied"),
    [
        ("SELECT firm FROM sales ORDER BY revenue DESC NULLS LAST LIMIT 1", False),
        # 2020 and 2021 stand twice each: one row cuts through 2020, two do not.
        ("SELECT firm FROM sales ORDER BY year LIMIT 1", True),
        ("SELECT firm FROM sales ORDER BY year LIMIT 2", False),
        ("SELECT firm FROM sales ORDER BY year LIMIT 2 OFFSET 1", True),
        ("SELECT firm FROM sales ORDER BY year LIMIT 2 OFFSET 2", False),
        ("SELECT firm FROM sales ORDER BY year LIMIT 4", False),
        ("SELECT firm FROM sales LIMIT 2", True),
        ("SELECT firm FROM sales LIMIT 9", False),
        ("SELECT firm FROM sales LIMIT 0", False),
        # Each firm has two rows.
        ("SELECT firm FROM sales GROUP BY firm ORDER BY count(*) DESC LIMIT 1", True),
        ("SELECT firm, sum(revenue) AS s FROM sales GROUP BY firm ORDER BY s DESC LIMIT 1", False),
        ("SELECT DISTINCT year FROM sales ORDER BY year LIMIT 1", False),
        ("SELECT firm FROM sales UNION ALL SELECT firm FROM firms ORDER BY firm LIMIT 2", True),
    ],
)
def test_a_cut_through_equal_rows_is_rejected(engine: Engine, text: str, tied: bool):
    query = check_sql(text, engine.schema)
    if tied:
        with pytest.raises(SqlRejected, match="rows tie"):
            engine.run(query)
    else:
        assert engine.run(query).types
