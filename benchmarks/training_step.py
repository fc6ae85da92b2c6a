"""The step of our trainer against TRL's own on the same model, rows and rollouts; the entropy of a batch three ways.

python -m benchmarks.training_step step      both trainers in turn, with ready rollouts and with sampled ones
python -m benchmarks.training_step masked    our step by the share of sequences that is masked
python -m benchmarks.training_step entropy   full vocabulary, step before and sampled tokens over a training
python -m benchmarks.training_step memory    peak memory of the entropy pass by tokens, beside whole logits

Seconds are CPU seconds of one thread: other work on the machine does not count.
"""

import argparse
import functools
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import torch
from datasets import Dataset
from transformers import TrainerCallback
from trl import GRPOConfig, GRPOTrainer

from benchmarks.timing import print_table, print_versions
from training.aepo import AepoOptions
from training.entropy import sampled_means
from training.rl_options import RLOptions
from training.tiny import tiny_model, tiny_tokenizer
from training.trainer import LongspanGRPOTrainer

GROUP, PROMPTS, STEPS = 8, 6, 6
TOKENS = 96
NEVER = AepoOptions(relative=False, high=1e9, low=1e9)
ALWAYS = AepoOptions(relative=False, high=0.0, low=0.0)


class Clock(TrainerCallback):
    """CPU seconds of each step, generation and scoring included; the first is left out."""

    def __init__(self) -> None:  # noqa: D107
        self.steps: list[float] = []

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: D102
        self._began = time.process_time()

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: D102
        self.steps.append(time.process_time() - self._began)


def ready(prompts: list[Any], trainer: Any) -> dict[str, Any]:
    """Return completions that were not sampled, all of the same length, and log-probabilities."""
    tokenizer = trainer.processing_class
    ids = [tokenizer.apply_chat_template(p, add_generation_prompt=True)["input_ids"] for p in prompts]  # fmt: skip
    stream = np.random.default_rng(trainer.state.global_step)
    drawn = stream.integers(3, 200, size=(len(prompts), TOKENS)).tolist()
    return {
        "prompt_ids": ids,
        "completion_ids": drawn,
        "logprobs": [[-1.0] * TOKENS] * len(prompts),
    }


def dense(completions: list[Any], **_: Any) -> list[float]:
    """Return rewards that are never the same in a group: 1 / 1, 1 / 2 and so on."""
    return [1 / (1 + place % GROUP) for place in range(len(completions))]


def few(completions: list[Any], *, negatives: int, **_: Any) -> list[float]:
    """Return rewards of which so many in a group lie under the mean."""
    return [float(place % GROUP >= negatives) for place in range(len(completions))]


def rows(count: int = 96) -> Dataset:
    tasks = ("corpus_numeric", "multi_hop", "reading_comprehension")
    return Dataset.from_list(
        [
            {"prompt": [{"role": "user", "content": f"{n} " + "x" * 60}], "task_type": tasks[n % 3]}
            for n in range(count)
        ]
    )


def stepped(
    kind: Any, reward: Any, *, rollout: Any = None, steps: int = STEPS, **extra: Any
) -> tuple[list[float], Any]:
    """Train, and return the CPU seconds of the steps after the first, and the trainer."""
    clock, rate = Clock(), extra.pop("learning_rate", 1e-4)
    sampling = {"temperature": extra.pop("temperature", 0.7), "top_p": extra.pop("top_p", 1.0)}
    with tempfile.TemporaryDirectory() as folder:
        args = GRPOConfig(
            output_dir=folder, per_device_train_batch_size=8, gradient_accumulation_steps=6, num_generations=GROUP,
            max_completion_length=TOKENS, max_steps=steps, learning_rate=rate, beta=0.0, loss_type="dapo",
            scale_rewards="none", report_to=[], use_cpu=True, save_strategy="no", logging_steps=1, seed=3,
            lr_scheduler_type="constant", disable_tqdm=True, bf16=False, **sampling,
        )  # fmt: skip
        trainer = kind(
            model=tiny_model(hidden=128, layers=4), reward_funcs=reward, args=args, train_dataset=rows(),
            processing_class=tiny_tokenizer(), rollout_func=rollout, callbacks=[clock], **extra,
        )  # fmt: skip
        trainer.train()
    return clock.steps[1:], trainer


