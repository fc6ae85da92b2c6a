"""Numbers of models that recipes name: what parameters, caches and activations are reckoned from.

Those of known models are written down from the `config.json` that the model's authors publish beside the weights
(huggingface.co/Qwen/Qwen3-4B-Thinking-2507 and Qwen3-30B-A3B-Thinking-2507), so that a check before a run asks nobody.
Their cards state 4.0 B parameters, and 30.5 B of which 3.3 B are active.
"""

from pathlib import Path
from typing import Any

from training.recipe import TINY, RecipeError
from warehouse.records import Record


class ModelNumbers(Record):
    """The shape of a decoder with grouped attention and gated MLPs, dense or of experts."""

    vocabulary: int
    hidden: int
    intermediate: int
    """Width of a dense MLP, unused where there are experts."""
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    positions: int
    """Longest sequence that the model is made for, tokens."""
    tied: bool
    """Whether the head shares the embedding's weights."""
    theta: float
    """Base of the rotary positions."""
    experts: int = 0
    """0 for a dense model."""
    active_experts: int = 0
    """Experts that a token goes through."""
    expert_intermediate: int = 0
    """Width of one expert."""

    @property
    def attention_parameters(self) -> int:
        """Parameters of one layer's attention with its norms, the layer's two norms too."""
        queries, keys = self.heads * self.head_dim, self.kv_heads * self.head_dim
        return 2 * self.hidden * (queries + keys) + 2 * self.head_dim + 2 * self.hidden

    @property
    def embedding_parameters(self) -> int:
        """Parameters of embedding and head."""
        return self.vocabulary * self.hidden * (1 if self.tied else 2)

    @property
    def layer_parameters(self) -> int:
        """Parameters of one layer."""
        return self.attention_parameters + self._mlp(self.experts)

    @property
    def parameters(self) -> int:
        """All parameters."""
        return self.layers * self.layer_parameters + self.hidden + self.embedding_parameters

    @property
    def active_parameters(self) -> int:
        """Parameters that one token goes through."""
        layer = self.attention_parameters + self._mlp(self.active_experts)
        return self.layers * layer + self.hidden + self.embedding_parameters

    def _mlp(self, experts: int) -> int:
        if not self.experts:
            return 3 * self.hidden * self.intermediate
        return experts * 3 * self.hidden * self.expert_intermediate + self.hidden * self.experts


KNOWN: dict[str, ModelNumbers] = {
    "Qwen/Qwen3-4B-Thinking-2507": ModelNumbers(
        vocabulary=151_936, hidden=2560, intermediate=9728, layers=36, heads=32, kv_heads=8, head_dim=128,
        positions=262_144, tied=True, theta=5_000_000,
    ),
    "Qwen/Qwen3-30B-A3B-Thinking-2507": ModelNumbers(
        vocabulary=151_936, hidden=2048, intermediate=6144, layers=48, heads=32, kv_heads=4, head_dim=128,
        positions=262_144, tied=False, theta=10_000_000, experts=128, active_experts=8, expert_intermediate=768,
    ),
    TINY: ModelNumbers(
        vocabulary=259, hidden=64, intermediate=128, layers=2, heads=4, kv_heads=2, head_dim=16, positions=262_144,
        tied=True, theta=10_000,
    ),
}  # fmt: skip


def model_numbers(name: str) -> ModelNumbers:
    """Return the numbers of a known model or of one in a folder; nothing is fetched.

    Raises:
        RecipeError: it is neither known nor a folder with a configuration that can be read.
    """
    if name in KNOWN:
        return KNOWN[name]
    if not Path(name).is_dir():
        raise RecipeError(
            f"model: {name} is neither a folder nor one of {', '.join(KNOWN)}; give the folder that it was "
            "downloaded to"
        )
    from transformers import AutoConfig

    try:
        found = AutoConfig.from_pretrained(name, local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise RecipeError(
            f"model: {name} has no configuration that can be read: {error}"
        ) from error
    try:
        return _numbers(found)
    except AttributeError as error:
        raise RecipeError(f"model: {name} is no decoder of the kind of Qwen3: {error}") from error


def _numbers(found: Any) -> ModelNumbers:
    rope = getattr(found, "rope_parameters", None) or {}
    experts = getattr(found, "num_experts", 0) or 0
    return ModelNumbers(
        vocabulary=found.vocab_size, hidden=found.hidden_size, intermediate=found.intermediate_size,
        layers=found.num_hidden_layers, heads=found.num_attention_heads, kv_heads=found.num_key_value_heads,
        head_dim=getattr(found, "head_dim", None) or found.hidden_size // found.num_attention_heads,
        positions=found.max_position_embeddings, tied=found.tie_word_embeddings,
        theta=float(rope.get("rope_theta", 10_000)), experts=experts,
        active_experts=found.num_experts_per_tok if experts else 0,
        expert_intermediate=found.moe_intermediate_size if experts else 0,
    )  # fmt: skip


def transformers_config(numbers: ModelNumbers) -> Any:
    """Return the configuration of a Qwen3 with these numbers, dense or of experts."""
    from transformers import Qwen3Config, Qwen3MoeConfig

    common: dict[str, Any] = {
        "vocab_size": numbers.vocabulary, "hidden_size": numbers.hidden, "intermediate_size": numbers.intermediate,
        "num_hidden_layers": numbers.layers, "num_attention_heads": numbers.heads,
        "num_key_value_heads": numbers.kv_heads, "head_dim": numbers.head_dim,
        "max_position_embeddings": numbers.positions, "tie_word_embeddings": numbers.tied,
        "rope_parameters": {"rope_type": "default", "rope_theta": numbers.theta},
    }  # fmt: skip
    if not numbers.experts:
        return Qwen3Config(**common)
    return Qwen3MoeConfig(
        **common, num_experts=numbers.experts, num_experts_per_tok=numbers.active_experts,
        moe_intermediate_size=numbers.expert_intermediate, norm_topk_prob=True,
    )  # fmt: skip
