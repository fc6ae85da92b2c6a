"""The process of one stage, as many of it as accelerate launches: `accelerate launch … -m training.stage JOB`.

JOB is a `StageJob` as JSON. The stage goes on from its last whole checkpoint, with the sampler, latch, optimiser and
random state that it has. What it leaves in its folder: `checkpoints/`, `model/`, `metrics.parquet`, `rollouts/`,
`tensorboard/`, and `done.json` at last.
"""

import gc
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from training.recipe import TINY, Recipe, Stage, stage_named
from warehouse.records import Record

CHECKPOINTS, MODEL, DONE = "checkpoints", "model", "done.json"


class StageJob(Record):
    """One stage to be trained."""

    recipe: Recipe
    stage: str
    """Name of the stage."""
    snapshot: str
    """Folder of the snapshot's version."""
    content: str
    """Content id of the snapshot."""
    folder: str
    """Where the stage is written."""
    rows: str
    """Folder of lengths and rows, which stages share."""
    weights: str = ""
    """Folder of the model that is trained further; the recipe's model if empty."""
    retrospective: str = ""
    """File of the stage before that chooses and weighs the prompts; all are alike if empty."""


class Done(Record):
    """What a finished stage came to."""

    steps: int
    skipped_steps: int
    """Steps at which nothing was left to train on."""
    reward: float | None
    """Mean reward of the last step; null where none could be scored."""


def last_checkpoint(folder: Path) -> Path | None:
    """Return the newest whole checkpoint, and remove those that a kill left half written.

    Args:
        folder: of the checkpoints.
    """
    from training.trainer import STATE

    found = sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]))
    for path in reversed(found):
        if (path / STATE).is_file():
            return path
        shutil.rmtree(path)
    return None


def run(job: StageJob) -> Done:
    """Train a stage from where it stands.

    Raises:
        SettingError: settings under which the equations do not hold.
        RowsError: the snapshot cannot be trained on.
        RecipeError: the model cannot be read.
    """
    from accelerate import PartialState

    from training.metrics_callback import MetricsTable
    from training.rewards.functions import RewardFunction
    from training.rollout_log import RolloutLog
    from training.trainer import LongspanGRPOTrainer

    recipe, folder = job.recipe, Path(job.folder)
    stage = stage_named(recipe, job.stage)
    state = PartialState(cpu=recipe.launch.device == "cpu")
    tokenizer = _tokenizer(recipe)
    with state.main_process_first():
        rows = _rows(job, stage, tokenizer)
        checkpoint = last_checkpoint(folder / CHECKPOINTS)
    options = recipe.rewards.model_copy(
        update={"opened": recipe.rewards.opened or _opened(tokenizer)}
    )
    ledger = folder / "judge" / f"process-{state.process_index:05}"
    with RewardFunction(options, recipe.models, ledger) as reward:
        trainer = LongspanGRPOTrainer(
            model=_model(job), reward_funcs=reward, args=_settings(job, stage), train_dataset=rows,
            processing_class=tokenizer, rl=recipe.rl, on_rollouts=RolloutLog(folder),
            callbacks=[MetricsTable(folder)],
        )  # fmt: skip
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        trainer.save_model(str(folder / MODEL))
    history = [entry for entry in trainer.state.log_history if "reward" in entry]
    done = Done(
        steps=trainer.state.global_step, skipped_steps=trainer.skipped_steps,
        reward=history[-1]["reward"] if history else None,
    )  # fmt: skip
    if state.is_main_process:
        beside = folder / f"{DONE}.part"
        beside.write_text(done.model_dump_json(), encoding="utf-8")
        os.replace(beside, folder / DONE)
    # What holds the process group goes before it does: the other order can wait for ever.
    del trainer
    gc.collect()
    state.destroy_process_group()
    return done


def _tokenizer(recipe: Recipe) -> Any:
    from training.prompt_lengths import check_template
    from training.tokenizer import load_tokenizer

    tokenizer = load_tokenizer(recipe.model)
    check_template(tokenizer, recipe.model)
    return tokenizer


def _opened(tokenizer: Any) -> bool:
    """Return whether the chat template opens the reasoning block."""
    from training.rewards.replies import opens_reasoning

    asked = [{"role": "user", "content": "?"}]
    return opens_reasoning(
        tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)
    )


def _rows(job: StageJob, stage: Stage, tokenizer: Any) -> Any:
    """Return the dataset of a stage, with weights where the stage before gives some."""
    from training.prompts import RowsError
    from training.retrospective import read_weights
    from training.rows import training_rows
    from training.trainer import ID, WEIGHT

    recipe = job.recipe
    rows, _ = training_rows(
        Path(job.snapshot), tokenizer, recipe.wanted, name=recipe.model, limit=stage.prompt_tokens,
        folder=Path(job.rows),
    )  # fmt: skip
    if not job.retrospective:
        return rows
    weights = read_weights(Path(job.retrospective))
    ids = list(rows[ID])
    left = [number for number, name in enumerate(ids) if name in weights]
    if not left:
        raise RowsError(f"{job.retrospective}: no prompt is left: all were solved or are too long")
    return rows.select(left).add_column(WEIGHT, [weights[ids[number]] for number in left])


def _model(job: StageJob) -> Any:
    """Return what TRL takes as the model: a name or folder, or the built-in one itself."""
    if job.recipe.model != TINY:
        return job.weights or job.recipe.model
    from transformers import Qwen3ForCausalLM

    from training.known_models import KNOWN
    from training.tiny import tiny_model

    if job.weights:
        return Qwen3ForCausalLM.from_pretrained(job.weights)
    numbers = KNOWN[TINY]
    return tiny_model(
        hidden=numbers.hidden, layers=numbers.layers, positions=numbers.positions, seed=job.recipe.seed
    )  # fmt: skip


def _settings(job: StageJob, stage: Stage) -> Any:
    from trl.trainer.grpo_config import GRPOConfig

    from training.grpo_settings import grpo_settings
    from training.known_models import model_numbers

    folder = Path(job.folder)
    # Transformers takes this from the environment alone.
    os.environ.setdefault("TENSORBOARD_LOGGING_DIR", str(folder / "tensorboard"))
    settings = grpo_settings(
        job.recipe, stage, output=folder / CHECKPOINTS, numbers=model_numbers(job.recipe.model)
    )
    return GRPOConfig(**settings)


def main() -> None:
    """Train the stage of a job file; a known fault is one line."""
    from training.prompts import RowsError
    from training.recipe import RecipeError
    from training.rl_options import SettingError

    job = StageJob.model_validate_json(Path(sys.argv[1]).read_text("utf-8"))
    try:
        run(job)
    except (SettingError, RowsError, RecipeError) as error:
        sys.exit(f"{job.stage}: {error}")


if __name__ == "__main__":
    main()
