"""`longspan serve`: a model behind an OpenAI-compatible address, until a signal comes."""

from typing import Annotated

import typer

from flows.config import ConfigError


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 8766,
    model: Annotated[str, typer.Option(help="Folder of a model; the embedded one by default; or echo.")] = "",
    name: Annotated[str, typer.Option(help="What clients call the model.")] = "",
    max_batch: Annotated[int, typer.Option(help="Most replies made at once.", min=1)] = 8,
    max_queue: Annotated[int, typer.Option(help="Most replies that wait; more are refused.", min=1)] = 256,
    window: Annotated[float, typer.Option(help="Seconds a reply waits for others.", min=0)] = 0.01,
) -> None:  # fmt: skip
    """Serve the embedded model, or one in a folder, behind an OpenAI-compatible address."""
    from serving.embedded import server
    from serving.embedded.batching import Limits
    from serving.embedded.weights import EMBEDDED, ModelUnavailable, load

    limits = Limits(max_batch=max_batch, max_queue=max_queue, window=window)
    options = server.Options(host=host, port=port, limits=limits)
    try:
        server.serve(options, lambda: load(model or EMBEDDED, name), _say)
    except (server.AddressTaken, ModelUnavailable) as error:
        raise ConfigError(f"serve: {error}") from error


def _say(line: str) -> None:
    typer.echo(line)
