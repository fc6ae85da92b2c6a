"""The door to language models against others, and on bad nights: all of it against a loopback server.

    python benchmarks/completions.py rates [--calls N] [--concurrency N]
    python benchmarks/completions.py rivals FOLDER [--calls N] [--concurrency N]
    python benchmarks/completions.py kills [--calls N] [--kills N] [--seed N]
    python benchmarks/completions.py faults [--calls N] [--share S]
    python benchmarks/completions.py memory [--times 1000,10000,100000]

`rates` sets calls per second, each stored durably before it is used, against bare httpx and httpx2, which store
nothing. `rivals` does the same work with distilabel, NeMo Data Designer and bespoke curator, each in the environment
FOLDER/NAME/bin/python (pip install 'distilabel[openai]' requests; data-designer; bespokelabs-curator), timed by the
server from the first request to the last reply, so that nobody's start counts. `kills` ends a run with SIGKILL at N
random moments and counts what was asked twice. `faults` lets a share of the requests fail and accounts for every
input. `memory` gives the most memory of the asking process by the number of calls.
"""

import argparse
import asyncio
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import httpx2

from benchmarks.timing import print_table, print_versions
from serving.calls import Call, Message, Sampling
from serving.circuit import RetryOptions
from serving.client import Ask, ModelClient
from serving.ledger import Ledger
from serving.outcomes import Expected
from serving.pacing import PacingOptions
from serving.roles import Models, ModelServer, RoleOptions
from warehouse.identity import merkle_root
from warehouse.records import Record

ROOT = Path(__file__).resolve().parent.parent
RUNS = 5
RIVALS = {
    "distilabel": "distilabel",
    "NeMo Data Designer": "data_designer",
    "bespoke curator": "curator",
}
LATENCY = 0.02
"""Seconds that the server takes over each reply where runs are killed, so that calls are in flight."""
LONGEST_RUN = 1.0
"""Seconds from the first request of a run to its kill, at most."""


class Echoed(Record):
    """What the faulty server's script says."""

    asked: str


@contextmanager
def server(port: int = 8141, *options: str) -> Iterator[str]:
    """Give the base address of a loopback server in a process of its own."""
    command = [sys.executable, "-m", "serving.loopback", "--port", str(port), *options]
    process = subprocess.Popen(command, cwd=ROOT)
    address = f"http://127.0.0.1:{port}/v1"
    try:
        while True:
            try:
                httpx.get(f"{address}/models", timeout=1)
                break
            except httpx.HTTPError:
                time.sleep(0.05)
        yield address
    finally:
        process.kill()
        process.wait()


def prompts(calls: int, tag: str = "") -> Iterator[str]:
    """Yield prompts of some 400 characters, no two alike."""
    for number in range(calls):
        yield f"Question {tag} {number}: " + "word " * 80


def models(address: str, concurrency: int) -> Models:
    """Return one model at an address, at a fixed concurrency."""
    pacing = PacingOptions(start=concurrency, most=concurrency, least=concurrency, slow=1e9)
    retry = RetryOptions(timeout=2, first_wait=0.01, longest_wait=0.2, tries=20)
    servers = {"m": ModelServer(model="scripted", address=address, pacing=pacing, retry=retry)}
    return Models(servers=servers, roles={"solver": RoleOptions(model="m")})


def asks(texts: Iterator[str], expected: Expected | None = None) -> Iterator[Ask]:
    """Yield an ask for each text."""
    for text in texts:
        call = Call(
            model="scripted", messages=(Message(role="user", parts=(text,)),), sampling=Sampling()
        )
        yield Ask("solver", call, expected or Expected())


async def ask_all(
    address: str,
    texts: Iterator[str],
    home: Path,
    concurrency: int,
    expected: Expected | None = None,
) -> Counter[str]:
    """Ask every text through the client; return the statuses of the replies."""
    with Ledger(home) as ledger:
        async with ModelClient(models(address, concurrency), ledger) as client:
            return Counter([reply.status async for _, reply in client.each(asks(texts, expected))])


async def bare(library, address: str, texts: Iterator[str], concurrency: int) -> None:
    """Ask every text through a bare HTTP library and store nothing."""
    places = asyncio.Semaphore(concurrency)
    limits = library.Limits(max_connections=concurrency)
    async with library.AsyncClient(limits=limits, timeout=60) as client:

        async def one(text: str) -> str:
            body = {"model": "scripted", "messages": [{"role": "user", "content": text}], "temperature": 0.0,
                    "top_p": 1.0, "max_tokens": 1024, "seed": 1}  # fmt: skip
            async with places:
                reply = await client.post(f"{address}/chat/completions", json=body)
            return reply.json()["choices"][0]["message"]["content"]

        await asyncio.gather(*map(one, texts))


