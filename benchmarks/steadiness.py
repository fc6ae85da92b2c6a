"""How a run stands up to nights and to growth: nothing to do, killed at random, and memory against the corpus.

    python benchmarks/steadiness.py idle [--documents DIR] [--config TOML]
    python benchmarks/steadiness.py kills [--documents DIR] [--config TOML] [--kills N] [--seed N]
    python benchmarks/steadiness.py memory [--files N] [--times 1,10]
    python benchmarks/steadiness.py prefect [--documents DIR] [--config TOML] [--turns N]

`idle` runs twice and sets the second run, which finds nothing to do, against the first. `kills` kills a run with
SIGKILL at N random moments, lets it end, and counts the work that was lost: shards that were written and never
committed. `memory` writes files of generated statements and gives the most memory that the processes of a run had
while they read and extracted, by the size of the corpus. `prefect` sets the stages of a run against the same stages
with plain threads in place of Prefect's tasks, both without their start.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.generated import documents
from benchmarks.timing import RUNS, print_table, print_versions
from flows.quiet import OFF

ROOT = Path(__file__).resolve().parent.parent
STATEMENTS = 60
"""Documents of the generated world that one file holds, each of three statements or so."""
STREAMING = ("ingest", "extract")
"""Stages whose memory must not grow with the corpus."""
MEMORY_CONFIG = '[[sources]]\npath = "general"\ncategory = "general"\n'


def start(config: Path, folder: Path, home: Path) -> subprocess.Popen[str]:
    """Start a run in a process group of its own."""
    command = [sys.executable, "-m", "flows", "run", str(config), "--documents", str(folder),
               "--home", str(home), "--json"]  # fmt: skip
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> dict:
    """Return the outcome of a run."""
    told, why = process.communicate()
    if process.returncode:
        sys.exit(f"the run failed with exit code {process.returncode}: {why[-2000:]}")
    return json.loads(told)


def idle(config: Path, folder: Path) -> None:
    """Print the seconds of a first run and of one with nothing to do."""
    with tempfile.TemporaryDirectory() as home:
        seconds: list[float] = []
        for _ in range(2):
            began = time.perf_counter()
            outcome = finish(start(config, folder, Path(home)))
            seconds.append(time.perf_counter() - began)
        assert outcome["nothing_to_do"]
    print_table(("first run, s", "nothing to do, s", "share"),
                [(f"{seconds[0]:.1f}", f"{seconds[1]:.1f}", f"{seconds[1] / seconds[0]:.1%}")])  # fmt: skip


def kills(config: Path, folder: Path, count: int, seed: int) -> None:
    """Print, kill by kill, what was written and lost, and whether the end is that of an undisturbed run."""
    stream = random.Random(seed)
    with tempfile.TemporaryDirectory() as calm, tempfile.TemporaryDirectory() as troubled:
        began = time.perf_counter()
        expected = Path(finish(start(config, folder, Path(calm)))["path"]).name
        length = time.perf_counter() - began
        rows: list[tuple[str, ...]] = []
        for number in range(count):
            process = start(config, folder, Path(troubled))
            moment = stream.uniform(0, length / 2)
            time.sleep(moment)
            ended = process.poll() is not None
            if not ended:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            lost, batches = _lost(Path(troubled))
            rows.append((str(number + 1), f"{moment:.1f}", "ended before" if ended else "killed",
                         f"{batches}", f"{lost}"))  # fmt: skip
        found = Path(finish(start(config, folder, Path(troubled)))["path"]).name
    print_table(("kill", "after, s", "run", "batches committed", "shards lost so far"), rows)
    print(f"\nAn undisturbed run took {length:.1f} s. Content: {found}, undisturbed {expected}.")
    if found != expected:
        sys.exit("the contents differ")


def _lost(home: Path) -> tuple[int, int]:
    """Return (shard files that no manifest names, commits)."""
    named: set[str] = set()
    commits: set[str] = set()
    for manifest in (home / "manifests").glob("*.json"):
        for shard in json.loads(manifest.read_text("utf-8"))["shards"]:
            named.add(Path(shard["file"]).name)
            commits.update(shard["commits"])
    written = {path.name for path in (home / "shards").rglob("*.parquet")}
    return len(written - named), len(commits)


def memory(files: int, times: list[int]) -> None:
    """Print the most memory of a run's processes in its streaming stages, by size of the corpus."""
    rows: list[tuple[str, ...]] = []
    for factor in times:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            size = _write(folder / "documents" / "general", files * factor)
            config = folder / "memory.toml"
            config.write_text(MEMORY_CONFIG, encoding="utf-8")
            process = start(config, folder / "documents", folder / "home")
            most = dict.fromkeys(STREAMING, 0)
            stage = ""
            while process.poll() is None and stage in ("", *STREAMING):
                stage = _stage(folder / "home")
                if stage in most:
                    most[stage] = max(most[stage], sum(map(_resident, _group(process.pid))))
                time.sleep(0.2)
            if process.poll() is None:  # what follows is not measured
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
            else:
                finish(process)
        rows.append((f"{files * factor:,}", f"{size / 1e6:.1f}",
                     *(f"{most[stage] / 2**20:,.0f}" for stage in STREAMING)))  # fmt: skip
    print_table(("files", "MB", *(f"most memory in {stage}, MiB" for stage in STREAMING)), rows)


