"""Numerical queries drawn from the tables themselves, so that answers are never trivial (method 2.2).

A draw picks a family's columns, then things that have a figure in all of them, then bounds, ranks and changes from
those figures: a bound is the roundest number between two neighbours, a condition leaves things on both sides, an
order has no ties. Every draw has a random stream of its own, named by world, family and number.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

import numpy as np
import polars as pl
from pydantic import Field

from generators.numeric_families import DIVIDED, FAMILIES, POSITIVE, SUMS, Family
from generators.numeric_parts import PARTS, Case, pick, roundest
from generators.numeric_series import LONGEST, first_past, longest_run
from warehouse.corpus_tables import KEY, Column
from warehouse.figures import SERIES, Figures
from warehouse.identity import draw
from warehouse.numeric import NAMED, ColumnRef, Condition, Operation, Quantity, Query
from warehouse.records import Record

FEWEST = 5
"""Things in scope, at least, where nothing else is set; two where the question names them all."""
ORDERED: frozenset[Operation] = frozenset(("nth", "top", "rank", "rank_shift", "lead", "top_total"))
DIVISORS = ("1000000000", "1000000", "1000")
TRIES = 4
"""Scopes tried for one choice of columns."""


class DrawOptions(Record):
    """How questions over tables are drawn."""

    seed: int = 0
    scope: int = Field(default=10, ge=FEWEST)
    """Things in scope, at most."""
    fewest: int = Field(default=FEWEST, ge=4, le=FEWEST)
    """Things in scope, and pages that make a table and state each column of it, at least."""
    rounds: int = Field(default=60, ge=0)
    """Draws of each family, at most."""


BASES = re.compile(
    r"(?:total )?(?:population|area|land area|inhabitants|employees|workforce|labou?r force|staff|members|households|"
    r"students|patients|participants|berths|beds|branches|stores|customers)"
)
"""Labels of what other figures are commonly divided by."""


OPERATIONS = {**PARTS, "first_past": first_past, "longest_run": longest_run}
"""What each operation takes beside its quantity."""


@dataclass(frozen=True)
class Drawn:
    """A query with the family it is of."""

    family: Family
    query: Query


def drawn(figures: Figures, world: str, options: DrawOptions) -> Iterator[Drawn]:
    """Yield queries family by family in turn, `rounds` draws of each; a draw that finds nothing yields nothing.

    Args:
        figures: the tables of the world.
        world: its name, which with the seed fixes the draws.
        options: limits.
    """
    drawer = Drawer(figures, options.scope, options.fewest)
    seen: set[str] = set()
    for number in range(options.rounds):
        for family in FAMILIES:
            stream = draw(options.seed, f"numeric|{world}|{family.name}|{number}")
            query = drawer.query(family, stream)
            text = query.model_dump_json() if query else ""
            if query and text not in seen:
                seen.add(text)
                yield Drawn(family, query)


class Drawer:
    """Draws queries from one world's tables."""

    def __init__(self, figures: Figures, scope: int, fewest: int = FEWEST) -> None:
        """`scope` and `fewest` are the greatest and the least number of things that a question is about."""
        self.figures = figures
        self.scope = scope
        self.fewest = fewest

    @cached_property
    def _columns(self) -> list[ColumnRef]:
        return [ref for refs in self.figures.refs.values() for ref in refs]

    @cached_property
    def _additive(self) -> dict[str, list[ColumnRef]]:
        """Columns that can be summed, by table; tables without any are left out."""
        kept = {
            table: [ref for ref in refs if self.figures.additive(ref)]
            for table, refs in self.figures.refs.items()
        }
        return {table: refs for table, refs in kept.items() if refs}

    @cached_property
    def _partners(self) -> dict[str, list[str]]:
        """Tables that share enough things with a table, by name."""
        things = {
            name: set(table.frame[KEY])
            for name, table in self.figures.tables.items()
            if table.edition  # documents of two kinds are told apart by their dates
        }
        return {
            name: [
                other
                for other in things
                if other != name and len(own & things[other]) >= self.fewest
            ]
            for name, own in things.items()
        }

    def query(self, family: Family, stream: np.random.Generator) -> Query | None:
        """Return a query of the family, or None where the columns drawn give none."""
        quantity = self._quantity(family, stream)
        if quantity is None:
            return None
        second = self._second(family, quantity, stream)
        if second is None and family.operation in ("weighted_mean", "rank_shift"):
            return None
        used = [*quantity.columns, *(second.columns if second else ())]
        conditions = self._condition_columns(family, used, stream)
        if conditions is None:
            return None
        refs = list(dict.fromkeys((*used, *conditions)))
        rows = _clean(family, quantity, self.figures.complete(refs), refs)
        for _ in range(TRIES):
            some = _sample(family, rows, (self.fewest, self.scope), stream)
            query = self._scoped(family, (quantity, second), (refs, conditions), some, stream)
            if query is not None:
                return query
        return None

    # Columns

    def _quantity(self, family: Family, stream: np.random.Generator) -> Quantity | None:
        summed = family.operation in SUMS
        if family.combination == "growth":
            return self._growth(family, stream)
        if family.combination == "series":
            return self._series(stream)
        if family.combination == "plain":
            pool = [r for own in self._additive.values() for r in own] if summed else self._columns
            if not pool:
                return None
            return Quantity(combination="plain", columns=(pick(pool, stream),))
        if not self._additive:
            return None
        first = pick([r for own in self._additive.values() for r in own], stream)
        others = [ref for ref in self._additive[first.table] if self._combine(family, first, ref)]
        if not others:
            return None
        return Quantity(combination=family.combination, columns=(first, pick(others, stream)))

    def _growth(self, family: Family, stream: np.random.Generator) -> Quantity | None:
        pairs = self.figures.pairs
        if family.operation in SUMS:
            pairs = [pair for pair in pairs if self.figures.additive(pair[0])]
        elif family.operation != "count_rising":
            pairs = [pair for pair in pairs if self.figures.column(pair[0]).measure.unit != "%"]
        if family.operation == "compound_growth":
            pairs = [pair for pair in pairs if self.figures.years(pair) > 1]
        return Quantity(combination="growth", columns=pick(pairs, stream)) if pairs else None

    def _series(self, stream: np.random.Generator) -> Quantity | None:
        """Return some years in a row of a measure."""
        if not self.figures.series:
            return None
        series = pick(self.figures.series, stream)
        size = int(stream.integers(SERIES, min(len(series), LONGEST) + 1))
        start = int(stream.integers(len(series) - size + 1))
        return Quantity(combination="series", columns=series[start : start + size])

    def _combine(self, family: Family, first: ColumnRef, second: ColumnRef) -> bool:
        """Whether two columns of a table make a derived quantity that means something."""
        a, b = self.figures.column(first), self.figures.column(second)
        if a.measure == b.measure or (a.period, a.measure.basis) != (b.period, b.measure.basis):
            return False
        like = a.measure.unit == b.measure.unit
        parts = like and _stem(a) == _stem(b) != ()
        money = like and bool(re.fullmatch("[A-Z]{3}", a.measure.unit))
        if family.combination == "difference":
            return parts or money
        return parts or money or bool(BASES.fullmatch(b.measure.label.removesuffix(" / total")))

    def _second(
        self, family: Family, quantity: Quantity, stream: np.random.Generator
    ) -> Quantity | None:
        first = quantity.columns[0]
        if family.operation == "weighted_mean":
            if self.figures.additive(first):
                return None
            pool = self._additive.get(first.table, [])
        elif family.operation == "rank_shift":
            later = [b for a, b in self.figures.pairs if a == first]
            pool = later or [ref for ref in self.figures.refs[first.table] if ref != first]
        else:
            return None
        return Quantity(combination="plain", columns=(pick(pool, stream),)) if pool else None

    def _condition_columns(
        self, family: Family, used: Sequence[ColumnRef], stream: np.random.Generator
    ) -> list[ColumnRef] | None:
        """Return the columns of the conditions, none of them the quantity's; None where there are too few."""
        if not family.conditions:
            return []
        home = used[0].table
        # Those that count and list have no quantity but their conditions.
        counted = family.operation in ("count", "which")
        free = [ref for ref in self.figures.refs[home] if counted or ref not in used]
        others = [ref for name in self._partners.get(home, []) for ref in self.figures.refs[name]]
        if family.joined:
            if not others or not free:
                return None
            return [pick(free, stream), pick(others, stream)]
        if len(free) < family.conditions:
            return None
        chosen = stream.choice(len(free), family.conditions, replace=False)
        return [free[at] for at in chosen.tolist()]

    # Parameters

    def _scoped(
        self, family: Family, quantities: tuple[Quantity, Quantity | None],
        columns: tuple[list[ColumnRef], list[ColumnRef]], rows: pl.DataFrame, stream: np.random.Generator,
    ) -> Query | None:  # fmt: skip
        """Return the query over the rows of a scope, or None where they make it trivial or undecided."""
        (quantity, second), (refs, conditions) = quantities, columns
        if rows.height < (self.fewest if family.operation not in NAMED else 1):
            return None
        bounds = [_bound(rows[str(refs.index(ref))], ref, stream) for ref in conditions]
        conditions_made = [bound for bound in bounds if bound is not None]
        if len(conditions_made) < len(conditions):
            return None
        meets = _meeting(rows, conditions_made, refs)
        if conditions_made and not 2 <= meets.height <= rows.height - 1:
            return None
        amounts = _amounts(quantity, rows, refs)
        if family.operation in ORDERED and amounts.n_unique() < len(amounts):
            return None
        if family.operation in ("count", "which"):
            quantity = Quantity(combination="plain", columns=(conditions[0],))
        query = Query(
            operation=family.operation, quantity=quantity, second=second,
            entities=tuple(sorted(rows[KEY].to_list())), conditions=tuple(conditions_made),
        )  # fmt: skip
        parts = OPERATIONS.get(family.operation)
        case = Case(self.figures, query, rows[KEY].to_list(), amounts, meets.height, stream)
        changes = parts(case) if parts else {}
        if changes is None:
            return None
        query = query.model_copy(update=changes)
        return query.model_copy(update={"divisor": self._divisor(query)})

    def _divisor(self, query: Query) -> str:
        """Return the largest thousand, million or billion that every figure of the scope is printed in."""
        quantity = query.quantity
        if query.operation not in DIVIDED or quantity.combination not in ("plain", "difference"):
            return "1"
        if self.figures.column(quantity.columns[0]).measure.unit == "%":
            return "1"
        steps = [
            step
            for ref in quantity.columns
            for _, step in self.figures.values(ref, query.entities).values()
        ]
        return next((size for size in DIVISORS if min(steps) >= Decimal(size)), "1")


