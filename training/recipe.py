"""A training recipe: TOML into frozen records, the defaults being the published settings (§4, method §3).

A recipe names the model, the snapshot, what TRL and accelerate are started with, and the stages with their limits.
The published schedule is 20K/12K, 60K/20K and 120K/50K tokens of prompt and completion, with K = 1024. A key that the
records do not know is an error that names it. `rl.aepo = false` and `rl.clipping = false` switch these off, since
TOML has no null.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from serving.roles import Models
from training.prompts import Wanted
from training.rewards.options import RewardOptions
from training.rl_options import RLOptions
from warehouse.records import Record
from warehouse.snapshot_rows import Split, TaskType
from warehouse.toml_file import TomlError, read_toml

TINY = "tiny"
"""Model name of the built-in Qwen3 of `training.tiny`."""
SWITCHES = ("aepo", "clipping")
"""Settings of `[rl]` that `false` switches off."""


Correction = Literal["off", "token_truncate", "token_mask", "sequence_truncate", "sequence_mask"]


class RecipeError(ValueError):
    """A recipe that cannot be used; the message names the file, the field and the mend."""


class Rollout(Record):
    """What a batch is and how replies are drawn."""

    group: int = Field(default=8, ge=2)
    """Rollouts of a prompt, G."""
    prompts: int = Field(default=128, ge=1)
    """Prompts of a batch, over all processes."""
    temperature: float = Field(default=0.7, gt=0)
    top_p: float = Field(default=0.95, gt=0, le=1)
    top_k: int = Field(default=0, ge=0)
    """0 keeps all tokens."""
    mask_truncated: bool = False
    """Whether replies that reached the limit are left out of the loss; otherwise they count with their reward."""
    engine_correction: Correction = "token_truncate"
    """Weights for what vLLM, which draws the replies, and the trainer disagree on. The equations know one policy; with
    two the loss is off-policy without them. By token: the ratio of a whole reply, TRL's default, is hardly ever near 1
    over tens of thousands of tokens. The pass that they need also gives the entropy of the batch."""


class Optimisation(Record):
    """The optimiser; no KL term, one gradient step for a batch."""

    learning_rate: float = Field(default=2e-6, gt=0)
    """Constant."""
    weight_decay: float = Field(default=0.0, ge=0)
    max_grad_norm: float = Field(default=1.0, gt=0)


class Launch(Record):
    """The processes and what each of them holds."""

    processes: int = Field(default=8, ge=1)
    """Over all machines, one per GPU."""
    accelerate: str = "configs/accelerate/zero3.yaml"
    """Configuration of accelerate, relative to the working directory."""
    sharding: Literal["none", "zero3", "fsdp2"] = "zero3"
    """How weights, gradients and optimiser are cut over the processes; as in the file above."""
    device: Literal["gpu", "cpu"] = "gpu"
    dtype: Literal["bfloat16", "float32"] = "bfloat16"
    """What the passes compute in."""
    attention: Literal["sdpa", "flash_attention_2"] = "flash_attention_2"
    """`sdpa` needs a mask of the square of the length wherever rows are padded."""
    gradient_checkpointing: bool = True
    per_device_batch: int = Field(default=1, ge=1)
    """Sequences of one pass on one process."""
    sequence_parallel: int = 1
    """Processes that share a sequence. TRL's GRPO has no such thing: anything but 1 is refused."""
    vllm: Literal["off", "colocate", "server"] = "off"
    """Who draws the replies: transformers, vLLM in the same processes, or vLLM as a server."""
    vllm_tensor_parallel: int = Field(default=1, ge=1)
    """Processes that share one colocated engine."""
    vllm_memory_share: float = Field(default=0.3, gt=0, lt=1)
    """Share of a GPU that a colocated engine takes, weights and cache together."""
    vllm_sleep: bool = True
    """Whether a colocated engine gives its memory back during the update."""
    vllm_server: str = ""
    """`server`: its address, `http://HOST:PORT`."""


class Estimate(Record):
    """What the check before a run reckons with; nothing of it changes the run."""

    gpu_memory_gib: float = Field(default=80.0, gt=0)
    """Memory of one GPU; of the machine for `device = "cpu"`."""
    rollout_tokens_per_second: float = Field(default=0.0, ge=0)
    """Tokens written per second over all processes; 0 is unknown."""
    train_tokens_per_second: float = Field(default=0.0, ge=0)
    """Prompt and completion tokens per second of the update over all processes; 0 is unknown."""
    completion_share: float = Field(default=0.5, gt=0, le=1)
    """Mean length of a reply as a share of its limit."""


