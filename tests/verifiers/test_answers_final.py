"""The final answer of a reply: after the reasoning and the prefix, the last one, and nothing where there is none."""

import pytest

from verifiers.answers.final import SHORT, final_answer

GIVEN = {
    "Therefore, the answer is Paris.": ("Paris.", "stated"),
    "therefore the answer is: Paris": ("Paris", "stated"),
    "So. THEREFORE, THE FINAL ANSWER IS **257 km**": ("257 km", "stated"),
    "**Therefore, the answer is:** Lyon": ("Lyon", "stated"),
    "Therefore, the answer is\nParis": ("Paris", "stated"),
    "<think>Therefore, the answer is Rome.</think>Therefore, the answer is Paris": (
        "Paris",
        "stated",
    ),
    "<think>hm</think>\n\nParis": ("Paris", "whole"),
    "Paris": ("Paris", "whole"),
    "a</think>b</think>c": ("c", "whole"),
    "The answer is Paris": ("The answer is Paris", "whole"),
}


@pytest.mark.parametrize("reply", GIVEN)
def test_what_is_given(reply):
    final = final_answer(reply)
    assert (final.text, final.origin) == GIVEN[reply]


@pytest.mark.parametrize(
    "reply",
    [
        "",
        " \n",
        "<think>Paris</think>",
        "<think>Paris",
        "x</think><think>Paris",
        "Therefore, the answer is",
    ],
)
def test_nothing_is_given(reply):
    assert final_answer(reply).origin == "none"


def test_the_last_prefix_counts_and_earlier_answers_are_kept():
    reply = "Therefore, the answer is Rome.\nNo. Therefore, the answer is Paris"
    final = final_answer(reply)
    assert final.text == "Paris"
    assert final.earlier == ("Rome.",)


def test_a_long_reply_without_the_prefix_is_no_answer():
    assert final_answer("word " * (SHORT // 5) + "more").origin == "long"
    assert final_answer("word " * 5000 + "Therefore, the answer is Paris").text == "Paris"
    assert final_answer("Therefore, the answer is " + "Paris " * 5000).origin == "long"


def test_a_sign_after_the_prefix_belongs_to_the_answer_and_a_dash_does_not():
    assert final_answer("So it fell. Therefore, the answer is -32.00.").text == "-32.00."
    assert final_answer("Therefore, the answer is: - Vienna").text == "Vienna"
