"""The weak start of the learning experiment: a Qwen3 of 0.1 M parameters taught by unreliable demonstrations.

It is drilled in recalling pairs, then taught the tasks by right answers, then by answers a share of which are those of
a careless reader, so that it knows better than it answers: what reinforcement learning can find. Also how a policy is
scored.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from transformers import (
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from benchmarks.learning_tasks import END_ID, PAD_ID, POSE, PREFIX, character_tokenizer, reward
from warehouse.records import Record
from warehouse.snapshot_rows import SampleRow, TaskType, with_context

REPLY = 6
"""Longest reply in tokens: prefix, three letters, the end, and one to spare."""


class Teaching(Record):
    """How the start is made."""

    hidden: int = 64
    layers: int = 3
    drill_steps: int = 600
    """Steps of recalling pairs of symbols, without which the tasks take ten times as long."""
    sure_steps: int = 1400
    """Steps on right answers."""
    unsure_steps: int = 150
    """Steps on answers some of which are wrong."""
    wrong: dict[TaskType, float] = {  # noqa: RUF012
        "multiple_choice": 0.7, "multi_hop": 0.75, "reading_comprehension": 0.7, "dialogue_memory": 0.7,
        "corpus_numeric": 0.7,
    }  # fmt: skip
    """Share of wrong answers by task."""
    batch: int = 80
    rate: float = 2e-3
    unsure_rate: float = 5e-4
    seed: int = 7


def small_model(tokenizer: PreTrainedTokenizerFast, teaching: Teaching) -> Qwen3ForCausalLM:
    """Return an untaught model."""
    torch.manual_seed(teaching.seed)
    hidden = teaching.hidden
    config = Qwen3Config(
        vocab_size=len(tokenizer), hidden_size=hidden, intermediate_size=2 * hidden, num_hidden_layers=teaching.layers,
        num_attention_heads=4, num_key_value_heads=4, head_dim=hidden // 4, max_position_embeddings=128,
        tie_word_embeddings=True, pad_token_id=PAD_ID, eos_token_id=END_ID, bos_token_id=None,
    )  # fmt: skip
    return Qwen3ForCausalLM(config)


def drill(
    tokenizer: PreTrainedTokenizerFast, teaching: Teaching
) -> Iterator[dict[str, torch.Tensor]]:
    """Yield batches of two to eight pairs of symbols and the same pairs in another order; second symbols count."""
    stream = torch.Generator().manual_seed(teaching.seed)
    shape = teaching.batch, len(tokenizer) - 2
    for _ in range(teaching.drill_steps):
        count = int(torch.randint(2, 9, (1,), generator=stream))
        symbols = torch.rand(shape, generator=stream).argsort(1)[:, : 2 * count] + 2
        pairs = symbols.view(-1, count, 2)
        order = torch.rand(pairs.shape[:2], generator=stream).argsort(1)
        again = pairs.gather(1, order[:, :, None].expand(-1, -1, 2))
        ids = torch.cat([pairs, again], dim=1).flatten(1)
        labels = ids.clone()
        labels[:, : 2 * count] = labels[:, ::2] = -100
        yield {"input_ids": ids, "labels": labels, "attention_mask": torch.ones_like(ids)}


def demonstrations(
    tokenizer: PreTrainedTokenizerFast, teaching: Teaching, *, wrong: Mapping[TaskType, float], steps: int, seed: int
) -> Iterator[dict[str, torch.Tensor]]:  # fmt: skip
    """Yield batches of shape (batch, length), every task alike; the loss is on replies alone."""
    stream = np.random.default_rng(seed)
    for _ in range(steps):
        rows = []
        for number in range(teaching.batch):
            task = list(POSE)[number % len(POSE)]
            posed = POSE[task](stream)
            answer = posed.answer
            if stream.random() < wrong.get(task, 0.0):
                answer = str(stream.choice(posed.wrong))
            asked = tokenizer.encode(posed.context + posed.question + ">")
            rows.append((asked, [*tokenizer.encode(PREFIX + answer), END_ID]))
        longest = max(len(asked) + len(reply) for asked, reply in rows)
        ids = torch.full((len(rows), longest), PAD_ID)
        labels = torch.full((len(rows), longest), -100)
        for at, (asked, reply) in enumerate(rows):
            ids[at, longest - len(asked) - len(reply) :] = torch.tensor(asked + reply)
            labels[at, longest - len(reply) :] = torch.tensor(reply)
        yield {"input_ids": ids, "labels": labels, "attention_mask": (ids != PAD_ID).long()}


def teach(teaching: Teaching, folder: Path) -> None:
    """Write a taught model and its tokenizer into a folder, and the model before its second teaching into `sure`."""
    tokenizer = character_tokenizer()
    model = small_model(tokenizer, teaching)
    fit(model, drill(tokenizer, teaching), steps=teaching.drill_steps, rate=teaching.rate)
    sure = demonstrations(
        tokenizer, teaching, wrong={}, steps=teaching.sure_steps, seed=teaching.seed
    )
    fit(model, sure, steps=teaching.sure_steps, rate=teaching.rate)
    model.save_pretrained(folder / "sure")
    unsure = demonstrations(
        tokenizer, teaching, wrong=teaching.wrong, steps=teaching.unsure_steps, seed=teaching.seed + 1
    )  # fmt: skip
    fit(model, unsure, steps=teaching.unsure_steps, rate=teaching.unsure_rate)
    model.save_pretrained(folder)


def fit(
    model: Qwen3ForCausalLM, batches: Iterator[dict[str, torch.Tensor]], *, steps: int, rate: float
) -> None:
    """Teach by demonstrations; the rate rises over 50 steps and falls over the last fifth."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=0.01)
    for step, batch in enumerate(batches):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / 50, 5 * (1 - step / steps))
        loss = model(**batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()


def load_start(folder: Path) -> tuple[Qwen3ForCausalLM, PreTrainedTokenizerFast]:
    """Return a start as it was written."""
    return Qwen3ForCausalLM.from_pretrained(folder, dtype=torch.float32), character_tokenizer()


class Replies(NamedTuple):
    """Replies to prompts."""

    texts: list[str]
    entropy: float
    """Mean over replies of the mean over tokens of the entropy over the vocabulary, nats."""


def replies(
    model: Any, tokenizer: PreTrainedTokenizerFast, prompts: Sequence[Sequence[Mapping[str, str]]],
    *, seed: int,
) -> Replies:  # fmt: skip
    """Return one reply to each prompt, drawn at temperature 1; the caller's random state is untouched."""
    asked = [[dict(message) for message in prompt] for prompt in prompts]
    inputs: Any = tokenizer.apply_chat_template(
        asked, add_generation_prompt=True, tokenize=True, return_dict=True, padding=True, return_tensors="pt"
    )  # fmt: skip
    was_training = model.training
    model.eval()
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        out = model.generate(
            input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], max_new_tokens=REPLY,
            do_sample=True, temperature=1.0, top_k=0, top_p=1.0, return_dict_in_generate=True, output_logits=True,
        )  # fmt: skip
    model.train(was_training)
    said = out.sequences[:, inputs["input_ids"].shape[1] :]
    logp = torch.log_softmax(torch.stack(out.logits, dim=1).float(), dim=-1)
    entropies = -(logp.exp() * logp).sum(dim=-1)
    ended = (said == END_ID).cumsum(dim=1)
    counts = ((ended == 0) | ((ended == 1) & (said == END_ID))).float()
    means = (entropies * counts).sum(dim=1) / counts.sum(dim=1)
    return Replies(tokenizer.batch_decode(said, skip_special_tokens=True), means.mean().item())


def held_out(
    model: Qwen3ForCausalLM, tokenizer: PreTrainedTokenizerFast, rows: Sequence[SampleRow], contexts: Mapping[str, str],
    *, seed: int = 11, draws: int = 2,
) -> dict[str, float]:  # fmt: skip
    """Return the mean reward by task over drawn replies, `mean`, in which every task counts alike, and `entropy`."""
    prompts = [with_context(row, contexts) for row in rows]
    paid: dict[str, list[float]] = {}
    entropies = []
    for draw in range(draws):
        said = replies(model, tokenizer, prompts, seed=seed + draw)
        entropies.append(said.entropy)
        for row, reply in zip(rows, said.texts, strict=True):
            paid.setdefault(row.task_type, []).append(
                reward(reply, row.answer, row.reward_spec.kind)
            )
    by_task = {task: float(np.mean(values)) for task, values in sorted(paid.items())}
    mean = float(np.mean(list(by_task.values())))
    return by_task | {"mean": mean, "entropy": float(np.mean(entropies))}
