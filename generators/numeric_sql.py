"""A numerical query as SQL: one SELECT over corpus tables, built as a sqlglot tree and never from text (method 2.2).

Names of things and columns enter as literals and quoted identifiers of the tree, so that a thing named like SQL is a
string. Every operation is a function of the query's parts; `SELECTS` has one for each.
"""

from collections.abc import Callable, Mapping
from itertools import pairwise

from sqlglot import exp

from generators.numeric_series_sql import first_place, longest
from warehouse.corpus_tables import KEY
from warehouse.numeric import ColumnRef, Operation, Quantity, Query

HUNDRED = exp.Literal.number("100.0")


def to_sql(query: Query) -> exp.Select:
    """Return the query as a tree; `query_text` prints it."""
    return SELECTS[query.operation](query)


def query_text(query: Query) -> str:
    """Return the query as DuckDB's SQL."""
    return to_sql(query).sql(dialect="duckdb")


def _name(text: str) -> exp.Identifier:
    return exp.to_identifier(text, quoted=True)


def _column(ref: ColumnRef) -> exp.Column:
    return exp.column(_name(ref.column), table=_name(ref.table))


def _key(query: Query) -> exp.Column:
    return exp.column(KEY, table=_name(query.tables[0]))


def _quantity(quantity: Quantity) -> exp.Expr:
    first, *rest = map(_column, quantity.columns)
    if quantity.combination == "plain":
        return first
    second = rest[0]
    if quantity.combination == "ratio":
        return exp.Div(this=first, expression=second)
    change = exp.Sub(this=first, expression=second)
    if quantity.combination == "difference":
        return exp.Paren(this=change)
    change = exp.Sub(this=second, expression=first)
    return exp.Div(
        this=exp.Mul(this=HUNDRED.copy(), expression=exp.Paren(this=change)),
        expression=first.copy(),
    )


def _conditions(query: Query) -> list[exp.Expr]:
    out: list[exp.Expr] = []
    for condition in query.conditions:
        sign = exp.GT if condition.sign == ">" else exp.LT
        out.append(
            sign(this=_column(condition.column), expression=exp.Literal.number(condition.bound))
        )
    return out


def _rows(query: Query, *wanted: exp.Expr, filtered: bool = False) -> exp.Select:
    """Return a SELECT of expressions over the rows in scope, those that meet the conditions where `filtered`."""
    first, *others = query.tables
    select = exp.select(*wanted, copy=False).from_(exp.Table(this=_name(first)), copy=False)
    for other in others:
        same = exp.EQ(
            this=exp.column(KEY, table=_name(first)), expression=exp.column(KEY, table=_name(other))
        )
        select = select.join(exp.Table(this=_name(other)), on=same, copy=False)
    names = [exp.Literal.string(entity) for entity in query.entities]
    conditions = _conditions(query) if filtered else []
    return select.where(exp.In(this=_key(query), expressions=names), *conditions, copy=False)


def _is(query: Query, entity: str) -> exp.EQ:
    return exp.EQ(this=_key(query), expression=exp.Literal.string(entity))


def _only(total: exp.Expr, *conditions: exp.Expr) -> exp.Filter:
    """Return an aggregate over the rows that meet the conditions."""
    return exp.Filter(this=total, expression=exp.Where(this=exp.and_(*conditions)))


def _of(query: Query, entity: str) -> exp.Filter:
    """Return the quantity of one thing, as an aggregate."""
    return _only(exp.Max(this=_quantity(query.quantity)), _is(query, entity))


def _scaled(query: Query, number: exp.Expr) -> exp.Expr:
    if query.divisor == "1":
        return number
    return exp.Div(this=exp.Paren(this=number), expression=exp.Literal.number(query.divisor))


def _sum(query: Query) -> exp.Sum:
    return exp.Sum(this=_quantity(query.quantity))


def _ordered(query: Query) -> exp.Select:
    rows = _rows(query, _key(query), filtered=True)
    return rows.order_by(exp.Ordered(this=_quantity(query.quantity), desc=query.order == "largest"))


def _count(query: Query) -> exp.Select:
    return _rows(query, exp.Count(this=exp.Star()), filtered=True)


