"""The arguments of TRL's `GRPOConfig` for one stage of a recipe (§4.2, method §3).

What the equations rest on is not for a recipe to change: token loss over the batch, raw rewards, no KL, one gradient
step for a batch. Everything else is the recipe's. The longest prompt is not among them: TRL has no such argument any
more, and rows over the limit are left out where they are read (`training.rows`).
"""

from pathlib import Path
from typing import Any

from training.known_models import ModelNumbers
from training.recipe import TINY, Recipe, Stage


def grpo_settings(
    recipe: Recipe, stage: Stage, *, output: Path, numbers: ModelNumbers
) -> dict[str, Any]:
    """Return the arguments of `GRPOConfig`.

    Args:
        recipe: the recipe.
        stage: one of its stages.
        output: folder of the checkpoints.
        numbers: the model's.
    """
    return {
        "output_dir": str(output), "seed": recipe.seed, "report_to": "tensorboard", "logging_steps": 1,
        "disable_tqdm": True,
        **_method(recipe, numbers),
        **_passes(recipe, stage),
        **_precision(recipe),
        **_vllm(recipe, stage),
    }  # fmt: skip


def _method(recipe: Recipe, numbers: ModelNumbers) -> dict[str, Any]:
    """Return what equations and sampling are made of."""
    rollout = recipe.rollout
    found: dict[str, Any] = {
        "loss_type": "dapo", "scale_rewards": "none", "beta": 0.0, "num_iterations": 1,
        "num_generations": rollout.group, "temperature": rollout.temperature, "top_p": rollout.top_p,
        "top_k": rollout.top_k, "mask_truncated_completions": rollout.mask_truncated,
    }  # fmt: skip
    if numbers.experts:
        # The objective (4) has no term for the balance of experts, which TRL adds by default.
        found["router_aux_loss_coef"] = 0.0
    return found


def _passes(recipe: Recipe, stage: Stage) -> dict[str, Any]:
    """Return how a batch is cut into passes, and when the stage ends and saves."""
    optimisation, ends = recipe.optimisation, {"num_train_epochs": stage.epochs}
    if stage.steps:
        ends = {"max_steps": stage.steps}
    return {
        "per_device_train_batch_size": recipe.launch.per_device_batch,
        "gradient_accumulation_steps": recipe.accumulation,
        "steps_per_generation": recipe.accumulation,
        "max_completion_length": stage.completion_tokens,
        "learning_rate": stage.learning_rate or optimisation.learning_rate,
        "lr_scheduler_type": "constant", "warmup_steps": 0, "weight_decay": optimisation.weight_decay,
        "max_grad_norm": optimisation.max_grad_norm, "save_strategy": "steps", "save_steps": stage.save_every,
        "save_total_limit": recipe.keep, **ends,
    }  # fmt: skip


def _precision(recipe: Recipe) -> dict[str, Any]:
    launch = recipe.launch
    found: dict[str, Any] = {
        "bf16": launch.dtype == "bfloat16", "use_cpu": launch.device == "cpu",
        "activation_checkpointing": launch.gradient_checkpointing,
    }  # fmt: skip
    if launch.gradient_checkpointing:
        found["activation_checkpointing_kwargs"] = {"use_reentrant": False}
    if recipe.model != TINY:
        # The built-in model is given as an object, for which TRL ignores these with a warning.
        # Weights are loaded in 32 bits where nothing keeps a second copy of them: the optimiser steps on them.
        weights = launch.dtype if launch.sharding == "zero3" else "float32"
        found["model_init_kwargs"] = {"dtype": weights, "attn_implementation": launch.attention}
    return found


def _vllm(recipe: Recipe, stage: Stage) -> dict[str, Any]:
    launch, correction = recipe.launch, recipe.rollout.engine_correction
    if launch.vllm == "off":
        return {"use_vllm": False}
    found: dict[str, Any] = {
        "use_vllm": True, "vllm_mode": launch.vllm, "vllm_max_model_length": stage.tokens,
        "vllm_importance_sampling_correction": correction != "off",
    }  # fmt: skip
    if correction != "off":
        found["vllm_importance_sampling_mode"] = correction
    if launch.vllm == "server":
        return found | {"vllm_server_base_url": launch.vllm_server}
    return found | {
        "vllm_tensor_parallel_size": launch.vllm_tensor_parallel,
        "vllm_gpu_memory_utilization": launch.vllm_memory_share,
        "vllm_enable_sleep_mode": launch.vllm_sleep,
    }
