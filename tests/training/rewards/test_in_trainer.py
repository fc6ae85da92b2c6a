"""Needs torch and TRL (`pip install -e ".[train]"`): the reward inside TRL's trainer, on a tiny Qwen3."""

import pytest

pytest.importorskip("torch")
pytest.importorskip("trl")

from datasets import Dataset
from trl import GRPOConfig

from tests.verifiers.asked import river
from training.rewards.functions import RewardFunction
from training.rewards.options import RewardOptions
from training.rewards.rows import check_rows, reward_columns
from training.tiny import tiny_model, tiny_tokenizer
from training.trainer import LongspanGRPOTrainer


def rows(broken: bool) -> list[dict]:
    made = []
    for number in range(4):
        row, context = river(number)
        prompt = [{"role": "user", "content": row.question}]
        spans = reward_columns(row, context)
        made.append({"prompt": prompt, "task_type": row.task_type, "id": row.id, **spans})
    if broken:
        made[0]["answer_spec"] = "{"
    return made


@pytest.mark.parametrize("broken", [False, True])
def test_a_step_with_columns_logs_and_unscorable_rows(tmp_path, broken):
    settings = GRPOConfig(
        output_dir=str(tmp_path), per_device_train_batch_size=8, gradient_accumulation_steps=2, num_generations=4,
        max_completion_length=8, max_steps=1, beta=0.0, loss_type="dapo", scale_rewards="none", report_to=[],
        use_cpu=True, save_strategy="no", logging_steps=1, seed=3, disable_tqdm=True, bf16=False,
    )  # fmt: skip
    data = rows(broken)
    assert broken or check_rows(data) == []
    with RewardFunction(RewardOptions()) as reward:
        trainer = LongspanGRPOTrainer(
            model=tiny_model(), reward_funcs=reward, args=settings, train_dataset=Dataset.from_list(data),
            processing_class=tiny_tokenizer(),
        )  # fmt: skip
        trainer.train()
        # Four prompts with four replies each, of which those to a broken row are unscorable.
        assert reward.counts.total() == 16
    logged = trainer.state.log_history[0]
    assert logged["rewards/unscorable"] == (4 / 16 if broken else 0.0)
    assert logged["rewards/outcome/mean"] == 0.0
    assert len(trainer._logs["extra"]["reward_rule"]) == 16
