"""Numerical queries as SQL: worked by hand on four towns, and equal to the second engine on tables of any numbers."""

import math
from decimal import Decimal
from typing import Any, get_args

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.numeric_sql import SELECTS, query_text, to_sql
from verifiers.second_engine import COMPUTE, compute
from warehouse.corpus_tables import DECIMAL, KEY
from warehouse.numeric import SERIES, ColumnRef, Condition, Operation, Quantity, Query
from warehouse.safe_sql import Engine, SqlRejected
from warehouse.sql_guard import check_sql

TOWNS = ("Arnby", "Bromo", "Celt'); DROP TABLE towns; --", "Dorf", "Elm")
PEOPLE = ColumnRef(table="towns 2020", column="people")
AREA = ColumnRef(table="towns 2020", column="area (sq km)")
LATER = ColumnRef(table="towns 2025", column="people")


def frame(**columns: list[str]) -> pl.DataFrame:
    values = {name.replace("_", " "): pl.Series(own).cast(DECIMAL) for name, own in columns.items()}
    return pl.DataFrame({KEY: list(TOWNS), **values})


def tables(people: list[str], area: list[str], later: list[str]) -> dict[str, pl.DataFrame]:
    first = frame(people=people, area=area).rename({"area": "area (sq km)"})
    return {"towns 2020": first, "towns 2025": frame(people=later)}


SMALL = tables(
    ["100", "400", "200", "50", "250"],
    ["10", "20", "40", "5", "2.5"],
    ["110", "380", "300", "60", "250"],
)


LARGE = Condition(column=AREA, sign=">", bound="7")
SMALLER = Condition(column=PEOPLE, sign="<", bound="300")
BOTH = {"conditions": (LARGE, SMALLER)}
ONE = {"conditions": (LARGE,)}


IN_TIME = Quantity(combination="series", columns=(AREA, PEOPLE, LATER))


def past(bound: str, sign: Any = ">") -> tuple[Condition, ...]:
    return tuple(Condition(column=ref, sign=sign, bound=bound) for ref in IN_TIME.columns)


def query(operation: Operation, **parts: Any) -> Query:
    """Return a query of the operation with whatever it needs and the test does not say."""
    needs: dict[str, Any] = {
        "quantity": Quantity(combination="plain", columns=(PEOPLE,)), "entities": TOWNS, "order": "largest",
    }  # fmt: skip
    if operation in ("rank", "share", "total_if", "compound_growth", "rank_shift"):
        needs["focus"] = (TOWNS[2],)
    if operation in ("gap", "times"):
        needs["focus"] = (TOWNS[1], TOWNS[0])
    if operation in ("nth", "top", "top_total"):
        needs["number"] = 2
    if operation in ("count", "which", "share_where", "group_gap"):
        needs |= ONE
    if operation in ("weighted_mean", "rank_shift"):
        needs["second"] = Quantity(combination="plain", columns=(AREA,))
    if operation in ("count_rising", "total_growth", "compound_growth"):
        needs["quantity"] = Quantity(combination="growth", columns=(PEOPLE, LATER))
        needs["number"] = 5
    if operation in SERIES:  # of the third town 40, 200, 300; of the second 20, 400, 380
        needs |= {"quantity": IN_TIME, "order": "rising", "focus": (TOWNS[2],)}
    if operation == "first_past":
        needs["conditions"] = past("150")
    if operation == "total_if":
        needs["percent"] = "10"
    return Query(operation=operation, **(needs | parts))


def run(asked: Query, given_tables: dict[str, pl.DataFrame]) -> list[Any]:
    """Return the first column of what the guarded SQL of a query gives."""
    with Engine(given_tables) as engine:
        return [row[0] for row in engine.run(check_sql(to_sql(asked), engine.schema)).rows]


HAND: list[tuple[Operation, dict[str, Any], object]] = [
    ("count", {}, 3),  # areas above 7: 10, 20, 40
    ("count", BOTH, 2),  # of these with under 300 people: 100, 200
    ("count_above_mean", {}, 2),  # mean 1000 / 5 = 200: 400, 250; 200 itself is not above
    ("count_rising", {}, 3),  # 110, 300, 60; 250 stays
    ("nth", {"number": 1}, ["Bromo"]),
    ("nth", {}, ["Elm"]),
    ("nth", {"number": 1} | ONE, ["Bromo"]),
    ("which", {}, ["Arnby", "Bromo", TOWNS[2]]),
    ("which", BOTH, ["Arnby", TOWNS[2]]),
    ("top", {}, ["Bromo", "Elm"]),
    ("top", ONE, ["Bromo", TOWNS[2]]),
    ("rank", {}, 3),
    ("rank_shift", {}, 2),  # third by people, first by area
    ("total", {}, 1000),
    ("total", ONE, 700),
    ("mean", {}, 200),
    ("mean", ONE, 700 / 3),
    ("median", {}, 200),
    ("spread", {}, 350),
    ("lead", {}, 150),
    ("top_total", {}, 650),
    ("share", {}, 20),
    ("share_where", {}, 70),
    ("gap", {}, 300),
    ("times", {}, 4),
    ("group_gap", {}, 700 / 3 - 150),
    ("weighted_mean", {}, (1000 + 8000 + 8000 + 250 + 625) / 77.5),
    ("mean_without_best", {}, 150),
    ("total_if", {}, 1020),
    ("total_growth", {}, 10),  # 1000 to 1100
    ("compound_growth", {}, (1.5**0.2 - 1) * 100),
    ("first_past", {}, 2),  # 40, then 200 above 150
    ("first_past", {"focus": (TOWNS[1],), "conditions": past("390", "<")}, 1),
    ("longest_run", {}, 2),  # 40, 200, 300
    ("longest_run", {"focus": (TOWNS[1],)}, 1),  # 20, 400, 380
    ("longest_run", {"focus": (TOWNS[1],), "order": "falling"}, 1),
    ("longest_run", {"focus": ("Elm",)}, 1),  # 2.5, 250, 250: a figure that stays is no rise
    ("longest_run", {"order": "falling"}, 0),
    ("longest_run", {"order": "", "conditions": past("30")}, 3),
    ("longest_run", {"order": "", "conditions": past("100")}, 2),
    ("longest_run", {"order": "", "conditions": past("250", "<")}, 2),
]


