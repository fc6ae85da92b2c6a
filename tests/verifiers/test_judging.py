import pytest

from verifiers.judging import gold_text
from warehouse.answer_specs import AnswerSpec


@pytest.mark.parametrize(
    ("spec", "shown"),
    [
        (AnswerSpec(kind="text", text="Paris"), "Paris"),
        (AnswerSpec(kind="text", text="Paris", aliases=("Lutetia", "Paname")), "Paris (also: Lutetia; Paname)"),
        (AnswerSpec(kind="number", text="257", unit="km"), "257 (km)"),
        (AnswerSpec(kind="number", text="257 km", unit="km"), "257 km"),
        (AnswerSpec(kind="items", text="", items=("Paris", "Rome")), "Paris; Rome"),
        (AnswerSpec(kind="choice", text="B", options=("red", "blue")), "B: blue"),
        (AnswerSpec(kind="choice", text="B"), "B"),
        (AnswerSpec(kind="choice", text="blue", options=("red", "blue")), "blue"),
    ],
)  # fmt: skip
def test_a_judge_is_shown_the_answer_with_all_that_belongs_to_it(spec, shown):
    assert gold_text(spec) == shown
