"""Needles: shares counted by hand, the required prefix, and a bounded cost."""

import time

import pytest

from training.rewards.needle import NeedleSpec, needle_ratio

SPEC = NeedleSpec(text="k7abcd", prefix="k7")
PREFIX = "Therefore, the answer is "


@pytest.mark.parametrize(
    ("reply", "ratio"),
    [
        ("k7abcd", 1.0),
        # `ab` of two and four characters: 2 * 2 / 6.
        ("k7ab", 4 / 6),
        # `abcd` of eight and four characters: 2 * 4 / 12.
        ("k7abcdwxyz", 8 / 12),
        # `b` alone: 2 * 1 / 8.
        ("k7xbyz", 2 / 8),
        ("k7wxyz", 0.0),
        ("abcd", 0.0), ("K7abcd", 0.0), ("Here: k7abcd", 0.0), ("", 0.0), ("k7", 0.0),
        ("<think>k7wxyz</think>\n\nk7abcd\n", 1.0), ("<think>k7abcd", 0.0), ("<think>k7abcd</think>", 0.0),
        (PREFIX + "k7abcd", 1.0), ("Well. " + PREFIX + "k7ab", 4 / 6),
        (f"{PREFIX}k7abcd {PREFIX}k7abcd", 0.0), (PREFIX, 0.0),
    ],
)  # fmt: skip
def test_ratio_by_hand(reply, ratio):
    assert needle_ratio(SPEC, reply) == pytest.approx(ratio)


def test_without_a_prefix_the_whole_reply_is_matched():
    assert needle_ratio(NeedleSpec(text="abcd"), "ab") == pytest.approx(4 / 6)


def test_a_passage_of_few_letters_is_equal_to_itself():
    assert needle_ratio(NeedleSpec(text="ab" * 200), "ab" * 200) == 1.0


def test_a_reply_that_says_much_more_is_worth_nothing():
    # 2 * 4 / (4 + 1,000) is under 0.05.
    assert needle_ratio(SPEC, "k7abcd" + "z" * 996) == 0.0


def test_giant_texts_cost_little_and_their_length_counts():
    passage = "".join(f"line {n} of the poem. " for n in range(2000))
    half = passage[: len(passage) // 2]
    start = time.process_time()
    assert needle_ratio(NeedleSpec(text=passage), passage) == 1.0
    # No more than 10,000 of 40,890 and 20,445 characters are matched.
    found = needle_ratio(NeedleSpec(text=passage), half)
    assert 0.0 < found <= 2 * 10_000 / (len(passage) + len(half))
    assert needle_ratio(SPEC, "k7" + "abcd" * 1_000_000) == 0.0
    assert needle_ratio(NeedleSpec(text=passage), "." * 60_000) < 0.1
    assert time.process_time() - start < 5.0
