"""One run of the learning experiment: a variant of the trainer from the weak start, its metrics in one Parquet file.

The variants add one thing after another, as the report's ablation does (table of §4.2 and 4.3). All have TRL's
normaliser, the same prompts, group, lengths and steps; only what `VARIANTS` names differs.
"""

import contextlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.learning_start import REPLY, held_out, load_start
from benchmarks.learning_tasks import make_rows, reward
from training.aepo import AepoOptions
from training.rl_options import Clipping, RLOptions
from warehouse.records import Record
from warehouse.snapshot_rows import TASK_TYPES, SampleRow, TaskType, with_context

SHARES: dict[TaskType, float] = {
    "multi_hop": 0.4, "reading_comprehension": 0.25, "multiple_choice": 0.1, "dialogue_memory": 0.1,
    "corpus_numeric": 0.15,
}  # fmt: skip
"""Share of each task among the training prompts; the tests have as many of each."""
PLAIN = RLOptions(scale="group", normaliser="batch", balanced=False, aepo=None, entropy="full")
TASK_STD = PLAIN.model_copy(update={"balanced": True, "scale": "task"})
VARIANTS: dict[str, RLOptions] = {
    "grpo": PLAIN,
    "balanced": PLAIN.model_copy(update={"balanced": True}),
    "batch_std": PLAIN.model_copy(update={"balanced": True, "scale": "batch"}),
    "task_std": TASK_STD,
    "clip": TASK_STD.model_copy(update={"clipping": Clipping(by="sequence", threshold=0.6)}),
    "aepo": TASK_STD.model_copy(update={"aepo": AepoOptions(high=0.9, low=0.6)}),
}


class Plan(Record):
    """What all runs have in common."""

    steps: int = 200
    prompts: int = 10
    """Prompts of a step."""
    group: int = 8
    """Rollouts of a prompt."""
    pool: int = 2000
    """Training prompts."""
    tests: int = 100
    """Held-out prompts of each task."""
    every: int = 25
    """Steps between two looks at the held-out prompts."""


class Run(Record):
    """One run."""

    variant: str
    """Name in the results."""
    rate: float
    """Learning rate."""
    seed: int
    """Of the order of prompts and of the draws; start and prompts are the same for all seeds."""
    options: RLOptions

    @property
    def file(self) -> str:
        """Name of its file."""
        return f"{self.variant}-{self.rate:g}-{self.seed}.parquet"


def training_rows(plan: Plan) -> tuple[list[SampleRow], dict[str, str]]:
    """Return the training prompts and their contexts."""
    counts: dict[TaskType, int] = {task: round(plan.pool * share) for task, share in SHARES.items()}
    rows, contexts, _ = make_rows(counts, "train", seed=1)
    return rows, contexts


def test_rows(plan: Plan) -> tuple[list[SampleRow], dict[str, str]]:
    """Return the held-out prompts and their contexts."""
    rows, contexts, _ = make_rows(dict.fromkeys(TASK_TYPES, plan.tests), "test", seed=2)
    seen = {row.id for row in training_rows(plan)[0]}
    return [row for row in rows if row.id not in seen], contexts


def pay(
    completions: Sequence[Any], answer: Sequence[str], kind: Sequence[str], **_: Any
) -> list[float]:
    """Return the rewards of a batch, as TRL asks for them."""
    said = [completion[0]["content"] for completion in completions]
    return [reward(reply, gold, how) for reply, gold, how in zip(said, answer, kind, strict=True)]


def run(made: Run, plan: Plan, start: Path, out: Path) -> Path:
    """Run once unless the file is there, and return the file.

    It has one row for each step and metric: what the trainer logs, and `held_out/…` at every look.
    """
    file = out / made.file
    if file.is_file():
        return file
    with (
        tempfile.TemporaryDirectory() as scratch,
        open(os.devnull, "w", encoding="utf-8") as nowhere,
        contextlib.redirect_stdout(nowhere),
    ):
        logged, looks = _train(made, plan, start, scratch)
    rows = [
        {"step": int(step), "metric": metric, "value": float(value)}
        for step, entry in [*logged, *looks]
        for metric, value in entry.items()
        if isinstance(value, int | float)
    ]
    frame = pl.DataFrame(rows).select(
        pl.lit(made.variant).alias("variant"), pl.lit(made.rate).alias("rate"), pl.lit(made.seed).alias("seed"),
        "step", "metric", "value",
    )  # fmt: skip
    out.mkdir(parents=True, exist_ok=True)
    beside = file.with_suffix(f".{os.getpid()}.part")
    frame.write_parquet(beside)
    beside.rename(file)
    return file


def _train(
    made: Run, plan: Plan, start: Path, scratch: str
) -> tuple[list[tuple[int, Mapping[str, Any]]], list[tuple[int, dict[str, float]]]]:
    """Train once and return what was logged by step, and the held-out rewards by step."""
    from datasets import Dataset
    from transformers import TrainerCallback
    from transformers.utils import logging as transformers_logging
    from trl.trainer.grpo_config import GRPOConfig

    from training.trainer import LongspanGRPOTrainer

    transformers_logging.disable_progress_bar()
    model, tokenizer = load_start(start)
    rows, contexts = training_rows(plan)
    tests, test_contexts = test_rows(plan)
    looks: list[tuple[int, dict[str, float]]] = []

    def look(step: int) -> None:
        found = held_out(model, tokenizer, tests, test_contexts)
        looks.append((step, {f"held_out/{name}": value for name, value in found.items()}))

    class Looks(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if state.global_step % plan.every == 0 or state.global_step == plan.steps:
                look(state.global_step)

    data = Dataset.from_list(
        [
            {"prompt": with_context(row, contexts), "task_type": row.task_type, "answer": row.answer,
             "kind": row.reward_spec.kind}
            for row in rows
        ]
    )  # fmt: skip
    rollouts = plan.prompts * plan.group
    config = GRPOConfig(
        output_dir=scratch, per_device_train_batch_size=rollouts, gradient_accumulation_steps=1,
        num_generations=plan.group, max_completion_length=REPLY, max_steps=plan.steps, learning_rate=made.rate,
        beta=0.0, loss_type="dapo", scale_rewards="none", report_to=[], use_cpu=True, bf16=False, save_strategy="no",
        logging_steps=1, temperature=1.0, seed=made.seed, lr_scheduler_type="constant", disable_tqdm=True,
        adam_beta2=0.99, activation_checkpointing=False, dataloader_pin_memory=False,
    )  # fmt: skip
    look(0)
    trainer = LongspanGRPOTrainer(
        model=model, reward_funcs=pay, args=config, train_dataset=data, processing_class=tokenizer, rl=made.options,
        callbacks=[Looks()],
    )  # fmt: skip
    trainer.train()
    return [(int(entry["step"]), entry) for entry in trainer.state.log_history], looks
