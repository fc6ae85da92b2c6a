"""Outcomes of replies by rules alone: every kind, replies made to be rewarded, and what a judge is asked about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.rewards.needle import NeedleSpec
from training.rewards.options import RewardOptions
from training.rewards.outcome import decidable, outcome
from training.rewards.replies import opens_reasoning, reply_of
from training.rewards.targets import Target
from verifiers.answers.compare import asked_under
from warehouse.answer_specs import AnswerSpec

PREFIX = "Therefore, the answer is "
ASKED = asked_under("Which one is meant here?", "Give it in one line.")
VAGUE = "the capital of the French republic, on the river Seine"
TARGETS: dict[str, Target] = {
    "text": AnswerSpec(kind="text", text="Paris"),
    "number": AnswerSpec(kind="number", text="42"),
    "number with unit": AnswerSpec(kind="number", text="257", unit="km", tolerance="0.5"),
    "choice": AnswerSpec(kind="choice", text="B", options=("red", "blue", "green")),
    "items": AnswerSpec(kind="items", text="", items=("Paris", "Rome")),
    "ordered_items": AnswerSpec(kind="ordered_items", text="", items=("Paris", "Rome")),
    "date": AnswerSpec(kind="date", text="3 May 1990"),
    "code": AnswerSpec(kind="code", text="package.module.Name"),
    "math": AnswerSpec(kind="math", text=r"$\frac{1}{2}$"),
    "needle": NeedleSpec(text="x9 The quick grey heron stands.", prefix="x9"),
}
RIGHT = {
    "text": "Paris", "number": "42", "number with unit": "257 km", "choice": "B", "items": "Rome; Paris",
    "ordered_items": "Paris; Rome", "date": "3 May 1990", "code": "module.Name", "math": "0.5",
    "needle": "x9 The quick grey heron stands.",
}  # fmt: skip
WRONG = {
    "text": "Lyon", "number": "43", "number with unit": "258 km", "choice": "C", "items": "Paris; Oslo",
    "ordered_items": "Rome; Paris", "date": "4 May 1990", "code": "module.Other", "math": "0.25",
    "needle": "The quick grey heron stands.",
}  # fmt: skip


def reward(target: Target, reply: str, **options) -> float | None:
    return outcome(target, reply, ASKED, RewardOptions(**options)).reward


def test_every_kind_is_here():
    assert set(TARGETS) == set(RIGHT) == set(WRONG)


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("lead", ["", "<think>hm, B or C</think>\n", "<think>a</think>" + PREFIX])
def test_right_is_one_and_wrong_is_zero(kind, lead):
    for judge in (False, True):
        assert reward(TARGETS[kind], lead + RIGHT[kind], judge=judge) == 1.0
        assert reward(TARGETS[kind], lead + WRONG[kind], judge=judge) == 0.0


def test_the_unit_may_be_converted_and_the_tolerance_holds():
    target = TARGETS["number with unit"]
    assert reward(target, PREFIX + "257.4 km") == 1.0
    assert reward(target, PREFIX + "257.6 km") == 0.0
    # 257,300 m are 257.3 km, and 0.3 is within 0.5.
    assert reward(target, PREFIX + "257,300 m") == 1.0
    assert reward(target, PREFIX + "257 kg") == 0.0


HACKS = {
    "empty": "", "blank": " \n\t", "invisible": "\u200b\u200b", "reasoning only": "<think>{right}</think>",
    "reasoning cut": "<think>{right}", "every option": "A, B, C", "options as words": "red, blue, green",
    "list": "{right}, {wrong}, 7, Oslo, A, D", "choice": "{right} or {wrong}", "lines": "{right}\n{wrong}",
    "several answers": PREFIX + "{right}. " + PREFIX + "{wrong}.",
    "several answers, right last": PREFIX + "{wrong}. " + PREFIX + "{right}.",
    "hedge": "maybe {right}, maybe {wrong}", "giant": "{right} " * 200_000, "denied": "not {right}",
    "giant after the prefix": PREFIX + "{right}, {wrong}, " * 60_000, "refusal": "I do not know.",
    "inside": "x{right}x1942",
}  # fmt: skip


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("hack", HACKS)
def test_replies_made_to_be_rewarded_are_worth_nothing(kind, hack):
    reply = HACKS[hack].replace("{right}", RIGHT[kind]).replace("{wrong}", WRONG[kind])
    if kind == "needle" and not reply.startswith(("<", " ", "A", "r")):
        # A needle that is repeated with more around it is worth its share, not all.
        assert (reward(TARGETS[kind], reply) or 0.0) < 0.9
    else:
        assert reward(TARGETS[kind], reply) == 0.0


@pytest.mark.parametrize(
    ("kind", "reply"),
    [
        ("number", "1942"), ("number", "in 1942"), ("number", "41, 42, 43"), ("number", "40 to 45"), ("number", "-42"),
        ("number", "4.2"), ("number", "42 million"), ("text", "P\u0430ris"), ("text", "Paris, London, Rome, Berlin"),
        ("text", "1. Paris\n2. Lyon"), ("choice", "all of them"), ("items", "Paris; Rome; Oslo; Bern"),
        ("number with unit", "257 or 258 km"), ("number with unit", "around the 257th km, 300 km in all"),
    ],
)  # fmt: skip
def test_what_looks_right_is_worth_nothing(kind, reply):
    assert reward(TARGETS[kind], reply) == 0.0
    assert reward(TARGETS[kind], PREFIX + reply) == 0.0


@pytest.mark.parametrize(
    "hack",
    ["empty", "blank", "reasoning only", "reasoning cut", "giant", "several answers, right last"],
)
@pytest.mark.parametrize("kind", [k for k in TARGETS if k != "needle"])
def test_a_judge_is_never_asked_about_replies_without_one_answer(kind, hack):
    reply = HACKS[hack].replace("{right}", RIGHT[kind]).replace("{wrong}", WRONG[kind])
    found = outcome(TARGETS[kind], reply, ASKED, RewardOptions(judge=True))
    assert (found.reward, found.ask) == (0.0, "")


def test_a_judge_is_asked_about_the_final_answer_alone():
    found = outcome(
        TARGETS["text"],
        f"<think>Lyon?</think>So. {PREFIX}{VAGUE}",
        ASKED,
        RewardOptions(judge=True),
    )
    assert (found.reward, found.rule, found.ask) == (None, "text", VAGUE)


def test_what_is_different_is_the_judges_only_where_it_is_asked_for():
    paris = TARGETS["text"]
    assert outcome(paris, "Berlin", ASKED, RewardOptions(judge=True)).reward == 0.0
    found = outcome(paris, "Berlin", ASKED, RewardOptions(judge=True, judge_different=True))
    assert (found.reward, found.ask) == (None, "Berlin")
    assert outcome(paris, "", ASKED, RewardOptions(judge=True, judge_different=True)).reward == 0.0
    assert outcome(paris, "Berlin", ASKED, RewardOptions(judge_different=True)).reward == 0.0


def test_undecided_replies_may_be_left_out_but_not_those_at_fault():
    assert reward(TARGETS["text"], VAGUE, without_judge="unscorable") is None
    assert reward(TARGETS["text"], "P\u0430ris", without_judge="unscorable") == 0.0
    assert reward(TARGETS["text"], "", without_judge="unscorable") == 0.0


def test_a_stored_answer_that_is_not_equal_to_itself_is_unscorable():
    # No option of three has the letter E, so that no letter can be right.
    broken = AnswerSpec(kind="choice", text="none such", options=("red", "blue", "green"))
    assert not decidable(broken, ASKED)
    found = outcome(broken, "B", ASKED, RewardOptions())
    assert (found.reward, found.rule) == (None, "stored answer")
    assert all(decidable(t, ASKED) for t in TARGETS.values() if isinstance(t, AnswerSpec))


def test_a_template_that_opens_the_reasoning_makes_a_cut_reply_worth_nothing():
    assert reward(TARGETS["text"], reply_of("Paris", opened=True)) == 0.0
    assert reward(TARGETS["text"], reply_of("So it is.</think>\n\nParis", opened=True)) == 1.0
    assert reward(TARGETS["text"], reply_of("Paris")) == 1.0
    assert opens_reasoning("<|im_start|>assistant\n<think>\n")
    assert not opens_reasoning("<|im_start|>assistant\n<think>\n\n</think>\n\n")
    assert not opens_reasoning("<|im_start|>assistant\n")


def test_completions_are_strings_or_messages_whose_last_counts():
    message = {"role": "assistant", "content": "Paris"}
    tool = {"role": "tool", "content": "Lyon"}
    assert reply_of("Paris") == "Paris"
    assert reply_of([message]) == "Paris"
    assert reply_of([{"role": "assistant", "content": None}, tool, message]) == "Paris"
    assert reply_of([message, tool]) == "Paris"
    blocks = [{"type": "text", "text": "Par"}, {"type": "image"}, {"type": "text", "text": "is"}]
    assert reply_of([{"role": "assistant", "content": blocks}]) == "Paris"
    # A parser has taken the reasoning out already.
    assert reply_of([message | {"reasoning_content": "hm"}], opened=True) == "Paris"
    for nothing in ([], None, [{"role": "assistant"}], [tool]):
        assert reply_of(nothing) == ""


@given(st.sampled_from(sorted(TARGETS)), st.text(max_size=300), st.booleans())
def test_junk_never_raises_and_is_no_more_than_one(kind, reply, judge):
    found = outcome(TARGETS[kind], reply, ASKED, RewardOptions(judge=judge))
    assert found.reward is None or 0.0 <= found.reward <= 1.0
    assert judge or found.reward is not None
    found.model_dump_json()
