import math

import numpy as np
import pytest

from training.aepo import AepoOptions, Latch
from training.entropy import batch_entropy, sampled_means
from training.overdraw import chosen_groups
from training.rl_options import Clipping, RLOptions
from training.scoring import Rollouts, scored, varied

NAN = float("nan")


def rollouts(**changes) -> Rollouts:
    """Two tasks with one group of two each: rewards 1, 0 and 1, 1; tokens 2, 4 and 1, 1."""
    given = {
        "rewards": np.array([[1.0, 0.0], [1.0, 1.0]]), "tasks": ["a", "b"],
        "tokens": np.array([[2, 4], [1, 1]]), "entropies": np.array([[0.2, 0.6], [0.1, 0.3]]),
    }  # fmt: skip
    return Rollouts(**given | changes)


def test_advantages_carry_the_weight_of_their_group():
    found = scored(rollouts(), 0.3, Latch(), RLOptions(aepo=None, scale="none"))
    # 1 - 0.5 = 0.5 and -0.5; weight 8 / (2 groups × 6 tokens) = 2/3. The other group does not vary.
    assert found.advantages == pytest.approx(np.array([[1 / 3, -1 / 3], [0, 0]]))
    assert found.keep.tolist() == [[True, True], [False, False]]
    assert found.metrics["zero_variance_groups"] == 0.5
    assert found.metrics["kept"] == 0.5
    assert found.metrics["masked"] == 0


ALWAYS = AepoOptions(relative=False, high=0.0, low=0.0)


@pytest.mark.parametrize(
    ("count_masked", "normaliser", "expected"),
    [
        # The divisor has all 6 tokens of the group: 0.5 × 8 / (2 × 6).
        (True, "group", 1 / 3),
        # The divisor has the 2 tokens that are left: 0.5 × 8 / (2 × 2).
        (False, "group", 1.0),
        (True, "batch", 0.5),
        # 8 tokens of which 4 are masked: 0.5 × 8 / 4.
        (False, "batch", 1.0),
    ],
)
def test_masked_tokens_stay_in_the_divisor_unless_asked(count_masked, normaliser, expected):
    options = RLOptions(aepo=ALWAYS, scale="none", count_masked=count_masked, normaliser=normaliser)
    found = scored(rollouts(), 0.3, Latch(), options)
    assert found.advantages[0] == pytest.approx([expected, 0])
    assert found.keep.tolist() == [[True, False], [False, False]]
    assert found.metrics["masked"] == 0.25
    assert found.decision.latch.on


def test_a_negative_with_high_entropy_is_clipped_and_counted_as_masked():
    clip = Clipping(by="sequence", threshold=0.5)
    found = scored(rollouts(), 0.3, Latch(), RLOptions(aepo=None, clipping=clip, skip_zero=False))
    assert found.keep.tolist() == [[True, False], [True, True]]
    assert found.advantages[0, 1] == 0


def test_unscorable_rollouts_are_counted_and_vary_nothing():
    rewards = np.array([[1.0, NAN], [NAN, NAN]])
    assert varied(rewards).tolist() == [False, False]
    found = scored(rollouts(rewards=rewards), 0.3, Latch(), RLOptions(aepo=None))
    assert not found.advantages.any()
    assert found.metrics["unscorable"] == 0.75
    assert "tasks/b/reward" not in found.metrics


def test_overdrawn_groups_that_vary_come_first_in_balance_and_equally_many_of_each_rank():
    # Two ranks with three groups each, two wanted of each: on the first rank only one varies.
    vary = np.array([False, True, False, True, True, True])
    tasks = ["a", "a", "b", "a", "b", "a"]
    # Varied: 1 (a), then 4 (b), on rank 1, then 3 (a); rank 0 is filled with b rather than a.
    assert chosen_groups(vary, tasks, ranks=2, wanted=4).tolist() == [1, 2, 3, 4]
    assert chosen_groups(np.ones(6, bool), tasks, ranks=2, wanted=6).tolist() == list(range(6))


def test_entropy_of_a_batch_is_the_mean_of_its_sequences():
    assert batch_entropy(np.array([0.2, 0.4, NAN])) == pytest.approx(0.3)
    assert math.isnan(batch_entropy(np.array([NAN])))


def test_sampled_tokens_estimate_the_entropy():
    logps = np.array([[-1.0, -3.0, 0.0, -9.0], [NAN, -2.0, 0.0, 0.0], [-1.0, 0.0, 0.0, 0.0]])
    mask = np.array([[1, 1, 1, 0], [1, 1, 0, 0], [0, 0, 0, 0]])
    # (1 + 3 + 0) / 3; the unknown token is left out: 2 / 1; no token: not known.
    found = sampled_means(logps, mask, top_p=1.0)
    assert found[:2] == pytest.approx([4 / 3, 2])
    assert math.isnan(found[2])
    # -0.95 ln 0.95 - 0.05 ln 0.05 = 0.0487 + 0.1498 = 0.1985 is added to 0.95 of each token that was not certain.
    assert sampled_means(logps, mask, top_p=0.95)[0] == pytest.approx(
        (0.95 * 4 + 2 * 0.1985) / 3, abs=1e-4
    )


def test_the_estimate_is_without_bias_where_nothing_is_cut():
    p = np.array([0.5, 0.25, 0.125, 0.125])
    drawn = np.random.default_rng(0).choice(4, size=(1, 40_000), p=p)
    entropy = 1.75 * math.log(2)
    found = sampled_means(np.log(p)[drawn], np.ones_like(drawn), top_p=1.0)
    assert found[0] == pytest.approx(entropy, rel=0.01)