OURS = {
    "entropy of the step before": RLOptions(aepo=NEVER, entropy="before"),
    "entropy of sampled tokens": RLOptions(aepo=NEVER, entropy="sampled"),
    "entropy of a pass of its own": RLOptions(aepo=NEVER, entropy="full"),
}


def step(turns: int) -> None:
    """Compare steps in turn."""
    table = []
    for what, rollout in (("ready", ready), ("sampled here", None)):
        ratios: dict[str, list[float]] = {name: [] for name in OURS}
        stock_seconds = []
        for _ in range(turns):
            stock = statistics.median(stepped(GRPOTrainer, dense, rollout=rollout)[0])
            stock_seconds.append(stock)
            for name, options in OURS.items():
                if rollout is None and options.entropy == "sampled":
                    continue
                own, _trainer = stepped(LongspanGRPOTrainer, dense, rollout=rollout, rl=options)
                ratios[name].append(statistics.median(own) / stock)
        for name, found in ratios.items():
            if found:
                table.append((what, name, f"{statistics.median(stock_seconds):.3f}", _range(found)))
    print_table(("rollouts", "ours with all additions", "stock, CPU s a step", "ours / stock"), table)  # fmt: skip


def masked(turns: int) -> None:
    """Show our step by what is masked."""
    table, whole = [], 0.0
    for negatives in (0, 2, 4, 6):
        reward = functools.partial(few, negatives=negatives) if negatives else dense
        reward.__dict__["__name__"] = "few"
        options = RLOptions(aepo=ALWAYS if negatives else NEVER, entropy="before")
        found, logs = [], []
        for _ in range(turns):
            own, trainer = stepped(LongspanGRPOTrainer, reward, rollout=ready, rl=options)
            found.append(statistics.median(own))
            logs += [e["masked"] for e in trainer.state.log_history if "masked" in e][1:]
        seconds = statistics.median(found)
        whole = whole or seconds
        table.append((f"{statistics.mean(logs):.0%}", f"{seconds:.3f}", f"{seconds / whole:.2f}"))
    print_table(("masked", "CPU s a step", "of nothing masked"), table)


def entropy(turns: int) -> None:
    """Compare the three on the same rollouts: full entropy of every batch, that of the step before, and the sampled."""
    table = []
    # The model's weights are random: a low temperature makes it as sure as a trained one.
    for temperature, top_p in ((0.7, 1.0), (0.7, 0.95), (0.09, 1.0), (0.09, 0.95)):
        _, trainer = stepped(
            Watched, vowels, steps=10 * turns, rl=RLOptions(aepo=NEVER, entropy="full"), top_p=top_p,
            temperature=temperature, learning_rate=1e-4 * temperature,
        )  # fmt: skip
        full, sampled = np.array(trainer.full), np.array(trainer.sampled)
        for name, ours, against in (
            ("step before", full[:-1], full[1:]),
            ("sampled tokens", sampled, full),
            ("sampled, first steps matched", sampled * full[:5].mean() / sampled[:5].mean(), full),
        ):
            off = ours / against - 1
            table.append(
                (f"{temperature}", f"{top_p}", name, f"{against.min():.3f} to {against.max():.3f}",
                 f"{off.mean():+.1%}", f"{np.abs(off).max():.1%}", f"{np.corrcoef(ours, against)[0, 1]:.3f}")
            )  # fmt: skip
    print_table(
        ("temperature", "top-p", "source", "full, nats", "bias", "largest error", "correlation"),
        table,
    )


def vowels(completions: list[Any], **_: Any) -> list[float]:
    """Return the share of vowels, which sharpens the policy fast."""
    texts = [c[0]["content"] for c in completions]
    return [sum(map(text.count, "aeiou")) / (1 + len(text)) for text in texts]