def _stem(column: Column) -> tuple[str, ...]:
    """Return what a column's label stands under, in its table or in the label itself."""
    return (*column.measure.path, *column.measure.label.split(" / ")[:-1])


def _sample(
    family: Family, rows: pl.DataFrame, bounds: tuple[int, int], stream: np.random.Generator
) -> pl.DataFrame:
    """Return some of the rows: as many as a scope may have (at least and at most), or fewer."""
    fewest, most = bounds
    if family.operation in NAMED or rows.height <= fewest:
        return rows
    size = int(stream.integers(fewest, min(most, rows.height) + 1))
    return rows[sorted(stream.choice(rows.height, size, replace=False).tolist())]


def _clean(
    family: Family, quantity: Quantity, rows: pl.DataFrame, refs: Sequence[ColumnRef]
) -> pl.DataFrame:
    """Return the rows that the family can compute with: positive figures where it divides by them."""
    divisors = {"ratio": quantity.columns[1:], "growth": quantity.columns[:1]}.get(
        quantity.combination, ()
    )
    needs = set(divisors) | (set(quantity.columns) if family.operation in POSITIVE else set())
    if family.operation == "weighted_mean":
        needs |= set(refs[1:])
    for ref in needs:
        rows = rows.filter(pl.col(str(refs.index(ref))) > 0)
    return rows


