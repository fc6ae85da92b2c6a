"""A numerical query computed from its own definition with Polars, without sight of its SQL (method 2.2).

The second of two independent engines: what it finds must be what the executed SQL gives, or the question is rejected.
Each operation is one function over the rows in scope, with the quantity as `value`; numbers are doubles, cast at the
start, and compared with a relative tolerance by whoever asks.
"""

from collections.abc import Callable, Mapping

import polars as pl

from warehouse.corpus_tables import KEY
from warehouse.numeric import Operation, Quantity, Query
from warehouse.records import Record

VALUE, SECOND, MEETS = "value", "second", "meets"


class Computed(Record):
    """What a query comes to: names in order, or a number."""

    names: tuple[str, ...] = ()
    number: float | None = None


def compute(query: Query, tables: Mapping[str, pl.DataFrame]) -> Computed:
    """Return the answer of a query over tables by name.

    Raises:
        KeyError: a table is not among them.
        ValueError: a value in scope is missing, or the query has no single answer (a tie at the place asked for, a
            division by nothing).
    """
    rows = _scope(query, tables)
    if rows.height != len(query.entities) or rows.null_count().sum_horizontal().item():
        raise ValueError(f"{query.operation}: a value in scope is missing")
    try:
        found = COMPUTE[query.operation](query, rows)
    except ZeroDivisionError as error:
        raise ValueError(f"{query.operation}: division by zero") from error
    if isinstance(found, list):
        return Computed(names=tuple(found))
    return Computed(number=float(found))


