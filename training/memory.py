"""Memory of one GPU as a sum of parts, from the model's numbers, the limits of a stage and the sharding.

Sources: 16 bytes a parameter for mixed-precision Adam and their division by the processes (ZeRO, arXiv 1910.02054,
§3.1 and 5); one hidden state a layer under checkpointing and the counting of the tensors that a layer keeps
(arXiv 2205.05198, §4, here for Qwen3's layer and a flash kernel, which keeps no scores); 2 × layers × key-value heads ×
head size × bytes a token for the cache (vLLM, arXiv 2309.06180, §3). TRL projects the head in tiles of tokens and
vocabulary, so no full logits are held. These are estimates at the limits of the stage: no fragmentation, no
communication buffers but the gathered layers.
"""

from typing import Literal

from training.known_models import ModelNumbers
from training.recipe import Recipe, Stage
from warehouse.records import Record

GIB = 2**30
BYTES = {"bfloat16": 2, "float32": 4}
HEAD_TOKENS, HEAD_VOCABULARY = 4096, 32_768
"""Tile of TRL's fused head: tokens, and at most so many of the vocabulary (trl/kernels/chunked_logprob.py)."""
GATHERED = 2
"""Layers whose weights are whole at once under sharding: the one at work and the one that is fetched."""
RESERVED_GIB = 2.0
"""Kept for the CUDA context, communication and the allocator's rounding."""
Phase = Literal["update", "rollout"]


class Part(Record):
    """One part of the memory of a GPU."""

    phase: Phase
    name: str
    gib: float
    why: str
    """The arithmetic in words."""


class MemoryEstimate(Record):
    """Memory of one GPU in the two phases of a step."""

    parts: tuple[Part, ...]
    peak_gib: dict[Phase, float]
    """Sum of the parts of each phase."""

    @property
    def peak(self) -> float:
        """Larger of the two, GiB."""
        return max(self.peak_gib.values())


def kv_bytes_per_token(numbers: ModelNumbers, dtype: str = "bfloat16") -> int:
    """Return the bytes of keys and values that one token of context takes over all layers."""
    return 2 * numbers.layers * numbers.kv_heads * numbers.head_dim * BYTES[dtype]


def state_bytes_per_parameter(dtype: str) -> dict[str, int]:
    """Return bytes a parameter of weights, gradients and optimiser.

    Mixed precision: 2 + 2, and 12 for the 32-bit copy with Adam's two moments. 32 bits: 4 + 4, and 8 for the moments.
    """
    size = BYTES[dtype]
    return {"weights": size, "gradients": size, "optimiser": 12 if size == 2 else 8}


def saved_per_token(numbers: ModelNumbers, dtype: str) -> int:
    """Return the bytes that one layer keeps for its backward pass for one token, within 1 % of what torch keeps.

    A norm keeps its input in 32 bits, the normalised input and its output: two of hidden size, one of the queries, one
    of the keys, the last kept rotated. Values and the attention's output once each. Dense MLP: gate, its activation,
    up, product. Each expert that a token goes to: the same, and its input and output.
    """
    size = BYTES[dtype]
    normed = 4 + 2 * size
    queries, keys = numbers.heads * numbers.head_dim, numbers.kv_heads * numbers.head_dim
    attention = (2 * numbers.hidden + queries + keys) * normed + (keys + queries) * size
    if not numbers.experts:
        return attention + 4 * numbers.intermediate * size
    expert = 4 * numbers.expert_intermediate + 2 * numbers.hidden
    return attention + numbers.active_experts * expert * size


def estimate_memory(recipe: Recipe, stage: Stage, numbers: ModelNumbers) -> MemoryEstimate:
    """Return the parts of one GPU's memory at the limits of a stage."""
    states = _states(recipe, numbers)
    update = [
        *states,
        *_activations(recipe, stage, numbers),
        _head(recipe, stage, numbers),
    ]
    rollout = [part.model_copy(update={"phase": "rollout"}) for part in states]
    rollout += _rollout(recipe, stage, numbers)
    if recipe.launch.vllm == "colocate" and not recipe.launch.vllm_sleep:
        update += [p.model_copy(update={"phase": "update"}) for p in rollout if p.name == "vLLM"]
    if recipe.launch.device == "gpu":
        why = "context, buffers, rounding"
        update.append(_part("update", "reserve", RESERVED_GIB * GIB, why))
        rollout.append(_part("rollout", "reserve", RESERVED_GIB * GIB, why))
    return MemoryEstimate(
        parts=(*update, *rollout),
        peak_gib={"update": _sum(update), "rollout": _sum(rollout)},
    )


def _part(phase: Phase, name: str, size: float, why: str) -> Part:
    return Part(phase=phase, name=name, gib=size / GIB, why=why)


def _sum(parts: list[Part]) -> float:
    return sum(part.gib for part in parts)


