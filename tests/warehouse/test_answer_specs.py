"""What a reply is compared with, from a program's answer and from a snapshot's row."""

import pytest
from pydantic import ValidationError

from tests.warehouse.rivers import sample
from warehouse.answer_specs import AnswerSpec, spec_of_answer, spec_of_row
from warehouse.programs import Answer
from warehouse.snapshot_rows import RewardSpec


def test_an_answer_keeps_what_it_has():
    answer = Answer(kind="number", text="257 km", unit="km", tolerance="0.5", aliases=("257",))
    assert spec_of_answer(answer) == AnswerSpec(
        kind="number", text="257 km", unit="km", tolerance="0.5", aliases=("257",)
    )


def test_a_name_in_a_repository_is_an_identifier():
    answer = Answer(kind="text", text="pkg.Name")
    assert spec_of_answer(answer, "code").kind == "code"
    assert spec_of_answer(answer, "general").kind == "text"


def test_a_row_is_compared_by_its_reward_spec():
    row = sample(1)
    spec = spec_of_row(row)
    assert (spec.text, spec.aliases, spec.items) == (
        row.answer,
        row.answer_aliases,
        row.answer_items,
    )
    assert (spec.kind, spec.unit) == (row.reward_spec.kind, row.reward_spec.unit)
    choice = RewardSpec(kind="choice", unit="", tolerance="0")
    options = ("red", "blue")
    spec = spec_of_row(row.model_copy(update={"reward_spec": choice, "answer_items": options}))
    assert (spec.kind, spec.options, spec.items) == ("choice", options, ())


def test_a_kind_without_a_rule_is_an_error():
    essay = RewardSpec(kind="essay", unit="", tolerance="0")
    with pytest.raises(ValidationError, match="kind"):
        spec_of_row(sample(1).model_copy(update={"reward_spec": essay}))
