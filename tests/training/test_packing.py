import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.normaliser import group_token_weights
from training.packing import pack


def test_survivors_come_last_and_skipped_steps_first():
    # Eight rows in four micro-steps of two; three survive, the fullest rank has three: two steps are needed.
    keep = [True, False, False, True, False, True, False, False]
    found = pack(keep, most_kept=3, steps=4)
    assert found.rows == ((), (), (0,), (3, 5))
    assert found.skipped == 2


def test_a_rank_without_survivors_steps_with_the_others():
    found = pack([False] * 4, most_kept=2, steps=2)
    assert found.rows == ((), (0, 0))
    assert pack([False] * 4, most_kept=0, steps=2).rows == ((), ())
    # One that survives is worked on once: the other step takes a masked row, whose advantage is 0.
    assert pack([True, False], most_kept=2, steps=2).rows == ((0,), (1,))


@given(
    st.lists(st.lists(st.booleans(), min_size=12, max_size=12), min_size=1, max_size=4),
    st.sampled_from([1, 2, 3, 4, 6]),
)
def test_all_ranks_skip_alike_and_every_survivor_is_worked_on_once(ranks, steps):
    most = max(map(sum, ranks))
    found = [pack(keep, most_kept=most, steps=steps) for keep in ranks]
    assert len({tuple(len(rows) for rows in packing.rows) for packing in found}) == 1
    per_step = 12 // steps
    for keep, packing in zip(ranks, found, strict=True):
        worked = [row for rows in packing.rows for row in rows if keep[row]]
        assert sorted(worked) == [row for row, kept in enumerate(keep) if kept]
        assert all(len(rows) <= per_step for rows in packing.rows)
        assert packing.skipped == steps - -(-most // per_step)


def test_weights_make_the_loss_of_the_batch_that_of_its_groups():
    # Two groups of 2 + 4 = 6 and 1 + 1 = 2 tokens, N = 8: 8 / (2 × 6) and 8 / (2 × 2).
    tokens = np.array([[2, 4], [1, 1]])
    assert group_token_weights(tokens, total=8) == pytest.approx([2 / 3, 2])
    # Token losses of 1 everywhere: (6 × 2/3 + 2 × 2) / 8 = 1, the mean over groups of a mean of 1.
    assert (tokens.sum(axis=1) * group_token_weights(tokens, total=8)).sum() / 8 == pytest.approx(1)
    assert group_token_weights(np.array([[0, 0], [1, 1]]), total=2).tolist() == [0, 0.5]
