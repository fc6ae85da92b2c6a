"""Needs torch and TRL: findings on recipes for small snapshots, by hand."""

from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("trl")

from tests.training.test_rows import PROMPT, rewritten
from tests.warehouse.rivers import SAMPLES, put, sample
from training.preflight import go, preflight
from training.recipe import Recipe, RecipeError
from training.tiny import tiny_model, tiny_tokenizer
from warehouse.snapshots import SnapshotError

ROOT = Path(__file__).resolve().parents[2]
# Sample 4 has an answer of its own, so that rows have others to be told from.
ROWS = (*SAMPLES[:3], sample(4, task_type="corpus_numeric", answer="12 km", answer_aliases=[]))
CPU = {
    "processes": 1, "accelerate": str(ROOT / "configs/accelerate/cpu.yaml"), "sharding": "none", "device": "cpu",
    "dtype": "float32", "attention": "sdpa",
}  # fmt: skip


def recipe(limit: int = PROMPT, *, stage: dict | None = None, **changes) -> Recipe:
    first = {"name": "a", "prompt_tokens": limit, "completion_tokens": 10, "steps": 3}
    data = {
        "model": "tiny", "snapshot": "rivers", "rollout": {"prompts": 2, "group": 2}, "launch": CPU,
        "stages": [first | (stage or {})],
    }  # fmt: skip
    return Recipe.model_validate(data | changes)


def findings(home: Path, given: Recipe, stage: str = "") -> dict[str, tuple[str, str]]:
    return {f.check: (f.status, f.detail) for f in preflight(given, home, stage=stage)}


def test_a_sound_recipe_is_a_go(tmp_path):
    put(tmp_path, ROWS)
    found = preflight(recipe(), tmp_path)
    assert go(found)
    assert {f.status for f in found} == {"ok"}
    told = {f.check: f.detail for f in found}
    assert told["snapshot"].endswith("3 rows in train")
    assert told["prompts a"] == f"3 within {PROMPT} tokens (longest {PROMPT}), 0 longer and left out"  # fmt: skip
    assert told["own answers"] == "3 of 3 score 1 in the published form"
    assert told["other answers"] == "3 of 3 other rows' answers score 0"
    # 2 prompts over 2 tasks, 3 steps: the one numerical row is drawn three times.
    assert told["balance a"] == (
        "corpus_numeric 1, multi_hop 2; 1 of each in a batch, 3 steps, corpus_numeric is drawn 3.0 times over"
    )
    # 2 × 2 sequences, prompts of 106 tokens, half of 10 written.
    assert told["step a"].startswith("4 sequences: 424 tokens of prompts (mean 106) and about 20 written")  # fmt: skip


def test_the_time_of_a_step_by_hand(tmp_path):
    put(tmp_path, ROWS)
    rates = {"rollout_tokens_per_second": 0.1, "train_tokens_per_second": 10.0}
    # 20 / 0.1 + (424 + 20) / 10 = 244.4 s; three steps 0.2 h.
    found = findings(tmp_path, recipe(estimate=rates))
    assert "about 4.1 min" in found["step a"][1]
    assert found["step a"][1].endswith("0.2 h for 3 steps")


def test_a_damaged_snapshot_is_a_no_go_and_what_rests_on_it_is_not_said(tmp_path):
    path = put(tmp_path, ROWS).path
    file = path / "data" / "multi_hop" / "train-00000.parquet"
    whole = file.read_bytes()
    file.unlink()
    file.write_bytes(whole[:-1])
    found = findings(tmp_path, recipe())
    assert found["snapshot"][0] == "no-go"
    assert f"has {len(whole) - 1} bytes, not {len(whole)}" in found["snapshot"][1]
    assert not {"prompts a", "own answers", "balance a", "step a"} & set(found)
    assert {"memory a", "disk", "packages", "accelerate"} <= set(found)


def test_prompts_over_the_limit_are_listed_with_their_lengths(tmp_path):
    put(tmp_path, ROWS)
    found = preflight(recipe(PROMPT - 1), tmp_path)
    (prompts,) = [f for f in found if f.check == "prompts a"]
    assert prompts.status == "no-go"
    assert "none is left; raise prompt_tokens" in prompts.detail
    assert set(prompts.items) == {f"sample-{n} {PROMPT}" for n in (1, 2, 4)}
    long = findings(tmp_path, recipe(stage={"completion_tokens": 262_144}))["prompts a"]
    assert long[0] == "no-go"
    assert f"{262_144 + PROMPT:,} with the reply, and the model is made for 262,144" in long[1]


def test_a_model_whose_tokenizer_has_no_template(tmp_path):
    put(tmp_path, ROWS)
    folder = tmp_path / "model"
    tiny_model().config.save_pretrained(folder)
    tokenizer = tiny_tokenizer()
    tokenizer.chat_template = None
    tokenizer.save_pretrained(folder)
    found = findings(tmp_path, recipe(model=str(folder)))
    assert found["prompts"][0] == "no-go"
    assert "has no chat template" in found["prompts"][1]
    assert "balance a" not in found
    tiny_tokenizer().save_pretrained(folder)
    assert findings(tmp_path, recipe(model=str(folder)))["prompts a"][0] == "ok"


