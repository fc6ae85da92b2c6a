"""Whether the LIMIT of a query says which rows come out, or leaves it to the engine.

`ORDER BY n DESC LIMIT 1` has no single answer if two rows share the largest `n`: two engines then give different rows
and both are right. The rows on both sides of each end of the cut are compared by their sort keys; equal keys are a tie,
whatever the rows show, as is a cut without ORDER BY. Only the outermost LIMIT is judged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp


@dataclass(frozen=True)
class Probe:
    """A query that shows the sort keys around a cut."""

    tree: exp.Query
    keys: tuple[int, ...]
    """Positions of the sort keys among its columns; none where the query has no order."""
    ends: tuple[int, ...]
    """Positions among its rows that a cut comes before: the first that is kept and the first that no longer is."""

    def kept(self, rows: Sequence[tuple[Any, ...]]) -> Sequence[tuple[Any, ...]]:
        """Return the rows that the query itself gives."""
        return rows[slice(*self.ends)] if self.ends else ()

    def tied(self, rows: Sequence[tuple[Any, ...]]) -> bool:
        """Whether rows on both sides of a cut share their keys."""
        return any(
            0 < end < len(rows) and all(rows[end - 1][key] == rows[end][key] for key in self.keys)
            for end in self.ends
        )


def probe(tree: exp.Query) -> Probe | None:
    """Return the query to ask; None where there is no LIMIT, or a sort key that cannot be shown."""
    limit, offset = _count(tree, "limit"), _count(tree, "offset") or 0
    if limit is None:
        return None
    found = with_keys(tree)
    if found is None:
        return None
    wider, keys = found
    before = min(offset, 1)
    wider.set("offset", exp.Offset(expression=exp.Literal.number(offset - before)))
    wider.set("limit", exp.Limit(expression=exp.Literal.number(before + limit + 1)))
    return Probe(wider, keys, (before, before + limit) if limit else ())


def with_keys(tree: exp.Query) -> tuple[exp.Query, tuple[int, ...]] | None:
    """Return a copy of a query that shows its sort keys, and where; None where one cannot be shown."""
    wider = tree.copy()
    order = wider.args.get("order")
    found = [_shown(wider, ordered.this) for ordered in order.expressions] if order else []
    keys = tuple(key for key in found if key is not None)
    return (wider, keys) if len(keys) == len(found) else None


def _count(tree: exp.Query, clause: str) -> int | None:
    node = tree.args.get(clause)
    return int(node.expression.name) if node is not None else None


def _shown(tree: exp.Query, key: exp.Expr) -> int | None:
    """Return the position of a sort key among the outputs, adding it where it is not and may be."""
    for i, output in enumerate(tree.selects):
        by_name = isinstance(key, exp.Column) and not key.table and key.name == output.alias_or_name
        if by_name or output.unalias() == key:
            return i
    if not isinstance(tree, exp.Select) or tree.args.get("distinct"):
        return None
    tree.select(exp.alias_(key.copy(), f"key {len(tree.selects)}", quoted=True), copy=False)
    return len(tree.selects) - 1
