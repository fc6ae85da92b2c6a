"""Which cells a query reads, and which of them its result hangs on (method 2.2: the evidence of a question).

A wide table has for each value column `c` a twin `c__cell` with the id of the cell the value came from; columns
without a twin are keys and are taken as given. A cell that is not among `cells_read` may hold anything, or nothing,
and the result is the same. Of the cells in it a smaller set is critical: without one of them the result changes.

1. For each SELECT, columns that its filters look at are read for all rows that pass the conditions on keys; its other
   columns for the rows that pass the whole filter. A SELECT that refers to an outer one reads all as if in filters.
2. A subquery is judged by its own filters and the outer conditions on its keys, not by all that happens outside.
"""

from collections.abc import Iterable

from sqlglot import exp

from warehouse.safe_sql import Engine, Prepared, Result, SqlRejected
from warehouse.sql_guard import CheckedQuery, Schema
from warehouse.sql_scopes import Select, Twins, selects

SUFFIX = "__cell"
CELL = "cell"
"""Placeholder of the cell that is left out."""
NO_CELL = ""
"""Id that no cell has."""


def twins_of(schema: Schema) -> Twins:
    """Return the value columns of each table with their twins, told by name."""
    return {
        table: {c: c + SUFFIX for c in columns if c + SUFFIX in columns}
        for table, columns in schema.items()
    }


def readable(schema: Schema, twins: Twins) -> Schema:
    """Return the schema that queries are checked against: without the twins."""
    return {
        table: {c: t for c, t in columns.items() if c not in twins.get(table, {}).values()}
        for table, columns in schema.items()
    }


def cells_read(engine: Engine, query: CheckedQuery, twins: Twins) -> frozenset[str]:
    """Return the ids of the cells that the query reads.

    Raises:
        SqlRefused: the query, written out, is too large.
        SqlRejected: finding the rows broke a limit of the engine.
    """
    found: set[str] = set()
    for select in selects(query, twins):
        for lookup in _lookups(select, twins):
            frame = engine.frame(lookup)
            for column in frame.get_columns():
                found.update(column.drop_nulls().unique().to_list())
    return frozenset(found)


def _lookups(select: Select, twins: Twins) -> list[exp.Select]:
    """Return the queries for the ids of the cells that one SELECT reads."""
    filtered = _cell_columns(select, select.filtered(), twins)
    used = _cell_columns(select, select.used(), twins)
    lookups = []
    for alias in sorted(set(filtered) | set(used)):
        looked_at = filtered.get(alias, [])
        shown = [column for column in used.get(alias, []) if column not in looked_at]
        if select.correlated:
            looked_at, shown = [*looked_at, *shown], []
        if looked_at:
            lookups.append(select.relevant(alias, looked_at))
        if shown:
            lookups.append(select.passing(shown))
    return lookups


def _cell_columns(
    select: Select, columns: Iterable[tuple[str, str]], twins: Twins
) -> dict[str, list[exp.Expr]]:
    found: dict[str, list[exp.Expr]] = {}
    for alias, column in sorted(columns):
        twin = twins.get(select.tables[alias], {}).get(column)
        if twin is not None:
            found.setdefault(alias, []).append(exp.column(twin, alias, quoted=True))
    return found


def critical(
    engine: Engine, query: CheckedQuery, cells: Iterable[str], twins: Twins
) -> frozenset[str]:
    """Return those of the cells without which (null in their place) the typed result is another or fails.

    The query runs once for each cell, on a copy of the rows that can matter to it.

    Raises:
        SqlRefused: as for `cells_read`.
        SqlRejected: the query fails as it is.
    """
    tables = {
        table: engine.frame(rows) for table, rows in _relevant_rows(query, twins, engine).items()
    }
    lowered = {
        table: frame.rename({name: name.lower() for name in frame.columns})
        for table, frame in tables.items()
    }
    present = {
        cell
        for table, frame in lowered.items()
        for twin in twins.get(table, {}).values()
        if twin in frame.columns
        for cell in frame[twin].drop_nulls().to_list()
    }
    if not present:
        return frozenset()
    with engine.beside(lowered) as names:
        tree = query.tree.copy()
        for table in list(tree.find_all(exp.Table)):
            if table.name in names:
                columns = lowered[table.name].columns
                table.replace(_without_one(table, names[table.name], columns, twins))
        again = engine.prepare(CheckedQuery(tree, query.schema))
        before = engine.execute(again, {CELL: NO_CELL})
        return frozenset(
            cell
            for cell in set(cells) & present
            if _changes(engine, again, cell, before, ordered=query.ordered)
        )


def _relevant_rows(query: CheckedQuery, twins: Twins, engine: Engine) -> dict[str, exp.Select]:
    """Return for each table of the query its rows that pass the conditions on keys of some SELECT."""
    wanted: dict[str, list[exp.Select]] = {}
    for select in selects(query, twins):
        for alias, table in select.tables.items():
            row = exp.column("rowid", alias, quoted=True)
            wanted.setdefault(table, []).append(select.relevant(alias, [row]))
    for table in query.tree.find_all(exp.Table):
        if table.name in query.schema:
            wanted.setdefault(table.name, [])
    return {table: _rows_of(query, table, twins, lookups) for table, lookups in wanted.items()}


def _rows_of(
    query: CheckedQuery, table: str, twins: Twins, lookups: list[exp.Select]
) -> exp.Select:
    """Return the query of a table's rows that one of the lookups finds, with the columns that the query names."""
    named = {column.name for column in query.tree.find_all(exp.Column)}
    own = [column for column in query.schema[table] if column in named]
    ids = [twins[table][column] for column in own if column in twins.get(table, {})]
    row = exp.column("rowid", quoted=True)
    any_of = [row.copy().isin(query=lookup) for lookup in lookups] or [exp.false()]
    columns = [exp.column(name, quoted=True) for name in (*own, *ids)] or [row.copy()]
    return (
        exp.select(*columns)
        .from_(exp.to_table(table, quoted=True))
        .where(exp.or_(*any_of))
        .order_by(row)
    )


def _changes(engine: Engine, query: Prepared, cell: str, before: Result, *, ordered: bool) -> bool:
    try:
        return not before.same(engine.execute(query, {CELL: cell}), ordered=ordered)
    except SqlRejected:
        return True


def _without_one(table: exp.Table, copy: str, columns: Iterable[str], twins: Twins) -> exp.Subquery:
    """Return a copy of the table as a subquery in which the cell that is given when it runs is null."""
    own = twins.get(table.name, {})
    outputs: list[exp.Expr] = []
    for column in columns:
        value: exp.Expr = exp.column(column, quoted=True)
        if column in own:
            same = exp.column(own[column], quoted=True).eq(exp.Placeholder(this=CELL))
            emptied = exp.case().when(same, exp.null()).else_(value)
            value = exp.alias_(emptied, column, quoted=True)
        outputs.append(value)
    inner = exp.select(*outputs).from_(exp.to_table(copy, quoted=True))
    return inner.subquery(exp.to_identifier(table.alias_or_name, quoted=True))