def _scope(query: Query, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the rows in scope: `entity`, the quantity, the second one, and whether the conditions are met."""
    rows, *others = (
        tables[name].select(
            KEY,
            *(pl.col(r.column).alias(_key(name, r.column)) for r in query.refs if r.table == name),
        )
        for name in query.tables
    )
    rows = rows.filter(pl.col(KEY).is_in(list(query.entities)))
    for other in others:
        rows = rows.join(other, on=KEY, how="inner")
    if query.quantity.combination == "series":
        columns = (_number(ref.table, ref.column) for ref in query.quantity.columns)
        return rows.select(KEY, *(column.alias(str(at)) for at, column in enumerate(columns)))
    chosen = [pl.col(KEY), _quantity(query.quantity).alias(VALUE)]
    if query.second:
        chosen.append(_quantity(query.second).alias(SECOND))
    if query.conditions:
        chosen.append(pl.all_horizontal(_conditions(query)).alias(MEETS))
    if query.quantity.combination == "growth":
        old, new = query.quantity.columns
        chosen += [
            _number(old.table, old.column).alias("old"),
            _number(new.table, new.column).alias("new"),
        ]
    return rows.select(chosen).sort(KEY)


def _key(table: str, column: str) -> str:
    return f"{table}\t{column}"


def _number(table: str, column: str) -> pl.Expr:
    return pl.col(_key(table, column)).cast(pl.Float64)


def _quantity(quantity: Quantity) -> pl.Expr:
    first, *rest = (_number(ref.table, ref.column) for ref in quantity.columns)
    match quantity.combination:
        case "plain" | "series":
            return first
        case "ratio":
            return first / rest[0]
        case "difference":
            return first - rest[0]
        case "growth":
            return (rest[0] / first - 1) * 100


def _conditions(query: Query) -> list[pl.Expr]:
    out: list[pl.Expr] = []
    for condition in query.conditions:
        number, bound = (
            _number(condition.column.table, condition.column.column),
            float(condition.bound),
        )
        out.append(number > bound if condition.sign == ">" else number < bound)
    return out


def _meeting(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col(MEETS)) if MEETS in rows.columns else rows


def _of(rows: pl.DataFrame, entity: str, column: str = VALUE) -> float:
    return rows.filter(pl.col(KEY) == entity)[column].item()


def _ranked(query: Query, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows from the end that the query counts from; refuse ties, which have no order."""
    if rows[VALUE].n_unique() != rows.height:
        raise ValueError(f"{query.operation}: two things have the same value")
    return rows.sort(VALUE, descending=query.order == "largest")


def _count_rising(_query: Query, rows: pl.DataFrame) -> float:
    return rows.filter(pl.col("new") > pl.col("old")).height


def _nth(query: Query, rows: pl.DataFrame) -> list[str]:
    return [_ranked(query, _meeting(rows))[KEY][query.number - 1]]


def _place(rows: pl.DataFrame, column: str, entity: str, *, descending: bool) -> int:
    places = rows[column].rank("min", descending=descending)
    return int(places.filter(rows[KEY] == entity).item())


def _rank_shift(query: Query, rows: pl.DataFrame) -> float:
    first, second = (_place(rows, c, query.focus[0], descending=True) for c in (VALUE, SECOND))
    return first - second


def _summed(number: Callable[[pl.Series], float]) -> Callable[[Query, pl.DataFrame], float]:
    def of(query: Query, rows: pl.DataFrame) -> float:
        return number(_meeting(rows)[VALUE]) / float(query.divisor)

    return of


def _sum(values: pl.Series) -> float:
    return float(values.sum() or 0)


def _median(values: pl.Series) -> float:
    ordered = values.sort().to_list()
    middle = len(ordered) // 2
    return (ordered[middle] + ordered[~middle]) / 2


def _spread(values: pl.Series) -> float:
    ordered = values.sort().to_list()
    return ordered[-1] - ordered[0]


def _lead(values: pl.Series) -> float:
    second, first = values.sort().to_list()[-2:]
    return first - second


def _top_total(query: Query, rows: pl.DataFrame) -> float:
    return _sum(rows[VALUE].top_k(query.number)) / float(query.divisor)


def _share(query: Query, rows: pl.DataFrame) -> float:
    return _of(rows, query.focus[0]) * 100 / _sum(rows[VALUE])


def _share_where(_query: Query, rows: pl.DataFrame) -> float:
    return _sum(_meeting(rows)[VALUE]) * 100 / _sum(rows[VALUE])


def _gap(query: Query, rows: pl.DataFrame) -> float:
    first, second = (_of(rows, entity) for entity in query.focus)
    return (first - second) / float(query.divisor)


def _times(query: Query, rows: pl.DataFrame) -> float:
    first, second = (_of(rows, entity) for entity in query.focus)
    return first / second


def _mean(values: pl.Series) -> float:
    if values.is_empty():
        raise ValueError("the mean of nothing")
    return _sum(values) / len(values)


def _group_gap(query: Query, rows: pl.DataFrame) -> float:
    inside, outside = (_mean(rows.filter(pl.col(MEETS) == flag)[VALUE]) for flag in (True, False))
    return (inside - outside) / float(query.divisor)


def _weighted_mean(query: Query, rows: pl.DataFrame) -> float:
    return _sum(rows[VALUE] * rows[SECOND]) / _sum(rows[SECOND]) / float(query.divisor)


def _mean_without_best(query: Query, rows: pl.DataFrame) -> float:
    ordered = rows[VALUE].sort(descending=query.order == "largest")
    return _mean(ordered.slice(1)) / float(query.divisor)


def _total_if(query: Query, rows: pl.DataFrame) -> float:
    added = _of(rows, query.focus[0]) * float(query.percent) / 100
    return (_sum(rows[VALUE]) + added) / float(query.divisor)


def _total_growth(_query: Query, rows: pl.DataFrame) -> float:
    return (_sum(rows["new"]) / _sum(rows["old"]) - 1) * 100


def _compound_growth(query: Query, rows: pl.DataFrame) -> float:
    old, new = (_of(rows, query.focus[0], column) for column in ("old", "new"))
    if old <= 0 or new <= 0:
        raise ValueError("compound growth of what is not positive")
    return ((new / old) ** (1 / query.number) - 1) * 100


def _count(_query: Query, rows: pl.DataFrame) -> float:
    return _meeting(rows).height


def _count_above_mean(_query: Query, rows: pl.DataFrame) -> float:
    return rows.filter(pl.col(VALUE) > _mean(rows[VALUE])).height


def _which(_query: Query, rows: pl.DataFrame) -> list[str]:
    return _meeting(rows)[KEY].to_list()


def _top(query: Query, rows: pl.DataFrame) -> list[str]:
    return _ranked(query, _meeting(rows))[KEY].head(query.number).to_list()


def _rank(query: Query, rows: pl.DataFrame) -> float:
    return _place(rows, VALUE, query.focus[0], descending=query.order == "largest")


def _over_time(query: Query, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the figures of a series one below the other, and whether each meets the condition of its year."""
    own = rows.filter(pl.col(KEY) == query.focus[0]).drop(KEY)
    series = own.transpose(column_names=[VALUE]).with_row_index("place", offset=1)
    for condition in query.conditions[:1]:
        number, bound = pl.col(VALUE), float(condition.bound)
        return series.with_columns(
            (number > bound if condition.sign == ">" else number < bound).alias(MEETS)
        )
    change = pl.col(VALUE).diff()
    moves = change > 0 if query.order == "rising" else change < 0
    return series.with_columns(moves.fill_null(value=False).alias(MEETS))


def _first_past(query: Query, rows: pl.DataFrame) -> float:
    passing = _over_time(query, rows).filter(pl.col(MEETS))["place"]
    if passing.is_empty():
        raise ValueError(f"{query.operation}: no figure is past the bound")
    return passing[0]


def _longest_run(query: Query, rows: pl.DataFrame) -> float:
    runs = _over_time(query, rows)[MEETS].rle().struct.unnest()
    return max(runs.filter(pl.col("value"))["len"].to_list(), default=0)


COMPUTE: Mapping[Operation, Callable[[Query, pl.DataFrame], float | list[str]]] = {
    "count": _count, "count_above_mean": _count_above_mean, "count_rising": _count_rising, "nth": _nth,
    "which": _which, "top": _top, "rank": _rank, "rank_shift": _rank_shift, "total": _summed(_sum),
    "mean": _summed(_mean), "median": _summed(_median), "spread": _summed(_spread), "lead": _summed(_lead),
    "top_total": _top_total, "share": _share, "share_where": _share_where, "gap": _gap, "times": _times,
    "group_gap": _group_gap, "weighted_mean": _weighted_mean, "mean_without_best": _mean_without_best,
    "total_if": _total_if, "total_growth": _total_growth, "compound_growth": _compound_growth,
    "first_past": _first_past, "longest_run": _longest_run,
}  # fmt: skip
