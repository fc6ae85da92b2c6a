import pytest

from serving.calls import Reply
from serving.prompts import load_prompt
from verifiers.judging import FORM, PROMPT, Same, gold_text, judged
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


def said(same: str, difference: str = "") -> Reply:
    value = Same.model_validate({"same": same, "difference": difference})
    return Reply(key="", status="answered", value_json=value.model_dump_json())


def test_two_replies_that_agree_decide_and_a_copy_of_the_form_does_not():
    assert judged([said("yes"), said("yes")]) == "equal"
    assert judged([said("no"), said("no", "the year")]) == "different"
    assert judged([said("yes"), said("no")]) == "unknown"
    assert judged([said("yes", FORM), said("yes", FORM)]) == "unknown"
    assert judged([said("yes"), said("yes", FORM)]) == "unknown"
    assert f'"difference": "{FORM}"' in load_prompt("verifiers", PROMPT).sections[-1][1]
