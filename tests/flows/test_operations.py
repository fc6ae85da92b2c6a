"""Operations of a run, as a user meets them: stopped, cancelled, on Ray with a lost worker, retracted, as assets."""

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from flows.config import ConfigError
from flows.executors import look_for

ROOT = Path(__file__).resolve().parents[2]
CONFIG = """
seed = 3
[[sources]]
path = "general"
category = "general"
[generate]
rows = 20
[publish]
name = "watched"
"""
CHAIN = {
    "documents": set(),
    "sections": {"documents"},
    "facts": {"documents", "sections"},
    "samples": {"facts", "sections"},
    "snapshot": {"samples"},
}


class Command:
    """The command line on one configuration, with the shared server."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.environment = environment
        self.url = environment["PREFECT_API_URL"]
        self.config = folder / "watched.toml"
        self.config.write_text(CONFIG, encoding="utf-8")

    def __call__(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "flows", *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=ROOT, timeout=300, env=self.environment
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    def arguments(self, home: Path) -> list[str]:
        return ["run", str(self.config), "--home", str(home), "--documents", "corpora"]

    def run(self, home: Path) -> dict:
        return json.loads(self(*self.arguments(home), "--json").stdout)

    def start(self, home: Path, *more: str) -> subprocess.Popen[str]:
        """Start a run in a process group of its own, as a shell does."""
        return subprocess.Popen(
            [sys.executable, "-m", "flows", *self.arguments(home), *more],
            cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True, start_new_session=True,
        )  # fmt: skip

    def last_flow_run(self) -> dict:
        wanted = {
            "sort": "EXPECTED_START_TIME_DESC",
            "flows": {"name": {"any_": ["longspan-synthesis"]}},
            "limit": 1,
        }
        return httpx.post(f"{self.url}/flow_runs/filter", json=wanted, timeout=30).json()[0]


@pytest.fixture(scope="module")
def command(tmp_path_factory, server) -> Command:
    return Command(tmp_path_factory.mktemp("operations"), server)


@pytest.fixture(scope="module")
def published(tmp_path_factory, command) -> tuple[Path, dict]:
    """The home and outcome of a run that nothing disturbed."""
    home = tmp_path_factory.mktemp("home")
    return home, command.run(home)


def version(outcome: dict) -> str:
    return Path(outcome["path"]).name


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end and not path.exists():
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.02)


def alone(group: int) -> bool:
    """Whether no process of the group is left, waiting a little for the last."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_the_products_of_a_run_are_assets_with_what_they_were_made_from(command, published):
    home, outcome = published
    wanted = {"filter": {"event": {"name": ["prefect.asset.materialization.succeeded"]}}}
    end = time.monotonic() + 30
    events: list[dict] = []
    while time.monotonic() < end and len(events) < len(CHAIN):
        found = httpx.post(f"{command.url}/events/filter", json=wanted, timeout=30).json()
        events = [
            e for e in found["events"] if "//watched/" in e["resource"]["prefect.resource.id"]
        ]
        time.sleep(0.5)
    made = {event["resource"]["prefect.resource.id"]: event for event in events}
    assert set(made) == {f"longspan://watched/{product}" for product in CHAIN}
    for product, above in CHAIN.items():
        event = made[f"longspan://watched/{product}"]
        related = {
            r["prefect.resource.id"]
            for r in event["related"]
            if r["prefect.resource.role"] == "asset"
        }
        assert related == {f"longspan://watched/{name}" for name in above}
        told = json.dumps(event["payload"]) + json.dumps(event["resource"])
        assert str(home) not in told
        assert socket.gethostname() not in told
    assert made["longspan://watched/snapshot"]["payload"] == {
        "version": version(outcome), "samples": outcome["samples"],
    }  # fmt: skip
    files = len(list((ROOT / "corpora" / "general").iterdir()))
    assert made["longspan://watched/documents"]["payload"]["documents"] == files


