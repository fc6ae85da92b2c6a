"""GRPO with task balance, task advantage, AEPO and the group's normaliser, as few overrides of TRL's trainer as can be.

What is overridden is in `OVERRIDDEN`, each a method whose signature a test watches: the sampler (§4.2), the rewards
(to gather task names beside them), scoring (advantages (7), entropy, masks (11), weights (4)), the preparation and
the step (masked sequences cost nothing), and what a checkpoint keeps.
"""

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate.utils import gather_object
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR
from trl.trainer.grpo_config import GRPOConfig
from trl.trainer.grpo_trainer import GRPOTrainer

from training.advantage import SCALES
from training.aepo import AepoOptions, Decision, Latch, decide
from training.balanced import BalancedBatches, BalanceOptions
from training.clipping import by_sequence, by_token
from training.normaliser import group_token_weights
from training.packing import pack
from training.rl_options import RLOptions, SettingError, check_settings
from training.sampler import BalancedSampler

STATE = "longspan_state.json"
OVERRIDDEN = (
    "_get_train_sampler", "_calculate_rewards", "_generate_and_score_completions", "_prepare_inputs", "training_step",
    "_get_per_token_logps_and_entropies", "_save_checkpoint", "_load_optimizer_and_scheduler",
)  # fmt: skip
TASK = "task_type"
NEVER = AepoOptions(relative=False, high=float("inf"), low=float("inf"))
"""Bounds under which nothing is masked."""


