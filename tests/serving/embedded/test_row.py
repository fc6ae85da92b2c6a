"""A reply under construction, step by step, over a vocabulary of letters."""

import numpy as np
import pytest

from serving.embedded.generation import Job, Sampling
from serving.embedded.row import Row

LETTERS = "abcd"
END = len(LETTERS)


class Letters:
    ends = frozenset({END})

    def text(self, tokens):
        return "".join(LETTERS[token] for token in tokens)


class AThenB:
    """Allows `a`, then `b`, then nothing."""

    def __init__(self):
        self.place = 0

    def allowed(self, vocabulary):
        return np.arange(vocabulary) == self.place

    def advance(self, token):
        self.place += 1
        return self.place == 2


def row(constraint=None, **asked) -> Row:
    plain = {"max_tokens": 10, "temperature": 0.0, "top_p": 1.0, "top_k": 0, "seed": 1, "stop": ()}
    sampling = Sampling(**(plain | {"top_logprobs": -1, "schema_text": ""} | asked))
    return Row(Job(prompt=(0,), choice=0, sampling=sampling), Letters(), constraint)


def say(made: Row, tokens) -> None:
    """Give logits whose largest is each token in turn, until the reply has ended."""
    for token in tokens:
        if made.finish is None:
            made.step(np.where(np.arange(END + 1) == token, 1.0, 0.0))


@pytest.mark.parametrize(
    ("asked", "text", "tokens", "finish"),
    [
        ({}, "abcab", 6, "stop"),  # five letters and the end mark
        ({"max_tokens": 3}, "abc", 3, "length"),
        ({"max_tokens": 6}, "abcab", 6, "stop"),  # the end mark is the sixth
        ({"stop": ("ca",)}, "ab", 4, "stop"),  # `c` and `a` were made and are not shown
        ({"stop": ("zz", "b", "ab")}, "", 2, "stop"),  # of two stops that have come, the earlier
        ({"stop": ("a",), "max_tokens": 1}, "", 1, "stop"),
    ],
)
def test_what_ends_a_reply(asked, text, tokens, finish):
    made = row(**asked)
    say(made, [0, 1, 2, 0, 1, END])
    reply = made.reply()
    assert (reply.text, reply.tokens, reply.finish) == (text, tokens, finish)


def test_a_constraint_rules_out_what_the_model_prefers_and_ends_the_reply():
    made = row(AThenB())
    say(made, [3, 3, 3])
    assert (made.reply().text, made.reply().finish) == ("ab", "stop")


def test_scores_are_those_before_the_constraint():
    made = row(AThenB(), top_logprobs=2)
    say(made, [3])
    # Five tokens, one logit 1 and four 0: the sum is e + 4 = 6.71828, its logarithm 1.90483.
    (score,) = made.reply().scores
    assert score.text == "a"
    assert score.logprob == pytest.approx(-1.90483, abs=1e-5)
    assert score.top[0] == ("d", pytest.approx(-0.90483, abs=1e-5))
