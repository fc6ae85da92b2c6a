"""Answers that hang on the rounding of a printed figure, worked by hand for each discrete operation."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from tests.warehouse.made_tables import Given, made, ref
from verifiers.rounding import Interval, rounding
from warehouse.figures import Figures
from warehouse.numeric import DISCRETE, Condition, Operation, Quantity, Query

NAMES = ("A", "B", "C", "D", "E")


def judged(
    operation: Operation,
    values: Sequence[str],
    *,
    step: str = "1",
    other: Sequence[str] = ("10", "20", "30", "40", "50"),
    combination: Any = "plain",
    bound: str = "",
    **parts: Any,
) -> tuple[str, str]:
    """Return status and evidence for an operation over five things with a figure, and another of step 1."""
    given = [Given("Mills", list(values), step=step), Given("Inns", list(other))]
    figures = Figures([made("town", "2020", NAMES, given)])
    mills, inns = ref(figures, "town_2020", "Mills"), ref(figures, "town_2020", "Inns")
    columns = (mills,) if combination == "plain" else (mills, inns)
    if operation == "rank_shift":
        parts["second"] = Quantity(combination="plain", columns=(inns,))
    conditions = (Condition(column=inns, sign=">", bound=bound),) if bound else ()
    query = Query(
        operation=operation, quantity=Quantity(combination=combination, columns=columns), entities=NAMES,
        conditions=conditions, **parts,
    )  # fmt: skip
    verdict = rounding(query, figures)
    return verdict.status, "".join(verdict.evidence)


DECIDED = ("passed", "")
TENS = {"values": ("120", "130", "10", "30", "50"), "step": "10"}
CASES: list[tuple[Operation, dict[str, Any], tuple[str, str]]] = [
    # a count's bound 25: 20 may be 19.5 to 20.5 and 30 29.5 to 30.5
    ("count", {"bound": "25"}, DECIDED),
    # 30.4 is within 29.5 to 30.5
    ("count", {"bound": "30.4"}, ("failed", "C")),
    # 30.5 is the very edge of it: whether it was rounded up from there is open
    ("count", {"bound": "30.5"}, ("failed", "C")),
    ("count", {"bound": "30.6"}, DECIDED),
    ("which", {"bound": "25"}, DECIDED),
    ("which", {"bound": "19.6"}, ("failed", "B")),
    # mean 3 (2.5 to 3.5); 3 itself may be on either side of it
    ("count_above_mean", {"values": ("1", "1", "3", "5", "5")}, ("failed", "C")),
    # mean 22 / 5 = 4.4 (3.9 to 4.9): 5 is 4.5 to 5.5, so open; 7 is clear of it
    ("count_above_mean", {"values": ("1", "2", "5", "7", "7")}, ("failed", "C")),
    ("count_above_mean", {"values": ("1", "2", "2", "7", "8")}, DECIDED),  # mean 4 (3.5 to 4.5)
    # 10 to 12 (11.5 at least), 20 to 20: may have risen or not
    ("count_rising", {"values": ("12", "25", "28", "44", "57")}, DECIDED),
    ("count_rising", {"values": ("12", "20", "28", "44", "57")}, ("failed", "B")),
    ("count_rising", {"values": ("11", "25", "28", "44", "57")}, ("failed", "A")),  # 10.5 is both
    # figures in tens: 120 is 115 to 125, 130 is 125 to 135, they touch
    ("nth", {"values": ("120", "140", "10", "30", "50"), "step": "10", "order": "largest", "number": 1}, DECIDED),
    ("nth", {**TENS, "order": "largest", "number": 1}, ("failed", "B")),
    ("nth", {**TENS, "order": "largest", "number": 2}, ("failed", "A")),
    ("nth", {**TENS, "order": "largest", "number": 3}, DECIDED),
    ("nth", {**TENS, "order": "smallest", "number": 1}, DECIDED),
    # B and A are too near, but inns above 25 leave C, D and E only
    ("nth", {**TENS, "order": "largest", "number": 1, "bound": "25"}, DECIDED),
    ("top", {**TENS, "order": "largest", "number": 2}, ("failed", "B")),
    ("top", {**TENS, "order": "smallest", "number": 3}, DECIDED),
    # the third is decided, and the fourth too near it
    ("top", {**TENS, "values": ("120", "130", "10", "30", "40"), "order": "smallest", "number": 2}, ("failed", "D")),
    ("rank", {**TENS, "focus": ("A",)}, ("failed", "B")),
    ("rank", {**TENS, "focus": ("E",)}, DECIDED),
    ("rank_shift", {"values": ("5", "4", "3", "2", "8"), "focus": ("A",), "step": "0.1"}, DECIDED),
    ("rank_shift", {"values": ("5", "4", "3", "2", "8"), "focus": ("A",), "step": "1"}, ("failed", "B")),
    # A's mills and inns, 12 and 10: 11.5 at least and 10.5 at most
    ("longest_run", {"values": ("12", "0", "0", "0", "0"), "combination": "series", "focus": ("A",)}, DECIDED),
    # 11 is 10.5 at least
    ("longest_run", {"values": ("11", "0", "0", "0", "0"), "combination": "series", "focus": ("A",)}, ("failed", "A")),
    # inns above 11 or not is clear for 10 and for 20, above 10.5 it is open
    ("first_past", {"combination": "series", "focus": ("A",), "bound": "11"}, DECIDED),
    ("first_past", {"combination": "series", "focus": ("A",), "bound": "10.5"}, ("failed", "A")),
    ("longest_run", {"combination": "series", "focus": ("A",), "bound": "10.5"}, ("failed", "A")),
    # the second ranking is open: inns 10 and 10
    ("rank_shift", {"values": ("5", "4", "3", "2", "8"), "focus": ("A",), "step": "0.1",
                    "other": ("10", "10", "30", "40", "50")}, ("failed", "B")),
]  # fmt: skip


def test_every_discrete_operation_has_a_decided_and_an_open_case() -> None:
    for status in ("passed", "failed"):
        assert {operation for operation, _, found in CASES if found[0] == status} == DISCRETE


@pytest.mark.parametrize(("operation", "parts", "found"), CASES)
def test_a_discrete_answer(
    operation: Operation, parts: dict[str, Any], found: tuple[str, str]
) -> None:
    given = {"values": ("1", "2", "3", "4", "5"), **parts}
    if operation == "count_rising":  # from inns to mills
        given = given | {
            "values": ("10", "20", "30", "40", "50"),
            "other": parts["values"],
            "combination": "growth",
        }
    assert judged(operation, **given) == found


def test_intervals_of_unequal_width_are_set_against_all_others() -> None:
    # ratios: A 10/10, 9.5/10.5 to 10.5/9.5 = 0.90 to 1.11; B 60/80 = 0.74 to 0.76;
    # C 2/2, 1.5/2.5 to 2.5/1.5 = 0.6 to 1.67, over both of them
    values, other = ("10", "60", "2", "1", "1"), ("10", "80", "2", "90", "40")
    order = {"other": other, "combination": "ratio", "order": "largest"}
    assert judged("nth", values, number=1, **order) == ("failed", "A")
    assert judged("top", values, number=2, **order) == ("failed", "A")
    # D 1/90, 0.006 to 0.017, and E 1/40, 0.012 to 0.038, are open to each other and to no other
    assert judged("nth", values, number=4, **order) == ("failed", "E")
    clear = ("10", "60", "3000", "1", "9")  # C 1500 and E 9/40 = 0.21 to 0.24
    assert judged("nth", clear, number=1, **order) == ("passed", "")


@pytest.mark.parametrize("combination", ["ratio", "growth"])
def test_a_divisor_that_may_be_nothing_leaves_all_open(combination: str) -> None:
    """0 is 0.5 at most and -0.5 at least; 0.5 is an edge of it."""
    values, other = ["7", "90", "600", "5000", "40000"], ["3", "3", "3", "3", "3"]
    order = {"combination": combination, "order": "largest", "number": 3}
    assert judged("nth", values, other=other, **order) == ("passed", "")
    divisor = ["3", "3", "3", "3", "0"]
    given = (values, divisor) if combination == "ratio" else (divisor, values)
    assert judged("nth", given[0], other=given[1], **order)[0] == "failed"


def test_a_difference_has_the_width_of_both() -> None:
    """12 - 10 is 1 to 3, 24 - 20 is 3 to 5: they touch at 3. 25 - 20 is 4 to 6."""
    near, far = ("12", "24", "60", "90", "150"), ("12", "25", "60", "90", "150")
    order = {"combination": "difference", "order": "smallest", "number": 1}
    assert judged("nth", near, **order) == ("failed", "A")
    assert judged("nth", far, **order) == ("passed", "")


@pytest.mark.parametrize("operation", ["total", "mean", "median"])
def test_a_number_is_computed_from_what_is_printed_but_who_meets_a_condition_is_judged(
    operation: Any,
) -> None:
    same = ("1", "1", "1", "1", "1")
    assert judged(operation, same) == ("passed", "")
    assert judged(operation, same, bound="25") == ("passed", "")
    assert judged(operation, same, bound="20.2") == ("failed", "B")


def test_intervals_that_touch_are_not_apart() -> None:
    one, two, three = (Interval(Decimal(a), Decimal(a + 1)) for a in (1, 2, 4))
    assert not one.apart(two)
    assert one.apart(three)
    assert three.apart(one)
