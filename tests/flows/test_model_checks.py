"""Model-run checks in the main job: real command, real Prefect, a loopback server with a scripted model."""

import json
import os
import shutil
import signal
from pathlib import Path

import pytest

from flows.config import SynthesisConfig, load_config
from flows.inspection import explain_absence
from flows.run import run_synthesis
from serving.loopback import LoopbackServer, even_faults
from serving.scripted import ScriptedReply, ScriptedRequest
from tests.flows.test_run import ROOT, _wait_for, longspan, run, start
from verifiers.answers.compare import compare
from warehouse.answer_specs import spec_of_row
from warehouse.snapshot_check import verify_snapshot
from warehouse.snapshots import SampleRow, read_manifest, read_samples

CONFIG = """
seed = 3
[[sources]]
path = "general"
category = "general"
[generate]
rows = 24
[numeric]
rows = 6
[context]
buckets = [4096]
[publish]
name = "small"
"""
MODELS = """
[models.servers.small]
model = "scripted"
address = "{address}"
strength = "{strength}"
retry = {{ timeout = 2, deadline = 20, first_wait = 0.005, longest_wait = 0.02, patience = 1 }}
[models.roles.solver]
model = "small"
sampling = {{ temperature = 0.7, max_tokens = 200 }}
[models.caps]
tokens = {tokens}
[checks]
grounding = "gate"
gold = "gate"
robustness = "gate"
difficulty = "advise"
k = 4
batch = 8
"""
RIGHT = "Therefore, the answer is "


class Reader:
    """Knows every answer by its question; gives it where the documents are there, and one without them."""

    def __init__(self, rows: list[SampleRow]) -> None:
        self.answers = {row.question: row.answer for row in rows}
        self.wrong = {row.question: _wrong(row, rows) for row in rows}
        self.known = min(self.answers)

    def __call__(self, request: ScriptedRequest) -> ScriptedReply:
        question = max((q for q in self.answers if q in request.asked), key=len)
        shown = "from memory" not in request.messages[0][1]
        knows = shown or question == self.known
        return ScriptedReply(text=RIGHT + (self.answers if knows else self.wrong)[question])


def _wrong(row: SampleRow, rows: list[SampleRow]) -> str:
    """The answer to another question that the rules tell from this one's."""
    given = sorted({other.answer for other in rows})
    found = (
        a for a in given if compare(spec_of_row(row), RIGHT + a, row.question).equal == "different"
    )
    return next(found)


@pytest.fixture(scope="module")
def plain(tmp_path_factory, server) -> tuple[Path, Path, dict]:
    """Documents, the home and the outcome of a run that asks no model."""
    folder = tmp_path_factory.mktemp("plain")
    shutil.copytree(ROOT / "corpora" / "general", folder / "documents" / "general")
    config = folder / "plain.toml"
    config.write_text(CONFIG, encoding="utf-8")
    documents, home = folder / "documents", folder / "home"
    return documents, home, run(config, documents, home, env=server)


def configured(folder: Path, server: LoopbackServer, *, strength="weak", tokens=0) -> Path:
    path = folder / "checked.toml"
    models = MODELS.format(address=server.address, strength=strength, tokens=tokens)
    path.write_text(CONFIG + models, encoding="utf-8")
    return path


def with_documents(path: Path, documents: Path) -> SynthesisConfig:
    return load_config(path).model_copy(update={"documents": str(documents)})


def reader(plain) -> Reader:
    return Reader(list(read_samples(Path(plain[2]["path"]))))


def at_home(plain, folder: Path) -> Path:
    """A home in which everything up to the checks is done, but for the layouts."""
    shutil.copytree(plain[1], folder / "home")
    return folder / "home"


