"""What the steps that ask models will cost in a run: calls, tokens, money and hours, per stage and role.

Counted from the corpus and the configuration: inputs that are made already as they are, others at most. What an input
costs is measured where the ledger has some of the stage; so a first run of a few inputs, with a low cap, tells what
the whole will cost, and its calls are free when the whole is made.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import get_args

import polars as pl

from flows.asking import FOLDER
from flows.config import SynthesisConfig
from flows.models_command import LEDGER
from generators.mase.rows import ASKED
from serving.estimate import Estimate, Load, estimate, total
from serving.export import Use, uses
from serving.roles import RoleName
from verifiers.check_options import CheckName
from warehouse.records import Outcome
from warehouse.shards import OUTCOMES
from warehouse.snapshot_rows import SPLITS, SampleRow
from warehouse.store import Store

CLOSED_BOOK_TOKENS = 150
"""A question and how to write its answer."""
EVIDENCE_TOKENS = 1_500
"""Evidence sections of a question."""
JUDGED = 2
"""Calls to a judge or verifier for one attempt: both orders."""


def model_costs(config: SynthesisConfig, home: Path, categories: Sequence[str]) -> list[Estimate]:
    """Return what the configured steps will cost; nothing where none asks a model.

    Args:
        config: the run's configuration.
        home: its home, with the ledger and what is made already.
        categories: categories that have documents.
    """
    store = Store(home)
    loads = [*_mase(config, store, len(categories)), *_checks(config, store, len(categories))]
    return estimate(loads, config.models, _used(home))


def in_words(rows: Sequence[Estimate]) -> str:
    """Return the sum in words, with what it rests on."""
    calls, tokens, money, hours = total(rows)
    measured = sum(row.basis == "measured" for row in rows)
    basis = (
        "all of it measured"
        if measured == len(rows)
        else f"{measured} of {len(rows)} rows measured, others assumed"
    )
    return f"{calls:,} calls, {tokens:,} tokens, {money:,.2f} in money, {hours:.1f} hours are expected; {basis}"


def _used(home: Path) -> list[Use]:
    file = home / FOLDER / LEDGER
    return uses(file)[0] if file.is_file() else []


def _done(store: Store, stage: str) -> int:
    """Return the inputs of a stage that were asked about, under any configuration, each once."""
    fingerprints = {shard.fingerprint for shard in store.manifest(stage).shards}
    frame = store.scan(OUTCOMES, {stage: fingerprints}, record=Outcome)
    return frame.select(pl.col("input_id").n_unique()).collect().item()


def _mase(config: SynthesisConfig, store: Store, categories: int) -> Iterator[Load]:
    options = config.mase
    if not options.clusters:
        return
    worlds = categories * (1 if config.publish.measure_only else len(SPLITS))
    done = _done(store, ASKED)
    left = max(0, worlds * options.clusters * options.rounds - done)
    calls: dict[RoleName, int] = {"proposer": 1, "solver": options.attempts, "strong_solver": options.attempts,
             "verifier": JUDGED * options.attempts}  # fmt: skip
    for role, most in calls.items():
        shown = CLOSED_BOOK_TOKENS if role == "verifier" else options.tokens
        yield Load(stage=ASKED, role=role, done=done, left=left, most_calls=most, prompt_tokens=shown)  # fmt: skip


def _checks(config: SynthesisConfig, store: Store, categories: int) -> Iterator[Load]:
    samples, context = _samples(config, store, categories)
    prompts = {
        "grounding": CLOSED_BOOK_TOKENS,
        "gold": EVIDENCE_TOKENS,
        "robustness": context,
        "difficulty": context,
    }
    for check in get_args(CheckName):
        if check not in config.checks.made:
            continue
        done = _done(store, check)
        load = Load(
            stage=check, role="solver", done=done, left=max(0, samples - done), most_calls=config.checks.k,
            prompt_tokens=prompts[check],
        )  # fmt: skip
        yield load
        if check != "grounding":
            yield load.model_copy(update={"role": "strong_solver"})
        yield load.model_copy(
            update={"role": "judge", "most_calls": JUDGED * config.checks.k, "prompt_tokens": CLOSED_BOOK_TOKENS}
        )  # fmt: skip


def _samples(config: SynthesisConfig, store: Store, categories: int) -> tuple[int, int]:
    """Return how many samples there are, or may be at most, and the mean length of their contexts in tokens."""
    fingerprints = {shard.fingerprint for shard in store.manifest("generate").shards}
    frame = store.scan("samples", {"generate": fingerprints}, record=SampleRow)
    number, mean = frame.select(pl.len(), pl.col("context_tokens").mean()).collect().row(0)
    if number:
        return int(number), round(mean)
    worlds = categories * (1 if config.publish.measure_only else len(SPLITS))
    buckets = config.context.buckets
    return worlds * (config.generate.rows + config.numeric.rows), sum(buckets) // len(buckets)
