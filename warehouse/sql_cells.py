"""Which cells a query reads: the evidence of a question (method 2.2).

A wide table has for each value column `c` a twin `c__cell` with the id of the cell the value came from; columns
without a twin are keys and are taken as given. A cell that is not among `cells_read` may hold anything, or nothing,
and the result is the same. Of the cells in it a smaller set is critical (`warehouse.sql_without`).

1. For each SELECT, columns that its filters look at are read for all rows that pass the conditions on keys; its other
   columns for the rows that pass the whole filter. A SELECT that refers to an outer one reads all as if in filters.
2. A subquery is judged by its own filters and the outer conditions on its keys, not by all that happens outside.
3. Rows that pass the conditions on keys of no SELECT change nothing. Those that do are copied once, and cells are
   looked for among them alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlglot import exp

from warehouse.safe_sql import Engine, Held
from warehouse.sql_guard import CheckedQuery, Schema
from warehouse.sql_scopes import Select, Twins, selects, table_of

SUFFIX = "__cell"
ROW = "rowid"


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


@dataclass(frozen=True)
class Involved:
    """A query with the rows that can matter to it."""

    engine: Engine
    query: CheckedQuery
    twins: Twins
    parts: tuple[Select, ...]
    rows: Mapping[str, Held]
    """Table of the query → table of its rows that can matter, or the table itself where that is all of them."""
    alike: frozenset[str]
    """Tables of which each SELECT needs all these rows."""

    def columns(self, table: str) -> list[str]:
        """Return the columns of a table that the query names."""
        return _named_columns(self.query, table)

    def on_rows(self, tree: exp.Query) -> exp.Query:
        """Let a query read the rows that can matter in place of the tables; changes the tree and returns it."""
        for table in tree.find_all(exp.Table):
            if table.name in self.rows:
                if not table.alias:
                    table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name, True)))
                table.set("this", exp.to_identifier(self.rows[table.name].name, quoted=True))
        return tree


@contextmanager
def involved(engine: Engine, query: CheckedQuery, twins: Twins) -> Iterator[Involved]:
    """Hold the rows that can matter to a query for as long as its cells are looked for.

    Raises:
        SqlRefused: the query, written out, is too large.
        SqlRejected: finding the rows broke a limit of the engine.
    """
    parts = tuple(selects(query, twins))
    found = _conditions(query, parts)
    wanted = {
        table: _rows_of(query, table, twins, any_of)
        for table, any_of in found.items()
        if exp.true() not in any_of
    }
    with engine.beside(wanted) as few:
        held = {table: few.get(table) or engine.held[table] for table in found}
        alike = frozenset(table for table, any_of in found.items() if len(any_of) == 1)
        yield Involved(engine, query, twins, parts, held, alike)


def cells_read(part: Involved) -> frozenset[str]:
    """Return the ids of the cells that the query reads.

    Raises:
        SqlRejected: finding them broke a limit of the engine.
    """
    lookups = [part.on_rows(one) for select in part.parts for one in _lookups(part, select)]
    if not lookups:
        return frozenset()
    every = exp.union(*lookups, distinct=False, copy=False) if len(lookups) > 1 else lookups[0]
    return frozenset(cell for (cell,) in part.engine.rows(every) if cell is not None)


def _lookups(part: Involved, select: Select) -> list[exp.Select]:
    """Return the queries for the ids of the cells that one SELECT reads, each of one column."""
    filtered = _cell_columns(select, select.filtered(), part.twins)
    used = _cell_columns(select, select.used(), part.twins)
    lookups = []
    for alias in sorted(set(filtered) | set(used)):
        looked_at = filtered.get(alias, [])
        shown = [column for column in used.get(alias, []) if column not in looked_at]
        if select.correlated:
            looked_at, shown = [*looked_at, *shown], []
        if looked_at:
            column = _one_column(looked_at)
            if select.tables[alias] in part.alike:
                lookups.append(exp.select(column).from_(table_of(select.tables[alias], alias)))
            else:
                lookups.append(select.relevant(alias, [column]))
        if shown:
            lookups.append(select.passing([_one_column(shown)]))
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


def _one_column(columns: list[exp.Expr]) -> exp.Expr:
    """Return the values of columns one below the other."""
    if len(columns) == 1:
        return columns[0]
    return exp.Anonymous(this="unnest", expressions=[exp.Array(expressions=columns)])


def _conditions(query: CheckedQuery, parts: Iterable[Select]) -> dict[str, list[exp.Expr]]:
    """Return for each table of the query what its SELECTs ask of the keys of its rows, each condition once."""
    wanted: dict[str, list[exp.Expr]] = {}
    for select in parts:
        for alias, table in select.tables.items():
            condition = _on_keys(select, alias)
            if condition not in wanted.setdefault(table, []):
                wanted[table].append(condition)
    for table in query.tree.find_all(exp.Table):
        if table.name in query.schema:
            wanted.setdefault(table.name, [])
    return wanted


def _on_keys(select: Select, alias: str) -> exp.Expr:
    """Return what a SELECT asks of the keys of a table's rows, in terms of that table alone."""
    conditions = select.conditions(alias)
    if any(condition.tables != {alias} for condition in conditions):
        row = exp.column(ROW, quoted=True)
        return row.isin(query=select.relevant(alias, [exp.column(ROW, alias, quoted=True)]))
    own = [condition.tree.copy() for condition in conditions]
    for column in (column for tree in own for column in tree.find_all(exp.Column)):
        column.set("table", None)
    return exp.and_(*own, copy=False) if own else exp.true()


def _rows_of(query: CheckedQuery, table: str, twins: Twins, any_of: list[exp.Expr]) -> exp.Select:
    """Return the query of a table's rows that meet one of the conditions, with the columns that the query names."""
    own = _named_columns(query, table)
    ids = [twins[table][column] for column in own if column in twins.get(table, {})]
    row = exp.column(ROW, quoted=True)
    columns = [exp.column(name, quoted=True) for name in (*own, *ids)] or [row.copy()]
    select = exp.select(*columns, copy=False).from_(table_of(table), copy=False)
    condition = exp.or_(*any_of, copy=False) if any_of else exp.false()
    return select.where(condition, copy=False).order_by(row, copy=False)


def _named_columns(query: CheckedQuery, table: str) -> list[str]:
    named = {column.name for column in query.tree.find_all(exp.Column)}
    return [column for column in query.schema[table] if column in named]
