import time
from decimal import Decimal

import polars as pl
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from warehouse.safe_sql import Engine
from warehouse.sql_guard import CheckedQuery, SqlRefused, check_sql

SCHEMA = {
    "sales": {"firm": "VARCHAR", "year": "BIGINT", "revenue": "DECIMAL(18,2)"},
    "firms": {"firm": "VARCHAR", "city": "VARCHAR"},
}
SALES = pl.DataFrame(
    {
        "firm": ["Ada", "Ada", "Bell", "Bell"],
        "year": [2020, 2021, 2020, 2021],
        "revenue": [Decimal("10.10"), Decimal("20.20"), Decimal("5.00"), None],
    },
    schema_overrides={"revenue": pl.Decimal(18, 2)},
)
FIRMS = pl.DataFrame({"firm": ["Ada", "Bell"], "city": ["Bonn", "Graz"]})

REFUSED: dict[str, dict[str, str]] = {
    "files": {
        "SELECT * FROM read_csv('/etc/passwd')": "table function",
        "SELECT * FROM read_csv_auto('/etc/passwd')": "table function",
        "SELECT * FROM read_parquet('secret.parquet')": "table function",
        "SELECT * FROM read_text('/etc/passwd')": "table function",
        "SELECT * FROM read_blob('/etc/passwd')": "table function",
        "SELECT * FROM read_json_auto('a.json')": "table function",
        "SELECT * FROM sniff_csv('/etc/passwd')": "table function",
        "SELECT * FROM glob('/**')": "table function",
        "SELECT * FROM parquet_metadata('a.parquet')": "table function",
        "SELECT * FROM '/etc/passwd'": "unknown table",
        "SELECT * FROM 'data.csv'": "unknown table",
        'SELECT * FROM "s3://bucket/a.parquet"': "unknown table",
        "SELECT firm FROM sales WHERE revenue IN (SELECT * FROM 'a.csv')": "unknown table",
        "SELECT (SELECT content FROM read_text('/etc/passwd')) FROM sales": "table function",
        "SELECT firm FROM sales JOIN read_csv('a.csv') AS r ON true": "table function",
        "WITH a AS (SELECT * FROM read_csv('a.csv')) SELECT * FROM a": "table function",
    },
    "statements": {
        "COPY sales TO '/tmp/out.csv'": "not a select",
        "COPY (SELECT * FROM sales) TO '/tmp/out.csv'": "not a select",
        "ATTACH '/tmp/other.db' AS other": "not a select",
        "DETACH sales": "not a select",
        "PRAGMA database_list": "not a select",
        "CALL pragma_version()": "not a select",
        "INSTALL httpfs": "not a select",
        "LOAD httpfs": "not a select",
        "SET memory_limit = '100GB'": "not a select",
        "RESET memory_limit": "not a select",
        "SET VARIABLE x = 1": "not a select",
        "EXPORT DATABASE '/tmp/out'": "not a select",
        "IMPORT DATABASE '/tmp/out'": "not a select",
        "CREATE TABLE t AS SELECT 1": "not a select",
        "CREATE MACRO f(x) AS x + 1": "not a select",
        "INSERT INTO sales SELECT * FROM sales": "not a select",
        "UPDATE sales SET year = 1": "not a select",
        "DELETE FROM sales": "not a select",
        "DROP TABLE sales": "not a select",
        "ALTER TABLE sales DROP year": "not a select",
        "EXPLAIN ANALYZE SELECT 1": "not a select",
        "DESCRIBE sales": "not a select",
        "SUMMARIZE sales": "not a select",
        "VALUES (1)": "not a select",
        "FROM sales": "not a select",
        "TABLE sales": "not a select",
        "PREPARE p AS SELECT 1": "not a select",
        "EXECUTE p": "not a select",
        "BEGIN TRANSACTION": "not a select",
        "CHECKPOINT": "not a select",
        "VACUUM": "not a select",
        "USE memory": "not a select",
        "": "not a select",
        "(COPY sales TO 'a.csv')": "unreadable",
        "WITH a AS (DELETE FROM sales RETURNING firm) SELECT * FROM a": "syntax",
    },
    "stacked": {
        "SELECT 1; DROP TABLE sales": "several statements",
        "SELECT 1; SELECT 2": "several statements",
        "SELECT 1;;": "several statements",
        "SELECT firm FROM sales;\nSET threads = 9": "several statements",
    },
    "comments": {
        "SELECT firm FROM sales -- WHERE year = 1": "comment",
        "SELECT firm /* read_csv */ FROM sales": "comment",
        "SELECT /*+ hint */ firm FROM sales": "comment",
        "SELECT firm FROM sales /* ; DROP TABLE sales */": "comment",
        "SELECT 1 --\n; DROP TABLE sales": "comment",
    },
    "system": {
        "SELECT * FROM information_schema.tables": "unknown table",
        "SELECT * FROM duckdb_settings()": "table function",
        "SELECT * FROM duckdb_secrets()": "table function",
        "SELECT * FROM duckdb_tables": "unknown table",
        "SELECT * FROM sqlite_master": "unknown table",
        "SELECT * FROM pg_catalog.pg_class": "unknown table",
        "SELECT * FROM pragma_table_info('sales')": "table function",
        "SELECT * FROM memory.main.sales": "unknown table",
        "SELECT firm FROM sales UNION SELECT name FROM duckdb_settings()": "table function",
        "SELECT firm FROM sales UNION ALL SELECT table_name FROM information_schema.tables": "unknown table",
        "SELECT firm FROM sales EXCEPT SELECT sql FROM sqlite_master": "unknown table",
        "SELECT * FROM query('SELECT 1')": "table function",
        "SELECT * FROM query_table('sales')": "table function",
    },
    "functions": {
        "SELECT getenv('HOME')": "function",
        "SELECT getvariable('x')": "function",
        "SELECT current_setting('memory_limit')": "function",
        "SELECT current_database()": "function",
        "SELECT current_user": "function",
        "SELECT version()": "function",
        "SELECT now()": "function",
        "SELECT current_date": "function",
        "SELECT random()": "function",
        "SELECT uuid()": "function",
        "SELECT setseed(0.5)": "function",
        "SELECT nextval('s')": "function",
        "SELECT pg_sleep(100)": "function",
        "SELECT sleep_ms(100)": "function",
        "SELECT repeat('a', 1000000000)": "function",
        "SELECT lpad('a', 1000000000, 'b')": "function",
        "SELECT range(1000000000)": "function",
        "SELECT list(firm) FROM sales": "function",
        "SELECT string_agg(firm, ',') FROM sales": "function",
        "SELECT any_value(firm) FROM sales": "syntax",
        "SELECT unnest(range(1000000000))": "function",
        "SELECT md5(firm) FROM sales": "function",
        "SELECT my_macro(firm) FROM sales": "function",
        "SELECT main.my_macro(firm) FROM sales": "syntax",
        "SELECT firm.upper() FROM sales": "syntax",
        "SELECT json_extract(firm, '$.a') FROM sales": "function",
        "SELECT regexp_matches(firm, '(a*)*b') FROM sales": "function",
        "SELECT add_parquet_key('a', 'b')": "function",
    },
    "structures": {
        "SELECT {'a': 1}": "function",
        "SELECT [1, 2, 3]": "function",
        "SELECT MAP {'a': 1}": "function",
        "SELECT list_transform([1], x -> x)": "function",
        "SELECT firm[1] FROM sales": "syntax",
        "SELECT sales FROM sales": "syntax",
        "SELECT sales.* EXCLUDE (firm) FROM sales": "syntax",
        "SELECT COLUMNS('f.*') FROM sales": "function",
        "SELECT * FROM sales AS s(a, b, c)": "syntax",
        "SELECT CAST(firm AS JSON) FROM sales": "type",
        "SELECT CAST(firm AS BLOB) FROM sales": "type",
        "SELECT CAST(firm AS INT[]) FROM sales": "type",
        "SELECT firm::regclass FROM sales": "type",
    },
    "sources": {
        "SELECT * FROM range(1000000000)": "table function",
        "SELECT * FROM generate_series(1, 1000000000)": "table function",
        "SELECT * FROM unnest([1, 2])": "table function",
        "SELECT * FROM sales, LATERAL (SELECT * FROM range(revenue))": "syntax",
        "SELECT * FROM repeat_row(1, num_rows = 1000000000)": "table function",
        "SELECT * FROM (VALUES (1), (2)) AS v(a)": "syntax",
        "SELECT * FROM sales TABLESAMPLE 10%": "syntax",
        "SELECT * FROM sales POSITIONAL JOIN firms": "syntax",
        "SELECT * FROM sales ASOF JOIN firms ON sales.firm >= firms.firm": "syntax",
        "SELECT * FROM sales PIVOT (sum(revenue) FOR year IN (2020))": "syntax",
        "SELECT firm FROM sales UNION BY NAME SELECT city FROM firms": "syntax",
        "SELECT firm INTO other FROM sales": "syntax",
        "SELECT firm FROM sales FOR UPDATE": "syntax",
    },
    "parameters": {
        "SELECT ?": "parameter",
        "SELECT $1": "parameter",
        "SELECT $name FROM sales": "parameter",
        "SELECT firm FROM sales LIMIT ?": "syntax",
        "SELECT firm FROM sales LIMIT (SELECT 1)": "syntax",
        "SELECT firm FROM sales LIMIT 50%": "syntax",
        "SELECT firm FROM sales LIMIT 99999999999999999999": "syntax",
    },
    "names": {
        "SELECT firm FROM ѕales": "unknown table",  # Cyrillic s
        "SELECT fіrm FROM sales": "unknown column",  # Cyrillic i
        "SELECT firm FROM sales\u200b": "unknown table",
        "SELECT ﬁrm FROM sales": "unknown column",
        "SELECT rowid FROM sales": "unknown column",
        "SELECT sales.rowid FROM sales": "unknown column",
        "SELECT city FROM sales": "unknown column",
        "SELECT other.firm FROM sales": "unknown column",
        "SELECT firm FROM sales, firms": "unknown column",
        "SELECT firm FROM sales ORDER BY city": "unknown column",
        'SELECT "firm; DROP TABLE sales" FROM sales': "unknown column",
        'SELECT * FROM "sales""; DROP TABLE sales"': "unknown table",
        "WITH sales AS (SELECT 1 AS x) SELECT * FROM sales": "name used twice",
        "WITH a AS (SELECT 1 AS x), a AS (SELECT 2 AS x) SELECT * FROM a": "name used twice",
        "WITH a AS (SELECT * FROM b), b AS (SELECT 1 AS x) SELECT * FROM a": "unknown table",
        "SELECT * FROM (WITH a AS (SELECT 1 AS x) SELECT * FROM a) AS b": "syntax",
    },
    "recursion": {
        "WITH RECURSIVE a AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM a) SELECT * FROM a": "recursion",
        "WITH RECURSIVE a AS (SELECT 1 AS x) SELECT * FROM a": "recursion",
        "WITH a AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM a) SELECT * FROM a": "unknown table",
    },
    "size": {
        "SELECT " + "(" * 10_000 + "1" + ")" * 10_000: "too long",
        "SELECT " + "(" * 300 + "1" + ")" * 300: "too deep",
        "SELECT " + "(SELECT " * 100 + "1" + ")" * 100: "too deep",
        "SELECT " + "NOT " * 2_000 + "true": "too deep",
        "SELECT " + "- " * 2_000 + "1": "too deep",
        "SELECT " + "1 + " * 1_000 + "1": "too deep",
        "SELECT '" + "a" * 1_000_000 + "'": "too long",
        "SELECT " + "1," * 5_000 + "1": "too long",
        "SELECT 1 FROM " + ", ".join(f"sales AS s{i}" for i in range(40)): "too large",
        "SELECT 1 AS a0" + "".join(f", a{i} + a{i} AS a{i + 1}" for i in range(60)): "too large",
        "SELECT " + "CASE WHEN true THEN " * 900 + "1": "too deep",
        "SELECT 1" + " UNION SELECT 1" * 900: "too deep",
        "SELECT ((1": "unreadable",
        "SELECT 'open": "unreadable",
    },
}  # fmt: skip
ATTACKS = [
    pytest.param(text, reason, id=f"{family}-{i}")
    for family, attacks in REFUSED.items()
    for i, (text, reason) in enumerate(attacks.items())
]
ALLOWED = [
    "SELECT * FROM sales",
    "SELECT S.FIRM, Revenue FROM Sales AS s WHERE \"YEAR\" = 2020 AND firm IN ('Ada', 'Bell')",
    "SELECT firm, sum(revenue) AS total FROM sales GROUP BY 1 HAVING total > 3 ORDER BY total DESC",
    "WITH a AS (SELECT firm, avg(revenue) AS m FROM sales GROUP BY firm) SELECT max(m) FROM a",
    "SELECT firm FROM sales UNION SELECT firm FROM firms EXCEPT SELECT 'Ada' ORDER BY 1 LIMIT 3",
    "(SELECT firm FROM sales) INTERSECT (SELECT firm FROM firms)",
    "((SELECT firm FROM sales ORDER BY firm))",
    "SELECT firm, rank() OVER (PARTITION BY year ORDER BY revenue DESC) AS r FROM sales QUALIFY r = 1",
    "SELECT lag(revenue, 1) OVER w FROM sales WINDOW w AS (PARTITION BY firm ORDER BY year)",
    "SELECT sum(revenue) OVER (ORDER BY year ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM sales",
    "SELECT city, sales.revenue FROM sales JOIN firms USING (firm) LEFT JOIN sales AS t ON t.year = 1",
    "SELECT firm FROM firms AS f WHERE EXISTS (SELECT 1 FROM sales WHERE sales.firm = f.firm)",
    "SELECT CASE WHEN year > 2020 THEN 'late' ELSE 'early' END, count(*) FROM sales GROUP BY 1",
    "SELECT revenue::DECIMAL(18, 4) * 2, try_cast(firm AS DOUBLE), DATE '2020-01-01' FROM sales",
    "SELECT round(100 * revenue / nullif(year, 0), 2), coalesce(firm, ''), firm || '!' FROM sales",
    "SELECT sum(revenue) FILTER (WHERE year = 2020), median(revenue), stddev(revenue) FROM sales",
    "SELECT count(DISTINCT firm), min(year), max(year) FROM sales;",
    "SELECT extract(year FROM CAST('2020-01-01' AS DATE)), upper(firm), firm NOT LIKE 'A%' FROM sales",
]


