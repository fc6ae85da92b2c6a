"""A loopback server that speaks the OpenAI protocol for a scripted model, and misbehaves by measure.

Its fault modes are what real servers do on a bad night. Which request meets which fault is decided by the hash of the
seed, the request and how often it came, so that a test is the same each time and a repeated request gets through.

    python -m serving.loopback --port 8123 --script FILE.toml --faults 0.3
"""

import argparse
import asyncio
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any, Literal, Self

import uvicorn
from pydantic import Field

from serving.scripted import Script, ScriptedReply, chat_body, echo, request_of, script_of
from warehouse.identity import digest
from warehouse.records import Record

Fault = Literal[
    "429", "500", "503", "hang", "cut connection", "cut json", "slow", "wrong schema", "empty", "refusal", "truncated"
]  # fmt: skip
FAULTS: tuple[Fault, ...] = (
    "429", "500", "503", "hang", "cut connection", "cut json", "slow", "wrong schema", "empty", "refusal", "truncated",
)  # fmt: skip
TRANSPORT = FAULTS[:6]
"""Faults after which a request may be sent again."""
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
JSON_HEADERS = [(b"content-type", b"application/json")]


class FaultOptions(Record):
    """How a server misbehaves."""

    shares: dict[Fault, float] = Field(default_factory=dict)
    """Share of requests that meet each fault, together at most 1."""
    seed: int = 0
    retry_after: float = 0.01
    """What 429 asks to wait, seconds."""
    hang: float = 3600.0
    """Seconds of silence before a hanging request is answered."""
    slow: float = 0.5
    """Seconds that a slow reply takes."""
    latency: float = 0.0
    """Seconds that every reply takes."""


def even_faults(share: float, **options: Any) -> FaultOptions:
    """Return options under which `share` of the requests meet a fault, each kind as often as the others."""
    return FaultOptions(shares=dict.fromkeys(FAULTS, share / len(FAULTS)), **options)


