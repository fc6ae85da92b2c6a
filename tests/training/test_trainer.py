"""Needs torch and TRL (`pip install -e ".[train]"`): TRL's own trainer on a tiny Qwen3."""

import inspect
import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("trl")

from datasets import Dataset  # noqa: E402
from trl import GRPOConfig, GRPOTrainer  # noqa: E402

from training.advantage import by_task  # noqa: E402
from training.aepo import AepoOptions  # noqa: E402
from training.rl_options import RLOptions, SettingError  # noqa: E402
from training.tiny import tiny_model, tiny_tokenizer  # noqa: E402
from training.trainer import OVERRIDDEN, LongspanGRPOTrainer  # noqa: E402

SIGNATURES = {
    "_get_train_sampler": "dataset",
    "_calculate_rewards": "inputs prompts completions completion_ids_list",
    "_generate_and_score_completions": "inputs",
    "_prepare_inputs": "generation_batch",
    "training_step": "model inputs num_items_in_batch",
    "_get_per_token_logps_and_entropies": (
        "model input_ids attention_mask logits_to_keep batch_size compute_entropy compute_aux_loss pixel_values "
        "image_grid_thw num_images pixel_attention_mask spatial_shapes num_tiles image_sizes token_type_ids "
        "mm_token_type_ids image_position_ids"
    ),
    "_save_checkpoint": "model trial",
    "_load_optimizer_and_scheduler": "checkpoint",
}


def rows(count: int = 12) -> Dataset:
    tasks = ["a", "b", "c"]
    return Dataset.from_list(
        [{"prompt": [{"role": "user", "content": f"{n}?"}], "task_type": tasks[n % 3]} for n in range(count)]
    )  # fmt: skip


def length_reward(completions, **_):
    """Dense and never constant: how many vowels."""
    return [
        sum(c[0]["content"].count(v) for v in "aeiou") / 8 + len(c[0]["content"]) / 100
        for c in completions
    ]


def trainer(
    folder,
    *,
    rl: RLOptions | None = None,
    kind=LongspanGRPOTrainer,
    reward=length_reward,
    **settings,
):
    defaults = {
        "output_dir": str(folder), "per_device_train_batch_size": 4, "gradient_accumulation_steps": 3,
        "num_generations": 4, "max_completion_length": 8, "max_steps": 2, "learning_rate": 1e-3, "beta": 0.0,
        "loss_type": "dapo", "scale_rewards": "none", "report_to": [], "use_cpu": True, "save_strategy": "no",
        "logging_steps": 1, "temperature": 1.0, "seed": 3, "lr_scheduler_type": "constant", "disable_tqdm": True,
        "bf16": False,
    }  # fmt: skip
    extra = {"rl": rl or RLOptions()} if issubclass(kind, LongspanGRPOTrainer) else {}
    extra["rollout_func"] = settings.pop("rollout_func", None)
    return kind(
        model=tiny_model(), reward_funcs=reward, args=GRPOConfig(**defaults | settings), train_dataset=rows(),
        processing_class=tiny_tokenizer(), **extra,
    )  # fmt: skip


@pytest.mark.parametrize("name", OVERRIDDEN)
def test_what_is_overridden_has_the_signature_that_we_know(name):
    found = [p for p in inspect.signature(getattr(GRPOTrainer, name)).parameters if p != "self"]
    assert found == SIGNATURES[name].split(), (
        f"TRL's {name} has other parameters; read it and mend LongspanGRPOTrainer"
    )


def gradients(made) -> dict[str, torch.Tensor]:
    return {n: p.grad.clone() for n, p in made.model.named_parameters() if p.grad is not None}


def scored(made):
    """Score one generation batch, and return it with what the trainer computed of it."""
    batch = next(iter(made.get_train_dataloader()))
    made.model.train()
    return made._generate_and_score_completions(batch)