def test_every_operation_is_worked_by_hand() -> None:
    assert {name for name, _, _ in HAND} == set(get_args(Operation)) == set(SELECTS) == set(COMPUTE)


@pytest.mark.parametrize(("operation", "parts", "answer"), HAND)
def test_both_engines_give_the_answer_worked_by_hand(
    operation: Operation, parts: dict[str, Any], answer: object
) -> None:
    asked = query(operation, **parts)
    found, second = run(asked, SMALL), compute(asked, SMALL)
    if isinstance(answer, list):
        assert found == answer == list(second.names)
    else:
        assert float(found[0]) == pytest.approx(answer)
        assert second.number == pytest.approx(answer)


def test_quantities_of_two_columns() -> None:
    density = Quantity(combination="ratio", columns=(PEOPLE, AREA))
    assert run(query("nth", number=1, quantity=density), SMALL) == ["Elm"]  # 250 / 2.5 = 100
    growth = Quantity(combination="growth", columns=(PEOPLE, LATER))
    asked = query("nth", number=1, quantity=growth)
    assert run(asked, SMALL) == [TOWNS[2]] == list(compute(asked, SMALL).names)  # 50 %
    change = Quantity(combination="difference", columns=(LATER, PEOPLE))
    assert run(query("total", quantity=change), SMALL) == [Decimal(100)]


def test_answers_are_divided_where_the_question_asks_for_thousands() -> None:
    asked = query("total", divisor="1000")
    assert run(asked, SMALL) == [1.0]
    assert compute(asked, SMALL).number == 1.0


def test_a_series_with_a_missing_figure_has_no_answer() -> None:
    """40, nothing, 300: whether the missing figure is above 150, or the figures rise, nobody can tell."""
    holes = dict(SMALL)
    holes["towns 2020"] = SMALL["towns 2020"].with_columns(
        people=pl.when(pl.col(KEY) == TOWNS[2]).then(None).otherwise(pl.col("people"))
    )
    for operation in ("first_past", "longest_run"):
        assert run(query(operation), holes) == [None]
        with pytest.raises(ValueError, match="missing"):
            compute(query(operation), holes)
    assert run(query("first_past", conditions=past("30")), holes) == [1]  # settled before it
    assert run(query("first_past", conditions=past("1000")), SMALL) == [None]
    with pytest.raises(ValueError, match="no figure is past"):
        compute(query("first_past", conditions=past("1000")), SMALL)


def test_a_name_that_is_sql_is_a_string() -> None:
    text = query_text(query("count"))
    assert "'Celt''); DROP TABLE towns; --'" in text
    assert text.count(";") == 2


def test_a_missing_value_in_scope_and_a_tie_are_refused_by_the_second_engine() -> None:
    holes = dict(SMALL)
    holes["towns 2020"] = SMALL["towns 2020"].with_columns(
        people=pl.when(pl.col(KEY) == "Elm").then(None).otherwise(pl.col("people"))
    )
    with pytest.raises(ValueError, match="missing"):
        compute(query("total"), holes)
    ties = tables(["5", "5", "1", "2", "3"], ["1"] * 5, ["1"] * 5)
    with pytest.raises(ValueError, match="same value"):
        compute(query("nth", number=1), ties)
    with pytest.raises(SqlRejected, match="rows tie"):
        run(query("nth", number=1), ties)


NUMBERS = st.lists(
    st.decimals(min_value=1, max_value=10**9, places=2).map(str),
    min_size=5,
    max_size=5,
    unique=True,
)


@settings(max_examples=20, deadline=None)
@given(people=NUMBERS, area=NUMBERS, later=NUMBERS)
def test_the_engines_agree_on_any_numbers(
    people: list[str], area: list[str], later: list[str]
) -> None:
    drawn = tables(people, area, later)
    bound = sorted(map(Decimal, area))[2] + Decimal("0.005")  # three below, two above
    above = (Condition(column=AREA, sign=">", bound=str(bound)),)
    with Engine(drawn) as engine:
        for operation in get_args(Operation):
            plain = query(operation)
            if operation in SERIES:
                last = max(drawn[ref.table][ref.column][2] for ref in IN_TIME.columns)
                asked = plain.model_copy(update={"conditions": past(str(last - Decimal("0.005")))})
            else:
                asked = plain.model_copy(update={"conditions": above if plain.conditions else ()})
            found = [row[0] for row in engine.run(check_sql(to_sql(asked), engine.schema)).rows]
            second = compute(asked, drawn)
            if second.number is None:
                assert found == list(second.names)
            else:
                assert math.isclose(float(found[0]), second.number, rel_tol=1e-9, abs_tol=1e-6)
