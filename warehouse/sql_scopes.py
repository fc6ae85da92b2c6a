"""A checked query taken apart into its SELECTs, each with the rows of each table that can matter to it.

Columns are of two kinds: keys, which are taken as given, and values, which somebody may doubt one by one (they have a
twin column, see `warehouse.sql_cells`). A condition on keys alone keeps a row out whatever the values are; it is the
only kind of condition that is used here, so what is named as relevant holds for all values.

First WITH is written out where it is used, conditions on keys sink into subqueries, columns that nobody uses go, and
subqueries that only rename are merged: the query keeps its meaning and its SELECTs read less.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.optimizer.merge_subqueries import merge_subqueries
from sqlglot.optimizer.pushdown_projections import pushdown_projections
from sqlglot.optimizer.scope import Scope, traverse_scope

from warehouse.sql_guard import MAX_NODES, CheckedQuery, SqlRefused

Twins = Mapping[str, Mapping[str, str]]
"""Table → value column → the column that holds the id of its cell."""

_AFTER_WHERE = (
    "group", "having", "qualify", "windows", "order", "limit", "offset", "distinct", "with_",
)  # fmt: skip


@dataclass(frozen=True)
class Condition:
    """One of the conditions that AND joins, and the tables of its SELECT that it speaks of."""

    tree: exp.Expr
    tables: frozenset[str]


@dataclass
class Select:
    """One SELECT over at least one registered table."""

    scope: Scope
    tables: dict[str, str]
    """Alias → registered table, of the tables that it reads directly."""
    joined: dict[str, list[Condition]] = field(default_factory=dict)
    """Alias of a table behind a LEFT JOIN → conditions on keys of that join."""
    strong: list[Condition] = field(default_factory=list)
    """Conditions on keys of the tables that no outer join fills with nulls."""

    @property
    def tree(self) -> exp.Select:
        """Its syntax."""
        tree = self.scope.expression
        assert isinstance(tree, exp.Select)
        return tree

    @property
    def correlated(self) -> bool:
        """Whether it cannot run on its own."""
        return bool(self.scope.external_columns)

    def conditions(self, alias: str) -> list[Condition]:
        """Return the conditions on keys without which no row of the table matters, tied tables included."""
        found, reached = [], {alias}
        left = [*self.strong, *self.joined.get(alias, ())]
        while near := [c for c in left if c.tables & reached]:
            found += near
            left = [c for c in left if not c.tables & reached]
            reached = reached.union(*(c.tables for c in near))
        return found

    def filtered(self) -> set[tuple[str, str]]:
        """Return (alias, column) of all that its WHERE and its joins look at."""
        return _columns([c for c in _filters(self.tree) if c is not None], self.tables)

    def used(self) -> set[tuple[str, str]]:
        """Return (alias, column) of all that stands in it outside FROM, subqueries that look out included."""
        parts = [
            part
            for name, value in self.tree.args.items()
            if name not in ("from_", "joins", "where", "with_")
            for part in (value if isinstance(value, list) else [value])
            if isinstance(part, exp.Expr)
        ]
        return _columns(parts, self.tables)

    def passing(self, outputs: Iterable[exp.Expr]) -> exp.Select:
        """Return the query of some columns over the rows that pass the whole filter."""
        query = self.tree.copy()
        for clause in _AFTER_WHERE:
            query.set(clause, None)
        return query.select(*outputs, append=False).distinct()

    def relevant(self, alias: str, outputs: Iterable[exp.Expr]) -> exp.Select:
        """Return the query of some columns of a table over its rows that pass all conditions on keys."""
        conditions = self.conditions(alias)
        aliases = {alias}.union(*(c.tables for c in conditions))
        first, *others = (table_of(self.tables[name], name) for name in sorted(aliases))
        query = exp.select(*outputs).from_(first).distinct()
        for other in others:
            query = query.join(other, join_type="cross")
        return query.where(*(c.tree.copy() for c in conditions))


def selects(query: CheckedQuery, twins: Twins) -> list[Select]:
    """Return the SELECTs of the query, rewritten to read as little as is easily told.

    Raises:
        SqlRefused: its WITH clauses, written out, are too large.
    """
    tree = _inlined(query.tree.copy())
    for scope in reversed(traverse_scope(tree)):
        _sink(scope)
    tree = pushdown_projections(merge_subqueries(pushdown_projections(tree)))
    return [_select(scope, query, twins) for scope in traverse_scope(tree) if _is_select(scope)]


def table_of(name: str, alias: str = "") -> exp.Table:
    """Return a mention of a table, under an alias where one is given."""
    called = exp.TableAlias(this=exp.to_identifier(alias, quoted=True)) if alias else None
    return exp.Table(this=exp.to_identifier(name, quoted=True), alias=called)


def _is_select(scope: Scope) -> bool:
    return isinstance(scope.expression, exp.Select)


def _select(scope: Scope, query: CheckedQuery, twins: Twins) -> Select:
    tables = {
        alias: source.name
        for alias, (_, source) in scope.selected_sources.items()
        if isinstance(source, exp.Table) and source.name in query.schema
    }
    select = Select(scope, tables)
    joins = select.tree.args.get("joins") or []
    if any(join.side in ("RIGHT", "FULL") for join in joins):
        return select
    outer = {join.alias_or_name for join in joins if join.side == "LEFT"}
    inner = frozenset(tables) - outer
    where = select.tree.args.get("where")
    everywhere = [where.this if where else None, *(j.args.get("on") for j in joins if not j.side)]
    select.strong = list(_on_keys(everywhere, tables, twins, inner))
    for join in joins:
        name = join.alias_or_name
        if join.side == "LEFT" and name in tables:
            select.joined[name] = list(
                _on_keys([join.args.get("on")], tables, twins, inner | {name})
            )
    return select


def _on_keys(
    filters: Iterable[exp.Expr | None],
    tables: Mapping[str, str],
    twins: Twins,
    allowed: frozenset[str],
) -> Iterator[Condition]:
    """Yield the conditions that look at nothing but keys of the allowed tables."""
    for condition in (part for tree in filters if tree for part in _conjuncts(tree)):
        columns = list(condition.find_all(exp.Column))
        names = frozenset(column.table for column in columns)
        if not names or not names <= allowed or condition.find(exp.Query):
            continue
        if not any(column.name in twins.get(tables[column.table], {}) for column in columns):
            yield Condition(condition, names)


def _conjuncts(tree: exp.Expr) -> list[exp.Expr]:
    tree = tree.unnest()
    if isinstance(tree, exp.And):
        return [part for side in (tree.left, tree.right) for part in _conjuncts(side)]
    return [tree]


def _filters(tree: exp.Select) -> list[exp.Expr | None]:
    where = tree.args.get("where")
    return [where, *(join.args.get("on") for join in tree.args.get("joins") or [])]


def _columns(parts: Iterable[exp.Expr], tables: Mapping[str, str]) -> set[tuple[str, str]]:
    columns = (column for part in parts for column in part.find_all(exp.Column))
    return {(column.table, column.name) for column in columns if column.table in tables}


def _inlined(tree: exp.Query) -> exp.Query:
    """Return the query with every mention of a WITH name replaced by what it stands for."""
    with_ = tree.args.get("with_")
    if with_ is None:
        return tree
    tree.set("with_", None)
    meanings: dict[str, exp.Query] = {}
    for cte in with_.expressions:
        meanings[cte.alias] = _replaced(cte.this, meanings)
    return _replaced(tree, meanings)


def _replaced(tree: exp.Query, meanings: Mapping[str, exp.Query]) -> exp.Query:
    for table in list(tree.find_all(exp.Table)):
        if table.name in meanings:
            table.replace(meanings[table.name].copy().subquery(table.alias_or_name))
    if sum(1 for _ in tree.walk()) > MAX_NODES:
        raise SqlRefused("too large", f"WITH, written out, is over {MAX_NODES:,} nodes")
    for alias in tree.find_all(exp.TableAlias):
        alias.this.set("quoted", True)
    return tree


def _sink(scope: Scope) -> None:
    """Repeat conditions on a subquery's columns inside it, where they mean the same."""
    tree = scope.expression
    if not isinstance(tree, exp.Select) or any(j.side for j in tree.args.get("joins") or []):
        return
    for condition in [c for part in _filters(tree) if part for c in _conjuncts(_bare(part))]:
        columns = list(condition.find_all(exp.Column))
        names = {column.table for column in columns}
        _, source = scope.selected_sources.get(next(iter(names), ""), (None, None))
        if len(names) != 1 or condition.find(exp.Query) or not isinstance(source, Scope):
            continue
        inner = source.expression
        if not isinstance(inner, exp.Select):
            continue
        meanings = {column.name: _steady_output(inner, column.name) for column in columns}
        if all(meanings.values()):
            inner.where(
                condition.transform(
                    lambda node, m=meanings: (
                        m[node.name].copy()  # type: ignore[union-attr]
                        if isinstance(node, exp.Column)
                        else node
                    )
                ),
                copy=False,
            )


def _bare(part: exp.Expr) -> exp.Expr:
    return part.this if isinstance(part, exp.Where) else part


def _steady_output(inner: exp.Select, name: str) -> exp.Expr | None:
    """Return what an output stands for, if leaving out rows by it leaves the other rows of the subquery unchanged."""
    output = next((o.unalias() for o in inner.selects if o.alias_or_name == name), None)
    if not isinstance(output, exp.Column) or inner.args.get("limit") or inner.args.get("offset"):
        return None
    group = inner.args.get("group")
    if group and output not in group.expressions:
        return None
    if not group and any(not a.find_ancestor(exp.Window) for a in inner.find_all(exp.AggFunc)):
        return None
    windows = list(inner.find_all(exp.Window))
    steady = all(output in (window.args.get("partition_by") or []) for window in windows)
    return output if steady and not inner.args.get("windows") else None
