import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from training.advantage import (
    SCALES,
    broadcast,
    by_batch,
    by_group,
    by_task,
    by_task_within,
    unscaled,
)

# Two prompts of task a, one of task b, two rollouts each.
REWARDS = np.array([[1.0, 0.0], [1.0, 1.0], [0.2, 0.4]])
TASKS = ["a", "a", "b"]


def test_task_scale_is_the_spread_of_all_rewards_of_the_task():
    # Task a: 1, 0, 1, 1: mean 0.75, squares 3 × 0.0625 + 0.5625 = 0.75, / 3 = 0.25, std 0.5.
    # Task b: 0.2, 0.4: squares 2 × 0.01 = 0.02, / 1 = 0.02, std 0.141421.
    found = by_task(REWARDS, TASKS)
    assert found[0] == pytest.approx([0.5 / 0.500001, -0.5 / 0.500001])
    assert found[1] == pytest.approx([0.0, 0.0])
    assert found[2] == pytest.approx([-0.1 / 0.141422, 0.1 / 0.141422], rel=1e-5)


def test_group_batch_and_no_scale():
    # Group 1: 1, 0: squares 2 × 0.25 = 0.5, / 1, std 0.707107.
    assert by_group(REWARDS, TASKS)[0] == pytest.approx([0.707106, -0.707106], rel=1e-5)
    # All six: mean 0.6, squares 0.16 + 0.36 + 0.16 + 0.16 + 0.16 + 0.04 = 1.04, / 5 = 0.208, std 0.456070.
    assert by_batch(REWARDS, TASKS)[0] == pytest.approx([0.5 / 0.456071, -0.5 / 0.456071], rel=1e-5)
    assert unscaled(REWARDS, TASKS)[2] == pytest.approx([-0.1, 0.1])


def test_within_scale_is_the_root_of_the_mean_variance_within_prompts():
    # Task a: within-prompt variances 0.5 and 0, mean 0.25, root 0.5. Task b: 0.02, root 0.141421.
    found = by_task_within(REWARDS, TASKS)
    assert found[0] == pytest.approx([0.5 / 0.500001, -0.5 / 0.500001])
    assert found[2] == pytest.approx([-0.1 / 0.141422, 0.1 / 0.141422], rel=1e-5)


def test_an_unscorable_rollout_is_left_out_and_gets_nothing():
    rewards = np.array([[1.0, 0.0, np.nan], [np.nan, np.nan, np.nan]])
    for scale in SCALES.values():
        found = scale(rewards, ["a", "b"])
        assert found[0, 2] == 0
        assert (found[1] == 0).all()
        assert found[0, 0] == -found[0, 1] > 0
    # The mean is of the two that are known: 0.5.
    assert unscaled(rewards, ["a", "b"])[0].tolist() == [0.5, -0.5, 0.0]


@given(
    arrays(float, (4, 3), elements=st.floats(0, 1)), st.lists(st.sampled_from("ab"), min_size=4, max_size=4),
    st.floats(0.1, 10), st.floats(-5, 5),
)  # fmt: skip
def test_advantages_of_a_group_sum_to_nothing_and_scales_undo_units(rewards, tasks, factor, shift):
    for name, scale in SCALES.items():
        found = scale(rewards, tasks)
        assert np.isfinite(found).all()
        assert np.abs(found.sum(axis=1)).max() < 1e-6
        spreads = [np.ptp(rewards[np.array(tasks) == task]) for task in set(tasks)]
        if name == "task" and min(spreads) > 1e-2:
            assert scale(rewards * factor + shift, tasks) == pytest.approx(found, abs=1e-2)


@given(st.floats(0, 1), st.sampled_from(sorted(SCALES)))
def test_rewards_that_do_not_vary_give_nothing(reward, name):
    found = SCALES[name](np.full((3, 4), reward), ["a", "a", "b"])
    assert (found == 0).all()


def test_a_trajectory_counts_once_however_many_turns_it_has():
    # One prompt, two trajectories, the first of three turns: the baseline is 0.5 and not 0.75.
    advantages = unscaled(np.array([[1.0, 0.0]]), ["a"]).ravel()
    assert broadcast(advantages, np.array([0, 0, 0, 1])).tolist() == [0.5, 0.5, 0.5, -0.5]


def test_tasks_must_fit_the_prompts():
    with pytest.raises(ValueError, match="one per prompt"):
        by_task(REWARDS, ["a", "b"])
