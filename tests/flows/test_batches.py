"""A batch that kills its worker at each try is cut down to the one document that does it; the rest goes on."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from flows.config import Source, SynthesisConfig
from flows.run import forget_killed
from warehouse.records import Fact, Outcome
from warehouse.shards import OUTCOMES
from warehouse.store import Store

ROOT = Path(__file__).resolve().parents[2]
NEEDS_RAY = pytest.mark.skipif(
    importlib.util.find_spec("prefect_ray") is None, reason="the extra `ray` is not installed"
)
DOCUMENTS = ("amber", "birch", "deadly-facts", "deadly-read")


def prose(name: str) -> str:
    title = name.title().replace("-", " ")
    return (
        f"# {title} Mill\n\n{title} Mill was built by Anna {title} in 1902. The mill stands on the "
        f"{title} River, above the old town of {title}ham, where it ground the corn of all the farms around. "
        f"Its wheel was taken down after the war, and the house has been a school since then.\n"
    )


@pytest.mark.parametrize("executor", ["process", pytest.param("ray", marks=NEEDS_RAY)])
def test_what_kills_its_worker_is_one_row_and_the_rest_goes_on(tmp_path, server, executor):
    folder, home = tmp_path / "documents", tmp_path / "home"
    (folder / "general").mkdir(parents=True)
    for name in DOCUMENTS:
        (folder / "general" / f"{name}.md").write_text(prose(name), encoding="utf-8")
    code = "import sys; from tests.flows.deadly import run; run(*sys.argv[1:])"
    command = [sys.executable, "-c", code, str(home), str(folder), executor]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env=server, timeout=600
    )
    # The one job that cannot be cut ends the run, when all else is in.
    assert done.returncode == 1
    assert "BatchLost: generate: train general killed its worker at each try" in done.stderr
    store = Store(home)
    blamed = {}
    for stage in ("ingest", "extract"):
        (fingerprint,) = {shard.fingerprint for shard in store.manifest(stage).shards}
        rows = list(store.rows(OUTCOMES, Outcome, {stage: fingerprint}))
        # Four files are inputs, and the three that could be read are extracted from.
        assert len(rows) == (4 if stage == "ingest" else 3)
        (blamed[stage],) = (row for row in rows if row.status == "errored")
        assert {row.status for row in rows} == {"ok", "errored"}
    assert blamed["ingest"].detail.startswith("general/deadly-read.md: ")
    assert blamed["extract"].detail.startswith("general/deadly-facts.md: ")
    assert {row.reason for row in blamed.values()} == {"killed its worker"}
    told = {fact.document_id for fact in store.rows("facts", Fact, {"extract": fingerprint})}
    assert len(told) == 2
    assert blamed["extract"].input_id not in told
    config = SynthesisConfig(
        documents=str(folder), sources=(Source(path="general", category="general"),)
    )
    assert [forget_killed(config, home) for _ in range(2)] == [2, 0]
    assert store.pending("extract", fingerprint, input_ids=[blamed["extract"].input_id])