def _states(recipe: Recipe, numbers: ModelNumbers) -> list[Part]:
    """Return weights, gradients and optimiser, and under sharding the layers that are whole for a moment."""
    launch = recipe.launch
    dtype = launch.dtype
    if dtype == "bfloat16" and launch.sharding != "zero3":
        # One 32-bit copy is stored, and cast where it is computed with.
        dtype = "float32"
    shards = 1 if launch.sharding == "none" else launch.processes
    total = numbers.parameters
    found = [
        _part("update", name, total * size / shards, f"{total:,} parameters × {size} B / {shards}")
        for name, size in state_bytes_per_parameter(dtype).items()
    ]
    if launch.sharding == "none" and launch.dtype == "bfloat16":
        found.append(
            _part("update", "weights cast", total * 2, f"{total:,} parameters × 2 B of autocast")
        )
    if shards > 1:
        size = BYTES[launch.dtype]
        whole = GATHERED * numbers.layer_parameters + numbers.embedding_parameters
        found.append(_part(
            "update", "gathered layers", whole * size,
            f"{GATHERED} × {numbers.layer_parameters:,} and {numbers.embedding_parameters:,} of embedding and head "
            f"× {size} B",
        ))  # fmt: skip
    return found


def _activations(recipe: Recipe, stage: Stage, numbers: ModelNumbers) -> list[Part]:
    launch = recipe.launch
    rows, size = launch.per_device_batch, BYTES[launch.dtype]
    if launch.sharding == "none":
        # Autocast over 32-bit weights leaves the sum that runs through the layers in 32 bits.
        size = BYTES["float32"]
    tokens = rows * stage.tokens
    layer = saved_per_token(numbers, launch.dtype)
    found = []
    if launch.gradient_checkpointing:
        found.append(_part(
            "update", "checkpoints", tokens * numbers.layers * numbers.hidden * size,
            f"{tokens:,} tokens × {numbers.layers} layers × {numbers.hidden} × {size} B",
        ))  # fmt: skip
        found.append(
            _part(
                "update",
                "one layer again",
                tokens * layer,
                f"{tokens:,} tokens × {layer:,} B kept by one layer",
            )
        )
    else:
        found.append(_part(
            "update", "activations", tokens * numbers.layers * layer,
            f"{tokens:,} tokens × {numbers.layers} layers × {layer:,} B",
        ))  # fmt: skip
    if launch.attention == "sdpa":
        found.append(_mask(recipe, "update", rows, stage.tokens))
    return found


def _mask(recipe: Recipe, phase: Phase, rows: int, tokens: int) -> Part:
    """Return the mask that padded rows need where the kernel is not told their lengths, for each pair of tokens.

    It is made as one byte of yes or no, and copied to the dtype of the scores.
    """
    size = 1 + BYTES[recipe.launch.dtype]
    why = f"{rows} × {tokens:,}² × {size} B"
    return _part(phase, "attention mask", rows * tokens**2 * size, why)


def _head(recipe: Recipe, stage: Stage, numbers: ModelNumbers) -> Part:
    """Return a tile of logits, and the 32-bit gradients of the head's weights and of what it is given."""
    tile = HEAD_TOKENS * min(HEAD_VOCABULARY, numbers.vocabulary) * BYTES[recipe.launch.dtype]
    rows = numbers.vocabulary + recipe.launch.per_device_batch * stage.completion_tokens
    return _part(
        "update", "head in tiles", tile + rows * numbers.hidden * 4,
        f"a tile of logits, and gradients of {rows:,} × {numbers.hidden} × 4 B",
    )  # fmt: skip


def _rollout(recipe: Recipe, stage: Stage, numbers: ModelNumbers) -> list[Part]:
    """Return what drawing replies takes beside the states."""
    launch = recipe.launch
    cache = kv_bytes_per_token(numbers, launch.dtype)
    if launch.vllm == "server":
        return []
    if launch.vllm == "colocate":
        room = launch.vllm_memory_share * recipe.estimate.gpu_memory_gib * GIB
        why = f"{launch.vllm_memory_share:.0%} of the GPU: weights and cache"
        return [_part("rollout", "vLLM", room, why)]
    rows = recipe.sequences // launch.processes
    found = [_part(
        "rollout", "cache", rows * stage.tokens * cache,
        f"{rows} replies at once × {stage.tokens:,} tokens × {cache:,} B",
    )]  # fmt: skip
    if launch.sharding != "none":
        size = BYTES[launch.dtype]
        whole = numbers.parameters * size
        found.append(_part("rollout", "whole weights", whole, "gathered for generation"))
    if launch.attention == "sdpa":
        found.append(_mask(recipe, "rollout", rows, stage.prompt_tokens))
    return found


def sequences_at_once(recipe: Recipe, stage: Stage, numbers: ModelNumbers) -> float:
    """Return how many sequences of full length a colocated engine has cache for, over its GPUs; 0 where none fits."""
    launch = recipe.launch
    room = launch.vllm_memory_share * recipe.estimate.gpu_memory_gib * GIB * launch.vllm_tensor_parallel  # fmt: skip
    room -= numbers.parameters * BYTES[launch.dtype]
    return max(0.0, room / (stage.tokens * kv_bytes_per_token(numbers, launch.dtype)))
