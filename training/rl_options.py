"""What is added to TRL's GRPO, and the settings of TRL that the additions rest on (§4.2, 4.3)."""

from typing import Literal

from pydantic import Field

from training.aepo import AepoOptions
from warehouse.records import Record

EntropyFrom = Literal["auto", "full", "before", "sampled"]


class SettingError(ValueError):
    """A setting of the trainer under which the method's equations do not hold; the message names it and the mend."""


class Clipping(Record):
    """Clipping by entropy (8, 9), an ablation."""

    by: Literal["sequence", "token"]
    threshold: float
    """Entropy above which a sequence or token is left out, nats."""
    negatives_only: bool = True


class RLOptions(Record):
    """Additions to GRPO."""

    scale: Literal["task", "batch", "group", "none", "task_within"] = "task"
    """What advantages are divided by: (7) by default."""
    normaliser: Literal["group", "batch"] = "group"
    """Tokens that the loss is divided by: the group's (4), or the batch's as in TRL."""
    count_masked: bool = True
    """Whether the tokens of sequences that AEPO or clipping masks stay in that divisor, as the equations have it."""
    balanced: bool = True
    """Whether every batch has the same number of prompts of each task."""
    dry: Literal["reshuffle", "retire"] = "reshuffle"
    """What becomes of a task all of whose prompts were drawn."""
    aepo: AepoOptions | None = AepoOptions()
    """Masking by the entropy of the batch (11); None for none."""
    entropy: EntropyFrom = "auto"
    """`full`: of the full vocabulary, in a pass without gradient over the rollouts, which vLLM's importance correction
    makes anyway; `before`: of the training forward of the step before, which costs nothing and lags one step and the
    sequences that were masked in it; `sampled`: by the log-probabilities that the rollouts came with, which costs
    nothing and misses up to half where top-p cuts; `auto`: `full` where that pass is made anyway, else `before`."""
    clipping: Clipping | None = None
    skip_zero: bool = True
    """Whether sequences whose advantage is 0 are left out of forward and backward as masked ones are: their gradient
    is 0."""
    overdraw: float = Field(default=1.0, ge=1.0, le=4.0)
    """Prompts that are rolled out for each one that is trained on; groups whose rewards do not vary are the first to
    be left out. 1 keeps and counts them: a rollout costs more than a group without gradient."""


def check_settings(
    *, loss_type: str, scale_rewards: str, beta: float, num_iterations: int, steps_per_generation: int,
    gradient_accumulation_steps: int,
) -> None:  # fmt: skip
    """Check that TRL is set as the equations ask: token loss over the batch, raw rewards, no KL, one step per batch.

    Raises:
        SettingError: one is not.
    """
    wrong = {
        f'loss_type = "{loss_type}": the equations need "dapo"': loss_type != "dapo",
        f'scale_rewards = "{scale_rewards}": the scale is ours, set "none"': scale_rewards != "none",
        f"beta = {beta}: the method has no KL term, set 0.0": beta != 0.0,
        f"num_iterations = {num_iterations}: strictly on-policy is one": num_iterations != 1,
        f"steps_per_generation = {steps_per_generation} and gradient_accumulation_steps = {gradient_accumulation_steps}"
        ": strictly on-policy needs them equal, one gradient step per batch":
            steps_per_generation != gradient_accumulation_steps,
    }  # fmt: skip
    found = [what for what, is_wrong in wrong.items() if is_wrong]
    if found:
        raise SettingError("; ".join(found))
