"""`longspan serve`: a model behind an OpenAI-compatible address, until a signal comes."""

import signal
import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from flows.config import ConfigError

if TYPE_CHECKING:
    from serving.vllm_server import VllmOptions

LOOK_SECONDS = 0.5
"""Between looks at whether vLLM still runs."""


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 8766,
    model: Annotated[str, typer.Option(help="Folder of a model; the embedded one by default; or echo.")] = "",
    name: Annotated[str, typer.Option(help="What clients call the model.")] = "",
    max_batch: Annotated[int, typer.Option(help="Most replies made at once.", min=1)] = 8,
    max_queue: Annotated[int, typer.Option(help="Most replies that wait; more are refused.", min=1)] = 256,
    window: Annotated[float, typer.Option(help="Seconds a reply waits for others.", min=0)] = 0.01,
    vllm: Annotated[str, typer.Option(help="Serve this model by vLLM, which is installed elsewhere.")] = "",
    vllm_command: Annotated[str, typer.Option(help="The vllm command, or a Python that has vLLM.")] = "vllm",
    vllm_arg: Annotated[list[str] | None, typer.Option(help="Further argument for vLLM; repeatable.")] = None,
) -> None:  # fmt: skip
    """Serve the embedded model, or one in a folder, behind an OpenAI-compatible address."""
    if vllm:
        from serving.vllm_server import VllmOptions

        _serve_vllm(
            VllmOptions(
                model=vllm, name=name, executable=vllm_command, host=host, port=port, extra=tuple(vllm_arg or ()),
            )
        )  # fmt: skip
        return
    from serving.embedded import server
    from serving.embedded.batching import Limits
    from serving.embedded.weights import EMBEDDED, ModelUnavailable, load

    limits = Limits(max_batch=max_batch, max_queue=max_queue, window=window)
    options = server.Options(host=host, port=port, limits=limits)
    try:
        server.serve(options, lambda: load(model or EMBEDDED, name), _say)
    except (server.AddressTaken, ModelUnavailable) as error:
        raise ConfigError(f"serve: {error}") from error


def _serve_vllm(options: "VllmOptions") -> None:
    """Run vLLM until a signal comes, or until it ends by itself."""
    from serving.server_process import ServerFailed
    from serving.vllm_server import vllm_server

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    try:
        with vllm_server(options) as running:
            _say(f"Serving {running.model} at {running.base_url}")
            while running.alive():
                time.sleep(LOOK_SECONDS)
            raise ServerFailed(f"vLLM has ended by itself; its last lines are in {running.log}")
    except ServerFailed as error:
        typer.echo(f"longspan: serve: {error}", err=True)
        raise typer.Exit(1) from error


def _say(line: str) -> None:
    typer.echo(line)
