"""Proofs of numerical questions: engines that agree and do not, answers that are open, too few documents."""

from collections import Counter
from typing import Any

import pytest

from generators.numeric_draws import DrawOptions, drawn
from generators.numeric_sql import to_sql
from tests.warehouse.made_tables import Given, made, ref, world
from verifiers.numeric_proof import NumericProof, Prover
from verifiers.second_engine import compute
from warehouse.figures import Figures
from warehouse.numeric import Condition, Operation, Quantity, Query
from warehouse.verdicts import Verdict

NAMES = ("Arnby", "Bromo", "Celt", "Dorf", "Elm")
TOWNS = made("town", "2020", NAMES, [
    Given("Mills", ["10", "40", "20", "50", "31"]),
    Given("Inns", ["3", None, "5", "7", "1"]),
    Given("Share", ["0.1", "0.2", "0.3", "0.4", "0.5"], "%", step="0.1"),
    Given("Even", ["8", "8", "8", "8", "8"]),
    Given("Level", ["1.005", "1.005", "1.005", "1.005", "1.005"], "m", step="0.001"),
    Given("Near", ["10", "40", "41", "50", "30"], step="10"),
])  # fmt: skip
FIGURES = Figures([TOWNS])


def query(operation: Operation, shown: str = "Mills", **parts: Any) -> Query:
    quantity = Quantity(combination="plain", columns=(ref(FIGURES, "town_2020", shown),))
    return Query.model_validate(
        {
            "operation": operation,
            "quantity": quantity,
            "entities": NAMES,
            "order": "largest",
            **parts,
        }
    )


def proved(
    asked: Query, sql_of: Query | None = None
) -> tuple[NumericProof | None, tuple[Verdict, ...]]:
    """Prove a query over the towns, with the SQL of another where one is given."""
    with Prover(FIGURES) as prover:
        return prover.prove(asked, to_sql(sql_of or asked))


def above(bound: str, shown: str = "Mills") -> tuple[Condition, ...]:
    return (Condition(column=ref(FIGURES, "town_2020", shown), sign=">", bound=bound),)


def test_a_number_on_which_both_engines_agree_is_proved_with_its_cells() -> None:
    proof, verdicts = proved(query("mean"))
    assert proof is not None
    assert [(v.check, v.status) for v in verdicts] == [
        (check, "passed")
        for check in ("sql_guard", "engines_agree", "answer", "rounding", "spread")
    ]
    assert (proof.answer.kind, proof.answer.text, proof.answer.tolerance) == (
        "number",
        "30.20",
        "0.01",
    )  # 151 / 5
    assert [cell.text for cell in proof.read] == ["10", "40", "20", "50", "31"]
    assert proof.critical == {cell.id for cell in proof.read}
    assert proof.sql.startswith("SELECT")


@pytest.mark.parametrize(
    ("asked", "kind", "text"),
    [
        (query("nth", number=2), "text", "Bromo"),
        (query("top", number=2), "ordered_items", "Dorf; Bromo"),
        (query("which", conditions=above("25")), "items", "Bromo; Dorf; Elm"),
        (query("count", conditions=above("25")), "number", "3"),
        (query("rank", focus=("Celt",)), "number", "4"),
        (query("share", focus=("Celt",)), "number", "13.25"),  # 20 / 151
    ],
)
def test_the_form_of_an_answer(asked: Query, kind: str, text: str) -> None:
    proof, verdicts = proved(asked)
    assert proof is not None, verdicts
    assert (proof.answer.kind, proof.answer.text) == (kind, text)
    assert proof.answer.items == (tuple(text.split("; ")) if "items" in kind else ())


def test_cells_are_found_whatever_the_case_of_a_column_and_its_unit() -> None:
    figures = Figures(
        [made("town", "2020", NAMES, [Given("GDP", ["10", "40", "20", "50", "31"], "USD")])]
    )
    gdp = Quantity(combination="plain", columns=(ref(figures, "town_2020", "GDP"),))
    asked = Query(operation="total", quantity=gdp, entities=NAMES)
    assert gdp.columns[0].column == "0 GDP (USD)"
    with Prover(figures) as prover:
        proof, _ = prover.prove(asked, to_sql(asked))
    assert proof is not None
    assert len(proof.critical) == 5


def refused(asked: Query, sql_of: Query | None = None) -> tuple[str, str, tuple[str, ...]]:
    """Return check, reason and evidence of the verdict that failed; all before it passed."""
    proof, verdicts = proved(asked, sql_of)
    assert proof is None
    assert [v.status for v in verdicts] == ["passed"] * (len(verdicts) - 1) + ["failed"]
    return verdicts[-1].check, verdicts[-1].reason, verdicts[-1].evidence


