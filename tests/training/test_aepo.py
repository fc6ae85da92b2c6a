import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.aepo import AepoOptions, Latch, decide
from training.clipping import by_sequence, by_token

ADVANTAGES = np.array([1.0, -1.0, 0.0, -0.5])
ABSOLUTE = AepoOptions(relative=False, high=0.25, low=0.135)


def run(entropies, options=ABSOLUTE):
    latch, kept = Latch(), []
    for entropy in entropies:
        found = decide(latch, entropy, ADVANTAGES, options)
        latch = found.latch
        kept.append(int(found.keep.sum()))
    return latch, kept


def test_the_latch_holds_between_its_bounds():
    # Off below 0.25 at first; on above it; stays on at 0.2; off below 0.135; stays off at 0.2.
    latch, kept = run([0.2, 0.26, 0.2, 0.14, 0.13, 0.2])
    assert kept == [4, 2, 2, 2, 4, 4]
    assert latch.switches == 2


def test_only_negative_sequences_are_masked():
    found = decide(Latch(on=True), 0.3, ADVANTAGES, ABSOLUTE)
    assert found.keep.tolist() == [True, False, True, False]
    assert not found.empty
    assert "2 of 4 sequences masked" in found.why
    assert decide(Latch(on=True), 0.3, np.array([-1.0, -2.0]), ABSOLUTE).empty


def test_relative_bounds_refer_to_the_first_steps():
    options = AepoOptions(first_steps=2)
    # Reference (0.1 + 0.14) / 2 = 0.12: on above 0.24, off below 0.126.
    latch, kept = run([0.1, 0.14, 0.23, 0.25, 0.13, 0.125], options)
    assert latch.reference == pytest.approx(0.12)
    assert kept == [4, 4, 4, 2, 2, 4]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.integers(0, 29))
def test_a_checkpoint_changes_nothing(entropies, cut):
    options = AepoOptions(first_steps=3)
    whole, _ = run(entropies, options)
    first, _ = run(entropies[:cut], options)
    kept = Latch.model_validate_json(first.model_dump_json())
    for entropy in entropies[cut:]:
        kept = decide(kept, entropy, ADVANTAGES, options).latch
    assert kept == whole


@pytest.mark.parametrize("entropy", [float("nan"), float("inf")])
def test_an_entropy_that_is_no_number_changes_nothing(entropy):
    before = Latch(on=True, steps=9, reference=0.1)
    found = decide(before, entropy, ADVANTAGES, AepoOptions())
    assert found.latch == before
    assert found.keep.tolist() == [True, False, True, False]


def test_clipping_by_sequence_and_by_token():
    entropies = np.array([0.9, 0.9, 0.1, 0.2])
    assert by_sequence(ADVANTAGES, entropies, 0.5).tolist() == [True, False, True, True]
    assert by_sequence(ADVANTAGES, entropies, 0.5, negatives_only=False).tolist() == [
        False,
        False,
        True,
        True,
    ]
    advantages, tokens = np.array([1.0, -1.0]), np.array([[0.9, 0.1], [0.9, 0.1]])
    mask = np.array([[1, 1], [1, 0]])
    assert by_token(advantages, tokens, mask, 0.5).tolist() == [[True, True], [False, False]]
    assert by_token(advantages, tokens, mask, 0.5, negatives_only=False).tolist() == [
        [False, True],
        [False, False],
    ]
