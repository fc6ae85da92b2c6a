"""vLLM as a child process: its command line from one record, its start, its end.

vLLM itself is in an environment of its own, since its requirements and ours exclude one another (FastAPI, for one).
The process is kept by `serving.server_process`; a server that somebody else runs is `attached` there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import Literal

from serving.server_process import Launch, Running, free_port, started
from warehouse.records import Record

SILENT = {
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_DO_NOT_TRACK": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}
MODULE = "vllm.entrypoints.openai.api_server"


class LoraModule(Record):
    """An adapter that is served as a model of its own."""

    name: str
    path: str


class VllmOptions(Record):
    """What vLLM is asked to serve, and how. A field at its default leaves the decision to vLLM."""

    model: str
    """Folder or repository of the model."""
    name: str = ""
    """What clients call it; `model` if empty."""
    executable: str = "vllm"
    """The `vllm` command, or a Python interpreter with vLLM: its server module is then run, which is what the CPU
    build needs (its command asks for metadata that it does not have)."""
    host: str = "127.0.0.1"
    port: int = 0
    """0 takes a free one."""
    tensor_parallel: int = 1
    """Devices that share each layer."""
    prefix_caching: bool = True
    """Keep what was computed for prompts that begin alike."""
    structured_outputs: Literal[
        "", "auto", "xgrammar", "guidance", "outlines", "lm-format-enforcer"
    ] = ""
    """Engine that holds replies to a schema."""
    max_model_len: int = 0
    """Most tokens of prompt and reply; 0 takes the model's own."""
    gpu_memory_utilization: float = 0.0
    """Share of the device's memory, up to 1; 0 takes vLLM's."""
    dtype: Literal["auto", "bfloat16", "float16", "float32"] = "auto"
    lora_modules: tuple[LoraModule, ...] = ()
    seed: int = 0
    """Of draws for which no request gives a seed."""
    extra: tuple[str, ...] = ()
    """Further arguments, as they are."""
    variables: tuple[tuple[str, str], ...] = ()
    """Environment variables beyond this process's own."""
    log: str = ""
    """File for what vLLM prints; a temporary one, kept only after a failure, if empty."""
    startup_seconds: float = 900.0
    """Until the first healthy answer; large models load for minutes."""
    grace_seconds: float = 30.0
    """For an end in order."""


def vllm_command(options: VllmOptions) -> tuple[str, ...]:
    """Return the command line that serves what the options say, at the port that they say."""
    if PurePath(options.executable).name.startswith("python"):
        head = (options.executable, "-m", MODULE, "--model", options.model)
    else:
        head = (options.executable, "serve", options.model)
    pairs = [
        ("--served-model-name", options.name),
        ("--host", options.host),
        ("--port", str(options.port)),
        ("--tensor-parallel-size", str(options.tensor_parallel)),
        ("--structured-outputs-config.backend", options.structured_outputs),
        ("--max-model-len", str(options.max_model_len or "")),
        ("--gpu-memory-utilization", str(options.gpu_memory_utilization or "")),
        ("--dtype", options.dtype),
        ("--seed", str(options.seed)),
    ]
    flags = [word for flag, value in pairs if value for word in (flag, value)]
    flags.append(
        "--enable-prefix-caching" if options.prefix_caching else "--no-enable-prefix-caching"
    )
    if options.lora_modules:
        modules = (f"{module.name}={module.path}" for module in options.lora_modules)
        flags += ["--enable-lora", "--lora-modules", *modules]
    return (*head, *flags, *options.extra)


@contextmanager
def vllm_server(options: VllmOptions) -> Iterator[Running]:
    """Run vLLM for the length of a block.

    Raises:
        ServerFailed: it ended before it answered, or did not answer in time.
    """
    placed = options.model_copy(update={"port": options.port or free_port(options.host)})
    host = f"[{placed.host}]" if ":" in placed.host else placed.host
    launch = Launch(
        command=vllm_command(placed), base_url=f"http://{host}:{placed.port}/v1",
        variables=tuple((SILENT | dict(placed.variables)).items()), log=placed.log,
        startup_seconds=placed.startup_seconds, grace_seconds=placed.grace_seconds,
    )  # fmt: skip
    with started(launch) as running:
        yield running
