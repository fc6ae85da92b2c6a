"""Needs torch and TRL: stages of the built-in model through Prefect and accelerate, killed on the way."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

pytest.importorskip("torch")
pytest.importorskip("trl")

from flows.training_flow import checked
from flows.training_jobs import NoGo, training_jobs
from tests.training.cpu import LAUNCH
from tests.warehouse.rivers import SAMPLES, context, put, sample
from training.launch import TrainingFailed, train_stage

ROOT = Path(__file__).resolve().parents[2]
# A needle gives rewards that differ even for a model of random weights: how much of the passage its bytes repeat.
PASSAGE = "the quick brown fox jumps over the lazy dog " * 4
RECIPE = f"""
model = "tiny"
snapshot = "rivers"
seed = 3
[rollout]
prompts = 2
group = 4
temperature = 1.0
top_p = 1.0
[optimisation]
learning_rate = 1e-3
{LAUNCH}per_device_batch = 2
[[stages]]
name = "first"
prompt_tokens = 120
completion_tokens = 24
steps = 8
save_every = 1
[[stages]]
name = "second"
prompt_tokens = 120
completion_tokens = 24
steps = 1
"""


def needle(number: int, task: str):
    spec = {"kind": "needle", "unit": "", "tolerance": "0"}
    return sample(
        number, task_type=task, answer=PASSAGE, answer_kind="text", answer_aliases=[], reward_spec=spec
    )  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("home")
    rows = [needle(1, "dialogue_memory"), needle(2, "multi_hop"), needle(4, "multi_hop")]
    put(home, (*rows, SAMPLES[2]), (context(1), context(2), context(3, "test"), context(4)))
    (home / "recipe.toml").write_text(RECIPE, "utf-8")
    return home


def command(home: Path, *words: object) -> list[str]:
    recipe = str(home / "recipe.toml")
    return [sys.executable, "-m", "flows", "train", recipe, "--home", str(home), *map(str, words)]


def train(home: Path, *words: object) -> list[dict]:
    done = subprocess.run(
        command(home, *words, "--json"), cwd=ROOT, capture_output=True, text=True, timeout=500
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def folder(home: Path) -> Path:
    return next((home / "training" / "recipe").glob("first-*"))


def losses(home: Path) -> list[tuple]:
    table = pl.read_parquet(folder(home) / "metrics.parquet")
    figures = table.select("step", "loss", "reward", "aepo/entropy", "completions/mean_length")
    return figures.drop_nulls("loss").rows()


def until(what, seconds: float = 200) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def trainers(home: Path) -> list[int]:
    """Return the processes that train this home's stages, not those that start them."""
    found = subprocess.run(
        ["pgrep", "-f", f"training.stage {home}|training/stage.py {home}"], capture_output=True, text=True
    )  # fmt: skip
    return [int(line) for line in found.stdout.split()]


def step_of(home: Path) -> int:
    saved = (home / "training" / "recipe").glob("first-*/checkpoints/checkpoint-*/longspan_state.json")  # fmt: skip
    return max((int(path.parent.name.rpartition("-")[2]) for path in saved), default=0)


def test_a_training_killed_twice_has_the_losses_of_an_undisturbed_one(home, tmp_path):
    subprocess.run(["cp", "-r", str(home), str(tmp_path / "whole")], check=True)
    whole = tmp_path / "whole"
    undisturbed = subprocess.Popen(command(whole, "--stage", "first"), cwd=ROOT, stdout=subprocess.DEVNULL)  # fmt: skip

    # The trainer is killed: it is started again from its checkpoint. Then the flow: the trainer goes with it.
    running = subprocess.Popen(
        command(home, "--stage", "first"), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )  # fmt: skip
    until(lambda: step_of(home) >= 2)
    for process in trainers(home):
        os.kill(process, signal.SIGKILL)
    reached = step_of(home)
    until(lambda: step_of(home) > reached)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    until(lambda: not trainers(home))
    assert not (folder(home) / "done.json").exists()

    assert undisturbed.wait(timeout=300) == 0
    assert [row[0] for row in losses(whole)] == list(range(1, 9))
    assert any(abs(row[1]) > 0 for row in losses(whole))

    # All stages: the second starts from the first's model with the prompts that it left.
    first, second = train(home)
    assert (first["stage"], first["steps"], first["nothing_to_do"]) == ("first", 8, False)
    assert losses(home) == losses(whole)
    assert (second["steps"], second["prompts"]["kept"], second["prompts"]["solved"]) == (1, 3, 0)
    weights = pl.read_parquet(Path(second["folder"]) / "retrospective.parquet")
    means = weights["mean_reward"].to_list()
    assert weights["weight"].to_list() == pytest.approx([1 / max(mean, 1 / 16) for mean in means])
    assert "<svg" in Path(second["page"]).read_text("utf-8")
    assert all(one["nothing_to_do"] for one in train(home))


def test_what_the_check_forbids_is_not_trained(home, tmp_path):
    recipe = RECIPE.replace("prompt_tokens = 120", "prompt_tokens = 10", 1)
    (tmp_path / "recipe.toml").write_text(recipe, "utf-8")
    (job,) = training_jobs(tmp_path / "recipe.toml", home, "first")
    with pytest.raises(NoGo, match="prompts first: 0 within 10 tokens"):
        checked(job, home)


def test_a_trainer_that_gets_nowhere_is_not_started_again(home, tmp_path):
    (job,) = training_jobs(home / "recipe.toml", home, "first")
    broken = job.model_copy(update={"folder": str(tmp_path), "snapshot": str(tmp_path / "gone")})
    with pytest.raises(
        TrainingFailed, match="stage first: the trainer ended with code 1"
    ) as failed:
        train_stage(broken)
    assert str(tmp_path / "trainer.log") in str(failed.value)