def _amounts(quantity: Quantity, rows: pl.DataFrame, refs: Sequence[ColumnRef]) -> pl.Series:
    first, *rest = (rows[str(refs.index(ref))].cast(pl.Float64) for ref in quantity.columns)
    match quantity.combination:
        case "plain" | "series":
            return first
        case "ratio":
            return first / rest[0]
        case "difference":
            return first - rest[0]
        case "growth":
            return rest[0] / first


def _bound(values: pl.Series, ref: ColumnRef, stream: np.random.Generator) -> Condition | None:
    """Return a condition whose bound is the roundest number in a gap between neighbours; None where gaps are narrow."""
    ordered = sorted(set(values.to_list()))
    gaps = list(pairwise(ordered[1:-1]))  # two things at least on either side
    if not gaps:
        return None
    low, high = pick(gaps, stream)
    return Condition(
        column=ref, sign=(">", "<")[int(stream.integers(2))], bound=format(roundest(low, high), "f")
    )


def _meeting(
    rows: pl.DataFrame, conditions: Sequence[Condition], refs: Sequence[ColumnRef]
) -> pl.DataFrame:
    for condition in conditions:
        column, bound = pl.col(str(refs.index(condition.column))), Decimal(condition.bound)
        rows = rows.filter(column > bound if condition.sign == ">" else column < bound)
    return rows
