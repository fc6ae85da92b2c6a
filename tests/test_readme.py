"""The README's loading code runs on a real snapshot, and its commands exist."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A working folder whose `data` holds a snapshot named demo."""
    work = tmp_path_factory.mktemp("readme")
    config = work / "demo.toml"
    config.write_text(
        '[[sources]]\npath = "general"\ncategory = "general"\n[generate]\nrows = 20\n',
        "utf-8",
    )
    command = [sys.executable, "-m", "flows", "run", str(config), "--home", str(work / "data")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return work


def test_the_loading_code_runs(folder):
    code = "\n".join(re.findall(r"```python\n(.*?)```", README, re.DOTALL))
    code += "\nprint(joined.height, len(rows), 'context' in joined.columns)\n"
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "hf")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    joined, rows, has_context = done.stdout.split()[-3:]
    assert int(joined) == int(rows) > 0
    assert has_context == "True"


def test_every_command_of_the_readme_exists():
    helped = subprocess.run(
        [sys.executable, "-m", "flows", "--help"], cwd=ROOT, capture_output=True, text=True
    )
    for name in (
        "run",
        "plan",
        "snapshot",
        "why",
        "why-not",
        "retract",
        "serve",
        "train",
        "doctor",
    ):
        assert re.search(rf"^longspan {name}\b", README, re.MULTILINE)
        assert name in helped.stdout
