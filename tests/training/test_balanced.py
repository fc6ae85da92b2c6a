from collections import Counter
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.balanced import BalancedBatches, BalanceError, BalanceOptions, Place

TASKS = ["a"] * 10 + ["b"] * 4 + ["c"] * 7


def counts(batch, tasks=TASKS):
    return Counter(tasks[i] for i in batch.prompts)


def test_the_remainder_rotates_between_tasks():
    batches = BalancedBatches(TASKS, BalanceOptions(batch=5))
    found = [counts(b) for b in islice(batches.batches(), 3)]
    # 5 = 3 × 1 + 2: a and b get the first remainder, c and a the second, b and c the third.
    assert found == [Counter(a=2, b=2, c=1), Counter(a=2, b=1, c=2), Counter(a=1, b=2, c=2)]
    assert sum(found, Counter()) == Counter(a=5, b=5, c=5)


def test_a_task_that_runs_dry_is_shuffled_anew_and_every_prompt_comes_once_a_pass():
    batches = BalancedBatches(TASKS, BalanceOptions(batch=3, seed=1))
    drawn = [i for b in islice(batches.batches(), 8) for i in b.prompts if TASKS[i] == "b"]
    assert sorted(drawn[:4]) == sorted(drawn[4:]) == [10, 11, 12, 13]
    assert drawn[:4] != drawn[4:]


def test_a_retired_task_leaves_its_share_to_the_others_and_the_batches_end():
    batches = BalancedBatches(TASKS, BalanceOptions(batch=6, dry="retire"))
    found = list(batches.batches())
    # b gives 2 and 2; then a and c share 6; 21 prompts fill three batches, three are left.
    assert [counts(b) for b in found] == [
        Counter(a=2, b=2, c=2),
        Counter(a=2, b=2, c=2),
        Counter(a=3, c=3),
    ]
    assert batches.left(found[-1].after) == {"a": 3, "b": 0, "c": 0}
    assert len({i for b in found for i in b.prompts}) == 18


@given(
    st.lists(st.sampled_from("abcd"), min_size=4, max_size=60), st.integers(4, 9), st.integers(0, 3),
    st.sampled_from(["reshuffle", "retire"]), st.integers(0, 6),
)  # fmt: skip
def test_a_sampler_that_goes_on_from_a_saved_place_draws_the_same(tasks, batch, seed, dry, cut):
    options = BalanceOptions(batch=batch, seed=seed, dry=dry)
    whole = list(islice(BalancedBatches(tasks, options).batches(), 12))
    for made in whole:
        assert len(made.prompts) == batch
    if cut >= len(whole):
        return
    kept = Place.model_validate_json(whole[cut].after.model_dump_json())
    again = list(islice(BalancedBatches(tasks, options).batches(kept), 12 - cut - 1))
    assert again == whole[cut + 1 :]


@given(st.lists(st.sampled_from("abc"), min_size=3, max_size=40), st.integers(3, 8))
def test_over_any_stretch_tasks_differ_by_at_most_one_prompt(tasks, batch):
    total: Counter[str] = Counter()
    for made in islice(BalancedBatches(tasks, BalanceOptions(batch=batch)).batches(), 10):
        total.update(counts(made, tasks))
        assert max(total.values()) - min(total.values()) <= 1


def test_bad_datasets_are_named():
    with pytest.raises(BalanceError, match="row 1 has no task_type"):
        BalancedBatches(["a", "", "b"], BalanceOptions(batch=4))
    with pytest.raises(BalanceError, match="no prompts"):
        BalancedBatches([], BalanceOptions(batch=4))
    with pytest.raises(BalanceError, match="a batch of 2 prompts cannot hold 3 tasks"):
        BalancedBatches(TASKS, BalanceOptions(batch=2))


def test_heavier_prompts_are_drawn_earlier_and_none_twice_in_a_pass():
    tasks, weights = ["a"] * 40, [9.0] * 20 + [1.0] * 20
    batches = BalancedBatches(tasks, BalanceOptions(batch=20, seed=1), weights)
    first, second = islice(batches.batches(), 2)
    assert sorted(first.prompts + second.prompts) == list(range(40))
    # A first draw is one of the heavy half with a chance of 180 / 200; that of later ones falls as they are used up.
    assert sum(prompt < 20 for prompt in first.prompts) >= 14
    with pytest.raises(BalanceError, match=r"row 1 has the weight 0\.0; leave it out"):
        BalancedBatches(["a", "a"], BalanceOptions(batch=1), [1.0, 0.0])