def test_checks_are_stored_merged_gated_and_reported(plain, tmp_path, server):
    model = reader(plain)
    home = at_home(plain, tmp_path)
    before = {row.id: row for row in read_samples(Path(plain[2]["path"]))}
    with LoopbackServer(model) as models:
        config = configured(tmp_path, models)
        outcome = run(config, plain[0], home, env=server)
        asked = models.answered.total()
        again = run_synthesis(with_documents(config, plain[0]), home)
        assert again.nothing_to_do
        assert models.answered.total() == asked
    rows = {row.id: row for row in read_samples(Path(outcome["path"]))}
    known = next(row for row in before.values() if row.question == model.known)
    assert known.id not in rows
    counts = {(stage, status, reason): n for stage, status, reason, n in outcome["rows"]}
    assert counts["gate", "rejected", "grounding: answered without documents"] == 1
    assert counts["grounding", "ok", ""] == len(before)
    assert counts["gold", "ok", ""] == len(before) - 1
    for row in rows.values():
        found = {v.check: (v.status, v.reason) for v in row.verdicts}
        assert found["grounding"] == ("passed", "advice of a weak model")
        assert found["gold"] == ("passed", "")
        assert found["robustness"] == ("passed", "")
        assert found["difficulty"] == ("failed", "always right")
        assert (row.difficulty.pass_rate, row.difficulty.k) == (1.0, 4)
    # Closed book 1 + 4·(n-1) in waves of two, so 2 for the one that is known; evidence 2 each, layouts 2, context 4.
    n = len(before)
    assert asked == 2 + (n - 1) * (4 + 2 + 2 + 4)
    manifest = read_manifest(Path(outcome["path"]))
    checks = {check.check: check for check in manifest.provenance.checks}
    assert checks["grounding"].found == {
        "passed: advice of a weak model": n - 1,
        "failed: answered without documents": 1,
    }
    assert checks["gold"].spared == 2 * (n - 1)
    assert checks["robustness"].fresh > 0
    assert checks["difficulty"].rate is not None
    assert checks["difficulty"].rate[0] == checks["difficulty"].rate[2] == 1.0
    costs = {cost.stage: cost for cost in manifest.provenance.costs if cost.role == "solver"}
    # Four attempts at each sample that is checked are the most, and all are expected where nothing was asked before.
    assert costs["grounding"].expected is not None
    assert costs["grounding"].expected.calls == 4 * n
    assert sum(cost.calls for cost in costs.values()) == asked
    assert costs["grounding"].calls == 2 + (n - 1) * 4
    assert set(manifest.provenance.prompts) == {"closed_book.1", "row"}
    page = (Path(outcome["path"]) / "report" / "index.html").read_text("utf-8")
    assert "Checks that models ran" in page
    card = (Path(outcome["path"]) / "README.md").read_text("utf-8")
    assert "| grounding | gate | failed: answered without documents | 1 |" in card
    assert verify_snapshot(Path(outcome["path"])) == []
    why = explain_absence(home, known.id)
    assert "gate: rejected, grounding: answered without documents" in why.text


def test_without_checks_the_version_is_that_of_before(plain, tmp_path, server):
    config = tmp_path / "models.toml"
    with LoopbackServer() as models:
        text = configured(tmp_path, models).read_text("utf-8").partition("[checks]")[0]
        config.write_text(text, encoding="utf-8")
        outcome = run(config, plain[0], at_home(plain, tmp_path), env=server)
        assert models.answered.total() == 0
    assert Path(outcome["path"]).name == Path(plain[2]["path"]).name


def test_stopped_by_a_budget_then_killed_it_goes_on_and_the_ledger_replays_it(
    plain, tmp_path, server
):
    model, home = reader(plain), at_home(plain, tmp_path)
    faults = even_faults(0.2, slow=0.02, hang=30, latency=0.05)
    with LoopbackServer(model, faults) as asked:
        config = configured(tmp_path, asked, tokens=60_000)
        place = ("--home", str(home), "--documents", str(plain[0]))
        stopped = longspan("run", str(config), *place, env=server)
        assert stopped.returncode == 5
        assert "raise models.caps" in stopped.stderr
        process = start(configured(tmp_path, asked), plain[0], home, server)
        _wait_for(home / "manifests" / "gold.json", process)
        os.killpg(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        whole = run(configured(tmp_path, asked), plain[0], home, env=server)
    # A home that has the ledger and nothing else comes to the same rows, with no server there.
    other = tmp_path / "other"
    shutil.copytree(home / "models", other / "models")
    replayed = run(tmp_path / "checked.toml", plain[0], other, env=server)
    assert Path(replayed["path"]).name == Path(whole["path"]).name
    assert json.dumps(replayed["rows"]) == json.dumps(whole["rows"])
