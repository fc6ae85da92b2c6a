"""`longspan serve` as a process: its ready line, its end on a signal, its refusals."""

import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[3]
COMMAND = [sys.executable, "-m", "flows", "serve"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_answers_and_ends_in_order_on_a_signal(number):
    process = subprocess.Popen(
        [*COMMAND, "--model", "echo", "--name", "parrot", "--port", "0"], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.fullmatch(r"Serving parrot at (http://127\.0\.0\.1:\d+)/v1\n", line)
        assert found, line
        assert httpx.get(f"{found[1]}/health", timeout=20).json()["status"] == "ok"
        began = time.monotonic()
        process.send_signal(number)
        output, complaints = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert (output, complaints) == ("", "")
    assert time.monotonic() - began < 20


def test_what_cannot_be_served_is_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        tries = [
            (["--model", "echo", "--port", port], "cannot be had"),
            (["--model", str(tmp_path), "--port", "0"], "config.json|pip install"),
        ]
        for options, words in tries:
            done = subprocess.run(
                [*COMMAND, *options], cwd=ROOT, capture_output=True, text=True, timeout=60
            )
            assert done.returncode == 2
            assert re.search(words, done.stderr.replace("\n", " "))
            assert "Traceback" not in done.stderr