def test_a_row_without_a_task_is_a_no_go(tmp_path):
    path = put(tmp_path, ROWS).path
    rewritten(
        path, "data/corpus_numeric/train-00000.parquet", lambda f: f.with_columns(task_type=None)
    )
    found = findings(tmp_path, recipe())
    assert found["prompts"][0] == "no-go"
    assert "row sample-4 has no task type" in found["prompts"][1]
    assert found["answers"][0] == "no-go"


def test_answers_that_cannot_score_or_that_others_score_with(tmp_path):
    # A letter of another script is in no answer; and a second form of an answer is another row's.
    loose = sample(1, answer_aliases=["12.0 km"])
    text = {"answer_kind": "text", "reward_spec": {"kind": "text", "unit": "", "tolerance": "0"}}
    mixed = sample(2, of=1, answer="Vlt\u0430va", answer_aliases=[], **text)
    put(tmp_path, [loose, mixed, *ROWS[2:]])
    found = {f.check: f for f in preflight(recipe(), tmp_path)}
    assert found["own answers"].status == "no-go"
    assert found["own answers"].items == ("sample-2 'Vlt\u0430va'",)
    assert "2 of 3 score 1" in found["own answers"].detail
    assert found["other answers"].status == "no-go"
    assert found["other answers"].items == ("sample-1 '12 km' for '1,094 km'",)
    assert "1 rows have no other of their kind" in found["other answers"].detail


def test_balance_that_cannot_be_had(tmp_path):
    put(tmp_path, ROWS)
    four = {"prompts": 4, "group": 2}
    found = findings(tmp_path, recipe(rollout=four))
    assert found["balance a"][0] == "no-go"
    assert "3 prompts do not fill a batch of 4" in found["balance a"][1]
    one = findings(tmp_path, recipe(rollout={"prompts": 1, "group": 2}))["balance a"]
    assert one[0] == "no-go"
    assert "a batch of 1 prompts cannot hold 2 tasks" in one[1]
    # 3 prompts over 2 tasks are one and a half of each: the one numerical row would stand twice in a batch.
    three = findings(tmp_path, recipe(rollout={"prompts": 3, "group": 2}))["balance a"]
    assert three[0] == "warn"
    assert three[1].endswith("more than once in one batch")
    retired = findings(tmp_path, recipe(rl={"dry": "retire"}))["balance a"]
    assert retired[1].endswith("and is retired before the end")


def test_memory_disk_and_accelerate_are_weighed(tmp_path):
    put(tmp_path, ROWS)
    found = findings(tmp_path, recipe(estimate={"gpu_memory_gib": 1e-3}))
    assert found["memory a"][0] == "no-go"
    # 90,688 parameters × 12 B: two checkpoints, and one more while it is written.
    assert "2 checkpoints of 0.00 GiB for each of 1 stages and one more" in found["disk"][1]
    wrong = CPU | {"accelerate": str(ROOT / "configs/accelerate/zero3.yaml")}
    told = findings(tmp_path, recipe(launch=wrong))["accelerate"]
    assert told[0] == "no-go"
    assert "distributed_type is DEEPSPEED, and launch.sharding is none" in told[1]
    gone = findings(tmp_path, recipe(launch=CPU | {"accelerate": "none.yaml"}))["accelerate"]
    assert "none.yaml is not there" in gone[1]


def test_what_a_recipe_for_gpus_lacks_here(tmp_path):
    put(tmp_path, ROWS)
    given = recipe(
        model="Qwen/Qwen3-4B-Thinking-2507",
        launch={"processes": 4, "accelerate": str(ROOT / "configs/accelerate/fsdp2.yaml"),
                "sharding": "fsdp2", "vllm": "colocate"},
    )  # fmt: skip
    found = findings(tmp_path, given)
    # Its tokenizer is not here: lengths are estimates, and the finding says so.
    assert found["tokenizer"][0] == "warn"
    # 0.3 × 80 GiB less 8.04 GB of weights, over 116 tokens of 147,456 B each.
    assert "4 engines with cache for 1036.2 sequences of 116 tokens" in found["engine a"][1]
    assert found["accelerate"] == ("ok", f"{ROOT}/configs/accelerate/fsdp2.yaml: FSDP, bf16")


def test_what_is_not_known_is_an_error(tmp_path):
    put(tmp_path, ROWS)
    with pytest.raises(RecipeError, match="none is named b; there are a"):
        preflight(recipe(), tmp_path, stage="b")
    with pytest.raises(SnapshotError, match="there is no snapshot lakes/latest; known: none"):
        preflight(recipe(snapshot="lakes"), tmp_path)
    with pytest.raises(RecipeError, match="is neither a folder nor one of"):
        preflight(recipe(model="some/model"), tmp_path)