def test_a_stopped_run_says_so_and_the_next_one_goes_on(command, published, tmp_path):
    """One home, stopped three ways at three stages, then brought to the content of an undisturbed run."""
    moments = [
        (signal.SIGINT, "inventory.json", 130, "CRASHED", "SIGINT"),
        (signal.SIGTERM, "manifests/ingest.json", 143, "CRASHED", "SIGTERM"),
        (None, "manifests/extract.json", 4, "CANCELLED", "cancelled in Prefect"),
    ]
    for number, awaited, code, state, how in moments:
        process = command.start(tmp_path)
        wait_for(tmp_path / "runs" / "current.json", process)
        wait_for(tmp_path / awaited, process)
        run = command.last_flow_run()
        if number is None:
            asked = {"state": {"type": "CANCELLING", "name": "Cancelling"}}
            httpx.post(f"{command.url}/flow_runs/{run['id']}/set_state", json=asked, timeout=30)
        else:
            os.killpg(process.pid, number)
        _, told = process.communicate(timeout=60)
        assert process.returncode == code, told
        assert "run again to go on" in told.splitlines()[-1]
        assert "Traceback" not in told
        assert alone(process.pid)
        assert command.last_flow_run()["state_type"] == state
        shown = command("doctor", "--home", str(tmp_path), "--json")
        finding = next(f for f in json.loads(shown.stdout) if f["what"] == "last run")
        assert how in finding["detail"]
    done = command(*command.arguments(tmp_path), "--json")
    assert "cancelled in Prefect" in done.stderr
    assert version(json.loads(done.stdout)) == version(published[1])
    assert not (tmp_path / "runs" / "current.json").exists()


NEEDS_RAY = pytest.mark.skipif(
    importlib.util.find_spec("prefect_ray") is None, reason="the extra `ray` is not installed"
)


@NEEDS_RAY
def test_ray_with_a_lost_worker_gives_the_same_content(command, published, tmp_path):
    process = command.start(tmp_path, "--set", "run.executor=ray")
    wait_for(tmp_path / "manifests" / "ingest.json", process)
    end = time.monotonic() + 60
    lost: list[int] = []
    while time.monotonic() < end and not lost:
        lost = [pid for pid in descendants(process.pid) if title(pid).startswith("ray::extract")]
        time.sleep(0.02)
    os.kill(lost[0], signal.SIGKILL)
    _, told = process.communicate(timeout=240)
    assert process.returncode == 0, told
    assert (tmp_path / "snapshots" / "watched" / "latest").read_text().strip() == version(
        published[1]
    )


@pytest.fixture
def instance() -> Iterator[str]:
    """The address of a running Ray instance, in a folder whose path is short enough for its sockets."""
    folder = tempfile.mkdtemp(prefix="ray-", dir="/tmp")
    port = free_port()
    ray = [sys.executable, "-c", "from ray.scripts.scripts import main; main()", "start", "--head"]
    ray += ["--block", f"--port={port}", "--node-ip-address=127.0.0.1", "--num-cpus=2"]
    ray += ["--include-dashboard=false", "--object-store-memory=100000000", f"--temp-dir={folder}"]
    environment = os.environ | {"RAY_USAGE_STATS_ENABLED": "0", "PYTHONPATH": str(ROOT)}
    with Path(folder, "told").open("w") as told:
        process = subprocess.Popen(ray, env=environment, stdout=told, stderr=told, cwd=ROOT)
    try:
        end = time.monotonic() + 120
        while time.monotonic() < end and "block" not in Path(folder, "told").read_text():
            assert process.poll() is None, Path(folder, "told").read_text()
            time.sleep(0.2)
        yield f"127.0.0.1:{port}"
        assert process.poll() is None
    finally:
        process.terminate()
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@NEEDS_RAY
def test_a_joined_ray_instance_gives_the_same_content_and_outlives_runs_that_stop_or_end(
    command, published, tmp_path, instance
):
    joined = ("--set", "run.executor=ray", "--set", f"run.address={instance}", "--json")
    process = command.start(tmp_path, *joined)
    wait_for(tmp_path / "manifests" / "ingest.json", process)
    process.terminate()
    _, told = process.communicate(timeout=60)
    assert process.returncode == 143, told
    assert "stopped (SIGTERM)" in told.splitlines()[-1]
    done = json.loads(command(*command.arguments(tmp_path), *joined).stdout)
    assert version(done) == version(published[1])
    shards = sorted(path.name for path in tmp_path.glob("shards/*/*.parquet"))
    assert shards == sorted(path.name for path in published[0].glob("shards/*/*.parquet"))
    assert json.loads(command(*command.arguments(tmp_path), *joined).stdout)["nothing_to_do"]
    # Without the record of the run every stage looks for work, on the same instance, and has none.
    shutil.rmtree(tmp_path / "runs")
    again = json.loads(command(*command.arguments(tmp_path), *joined).stdout)
    assert version(again) == version(done)
    assert sorted(path.name for path in tmp_path.glob("shards/*/*.parquet")) == shards
    look_for(instance)


