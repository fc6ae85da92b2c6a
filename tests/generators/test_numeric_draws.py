"""Drawn queries are never trivial: no ties, bounds between neighbours, conditions that divide, one result."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.numeric_draws import FEWEST, NAMED, ORDERED, Drawn, DrawOptions, drawn
from generators.numeric_families import DIVIDED, FAMILIES, POSITIVE
from generators.numeric_parts import DEEPEST, roundest
from tests.warehouse.made_tables import Given, made, world
from warehouse.figures import Figures
from warehouse.numeric import SERIES, ColumnRef, Quantity, Query

FIGURES = world()
OPTIONS = DrawOptions(rounds=20)
DRAWN = list(drawn(FIGURES, "test", OPTIONS))
OTHERS = [one for one in DRAWN if one.query.operation not in SERIES]


def of(*operations: str) -> list[Drawn]:
    """Return the draws of some operations."""
    found = [one for one in DRAWN if one.query.operation in operations]
    assert found
    return found


def figures_of(ref: ColumnRef, query: Query) -> Mapping[str, Decimal]:
    return {name: value for name, (value, _) in FIGURES.values(ref, query.entities).items()}


def amounts(quantity: Quantity, query: Query) -> dict[str, Decimal]:
    """Return a quantity of each thing in scope, worked out from the definition."""
    first, *rest = (figures_of(ref, query) for ref in quantity.columns)
    if quantity.combination == "plain":
        return dict(first)
    second = rest[0]
    work = {
        "ratio": lambda a, b: a / b, "difference": lambda a, b: a - b, "growth": lambda a, b: 100 * (b - a) / a,
    }[quantity.combination]  # fmt: skip
    return {name: work(first[name], second[name]) for name in first}


def meeting(query: Query) -> set[str]:
    """Return the things in scope that meet every condition."""
    out = set(query.entities)
    for condition in query.conditions:
        bound = Decimal(condition.bound)
        cells = figures_of(condition.column, query)
        out &= {name for name in cells if (cells[name] > bound) == (condition.sign == ">")}
    return out


def test_every_family_is_drawn_several_times() -> None:
    counts = Counter(one.family.name for one in DRAWN)
    assert set(counts) == {family.name for family in FAMILIES}
    assert min(counts.values()) >= 3
    assert len({one.query.model_dump_json() for one in DRAWN}) == len(DRAWN)


def test_a_query_is_of_its_family() -> None:
    for one in DRAWN:
        assert one.query.operation == one.family.operation
        if one.query.operation not in SERIES:
            assert len(one.query.conditions) == one.family.conditions
        if one.query.operation not in ("count", "which"):
            assert one.query.quantity.combination == one.family.combination
        if one.family.joined:
            assert len({condition.column.table for condition in one.query.conditions}) == 2


def test_all_things_in_scope_have_every_figure() -> None:
    for one in DRAWN:
        query = one.query
        second = query.second.columns if query.second else ()
        refs = [*query.quantity.columns, *second, *(c.column for c in query.conditions)]
        assert all(set(figures_of(ref, query)) == set(query.entities) for ref in refs)
        assert list(query.entities) == sorted(set(query.entities))
        if query.operation not in NAMED:
            assert FEWEST <= len(query.entities) <= OPTIONS.scope


def test_an_order_has_no_ties() -> None:
    for one in of(*ORDERED):
        values = amounts(one.query.quantity, one.query)
        assert len(set(values.values())) == len(values)


def test_a_tie_leaves_no_order_to_ask_for() -> None:
    tied = ["1", "1", "2", "2", "3"]
    figures = Figures(
        [made("town", "2020", "ABCDE", [Given("Schools", tied), Given("Mills", tied)])]
    )
    assert not {one.query.operation for one in drawn(figures, "tied", OPTIONS)} & {
        *ORDERED,
        "mean_without_best",
    }


def test_a_bound_is_strictly_between_two_neighbours_with_two_things_on_either_side() -> None:
    for one in OTHERS:
        for condition in one.query.conditions:
            values = sorted(figures_of(condition.column, one.query).values())
            below = sum(value < Decimal(condition.bound) for value in values)
            assert Decimal(condition.bound) not in values
            assert 2 <= below <= len(values) - 2


def test_conditions_leave_two_things_and_never_all() -> None:
    for one in OTHERS:
        if one.query.conditions:
            assert 2 <= len(meeting(one.query)) < len(one.query.entities)


def test_places_are_in_the_order_and_not_deep() -> None:
    for one in of("nth", "top", "top_total"):
        things = meeting(one.query)
        assert 1 <= one.query.number < min(len(things), DEEPEST)
        assert one.query.number > 1 or one.query.operation == "nth"
    assert all(one.query.order for one in of("nth", "top", "rank", "mean_without_best"))


def test_two_things_are_compared_the_larger_first() -> None:
    for one in of("gap", "times"):
        values = amounts(one.query.quantity, one.query)
        first, second = one.query.focus
        assert values[first] > values[second]
        assert one.query.entities == tuple(sorted(one.query.focus))


def test_the_thing_asked_about_is_in_scope_and_shifts() -> None:
    for one in of("rank", "rank_shift", "share", "total_if"):
        (focus,) = one.query.focus
        assert focus in one.query.entities
    for one in of("rank_shift"):
        assert one.query.second is not None
        places = []
        for quantity in (one.query.quantity, one.query.second):
            values = amounts(quantity, one.query)
            places.append(sorted(values, key=lambda name: -values[name]).index(one.query.focus[0]))
        assert places[0] != places[1]


def series(query: Query) -> list[Decimal]:
    """Return the figures of a series in order."""
    (name,) = query.focus
    return [figures_of(ref, query)[name] for ref in query.quantity.columns]


def test_a_series_is_of_one_thing_over_three_years_or_more_in_order() -> None:
    lengths = Counter()
    for one in of(*SERIES):
        query, refs = one.query, one.query.quantity.columns
        years = [FIGURES.time(ref) for ref in refs]
        assert years == sorted(set(years))
        assert query.entities == query.focus
        assert len({FIGURES.column(ref).measure for ref in refs}) == 1
        assert [c.column for c in query.conditions] in ([], list(refs))
        assert len({(c.sign, c.bound) for c in query.conditions}) <= 1
        lengths[len(refs)] += 1
    assert set(lengths) == {3, 4}


def test_a_year_that_two_reports_state_is_taken_from_the_later() -> None:
    cargo = [s for s in FIGURES.series if FIGURES.column(s[0]).shown == "Cargo"]
    assert [[(ref.table, FIGURES.time(ref)) for ref in one] for one in cargo] == [
        [("harbour_2022", "2021"), ("harbour_2023", "2022"), ("harbour_2024", "2023"), ("harbour_2024", "2024")]
    ]  # fmt: skip
    assert FIGURES.restated(cargo[0])
    debts = [s for s in FIGURES.series if FIGURES.column(s[0]).shown == "Debt"]
    assert not any(map(FIGURES.restated, debts))


def test_the_first_figure_past_a_bound_is_not_the_first_of_all_nor_told_by_one_document() -> None:
    for one in of("first_past"):
        passing = [c.met(v) for c, v in zip(one.query.conditions, series(one.query), strict=True)]
        at = passing.index(True)
        assert at > 0
        refs = one.query.quantity.columns
        needed = {FIGURES.time(ref) for ref in refs[: at + 1]}
        for table in (FIGURES.tables[ref.table] for ref in refs):
            own = [c for c in table.columns if c.measure == FIGURES.column(refs[0]).measure]
            assert not needed <= {c.period.end or table.edition for c in own}


def test_a_run_is_of_rises_falls_or_figures_on_one_side_of_a_bound() -> None:
    ways = Counter()
    for one in of("longest_run"):
        values = series(one.query)
        if one.query.conditions:
            met = [c.met(v) for c, v in zip(one.query.conditions, values, strict=True)]
            assert 0 < sum(met) < len(met)
            ways[one.query.conditions[0].sign] += 1
        else:
            rising = one.query.order == "rising"
            assert any((b > a) == rising for a, b in pairwise(values) if a != b)
            ways[one.query.order] += 1
    assert set(ways) == {">", "<", "rising", "falling"}


def test_the_years_of_a_compound_rate_are_those_between_its_times() -> None:
    for one in of("compound_growth"):
        assert one.query.number == FIGURES.years(one.query.quantity.columns) > 1
        assert one.query.entities == one.query.focus


def test_what_is_divided_by_is_positive() -> None:
    for one in DRAWN:
        first, *rest = (figures_of(ref, one.query) for ref in one.query.quantity.columns)
        if one.query.quantity.combination == "ratio":
            assert min(rest[0].values()) > 0
        if one.query.quantity.combination == "growth" or one.query.operation in POSITIVE:
            assert min(first.values()) > 0
        if one.query.second and one.query.operation == "weighted_mean":
            assert min(amounts(one.query.second, one.query).values()) > 0


def test_a_number_is_given_in_what_its_figures_are_printed_in() -> None:
    divisors = Counter()
    for one in DRAWN:
        divisors[one.query.divisor] += 1
        if one.query.divisor == "1":
            continue
        assert one.query.operation in DIVIDED
        for ref in one.query.quantity.columns:
            steps = [step for _, step in FIGURES.values(ref, one.query.entities).values()]
            assert min(steps) >= Decimal(one.query.divisor)
    assert set(divisors) == {"1", "1000", "1000000"}


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    again = list(drawn(world(), "test", OPTIONS))
    assert [one.query for one in again] == [one.query for one in DRAWN]
    for world_name, options in (("test", DrawOptions(rounds=20, seed=1)), ("train", OPTIONS)):
        other = {one.query.model_dump_json() for one in drawn(FIGURES, world_name, options)}
        assert len(other & {one.query.model_dump_json() for one in DRAWN}) < len(DRAWN) / 4


PROGRAM = """
from generators.numeric_draws import DrawOptions, drawn
from generators.numeric_wording import word
from tests.warehouse.made_tables import world
from warehouse.identity import content_id
figures = world()
found = list(drawn(figures, "test", DrawOptions(rounds=3)))
print(content_id("x", *(word(figures, one.query, seed=0, closed=True).question for one in found)))
"""


def test_draws_and_wordings_are_the_same_in_every_process() -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.getcwd()},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(said) == 1
    assert said != {""}


@pytest.mark.parametrize(
    ("low", "high", "bound"),
    [
        ("3", "9", "6"),  # middle third 5 to 7: no multiple of 10 or 5 above 5, the first of 1 is 6
        ("100", "200", "150"),
        ("4812", "7020", "6000"),
        ("0.31", "0.34", "0.33"),
        ("-40", "60", "0"),
        ("2500000", "9000000", "5000000"),
        ("7", "8", "7.5"),
        ("-9", "-3", "-5"),
    ],
)
def test_a_round_number_between_two(low: str, high: str, bound: str) -> None:
    found = roundest(Decimal(low), Decimal(high))
    assert found == Decimal(bound)


@given(
    a=st.decimals(-(10**12), 10**12, places=4),
    b=st.decimals(-(10**12), 10**12, places=4),
)
def test_the_roundest_number_is_strictly_between_and_short(a: Decimal, b: Decimal) -> None:
    low, high = sorted((a, b))
    if low == high:
        with pytest.raises(ValueError, match="not below"):
            roundest(low, high)
        return
    found = roundest(low, high)
    assert low < found < high
    # a hundredth of the gap's power of ten is always fine enough: no more places than that, or the middle
    finest = Decimal(1).scaleb((high - low).adjusted() - 1)
    assert found % finest == 0 or found == (low + high) / 2
