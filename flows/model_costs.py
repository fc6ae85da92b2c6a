"""What the steps that ask models will cost in a run: calls, tokens, money and hours, per stage and role.

Counted from the corpus and the configuration: inputs that are made already as they are, others at most. What an input
costs is measured where the ledger has some of the stage; so a first run of a few inputs, with a low cap, tells what
the whole will cost, and its calls are free when the whole is made.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import get_args

import polars as pl

from flows.asking import FOLDER
from flows.config import SynthesisConfig
from flows.document_judge import STAGE as JUDGE
from flows.model_facts import STAGE as FACTS
from flows.rewriting import STAGE as REWRITE
from flows.second_programs import STAGE as SECOND
from generators.mase.rows import ASKED
from generators.rewriting.options import RewriteOptions
from serving.estimate import Estimate, Load, estimate, total
from serving.export import Use, uses
from serving.ledger import FILE as LEDGER
from serving.roles import RoleName
from verifiers.check_options import CheckName
from verifiers.second_program.options import SecondProgramOptions
from warehouse.records import Outcome
from warehouse.shards import OUTCOMES
from warehouse.snapshot_rows import SPLITS, SampleRow
from warehouse.store import Store

CLOSED_BOOK_TOKENS = 150
"""A question and how to write its answer."""
EVIDENCE_TOKENS = 1_500
"""Evidence sections of a question."""
CHARACTERS_PER_TOKEN = 4
SECTIONS = 8
"""Sections of a document, where none was read yet."""
JUDGED = 2
"""Calls to a judge or verifier for one attempt: both orders."""


def model_costs(
    config: SynthesisConfig, home: Path, documents: Mapping[str, int]
) -> list[Estimate]:
    """Return what the configured steps will cost; nothing where none asks a model.

    Args:
        config: the run's configuration.
        home: its home, with the ledger and what is made already.
        documents: documents of each category that has some, files where none was read yet.
    """
    store = Store(home)
    loads = [
        *_read(config, store, sum(documents.values())), *_mase(config, store, documents),
        *_worded(config, store, len(documents)), *_checks(config, store, len(documents)),
    ]  # fmt: skip
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


def _done(store: Store, stage: str, kind: str = "") -> int:
    """Return the inputs of a stage that were asked about, under any configuration, each once.

    A stage that has outcomes of parts of its inputs as well names the `kind` of id that its inputs have.
    """
    fingerprints = {shard.fingerprint for shard in store.manifest(stage).shards}
    frame = store.scan(OUTCOMES, {stage: fingerprints}, record=Outcome)
    own = frame.filter(pl.col("input_id").str.starts_with(kind))
    return own.select(pl.col("input_id").n_unique()).collect().item()


def _read(config: SynthesisConfig, store: Store, documents: int) -> Iterator[Load]:
    """Yield what reading and judging documents costs."""
    if config.document_judge.use != "off":
        done = _done(store, JUDGE)
        shown = config.document_judge.characters // CHARACTERS_PER_TOKEN
        yield Load(
            stage=JUDGE,
            role="judge",
            done=done,
            left=max(0, documents - done),
            most_calls=1,
            prompt_tokens=shown,
        )
    if config.model_facts.use != "off":
        done = _done(store, FACTS, "doc-")
        read = {shard.fingerprint for shard in store.manifest("ingest").shards}
        sections = store.count("sections", {"ingest": read}) or documents * SECTIONS
        most = -(-sections // max(documents, 1)) * (1 + config.model_facts.rounds)
        yield Load(
            stage=FACTS, role="extractor", done=done, left=max(0, documents - done), most_calls=most,
            prompt_tokens=config.extract.section_tokens // 2,
        )  # fmt: skip


def _worded(config: SynthesisConfig, store: Store, categories: int) -> Iterator[Load]:
    """Yield what better wording and second programs cost."""
    samples, _ = _samples(config, store, categories)
    steps: list[tuple[str, RoleName, RewriteOptions | SecondProgramOptions]] = [
        (REWRITE, "writer", config.rewriting), (SECOND, "solver", config.second_program)
    ]  # fmt: skip
    for stage, role, options in steps:
        if options.use != "off":
            done = _done(store, stage)
            yield Load(
                stage=stage, role=role, done=done, left=max(0, samples - done), most_calls=options.tries,
                prompt_tokens=2 * CLOSED_BOOK_TOKENS,
            )  # fmt: skip


def _mase(config: SynthesisConfig, store: Store, documents: Mapping[str, int]) -> Iterator[Load]:
    options = config.mase
    if not options.clusters:
        return
    splits = 1 if config.publish.measure_only else len(SPLITS)
    clusters = sum(
        min(splits * options.clusters, n // options.documents) for n in documents.values()
    )
    done = _done(store, ASKED)
    left = max(0, clusters * options.rounds - done)
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
    # The same questions may have been made under several settings.
    counted = frame.select(pl.col("id").n_unique(), pl.col("context_tokens").mean())
    number, mean = counted.collect().row(0)
    if number:
        return int(number), round(mean)
    worlds = categories * (1 if config.publish.measure_only else len(SPLITS))
    buckets = config.context.buckets
    return worlds * (config.generate.rows + config.numeric.rows), sum(buckets) // len(buckets)
