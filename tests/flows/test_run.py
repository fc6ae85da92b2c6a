"""The main job as a user runs it: real command, real Prefect, real documents; killed, repeated, extended."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONFIG = """
seed = 3
[[sources]]
path = "general"
category = "general"
[generate]
rows = 60
[publish]
name = "small"
"""


def longspan(*arguments: str, **options) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "flows", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300, **options)


def start(config: Path, documents: Path, home: Path, env: dict[str, str]) -> subprocess.Popen:
    command = [
        sys.executable,
        "-m",
        "flows",
        "run",
        str(config),
        "--home",
        str(home),
        "--documents",
        str(documents),
    ]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def run(config: Path, documents: Path, home: Path, **options) -> dict:
    place = ("--home", str(home), "--documents", str(documents))
    done = longspan("run", str(config), *place, "--json", **options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> tuple[Path, Path]:
    """A configuration and a copy of one category of the built-in corpus."""
    folder = tmp_path_factory.mktemp("corpus")
    shutil.copytree(ROOT / "corpora" / "general", folder / "documents" / "general")
    config = folder / "small.toml"
    config.write_text(CONFIG, encoding="utf-8")
    return config, folder / "documents"


@pytest.fixture(scope="module")
def undisturbed(corpus, tmp_path_factory) -> tuple[Path, dict]:
    """The home and outcome of a run that nothing disturbed."""
    home = tmp_path_factory.mktemp("home")
    return home, run(*corpus, home)


def test_a_run_publishes_a_sound_snapshot_and_every_row_is_accounted_for(undisturbed):
    home, outcome = undisturbed
    assert outcome["samples"] > 20
    assert longspan("snapshot", "verify", "small", "--home", str(home)).returncode == 0
    counts = {}
    for stage, _, _, rows in outcome["rows"]:
        counts[stage] = counts.get(stage, 0) + rows
    assert counts["ingest"] == len(list((ROOT / "corpora" / "general").iterdir()))
    made = [
        rows for stage, status, _, rows in outcome["rows"] if (stage, status) == ("generate", "ok")
    ]
    assert sum(made) >= outcome["samples"]


def test_a_second_run_writes_nothing_and_says_so(corpus, undisturbed):
    home, first = undisturbed
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*.parquet")}
    again = run(*corpus, home)
    assert again["nothing_to_do"]
    assert again["path"] == first["path"]
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*.parquet")} == before


def _wait_for(path: Path, process: subprocess.Popen, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and not path.exists() and process.poll() is None:
        time.sleep(0.02)


MOMENTS = (
    ("manifests/ingest.json", "ingest", 0.0),
    ("manifests/extract.json", "extract", 2.0),
    ("manifests/generate.json", "generate", 0.0),
    ("snapshots/small/.lock", "generate", 0.0),
)
"""The file whose appearance starts each moment, the stage whose commits must outlive the kill, and the seconds to
wait: two after the first commit of facts the workers draw questions, nothing of which is committed."""


def test_a_run_killed_at_four_moments_goes_on_to_the_same_content(
    corpus, undisturbed, tmp_path, server
):
    held: dict[str, list] = {}

    def kept() -> None:
        """What was committed before a kill was not done again."""
        for stage, shards in held.items():
            assert shards_of(stage)[: len(shards)] == shards

    def shards_of(stage: str) -> list:
        manifest = tmp_path / "manifests" / f"{stage}.json"
        return json.loads(manifest.read_text("utf-8"))["shards"]

    for awaited, stage, seconds in MOMENTS:
        process = start(*corpus, tmp_path, server)
        _wait_for(tmp_path / awaited, process)
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        kept()
        held[stage] = shards_of(stage)
    outcome = run(*corpus, tmp_path, env=server)
    kept()
    assert Path(outcome["path"]).name == Path(undisturbed[1]["path"]).name
    shown = longspan("snapshot", "verify", "small", "--home", str(tmp_path))
    assert shown.returncode == 0, shown.stdout + shown.stderr


def test_one_more_document_is_all_that_is_read_again(corpus, undisturbed, tmp_path, server):
    config, documents = corpus
    home = tmp_path / "home"
    shutil.copytree(undisturbed[0], home)
    wider = tmp_path / "documents"
    shutil.copytree(documents, wider)
    text = (
        "# Lakes\n\nDate: 2024-02-02\n\n## Lake Constance\n\n"
        + "Lake Constance is a lake on the Rhine. " * 8
    )
    (wider / "general" / "lakes.md").write_text(text + "\n\nArea: 536 sq km\n", encoding="utf-8")
    before = json.loads((home / "manifests" / "extract.json").read_text("utf-8"))["shards"]
    outcome = run(config, wider, home, env=server)
    after = json.loads((home / "manifests" / "extract.json").read_text("utf-8"))["shards"]
    new = [shard for shard in after[len(before) :] if shard["table"] == "outcomes"]
    assert [shard["rows"] for shard in new] == [1]
    assert not outcome["nothing_to_do"]
    first = f"small/{Path(undisturbed[1]['path']).name}"
    found = json.loads(
        longspan("snapshot", "diff", first, "small", "--home", str(home), "--json").stdout
    )
    kept = found["same"] + len(found["changed"])
    assert kept + len(found["dropped"]) == undisturbed[1]["samples"]
    assert kept + len(found["added"]) == outcome["samples"]
    assert all(row["why"] for row in found["dropped"])
    assert all(row["fields"] for row in found["changed"])
    same = longspan("snapshot", "diff", "small", "small", "--home", str(home)).stdout
    assert same.startswith(f"{outcome['samples']} rows are the same.")


def test_why_and_why_not_answer_for_rows_and_files(undisturbed):
    home, _ = undisturbed
    shown = longspan("snapshot", "show", "small", "--home", str(home), "--sample", "1").stdout
    identity = next(word for word in shown.split() if word.startswith("sample-"))
    assert "Program:" in longspan("why", identity, "--home", str(home)).stdout
    row = json.loads(longspan("why", identity, "--home", str(home), "--json").stdout)
    assert row["id"] == identity
    assert row["verdicts"]
    snapshot = json.loads(
        longspan("snapshot", "show", "small", "--home", str(home), "--json").stdout
    )
    assert snapshot["manifest"]["counts"]["samples"] > 0
    assert "ingest: ok" in longspan("why-not", "danube.txt", "--home", str(home)).stdout
    made = json.loads(longspan("why-not", identity, "--home", str(home), "--json").stdout)
    assert [(step["stage"], step["status"]) for step in made] == [("generate", "ok")]
    traced = json.loads(
        longspan(
            "trace", identity, "--home", str(home), "--documents", str(ROOT / "corpora"), "--json"
        ).stdout
    )
    assert {place["found"] for place in traced["evidence"]} == {"the file says so"}
    assert all(place["places"][0].startswith("char:") for place in traced["evidence"])
    missing = longspan("why-not", "no such thing", "--home", str(home))
    assert (missing.returncode, missing.stderr.count("Traceback")) == (2, 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "missing.toml"], "cannot be read"),
        (["run", "CONFIG", "--set", "walk.max_edge=3"], "walk.max_edge"),
        (["run", "CONFIG", "--documents", "nowhere"], "no such folder"),
        (["run", "CONFIG", "--set", "novalue"], "section.field=value"),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_code_two(corpus, tmp_path, arguments, message):
    arguments = [str(corpus[0]) if a == "CONFIG" else a for a in arguments]
    done = longspan(*arguments, "--home", str(tmp_path))
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_plan_with_a_sample_says_what_a_run_would_give(corpus, tmp_path):
    config, documents = corpus
    lone = tmp_path / "documents" / "general"
    lone.mkdir(parents=True)
    sentence = "Zeta Mill was built in 1902 and stands above the town, as the old maps show. "
    (lone / "lone.md").write_text("# Zeta Mill\n\n" + sentence * 5, encoding="utf-8")
    call = ("plan", str(config), "--home", str(tmp_path / "home"), "--sample", "20", "--json")
    rich = json.loads(longspan(*call, "--documents", str(documents)).stdout)["forecast"]
    (category,) = rich["categories"]
    assert category["accepted"] > 0
    assert category["drawn"] > category["accepted"]
    assert sum(source["joins"] for source in rich["sources"]) > 0
    assert rich["minutes"] >= 0
    poor = json.loads(longspan(*call, "--documents", str(lone.parent)).stdout)["forecast"]
    assert any("gives no joins" in note for note in poor["notes"])
    assert not (tmp_path / "home" / "manifests").exists()  # nothing of a plan is kept
