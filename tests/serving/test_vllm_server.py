"""The launcher against a small stand-in for the `vllm` command: a real child that listens, hangs or dies."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from serving.server_process import Launch, ServerFailed, attached, free_port, started
from serving.vllm_server import LoraModule, VllmOptions, vllm_command, vllm_server

ROOT = Path(__file__).resolve().parents[2]
STAND_IN = """#!{python}
import http.server, json, os, signal, subprocess, sys, time

folder = os.path.dirname(os.path.abspath(__file__))
how = os.environ.get("STAND_IN", "listen")
worker = [sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"]
if how == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
pids = [os.getpid()] + ([subprocess.Popen(worker).pid] if how in ("stubborn", "workers") else [])
seen = {{"pids": pids, "arguments": sys.argv[1:], "silent": os.environ.get("VLLM_NO_USAGE_STATS")}}
with open(folder + "/seen.new", "w") as file:
    json.dump(seen, file)
os.replace(folder + "/seen.new", folder + "/seen.json")
print("loading the weights", flush=True)
if how == "dies":
    raise ValueError("no kernel image for this device")
if how == "hangs":
    time.sleep(600)

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({{"data": [{{"id": "stand-in"}}, {{"id": "adapter"}}]}}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

port = int(sys.argv[sys.argv.index("--port") + 1])
http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


@pytest.fixture
def stand_in(tmp_path) -> Path:
    """An executable that takes vLLM's arguments; `seen.json` beside it says who runs and what it was given."""
    script = tmp_path / "vllm"
    script.write_text(STAND_IN.format(python=sys.executable))
    script.chmod(0o755)
    return script


def options(script: Path, how: str, **fields) -> VllmOptions:
    return VllmOptions(
        model="folder/model", executable=str(script), variables=(("STAND_IN", how),),
        **({"startup_seconds": 60.0, "grace_seconds": 1.0, "log": f"{script}.log"} | fields),
    )  # fmt: skip


def seen(script: Path) -> dict:
    end = time.monotonic() + 60
    while not (script.parent / "seen.json").exists():
        assert time.monotonic() < end
        time.sleep(0.05)
    return json.loads((script.parent / "seen.json").read_text())


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and is not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def all_gone(pids, seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end and any(map(alive, pids)):
        time.sleep(0.05)
    return not any(map(alive, pids))


def test_the_command_line_says_what_the_options_say():
    plain = VllmOptions(model="m", port=8000)
    assert " ".join(vllm_command(plain)) == (
        "vllm serve m --host 127.0.0.1 --port 8000 --tensor-parallel-size 1 --dtype auto --seed 0 "
        "--enable-prefix-caching"
    )
    full = VllmOptions(
        model="m", name="big", executable="/env/bin/python3.11", host="::1", port=9, tensor_parallel=4,
        prefix_caching=False, structured_outputs="xgrammar", max_model_len=4096, gpu_memory_utilization=0.85,
        dtype="bfloat16", lora_modules=(LoraModule(name="a", path="/a"), LoraModule(name="b", path="/b")),
        seed=7, extra=("--enforce-eager",),
    )  # fmt: skip
    assert " ".join(vllm_command(full)) == (
        "/env/bin/python3.11 -m vllm.entrypoints.openai.api_server --model m --served-model-name big --host ::1 "
        "--port 9 --tensor-parallel-size 4 --structured-outputs-config.backend xgrammar --max-model-len 4096 "
        "--gpu-memory-utilization 0.85 --dtype bfloat16 --seed 7 --no-enable-prefix-caching "
        "--enable-lora --lora-modules a=/a b=/b --enforce-eager"
    )


def test_it_answers_for_the_length_of_the_block_and_is_gone_after_it(stand_in):
    with vllm_server(options(stand_in, "workers", log="")) as running:
        assert (running.model, running.models) == ("stand-in", ("stand-in", "adapter"))
        assert running.alive()
        assert httpx.get(f"{running.base_url}/models").is_success
        assert "loading the weights" in Path(running.log).read_text()
        found = seen(stand_in)
        assert found["arguments"][:2] == ["serve", "folder/model"]
        assert found["silent"] == "1"
        assert all(map(alive, found["pids"]))
        assert os.getsid(found["pids"][0]) == found["pids"][0]
    assert all_gone(found["pids"], 0.5)
    assert not Path(running.log).exists()


def test_one_that_dies_at_the_start_is_told_with_its_last_lines(stand_in):
    with (
        pytest.raises(ServerFailed, match="ended with code 1 before it answered") as caught,
        vllm_server(options(stand_in, "dies")),
    ):
        pass
    assert "loading the weights" in str(caught.value)
    assert "ValueError: no kernel image for this device" in str(caught.value)


def test_one_that_hangs_is_given_up_at_the_deadline(stand_in):
    with (
        pytest.raises(ServerFailed, match="did not answer within 2 s"),
        vllm_server(options(stand_in, "hangs", startup_seconds=2.0)),
    ):
        pass
    assert all_gone(seen(stand_in)["pids"], 0.5)


def test_one_that_ignores_the_request_to_end_is_killed(stand_in):
    with vllm_server(options(stand_in, "stubborn")):
        pids = seen(stand_in)["pids"]
    assert all_gone(pids, 0.5)


def test_an_executable_that_is_not_there(tmp_path):
    with (
        pytest.raises(ServerFailed, match="No such file"),
        vllm_server(options(tmp_path / "vllm", "listen")),
    ):
        pass


def test_one_that_ends_by_itself_is_noticed(stand_in):
    with vllm_server(options(stand_in, "workers")) as running:
        pids = seen(stand_in)["pids"]
        os.kill(pids[0], signal.SIGKILL)
        end = time.monotonic() + 20
        while running.alive() and time.monotonic() < end:
            time.sleep(0.05)
        assert not running.alive()
        assert all_gone(pids, 0.5)


HOLDER = """
import sys, time
from serving.vllm_server import VllmOptions, vllm_server
options = VllmOptions(
    model="m", executable=sys.argv[1], grace_seconds=1.0, log=sys.argv[1] + ".log",
    variables=(("STAND_IN", "stubborn"),),
)
with vllm_server(options) as running:
    print(running.process, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("moment", ["starting", "running"])
def test_nothing_outlives_a_parent_that_is_killed(stand_in, moment):
    parent = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(stand_in)], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    if moment == "running":
        parent.stdout.readline()
    pids = seen(stand_in)["pids"]
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert all_gone(pids)


def test_the_server_ends_with_its_leash(stand_in):
    with vllm_server(options(stand_in, "listen")) as running:
        pids = seen(stand_in)["pids"]
        os.kill(running.process, signal.SIGKILL)
        assert all_gone(pids)


def test_the_command_line_serves_and_ends_in_order(stand_in):
    command = [sys.executable, "-m", "flows", "serve", "--vllm", "m", "--port", "0"]
    command += ["--vllm-command", str(stand_in), "--vllm-arg=--enforce-eager"]
    process = subprocess.Popen(
        command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Serving stand-in at http://127.0.0.1:")
    found = seen(stand_in)
    assert "--enforce-eager" in found["arguments"]
    process.terminate()
    assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 0
    assert all_gone(found["pids"], 0.5)


def test_a_server_that_runs_already_is_looked_at():
    port = free_port()
    command = (sys.executable, "-m", "flows", "serve", "--model", "echo", "--port", str(port))
    launch = Launch(command=command, base_url=f"http://127.0.0.1:{port}/v1", startup_seconds=60)
    with started(launch) as running:
        found = attached(running.base_url)
        assert (found.model, found.process, found.alive()) == ("echo", 0, True)
        with pytest.raises(ServerFailed, match="has no model 'other'; it has echo"):
            attached(running.base_url, "other")
    with pytest.raises(ServerFailed, match="does not answer"):
        attached(running.base_url)
    with pytest.raises(ServerFailed, match="does not answer"):
        attached("no address")
