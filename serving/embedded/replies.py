"""The bodies of successful replies, as OpenAI words them."""

import time
import uuid
from collections.abc import Sequence
from typing import Any

from serving.embedded.generation import Reply, TextModel, TokenScore

OWNER = "longspan"


def chat_body(model: str, prompt_tokens: int, replies: Sequence[Reply]) -> dict[str, Any]:
    """Return the reply to POST /v1/chat/completions; all choices have the same prompt."""
    choices = [
        {
            "index": index,
            "message": {"role": "assistant", "content": reply.text, "refusal": None},
            "logprobs": _chat_logprobs(reply.scores),
            "finish_reason": reply.finish,
        }
        for index, reply in enumerate(replies)
    ]
    return _head("chatcmpl", "chat.completion", model) | {
        "choices": choices,
        "usage": usage(prompt_tokens, replies),
    }


def text_body(model: str, prompt_tokens: int, replies: Sequence[Reply]) -> dict[str, Any]:
    """Return the reply to POST /v1/completions.

    Args:
        model: its name.
        prompt_tokens: tokens of all prompts together.
        replies: the choices of the first prompt, then of the second, and so on.
    """
    choices = [
        {
            "index": index,
            "text": reply.text,
            "logprobs": _text_logprobs(reply.scores),
            "finish_reason": reply.finish,
        }
        for index, reply in enumerate(replies)
    ]
    return _head("cmpl", "text_completion", model) | {
        "choices": choices,
        "usage": usage(prompt_tokens, replies),
    }


def model_body(model: TextModel, since: int) -> dict[str, Any]:
    """Return one entry of GET /v1/models; `max_model_len` is vLLM's addition."""
    return {
        "id": model.name,
        "object": "model",
        "created": since,
        "owned_by": OWNER,
        "max_model_len": model.context_length,
    }


def usage(prompt_tokens: int, replies: Sequence[Reply]) -> dict[str, int]:
    """Return the token counts of one request."""
    made = sum(reply.tokens for reply in replies)
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": made,
        "total_tokens": prompt_tokens + made,
    }


def _head(prefix: str, kind: str, model: str) -> dict[str, Any]:
    return {
        "id": f"{prefix}-{uuid.uuid4().hex}",
        "object": kind,
        "created": int(time.time()),
        "model": model,
    }


def _finite(logprob: float) -> float:
    """JSON has no infinity; vLLM writes this number for it too."""
    return max(logprob, -9999.0)


def _chat_logprobs(scores: Sequence[TokenScore]) -> dict[str, Any] | None:
    if not scores:
        return None

    def entry(text: str, logprob: float) -> dict[str, Any]:
        return {"token": text, "logprob": _finite(logprob), "bytes": list(text.encode())}

    return {
        "content": [
            entry(score.text, score.logprob) | {"top_logprobs": [entry(*pair) for pair in score.top]}
            for score in scores
        ],
        "refusal": None,
    }  # fmt: skip


def _text_logprobs(scores: Sequence[TokenScore]) -> dict[str, Any] | None:
    if not scores:
        return None
    offsets, at = [], 0
    for score in scores:
        offsets.append(at)
        at += len(score.text)
    return {
        "tokens": [score.text for score in scores],
        "token_logprobs": [_finite(score.logprob) for score in scores],
        "top_logprobs": [{text: _finite(value) for text, value in score.top} for score in scores],
        "text_offset": offsets,
    }
