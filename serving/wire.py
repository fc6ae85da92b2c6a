"""Calls as OpenAI chat requests, and chat replies as completions: pure, and tolerant of what servers leave out."""

import json
from collections.abc import Mapping
from typing import Any

from serving.budget import price
from serving.calls import Call, Completion
from serving.roles import ModelServer
from warehouse.tokens import count_tokens

THOUGHT = "</think>"


class WireError(ValueError):
    """A reply that is not what the protocol says; it may be asked for again."""


def request_of(call: Call, server: ModelServer, *, with_schema: bool) -> dict[str, Any]:
    """Return the body of a chat request; `with_schema` sends the call's schema."""
    sampling = call.sampling
    request: dict[str, Any] = {
        "model": server.model, "messages": [{"role": m.role, "content": m.text} for m in call.messages],
        "temperature": sampling.temperature, "top_p": sampling.top_p, "max_tokens": sampling.max_tokens,
        "seed": call.sent_seed,
    }  # fmt: skip
    if sampling.stop:
        request["stop"] = list(sampling.stop)
    if sampling.thinking is not None:
        request["chat_template_kwargs"] = {"enable_thinking": sampling.thinking}
    if call.reply_schema and with_schema:
        schema = {"name": "reply", "schema": json.loads(call.reply_schema), "strict": True}
        request["response_format"] = {"type": "json_schema", "json_schema": schema}
    return request


def completion_of(body: str, call: Call, server: ModelServer, latency: float) -> Completion:
    """Return the completion that a reply's body states; tokens are counted here where the server does not say.

    Args:
        body: the reply as sent.
        call: what was asked.
        server: who was asked, for the price.
        latency: seconds.

    Raises:
        WireError: it is not JSON or has no choice.
    """
    try:
        data = json.loads(body)
        choice = data["choices"][0]
        message = choice["message"]
        text = content_text(message.get("content"))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise WireError(f"not a chat completion ({type(error).__name__})") from error
    reasoning = content_text(message.get("reasoning_content") or message.get("reasoning"))
    if not reasoning and THOUGHT in text:
        reasoning, _, text = text.rpartition(THOUGHT)
    prompt, cached, reply = _usage(data.get("usage"), call, text + reasoning)
    return Completion(
        key=call.key, model=str(data.get("model") or server.model), text=text.strip("\n"),
        reasoning=reasoning.removeprefix("<think>").strip("\n"),
        finish_reason=str(choice.get("finish_reason") or ""), refusal=content_text(message.get("refusal")),
        prompt_tokens=prompt, cached_tokens=cached, completion_tokens=reply, latency=latency,
        price=price(server, prompt, cached, reply),
    )  # fmt: skip


def content_text(content: Any) -> str:
    """Return the content of a message: text, nothing, or a list of parts; half a surrogate pair becomes `?`."""
    if isinstance(content, list):
        content = "".join(
            str(part.get("text", "")) for part in content if isinstance(part, Mapping)
        )
    return str(content).encode("utf-8", "replace").decode() if content else ""


def _usage(usage: Any, call: Call, replied: str) -> tuple[int, int, int]:
    if isinstance(usage, Mapping) and isinstance(usage.get("prompt_tokens"), int):
        details = usage.get("prompt_tokens_details") or {}
        cached = details.get("cached_tokens") or 0
        return usage["prompt_tokens"], cached, usage.get("completion_tokens") or 0
    *prompt, reply = count_tokens([*(m.text for m in call.messages), replied])
    return sum(prompt), 0, reply
