r"""A model that replies by rules: for trying a configuration without a model, and for every test of what uses one.

A script is a function of the request. `script_of` reads one from TOML, a list of patterns with replies:

    [[replies]]
    when = 'capital of (\w+)'
    text = 'The capital of \1. Therefore, the answer is Paris.'
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from serving.wire import content_text
from warehouse.records import Record

CHARACTERS_PER_TOKEN = 4


class ScriptedRequest(Record):
    """What a scripted model sees of a request."""

    model: str
    messages: tuple[tuple[str, str], ...]
    """(role, text) in order."""
    seed: int
    temperature: float
    reply_schema: str = ""
    """The schema that the reply must fit, as sent; empty if none."""

    @property
    def asked(self) -> str:
        """The text of the last message."""
        return self.messages[-1][1] if self.messages else ""


class ScriptedReply(Record):
    """What it replies."""

    text: str
    reasoning: str = ""
    finish_reason: str = "stop"


Script = Callable[[ScriptedRequest], ScriptedReply]


class ScriptError(ValueError):
    """A script that cannot be used; the message names the file and the field."""


class Rule(Record):
    """A reply to the requests whose last message a pattern is found in."""

    when: str
    """Regular expression."""
    text: str
    """Reply; `\\1` and `\\g<name>` stand for what the pattern's groups matched."""
    finish_reason: str = "stop"


class _Rules(Record):
    replies: tuple[Rule, ...]
    otherwise: str = ""
    """Reply where no rule applies."""


def script_of(path: Path) -> Script:
    """Return the script of a TOML file: the first rule whose pattern is found gives the reply.

    Raises:
        ScriptError: the file is missing, not TOML, or has a wrong field or pattern.
    """
    try:
        rules = _Rules.model_validate(tomllib.loads(path.read_text("utf-8")))
        compiled = [(re.compile(rule.when), rule) for rule in rules.replies]
    except OSError as error:
        raise ScriptError(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, ValidationError, re.error) as error:
        raise ScriptError(f"{path}: {error}") from error

    def reply(request: ScriptedRequest) -> ScriptedReply:
        for pattern, rule in compiled:
            found = pattern.search(request.asked)
            if found:
                return ScriptedReply(text=found.expand(rule.text), finish_reason=rule.finish_reason)
        return ScriptedReply(text=rules.otherwise)

    return reply


def echo(request: ScriptedRequest) -> ScriptedReply:
    """Reply with the last 200 characters of what was asked."""
    return ScriptedReply(text=request.asked[-200:])


def request_of(body: Mapping[str, Any]) -> ScriptedRequest:
    """Return an OpenAI chat request as a script sees it; `body` is the decoded JSON."""
    wanted = body.get("response_format") or {}
    schema = (wanted.get("json_schema") or {}).get("schema")
    return ScriptedRequest(
        model=str(body.get("model", "")),
        messages=tuple((m["role"], content_text(m["content"])) for m in body.get("messages", ())),
        seed=int(body.get("seed") or 0), temperature=float(body.get("temperature") or 0),
        reply_schema=str(schema) if schema else "",
    )  # fmt: skip


def chat_body(request: ScriptedRequest, reply: ScriptedReply, number: int) -> dict[str, Any]:
    """Return the reply as the body of an OpenAI chat completion; a token counts as four characters."""
    prompt = sum(len(text) for _, text in request.messages) // CHARACTERS_PER_TOKEN
    length = (len(reply.text) + len(reply.reasoning)) // CHARACTERS_PER_TOKEN
    message = {"role": "assistant", "content": reply.text}
    if reply.reasoning:
        message["reasoning_content"] = reply.reasoning
    return {
        "id": f"scripted-{number}", "object": "chat.completion", "created": 0, "model": request.model,
        "choices": [{"index": 0, "message": message, "finish_reason": reply.finish_reason}],
        "usage": {"prompt_tokens": prompt, "completion_tokens": length, "total_tokens": prompt + length},
    }  # fmt: skip
