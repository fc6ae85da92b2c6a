"""The HTTP surface: /health, /v1/models, /v1/chat/completions and /v1/completions over one model.

Every refusal has OpenAI's body (`serving.embedded.errors`): 400 with the field's name, 404 for another model, 413 for a
body beyond all sense, 429 with Retry-After when the queue is full, 500 when the model failed, 503 while stopping.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from serving.embedded.batching import Batcher, Closed, GenerationFailed, Limits, QueueFull
from serving.embedded.errors import ApiError, bad_request
from serving.embedded.generation import Job, Reply, TextModel
from serving.embedded.parameters import Asked, ChatAsked, TextAsked, parse
from serving.embedded.replies import chat_body, model_body, text_body

MAX_BODY = 32 * 2**20
"""Bytes; many times what fits any context."""
CLIENT_GONE = 499
"""No standard status; nobody reads it."""


def create_app(model: TextModel, limits: Limits) -> Starlette:
    """Return the application that serves a model."""
    surface = Surface(model, limits)
    return Starlette(
        routes=[
            Route("/health", surface.health),
            Route("/v1/models", surface.models),
            Route("/v1/models/{name:path}", surface.one_model),
            Route("/v1/chat/completions", surface.chat, methods=["POST"]),
            Route("/v1/completions", surface.text, methods=["POST"]),
        ],
        exception_handlers={ApiError: _refused, HTTPException: _not_found},
        lifespan=surface.lifespan,
    )


class Surface:
    """The handlers over one model and its queue."""

    def __init__(self, model: TextModel, limits: Limits) -> None:
        """Take a loaded model."""
        self._model = model
        self._limits = limits
        self._since = int(time.time())

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        """Work on the queue while the server runs."""
        self._batcher = Batcher(self._model, self._limits)
        work = asyncio.create_task(self._batcher.run())
        try:
            yield
        finally:
            await asyncio.to_thread(self._batcher.close)
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work

    async def health(self, request: Request) -> Response:
        """Say that the server answers, and how many replies wait."""
        return JSONResponse({"status": "ok", "waiting": self._batcher.waiting})

    async def models(self, request: Request) -> Response:
        """List the one model."""
        return JSONResponse({"object": "list", "data": [model_body(self._model, self._since)]})

    async def one_model(self, request: Request) -> Response:
        """Describe the model."""
        self._check_model(request.path_params["name"])
        return JSONResponse(model_body(self._model, self._since))

    async def chat(self, request: Request) -> Response:
        """Complete a conversation."""
        asked = parse(ChatAsked, await _body(request))
        self._check(asked)
        messages = [message.plain() for message in asked.messages]
        try:
            prompt = await asyncio.to_thread(self._model.encode_chat, messages)
        except ValueError as error:
            raise bad_request(f"messages: {error}", "messages") from error
        jobs = self._jobs([prompt], asked, "messages")
        replies = await self._replies(request, jobs)
        if replies is None:
            return Response(status_code=CLIENT_GONE)
        return JSONResponse(chat_body(self._model.name, len(prompt), replies))

    async def text(self, request: Request) -> Response:
        """Continue one or several texts."""
        asked = parse(TextAsked, await _body(request))
        self._check(asked)
        texts = (asked.prompt,) if isinstance(asked.prompt, str) else asked.prompt
        prompts = [await asyncio.to_thread(self._model.encode, text) for text in texts]
        jobs = self._jobs(prompts, asked, "prompt")
        replies = await self._replies(request, jobs)
        if replies is None:
            return Response(status_code=CLIENT_GONE)
        return JSONResponse(text_body(self._model.name, sum(map(len, prompts)), replies))

    def _check_model(self, name: str) -> None:
        if name != self._model.name:
            raise ApiError(
                404, f"The model {name!r} does not exist: this server has {self._model.name!r}.",
                param="model", code="model_not_found",
            )  # fmt: skip

    def _check(self, asked: Asked) -> None:
        """Refuse another model, and a form that the model cannot hold to."""
        self._check_model(asked.model)
        schema_text = asked.response_format.schema_text
        if schema_text and (problem := self._model.schema_problem(schema_text)):
            raise bad_request(
                f"response_format: {problem}", "response_format", "unsupported_response_format"
            )

    def _jobs(
        self, prompts: Sequence[tuple[int, ...]], asked: ChatAsked | TextAsked, field: str
    ) -> list[Job]:
        """Return the jobs of a request.

        Raises:
            ApiError: 400, a prompt is empty or does not fit the context with its reply, or no queue holds so many jobs.
        """
        room = self._model.context_length
        n, sampling = asked.n, asked.sampling(room - max(map(len, prompts), default=0))
        for prompt in prompts:
            if not prompt:
                raise bad_request(f"{field}: the prompt is empty", field)
            if len(prompt) + sampling.max_tokens > room:
                raise bad_request(
                    f"This model's maximum context length is {room} tokens. However, you requested "
                    f"{len(prompt) + sampling.max_tokens} tokens ({len(prompt)} in the {field}, "
                    f"{sampling.max_tokens} in the completion).", field, "context_length_exceeded",
                )  # fmt: skip
        if len(prompts) * n > self._limits.max_queue:
            raise bad_request(f"n: more than {self._limits.max_queue} replies at once", "n")
        return [Job(prompt=p, choice=c, sampling=sampling) for p in prompts for c in range(n)]

    async def _replies(self, request: Request, jobs: Sequence[Job]) -> list[Reply] | None:
        """Return the replies; None if the client went away first, which gives up what still waits."""
        work = asyncio.create_task(self._batcher.submit(jobs))
        gone = asyncio.create_task(_client_gone(request))
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            return await work if work.done() else None
        except QueueFull as full:
            raise ApiError(
                429, str(full), code="queue_full", retry_after=full.retry_after
            ) from full
        except Closed as closed:
            raise ApiError(503, str(closed)) from closed
        except GenerationFailed as failed:
            raise ApiError(500, str(failed)) from failed
        finally:
            work.cancel()
            gone.cancel()


async def _body(request: Request) -> bytes:
    whole = bytearray()
    async for part in request.stream():
        whole += part
        if len(whole) > MAX_BODY:
            raise ApiError(413, f"the body has more than {MAX_BODY} bytes")
    return bytes(whole)


async def _client_gone(request: Request) -> None:
    """Return when the client has hung up; the body must have been read."""
    while (await request.receive())["type"] != "http.disconnect":
        continue


async def _refused(request: Request, error: Any) -> Response:
    return JSONResponse(error.body(), status_code=error.status, headers=error.headers())


async def _not_found(request: Request, error: Any) -> Response:
    message = f"{request.method} {request.url.path}: {error.detail}"
    return JSONResponse(ApiError(error.status_code, message).body(), error.status_code)
