import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("trl")

from tests.training.cpu import LAUNCH
from tests.warehouse.rivers import SAMPLES, put, sample

ROOT = Path(__file__).resolve().parents[2]
RECIPE = f"""
model = "tiny"
snapshot = "rivers"
[rollout]
prompts = 2
group = 2
{LAUNCH}[[stages]]
name = "a"
prompt_tokens = 106
completion_tokens = 10
steps = 1
[[stages]]
name = "b"
prompt_tokens = 105
completion_tokens = 10
steps = 1
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("home")
    other = sample(4, task_type="corpus_numeric", answer="12 km", answer_aliases=[])
    put(home, (*SAMPLES[:3], other))
    (home / "recipe.toml").write_text(RECIPE, "utf-8")
    return home


def longspan(*words: object) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "flows", *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def test_a_stage_that_can_be_trained_is_a_go_and_one_that_cannot_is_none(home):
    recipe = home / "recipe.toml"
    code, out, err = longspan("train", recipe, "--check", "--stage", "a", "--home", home, "--json")
    assert code == 0, out + err
    told = json.loads(out)
    assert told["go"] is True
    checks = {finding["check"]: finding["status"] for finding in told["findings"]}
    assert checks["prompts a"] == "ok"
    assert "prompts b" not in checks
    # All stages: the second has no row within its limit.
    code, out, _ = longspan("train", recipe, "--check", "--home", home)
    assert code == 1
    assert "No go: 1 findings forbid it." in out
    assert "sample-1 106" in out


@pytest.mark.parametrize(
    ("recipe", "options", "fault"),
    [
        (RECIPE.replace("[rollout]", "[rollout]\nkl = 1"), ["--check"], "rollout.kl: no setting"),
        (RECIPE, ["--check", "--stage", "c"], "none is named c; there are a, b"),
        (RECIPE.replace('"rivers"', '"lakes"'), ["--check"], "there is no snapshot lakes/latest"),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_code_2(home, tmp_path, recipe, options, fault):
    file = tmp_path / "recipe.toml"
    file.write_text(recipe, "utf-8")
    code, _, err = longspan("train", file, *options, "--home", home)
    assert code == 2
    assert fault in " ".join(err.split())


HIDING = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "transformers"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Hidden())
from flows.command_line import main
main()
"""


def test_a_missing_extra_is_one_line_that_says_how_to_install_it(home):
    command = [
        sys.executable,
        "-c",
        HIDING,
        "train",
        home / "recipe.toml",
        "--check",
        "--home",
        home,
    ]
    done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "torch is not installed; pip install -e '.[train]'" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