class LoopbackServer:
    """The server, in a thread of this process: a context manager that gives its base address."""

    def __init__(
        self, script: Script = echo, faults: FaultOptions = FaultOptions(), port: int = 0  # noqa: B008
    ) -> None:  # fmt: skip
        """Prepare; nothing listens before the context is entered. Port 0 takes a free one."""
        self.script = script
        self.faults = faults
        self.seen: Counter[str] = Counter()
        """How often each request came, by the hash of its body."""
        self.answered: Counter[str] = Counter()
        """How often each was answered in full."""
        self.met: Counter[str] = Counter()
        """Faults that were met."""
        self.most_in_flight = 0
        self.first = 0.0
        self.last = 0.0
        """When the first request came and when the last was answered, seconds of the server's clock."""
        self._in_flight = 0
        self._port = port

    def __enter__(self) -> Self:
        """Listen on the loopback address."""
        self._socket = socket.socket()
        # A port that another server had a moment ago can be taken again.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", self._port))
        self._port = self._socket.getsockname()[1]
        self._server = uvicorn.Server(uvicorn.Config(
            self.app, interface="asgi3", lifespan="off", access_log=False, log_level="critical",
            timeout_graceful_shutdown=1,
        ))  # fmt: skip
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._server.serve(sockets=[self._socket])), daemon=True
        )
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop listening; requests that hang are cut."""
        self._server.should_exit = True
        self._thread.join()

    @property
    def port(self) -> int:
        """Port that it listens on."""
        return self._port

    @property
    def address(self) -> str:
        """Base address for clients."""
        return f"http://127.0.0.1:{self._port}/v1"

    async def app(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http":
            return
        if scope["path"].endswith("/models"):
            await _answer(send, 200, {"object": "list", "data": [{"id": "scripted", "object": "model"}]})  # fmt: skip
            return
        if scope["path"].endswith("/stats"):
            await _answer(send, 200, self.stats())
            return
        if not scope["path"].endswith("/chat/completions"):
            await _answer(send, 404, _error("not found"))
            return
        self.first = self.first or time.monotonic()
        self._in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self._in_flight)
        try:
            await self._complete(await _body(receive), send)
        finally:
            self._in_flight -= 1
            self.last = time.monotonic()

    def stats(self) -> dict[str, Any]:
        """Return requests seen, replies given, distinct requests answered, their time, and faults met."""
        return {
            "requests": self.seen.total(), "answered": self.answered.total(), "distinct": len(self.answered),
            "in_flight": self._in_flight, "most_in_flight": self.most_in_flight, "seconds": self.last - self.first,
            "faults": dict(self.met),
        }  # fmt: skip

    async def _complete(self, body: bytes, send: Send) -> None:
        name = digest(body.decode("utf-8", "replace"))
        self.seen[name] += 1
        fault = self._fault(name, self.seen[name])
        if fault:
            self.met[fault] += 1
        if self.faults.latency:
            await asyncio.sleep(self.faults.latency)
        if fault in ("429", "500", "503"):
            headers = [(b"retry-after", str(self.faults.retry_after).encode())]
            await _answer(send, int(fault), _error(f"HTTP {fault}"), headers if fault == "429" else [])  # fmt: skip
            return
        if fault in ("hang", "slow"):
            await asyncio.sleep(self.faults.hang if fault == "hang" else self.faults.slow)
        request = request_of(json.loads(body))
        reply = _spoilt(fault, self.script(request))
        payload = json.dumps(chat_body(request, reply, self.seen.total())).encode()
        if fault == "cut json":
            payload = payload[: len(payload) // 2]
        elif fault == "cut connection":
            await _cut(send, payload)
            return
        else:
            self.answered[name] += 1
        await _send(send, 200, payload, [])

    def _fault(self, name: str, time_seen: int) -> Fault | None:
        if not self.faults.shares:
            return None
        drawn = int(digest(self.faults.seed, name, time_seen)[:8], 16) / 2**32
        for fault, share in self.faults.shares.items():
            drawn -= share
            if drawn < 0:
                return fault
        return None


def _spoilt(fault: Fault | None, reply: ScriptedReply) -> ScriptedReply:
    if fault == "wrong schema":
        return ScriptedReply(text='{"nothing": ["that", "was", "asked", "for"]}')
    if fault == "empty":
        return ScriptedReply(text="")
    if fault == "refusal":
        return ScriptedReply(text="I'm sorry, but I can't help with that.")
    if fault == "truncated":
        return ScriptedReply(text=reply.text[: len(reply.text) // 2], finish_reason="length")
    return reply


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _error(message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "loopback", "code": None}}


async def _answer(
    send: Send, status: int, data: dict[str, Any], headers: list[tuple[bytes, bytes]] | None = None
) -> None:
    await _send(send, status, json.dumps(data).encode(), headers or [])


async def _send(
    send: Send, status: int, payload: bytes, headers: list[tuple[bytes, bytes]]
) -> None:
    length = [(b"content-length", str(len(payload)).encode())]
    await send(
        {"type": "http.response.start", "status": status, "headers": JSON_HEADERS + length + headers}
    )  # fmt: skip
    await send({"type": "http.response.body", "body": payload})


async def _cut(send: Send, payload: bytes) -> None:
    """Promise the whole payload, send half, and leave: the server then closes the connection."""
    length = [(b"content-length", str(len(payload)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": JSON_HEADERS + length})
    await send({"type": "http.response.body", "body": payload[: len(payload) // 2], "more_body": True})  # fmt: skip
    raise ConnectionAbortedError("cut on purpose")


def main() -> None:
    """Serve a script until the process is ended."""
    parser = argparse.ArgumentParser(prog="serving.loopback", description=__doc__)
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--script", type=Path)
    parser.add_argument("--faults", type=float, default=0.0, help="share of faulty requests")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds each reply takes")
    parser.add_argument("--hang", type=float, default=30.0, help="seconds a hanging request takes")
    given = parser.parse_args()
    faults = even_faults(given.faults, latency=given.latency, hang=given.hang)
    server = LoopbackServer(script_of(given.script) if given.script else echo, faults)
    uvicorn.run(
        server.app, host="127.0.0.1", port=given.port, interface="asgi3", log_level="critical", access_log=False
    )  # fmt: skip


if __name__ == "__main__":
    main()
