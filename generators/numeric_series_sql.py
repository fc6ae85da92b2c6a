"""Series as SQL: the place of the first figure past a bound, and the longest run, over the columns of one row.

A figure that is missing before the answer is settled leaves it open: the result is null then, and never a guess from
the figures that are there.
"""

from collections.abc import Sequence

from sqlglot import exp


def first_place(values: Sequence[exp.Expr], passes: Sequence[exp.Expr]) -> exp.Case:
    """Return the place, from 1, of the first condition that is met.

    Args:
        values: the figures in order.
        passes: what each of them is to meet.
    """
    ifs: list[exp.If] = []
    for place, (value, condition) in enumerate(zip(values, passes, strict=True), 1):
        ifs.append(exp.If(this=_missing(value), true=exp.Null()))
        ifs.append(exp.If(this=condition, true=exp.Literal.number(place)))
    return exp.Case(ifs=ifs)


def longest(values: Sequence[exp.Expr], holds: Sequence[exp.Expr]) -> exp.Case:
    """Return the length of the longest run of conditions that are met one after the other.

    Args:
        values: the figures, none of which may be missing.
        holds: the conditions in order.
    """
    missing = exp.or_(*(_missing(value) for value in values), copy=False)
    ifs = [exp.If(this=missing, true=exp.Null())]
    for length in range(len(holds), 0, -1):
        runs = [
            exp.and_(*(one.copy() for one in holds[start : start + length]), copy=False)
            for start in range(len(holds) - length + 1)
        ]
        ifs.append(exp.If(this=exp.or_(*runs, copy=False), true=exp.Literal.number(length)))
    return exp.Case(ifs=ifs, default=exp.Literal.number(0))


def _missing(value: exp.Expr) -> exp.Is:
    return exp.Is(this=value.copy(), expression=exp.Null())
