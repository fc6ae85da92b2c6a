"""The embedded server and the workers end with their run, whoever was killed or asked to stop."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.flows.test_operations import CONFIG, descendants, title

ROOT = Path(__file__).resolve().parents[2]
OTHERS = {"PREFECT_API_URL", "PREFECT_HOME"}
"""Variables that would give the run another server than its own."""


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and is not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def begin(folder: Path) -> subprocess.Popen[str]:
    """Start a run that has a server of its own, in a process group of its own."""
    config = folder / "small.toml"
    config.write_text(CONFIG, encoding="utf-8")
    command = [sys.executable, "-m", "flows", "run", str(config), "--home", str(folder / "home")]
    return subprocess.Popen(
        [*command, "--documents", "corpora"], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True, env={name: value for name, value in os.environ.items() if name not in OTHERS},
        start_new_session=True,
    )  # fmt: skip


def started(process: subprocess.Popen[str], awaited: Path | None) -> list[int]:
    """Return the processes of a run when its server is there and, where given, a file of its home."""
    end = time.monotonic() + 240
    server: list[int] = []
    while time.monotonic() < end and not (server and (awaited is None or awaited.exists())):
        assert process.poll() is None
        server = [p for p in descendants(process.pid) if "flows.embedded" in title(p)]
        time.sleep(0.05)
    found = descendants(process.pid)
    assert set(server) <= set(found)
    return found


def left(processes: list[int]) -> list[str]:
    """Return which of the processes are still there after a while."""
    end = time.monotonic() + 60
    while time.monotonic() < end and any(map(alive, processes)):
        time.sleep(0.1)
    return [title(pid) for pid in processes if alive(pid)]


@pytest.mark.parametrize("moment", ["", "manifests/ingest.json"])
def test_nothing_outlives_a_run_that_is_killed(tmp_path, moment):
    process = begin(tmp_path)
    others = started(process, tmp_path / "home" / moment if moment else None)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert left(others) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_whole_group_stops_the_run_in_order(tmp_path, number):
    process = begin(tmp_path)
    others = started(process, tmp_path / "home" / "manifests" / "ingest.json")
    os.killpg(process.pid, number)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 128 + number, told
    assert told.splitlines()[-1].endswith(
        f"stopped ({number.name}); what is done is kept, run again to go on"
    )
    assert left(others) == []
