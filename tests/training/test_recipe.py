from pathlib import Path

import pytest

from training.recipe import RecipeError, load_recipe, stage_named

ROOT = Path(__file__).resolve().parents[2]
LEAST = 'model = "tiny"\nsnapshot = "demo"\n'
STAGE = '[[stages]]\nname = "one"\nprompt_tokens = 100\ncompletion_tokens = 10\nsteps = 1\n'


def load(folder: Path, text: str):
    file = folder / "recipe.toml"
    file.write_text(text, "utf-8")
    return load_recipe(file)


def test_the_defaults_are_the_published_settings(tmp_path):
    recipe = load(tmp_path, LEAST + STAGE)
    assert (recipe.rollout.group, recipe.rollout.prompts) == (8, 128)
    assert (recipe.rollout.temperature, recipe.rollout.top_p) == (0.7, 0.95)
    assert recipe.optimisation.learning_rate == 2e-6
    assert (recipe.rl.scale, recipe.rl.normaliser, recipe.rl.balanced) == ("task", "group", True)
    assert recipe.rl.aepo is not None
    # 128 prompts × 8 rollouts over 8 processes of one sequence each: 128 passes.
    assert (recipe.sequences, recipe.accumulation) == (1024, 128)


@pytest.mark.parametrize("name", ["qwen3-4b", "qwen3-30b-a3b"])
def test_the_recipes_follow_the_published_schedule(name):
    recipe = load_recipe(ROOT / "configs" / "recipes" / f"{name}.toml")
    k = 1024
    # The last has room for the question beside a context of 120K.
    assert [(s.prompt_tokens, s.completion_tokens) for s in recipe.stages] == [
        (20 * k, 12 * k),
        (60 * k, 20 * k),
        (121 * k, 50 * k),
    ]
    assert (recipe.rollout.group, recipe.rollout.prompts) == (8, 128)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (LEAST, "stages: Field required"),
        (LEAST + "[rollout]\ngruop = 4\n" + STAGE, r"rollout\.gruop: no setting has this name"),
        (LEAST + "[launch]\nvllm = 'on'\n" + STAGE, r"launch\.vllm: Input should be 'off'"),
        (LEAST + STAGE + "epochs = 1\n", r"stages\.0: stage one: give either steps or epochs"),
        (LEAST + STAGE + STAGE, "two have the name one"),
        (
            LEAST + "[launch]\nprocesses = 7\n" + STAGE,
            r"rollout\.group = 1024 is no multiple of .* = 7: ",
        ),
        (LEAST + "[launch]\nsequence_parallel = 2\n" + STAGE, "TRL's GRPO refuses sequences"),
        (
            LEAST + '[launch]\nvllm = "colocate"\nvllm_tensor_parallel = 3\n' + STAGE,
            r"vllm_tensor_parallel = 3 does not divide launch\.processes = 8",
        ),
        (LEAST + '[launch]\nvllm = "server"\n' + STAGE, "the address of vLLM"),
        (LEAST + '[launch]\ndevice = "cpu"\n' + STAGE, 'set launch.vllm = "off" and'),
        (LEAST + "model =", "not valid TOML"),
    ],
)
def test_a_faulty_recipe_is_named_with_file_field_and_mend(tmp_path, text, fault):
    with pytest.raises(RecipeError, match=rf"recipe\.toml: (.*)?{fault}"):
        load(tmp_path, text)


def test_a_missing_file_and_a_missing_stage_are_named(tmp_path):
    with pytest.raises(RecipeError, match=r"none\.toml: cannot be read"):
        load_recipe(tmp_path / "none.toml")
    recipe = load(tmp_path, LEAST + STAGE)
    assert stage_named(recipe, "") is recipe.stages[0]
    with pytest.raises(RecipeError, match="none is named two; there are one"):
        stage_named(recipe, "two")


def test_false_switches_a_section_of_rl_off(tmp_path):
    recipe = load(tmp_path, LEAST + '[rl]\naepo = false\nscale = "batch"\n' + STAGE)
    assert recipe.rl.aepo is None
    assert recipe.rl.scale == "batch"