class Watched(LongspanGRPOTrainer):
    """Keeps of each batch its entropy, and what its sampled tokens tell under the top-p they were sampled with."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: D107
        self.full: list[float] = []
        self.sampled: list[float] = []
        super().__init__(*args, **kwargs)

    def _token_entropies(self, output: dict[str, Any]) -> torch.Tensor | None:
        found = super()._token_entropies(output)
        assert found is not None
        mask = output["completion_mask"]
        self.full.append(((found * mask).sum(1) / mask.sum(1)).mean().item())
        logps = self._nucleus_logps(output)
        means = sampled_means(logps.numpy(), mask.numpy(), top_p=self.args.top_p)
        self.sampled.append(float(np.nanmean(means)))
        return found

    @torch.no_grad()
    def _nucleus_logps(self, output: dict[str, Any]) -> torch.Tensor:
        """Return the log-probability of each sampled token within its nucleus, as vLLM reports it."""
        ids = torch.cat([output["prompt_ids"], output["completion_ids"]], dim=1)
        attention = torch.cat([output["prompt_mask"], output["completion_mask"]], dim=1)
        length = output["completion_ids"].size(1)
        logits = self.model(input_ids=ids, attention_mask=attention).logits[:, -length - 1 : -1]
        ordered, places = (logits / self.args.temperature).softmax(-1).sort(-1, descending=True)
        cut = ordered.cumsum(-1) - ordered < self.args.top_p
        kept = torch.zeros_like(ordered).scatter(-1, places, ordered * cut)
        kept /= kept.sum(-1, keepdim=True)
        own = kept.gather(2, output["completion_ids"].unsqueeze(2)).squeeze(2)
        return own.clamp(min=1e-12).log()


def memory(turns: int) -> None:
    """Show the peak memory of the entropy pass and of whole logits, each in a process of its own."""
    del turns
    table = []
    for tokens in (1024, 4096, 16_384):
        found = [_peak("pass", tokens) - _peak("none", tokens)]
        found.append(_peak("logits", tokens) - _peak("none", tokens) if tokens <= 4096 else float("nan"))  # fmt: skip
        table.append((f"{tokens:,}", "151,936", *(f"{mib:,.0f}" for mib in found)))
    print_table(("tokens", "vocabulary", "entropy pass, MiB", "whole logits, MiB"), table)


def _peak(what: str, tokens: int) -> float:
    """Return the peak memory of a process that makes one pass, MiB."""
    command = [sys.executable, "-m", "benchmarks.training_step", "one", "--what", what]
    command += ["--tokens", str(tokens)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def one(what: str, tokens: int) -> None:
    """Make one pass over the head of a model with Qwen's vocabulary, and print the peak memory, MiB."""
    from transformers import Qwen3Config, Qwen3ForCausalLM
    from trl.trainer.utils import add_fused_lm_head

    model = Qwen3ForCausalLM(
        Qwen3Config(
            vocab_size=151_936, hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=1,
            num_key_value_heads=1, head_dim=32, tie_word_embeddings=True,
        )
    )  # fmt: skip
    add_fused_lm_head(model, outputs=("log_probs", "entropy"))
    ids = torch.randint(0, 1000, (1, tokens))
    with torch.no_grad():
        if what == "pass":
            model(input_ids=ids, labels=ids, fused_lm_head=True)
        else:
            # The backbone alone is what both have; its own memory is taken off.
            hidden = model.model(input_ids=ids).last_hidden_state
            if what == "logits":
                logps = model.lm_head(hidden).float().log_softmax(-1)
                -(logps.exp() * logps).sum(-1)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _range(found: list[float]) -> str:
    ordered = sorted(found)
    return f"{statistics.median(found):.1%} ({ordered[0]:.1%} to {ordered[-1]:.1%})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)  # fmt: skip
    parser.add_argument("what", choices=("step", "masked", "entropy", "memory", "one"))
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--what", dest="part", default="none")
    parser.add_argument("--tokens", type=int, default=1024)
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.what == "one":
        one(given.part, given.tokens)
        return
    print_versions("torch", "trl", "transformers")
    {"step": step, "masked": masked, "entropy": entropy, "memory": memory}[given.what](given.turns)


if __name__ == "__main__":
    main()
