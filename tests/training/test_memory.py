from pathlib import Path

import pytest

from training.known_models import KNOWN, ModelNumbers, transformers_config
from training.memory import (
    GIB,
    estimate_memory,
    kv_bytes_per_token,
    saved_per_token,
    sequences_at_once,
    state_bytes_per_parameter,
)
from training.recipe import Recipe, load_recipe

ROOT = Path(__file__).resolve().parents[2]
SMALL, LARGE = KNOWN["Qwen/Qwen3-4B-Thinking-2507"], KNOWN["Qwen/Qwen3-30B-A3B-Thinking-2507"]
NARROW = ModelNumbers(
    vocabulary=512, hidden=512, intermediate=1024, layers=1, heads=8, kv_heads=2, head_dim=64, positions=4096,
    tied=True, theta=10_000,
)  # fmt: skip


def made(processes: int = 8, **launch) -> Recipe:
    return Recipe.model_validate(
        {"model": "m", "snapshot": "s", "launch": {"processes": processes} | launch,
         "stages": [{"name": "a", "prompt_tokens": 1000, "completion_tokens": 24, "steps": 1}]}
    )  # fmt: skip


def parts(recipe: Recipe, numbers: ModelNumbers, phase: str) -> dict[str, float]:
    found = estimate_memory(recipe, recipe.stages[0], numbers)
    own = {part.name: part.gib * GIB for part in found.parts if part.phase == phase}
    assert sum(own.values()) / GIB == pytest.approx(found.peak_gib[phase])
    return own


def test_bytes_of_cache_a_token():
    # 36 layers × 8 heads × 128 × keys and values × 2 B, and 48 × 4 × 128 × 2 × 2.
    assert kv_bytes_per_token(SMALL) == 147_456
    assert kv_bytes_per_token(LARGE) == 98_304


def test_sixteen_bytes_a_parameter_and_their_division_by_the_processes():
    # ZeRO, figure 1: 7.5 B parameters are 120 GB, and 1.9 GB on each of 64 processes.
    for dtype in ("bfloat16", "float32"):
        assert sum(state_bytes_per_parameter(dtype).values()) * 7.5e9 == 120e9
    found = parts(made(64), SMALL, "update")
    states = found["weights"] + found["gradients"] + found["optimiser"]
    assert states == 4_022_468_096 * 16 / 64
    assert parts(made(1, sharding="none"), SMALL, "update")["optimiser"] == 4_022_468_096 * 8


def test_the_parts_of_the_update_by_hand():
    found = parts(made(), SMALL, "update")
    # 1024 tokens × 36 layers × 2560 × 2 B.
    assert found["checkpoints"] == 188_743_680
    # Norms (2 × 2560 + 4096 + 1024) × 8, keys and queries once more at 2 B, 4 × 9728 × 2 of the MLP: 169,984.
    assert found["one layer again"] == 1024 * 169_984
    # Two layers of 100,930,816 and the tied embedding, 2 B each.
    assert found["gathered layers"] == (2 * 100_930_816 + 388_956_160) * 2
    # A tile of 4096 × 32,768 × 2 B, gradients of the head and of 24 tokens in 32 bits.
    assert found["head in tiles"] == 268_435_456 + (151_936 + 24) * 2560 * 4
    assert "attention mask" not in found
    whole = parts(made(gradient_checkpointing=False), SMALL, "update")
    assert whole["activations"] == 1024 * 36 * 169_984
    # One byte for yes or no, two for the scores' dtype.
    assert parts(made(attention="sdpa"), SMALL, "update")["attention mask"] == 1024**2 * 3


def test_the_parts_of_the_rollout_by_hand():
    # 1024 replies over 8 processes at once, each of 1024 tokens.
    found = parts(made(), SMALL, "rollout")
    assert found["cache"] == 128 * 1024 * 147_456
    assert found["whole weights"] == 4_022_468_096 * 2
    awake = made(vllm="colocate", vllm_sleep=False)
    assert parts(awake, SMALL, "rollout")["vLLM"] == pytest.approx(0.3 * 80 * GIB)
    assert parts(awake, SMALL, "update")["vLLM"] == pytest.approx(0.3 * 80 * GIB)
    assert "vLLM" not in parts(made(vllm="colocate"), SMALL, "update")
    room = 0.3 * 80 * GIB - 4_022_468_096 * 2
    recipe = made(vllm="colocate")
    assert sequences_at_once(recipe, recipe.stages[0], SMALL) == pytest.approx(
        room / (1024 * 147_456)
    )
    assert sequences_at_once(recipe, recipe.stages[0], LARGE) == 0.0


def test_the_recipes_fit_what_they_say_they_run_on():
    for name, gib in (("qwen3-4b", 80), ("qwen3-30b-a3b", 141), ("tiny", 8)):
        recipe = load_recipe(ROOT / "configs" / "recipes" / f"{name}.toml")
        assert recipe.estimate.gpu_memory_gib == gib
        for stage in recipe.stages:
            assert estimate_memory(recipe, stage, KNOWN[recipe.model]).peak < gib


@pytest.mark.parametrize("dtype", ["bfloat16", "float32"])
@pytest.mark.parametrize(
    "numbers",
    [
        NARROW,
        NARROW.model_copy(
            update={"experts": 4, "active_experts": 4, "expert_intermediate": 256, "tied": False}
        ),
    ],
    ids=["dense", "experts"],
)
def test_what_a_layer_keeps_is_what_torch_keeps(numbers, dtype):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    config = transformers_config(numbers)
    config._attn_implementation = "sdpa"
    kind = getattr(torch, dtype)
    model = transformers.AutoModelForCausalLM.from_config(config).to(kind)
    weights = {p.untyped_storage().data_ptr() for p in model.parameters()}
    tokens = 128
    hidden = torch.randn(1, tokens, numbers.hidden, dtype=kind, requires_grad=True)
    positions = model.model.rotary_emb(hidden, torch.arange(tokens)[None])
    kept = {}

    def keep(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            kept[storage.data_ptr()] = (storage.nbytes(), tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        model.model.layers[0](hidden, position_embeddings=positions, attention_mask=None)
    counted = sum(size for size, _ in kept.values()) / tokens
    # Beside what is reckoned: scales of the norms, sums of the scores, angles, and the routing of experts.
    assert saved_per_token(numbers, dtype) <= counted <= saved_per_token(numbers, dtype) * 1.04
