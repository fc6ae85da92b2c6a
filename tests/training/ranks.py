"""A few steps on rollouts that follow from their prompts, as one process of several: `accelerate launch … ranks.py`."""

import gc
import hashlib
import json
import sys
from pathlib import Path

import torch
from accelerate import PartialState
from datasets import Dataset
from safetensors.torch import save_file
from trl import GRPOConfig

from training.rl_options import RLOptions
from training.tiny import tiny_model, tiny_tokenizer
from training.trainer import LongspanGRPOTrainer

GROUP = 4


def rollout(prompts, trainer):
    """Return completions drawn from a hash of prompt and place in the group, with made-up log-probabilities."""
    tokenizer = trainer.processing_class
    found = {"prompt_ids": [], "completion_ids": [], "logprobs": []}
    for place, prompt in enumerate(prompts):
        text = tokenizer.apply_chat_template(prompt, tokenize=False, add_generation_prompt=True)
        seed = hashlib.sha256(f"{text}|{place % GROUP}".encode()).digest()
        tokens = [3 + byte % 200 for byte in seed[: 2 + seed[0] % 9]]
        found["prompt_ids"].append(tokenizer(text)["input_ids"])
        found["completion_ids"].append(tokens)
        found["logprobs"].append([-1.0] * len(tokens))
    return found


def reward(completions, completion_ids, shares, **_):
    """Return rewards that follow from the completions; a row's share of them is 0, so that ranks differ in masks."""
    return [
        (sum(ids) % 7) / 7 if sum(ids) % 10 < share else 0.0
        for ids, share in zip(completion_ids, shares, strict=True)
    ]


def main() -> None:
    """Train under each of the settings, and write the weights and the log of the main process."""
    folder, settings = Path(sys.argv[1]), json.loads(sys.argv[2])
    torch.set_num_threads(1)
    state = PartialState(cpu=True)
    processes = state.num_processes
    for name, options in settings.items():
        trained = train(RLOptions.model_validate(options), folder / name, processes)
        if trained.accelerator.is_main_process:
            named = trained.accelerator.unwrap_model(trained.model).named_parameters()
            weights = {n: p.detach().clone() for n, p in named}
            save_file(weights, str(folder / f"{name}-{processes}.safetensors"))
            log = json.dumps([entry for entry in trained.state.log_history if "reward" in entry])
            (folder / f"{name}-{processes}.json").write_text(log)
        # What holds the process group goes before it does: the other order can wait for ever.
        del trained
        gc.collect()
    state.destroy_process_group()


def train(rl: RLOptions, folder: Path, processes: int) -> LongspanGRPOTrainer:
    """Take three steps of six prompts each by gradient descent."""
    rows = [
        {"prompt": [{"role": "user", "content": f"{n}?"}], "task_type": "abc"[n % 3], "shares": (n % 4) * 3}
        for n in range(24)
    ]  # fmt: skip
    trainer = LongspanGRPOTrainer(
        model=tiny_model(), reward_funcs=reward, train_dataset=Dataset.from_list(rows), rl=rl,
        processing_class=tiny_tokenizer(), rollout_func=rollout,
        args=GRPOConfig(
            output_dir=str(folder), per_device_train_batch_size=8 // processes, gradient_accumulation_steps=3,
            num_generations=GROUP, max_completion_length=16, max_steps=3, learning_rate=0.05, optim="sgd", beta=0.0,
            loss_type="dapo", scale_rewards="none", report_to=[], use_cpu=True, save_strategy="no", logging_steps=1,
            seed=3, lr_scheduler_type="constant", disable_tqdm=True, bf16=False, max_grad_norm=0.0,
        ),
    )  # fmt: skip
    trainer.train()
    return trainer


if __name__ == "__main__":
    main()