@pytest.mark.parametrize("address", ["127.0.0.1", "local", "127.0.0.1:ray", ":6379"])
def test_an_address_without_a_port_is_refused(address):
    with pytest.raises(ConfigError, match='write it as "host:port"'):
        look_for(address)


def test_an_address_where_nothing_answers_is_named_with_the_mend():
    address = f"127.0.0.1:{free_port()}"
    with pytest.raises(ConfigError, match=f"{address}: no Ray instance answers there") as error:
        look_for(f"ray://{address}")
    assert "ray start --head" in str(error.value)


def title(pid: int) -> str:
    try:
        return (
            Path(f"/proc/{pid}/cmdline")
            .read_bytes()
            .replace(b"\0", b" ")
            .decode("utf-8", "replace")
        )
    except OSError:
        return ""


def descendants(pid: int) -> list[int]:
    """Return the ids of a process's children and theirs."""
    try:
        text = " ".join(p.read_text() for p in Path(f"/proc/{pid}/task").glob("*/children"))
    except OSError:
        return []
    children = [int(word) for word in text.split()]
    return [*children, *(below for child in children for below in descendants(child))]


def test_a_retracted_document_is_in_no_later_version_until_it_is_taken_back(
    command, published, tmp_path
):
    home = tmp_path / "home"
    shutil.copytree(published[0], home)
    here = ("--home", str(home))
    assert "general/danube.txt" in command("retract", "general/danub.txt", *here, code=2).stderr
    source = "general/opera-houses.html"
    found = json.loads(
        command("retract", source, "--reason", "licence withdrawn", "--json", *here).stdout
    )
    (held,) = found["snapshots"]
    assert held["version"] == version(published[1])
    assert held["evidence"]
    assert len(held["evidence"]) + len(held["distractor"]) <= published[1]["samples"]
    outcome = command.run(home)
    assert ["retract", "rejected", "the document is retracted", 1] in outcome["rows"]
    listed = json.loads(command("retract", "--list", "--json", *here).stdout)
    assert [row["held_by"] for row in listed] == [[f"watched/{version(published[1])}"]]
    assert listed[0]["reason"] == "licence withdrawn"
    folder = home / "snapshots" / "watched" / version(outcome)
    manifest = json.loads((folder / "manifest.json").read_text())
    (step,) = [s for s in manifest["provenance"]["yields"] if s["step"] == "retract"]
    assert step["inputs"] - step["kept"] == 1
    assert "Documents retracted and left out: 1." in (folder / "README.md").read_text()
    assert "licence withdrawn" in command("why-not", "opera-houses.html", *here).stdout
    assert (
        json.loads(command("retract", source, "--undo", "--json", *here).stdout)["retracted"]
        is False
    )
    assert "is not retracted" in command("retract", source, "--undo", *here, code=2).stderr
    assert version(command.run(home)) == version(published[1])
    assert "Nothing is retracted" in command("retract", "--list", *here).stdout
