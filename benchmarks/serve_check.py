"""Whether real servers do what Longspan asks of one: vLLM on the CPU through the launcher, then `longspan serve`.

    python benchmarks/serve_check.py --vllm-python PYTHON [--folder DIR] [--only vllm|embedded]

Both serve SmolLM2-135M-Instruct, vLLM from a safetensors folder that is made here of the GGUF weights. Prints a table;
exit code 1 if a check fails.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from openai import BadRequestError, OpenAI
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from serving.embedded.saving import save
from serving.server_process import Launch, Running, free_port, started
from serving.vllm_server import VllmOptions, vllm_server

NAME = "smollm2"
CONTEXT = 2048
SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 20}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}
FRANCE = "What is the capital of France?"


class Server:
    """A running server, asked short questions."""

    def __init__(self, running: Running) -> None:
        """Take a server that answers."""
        self.running = running
        self.client = OpenAI(
            base_url=running.base_url, api_key="none", timeout=600.0, max_retries=0
        )

    def chat(self, said: str, **fields):
        """The reply to one message."""
        asked = {"max_tokens": 32, "model": NAME, "messages": [{"role": "user", "content": said}]}
        return self.client.chat.completions.create(**(asked | fields))

    def text(self, said: str, **fields) -> str:
        """The text of the reply to one message."""
        return self.chat(said, **fields).choices[0].message.content or ""


def models(server: Server) -> str:
    names = [model.id for model in server.client.models.list()]
    assert names == [NAME], names
    return ", ".join(names)


def chat(server: Server) -> str:
    reply = server.chat(FRANCE, temperature=0)
    said = reply.choices[0].message.content
    assert "Paris" in (said or ""), said
    assert reply.choices[0].finish_reason == "stop"
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens
    return f"{said!r}, {reply.usage.total_tokens} tokens"


def length_and_stop(server: Server) -> str:
    short = server.chat(FRANCE, temperature=0, max_tokens=3).choices[0]
    assert (short.message.content, short.finish_reason) == ("The capital of", "length"), short
    cut = server.chat(FRANCE, temperature=0, stop=[" France"]).choices[0]
    assert (cut.message.content, cut.finish_reason) == ("The capital of", "stop"), cut
    return "length, stop"


def seed(server: Server) -> str:
    first, again, other = (server.text("Tell me a story.", seed=s) for s in (5, 5, 6))
    assert first == again, (first, again)
    assert first != other
    return "same seed, same reply; another, another"


def choices(server: Server) -> str:
    made = server.chat("Tell me a story.", n=4, seed=1).choices
    texts = {choice.message.content for choice in made}
    assert [choice.index for choice in made] == [0, 1, 2, 3]
    assert len(texts) > 1
    return f"{len(made)} choices, {len(texts)} different"


def logprobs(server: Server) -> str:
    made = server.chat(FRANCE, temperature=0, logprobs=True, top_logprobs=2).choices[0].logprobs
    first = made.content[0]
    assert first.token == "The"
    assert first.logprob < 0
    assert len(first.top_logprobs) == 2
    return f"{len(made.content)} tokens, the first {first.logprob:.4f}"


def schema(server: Server) -> str:
    form = {"type": "json_schema", "json_schema": {"name": "person", "schema": SCHEMA}}
    texts = [
        server.text("Anna is 31. Who?", seed=s, max_tokens=100, response_format=form)
        for s in range(3)
    ]
    for text in texts:
        value = json.loads(text)
        assert set(value) == {"name", "age"}, value
        assert isinstance(value["age"], int)
    return texts[0]


def refused(server: Server, said: str, **fields) -> BadRequestError:
    """The refusal of a message."""
    try:
        server.chat(said, **fields)
    except BadRequestError as error:
        return error
    raise AssertionError("it was taken")


def too_long(server: Server) -> str:
    error = refused(server, "word " * 9000)
    assert "maximum context length" in str(error), error
    return f"400: {error.message[:90]}"


def wrong_field(server: Server) -> str:
    error = refused(server, FRANCE, temperature=-1)
    assert error.param == "temperature", error.body
    return f"400, param {error.param}"


def prefix_hits(server: Server) -> str:
    def hits() -> float:
        page = httpx.get(server.running.base_url.removesuffix("/v1") + "/metrics").text
        lines = (x for x in page.splitlines() if x.startswith("vllm:prefix_cache_hits_total"))
        return sum(float(line.rpartition(" ")[2]) for line in lines)

    shared = "The river runs to the sea past mills and meadows. " * 60
    before = hits()
    server.text(shared + "First question?", max_tokens=4)
    between = hits()
    server.text(shared + "Second question?", max_tokens=4)
    assert hits() > between, (before, between, hits())
    return f"{hits() - between:.0f} tokens of the second prompt"


def in_company(server: Server) -> str:
    asked = [f"Name {n} things that one finds in a harbour." for n in range(2, 10)]
    alone = [server.text(said, seed=n, max_tokens=24) for n, said in enumerate(asked)]
    with ThreadPoolExecutor(8) as pool:
        together = list(
            pool.map(lambda p: server.text(p[1], seed=p[0], max_tokens=24), enumerate(asked))
        )
    equal = sum(a == b for a, b in zip(alone, together, strict=True))
    return f"{equal} of {len(asked)} replies are the same alone and with seven others"


def speed(server: Server) -> str:
    def one(number: int) -> int:
        reply = server.chat("Tell me a long story about a river.", seed=number, max_tokens=64)
        return reply.usage.completion_tokens

    began = time.monotonic()
    single = one(0) / (time.monotonic() - began)
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        tokens = sum(pool.map(one, range(8)))
    return f"{single:.1f} tokens/s alone, {tokens / (time.monotonic() - began):.1f} with 8 at once"


Check = Callable[[Server], str]
CHECKS: tuple[Check, ...] = (
    models, chat, length_and_stop, seed, choices, logprobs, schema, too_long, wrong_field, in_company, speed,
)  # fmt: skip
VLLM_CHECKS: tuple[Check, ...] = (*CHECKS, prefix_hits)


def outcome(check: Check, server: Server) -> tuple[str, str]:
    """Whether a check passes, and what it saw."""
    try:
        return "passed", " ".join(check(server).split())
    except AssertionError as error:
        return "FAILED", str(error)[:200]


def examine(label: str, running: Running, checks: tuple[Check, ...]) -> list[tuple[str, ...]]:
    """Rows of the table for one server."""
    server = Server(running)
    rows = [(label, "start", "passed", f"{running.seconds:.1f} s to the first healthy answer")]
    return rows + [(label, check.__name__, *outcome(check, server)) for check in checks]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--vllm-python", default=".venv-vllm/bin/python")
    parser.add_argument("--folder", type=Path, default=Path(".venv-serve/smollm2"))
    parser.add_argument("--only", choices=("vllm", "embedded"))
    given = parser.parse_args()
    rows = []
    if given.only != "embedded":
        options = VllmOptions(
            model=str(save(given.folder)), name=NAME, executable=given.vllm_python, dtype="float32",
            max_model_len=CONTEXT, extra=("--enforce-eager",),
            variables=(("HF_HUB_OFFLINE", "1"), ("VLLM_CPU_KVCACHE_SPACE", "1")),
        )  # fmt: skip
        with vllm_server(options) as running:
            rows += examine("vllm", running, VLLM_CHECKS)
    if given.only != "vllm":
        port = free_port()
        command = (sys.executable, "-m", "flows", "serve", "--port", str(port), "--name", NAME)
        launch = Launch(command=command, base_url=f"http://127.0.0.1:{port}/v1")
        with started(launch) as running:
            rows += examine("longspan serve", running, CHECKS)
    table = Table("server", "check", "status", "detail")
    for row in rows:
        table.add_row(*row)
    Console(width=150).print(table, markup=False)
    return int(any(row[2] == "FAILED" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
