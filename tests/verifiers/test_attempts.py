import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from verifiers.attempts import Bar, Tally, standing

KINDS = ("right", "wrong", "unread", "unanswered")


def tally(planned=8, **counts) -> Tally:
    return Tally(role="solver", model="m", prompt="p", planned=planned, **counts)


@pytest.mark.parametrize(
    ("counts", "found"),
    [
        ({"right": 1}, "able"),
        ({"wrong": 7}, "open"),
        ({"wrong": 8}, "unable"),
        # Four of eight are known: just enough.
        ({"wrong": 4, "unread": 4}, "unable"),
        ({"wrong": 3, "unread": 2, "unanswered": 3}, "unknown"),
    ],
)
def test_once(counts, found):
    assert standing(tally(**counts), Bar()) == found


@pytest.mark.parametrize(
    ("counts", "bar", "found"),
    [
        # Four right are half of eight, whatever the others are.
        ({"right": 4}, Bar(0.5), "able"),
        ({"right": 3}, Bar(0.5), "open"),
        # Three right at best, of eight.
        ({"wrong": 5}, Bar(0.5), "unable"),
        ({"right": 3, "wrong": 4}, Bar(0.5), "open"),
        # More than half is asked: four of eight are not.
        ({"right": 4, "wrong": 4}, Bar(0.5, strict=True), "unable"),
        # Two of four known are half.
        ({"right": 2, "wrong": 2, "unread": 4}, Bar(0.5), "able"),
        ({"right": 2, "unread": 6}, Bar(0.5), "unknown"),
        # Two right are a quarter of eight, however few are known.
        ({"right": 2, "unread": 6}, Bar(0.25), "able"),
        # Six of eight are unread: at most two can be known.
        ({"unanswered": 5}, Bar(0.5), "unknown"),
        # Seven wrong and one left are at most 1/8, under a quarter.
        ({"wrong": 7}, Bar(0.25), "unable"),
        ({"right": 4}, Bar(0.5, early=False), "open"),
    ],
)
def test_share(counts, bar, found):
    assert standing(tally(**counts), bar) == found


@given(
    st.lists(st.sampled_from(KINDS), min_size=1, max_size=9),
    st.sampled_from((Bar(), Bar(0.25), Bar(0.5), Bar(0.5, strict=True), Bar(0.7))),
)
@example(kinds=["unread", "unread", "right"], bar=Bar(0.25))
def test_what_is_certain_early_is_what_all_attempts_would_show(kinds, bar):
    at = tally(planned=len(kinds))
    seen = []
    for kind in kinds:
        at = at.with_attempt(kind)
        seen.append(standing(at, bar))
    assert seen[-1] != "open"
    certain = next(n for n, found in enumerate(seen) if found != "open")
    assert set(seen[certain:]) == {seen[-1]}
