"""A signal whose exception Python drops stops the run all the same."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from flows.progress import last

ROOT = Path(__file__).resolve().parents[2]
CHILD = """
import os, sys
from pathlib import Path
from prefect import flow
from flows.interruption import recorded
from flows.progress import Stopped, stoppable

def ask():
    os.kill(os.getpid(), int(sys.argv[2]))
    sum(range(1000))

class Dropped:
    def __del__(self):
        ask()

def broken():
    try:
        ask()
    except BaseException:
        raise ValueError("task run is not set")

def callback():
    try:
        ask()
    except BaseException:
        print("swallowed")

home, moment = Path(sys.argv[1]), sys.argv[3]

@flow(name=sys.argv[4])
def run():
    with recorded(home) as recorder:
        if moment.startswith("in a finaliser"):
            Dropped()
        if moment.startswith("in a callback"):
            callback()
        if moment == "where another comes of it":
            broken()
        if moment.endswith("before a stage"):
            recorder.stage("extract")
            print("the stage began")
        if moment == "before the end":
            callback()
    print("the run ended well")

try:
    with stoppable():
        run()
        if moment == "after the run":
            callback()
except Stopped as stopped:
    sys.exit(stopped.code)
"""


@pytest.mark.parametrize(
    ("number", "moment", "told"),
    [
        (signal.SIGINT, "in a finaliser, before a stage", "SIGINT"),
        (signal.SIGTERM, "in a callback, before a stage", "SIGTERM"),
        (signal.SIGTERM, "where another comes of it", "SIGTERM"),
        (signal.SIGINT, "before the end", "SIGINT"),
        (signal.SIGTERM, "after the run", None),
    ],
)
def test_a_signal_whose_exception_is_lost_stops_the_run(server, tmp_path, number, moment, told):
    name = f"{number.name} {moment}"
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path), str(int(number)), moment, name],
        capture_output=True, text=True, cwd=ROOT, env=server, timeout=120,
    )  # fmt: skip
    assert ("swallowed" in done.stdout) == (told is None or "callback" in moment or "end" in moment)
    assert "Exception ignored" not in done.stderr
    assert done.returncode == 128 + number, done.stderr
    assert ("the run ended well" in done.stdout) == (told is None)
    assert "the stage began" not in done.stdout
    left = last(tmp_path)
    assert (left and left.ended) == told
    wanted = {"flows": {"name": {"any_": [name]}}}
    (run,) = httpx.post(f"{server['PREFECT_API_URL']}/flow_runs/filter", json=wanted, timeout=30).json()  # fmt: skip
    assert run["state_type"] == ("CRASHED" if told else "COMPLETED")
