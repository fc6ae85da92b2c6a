"""What `longspan plan` says that MASE and the model-run checks will cost, before and after a pilot, and the truth.

    python -m benchmarks.model_costs DOCUMENTS [DOCUMENTS …] [--clusters N] [--rows N]
    python -m benchmarks.model_costs DOCUMENTS [DOCUMENTS …] --address http://127.0.0.1:8766/v1 [--proposer served]

For each folder of documents: the plan of the whole, a pilot of a few clusters and questions, the plan again, the whole.
Calls and tokens are the ledger's, the pilot's among them, as they are in the second estimate.

Without `--address` the model is scripted, over the loopback server: it replies by a plan that is the same for every
cluster, so that what is measured is the counting of inputs and the length of prompts. With `--address` solver and
verifier are the model there. A model too small to write questions ends every round at its proposer, so that one stays
scripted unless `--proposer served` is given. Homes are made under `--keep` where it is given, and a run that was
stopped goes on there.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from benchmarks.timing import print_table
from flows.asking import FOLDER
from serving.export import uses
from serving.ledger import FILE as LEDGER
from serving.loopback import LoopbackServer
from tests.flows.scripted_readers import reader

ROOT = Path(__file__).resolve().parent.parent
CONFIG = """
[[sources]]
path = "."
category = "{category}"
[read]
exclude = ["**/README*", "**/LICENSE*", "**/index.tsv"]
[extract]
section_tokens = 300
[context]
buckets = [1024]
[publish]
name = "costs"
measure_only = true
[generate]
draws = 3000
[mase]
documents = 2
tokens = 700
attempts = 2
rounds = 2
[checks]
grounding = "advise"
gold = "advise"
robustness = "advise"
difficulty = "advise"
k = 2
pass_at = 2
batch = 8
[models.servers.scripted]
model = "scripted"
address = "{scripted}"
[models.servers.served]
model = "{model}"
address = "{address}"
context_tokens = 8192
retry = {{ timeout = 900, deadline = 7200, patience = 1200 }}
pacing = {{ start = 8, most = 8 }}
[models.roles.proposer]
model = "{proposer}"
sampling = {{ temperature = 0.7, top_p = 0.95, max_tokens = {proposal} }}
[models.roles.solver]
model = "served"
sampling = {{ temperature = 0.7, top_p = 0.95, max_tokens = {longest} }}
[models.roles.verifier]
model = "served"
sampling = {{ max_tokens = {longest} }}
[models.roles.judge]
model = "served"
sampling = {{ max_tokens = {longest} }}
"""
SCRIPTED_PROPOSAL = 600
"""Longest proposal of the scripted model, in tokens."""
Sums = dict[str, Counter[str]]
"""Stage → calls and tokens."""


class Size(NamedTuple):
    """How much is asked for."""

    clusters: int
    rows: int

    @property
    def options(self) -> tuple[str, ...]:
        """As options of the command line."""
        rows = (f"generate.rows={self.rows}", f"numeric.rows={max(self.rows // 4, 1)}")
        given = (f"mase.clusters={self.clusters}", *rows)
        return tuple(word for one in given for word in ("--set", one))


def longspan(*words: object) -> dict:
    """Run the command and return what it prints as JSON."""
    command = [sys.executable, "-m", "flows", *map(str, words), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{words[0]} failed: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def asked(home: Path) -> Sums:
    """Return calls and tokens of a home's ledger by stage."""
    found: Sums = {}
    for use in uses(home / FOLDER / LEDGER)[0]:
        tokens = use.prompt_tokens + use.completion_tokens
        found.setdefault(use.stage, Counter()).update(calls=use.calls, tokens=tokens)
    return found


def planned(*where: object) -> Sums:
    """Return calls and tokens that are still expected by stage."""
    found: Sums = {}
    for row in longspan("plan", *where).get("models", ()):
        found.setdefault(row["stage"], Counter()).update(calls=row["calls"], tokens=row["tokens"])
    return found


def measure(documents: Path, config: Path, home: Path, sizes: tuple[Size, Size]) -> list[tuple]:
    """Return a row for each stage of a folder, and their sum."""
    pilot, whole = sizes
    where = (config, "--documents", documents, "--home", home)
    kept = home.parent / f"{home.name}.json"
    if kept.is_file():
        first, before, second = (
            {name: Counter(sums) for name, sums in part.items()}
            for part in json.loads(kept.read_text("utf-8"))
        )
    else:
        first = planned(*where, *whole.options)
        longspan("run", *where, *pilot.options)
        before = asked(home)
        second = planned(*where, *whole.options)
        kept.write_text(json.dumps([first, before, second]), encoding="utf-8")
    longspan("run", *where, *whole.options)
    after = asked(home)
    parts = (first, before, second, after)
    rows = [
        _row(documents.name, stage, *(part.get(stage, Counter()) for part in parts))
        for stage in after
    ]
    return [*rows, _row(documents.name, "all", *(sum(part.values(), Counter()) for part in parts))]


def _row(
    name: str, stage: str, first: Counter, before: Counter, second: Counter, after: Counter
) -> tuple:
    cells = [name, stage]
    for what in ("calls", "tokens"):
        whole = before[what] + second[what]
        cells += [f"{first[what]:,}", f"{before[what]:,}", f"{whole:,}", f"{after[what]:,}"]
        cells += [f"{whole / after[what] - 1:+.0%}" if after[what] else "–"]
    return tuple(cells)


def main() -> None:
    """Print estimates and costs by folder and stage."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("documents", type=Path, nargs="+")
    parser.add_argument("--category", default="general")
    parser.add_argument("--address", default="", help="server of the model; scripted without")
    parser.add_argument("--model", default="smollm2-135m-instruct")
    parser.add_argument("--proposer", default="scripted", choices=("scripted", "served"))
    parser.add_argument("--longest", type=int, default=48, help="tokens of a reply")
    parser.add_argument("--pilot", type=int, nargs=2, default=(4, 4), metavar=("CLUSTERS", "ROWS"))
    parser.add_argument("--clusters", type=int, default=16)
    parser.add_argument("--rows", type=int, default=16, help="multi-hop questions")
    parser.add_argument("--keep", type=Path, help="folder of the homes")
    given = parser.parse_args()
    sizes = Size(*given.pilot), Size(given.clusters, given.rows)
    rows = []
    with tempfile.TemporaryDirectory() as name, LoopbackServer(reader) as scripted:
        folder = given.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        config = folder / "costs.toml"
        text = CONFIG.format(
            category=given.category, scripted=scripted.address, address=given.address or scripted.address,
            model=given.model if given.address else "scripted", proposer=given.proposer, longest=given.longest,
            proposal=given.longest if given.proposer == "served" else SCRIPTED_PROPOSAL,
        )  # fmt: skip
        config.write_text(text, encoding="utf-8")
        for documents in given.documents:
            rows += measure(documents.resolve(), config, folder.resolve() / documents.name, sizes)
    head = ["documents", "stage"]
    for what in ("calls", "tokens"):
        head += [f"{what}, first estimate", "pilot", "estimate", "actual", "off by"]
    print_table(tuple(head), rows)


if __name__ == "__main__":
    main()
