import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from training.difficulty import retrospective_weights, stratified


def test_bins_are_drawn_from_equally_and_small_ones_are_made_up_for():
    # Bins of width 0.5: six prompts below, two above.
    rates = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.49, 0.5, 1.0, np.nan])
    ids = [f"p{n}" for n in range(9)]
    found = stratified(ids, rates, bins=2, wanted=4, seed=0)
    assert [(s.members, s.drawn) for s in found.strata] == [(6, 2), (2, 2)]
    found = stratified(ids, rates, bins=2, wanted=6, seed=0)
    assert [s.drawn for s in found.strata] == [4, 2]
    assert 8 not in stratified(ids, rates, bins=2, wanted=100, seed=0).prompts


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50), st.integers(1, 8), st.integers(0, 60))
def test_as_many_are_drawn_as_wanted_or_there_are_and_none_twice(rates, bins, wanted):
    ids = [f"p{n}" for n in range(len(rates))]
    found = stratified(ids, np.array(rates), bins=bins, wanted=wanted, seed=3)
    assert len(found.prompts) == len(set(found.prompts)) == min(wanted, len(rates))
    open_ = [s.drawn for s in found.strata if s.drawn < s.members]
    assert not open_ or max(s.drawn for s in found.strata) - min(open_) <= 1


def test_what_was_always_right_leaves_and_hard_prompts_weigh_more():
    rewards = np.array([1.0, 0.5, 0.25, 0.0, np.nan, 0.5])
    tokens = np.array([10, 10, 10, 10, 10, 100_000])
    found = retrospective_weights(rewards, tokens, longest_prompt=60_000)
    assert found.tolist() == [0, 2, 4, 16, 1, 0]
