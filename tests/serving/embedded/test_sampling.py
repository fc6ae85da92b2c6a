"""The draw of a token, computed by hand on vocabularies of a few tokens."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.embedded.sampling import choose, kept, log_probabilities, random_stream

HALF = np.log(np.array([0.5, 0.25, 0.125, 0.125]))
"""Logits of four tokens with these probabilities."""


def test_log_probabilities_are_those_of_the_softmax():
    assert np.exp(log_probabilities(HALF + 7)) == pytest.approx([0.5, 0.25, 0.125, 0.125])


@pytest.mark.parametrize(
    ("top_p", "top_k", "tokens"),
    [
        (1.0, 0, {0, 1, 2, 3}),
        (0.5, 0, {0}),  # 0.5 reaches 0.5
        (0.6, 0, {0, 1}),  # 0.5 does not reach 0.6, 0.75 does
        (0.8, 0, {0, 1, 2}),  # 0.75 does not, 0.875 does; of two equal tokens the first
        (1.0, 2, {0, 1}),
        (0.6, 2, {0}),  # of the two left in, the first has 0.5 / 0.75
        (1e-9, 0, {0}),
    ],
)
def test_the_tokens_left_in_the_draw(top_p, top_k, tokens):
    assert set(np.flatnonzero(kept(HALF, top_p=top_p, top_k=top_k))) == tokens


def test_a_token_that_is_ruled_out_is_never_kept():
    logits = np.array([-np.inf, 1.0, -np.inf])
    assert list(kept(logits, top_p=0.9, top_k=3)) == [False, True, False]


def test_temperature_zero_takes_the_most_probable():
    assert choose(HALF, random_stream(1, 0), temperature=0, top_p=1, top_k=0) == 0


def test_draws_have_the_probabilities_of_the_softmax():
    noise = random_stream(5, 0)
    drawn = [choose(HALF, noise, temperature=1, top_p=1, top_k=0) for _ in range(4000)]
    shares = np.bincount(drawn, minlength=4) / 4000
    # One standard deviation of a share of 0.5 in 4,000 draws is 0.008.
    assert shares == pytest.approx([0.5, 0.25, 0.125, 0.125], abs=0.032)


@given(st.integers(-(2**70), 2**70), st.integers(0, 200), st.floats(0.1, 2))
def test_a_seed_gives_its_draws_again(seed, choice, temperature):
    logits = np.linspace(0, 3, 50)

    def draws():
        noise = random_stream(seed, choice)
        return [choose(logits, noise, temperature=temperature, top_p=0.9, top_k=40) for _ in "abcd"]

    assert draws() == draws()


def test_choices_of_one_seed_differ():
    logits = np.zeros(1000)
    drawn = {
        choose(logits, random_stream(3, choice), temperature=1, top_p=1, top_k=0)
        for choice in range(8)
    }
    assert len(drawn) > 4


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=30), st.integers(0, 1000))
def test_rounding_noise_does_not_change_a_draw(values, seed):
    logits = np.array(values)
    jitter = np.random.default_rng(seed).uniform(-1e-12, 1e-12, len(values))
    before, after = (
        choose(given, random_stream(seed, 0), temperature=1, top_p=1, top_k=0)
        for given in (logits, logits + jitter)
    )
    assert before == after
