"""What a text model takes and gives, whatever stands behind it: the embedded model or the echo stand-in.

A request with n choices is n jobs, which differ in `choice` alone. A reply depends on its own job and on nothing that
happens to be generated beside it, as far as a model's floating point allows.
"""

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from warehouse.records import Record


class Message(Record):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class Sampling(Record):
    """How one reply is drawn."""

    max_tokens: int
    """Most tokens of the reply; more than 0."""
    temperature: float
    """0 takes the most probable token each time."""
    top_p: float
    """The draw is among the most probable tokens that have this share together; 1 leaves all in."""
    top_k: int
    """The draw is among so many of the most probable tokens; 0 leaves all in."""
    seed: int
    """Of the draws; the same seed gives the same reply."""
    stop: tuple[str, ...]
    """The reply ends before the first of these texts."""
    top_logprobs: int
    """Alternatives reported for each token; -1 reports no log-probabilities at all."""
    schema_text: str
    """JSON schema, as JSON, that the reply is held to; empty leaves it free."""


class Job(Record):
    """One reply to make."""

    prompt: tuple[int, ...]
    """Token ids of the whole prompt."""
    choice: int
    """0-based number among the choices of one request; it has draws of its own."""
    sampling: Sampling

    @property
    def width(self) -> int:
        """Tokens that the job may come to hold."""
        return len(self.prompt) + self.sampling.max_tokens


class TokenScore(Record):
    """Log-probability of one token of a reply, before temperature and limits."""

    text: str
    logprob: float
    """Natural logarithm."""
    top: tuple[tuple[str, float], ...]
    """The most probable tokens at this place with theirs, best first."""


class Reply(Record):
    """What came of a job."""

    text: str
    tokens: int
    """Generated tokens, the end mark included."""
    finish: Literal["stop", "length"]
    """`stop`: an end mark, a stop text or the end of what the schema allows; `length`: max_tokens."""
    scores: tuple[TokenScore, ...]
    """One for each token of the text, if asked for."""


class Interrupted(Exception):
    """The server is being stopped; the jobs in hand are given up."""


class TextModel(Protocol):
    """What the server needs of a model."""

    name: str
    context_length: int
    """Most tokens of prompt and reply together."""
    structured: bool
    """Whether it can hold a reply to a JSON schema."""

    def encode_chat(self, messages: Sequence[Message]) -> tuple[int, ...]:
        """Return the prompt of a conversation, with the mark after which the assistant speaks.

        Raises:
            ValueError: the model cannot put this conversation into a prompt; the message says why.
        """
        ...

    def encode(self, text: str) -> tuple[int, ...]:
        """Return the token ids of a text."""
        ...

    def schema_problem(self, schema_text: str) -> str:
        """Return why the model cannot hold to a schema; empty if it can."""
        ...

    def generate(self, jobs: Sequence[Job], stopped: Callable[[], bool]) -> list[Reply]:
        """Return one reply for each job, in order.

        Raises:
            Interrupted: `stopped` became true.
        """
        ...