def _count_above_mean(query: Query) -> exp.Select:
    mean = _rows(query, exp.Avg(this=_quantity(query.quantity)))
    above = exp.GT(this=_quantity(query.quantity), expression=exp.Subquery(this=mean))
    return _rows(query, exp.Count(this=exp.Star())).where(above)


def _count_rising(query: Query) -> exp.Select:
    old, new = map(_column, query.quantity.columns)
    return _rows(query, exp.Count(this=exp.Star())).where(exp.GT(this=new, expression=old))


def _nth(query: Query) -> exp.Select:
    return _ordered(query).limit(1).offset(query.number - 1)


def _which(query: Query) -> exp.Select:
    return _rows(query, _key(query), filtered=True).order_by(exp.Ordered(this=_key(query)))


def _top(query: Query) -> exp.Select:
    return _ordered(query).limit(query.number)


def _rank(query: Query) -> exp.Select:
    own = _rows(query, _of(query, query.focus[0]))
    sign = exp.GT if query.order == "largest" else exp.LT
    better = sign(this=_quantity(query.quantity), expression=exp.Subquery(this=own))
    place = exp.Add(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1))
    return _rows(query, place).where(better)


def _rank_shift(query: Query) -> exp.Select:
    assert query.second is not None
    places = [
        exp.alias_(
            exp.Window(
                this=exp.Rank(),
                order=exp.Order(expressions=[exp.Ordered(this=_quantity(quantity), desc=True)]),
            ),
            name,
        )
        for quantity, name in ((query.quantity, "first_place"), (query.second, "second_place"))
    ]
    ranked = _rows(query, exp.alias_(_key(query), "thing"), *places)
    shift = exp.Sub(this=exp.column("first_place"), expression=exp.column("second_place"))
    own = exp.EQ(this=exp.column("thing"), expression=exp.Literal.string(query.focus[0]))
    return exp.select(shift).from_("ranked").where(own).with_("ranked", as_=ranked)


def _aggregate(make: Callable[[exp.Expr], exp.Expr]) -> Callable[[Query], exp.Select]:
    def select(query: Query) -> exp.Select:
        number = make(_quantity(query.quantity))
        return _rows(query, _scaled(query, number), filtered=True)

    return select


def _spread(query: Query) -> exp.Select:
    value = _quantity(query.quantity)
    return _rows(
        query,
        _scaled(query, exp.Sub(this=exp.Max(this=value), expression=exp.Min(this=value.copy()))),
    )


def _lead(query: Query) -> exp.Select:
    second = _rows(query, _quantity(query.quantity)).order_by(
        exp.Ordered(this=_quantity(query.quantity), desc=True)
    )
    runner_up = exp.Subquery(this=second.limit(1).offset(1))
    return _rows(
        query,
        _scaled(query, exp.Sub(this=exp.Max(this=_quantity(query.quantity)), expression=runner_up)),
    )


def _top_total(query: Query) -> exp.Select:
    rows = _rows(query, exp.alias_(_quantity(query.quantity), "amount"))
    best = rows.order_by(exp.Ordered(this=_quantity(query.quantity), desc=True)).limit(query.number)
    total = exp.Sum(this=exp.column("amount"))
    return exp.select(_scaled(query, total)).from_(best.subquery("best"))


def _percent(part: exp.Expr, whole: exp.Expr) -> exp.Expr:
    return exp.Div(this=exp.Mul(this=HUNDRED.copy(), expression=part), expression=whole)


def _share(query: Query) -> exp.Select:
    return _rows(query, _percent(_only(_sum(query), _is(query, query.focus[0])), _sum(query)))


def _share_where(query: Query) -> exp.Select:
    return _rows(query, _percent(_only(_sum(query), *_conditions(query)), _sum(query)))


def _gap(query: Query) -> exp.Select:
    first, second = (_of(query, entity) for entity in query.focus)
    return _focused(query, _scaled(query, exp.Sub(this=first, expression=second)))


def _times(query: Query) -> exp.Select:
    first, second = (_of(query, entity) for entity in query.focus)
    return _focused(query, exp.Div(this=first, expression=second))


def _focused(query: Query, number: exp.Expr) -> exp.Select:
    """Return a SELECT over the things that the question names."""
    return _rows(query.model_copy(update={"entities": tuple(sorted(query.focus))}), number)


