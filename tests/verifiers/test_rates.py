import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers.rates import mean_interval, pass_at_k, pass_at_k_interval, wilson


def test_pass_at_k_is_the_share_of_subsets_with_a_right_attempt():
    # Of the C(8, 4) = 70 subsets of four, C(6, 4) = 15 hold none of the two right ones: 1 - 15/70 = 55/70.
    assert pass_at_k(8, 2, 4) == pytest.approx(55 / 70)
    # One of eight at a time is the rate itself: 2/8.
    assert pass_at_k(8, 2, 1) == pytest.approx(0.25)
    # Only three are wrong, so any four hold a right one.
    assert pass_at_k(8, 5, 4) == 1
    assert pass_at_k(8, 0, 8) == 0
    with pytest.raises(ValueError, match="2 right of 4 attempts, 5 at a time"):
        pass_at_k(4, 2, 5)


def test_wilson_by_hand():
    # z² = 3.8415, z²/8 = 0.48018. None of eight: high = 0.48018 / 1.48018 = 0.3244.
    assert wilson(8, 0).low == 0
    assert wilson(8, 0).high == pytest.approx(0.3244, abs=1e-4)
    # Four: (0.5 + 0.24009 ± 1.95996 · √(0.25/8 + 0.48018/32)) / 1.48018 = (0.74009 ± 0.42154) / 1.48018.
    assert wilson(8, 4).low == pytest.approx(0.2152, abs=1e-4)
    assert wilson(8, 4).high == pytest.approx(0.7848, abs=1e-4)
    assert wilson(8, 8).high == 1


def test_the_interval_of_pass_at_k_is_carried_through():
    # None right: 1 - (1 - 0.3244)^4 = 1 - 0.6756^4 = 1 - 0.2083.
    assert pass_at_k_interval(8, 0, 4).low == 0
    assert pass_at_k_interval(8, 0, 4).high == pytest.approx(0.7917, abs=1e-4)


@given(
    st.integers(1, 20).flatmap(
        lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))
    )
)
def test_the_interval_of_one_attempt_holds_its_estimate(drawn):
    n, c, k = drawn
    interval = pass_at_k_interval(n, c, 1)
    assert interval.low <= pass_at_k(n, c, 1) + 1e-12
    assert pass_at_k(n, c, 1) <= interval.high + 1e-12
    assert 0 <= pass_at_k_interval(n, c, k).low <= pass_at_k_interval(n, c, k).high <= 1


def test_the_interval_of_a_mean_is_the_same_each_time():
    rates = [0.0, 0.5, 1.0, 0.25] * 10
    found = mean_interval(rates, 3)
    assert found == mean_interval(rates, 3)
    # The mean is 0.4375; its standard error is √(0.1367 / 40) = 0.058, so the ends lie about 0.115 from it.
    assert found.low == pytest.approx(0.4375 - 0.115, abs=0.03)
    assert found.high == pytest.approx(0.4375 + 0.115, abs=0.03)


def test_samples_that_are_all_alike_are_not_certain():
    # z²/8 = 0.48018, as for none of eight attempts.
    assert mean_interval([0.0] * 8, 0).high == pytest.approx(0.3244, abs=1e-4)
    assert mean_interval([1.0] * 8, 0).low == pytest.approx(1 - 0.3244, abs=1e-4)