class Stage(Record):
    """One stage of the schedule."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    prompt_tokens: int = Field(ge=1)
    """Longest prompt, chat template included; longer ones are left out and listed."""
    completion_tokens: int = Field(ge=1)
    """Longest reply."""
    steps: int = Field(default=0, ge=0)
    """Optimiser steps; 0 where `epochs` is given."""
    epochs: float = Field(default=0.0, ge=0)
    """Passes over the rows; 0 where `steps` is given."""
    save_every: int = Field(default=10, ge=1)
    """Steps between checkpoints."""
    learning_rate: float | None = Field(default=None, gt=0)
    """In place of the optimiser's."""

    @property
    def tokens(self) -> int:
        """Longest sequence."""
        return self.prompt_tokens + self.completion_tokens

    @model_validator(mode="after")
    def _ends(self) -> "Stage":
        if bool(self.steps) == bool(self.epochs):
            raise ValueError(f"stage {self.name}: give either steps or epochs, above 0")
        return self


class Recipe(Record):
    """A whole training."""

    model: str
    """Name on the hub, a folder, or `tiny` for the built-in Qwen3 of random weights."""
    snapshot: str
    """NAME for its latest version, or NAME/VERSION."""
    split: Split = "train"
    tasks: tuple[TaskType, ...] = ()
    """Task types to train on; empty for all."""
    seed: int = 0
    keep: int = Field(default=2, ge=2)
    """Checkpoints of a stage that are kept; two at least, since one may be half written when a run is killed."""
    rollout: Rollout = Rollout()
    optimisation: Optimisation = Optimisation()
    rl: RLOptions = RLOptions()
    rewards: RewardOptions = RewardOptions()
    models: Models | None = None
    """Servers and roles, for `rewards.judge`."""
    launch: Launch = Launch()
    estimate: Estimate = Estimate()
    stages: tuple[Stage, ...] = Field(min_length=1)

    @property
    def wanted(self) -> Wanted:
        """The rows that are trained on."""
        return Wanted(split=self.split, tasks=self.tasks, evidence=self.rewards.evidence)

    @property
    def sequences(self) -> int:
        """Sequences of a batch."""
        return self.rollout.prompts * self.rollout.group

    @property
    def accumulation(self) -> int:
        """Passes of each process for one batch."""
        return self.sequences // (self.launch.per_device_batch * self.launch.processes)

    @model_validator(mode="after")
    def _fits(self) -> "Recipe":
        for fault in _faults(self):
            raise ValueError(fault)
        return self


def _faults(recipe: Recipe) -> Iterator[str]:
    """Yield what does not go together."""
    launch = recipe.launch
    at_once = launch.per_device_batch * launch.processes
    if recipe.sequences % at_once:
        yield (
            f"rollout.prompts × rollout.group = {recipe.sequences} is no multiple of launch.per_device_batch × "
            f"launch.processes = {at_once}: a batch is cut evenly over processes and passes; change one of the four"
        )
    if launch.sequence_parallel != 1:
        yield (
            "launch.sequence_parallel: TRL's GRPO refuses sequences shared between processes; leave it at 1, and shard "
            "over more processes or shorten the stage"
        )
    if launch.vllm == "colocate" and launch.processes % launch.vllm_tensor_parallel:
        yield (
            f"launch.vllm_tensor_parallel = {launch.vllm_tensor_parallel} does not divide launch.processes = "
            f"{launch.processes}"
        )
    if (launch.vllm == "server") != bool(launch.vllm_server):
        yield 'launch.vllm_server: the address of vLLM, given where launch.vllm is "server" and nowhere else'
    if launch.device == "cpu" and (launch.vllm != "off" or launch.attention != "sdpa"):
        yield 'launch.device = "cpu": set launch.vllm = "off" and launch.attention = "sdpa"'
    if recipe.rewards.judge and (recipe.models is None or "judge" not in recipe.models.roles):
        yield "rewards.judge: give the role judge under [models], as configs/synthesis/models.toml shows"
    names = [stage.name for stage in recipe.stages]
    if twice := {name for name in names if names.count(name) > 1}:
        yield f"stages: two have the name {', '.join(sorted(twice))}"


def load_recipe(path: Path) -> Recipe:
    """Return the recipe of a TOML file.

    Raises:
        RecipeError: the file is missing or not TOML, or a field is unknown or wrong.
    """
    try:
        data = read_toml(path, folder="configs/recipes")
    except TomlError as error:
        raise RecipeError(str(error)) from error
    try:
        return Recipe.model_validate(_switched(data))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        what = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            what = "no setting has this name; see training/recipe.py for those that there are"
        raise RecipeError(f"{path}: {f'{field}: ' if field else ''}{what}") from error


def _switched(data: dict[str, Any]) -> dict[str, Any]:
    """Return the data with `false` for a section of `[rl]` as none."""
    rl = data.get("rl")
    if not isinstance(rl, dict):
        return data
    off = {name: None for name in SWITCHES if rl.get(name) is False}
    return data | {"rl": rl | off}


def stage_named(recipe: Recipe, name: str) -> Stage:
    """Return the stage of that name, the first where none is named.

    Raises:
        RecipeError: there is none.
    """
    for stage in recipe.stages:
        if name in ("", stage.name):
            return stage
    known = ", ".join(stage.name for stage in recipe.stages)
    raise RecipeError(f"stages: none is named {name}; there are {known}")
