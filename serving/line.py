"""One address: how calls get there, with a slot each, tries, waits, and an end when nothing answers.

The official client sends; it is told not to repeat anything itself, since repetition, pacing and the circuit have to
see every answer.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import httpx2
from openai import (
    APIConnectionError,
    APIStatusError,
    AsyncOpenAI,
    DefaultAioHttpClient,
)

from serving.calls import DEAD, EXPIRED, REJECTED, TOO_LONG, Call, Completion
from serving.circuit import Circuit, retry_after, wait_before
from serving.pacing import Pacing
from serving.roles import ModelServer
from serving.wire import WireError, completion_of, request_of

AGAIN = (408, 409, 425, 429, 500, 502, 503, 504, 529)
"""Statuses after which the same request may succeed."""
OVERLOAD = (429, 503, 529)
BARRED = {401: "refuses the key", 403: "refuses the key", 404: "does not know the model"}
LENGTH_WORDS = (
    "context length", "context_length", "too long", "maximum context", "max_model_len", "maximum model length"
)  # fmt: skip
SCHEMA_WORDS = ("response_format", "json_schema", "structured", "guided", "grammar")


@dataclass(frozen=True)
class Missed:
    """A call that was not answered."""

    reason: str
    """One of the fixed reasons of `serving.calls`."""
    detail: str


@dataclass
class Slots:
    """Calls in flight, first come first served, as many as the pacing allows at the time."""

    pacing: Pacing
    in_flight: int = 0

    def __post_init__(self) -> None:
        """Start with nobody waiting."""
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def __aenter__(self) -> None:
        """Wait for a slot."""
        if self.in_flight < self.pacing.slots and not self._waiting:
            self.in_flight += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave()
            raise

    async def __aexit__(self, *exception: object) -> None:
        """Give the slot back."""
        self._leave()

    def _leave(self) -> None:
        self.in_flight -= 1
        while self._waiting and self.in_flight < self.pacing.slots:
            turn = self._waiting.popleft()
            if not turn.done():
                self.in_flight += 1
                turn.set_result(None)


class Line:
    """One model at one address."""

    def __init__(self, server: ModelServer) -> None:
        """Prepare; nothing is sent yet.

        Raises:
            ModelConfigError: the key's variable is not set.
        """
        self.server = server
        self.pacing = Pacing(server.pacing)
        self.slots = Slots(self.pacing)
        self.circuit = Circuit(server.address, server.retry)
        self._schemas = server.structured == "schema"
        self._client = AsyncOpenAI(
            base_url=server.address, api_key=server.key(), max_retries=0, timeout=server.retry.timeout,
            http_client=DefaultAioHttpClient(),
        )  # fmt: skip

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def send(self, call: Call) -> Completion | Missed:
        """Return the reply to a call, however many requests it takes within the limits.

        While nothing at the address answers, tries are not counted: it is there again, or it is dead.
        """
        options = self.server.retry
        begun = time.monotonic()
        number = 0
        while True:
            async with self.slots:
                if self.circuit.open(time.monotonic()):
                    return Missed(DEAD, self.circuit.message)
                found = await self._try(call)
            if not isinstance(found, _Again):
                return found
            number += 1
            if number >= options.tries and not self.circuit.silent:
                return Missed(EXPIRED, f"{number} tries; last: {found.what}")
            pause = wait_before(number, options, random.random(), found.wait)
            if time.monotonic() - begun + pause > options.deadline:
                return Missed(EXPIRED, f"{options.deadline:g} s; last: {found.what}")
            await asyncio.sleep(pause)

    async def _try(self, call: Call) -> "Completion | Missed | _Again":
        sent = time.monotonic()
        try:
            body = await self._hedged(call)
            now = time.monotonic()
            self.circuit.answered()
            completion = completion_of(body, call, self.server, now - sent)
        except APIConnectionError as error:
            what = _root(error)
            self.circuit.unanswered(what, sent)
            # The transport calls a refused connection a timeout as well, and that is no sign of overload.
            if isinstance(error.__cause__, httpx2.ReadTimeout | httpx2.PoolTimeout):
                self.pacing.overloaded(sent, time.monotonic())
            return _Again(what)
        except APIStatusError as error:
            self.circuit.answered()
            return self._status(error, call, sent)
        except WireError as error:
            return _Again(str(error))
        self.pacing.replied(sent, now, completion.completion_tokens)
        return completion

    def _status(self, error: APIStatusError, call: Call, sent: float) -> "Missed | _Again":
        code, said = error.status_code, _said(error)
        if code in OVERLOAD:
            self.pacing.overloaded(sent, time.monotonic())
        if code == 429 and "insufficient_quota" in said:
            self.circuit.barred = "has no quota left (429)"
        elif code in BARRED:
            self.circuit.barred = f"{BARRED[code]} ({code}: {said})"
        if self.circuit.barred:
            return Missed(DEAD, self.circuit.message)
        if code in AGAIN:
            return _Again(f"HTTP {code}", retry_after(error.response.headers, time.time()))
        lowered = said.lower()
        if any(word in lowered for word in LENGTH_WORDS):
            return Missed(TOO_LONG, said)
        if call.reply_schema and self._schemas and any(word in lowered for word in SCHEMA_WORDS):
            self._schemas = False
            return _Again("the server takes no JSON schema")
        return Missed(REJECTED, f"HTTP {code}: {said}")

    async def _hedged(self, call: Call) -> str:
        """Return the body of a reply; where hedging is on, of whichever of two requests is answered first."""
        pause = self.server.retry.hedge_after
        if not pause:
            return await self._request(call)
        return await _first(self._request(call), self._request(call), pause)

    async def _request(self, call: Call) -> str:
        body = request_of(call, self.server, with_schema=self._schemas)
        response = await self._client.post("/chat/completions", cast_to=httpx2.Response, body=body)
        return response.text


@dataclass(frozen=True)
class _Again:
    """A try after which another may succeed."""

    what: str
    wait: float | None = None


async def _first(one: Coroutine[Any, Any, str], other: Coroutine[Any, Any, str], pause: float) -> str:  # fmt: skip
    """Return the result of `one`, or of the first of both where `one` takes longer than `pause` seconds."""
    tasks = [asyncio.ensure_future(one)]
    done, _ = await asyncio.wait(tasks, timeout=pause)
    if done:
        other.close()
        return tasks[0].result()
    tasks.append(asyncio.ensure_future(other))
    try:
        done, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        good = next((task for task in done if not task.exception()), None)
        return await (good or next(iter(waiting or done)))
    finally:
        for task in tasks:
            task.cancel()


def _root(error: BaseException) -> str:
    """Return the name of what an error comes from in the end: `ConnectionRefusedError`, `TimeoutError`."""
    while error.__cause__ is not None:
        error = error.__cause__
    return type(error).__name__


def _said(error: APIStatusError) -> str:
    body = error.body
    if isinstance(body, dict):
        return str(body.get("message") or body.get("code") or body)[:300]
    return str(body or error.message)[:300]
