"""MASE in a run: real command, scripted models over the loopback server; killed, replayed without a server, capped."""

import html
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.config import ConfigError, load_config
from flows.inspection import explain_absence
from flows.run import plan_models, plan_synthesis
from generators.mase.rows import ASKED, ATTEMPTS, ROUNDS
from serving.export import last_call
from serving.ledger import Ledger
from serving.loopback import TRANSPORT, FaultOptions, LoopbackServer, even_faults
from tests.flows.scripted_readers import reader
from warehouse.records import Outcome
from warehouse.snapshot_check import read_samples, verify_snapshot
from warehouse.store import Store

DEAD = "http://127.0.0.1:9/v1"
ROOT = Path(__file__).resolve().parents[2]
CONFIG = """
seed = 3
[[sources]]
path = "general"
category = "general"
[generate]
rows = 4
draws = 300
[numeric]
rows = 2
[mase]
clusters = 3
documents = 3
tokens = 1500
attempts = 4
rounds = 3
batch = 2
[models.servers.scripted]
model = "scripted"
address = "{address}"
retry = {{ timeout = 1.5, first_wait = 0.01, longest_wait = 0.05, patience = 1.0 }}
[models.roles.proposer]
model = "scripted"
[models.roles.solver]
model = "scripted"
sampling = {{ temperature = 0.7 }}
[models.roles.verifier]
model = "scripted"
[publish]
name = "mase"
"""