def _group_gap(query: Query) -> exp.Select:
    inside = exp.and_(*_conditions(query))
    mean = exp.Avg(this=_quantity(query.quantity))
    gap = exp.Sub(this=_only(mean, inside), expression=_only(mean.copy(), exp.not_(inside.copy())))
    return _rows(query, _scaled(query, gap))


def _weighted_mean(query: Query) -> exp.Select:
    assert query.second is not None
    weight = _quantity(query.second)
    weighted = exp.Sum(
        this=exp.Mul(this=_doubled(_quantity(query.quantity)), expression=_doubled(weight))
    )
    return _rows(
        query, _scaled(query, exp.Div(this=weighted, expression=exp.Sum(this=weight.copy())))
    )


def _doubled(number: exp.Expr) -> exp.Cast:
    """Return the number as a double, where the product of two decimals would be too long."""
    return exp.cast(number, exp.DataType.Type.DOUBLE)


def _mean_without_best(query: Query) -> exp.Select:
    extreme = (exp.Max if query.order == "largest" else exp.Min)(this=_quantity(query.quantity))
    rest = exp.Paren(this=exp.Sub(this=_sum(query), expression=extreme))
    others = exp.Paren(
        this=exp.Sub(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1))
    )
    return _rows(query, _scaled(query, exp.Div(this=rest, expression=others)))


def _total_if(query: Query) -> exp.Select:
    value = _quantity(query.quantity)
    factor = exp.Add(
        this=exp.Literal.number(1),
        expression=exp.Div(this=exp.Literal.number(query.percent), expression=HUNDRED.copy()),
    )
    changed = exp.Mul(this=value, expression=exp.Paren(this=factor))
    case = exp.Case(
        ifs=[exp.If(this=_is(query, query.focus[0]), true=changed)], default=value.copy()
    )
    return _rows(query, _scaled(query, exp.Sum(this=case)))


def _total_growth(query: Query) -> exp.Select:
    old, new = (exp.Sum(this=_column(ref)) for ref in query.quantity.columns)
    change = exp.Paren(this=exp.Sub(this=new, expression=old))
    return _rows(query, _percent(change, old.copy()))


def _compound_growth(query: Query) -> exp.Select:
    old, new = (exp.Max(this=_doubled(_column(ref))) for ref in query.quantity.columns)
    root = exp.Div(this=exp.Literal.number("1.0"), expression=exp.Literal.number(query.number))
    power = exp.Pow(
        this=exp.Paren(this=exp.Div(this=new, expression=old)), expression=exp.Paren(this=root)
    )
    rate = exp.Paren(this=exp.Sub(this=power, expression=exp.Literal.number(1)))
    return _focused(query, exp.Mul(this=HUNDRED.copy(), expression=rate))


def _first_past(query: Query) -> exp.Select:
    values = [_column(ref) for ref in query.quantity.columns]
    return _focused(query, first_place(values, _conditions(query)))


def _longest_run(query: Query) -> exp.Select:
    values = [_column(ref) for ref in query.quantity.columns]
    sign = exp.GT if query.order == "rising" else exp.LT
    moves = [sign(this=b.copy(), expression=a.copy()) for a, b in pairwise(values)]
    return _focused(query, longest(values, _conditions(query) or moves))


SELECTS: Mapping[Operation, Callable[[Query], exp.Select]] = {
    "count": _count, "count_above_mean": _count_above_mean, "count_rising": _count_rising, "nth": _nth,
    "which": _which, "top": _top, "rank": _rank, "rank_shift": _rank_shift,
    "total": _aggregate(lambda v: exp.Sum(this=v)), "mean": _aggregate(lambda v: exp.Avg(this=v)),
    "median": _aggregate(lambda v: exp.Median(this=v)), "spread": _spread, "lead": _lead, "top_total": _top_total,
    "share": _share, "share_where": _share_where, "gap": _gap, "times": _times, "group_gap": _group_gap,
    "weighted_mean": _weighted_mean, "mean_without_best": _mean_without_best, "total_if": _total_if,
    "total_growth": _total_growth, "compound_growth": _compound_growth,
    "first_past": _first_past, "longest_run": _longest_run,
}  # fmt: skip