def test_both_results_are_kept_where_the_engines_disagree() -> None:
    check, reason, (evidence,) = refused(query("mean"), query("total"))
    assert (check, reason) == ("engines_agree", "the two engines disagree")
    assert "151" in evidence  # the sum, by the SQL
    assert "30.2" in evidence  # the mean, by the query
    check, reason, (evidence,) = refused(query("nth", number=1), query("nth", number=2))
    assert reason == "the two engines disagree"
    assert "Bromo" in evidence
    assert "Dorf" in evidence


def test_a_missing_cell_in_scope_is_refused() -> None:
    check, reason, (evidence,) = refused(query("total", "Inns"))
    assert (check, reason) == ("engines_agree", "no single answer")
    assert "missing" in evidence
    four = tuple(name for name in NAMES if name != "Bromo")
    proof, _ = proved(query("total", "Inns", entities=four))
    assert proof is not None
    assert proof.answer.text == "16.00"


def test_a_number_below_one_is_too_small_for_two_decimals() -> None:
    assert refused(query("mean", "Share"))[:2] == ("answer", "too small for two decimals")  # 0.3
    assert refused(query("spread", "Even"))[1] == "too small for two decimals"  # 0


def test_a_number_half_way_between_two_roundings_is_open() -> None:
    assert refused(query("mean", "Level"))[:2] == ("answer", "two decimals are undecided")  # 1.005


def test_a_set_or_count_of_none_or_all_is_no_answer() -> None:
    assert (
        refused(query("count", conditions=above("5")))[1] == "a count of none or all, or no shift"
    )
    assert (
        refused(query("count", conditions=above("60")))[1] == "a count of none or all, or no shift"
    )
    assert refused(query("which", conditions=above("5")))[1] == "a set of none or all"
    assert refused(query("which", conditions=above("60")))[1] == "a set of none or all"
    same = query("rank_shift", focus=("Elm",), second=query("total").quantity)
    assert refused(same)[1] == "a count of none or all, or no shift"


def test_an_order_within_the_printed_precision_is_refused() -> None:
    assert refused(query("nth", "Near", number=2)) == (
        "rounding", "the order is within the printed precision", ("Celt",),
    )  # fmt: skip


def test_ties_have_no_order() -> None:
    assert refused(query("nth", "Even", number=1))[0] in ("execution", "engines_agree")


def test_an_answer_that_hangs_on_one_document_is_refused() -> None:
    one = query("total", entities=("Arnby",))
    assert refused(one) == ("spread", "the answer hangs on too few documents", ("1",))


@pytest.mark.parametrize("operation", ["share", "times", "weighted_mean"])
def test_a_division_by_nothing_has_no_answer(operation: Any) -> None:
    none = Figures(
        [made("town", "2020", NAMES, [Given("Mills", ["0"] * 5), Given("Inns", ["0"] * 5)])]
    )
    quantities = [
        Quantity(combination="plain", columns=(ref(none, "town_2020", s),))
        for s in ("Mills", "Inns")
    ]
    asked = Query(
        operation=operation, quantity=quantities[0], second=quantities[1], entities=NAMES,
        focus=("Elm", "Celt") if operation == "times" else ("Elm",),
    )  # fmt: skip
    with Prover(none) as prover:
        proof, verdicts = prover.prove(asked, to_sql(asked))
    assert proof is None
    assert (verdicts[-1].check, verdicts[-1].reason) == ("execution", "not finite")
    with pytest.raises(ValueError, match="division by zero"):
        compute(asked, {"town_2020": none.tables["town_2020"].frame})


def test_what_is_drawn_is_proved_or_refused_for_a_reason_and_the_engines_never_disagree() -> None:
    figures = world()
    frames = {name: table.frame for name, table in figures.tables.items()}
    reasons: Counter[str] = Counter()
    with Prover(figures) as prover:
        for one in drawn(figures, "test", DrawOptions(rounds=1)):
            proof, verdicts = prover.prove(one.query, to_sql(one.query))
            assert (proof is None) == (verdicts[-1].status == "failed")
            reasons[verdicts[-1].check if proof is None else ""] += 1
            if proof is not None:
                assert len({cell.document_id for cell in proof.read}) >= 2
                assert {cell.entity for cell in proof.read} <= set(one.query.entities)
                assert compute(one.query, frames)
    assert set(reasons) <= {"", "answer", "rounding", "spread"}
    assert reasons[""] > reasons.total() / 4