def _write(folder: Path, files: int) -> int:
    """Write files of generated statements; return their bytes."""
    folder.mkdir(parents=True)
    size, number, lines = 0, 0, []
    for _, text, _ in documents(files * STATEMENTS * 4):
        lines.append(text.replace("\n", " "))
        if len(lines) == STATEMENTS:
            body = f"# Report {number}\n\n" + "\n\n".join(lines) + "\n"
            (folder / f"report-{number:06}.md").write_text(body, encoding="utf-8")
            size, number, lines = size + len(body), number + 1, []
            if number == files:
                break
    return size


def _stage(home: Path) -> str:
    try:
        return json.loads((home / "runs" / "current.json").read_text("utf-8"))["stage"]
    except (OSError, ValueError):
        return ""


def _group(leader: int) -> list[int]:
    """Return the processes of a group, the embedded server among them."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                if os.getpgid(int(entry.name)) == leader:
                    found.append(int(entry.name))
            except ProcessLookupError:
                continue
    return found


def _resident(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf(
            "SC_PAGE_SIZE"
        )
    except OSError:
        return 0


def prefect(config: Path, folder: Path, turns: int) -> None:
    """Print the seconds of a run's stages under Prefect and without it, in turn, by the clock and of the processor."""

    def staged(mode: str) -> list[float]:
        with tempfile.TemporaryDirectory() as home:
            command = [sys.executable, "-m", "benchmarks.staged", mode, config, folder, home]
            done = subprocess.run(
                command, cwd=ROOT, capture_output=True, text=True, check=True, start_new_session=True,
                env=OFF | os.environ,
            )  # fmt: skip
        return [float(seconds) for seconds in done.stdout.splitlines()[-1].split()]

    taken: dict[str, list[list[float]]] = {"prefect": [], "bare": []}
    for _ in range(turns):
        for mode, seconds in taken.items():
            seconds.append(staged(mode))
    rows: list[tuple[str, ...]] = []
    for place, what in enumerate(("by the clock", "of the processor")):
        own, bare = ([turn[place] for turn in taken[mode]] for mode in taken)
        shares = sorted(1 - without / with_it for with_it, without in zip(own, bare, strict=True))
        rows.append((what, f"{median(own):.1f}", f"{median(bare):.1f}",
                     f"{median(shares):.1%} ({shares[0]:.1%} to {shares[-1]:.1%})"))  # fmt: skip
    print_table(("seconds", "stages under Prefect", "stages without it", "Prefect's share"), rows)


def main() -> None:
    """Run one of the four measurements."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["idle", "kills", "memory", "prefect"])
    parser.add_argument("--config", type=Path, default=ROOT / "configs" / "synthesis" / "demo.toml")
    parser.add_argument("--documents", type=Path, default=ROOT / "corpora")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--turns", type=int, default=RUNS, help="turns of `prefect`")
    parser.add_argument("--files", type=int, default=100, help="files of the smallest corpus")
    parser.add_argument("--times", default="1,10", help="sizes, as multiples")
    options = parser.parse_args()
    print_versions("prefect", "polars", "spacy")
    config, folder = options.config.resolve(), options.documents.resolve()
    if options.what == "idle":
        idle(config, folder)
    elif options.what == "prefect":
        prefect(config, folder, options.turns)
    elif options.what == "kills":
        kills(config, folder, options.kills, options.seed)
    else:
        memory(options.files, [int(times) for times in options.times.split(",")])


if __name__ == "__main__":
    main()
