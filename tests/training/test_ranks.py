"""Needs torch and TRL: the same steps by one process and by two that talk over gloo."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("trl")

from safetensors.torch import load_file  # noqa: E402

SCRIPT = Path(__file__).with_name("ranks.py")
ROOT = SCRIPT.parents[2]


SETTINGS = {
    "plain": {"aepo": None},
    # Negatives are masked from the first step on; the two ranks have different numbers left.
    "masked": {"aepo": {"relative": False, "high": 0.0, "low": 0.0}, "entropy": "full"},
    "sampled": {"entropy": "sampled"},
    "overdrawn": {"overdraw": 2.0},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Return where one process and two have written what came of each of the settings."""
    folder = tmp_path_factory.mktemp("ranks")
    environment = os.environ | {
        "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "ACCELERATE_USE_CPU": "true",
    }  # fmt: skip
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node"]
    for processes in (1, 2):
        done = subprocess.run(
            [*launch, str(processes), str(SCRIPT), str(folder), json.dumps(SETTINGS)], cwd=folder,
            env=environment, capture_output=True, text=True, timeout=400, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
    return folder


def log(folder: Path, name: str, processes: int) -> list[dict]:
    return json.loads((folder / f"{name}-{processes}.json").read_text())


@pytest.mark.parametrize("name", ["plain", "masked", "sampled"])
def test_two_processes_take_the_steps_of_one(folder, name):
    one, two = (load_file(folder / f"{name}-{n}.safetensors") for n in (1, 2))
    assert one.keys() == two.keys()
    for weight in one:
        assert torch.allclose(two[weight], one[weight], atol=1e-6), weight
    for a, b in zip(log(folder, name, 1), log(folder, name, 2), strict=True):
        for figure in ("reward", "masked", "kept", "zero_variance_groups", "tasks/a/reward"):
            assert a[figure] == pytest.approx(b[figure], abs=1e-6), figure


def test_masks_differ_between_ranks_and_steps_are_skipped_by_both(folder):
    assert all(0 < entry["masked"] < 1 for entry in log(folder, "masked", 2))
    assert sum(entry["skipped_micro_steps"] for entry in log(folder, "masked", 2)) > 0


@pytest.mark.parametrize("processes", [1, 2])
def test_overdrawn_batches_have_fewer_groups_that_do_not_vary(folder, processes):
    plain, more = log(folder, "plain", processes), log(folder, "overdrawn", processes)
    flat = [sum(entry["zero_variance_groups"] for entry in entries) for entries in (plain, more)]
    assert flat[1] < flat[0]


def test_the_entropy_of_sampled_tokens_is_their_mean_surprise(folder):
    # Every token of the rollouts came with a log-probability of -1.
    assert [entry["aepo/entropy"] for entry in log(folder, "sampled", 2)] == [1.0, 1.0, 1.0]
