"""Which cells the result of a query hangs on: those without which, null in their place, it is another (method 2.2).

The query is not run once for each cell but once for all of them: every table becomes a subquery in which the cell that
is left out is null, and the whole is joined sideways to the list of cells. The list begins with no cell at all, for
which the known result must come out. What cannot be run so, or would be large, is run for one cell after the other.
"""

from collections.abc import Iterable
from typing import Any

from sqlglot import exp

from warehouse.safe_sql import Prepared, Result, SqlRejected
from warehouse.sql_cells import ROW, Involved
from warehouse.sql_guard import CheckedQuery
from warehouse.sql_scopes import table_of
from warehouse.sql_ties import probe, with_keys

CELL = "cell"
"""Placeholder of the cell that is left out, and the column of those that are."""
CELLS = "cells"
"""Placeholder of all cells that are left out in turn."""
NO_CELL = ""
"""Id that no cell has."""
MOST_ROWS = 100_000
"""Rows, over all cells that are left out in turn, that one query may look at."""


class _NotTogether(Exception):
    """A query that cannot be run for many cells at once, or gives another result when it is."""


def critical(part: Involved, cells: Iterable[str], before: Result) -> frozenset[str]:
    """Return those of the cells without which (null in their place) the typed result is another or fails.

    Args:
        part: the query with the rows that can matter to it.
        cells: what may be left out, one at a time.
        before: what the query gives.

    Raises:
        SqlRejected: the query fails on these rows as it is.
    """
    tried = sorted(set(cells))
    rows = sum(table.rows for table in part.rows.values()) + len(before.rows)
    at_once = MOST_ROWS // max(1, rows)
    if not tried:
        return frozenset()
    if at_once > 1:
        try:
            return _together(part, tried, before, at_once)
        except (SqlRejected, _NotTogether):
            pass  # one by one then
    return _one_by_one(part, tried)


def _together(part: Involved, cells: list[str], before: Result, at_once: int) -> frozenset[str]:
    """Return the critical cells, found with one run of the query for each `at_once` of them.

    Raises:
        SqlRejected: the engine cannot.
        _NotTogether: the order of the result cannot be told, or without a cell left out it is not the known one.
    """
    cut, ordered = probe(part.query.tree), part.query.ordered
    found = (cut.tree, cut.keys) if cut else with_keys(part.query.tree)
    if found is None or (part.query.tree.args.get("limit") and not cut):
        raise _NotTogether
    sideways = _sideways(part, *found)
    changing: set[str] = set()
    for start in range(0, len(cells), at_once):
        turns = [NO_CELL, *cells[start : start + at_once]]
        outcomes: dict[str, list[tuple[Any, ...]]] = {cell: [] for cell in turns}
        for cell, *row in part.engine.rows(sideways, {CELLS: turns}):
            outcomes[cell].append(tuple(row))
        for cell, rows in outcomes.items():
            own = [row[: len(before.types)] for row in rows]
            result = Result(before.columns, before.types, tuple(cut.kept(own) if cut else own))
            tied = cut is not None and cut.tied(rows)
            if tied or result.not_finite() or not before.same(result, ordered=ordered):
                changing.add(cell)
        if NO_CELL in changing:
            raise _NotTogether
    return frozenset(changing)


def _sideways(part: Involved, shown: exp.Query, keys: tuple[int, ...]) -> str:
    """Return the query of all results, each row behind the cell that is left out.

    Args:
        part: the query.
        shown: its copy that shows its sort keys.
        keys: which of the columns they are.
    """
    turn, given = _unsaid(shown, "turn"), _unsaid(shown, "given")
    columns = [f'"column {number}"' for number in range(len(shown.selects))]
    order = [f'"{turn}"."{CELL}"']
    for key, ordered in zip(keys, shown.args["order"].expressions if keys else (), strict=True):
        again = ordered.copy()
        again.set("this", exp.column(columns[key].strip('"'), given, quoted=True))
        order.append(again.sql("duckdb"))
    if keys and not shown.args.get("limit"):
        shown.set("order", None)
    inner = _with_cell(part, shown, exp.column(CELL, turn, quoted=True)).sql(
        "duckdb", comments=False
    )
    return (
        f'SELECT "{turn}"."{CELL}", "{given}".* FROM unnest(${CELLS}) AS "{turn}"("{CELL}"), '
        f'LATERAL ({inner}) AS "{given}"({", ".join(columns)}) ORDER BY {", ".join(order)}'
    )


def _unsaid(tree: exp.Query, name: str) -> str:
    """Return a name that the query does not use."""
    said = {word.name.lower() for word in tree.find_all(exp.Identifier)}
    while name in said:
        name += " "
    return name


def _one_by_one(part: Involved, cells: Iterable[str]) -> frozenset[str]:
    """Return the critical cells, found with one run of the query for each."""
    tree = _with_cell(part, part.query.tree.copy(), exp.Placeholder(this=CELL))
    query = part.engine.prepare(CheckedQuery(tree, part.query.schema))
    before = part.engine.execute(query, {CELL: NO_CELL})
    ordered = part.query.ordered
    return frozenset(cell for cell in cells if _changes(part, query, cell, before, ordered=ordered))


def _changes(part: Involved, query: Prepared, cell: str, before: Result, *, ordered: bool) -> bool:
    try:
        return not before.same(part.engine.execute(query, {CELL: cell}), ordered=ordered)
    except SqlRejected:
        return True


def _with_cell(part: Involved, tree: exp.Query, left_out: exp.Expr) -> exp.Query:
    """Let a query read tables in which the cell that is left out is null; changes the tree and returns it."""
    for table in list(tree.find_all(exp.Table)):
        if table.name in part.rows:
            table.replace(_without_one(part, table, left_out))
    return tree


def _without_one(part: Involved, table: exp.Table, left_out: exp.Expr) -> exp.Subquery:
    """Return the rows of a table that can matter as a subquery in which the cell that is left out is null."""
    twins = part.twins.get(table.name, {})
    outputs: list[exp.Expr] = []
    for column in part.columns(table.name) or [ROW]:
        value: exp.Expr = exp.column(column, quoted=True)
        if column in twins:
            cell = exp.column(twins[column], quoted=True)
            same = exp.If(this=exp.EQ(this=cell, expression=left_out.copy()), true=exp.Null())
            emptied = exp.Case(ifs=[same], default=value)
            value = exp.Alias(this=emptied, alias=exp.to_identifier(column, quoted=True))
        outputs.append(value)
    rows = table_of(part.rows[table.name].name)
    return exp.Subquery(
        this=exp.select(*outputs, copy=False).from_(rows, copy=False),
        alias=exp.TableAlias(this=exp.to_identifier(table.alias_or_name, quoted=True)),
    )
