"""Needs torch and TRL: the recipes as TRL's and accelerate's own classes take them."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("trl")

from accelerate.commands.config.config_args import load_config_from_file  # noqa: E402
from accelerate.utils import DeepSpeedPlugin, FullyShardedDataParallelPlugin  # noqa: E402
from transformers import AutoModelForCausalLM  # noqa: E402
from trl import GRPOConfig  # noqa: E402

from training.grpo_settings import grpo_settings  # noqa: E402
from training.known_models import KNOWN, model_numbers, transformers_config  # noqa: E402
from training.recipe import Recipe, RecipeError, load_recipe  # noqa: E402
from training.rl_options import check_settings  # noqa: E402
from training.tiny import tiny_model  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
RECIPES = sorted((ROOT / "configs" / "recipes").glob("*.toml"))
SMALL, LARGE = "Qwen/Qwen3-4B-Thinking-2507", "Qwen/Qwen3-30B-A3B-Thinking-2507"


def settings(recipe: Recipe, number: int = 0, **changes):
    numbers = model_numbers(recipe.model)
    found = grpo_settings(recipe, recipe.stages[number], output=Path("out"), numbers=numbers)
    return found | changes


@pytest.mark.parametrize("file", RECIPES, ids=lambda file: file.stem)
def test_every_stage_of_every_recipe_is_accepted_by_trl(file):
    recipe = load_recipe(file)
    for number, stage in enumerate(recipe.stages):
        config = GRPOConfig(**settings(recipe, number, use_cpu=True))
        check_settings(
            loss_type=config.loss_type, scale_rewards=str(config.scale_rewards), beta=config.beta,
            num_iterations=config.num_iterations, steps_per_generation=config.steps_per_generation,
            gradient_accumulation_steps=config.gradient_accumulation_steps,
        )  # fmt: skip
        assert config.max_completion_length == stage.completion_tokens
        assert config.max_steps == stage.steps
        assert config.lr_scheduler_type == "constant"
        at_once = config.per_device_train_batch_size * recipe.launch.processes
        assert at_once * config.gradient_accumulation_steps == recipe.sequences


def test_the_settings_of_the_small_model_by_hand():
    found = settings(load_recipe(ROOT / "configs/recipes/qwen3-4b.toml"), 2)
    # 128 × 8 sequences over 16 processes; 123,904 + 51,200 tokens for the engine.
    assert (found["gradient_accumulation_steps"], found["vllm_max_model_length"]) == (64, 175_104)
    assert found["bf16"]
    assert found["vllm_tensor_parallel_size"] == 4
    assert found["vllm_importance_sampling_mode"] == "token_truncate"
    assert "router_aux_loss_coef" not in found
    assert found["model_init_kwargs"]["dtype"] == "bfloat16"
    large = settings(load_recipe(ROOT / "configs/recipes/qwen3-30b-a3b.toml"))
    assert large["router_aux_loss_coef"] == 0.0
    assert large["model_init_kwargs"]["dtype"] == "float32"


@pytest.mark.parametrize("file", RECIPES, ids=lambda file: file.stem)
def test_accelerate_reads_the_file_of_every_recipe(file, monkeypatch):
    recipe = load_recipe(file)
    monkeypatch.chdir(ROOT)
    found = load_config_from_file(recipe.launch.accelerate)
    names = {"none": "NO", "zero3": "DEEPSPEED", "fsdp2": "FSDP"}
    assert found.distributed_type.value == names[recipe.launch.sharding]
    if recipe.launch.sharding == "zero3":
        plugin = DeepSpeedPlugin(
            zero_stage=found.deepspeed_config["zero_stage"],
            gradient_accumulation_steps=recipe.accumulation,
            zero3_init_flag=found.deepspeed_config["zero3_init_flag"],
            zero3_save_16bit_model=found.deepspeed_config["zero3_save_16bit_model"],
        )
        assert plugin.deepspeed_config["zero_optimization"]["stage"] == 3
    if recipe.launch.sharding == "fsdp2":
        options = {k.removeprefix("fsdp_"): v for k, v in found.fsdp_config.items()}
        renamed = {
            "offload_params": "cpu_offload",
            "version": "fsdp_version",
            "auto_wrap_policy": "auto_wrap_policy",
        }
        plugin = FullyShardedDataParallelPlugin(
            **{renamed.get(name, name): value for name, value in options.items()}
        )
        assert plugin.fsdp_version == 2


@pytest.mark.parametrize(
    ("name", "count"),
    # Their cards state 4.0 B and 30.5 B.
    [(SMALL, 4_022_468_096), (LARGE, 30_532_122_624), ("tiny", 90_688)],
)
def test_known_models_have_the_published_number_of_parameters(name, count):
    numbers = KNOWN[name]
    assert numbers.parameters == count
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(transformers_config(numbers))
    assert model.num_parameters() == count


def test_the_active_parameters_of_experts_by_hand():
    # A layer: attention 2 × 2048 × (4096 + 512) + 256 + 4096 = 18,878,720, router 2048 × 128, and 8 experts of
    # 3 × 2048 × 768; 48 layers, the last norm, embedding and head. The card says 3.3 B.
    layer = 18_878_720 + 262_144 + 8 * 4_718_592
    assert KNOWN[LARGE].active_parameters == 48 * layer + 2048 + 2 * 151_936 * 2048
    assert 3.3e9 <= KNOWN[LARGE].active_parameters < 3.4e9
    assert KNOWN[SMALL].active_parameters == KNOWN[SMALL].parameters


def test_numbers_of_a_folder_and_of_nothing(tmp_path):
    tiny_model(positions=4096).config.save_pretrained(tmp_path)
    found = model_numbers(str(tmp_path))
    assert found == KNOWN["tiny"].model_copy(update={"positions": 4096})
    with pytest.raises(RecipeError, match="is neither a folder nor one of Qwen/"):
        model_numbers("somebody/some-model")
    (tmp_path / "config.json").unlink()
    with pytest.raises(RecipeError, match="has no configuration that can be read"):
        model_numbers(str(tmp_path))
