"""A run that is killed outright takes its embedded server and its workers with it."""

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


@pytest.mark.parametrize("moment", ["server starting", "manifests/ingest.json"])
def test_nothing_outlives_a_run_that_is_killed(tmp_path, moment):
    config, home = tmp_path / "small.toml", tmp_path / "home"
    config.write_text(CONFIG, encoding="utf-8")
    command = [sys.executable, "-m", "flows", "run", str(config), "--home", str(home)]
    process = subprocess.Popen(
        [*command, "--documents", "corpora"], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if name not in OTHERS},
    )  # fmt: skip
    end = time.monotonic() + 240
    server: list[int] = []
    while time.monotonic() < end and not (
        server and (moment == "server starting" or (home / moment).exists())
    ):
        assert process.poll() is None
        server = [p for p in descendants(process.pid) if "flows.embedded" in title(p)]
        time.sleep(0.05)
    started = descendants(process.pid)
    assert set(server) <= set(started)
    process.send_signal(signal.SIGKILL)
    process.wait()
    end = time.monotonic() + 60
    while time.monotonic() < end and any(map(alive, started)):
        time.sleep(0.1)
    assert [title(pid) for pid in started if alive(pid)] == []
