"""GRPO with task balance, task advantage, AEPO and the group's normaliser, as few overrides of TRL's trainer as can be.

What is overridden is in `OVERRIDDEN`, each a method whose signature a test watches: the sampler (§4.2), the rewards
(to gather task names beside them), scoring (advantages (7), entropy, masks (11), weights (4)), the preparation and
the step (masked sequences cost nothing), and what a checkpoint keeps.
"""

import json
import math
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate.utils import gather_object
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR
from trl.models.utils import disable_gradient_checkpointing
from trl.trainer.grpo_config import GRPOConfig
from trl.trainer.grpo_trainer import GRPOTrainer

from training.aepo import Latch
from training.balanced import BalancedBatches, BalanceOptions, Place
from training.clipping import by_token
from training.entropy import batch_entropy, sampled_means
from training.overdraw import chosen_groups
from training.packing import pack
from training.rl_options import RLOptions, SettingError, check_settings
from training.rollout_rows import cut_rows, own_tokens, sequence_means
from training.sampler import BalancedSampler
from training.scoring import Rollouts, Scored, scored, varied

STATE = "longspan_state.json"
OVERRIDDEN = (
    "_get_train_sampler", "_calculate_rewards", "_generate_and_score_completions", "_prepare_inputs", "training_step",
    "_get_per_token_logps_and_entropies", "_save_checkpoint", "_load_optimizer_and_scheduler",
)  # fmt: skip
TASK, WEIGHT, ID = "task_type", "weight", "id"
"""Columns of the dataset: what is balanced, how often a prompt is drawn (optional), its name (optional)."""
OnRollouts = Callable[[int, Sequence[str], Rollouts], None]
"""Called on the main process with the step, the prompts' names and the batch that was rolled out."""


