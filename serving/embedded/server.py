"""The server process: an address, a loaded model, uvicorn between them until a signal comes.

The address is taken before the model is loaded, so that a wrong one costs no wait, and answers only when the model is
there. SIGTERM and SIGINT end the server in order: no new connection, a grace for replies in hand, then they are given
up with 503.
"""

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from serving.embedded.batching import Limits
from serving.embedded.generation import TextModel
from serving.embedded.surface import create_app
from warehouse.records import Record

GRACE_SECONDS = 5
"""For replies in hand when a signal comes."""


class AddressTaken(Exception):
    """The address cannot be had; the message says why."""


class Options(Record):
    """Where the server listens and how much it does at once."""

    host: str = "127.0.0.1"
    port: int = 8766
    """0 takes a free one."""
    limits: Limits = Limits()


def serve(options: Options, load: Callable[[], TextModel], announce: Callable[[str], None]) -> None:
    """Serve a model until SIGTERM or SIGINT.

    Args:
        options: address and limits.
        load: returns the model.
        announce: told one line with address and model when the server answers.

    Raises:
        AddressTaken: the address is in use, or not this machine's.
    """
    with _address(options.host, options.port) as listener:
        model = load()
        port = listener.getsockname()[1]
        config = uvicorn.Config(
            create_app(model, options.limits), access_log=False, log_level="warning", lifespan="on",
            server_header=False, timeout_graceful_shutdown=GRACE_SECONDS,
        )  # fmt: skip
        line = f"Serving {model.name} at http://{_shown(options.host)}:{port}/v1"
        with _signals_end_quietly():
            _Announcing(config, lambda: announce(line)).run(sockets=[listener])


class _Announcing(uvicorn.Server):
    """uvicorn that says when it listens."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@contextmanager
def _address(host: str, port: int) -> Iterator[socket.socket]:
    """A bound socket that does not listen yet."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise AddressTaken(f"{host}:{port} cannot be had: {error.strerror or error}") from error
    with listener:
        yield listener


@contextmanager
def _signals_end_quietly() -> Iterator[None]:
    """Take no notice of the signal that uvicorn raises once more when it is done: to be told to end is no failure."""
    before = {
        number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
