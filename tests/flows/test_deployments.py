"""The deployments of prefect.yaml on a real Prefect server, run by a real worker."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
PREFECT = [sys.executable, "-m", "prefect"]
CONFIG = """
[[sources]]
path = "general"
category = "general"
[generate]
rows = 20
[publish]
name = "nightly"
"""


def prefect(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [*PREFECT, *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run_once(environment: dict[str, str], parameters: dict[str, object]) -> dict:
    """Schedule a run of the deployment, let a worker take it, and return the flow run as the server has it."""
    chosen = [f"--param={name}={json.dumps(value)}" for name, value in parameters.items()]
    prefect(environment, "deployment", "run", "longspan-run/nightly", *chosen)
    prefect(environment, "worker", "start", "--pool", "longspan", "--run-once")
    url = environment["PREFECT_API_URL"]
    wanted = {"sort": "START_TIME_DESC", "flows": {"name": {"any_": ["longspan-run"]}}, "limit": 1}
    end = time.monotonic() + 240
    while time.monotonic() < end:
        (found,) = httpx.post(f"{url}/flow_runs/filter", json=wanted, timeout=30).json()
        if found["state_type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED"):
            return found
        time.sleep(1)
    raise AssertionError(found)


def test_the_declared_deployment_runs_and_a_bad_parameter_is_a_clear_failure(server, tmp_path):
    shutil.copytree(ROOT / "corpora" / "general", tmp_path / "documents" / "general")
    config = tmp_path / "nightly.toml"
    config.write_text(CONFIG, encoding="utf-8")
    prefect(server, "work-pool", "create", "longspan", "--type", "process")
    prefect(server, "deploy", "--all")
    shown = json.loads(
        prefect(server, "deployment", "inspect", "longspan-run/nightly", "-o", "json")
    )
    assert shown["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    typed = shown["parameter_openapi_schema"]["properties"]
    assert typed["config"]["type"] == "string"
    home = tmp_path / "home"
    parameters = {
        "config": str(config),
        "home": str(home),
        "documents": str(tmp_path / "documents"),
    }
    assert run_once(server, parameters)["state_type"] == "COMPLETED"
    version = (home / "snapshots" / "nightly" / "latest").read_text().strip()
    assert (home / "snapshots" / "nightly" / version / "manifest.json").is_file()
    found = httpx.post(f"{server['PREFECT_API_URL']}/artifacts/filter", json={}, timeout=30).json()
    assert {"longspan-yield", "longspan-snapshot"} <= {artifact["key"] for artifact in found}
    wrong = run_once(server, parameters | {"config": str(tmp_path / "missing.toml")})
    assert wrong["state_type"] == "FAILED"
    assert "missing.toml" in wrong["state"]["message"]
