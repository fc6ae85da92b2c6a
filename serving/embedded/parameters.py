"""What a request may say: the fields of OpenAI's chat and text completions that this server honours.

A field that it does not know is refused by name rather than ignored, so that no client believes in a setting that has
no effect. A field that is null counts as not given.
"""

import json
import secrets
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, ValidationError, field_validator, model_validator

from serving.embedded.errors import ApiError, bad_request
from serving.embedded.generation import Message, Sampling
from warehouse.records import Record

MAX_CHOICES = 128
MAX_LOGPROBS = 20
MAX_STOPS = 16
DEFAULT_CHAT_TOKENS = 512
"""Length of a chat reply where none is asked for; a small model that rambles would fill its whole context."""
DEFAULT_TEXT_TOKENS = 16
"""OpenAI's default for text completions."""

Stop = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(max_length=MAX_STOPS)]


class Schema(Record):
    """A JSON schema with its name."""

    name: str = "schema"
    description: str = ""
    schema_: dict[str, Any] = Field(alias="schema")
    strict: bool = True


class ResponseFormat(Record):
    """The form that a reply must have."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: Schema | None = None

    @model_validator(mode="after")
    def _a_schema_is_given_where_one_is_meant(self) -> "ResponseFormat":
        if (self.type == "json_schema") != (self.json_schema is not None):
            raise ValueError("json_schema goes with type json_schema, and with no other")
        return self

    @property
    def schema_text(self) -> str:
        """The schema as JSON; empty for free text."""
        if self.type == "text":
            return ""
        asked = self.json_schema.schema_ if self.json_schema else {"type": "object"}
        return json.dumps(asked)


class Asked(Record):
    """What both kinds of completion have in common."""

    model: str
    n: int = Field(1, ge=1, le=MAX_CHOICES)
    temperature: float = Field(1.0, ge=0, le=2)
    top_p: float = Field(1.0, gt=0, le=1)
    top_k: int = Field(0, ge=-1)
    """0 and -1 leave all tokens in; not OpenAI's, but vLLM's."""
    seed: int | None = None
    stop: Stop = ()
    max_tokens: int | None = Field(None, ge=1)
    response_format: ResponseFormat = ResponseFormat(type="text")
    presence_penalty: float = Field(0.0, ge=0, le=0)
    """Only 0 is taken, as for the next: penalties are not implemented."""
    frequency_penalty: float = Field(0.0, ge=0, le=0)
    stream: Literal[False] = False
    user: str = ""
    """Without effect, as the next two."""
    store: bool = False
    metadata: dict[str, str] = Field(default_factory=dict)

    @field_validator("stop", mode="before")
    @classmethod
    def _one_stop_is_a_list_of_one(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


class TextPart(Record):
    """A part of a message's content."""

    type: Literal["text"]
    text: str


class ChatMessage(Record):
    """A message as OpenAI writes it."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | tuple[TextPart, ...]
    name: str = ""
    """Without effect."""

    def plain(self) -> Message:
        """The message with its parts joined; `developer` is OpenAI's newer word for `system`."""
        whole = (
            self.content
            if isinstance(self.content, str)
            else "".join(part.text for part in self.content)
        )
        return Message(role="system" if self.role == "developer" else self.role, content=whole)


class ChatAsked(Asked):
    """Body of POST /v1/chat/completions."""

    messages: tuple[ChatMessage, ...] = Field(min_length=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    """OpenAI's newer name of `max_tokens`; it wins where both are given."""
    logprobs: bool = False
    top_logprobs: int = Field(0, ge=0, le=MAX_LOGPROBS)

    def sampling(self, room: int) -> Sampling:
        """How replies are drawn, where the context has room for so many tokens."""
        most = self.max_completion_tokens or self.max_tokens or _within(room, DEFAULT_CHAT_TOKENS)
        return _sampling(self, most, self.top_logprobs if self.logprobs else -1)


class TextAsked(Asked):
    """Body of POST /v1/completions."""

    prompt: str | tuple[str, ...]
    logprobs: int = Field(-1, ge=-1, le=MAX_LOGPROBS)

    def sampling(self, room: int) -> Sampling:
        """How replies are drawn, where the context has room for so many tokens."""
        return _sampling(self, self.max_tokens or _within(room, DEFAULT_TEXT_TOKENS), self.logprobs)


def _within(room: int, default: int) -> int:
    """A length that nobody asked for gives way to a long prompt; without room the prompt itself is refused."""
    return max(1, min(default, room))


def _sampling(asked: Asked, max_tokens: int, top_logprobs: int) -> Sampling:
    seed = secrets.randbits(63) if asked.seed is None else asked.seed
    return Sampling(
        max_tokens=max_tokens, temperature=asked.temperature, top_p=asked.top_p, top_k=max(asked.top_k, 0),
        seed=seed, stop=asked.stop, top_logprobs=top_logprobs,
        schema_text=asked.response_format.schema_text,
    )  # fmt: skip


Body = TypeVar("Body", bound=Asked)


def parse(kind: type[Body], raw: bytes) -> Body:
    """Return a request's body as a record.

    Raises:
        ApiError: 400, it is no JSON object, or a field is unknown, missing or out of its limits; names the field.
    """
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise bad_request(f"the body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise bad_request("the body is not a JSON object")
    if body.get("stream"):
        raise bad_request(
            "streaming is not supported: send stream false, or leave it out", "stream"
        )
    try:
        return kind.model_validate({k: v for k, v in body.items() if v is not None})
    except ValidationError as error:
        raise _refusal(error) from error


def _refusal(error: ValidationError) -> ApiError:
    """The first thing wrong, in words, with the name of its field."""
    first = error.errors(include_url=False, include_context=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return bad_request(f"{field}: this server does not know the field", field)
    return bad_request(f"{field}: {first['msg']}", field)
