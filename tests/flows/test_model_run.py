"""A whole run with every stage that asks models, stopped by a spent budget and gone on."""

import json
import re
import shutil
from collections import Counter
from pathlib import Path

from flows.model_work import reworded_id
from serving.ledger import Ledger
from serving.loopback import LoopbackServer
from serving.scripted import ScriptedReply, ScriptedRequest
from tests.flows.test_model_facts import reader
from tests.flows.test_run import ROOT, longspan
from verifiers.model_verdicts import ModelVerdict
from warehouse.snapshot_check import verify_snapshot
from warehouse.snapshots import read_samples
from warehouse.store import Store

CONFIG = """
seed = 3
[[sources]]
path = "general"
category = "general"
[[sources]]
path = "professional"
category = "professional"
[generate]
rows = 10
[numeric]
rows = 4
[publish]
name = "small"
"""
MODELS = """
[document_judge]
use = "advise"
[model_facts]
use = "on"
tables = "advise"
[proposals]
use = "on"
relations = 4
aliases = 4
[rewriting]
use = "on"
tries = 1
[second_program]
use = "advise"
tries = 1
[models.servers.m]
model = "scripted"
address = "ADDRESS"
[models.roles]
extractor = { model = "m" }
judge = { model = "m" }
writer = { model = "m" }
solver = { model = "m", sampling = { temperature = 0.7 } }
[models.caps]
tokens = TOKENS
[checks]
robustness = "advise"
k = 2
pass_at = 2
"""
STAGES = {
    "judge_documents", "model_facts", "model_cells", "propose", "rewrite", "second_program", "robustness"
}  # fmt: skip


def clever(request: ScriptedRequest) -> ScriptedReply:
    """Reply in the shape that is asked for."""
    asked = request.messages[-1][1]
    if "Therefore, the answer is" in asked:
        return ScriptedReply(text="Therefore, the answer is nowhere.")
    if '{"facts"' in asked:
        return reader(request)
    if '{"question"' in asked:
        question = re.search(r"\nQuestion\n\n(.*)\n</document", asked)
        assert question is not None
        said = {
            "question": question[1]
            .replace("Consider ", "Take ")
            .replace("What is the", "What is then the", 1)
        }
    elif '{"sql"' in asked:
        table = re.search(r"\nTable (\w+)\n", asked)
        assert table is not None
        said = {"sql": f"SELECT count(*) FROM {table[1]}"}
    elif '{"figures"' in asked:
        said = {"figures": []}
    elif '{"verdict"' in asked:
        said = {"verdict": "different", "because": "They are two.", "quote": ""}
    else:
        said = dict.fromkeys(("readable", "informative", "original", "coherent"), 3)
    return ScriptedReply(text=json.dumps(said))


def test_a_run_with_every_model_stage_ends_goes_on_and_accounts_for_itself(tmp_path, server):
    documents = tmp_path / "documents"
    for part, size in (("general", 6), ("professional/harbours", 99)):
        (documents / part).mkdir(parents=True)
        for path in sorted((ROOT / "corpora" / part).iterdir())[:size]:
            shutil.copy(path, documents / part / path.name)
    place = ("--home", str(tmp_path / "home"), "--documents", str(documents), "--json")
    config = tmp_path / "asked.toml"
    with LoopbackServer(clever) as loopback:
        text = CONFIG + MODELS.replace("ADDRESS", loopback.address)
        config.write_text(text.replace("TOKENS", "40_000"), encoding="utf-8")
        stopped = longspan("run", str(config), *place, env=server)
        assert stopped.returncode == 5
        assert "raise models.caps and run again" in stopped.stderr
        assert "Traceback" not in stopped.stderr.splitlines()[-1]
        config.write_text(text.replace("TOKENS", "0"), encoding="utf-8")
        before = loopback.stats()["distinct"]
        done = longspan("run", str(config), *place, env=server)
        assert done.returncode == 0, done.stderr
        stats = loopback.stats()
        assert before > 0
        # What was answered before the budget was spent is not asked again.
        assert stats["answered"] == stats["distinct"]
    outcome = json.loads(done.stdout)
    assert {row[0] for row in outcome["rows"]} >= STAGES
    path = Path(outcome["path"])
    manifest = json.loads((path / "manifest.json").read_text("utf-8"))
    used = {model["role"] for model in manifest["provenance"]["models"]}
    assert used == {"tagger", "extractor", "judge", "writer", "solver"}
    costs = {(c["stage"], c["role"]): c for c in manifest["provenance"]["costs"]}
    assert {stage for stage, _ in costs} == STAGES
    # Both runs together, for the stages that the first one was stopped in too.
    assert sum(cost["calls"] for cost in costs.values()) == stats["answered"]
    assert costs["judge_documents", "judge"]["expected"]["estimates"] == 1
    assert costs["propose", "extractor"]["expected"] is None
    page = (path / "report/index.html").read_text("utf-8")
    assert "none was made" in page[page.index('id="costs"') :]
    assert "Labels and names that may mean the same" in (path / "report/index.html").read_text(
        "utf-8"
    )
    assert any(
        "rewriting" in line for line in (path / "report/index.html").read_text("utf-8").splitlines()
    )
    _reworded_samples_are_asked_over_the_layouts_of_the_first_wording(tmp_path / "home", path)
    assert verify_snapshot(path) == []


def _reworded_samples_are_asked_over_the_layouts_of_the_first_wording(
    home: Path, path: Path
) -> None:
    reworded = {
        row.id: row
        for row in read_samples(path)
        if any(verdict.check == "rewriting" for verdict in row.verdicts)
    }
    assert reworded
    store = Store(home)
    using = {"robustness": {shard.fingerprint for shard in store.manifest("robustness").shards}}
    found = {v.sample_id: v for v in store.rows("model_verdicts", ModelVerdict, using)}
    made = {"generate": {shard.fingerprint for shard in store.manifest("generate").shards}}
    layouts = Counter(store.scan("layouts", made).collect()["sample_id"].to_list())
    origins = {
        reworded_id(first, row.question): first for first in layouts for row in reworded.values()
    }
    assert {found[identity].fresh for identity in reworded} >= {2}
    for identity in reworded:
        # Two attempts, of which as many have other distractors as the first wording has layouts.
        assert found[identity].fresh == min(2, layouts.get(origins.get(identity, ""), 0))
    with Ledger(home / "models") as ledger:
        asked = [
            " ".join(message.text for message in entry.call.messages)
            for entry in ledger.entries()
            if entry.stage == "robustness"
        ]
    for row in reworded.values():
        assert sum(row.question in text for text in asked) == 2
