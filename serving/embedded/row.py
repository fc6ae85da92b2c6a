"""One reply under construction: a token is drawn for each row of logits until something ends the reply."""

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from serving.embedded.generation import Job, Reply, TokenScore
from serving.embedded.sampling import Logits, choose, log_probabilities, random_stream


class Constraint(Protocol):
    """What holds a reply to a grammar."""

    def allowed(self, vocabulary: int) -> NDArray[np.bool_]:
        """Return which tokens may come next."""
        ...

    def advance(self, token: int) -> bool:
        """Take a token; return whether nothing but the end may follow."""
        ...


class Vocabulary(Protocol):
    """What a row needs of the tokenizer."""

    ends: frozenset[int]
    """Tokens that end a reply."""

    def text(self, tokens: Sequence[int]) -> str:
        """Return the text of tokens, without marks."""
        ...


class Row:
    """The state of one job."""

    def __init__(self, job: Job, vocabulary: Vocabulary, constraint: Constraint | None) -> None:
        """Begin with nothing said."""
        self._sampling = job.sampling
        self._noise = random_stream(job.sampling.seed, job.choice)
        self._vocabulary = vocabulary
        self._constraint = constraint
        self._tokens: list[int] = []
        self._generated = 0
        self._scores: list[TokenScore] = []
        self._text: str | None = None
        self.finish: Literal["stop", "length"] | None = None
        """What ended the reply; None while it goes on."""

    def step(self, logits: Logits) -> int:
        """Draw the next token."""
        asked = self._sampling
        limited = logits
        if self._constraint is not None:
            limited = np.where(self._constraint.allowed(len(logits)), logits, -np.inf)
        token = choose(
            limited,
            self._noise,
            temperature=asked.temperature,
            top_p=asked.top_p,
            top_k=asked.top_k,
        )
        self._generated += 1
        if token in self._vocabulary.ends:
            self.finish = "stop"
            return token
        self._tokens.append(token)
        if asked.top_logprobs >= 0:
            self._scores.append(score(logits, token, asked.top_logprobs, self._vocabulary.text))
        self._look(token)
        return token

    def _look(self, token: int) -> None:
        """Notice whether the token ends the reply."""
        if self._constraint is not None and self._constraint.advance(token):
            self.finish = "stop"
        elif self._sampling.stop and (cut := self._cut()) is not None:
            self._text, self.finish = cut, "stop"
        elif self._generated >= self._sampling.max_tokens:
            self.finish = "length"

    def _cut(self) -> str | None:
        """Return the text before the first stop text, if one has come."""
        whole = self._vocabulary.text(self._tokens)
        places = [at for stop in self._sampling.stop if (at := whole.find(stop)) >= 0]
        return whole[: min(places)] if places else None

    def reply(self) -> Reply:
        """Return what has been said; `length` where nothing ended it."""
        text = self._vocabulary.text(self._tokens) if self._text is None else self._text
        return Reply(
            text=text, tokens=self._generated, finish=self.finish or "length", scores=tuple(self._scores)
        )  # fmt: skip


def score(
    logits: Logits, token: int, alternatives: int, text: Callable[[Sequence[int]], str]
) -> TokenScore:
    """Return a token's log-probability and the best alternatives, before temperature and limits."""
    logs = log_probabilities(logits)
    best = np.argsort(-logs, kind="stable")[:alternatives]
    return TokenScore(
        text=text([token]), logprob=float(logs[token]),
        top=tuple((text([int(other)]), float(logs[other])) for other in best),
    )  # fmt: skip
