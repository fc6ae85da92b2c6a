"""What `longspan plan` says that MASE will cost, after a pilot, against what it then does cost.

    python -m benchmarks.model_costs DOCUMENTS [DOCUMENTS …] [--pilot N] [--clusters N]

For each folder of documents: a run with a few clusters against a scripted model over the loopback server, the plan of
the whole, the whole. Calls and tokens of the whole are the ledger's. The scripted model replies by
a plan that is the same for every cluster, so calls per cluster are alike: what is measured is the counting of clusters
and the length of prompts and replies, not the chance of a real model's rounds.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

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
[generate]
rows = 2
draws = 50
[numeric]
rows = 1
[publish]
name = "costs"
measure_only = true
[mase]
documents = 3
tokens = 1500
attempts = 4
rounds = 3
clusters = 1
[models.servers.scripted]
model = "scripted"
address = "{address}"
[models.roles.proposer]
model = "scripted"
sampling = {{ max_tokens = 600 }}
[models.roles.solver]
model = "scripted"
sampling = {{ temperature = 0.7, max_tokens = 300 }}
[models.roles.verifier]
model = "scripted"
sampling = {{ max_tokens = 100 }}
"""


def longspan(*words: object) -> dict:
    """Run the command and return what it prints as JSON."""
    command = [sys.executable, "-m", "flows", *map(str, words), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{words[0]} failed: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def asked(home: Path) -> tuple[int, int]:
    """Return calls and tokens of a home's ledger."""
    used, _ = uses(home / FOLDER / LEDGER)
    return sum(u.calls for u in used), sum(u.prompt_tokens + u.completion_tokens for u in used)


def measure(documents: Path, category: str, pilot: int, clusters: int) -> tuple[str, ...]:
    """Return one row: estimate and actual of a folder."""
    with tempfile.TemporaryDirectory() as name, LoopbackServer(reader) as server:
        home, config = Path(name) / "home", Path(name) / "costs.toml"
        config.write_text(
            CONFIG.format(address=server.address, category=category), encoding="utf-8"
        )
        where = (config, "--documents", documents, "--home", home, "--set")
        longspan("run", *where, f"mase.clusters={pilot}")
        before = asked(home)
        rows = longspan("plan", *where, f"mase.clusters={clusters}")["models"]
        calls = before[0] + sum(row["calls"] for row in rows)
        tokens = before[1] + sum(row["tokens"] for row in rows)
        longspan("run", *where, f"mase.clusters={clusters}")
        after = asked(home)
    return (f"{documents.name}", f"{before[0]:,}", f"{calls:,}", f"{after[0]:,}", f"{calls / after[0] - 1:+.0%}",
            f"{tokens:,}", f"{after[1]:,}", f"{tokens / after[1] - 1:+.0%}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("documents", type=Path, nargs="+")
    parser.add_argument("--category", default="general")
    parser.add_argument("--pilot", type=int, default=8)
    parser.add_argument("--clusters", type=int, default=40)
    given = parser.parse_args()
    head = (
        "documents",
        "pilot calls",
        "calls, estimated",
        "actual",
        "off by",
        "tokens, estimated",
        "actual",
        "off by",
    )
    print_table(
        head,
        [
            measure(d.resolve(), given.category, given.pilot, given.clusters)
            for d in given.documents
        ],
    )


if __name__ == "__main__":
    main()