class LongspanGRPOTrainer(GRPOTrainer):
    """TRL's trainer with the additions of `RLOptions`; rows of the dataset have a `task_type`."""

    args: GRPOConfig
    model: Any
    accelerator: Any
    train_dataset: Any
    num_generations: Any
    _step: int

    def __init__(
        self, *args: Any, rl: RLOptions | None = None, on_rollouts: OnRollouts | None = None, **kwargs: Any
    ) -> None:  # fmt: skip
        """Set up as TRL's own does.

        Args:
            args: TRL's.
            rl: additions to GRPO.
            on_rollouts: told of every batch.
            kwargs: TRL's.

        Raises:
            SettingError: TRL is set so that the equations do not hold.
        """
        self.rl = rl or RLOptions()
        self._on_rollouts = on_rollouts
        self.latch = Latch()
        self.skipped_steps = 0
        """Optimiser steps at which nothing was left."""
        self._reserve: BalancedBatches | None = None
        self._reserved = Place()
        self._rewarded: tuple[np.ndarray, list[str], list[str]] = (np.empty(0), [], [])
        self._scoring = False
        self._passed: list[torch.Tensor] = []
        self._prepared: dict[str, Any] | None = None
        self._seen: list[float] = []
        self._since: float | None = None
        # Before TRL loads what a wrong setting would ask for, such as a reference model.
        if kwargs.get("args") is not None:
            _check(kwargs["args"])
        super().__init__(*args, **kwargs)
        _check(self.args)
        self._check_rows()
        corrected = self.use_vllm and self.args.vllm_importance_sampling_correction
        self.entropy_from = self.rl.entropy
        """Where the entropy of a batch is taken from: `full`, `before` or `sampled`."""
        if self.rl.entropy == "auto":
            self.entropy_from = "full" if corrected else "before"

    def _check_rows(self) -> None:
        """Check what overdraw and sampled entropy ask of rollouts."""
        local = self.args.per_device_train_batch_size * self.args.gradient_accumulation_steps
        if self.rl.overdraw > 1 and local % self.num_generations:
            raise SettingError(
                f"overdraw = {self.rl.overdraw}: the {local} rows of a rank are no whole number of groups of "
                f"{self.num_generations}; change per_device_train_batch_size or gradient_accumulation_steps"
            )
        if self.rl.entropy == "sampled" and not (self.use_vllm or self.rollout_func):
            raise SettingError(
                'entropy = "sampled" needs the log-probabilities of the rollouts, which vLLM and rollout functions '
                'give and transformers does not; set "full" or "before"'
            )

    def _get_train_sampler(self, dataset: Any = None) -> Any:
        """Return the balanced sampler, in the order and with the repetitions of TRL's own."""
        if not self.rl.balanced:
            return super()._get_train_sampler(dataset)
        prompts = int(self.args.generation_batch_size or 0) // self.num_generations
        data = self.train_dataset if dataset is None else dataset
        options = BalanceOptions(batch=prompts, seed=self.args.seed, dry=self.rl.dry)
        weights = list(data[WEIGHT]) if WEIGHT in data.column_names else None
        return BalancedSampler(
            BalancedBatches(_tasks(data), options, weights), group=self.num_generations,
            repeats=self.args.gradient_accumulation_steps,
        )  # fmt: skip

    def _calculate_rewards(
        self, inputs: Any, prompts: Any, completions: Any, completion_ids_list: Any
    ) -> torch.Tensor:
        """Return TRL's rewards, gathered over ranks, and keep them with the tasks gathered beside."""
        found = super()._calculate_rewards(inputs, prompts, completions, completion_ids_list)
        found = torch.where(torch.isfinite(found), found, torch.nan)
        names = gather_object([(str(row.get(TASK, "")), str(row.get(ID, ""))) for row in inputs])
        tasks, ids = ([name[part] for name in names] for part in (0, 1))
        weighted = found * self.reward_weights.to(found.device).unsqueeze(0)
        rewards = weighted.nansum(dim=1)
        rewards[torch.isnan(found).all(dim=1)] = torch.nan
        self._rewarded = rewards.double().cpu().numpy(), tasks, ids
        return found

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        """Return TRL's rollouts with our advantages and, for each local row, whether it takes part."""
        if not self.model.training:
            return super()._generate_and_score_completions(inputs)
        self._scoring, self._passed = True, []
        try:
            output = super()._generate_and_score_completions([*inputs, *self._extra(len(inputs))])
        finally:
            self._scoring = False
        mask, (rewards, tasks, ids) = own_tokens(output), self._rewarded
        entropies = self._token_entropies(output)
        lengths = self.accelerator.gather(mask.sum(dim=1)).cpu().numpy()
        means = self._sequence_entropies(output, entropies, mask)
        group = self.num_generations
        rollouts = Rollouts(
            rewards.reshape(-1, group), tasks[::group], lengths.reshape(-1, group), means.reshape(-1, group),
        )  # fmt: skip
        if self._on_rollouts and self.accelerator.is_main_process:
            self._on_rollouts(self.state.global_step + 1, ids[::group], rollouts)
        if self.rl.overdraw > 1:
            rollouts, output, rows = self._chosen(rollouts, output, len(inputs))
            mask, entropies = own_tokens(output), None if entropies is None else entropies[rows]
        before = self.entropy_from == "before"
        entropy = self._entropy_before() if before else batch_entropy(rollouts.entropies)
        found = scored(rollouts, entropy, self.latch, self.rl)
        self.latch = found.decision.latch
        self._apply(found, output, entropies, mask)
        self._note(found, entropy, rollouts)
        return output

    def _apply(
        self, found: Scored, output: dict[str, Any], entropies: torch.Tensor | None, mask: torch.Tensor
    ) -> None:  # fmt: skip
        """Put into the rows of this rank what was scored over all."""
        local = len(mask)
        own = slice(
            self.accelerator.process_index * local, (self.accelerator.process_index + 1) * local
        )
        advantages = found.advantages.ravel()[own]
        taken = torch.from_numpy(advantages).to(mask.device, torch.float32)
        clip = self.rl.clipping
        if clip and clip.by == "token" and entropies is not None:
            part = by_token(
                advantages, entropies.float().cpu().numpy(), mask.cpu().numpy(), clip.threshold,
                negatives_only=clip.negatives_only,
            )  # fmt: skip
            taken = taken.unsqueeze(1) * torch.from_numpy(part).to(taken)
        output["advantages"] = taken
        keep = found.keep.reshape(-1, local)
        output["keep"] = torch.from_numpy(keep[self.accelerator.process_index])
        output["most_kept"] = torch.tensor(int(keep.sum(axis=1).max()))

    def _extra(self, local: int) -> list[dict[str, Any]]:
        """Return the rows of this rank that are rolled out beyond the batch, none without overdraw."""
        if self.rl.overdraw == 1:
            return []
        group, ranks = self.num_generations, self.accelerator.num_processes
        if self._reserve is None:
            tasks = _tasks(self.train_dataset)
            # Another seed than the sampler's, so that the reserve runs through the dataset in its own order.
            least = max(len(set(tasks)) * group, (self.rl.overdraw - 1) * local * ranks)
            options = BalanceOptions(
                batch=math.ceil(least / (group * ranks)) * ranks, seed=self.args.seed + 1
            )
            self._reserve = BalancedBatches(tasks, options)
        batch = self._reserve.batch(self._reserved)
        assert batch is not None
        self._reserved = batch.after
        each = len(batch.prompts) // ranks
        start = self.accelerator.process_index * each
        prompts = batch.prompts[start : start + each]
        return [dict(self.train_dataset[prompt]) for prompt in prompts for _ in range(group)]

    def _chosen(
        self, rollouts: Rollouts, output: dict[str, Any], local: int
    ) -> tuple[Rollouts, dict[str, Any], list[int]]:
        """Return what is trained on of a batch drawn too large: groups, the rows of this rank, and their numbers."""
        ranks, group = self.accelerator.num_processes, self.num_generations
        groups = chosen_groups(
            varied(rollouts.rewards), rollouts.tasks, ranks=ranks, wanted=local * ranks // group
        )
        each = len(rollouts.tasks) // ranks
        first = self.accelerator.process_index * each
        own = [int(g) - first for g in groups if first <= g < first + each]
        rows = [g * group + i for g in own for i in range(group)]
        kept = rollouts.part(groups)
        output = cut_rows(output, rows)
        output["num_items_in_batch"] = torch.as_tensor(
            kept.tokens.sum(), device=output["completion_mask"].device
        )
        return kept, output, rows

    def _token_entropies(self, output: dict[str, Any]) -> torch.Tensor | None:
        """Return the entropy of every local token, nats, over the full vocabulary; None where nothing asks for it."""
        if self.rl.clipping is None and (self.rl.aepo is None or self.entropy_from != "full"):
            return None
        if self._passed:
            return torch.cat(self._passed)
        ids = torch.cat([output["prompt_ids"], output["completion_ids"]], dim=1)
        attention = torch.cat([output["prompt_mask"], output["completion_mask"]], dim=1)
        checkpointing: Any = self.args.gradient_checkpointing_kwargs
        with torch.no_grad(), disable_gradient_checkpointing(self.model, checkpointing):
            _, entropies, _ = super()._get_per_token_logps_and_entropies(
                self.model, ids, attention, output["completion_ids"].size(1),
                batch_size=self.args.per_device_train_batch_size, compute_entropy=True,
            )  # fmt: skip
        return entropies

    def _sequence_entropies(
        self, output: dict[str, Any], entropies: torch.Tensor | None, mask: torch.Tensor
    ) -> np.ndarray:
        """Return the mean entropy of each sequence over all ranks, nats, NaN where it is not known."""
        if entropies is not None:
            found = sequence_means(entropies, mask).double()
        elif self.entropy_from == "sampled":
            logps = output["sampling_per_token_logps"].double().cpu().numpy()
            means = sampled_means(logps, mask.cpu().numpy(), top_p=self.args.top_p)
            found = torch.from_numpy(means).to(mask.device)
        else:
            found = torch.full((len(mask),), torch.nan, dtype=torch.double, device=mask.device)
        return self.accelerator.gather(found).cpu().numpy()

    def _entropy_before(self) -> float:
        """Return the mean entropy of the training forward of the last step over all ranks, NaN at the first."""
        sums = torch.tensor(
            [float(np.sum(self._seen)), float(len(self._seen))], device=self.accelerator.device
        )
        self._seen = []
        total, count = self.accelerator.reduce(sums, reduction="sum").tolist()
        return total / count if count else float("nan")

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
        return [cut_rows(output, rows) if rows else None for rows in packing.rows]

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
        """Return TRL's own, and remember entropies of passes that are made anyway."""
        policy = bool(args) and args[0] is self.model
        if self._scoring and policy:
            kwargs["compute_entropy"] = True
        found = super()._get_per_token_logps_and_entropies(*args, **kwargs)
        if self._scoring and policy:
            self._passed.append(found[1])
        elif self.entropy_from == "before" and torch.is_grad_enabled() and self._prepared:
            means = sequence_means(found[1].detach(), own_tokens(self._prepared))
            self._seen += means[~torch.isnan(means)].tolist()
        return found

    def _note(self, found: Scored, entropy: float, rollouts: Rollouts) -> None:
        """Log what was decided, and the speed since the batch before."""
        log, now = self._metrics["train"], time.perf_counter()
        for name, value in found.metrics.items():
            log[name].append(value)
        if math.isfinite(entropy):
            log["aepo/entropy"].append(entropy)
        if self._since is not None:
            log["tokens_per_second"].append(float(rollouts.tokens.sum()) / (now - self._since))
        self._since = now

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        """Save as TRL does, and our own state beside."""
        super()._save_checkpoint(model, trial)
        if self.args.should_save:
            name = f"{PREFIX_CHECKPOINT_DIR}-{self.state.global_step}"
            state = {
                "latch": self.latch.model_dump(), "reserved": self._reserved.model_dump(),
                "skipped_steps": self.skipped_steps, "seen": self._seen,
            }  # fmt: skip
            file = Path(self._get_output_dir(trial=trial)) / name / STATE
            # The last file of a checkpoint, renamed into place: one that has it is whole.
            file.with_suffix(".part").write_text(json.dumps(state), encoding="utf-8")
            os.replace(file.with_suffix(".part"), file)

    def _load_optimizer_and_scheduler(self, checkpoint: Any) -> None:
        """Load as TRL does, and our own state."""
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
        self._reserved = Place.model_validate(state["reserved"])
        self.skipped_steps, self._seen = state["skipped_steps"], state["seen"]


def _tasks(data: Any) -> list[str]:
    """Return the task of each row of a dataset.

    Raises:
        SettingError: the dataset has none.
    """
    if TASK not in data.column_names:
        raise SettingError(f"the dataset has no column {TASK}; every row of a snapshot has one")
    return list(data[TASK])


def _check(config: GRPOConfig) -> None:
    """Check TRL's settings, before and after TRL derives some of them from others."""
    steps = config.gradient_accumulation_steps
    check_settings(
        loss_type=config.loss_type, scale_rewards=str(config.scale_rewards), beta=config.beta,
        num_iterations=config.num_iterations, steps_per_generation=config.steps_per_generation or steps,
        gradient_accumulation_steps=steps,
    )  # fmt: skip