def rates(calls: int, concurrency: int) -> None:
    """Print calls per second and CPU seconds of the asking process, in turn."""
    print_versions("openai", "aiohttp", "httpx", "httpx2", "uvicorn")
    found: dict[str, list[tuple[float, float]]] = {}
    with server() as address:
        works: dict[str, Callable[[str], object]] = {
            "ours, stored": lambda tag: _ours(address, calls, tag, concurrency),
            "httpx": lambda tag: asyncio.run(
                bare(httpx, address, prompts(calls, tag), concurrency)
            ),
            "httpx2": lambda tag: asyncio.run(
                bare(httpx2, address, prompts(calls, tag), concurrency)
            ),
        }
        for turn in range(RUNS):
            for name, work in works.items():
                began, cpu = time.perf_counter(), time.process_time()
                work(f"{name} {turn}")
                found.setdefault(name, []).append(
                    (calls / (time.perf_counter() - began), time.process_time() - cpu)
                )
    own = [rate for rate, _ in found["ours, stored"]]
    rows = []
    for name, turns in found.items():
        ratios = sorted(mine / rate for mine, (rate, _) in zip(own, turns, strict=True))
        rows.append((name, f"{statistics.median(rate for rate, _ in turns):,.0f}",
                     f"{statistics.median(cpu for _, cpu in turns):.2f}",
                     f"{statistics.median(ratios):.0%} ({ratios[0]:.0%} to {ratios[-1]:.0%})"))  # fmt: skip
    print(f"{calls} calls at concurrency {concurrency}\n")
    print_table(("client", "calls a second", "CPU s", "ours against it"), rows)


def _ours(address: str, calls: int, tag: str, concurrency: int) -> None:
    with tempfile.TemporaryDirectory() as home:
        statuses = asyncio.run(ask_all(address, prompts(calls, tag), Path(home), concurrency))
    assert statuses == {"answered": calls}