class LongspanGRPOTrainer(GRPOTrainer):
    """TRL's trainer with the additions of `RLOptions`; rows of the dataset have a `task_type`."""

    args: GRPOConfig
    model: Any
    accelerator: Any
    train_dataset: Any
    num_generations: Any
    _step: int

    def __init__(self, *args: Any, rl: RLOptions | None = None, **kwargs: Any) -> None:
        """Set up as TRL's own does.

        Raises:
            SettingError: TRL is set so that the equations do not hold.
        """
        self.rl = rl or RLOptions()
        self.latch = Latch()
        self.skipped_steps = 0
        """Optimiser steps at which nothing was left."""
        self._scored: tuple[np.ndarray, list[str]] | None = None
        self._prepared: dict[str, Any] | None = None
        self._entropies: list[torch.Tensor] | None = None
        self._seen: list[float] = []
        # Before TRL loads what a wrong setting would ask for, such as a reference model.
        if kwargs.get("args") is not None:
            _check(kwargs["args"])
        super().__init__(*args, **kwargs)
        _check(self.args)

    def _get_train_sampler(self, dataset: Any = None) -> Any:
        """Return the balanced sampler, in the order and with the repetitions of TRL's own."""
        if not self.rl.balanced:
            return super()._get_train_sampler(dataset)
        data = self.train_dataset if dataset is None else dataset
        if TASK not in data.column_names:
            raise SettingError(f"the dataset has no column {TASK}; every row of a snapshot has one")
        prompts = int(self.args.generation_batch_size or 0) // self.num_generations
        options = BalanceOptions(batch=prompts, seed=self.args.seed, dry=self.rl.dry)
        batches, repeats = (
            BalancedBatches(data[TASK], options),
            self.args.gradient_accumulation_steps,
        )
        return BalancedSampler(batches, group=self.num_generations, repeats=repeats)

    def _calculate_rewards(
        self, inputs: Any, prompts: Any, completions: Any, completion_ids_list: Any
    ) -> torch.Tensor:
        """Return TRL's rewards, gathered over ranks, and keep them with the tasks gathered beside."""
        found = super()._calculate_rewards(inputs, prompts, completions, completion_ids_list)
        tasks = gather_object([str(row.get(TASK, "")) for row in inputs])
        weighted = found * self.reward_weights.to(found.device).unsqueeze(0)
        rewards = weighted.nansum(dim=1)
        rewards[torch.isnan(found).all(dim=1)] = torch.nan
        self._scored = rewards.double().cpu().numpy(), tasks
        return found

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        """Return TRL's rollouts with our advantages and, for each local row, whether it takes part."""
        if not self.model.training:
            return super()._generate_and_score_completions(inputs)
        output = super()._generate_and_score_completions(inputs)
        assert self._scored is not None
        rewards, tasks = self._scored
        group = self.num_generations
        grouped, task_of = rewards.reshape(-1, group), tasks[::group]
        advantages = SCALES[self.rl.scale](grouped, task_of).ravel()
        mask = _token_mask(output)
        lengths = self.accelerator.gather(mask.sum(dim=1)).cpu().numpy()
        entropies = self._token_entropies(output) if self._wants_entropy else None
        decision, kept = self._masked(advantages, entropies, mask)
        weight = np.ones(len(task_of))
        if self.rl.normaliser == "group":
            weight = group_token_weights(lengths.reshape(-1, group))
        weighted = np.where(kept, advantages * weight.repeat(group), 0.0)
        local = len(inputs)
        own = slice(
            self.accelerator.process_index * local, (self.accelerator.process_index + 1) * local
        )
        output["advantages"] = self._with_tokens(weighted[own], entropies, mask)
        output["keep"] = torch.from_numpy(kept[own])
        output["most_kept"] = torch.tensor(int(kept.reshape(-1, local).sum(axis=1).max()))
        self._note(decision, kept, grouped, task_of)
        return output

    @property
    def _wants_entropy(self) -> bool:
        return (
            self.rl.aepo is not None and self.rl.entropy == "full"
        ) or self.rl.clipping is not None

    def _token_entropies(self, output: dict[str, Any]) -> torch.Tensor:
        """Return the entropy of every local token, nats, over the full vocabulary, without gradient."""
        ids = torch.cat([output["prompt_ids"], output["completion_ids"]], dim=1)
        attention = torch.cat([output["prompt_mask"], output["completion_mask"]], dim=1)
        with torch.no_grad():
            _, entropies, _ = super()._get_per_token_logps_and_entropies(
                self.model, ids, attention, output["completion_ids"].size(1),
                batch_size=self.args.per_device_train_batch_size, compute_entropy=True,
            )  # fmt: skip
        return entropies

    def _masked(
        self, advantages: np.ndarray, entropies: torch.Tensor | None, mask: torch.Tensor
    ) -> tuple[Decision, np.ndarray]:
        """Return AEPO's decision on the batch, and per sequence of all ranks whether it takes part."""
        means = None
        if entropies is not None:
            means = self.accelerator.gather(_sequence_means(entropies, mask)).double().cpu().numpy()
        if self.rl.entropy == "full":
            entropy = float(np.nanmean(means)) if means is not None else float("nan")
        else:
            entropy = self._entropy_before()
        decision = decide(self.latch, entropy, advantages, self.rl.aepo or NEVER)
        self.latch = decision.latch
        kept = decision.keep.copy()
        clip = self.rl.clipping
        if clip and clip.by == "sequence" and means is not None:
            kept &= by_sequence(
                advantages, means, clip.threshold, negatives_only=clip.negatives_only
            )
        if self.rl.skip_zero:
            kept &= advantages != 0
        return decision, kept

    def _entropy_before(self) -> float:
        """Return the mean entropy of the training forward of the last step over all ranks, NaN at the first."""
        sums = torch.tensor(
            [float(np.sum(self._seen)), float(len(self._seen))], device=self.accelerator.device
        )
        self._seen = []
        total, count = self.accelerator.reduce(sums, reduction="sum").tolist()
        return total / count if count else float("nan")

    def _with_tokens(
        self, advantages: np.ndarray, entropies: torch.Tensor | None, mask: torch.Tensor
    ) -> torch.Tensor:
        """Return local advantages as TRL takes them: one per sequence, or one per token where tokens are clipped."""
        found = torch.from_numpy(advantages).to(mask.device, torch.float32)
        clip = self.rl.clipping
        if clip is None or clip.by != "token" or entropies is None:
            return found
        takes_part = by_token(
            advantages, entropies.float().cpu().numpy(), mask.cpu().numpy(), clip.threshold,
            negatives_only=clip.negatives_only,
        )  # fmt: skip
        return found.unsqueeze(1) * torch.from_numpy(takes_part).to(found)

    def _prepare_inputs(self, generation_batch: Any) -> Any:
        """Return the rows of this micro-step; None for one that is skipped."""
        if generation_batch is self._prepared:
            return generation_batch
        if not self.model.training:
            return super()._prepare_inputs(generation_batch)
        steps = self.args.gradient_accumulation_steps
        if self._step % steps == 0 or self._buffered_inputs is None:
            self._buffered_inputs = self._micro_steps(
                self._generate_and_score_completions(generation_batch)
            )
        return self._buffered_inputs[self._step % steps]

    def _micro_steps(self, output: dict[str, Any]) -> list[dict[str, Any] | None]:
        """Return the batch cut into micro-steps with the rows that take part, skipped ones first."""
        keep, most = output.pop("keep"), int(output.pop("most_kept"))
        packing = pack(keep.tolist(), most_kept=most, steps=self.args.gradient_accumulation_steps)
        self.skipped_steps += not most
        self._metrics["train"]["skipped_micro_steps"].append(float(packing.skipped))
        return [_rows(output, rows) if rows else None for rows in packing.rows]

    def training_step(
        self, model: Any, inputs: Any, num_items_in_batch: Any = None
    ) -> torch.Tensor:
        """Take one micro-step; one that nothing is left of costs neither forward nor backward."""
        began = time.perf_counter()
        model.train()
        prepared = self._prepare_inputs(inputs)
        if prepared is None:
            self._step += 1
            self._current_train_step_time += time.perf_counter() - began
            if self._step % self.current_gradient_accumulation_steps == 0:
                self._metrics["train"]["step_time"].append(self._current_train_step_time)
                self._current_train_step_time = 0.0
            return torch.zeros((), device=self.accelerator.device)
        self._prepared = prepared
        self._current_train_step_time += time.perf_counter() - began
        return super().training_step(model, prepared, num_items_in_batch)

    def _get_per_token_logps_and_entropies(self, *args: Any, **kwargs: Any) -> Any:
        """Return TRL's own, and remember the entropy of training forwards for the next step where it is asked for."""
        found = super()._get_per_token_logps_and_entropies(*args, **kwargs)
        if (
            self.rl.entropy == "before"
            and torch.is_grad_enabled()
            and found[1] is not None
            and self._prepared
        ):
            means = _sequence_means(found[1].detach(), _token_mask(self._prepared))
            self._seen += means[~torch.isnan(means)].tolist()
        return found

    def _note(
        self, decision: Decision, kept: np.ndarray, rewards: np.ndarray, tasks: list[str]
    ) -> None:
        """Log what was decided, and rewards by task."""
        log = self._metrics["train"]
        log["aepo/on"].append(float(decision.latch.on))
        log["aepo/masked"].append(float(1 - decision.keep.mean()))
        log["aepo/reference"].append(decision.latch.reference)
        log["kept"].append(float(kept.mean()))
        spread = np.nanmax(rewards, axis=1, initial=-np.inf) - np.nanmin(
            rewards, axis=1, initial=np.inf
        )
        log["zero_variance_groups"].append(float((spread <= 0).mean()))
        for task in sorted(set(tasks)):
            own = rewards[np.asarray(tasks) == task]
            if not np.isnan(own).all():
                log[f"tasks/{task}/reward"].append(float(np.nanmean(own)))
                log[f"tasks/{task}/spread"].append(float(np.nanstd(own)))

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        """Save as TRL does, and the latch beside."""
        super()._save_checkpoint(model, trial)
        if self.args.should_save:
            folder = (
                Path(self._get_output_dir(trial=trial))
                / f"{PREFIX_CHECKPOINT_DIR}-{self.state.global_step}"
            )
            state = {
                "latch": self.latch.model_dump(),
                "skipped_steps": self.skipped_steps,
                "seen": self._seen,
            }
            (folder / STATE).write_text(json.dumps(state), encoding="utf-8")

    def _load_optimizer_and_scheduler(self, checkpoint: Any) -> None:
        """Load as TRL does, and the latch."""
        super()._load_optimizer_and_scheduler(checkpoint)
        if checkpoint is None:
            return
        file = Path(checkpoint) / STATE
        if not file.is_file():
            raise SettingError(
                f"{file}: missing; no checkpoint of this trainer, start from its weights"
            )
        state = json.loads(file.read_text("utf-8"))
        self.latch = Latch.model_validate(state["latch"])
        self.skipped_steps, self._seen = state["skipped_steps"], state["seen"]


def _check(config: GRPOConfig) -> None:
    """Check TRL's settings, before and after TRL derives some of them from others."""
    steps = config.gradient_accumulation_steps
    check_settings(
        loss_type=config.loss_type, scale_rewards=str(config.scale_rewards), beta=config.beta,
        num_iterations=config.num_iterations, steps_per_generation=config.steps_per_generation or steps,
        gradient_accumulation_steps=steps,
    )  # fmt: skip


def _token_mask(output: dict[str, Any]) -> torch.Tensor:
    """Return which tokens count, shape (B, T): the model's own, up to the end of the completion."""
    mask = output["completion_mask"]
    return mask * output["tool_mask"] if "tool_mask" in output else mask


def _sequence_means(entropies: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return the mean entropy of each sequence's tokens, NaN where it has none; shape (B, T) to (B,)."""
    return (entropies * mask).sum(dim=1) / mask.sum(dim=1)


def _rows(output: dict[str, Any], rows: tuple[int, ...]) -> dict[str, Any]:
    """Return some rows of a batch; what has no rows stays whole."""
    return {
        name: value[list(rows)] if isinstance(value, torch.Tensor) and value.ndim else value
        for name, value in output.items()
    }
