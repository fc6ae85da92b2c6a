"""What is asked of a language model and what came back: the records of every model call (§2.3, 2.5).

A call's key is the hash of all that decides the reply: model, parameters, messages, schema, seed and attempt. Address,
prices, role and prompt version stay outside, so that the same call is free across runs and configurations. `attempt`
numbers the samples that are drawn of one prompt.
"""

from typing import Literal, TypeVar

from warehouse.identity import digest
from warehouse.records import Record

ValueT = TypeVar("ValueT", bound=Record)
Role = Literal["system", "user", "assistant"]
Status = Literal[
    "answered", "truncated", "refused", "empty", "wrong schema", "wrong language", "unanswered"
]
"""`answered` can be used; the next five are what the model made of the call; `unanswered` says that no reply came."""
DEAD, OVER_BUDGET, TOO_LONG, REJECTED, EXPIRED = (
    "address cannot be used", "budget is spent", "prompt is too long", "call was refused", "deadline passed",
)  # fmt: skip
"""Why a call was not answered. After the first two nothing more can be asked; the others are of the one call."""


class Message(Record):
    """One message of a prompt."""

    role: Role
    parts: tuple[str, ...]
    """Text in pieces, joined without a separator. A piece that many calls share is stored once."""

    @property
    def text(self) -> str:
        """The message as the model reads it."""
        return "".join(self.parts)


class Sampling(Record):
    """Parameters of a reply."""

    temperature: float = 0.0
    """0 takes the likeliest token."""
    top_p: float = 1.0
    max_tokens: int = 1024
    """Longest reply, in tokens of the model."""
    stop: tuple[str, ...] = ()
    """Texts that end the reply."""
    thinking: bool | None = None
    """Whether a reasoning model is to reason (`chat_template_kwargs.enable_thinking`); None leaves it to the model."""


class Call(Record):
    """One request, as far as the reply depends on it."""

    model: str
    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    reply_schema: str = ""
    """JSON schema that the reply must fit, JSON with the fields in their order; empty for free text."""
    seed: int = 0
    attempt: int = 0
    """0-based number of the sample among those drawn of the same prompt."""

    @property
    def key(self) -> str:
        """64 hex digits; how a message is cut into parts does not enter."""
        messages = [(message.role, message.text) for message in self.messages]
        return digest(
            "call", self.model, self.sampling.model_dump(), messages, self.reply_schema, self.seed, self.attempt
        )  # fmt: skip

    @property
    def sent_seed(self) -> int:
        """The seed for the server: another one for each attempt, from 0 to 2**31 - 1."""
        return int(digest("seed", self.seed, self.attempt)[:8], 16) >> 1


class Completion(Record):
    """A reply as the server gave it."""

    key: str
    """Key of the call."""
    model: str
    """Model that the server says replied; the one asked for where it does not say."""
    text: str
    """The reply without its reasoning."""
    reasoning: str = ""
    """What the model reasoned before it, where the server or the reply tells the two apart."""
    finish_reason: str
    """`stop`, `length`, `content_filter` or what else the server says; empty if nothing."""
    refusal: str = ""
    """The server's own word that the model refused."""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    """Of the prompt's, those that the server had in its prefix cache."""
    completion_tokens: int = 0
    """Tokens of reply and reasoning."""
    latency: float = 0.0
    """Seconds from sending to the whole reply, waiting before it left out."""
    price: float = 0.0
    """In the currency of the configuration."""


class Reply(Record):
    """What a caller gets for a call: typed, never an exception and never a zero."""

    key: str
    """Key of the call."""
    status: Status
    detail: str = ""
    """Why it cannot be used; for `unanswered` one of the fixed reasons, then `: ` and what happened."""
    completion: Completion | None = None
    value_json: str = ""
    """For an answered call with a schema: the value as canonical JSON, checked against it."""
    repaired: bool = False
    """Whether the value was only read after repair."""
    stored: bool = False
    """Whether the completion was in the ledger already."""

    @property
    def answered(self) -> bool:
        """Whether it can be used."""
        return self.status == "answered"

    @property
    def text(self) -> str:
        """The reply's text, empty where there is none."""
        return self.completion.text if self.completion else ""

    @property
    def stops(self) -> bool:
        """Whether nothing more can be asked: the address cannot be used or the budget is spent."""
        return self.detail.startswith((DEAD, OVER_BUDGET))

    @property
    def late(self) -> bool:
        """Whether no reply came in time: it says nothing of the call, which is worth to be asked again."""
        return self.status == "unanswered" and self.detail.startswith(EXPIRED)

    def value(self, kind: type[ValueT]) -> ValueT:
        """Return the checked value of an answered call with a schema.

        Raises:
            ValueError: there is none.
        """
        if not self.value_json:
            raise ValueError(f"a reply that is {self.status} has no value")
        return kind.model_validate_json(self.value_json)