def rivals(folder: Path, calls: int, concurrency: int) -> None:
    """Print calls per second of each tool by the server's clock."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "prompts.txt"
        file.write_text("\n".join(prompts(calls)), encoding="utf-8")
        works = {"ours": [sys.executable, "-m", "benchmarks.completions", "work"]}
        for rival, script in RIVALS.items():
            python = folder / script / "bin" / "python"
            works[rival] = [str(python), str(ROOT / "benchmarks" / "rivals" / f"{script}_run.py")]
        for rival, command in works.items():
            turns = []
            for _ in range(3):
                with server() as address:
                    done = subprocess.run([*command, address, str(file), str(concurrency)], cwd=ROOT,
                                          capture_output=True, text=True)  # fmt: skip
                    stats = httpx.get(f"{address}/stats").json()
                if done.returncode:
                    sys.exit(f"{rival} failed: {done.stderr[-2000:]}")
                assert stats["answered"] >= calls, (rival, stats)
                turns.append(stats["answered"] / stats["seconds"])
            rows.append((rival, statistics.median(turns)))
    best = max(rate for _, rate in rows[1:])
    print(f"{calls} calls at concurrency {concurrency}, by the server's clock, median of 3\n")
    print_table(("tool", "calls a second", "against the best other"),
                [(name, f"{rate:,.0f}", f"{rate / best:.1f}") for name, rate in rows])  # fmt: skip


def work(address: str, file: Path, concurrency: int, home: Path | None = None) -> None:
    """Ask every line of a file; what runs that are timed or killed do."""
    texts = iter(file.read_text("utf-8").splitlines())
    with tempfile.TemporaryDirectory() as name:
        statuses = asyncio.run(ask_all(address, texts, home or Path(name), concurrency))
    if statuses.keys() != {"answered"}:
        sys.exit(f"not all were answered: {dict(statuses)}")


def kills(calls: int, count: int, seed: int, concurrency: int = 32) -> None:
    """Print, kill by kill, what the server answered and what the ledger has; at the end what was wasted."""
    stream = random.Random(seed)
    rows = []
    with tempfile.TemporaryDirectory() as name, server(8141, "--latency", str(LATENCY)) as address:
        file, home = Path(name) / "prompts.txt", Path(name) / "home"
        file.write_text("\n".join(prompts(calls)), encoding="utf-8")
        command = [sys.executable, "-m", "benchmarks.completions", "work", address, str(file), str(concurrency),
                   "--home", str(home)]  # fmt: skip
        for number in range(count):
            process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
            before = httpx.get(f"{address}/stats").json()["requests"]
            while httpx.get(f"{address}/stats").json()["requests"] == before:
                time.sleep(0.02)
            moment = stream.uniform(0, LONGEST_RUN)
            time.sleep(moment)
            process.send_signal(signal.SIGKILL)
            process.wait()
            time.sleep(0.3)
            stats = httpx.get(f"{address}/stats").json()
            rows.append(
                (str(number + 1), f"{moment:.2f}", str(stats["answered"]), str(_stored(home)))
            )
        subprocess.run(command, cwd=ROOT, check=True)
        stats = httpx.get(f"{address}/stats").json()
        with Ledger(home) as ledger:
            keys = [entry.call.key for entry in ledger.entries()]
        calm = Path(name) / "calm"
        subprocess.run([*command[:-1], str(calm)], cwd=ROOT, check=True)
        same = _content(home) == _content(calm)
    print_table(("kill", "after, s", "answered by the server", "in the ledger"), rows)
    wasted = stats["requests"] - calls
    doubled = len(keys) - len(set(keys))
    print(f"\n{calls} calls, {len(keys)} stored, {doubled} of them twice")
    print(f"{wasted} requests wasted by {count} kills, each with at most {concurrency} in flight")
    print(f"content equal to that of an undisturbed run: {same}")
    if len(set(keys)) != calls or len(keys) != calls or wasted > count * concurrency or not same:
        sys.exit("work was lost, doubled or wasted")


def _stored(home: Path) -> int:
    with Ledger(home) as ledger:
        return sum(1 for _ in ledger.entries())


def _content(home: Path) -> str:
    with Ledger(home) as ledger:
        return merkle_root(f"{e.call.key} {e.completion.text}" for e in ledger.entries())


def faults(calls: int, share: float) -> None:
    """Print what became of every input under mixed faults."""
    script = "[[replies]]\nwhen = '(?s).*'\ntext = '{\"asked\": \"it\"}'\n"
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "script.toml"
        file.write_text(script, encoding="utf-8")
        with server(8141, "--faults", str(share), "--script", str(file)) as address:
            expected = Expected(Echoed)
            statuses = asyncio.run(
                ask_all(address, prompts(calls), Path(name) / "home", 32, expected)
            )
            stats = httpx.get(f"{address}/stats").json()
        with Ledger(Path(name) / "home") as ledger:
            stored = {entry.call.key for entry in ledger.entries()}
    print_table(("outcome", "inputs"), [(status, str(n)) for status, n in statuses.most_common()])
    print(f"\n{statuses.total()} outcomes of {calls} inputs; {len(stored)} replies stored")
    print(f"faults met: {stats['faults']}")
    if statuses.total() != calls:
        sys.exit("inputs were lost")


def memory(times: list[int]) -> None:
    """Print the most memory of a process that asks, by calls."""
    rows = []
    for calls in times:
        with server() as address:
            code = ("import asyncio,resource,tempfile\nfrom pathlib import Path\n"
                    "from benchmarks.completions import *\n"
                    f"with tempfile.TemporaryDirectory() as n:\n"
                    f"  asyncio.run(ask_all({address!r}, prompts({calls}), Path(n), 64))\n"
                    f"print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)")  # fmt: skip
            done = subprocess.run(
                [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
            )
        rows.append((f"{calls:,}", f"{int(done.stdout) / 1024:.0f}"))
    print_table(("calls", "most memory, MiB"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("rates", "rivals", "kills", "faults", "memory", "work"))
    parser.add_argument("places", nargs="*")
    parser.add_argument("--calls", type=int, default=5000)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--share", type=float, default=0.3)
    parser.add_argument("--times", default="1000,10000,100000")
    parser.add_argument("--home", type=Path)
    given = parser.parse_args()
    if given.what == "rates":
        rates(given.calls, given.concurrency)
    elif given.what == "rivals":
        rivals(Path(given.places[0]), given.calls, given.concurrency)
    elif given.what == "kills":
        kills(given.calls, given.kills, given.seed)
    elif given.what == "faults":
        faults(given.calls, given.share)
    elif given.what == "memory":
        memory([int(n) for n in given.times.split(",")])
    else:
        work(given.places[0], Path(given.places[1]), int(given.places[2]), given.home)


if __name__ == "__main__":
    main()