def by_hand(made, output, advantages: np.ndarray, group: int) -> torch.Tensor:
    """Equation (4) written out: mean over groups of 1 / tokens of the group × sum of A × rho over its tokens."""
    ids = torch.cat([output["prompt_ids"], output["completion_ids"]], dim=1)
    attention = torch.cat([output["prompt_mask"], output["completion_mask"]], dim=1)
    logits = made.model(input_ids=ids, attention_mask=attention).logits[:, :-1]
    logp = torch.log_softmax(logits.float() / made.args.temperature, dim=-1)
    length = output["completion_ids"].size(1)
    own = logp.gather(2, ids[:, 1:].unsqueeze(2)).squeeze(2)[:, -length:]
    mask = output["completion_mask"].float()
    total = torch.zeros(())
    for start in range(0, len(ids), group):
        tokens = mask[start : start + group].sum()
        for i in range(start, start + group):
            ratio = torch.exp(own[i] - own[i].detach())
            total = total + (advantages[i] * ratio * mask[i]).sum() / tokens
    return -total / (len(ids) // group)


@pytest.mark.parametrize("mask", ["nothing", "padded", "negatives", "one group", "one sequence"])
def test_loss_and_gradient_are_those_of_the_equation(tmp_path, mask):
    made = trainer(tmp_path, rl=RLOptions(aepo=None))
    output = scored(made)
    rewards, tasks, _ = made._rewarded
    advantages = by_task(rewards.reshape(-1, 4), tasks[::4]).ravel()
    if mask == "negatives":
        advantages = np.minimum(advantages, 0)
    elif mask == "one group":
        advantages[4:] = 0
    elif mask == "one sequence":
        advantages[1:] = 0
    elif mask == "padded":
        for row, tokens in enumerate(output["completion_mask"]):
            tokens[1 + row % 7 :] = 0
        output["num_items_in_batch"] = output["completion_mask"].sum()
    weights = made_weights(output, 4)
    output["advantages"] = torch.tensor(advantages * weights, dtype=torch.float32)
    output["keep"], output["most_kept"] = (
        torch.tensor(advantages != 0),
        torch.tensor(int((advantages != 0).sum())),
    )
    hand = by_hand(made, output, advantages, 4)
    hand.backward()
    expected = gradients(made)
    made.model.zero_grad()
    made.current_gradient_accumulation_steps = made.args.gradient_accumulation_steps
    losses = []
    for step in made._micro_steps(output):
        if step is None:
            continue
        loss = made._compute_loss(made.model, step)
        loss.backward()
        losses.append(loss.item())
    found = gradients(made)
    assert sum(losses) == pytest.approx(hand.item(), abs=1e-6)
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        assert torch.allclose(found[name], gradient, atol=1e-6), name


class Kept(LongspanGRPOTrainer):
    """Keeps the batch as it was before it was cut into micro-steps."""

    def _micro_steps(self, output):
        self.whole = dict(output)
        return super()._micro_steps(output)


def test_a_whole_step_moves_the_weights_by_the_gradient_of_the_equation(tmp_path):
    settings = {"optim": "sgd", "learning_rate": 0.5, "max_steps": 1, "max_grad_norm": 0.0}
    made = trainer(tmp_path, kind=Kept, **settings)
    before = {n: p.detach().clone() for n, p in made.model.named_parameters()}
    made.train()
    rewards, tasks, _ = made._rewarded
    advantages = by_task(rewards.reshape(-1, 4), tasks[::4]).ravel()
    after = {n: p.detach().clone() for n, p in made.model.named_parameters()}
    made.model.load_state_dict(
        before, strict=False
    )  # the head shares its weights with the embedding
    made.model.zero_grad()
    by_hand(made, made.whole, advantages, 4).backward()
    for name, gradient in gradients(made).items():
        assert torch.allclose(after[name], before[name] - 0.5 * gradient, atol=1e-6), name


def made_weights(output, group: int) -> np.ndarray:
    tokens = output["completion_mask"].sum(dim=1).numpy().reshape(-1, group).sum(axis=1)
    return np.repeat(tokens.sum() / (len(tokens) * tokens), group)


def test_the_scored_batch_has_the_advantages_of_equation_7_and_balanced_tasks(tmp_path):
    made = trainer(tmp_path, rl=RLOptions(aepo=None))
    output = scored(made)
    rewards, tasks, _ = made._rewarded
    assert sorted(tasks[::4]) == ["a", "b", "c"]
    expected = by_task(rewards.reshape(-1, 4), tasks[::4]).ravel() * made_weights(output, 4)
    assert output["advantages"].numpy() == pytest.approx(expected, abs=1e-5)


def test_a_masked_batch_costs_no_step_for_what_is_masked(tmp_path):
    always = AepoOptions(relative=False, high=0.0, low=0.0)
    made = trainer(tmp_path, rl=RLOptions(aepo=always, entropy="full"))
    forwards = []
    made.model.register_forward_hook(lambda *_: forwards.append(torch.is_grad_enabled()))
    made.train()
    log = made.state.log_history
    masked = [entry["aepo/masked"] for entry in log if "aepo/masked" in entry]
    skipped = [entry["skipped_micro_steps"] for entry in log if "skipped_micro_steps" in entry]
    assert all(0 < share < 1 for share in masked)
    # Two steps of three micro-steps; those that were skipped had no forward with gradient.
    assert sum(forwards) == 6 - sum(skipped) < 6
    assert made.latch.on


def test_a_step_with_nothing_left_is_skipped_and_counted(tmp_path):
    def same(completions, **_):
        return [1.0] * len(completions)

    made = trainer(tmp_path, reward=same)
    before = {n: p.detach().clone() for n, p in made.model.named_parameters()}
    made.train()
    assert made.skipped_steps == 2
    assert all(torch.equal(before[n], p) for n, p in made.model.named_parameters())


@pytest.mark.parametrize(
    ("options", "seen"),
    # The step before knows no entropy at the first step.
    [({"entropy": "before"}, 2), ({"entropy": "full", "overdraw": 1.5}, 3)],
)
def test_a_resumed_run_has_the_losses_of_an_undisturbed_one(tmp_path, options, seen):
    def losses(made) -> list[tuple[float, float]]:
        return [(e["loss"], e["reward"]) for e in made.state.log_history if "loss" in e]

    settings = {"rl": RLOptions(**options), "max_steps": 6}
    whole = trainer(tmp_path / "whole", **settings)
    whole.train()
    trainer(tmp_path / "cut", save_strategy="steps", save_steps=3, **settings).train()
    checkpoint = tmp_path / "cut" / "checkpoint-3"
    assert json.loads((checkpoint / "longspan_state.json").read_text())["latch"]["steps"] == seen
    again = trainer(tmp_path / "cut", **settings)
    again.train(resume_from_checkpoint=str(checkpoint))
    assert losses(again) == losses(whole)
    assert again.latch == whole.latch


@pytest.mark.parametrize(
    ("setting", "message"),
    [({"loss_type": "grpo"}, 'need "dapo"'), ({"scale_rewards": "group"}, "the scale is ours"),
     ({"beta": 0.1}, "no KL"), ({"num_iterations": 2}, "strictly on-policy"),
     ({"steps_per_generation": 6}, "one gradient step per batch")],
)  # fmt: skip
def test_settings_under_which_the_equations_do_not_hold_are_refused(tmp_path, setting, message):
    with pytest.raises(SettingError, match=message):
        trainer(tmp_path, **setting)


def test_an_unscorable_reward_leaves_its_rollout_out(tmp_path):
    def unreadable(completions, **_):
        return [None if n % 4 == 0 else r for n, r in enumerate(length_reward(completions))]

    made = trainer(tmp_path, rl=RLOptions(aepo=None), reward=unreadable)
    output = scored(made)
    assert (output["advantages"][::4] == 0).all()
    assert not output["keep"][::4].any()
    assert torch.isfinite(output["advantages"]).all()


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), float("-inf")])
def test_a_reward_that_is_no_number_is_left_out_and_counted(tmp_path, wrong):
    def broken(completions, **_):
        return [wrong if n % 4 == 0 else r for n, r in enumerate(length_reward(completions))]

    made = trainer(tmp_path, rl=RLOptions(aepo=None), reward=broken)
    output = scored(made)
    assert torch.isfinite(output["advantages"]).all()
    assert not output["keep"][::4].any()
    assert made._metrics["train"]["unscorable"] == [0.25]


def test_replies_that_end_at_once_are_scored_and_trained_on(tmp_path):
    def silent(prompts, trainer):
        ids = [trainer.processing_class("?")["input_ids"] for _ in prompts]
        end = trainer.processing_class.eos_token_id
        said = [[end] if n % 2 else [70, 71, end] for n in range(len(prompts))]
        return {
            "prompt_ids": ids,
            "completion_ids": said,
            "logprobs": [[-1.0] * len(s) for s in said],
        }

    def spoken(completions, **_):
        return [float(bool(c[0]["content"])) for c in completions]

    made = trainer(tmp_path, reward=spoken, rollout_func=silent)
    made.train()
    assert [e["reward"] for e in made.state.log_history if "reward" in e] == [0.5, 0.5]
    assert made.skipped_steps == 0


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ([{"prompt": "?"}] * 12, "no column task_type"),
        ([{"prompt": "?", "task_type": ""}] * 12, "row 0 has no task_type"),
    ],
)
def test_rows_without_a_task_are_refused_by_name(tmp_path, columns, message):
    made = trainer(tmp_path)
    made.train_dataset = Dataset.from_list(columns)
    with pytest.raises(ValueError, match=message):
        made._get_train_sampler()