def configured(folder: Path, address: str, **caps: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "mase.toml"
    text = CONFIG.format(address=address)
    text += "".join(f"[models.caps]\n{name} = {value}\n" for name, value in caps.items())
    path.write_text(text, encoding="utf-8")
    return path


def command(config: Path, home: Path, *more: str) -> list[str]:
    own = [sys.executable, "-m", "flows", "run", str(config), "--home", str(home), "--json"]
    return [*own, "--documents", str(ROOT / "corpora"), *more]


def longspan(
    config: Path, home: Path, env: dict[str, str], *more: str
) -> subprocess.CompletedProcess:
    return subprocess.run(
        command(config, home, *more), capture_output=True, text=True, cwd=ROOT, timeout=300, env=env
    )


def run(config: Path, home: Path, env: dict[str, str], *more: str) -> dict:
    done = longspan(config, home, env, *more)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def version(outcome: dict) -> str:
    return Path(outcome["path"]).name


@pytest.fixture(scope="module")
def undisturbed(server, tmp_path_factory) -> tuple[Path, dict]:
    """The home and outcome of a run that nothing disturbed."""
    home = tmp_path_factory.mktemp("undisturbed")
    with LoopbackServer(reader) as models:
        return home, run(configured(home, models.address), home, server)


def prepared(undisturbed: tuple[Path, dict], home: Path) -> Path:
    """Make a home whose documents are read and whose other questions are made, without anything of MASE."""
    left_out = shutil.ignore_patterns(
        "mase*.json", "same_question.json", "models", "snapshots", "runs", "prefect"
    )
    shutil.copytree(undisturbed[0], home, ignore=left_out)
    assert Store(home).stages() == ["deduplicate", "extract", "generate", "ingest"]
    return home


@dataclass(frozen=True)
class Troubled:
    """What became of a home whose runs met one trouble after the other."""

    home: Path
    dead: subprocess.CompletedProcess
    """At an address where nothing listens."""
    low: subprocess.CompletedProcess
    """With a cap that the first questions reach."""
    killed_after: int
    """Calls that the killed run had answers to."""
    hasty: dict
    """Of a run whose calls had a short time, at a server that leaves some in silence."""
    again: dict
    """Of the run that tried again what was not answered, at a server with faults of the line."""
    asked_again: int
    """Calls that this one had answers to."""
    met: int
    """Faults that it met."""


@pytest.fixture(scope="module")
def troubled(undisturbed, server, tmp_path_factory) -> Troubled:
    """A home that met a dead address, a cap, SIGKILL, deadlines that passed and faults of the line."""
    folder = tmp_path_factory.mktemp("troubled")
    home = prepared(undisturbed, folder / "home")
    dead = longspan(configured(folder, DEAD), home, server)
    with LoopbackServer(reader) as models:
        low = longspan(configured(folder, models.address, tokens=9000), home, server)
    killed_after = killed(folder, home, server)
    silent = FaultOptions(shares={"hang": 0.15}, hang=30)
    with LoopbackServer(reader, silent) as models:
        config = configured(folder, models.address)
        text = config.read_text("utf-8").replace("timeout = 1.5", "timeout = 0.8, deadline = 0.8")
        config.write_text(text.replace("patience = 1.0", "patience = 60"), encoding="utf-8")
        hasty = run(config, home, server)
    faulty = FaultOptions(shares=dict.fromkeys(TRANSPORT, 0.3 / len(TRANSPORT)), hang=30)
    with_errors_of_another_configuration(home)
    with LoopbackServer(reader, faulty) as models:
        again = run(configured(folder, models.address), home, server, "--retry")
        asked, met = models.answered.total(), sum(models.met.values())
    return Troubled(home, dead, low, killed_after, hasty, again, asked, met)


def with_errors_of_another_configuration(home: Path) -> None:
    """Commit a round that another configuration's run had no answer to."""
    lost = Outcome(
        stage=ASKED, input_id="cluster-other/1", status="errored", reason="deadline passed", detail="", n_out=0
    )  # fmt: skip
    store = Store(home)
    with store.writing():
        store.commit(ASKED, "other", tables={}, outcomes=[lost])


def killed(folder: Path, home: Path, server: dict[str, str]) -> int:
    """Kill a run when some calls are answered; return how many were."""
    with LoopbackServer(reader, FaultOptions(latency=0.3)) as models:
        process = subprocess.Popen(
            command(configured(folder, models.address), home), cwd=ROOT, env=server, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        end = time.monotonic() + 120
        while models.answered.total() < 12 and time.monotonic() < end:
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)
        return models.answered.total()


def test_accepted_questions_are_samples_with_difficulty_and_provenance(undisturbed):
    _, outcome = undisturbed
    path = Path(outcome["path"])
    assert verify_snapshot(path) == []
    rows = list(read_samples(path, task_type="reading_comprehension"))
    assert rows
    for row in rows:
        # Only the second question is within the window: 2 of 4.
        assert (row.difficulty.pass_rate, row.difficulty.k) == (0.5, 4)
        assert row.documents == 2
        checks = {v.check: v.status for v in row.verdicts}
        assert checks["well_formed"] == checks["leak"] == checks["standalone"] == "passed"
        assert checks["execution"] == checks["second_answer"] == "unknown"
        program = json.loads(row.program)
        assert program["models"] == {"proposer": "scripted", "solver": "scripted"}
        assert program["number"] == 2
        assert len(program["proposal"]) == 64
        assert row.answer not in row.question
    manifest = json.loads((path / "manifest.json").read_text("utf-8"))
    stated = manifest["provenance"]
    assert {"role": "solver", "name": "scripted", "digest": "as served"} in stated["models"]
    assert "mase/solve.1" in stated["prompts"]
    assert "language models wrote" in stated["description"]


def test_every_round_is_kept_and_accounted_for(undisturbed):
    home, outcome = undisturbed
    counts = {(stage, reason): n for stage, _, reason, n in outcome["rows"]}
    clusters = counts["mase-clusters", ""]
    assert counts["mase", ""] == counts["mase", "too easy"] == clusters
    assert counts["mase", "hard: kept for review"] == clusters
    store = Store(home)
    using = {ASKED: {shard.fingerprint for shard in store.manifest(ASKED).shards}}
    rounds = store.scan(ROUNDS, using).collect()
    assert rounds.height == 3 * clusters
    attempts = store.scan(ATTEMPTS, using).collect()
    assert Counter(attempts["found"].to_list()) == {
        "equal": 6 * clusters,
        "different": 6 * clusters,
    }
    keys = set(attempts["key"].to_list()) | set(rounds["key"].to_list())
    with Ledger(home / "models") as ledger:
        known = {entry.completion.key for entry in ledger.entries()}
    assert keys <= known


def test_calls_stand_beside_what_the_plan_said_before_them(undisturbed):
    home, outcome = undisturbed
    path = Path(outcome["path"])
    counts = {(stage, status, reason): n for stage, status, reason, n in outcome["rows"]}
    manifest = json.loads((path / "manifest.json").read_text("utf-8"))
    costs = {cost["role"]: cost for cost in manifest["provenance"]["costs"]}
    # Three rounds of each cluster; one proposal, half of four attempts and a quarter of eight votes are assumed.
    made = 3 * counts["mase-clusters", "ok", ""]
    expected = {"proposer": made, "solver": 4 * made // 2, "verifier": 8 * made // 4}
    assert {role: cost["expected"]["calls"] for role, cost in costs.items()} == expected
    assert {role: cost["calls"] for role, cost in costs.items()} == {
        "proposer": made, "solver": 4 * made, "verifier": 0
    }  # fmt: skip
    with Ledger(home / "models") as ledger:
        every = [entry.completion for entry in ledger.entries()]
    tokens = sum(c.prompt_tokens + c.completion_tokens for c in every)
    assert sum(cost["tokens"] for cost in costs.values()) == tokens
    page = (path / "report" / "index.html").read_text("utf-8")
    table = page[page.index('id="costs"') : page.index('id="samples"')]
    solver = (
        f'<td>mase</td><td>solver</td><td class="n">{2 * made}</td><td class="n">{4 * made}</td>'
    )
    assert solver in table
    assert "assumed" in table


def test_the_report_shows_a_ladder_of_rounds(undisturbed):
    _, outcome = undisturbed
    page = (Path(outcome["path"]) / "report" / "index.html").read_text("utf-8")
    ladder = page[page.index('id="mase"') : page.index('id="samples"')]
    assert "Pass rate 1.000 (4 right, 0 wrong, 0 unknown)" in ladder
    assert "rejected, too easy: too easy" in ladder
    assert "rejected, hard: hard: kept for review" in ladder
    assert "<ol>" in ladder
    counts = {(stage, reason): n for stage, _, reason, n in outcome["rows"]}
    waiting = counts["mase", "hard: kept for review"]
    review = page[page.index('id="mase-review"') : page.index('id="samples"')]
    assert f"For review: {waiting}<" in review
    # No cluster that has one is left out, however many are shown.
    assert (
        review.count("Pass rate 0.000 (0 right, 4 wrong, 0 unknown). No strong solver.") == waiting
    )
    manifest = json.loads((Path(outcome["path"]) / "manifest.json").read_text("utf-8"))
    note = f"Questions for review, in no row: {waiting}; `report/index.html` lists them."
    assert note in manifest["provenance"]["notes"]
    asked = {row.question for row in read_samples(Path(outcome["path"]))}
    for found in re.findall(r"<article>\n<p>(.*?)</p>", review):
        assert html.unescape(found) not in asked


def test_why_not_shows_a_question_for_review_with_the_rounds_before_it(undisturbed):
    home, outcome = undisturbed
    page = (Path(outcome["path"]) / "report" / "index.html").read_text("utf-8")
    name = re.findall(r"<small>(\S+/3) · <a href", page)[0]
    found = explain_absence(home, name)
    assert [row["input_id"] for row in found.data] == [name]
    lines = found.text.split("\n")
    assert lines[0].startswith(
        "mase: rejected, hard: kept for review (Which tree stands for step 2"
    )
    rounds = [line for line in lines if line.startswith("round ")]
    assert [line.partition(": ")[2] for line in rounds] == [
        "rejected, too easy", "accepted", "rejected, hard: kept for review"
    ]  # fmt: skip
    assert lines.count("  Pass rate: 0.000 (0 right, 4 wrong, 0 unknown)") == 1
    # The cluster as a whole has the same rounds.
    cluster = explain_absence(home, name.partition("/")[0])
    assert {row["input_id"] for row in cluster.data} >= {f"{name[:-1]}{n}" for n in (1, 2, 3)}


def test_a_second_run_has_nothing_to_do_and_other_addresses_are_the_same_work(undisturbed, server):
    home, outcome = undisturbed
    again = run(configured(home / "again", DEAD), home, server)
    assert version(again) == version(outcome)


def test_the_ledger_alone_gives_the_same_content(undisturbed, server, tmp_path):
    home, outcome = undisturbed
    other = prepared(undisturbed, tmp_path / "home")
    shutil.copytree(home / "models", other / "models")
    again = run(configured(tmp_path, DEAD), other, server)
    assert version(again) == version(outcome)


def test_a_dead_address_and_a_spent_cap_end_in_a_line(troubled):
    assert troubled.dead.returncode == 5
    assert "start the server or correct the address" in troubled.dead.stderr
    assert "Traceback" not in troubled.dead.stderr
    assert troubled.low.returncode == 5
    assert "raise models.caps and run again" in troubled.low.stderr


def test_what_was_not_answered_in_time_is_left_out_and_counted(troubled):
    assert verify_snapshot(Path(troubled.hasty["path"])) == []
    rows = troubled.hasty["rows"]
    counts = {(stage, status, reason): n for stage, status, reason, n in rows}
    whole = 3 * counts["mase-clusters", "ok", ""]
    assert 0 < counts["mase", "errored", "deadline passed"] < whole
    assert sum(n for (stage, _, _), n in counts.items() if stage == "mase") == whole


def test_whatever_a_home_met_a_later_run_goes_on_to_the_same_content(undisturbed, troubled):
    home, outcome = undisturbed
    assert troubled.killed_after >= 12
    assert troubled.asked_again > 0
    assert troubled.met > 0
    # No call is lost to faults of the line, and a deadline is no answer.
    assert version(troubled.again) == version(outcome)
    assert troubled.again["rows"] == outcome["rows"]
    for table in (ROUNDS, ATTEMPTS):
        assert keys_of(troubled.home, table) == keys_of(home, table)
    ledger = Path("models") / "completions.sqlite"
    assert last_call(troubled.home / ledger) == last_call(home / ledger)


def test_the_whole_is_held_against_the_estimate_before_the_first_of_its_runs(undisturbed, troubled):
    _, outcome = undisturbed
    first, whole = (
        {cost["role"]: cost for cost in json.loads(text)["provenance"]["costs"]}
        for text in (
            (Path(made["path"]) / "manifest.json").read_text("utf-8")
            for made in (outcome, troubled.again)
        )
    )
    # The run that tried again had an estimate of its own; the three before it had the first one's.
    assert {cost["expected"]["estimates"] for cost in whole.values()} == {2}
    for role in ("proposer", "solver", "verifier"):
        assert whole[role]["calls"] == first[role]["calls"]
        assert whole[role]["expected"]["calls"] >= first[role]["expected"]["calls"]


def test_a_run_that_tries_again_leaves_the_rounds_of_other_configurations(troubled):
    assert Store(troubled.home).done(ASKED, "other") == {"cluster-other/1"}


def planned(home: Path, *overrides: str) -> dict[tuple[str, str], tuple[int, str]]:
    """What is left of each stage and role by the plan, and what that rests on."""
    documents = f"documents={json.dumps(str(ROOT / 'corpora'))}"
    config = load_config(home / "mase.toml", (documents, *overrides))
    rows = plan_models(config, home, plan_synthesis(config, home))
    return {(row.stage, row.role): (row.inputs, row.basis) for row in rows}


def test_a_plan_counts_what_this_configuration_has_to_ask_still(undisturbed):
    home, outcome = undisturbed
    counts = {(stage, status, reason): n for stage, status, reason, n in outcome["rows"]}
    clusters = counts["mase-clusters", "ok", ""]
    # The verifier had nothing to decide, which is measured as well.
    assert set(planned(home).values()) == {(0, "measured")}
    # What another model was asked helps nothing.
    other = planned(home, 'models.servers.scripted.model="other"')
    assert set(other.values()) == {(3 * clusters, "assumed")}
    checked = planned(home, 'checks.gold="advise"', "checks.k=4")
    assert checked["gold", "solver"] == (outcome["samples"], "assumed")
    assert checked["mase", "solver"] == (0, "measured")
    # More clusters than before: those that the documents allow, less those that were asked about.
    more = planned(home, "mase.clusters=4")["mase", "solver"]
    assert more[0] > 0
    assert more[0] % 3 == 0


def keys_of(home: Path, table: str) -> list[str]:
    store = Store(home)
    using = {ASKED: {shard.fingerprint for shard in store.manifest(ASKED).shards}}
    return sorted(store.scan(table, using).collect()["key"].to_list())


def test_under_faults_of_the_model_too_everything_is_accounted_for(undisturbed, server, tmp_path):
    home = prepared(undisturbed, tmp_path / "home")
    with LoopbackServer(reader, even_faults(0.3, hang=30, slow=0.02)) as models:
        outcome = run(configured(tmp_path, models.address), home, server)
        assert {"wrong schema", "refusal", "truncated", "empty"} & set(models.met)
    assert verify_snapshot(Path(outcome["path"])) == []
    counts = Counter()
    for stage, _, _, number in outcome["rows"]:
        counts[stage] += number
    assert counts["mase"] == 3 * counts["mase-clusters"]


def test_clusters_without_a_proposer_are_a_wrong_configuration(tmp_path):
    path = tmp_path / "none.toml"
    path.write_text('[[sources]]\npath = "general"\n[mase]\nclusters = 1\n', encoding="utf-8")
    with pytest.raises(
        ConfigError, match=r"mase.clusters is 1, and models.roles.proposer is not given"
    ):
        load_config(path)