@pytest.mark.parametrize(("text", "reason"), ATTACKS)
def test_attacks_are_refused_with_their_reason(text: str, reason: str):
    start = time.perf_counter()
    with pytest.raises(SqlRefused) as refused:
        check_sql(text, SCHEMA)
    assert refused.value.reason == reason, refused.value
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("text", ALLOWED)
def test_plain_queries_run_as_written_anew(text: str):
    query = check_sql(text, SCHEMA)
    with Engine({"sales": SALES, "firms": FIRMS}) as engine:
        assert engine.run(query).columns
    assert check_sql(query.sql, SCHEMA).sql == query.sql


def test_a_tree_is_checked_like_a_text():
    tree = sqlglot.parse_one("SELECT firm FROM sales", read="duckdb")
    assert check_sql(tree, SCHEMA).sql == check_sql("SELECT firm FROM sales", SCHEMA).sql
    assert tree.sql() == "SELECT firm FROM sales"
    for built, reason in [
        (exp.Drop(this=exp.to_table("sales"), kind="TABLE"), "not a select"),
        (exp.select("firm").from_("other"), "unknown table"),
        (exp.select(exp.Literal(this="getenv('HOME')", is_string=False)), "syntax"),
        (exp.select(exp.Var(this="1; DROP TABLE sales")), "syntax"),
        (exp.select(exp.Window(this=exp.RowNumber(), over="OVER (), getenv('HOME')")), "syntax"),
        (exp.select(exp.func("getenv", exp.Literal.string("HOME"))), "function"),
    ]:
        with pytest.raises(SqlRefused) as refused:
            check_sql(built, SCHEMA)
        assert refused.value.reason == reason


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(
    "SELECT FROM sales firm , ( ) * WHERE year = 1 'a' UNION WITH x AS read_csv ; -- $ [ ] { } . \" PRAGMA SET "
    "JOIN ON AND OR NOT IN CASE WHEN END OVER ORDER BY LIMIT :: VARCHAR -> ? COPY \\ \x00 %".split()
), max_size=25))  # fmt: skip
def test_any_words_are_refused_or_become_one_query(words: list[str]):
    try:
        query = check_sql("SELECT " + " ".join(words), SCHEMA)
    except SqlRefused:
        return
    assert isinstance(query, CheckedQuery)
    assert len(sqlglot.parse(query.sql, read="duckdb")) == 1
