"""What the steps that ask models will cost in a run: calls, tokens, money and hours, per stage and role.

Counted from the corpus and the configuration: inputs that are made already as they are, others at most (`flows.due`).
What an input costs is measured where the ledger has some of the stage and model; so a first run of a few inputs tells
what the whole will cost, and its calls are free when the whole is made.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import polars as pl

from flows.asking import FOLDER
from flows.config import SynthesisConfig
from flows.document_judge import STAGE as JUDGE
from flows.due import Corpus, Due, due_checks, due_rounds, due_samples
from flows.members import Members
from flows.model_checks import VERDICTS
from flows.model_facts import STAGE as FACTS
from flows.rewriting import STAGE as REWRITE
from flows.second_programs import STAGE as SECOND
from generators.mase.rows import ASKED, ATTEMPTS, VOTES, AttemptRow, VoteRow
from generators.rewriting.options import RewriteOptions
from serving.estimate import UNMEASURED, Estimate, Load, estimate, total
from serving.export import Use, uses
from serving.ledger import FILE as LEDGER
from serving.roles import RoleName
from verifiers.check_options import CheckName
from verifiers.model_verdicts import ModelVerdict
from verifiers.second_program.options import SecondProgramOptions
from warehouse.records import Outcome
from warehouse.shards import OUTCOMES
from warehouse.snapshot_rows import SampleRow
from warehouse.store import Store

CLOSED_BOOK_TOKENS = 150
"""A question and how to write its answer."""
EVIDENCE_TOKENS = 1_500
"""Evidence sections of a question."""
CHARACTERS_PER_TOKEN = 4
JUDGING_TOKENS = 400
"""A question with two answers, and how to compare them."""
BESIDE: dict[RoleName, int] = {"proposer": 500, "solver": 250, "strong_solver": 250}
"""Instructions of MASE beside the documents, in tokens."""
ASKED_SHARES: dict[RoleName, float] = {"proposer": 1.0, "verifier": 0.25}
"""Share of the most calls of MASE that is expected before it is measured: rules decide most answers."""
CHECK_SHARES: dict[CheckName, float] = {
    "grounding": 1.0,
    "gold": 0.75,
    "robustness": 0.5,
    "difficulty": 1.0,
}
"""The same of attempts: all where one right answer more or less counts, or none is hoped for."""
JUDGED_SHARE = 0.25
"""The same of a judge."""
SECTIONS = 8
"""Sections of a document, where none was read yet."""
JUDGED = 2
"""Calls to a judge or verifier for one attempt: both orders."""


def model_costs(
    config: SynthesisConfig,
    home: Path,
    documents: Mapping[str, int],
    members: Sequence[Members] | None = None,
    given: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> list[Estimate]:
    """Return what the configured steps will cost; nothing where none asks a model.

    Args:
        config: the run's configuration.
        home: its home, with the ledger and what is made already.
        documents: documents of each category that has some, files where none was read yet.
        members: the worlds, None where something was not read yet.
        given: the inputs of stages that know them, by stage.
    """
    past = _Past(config, Store(home), _used(home), given)
    corpus = Corpus(dict(documents), members)
    loads = [*_read(past, sum(documents.values()))]
    for part in (_mase, _worded, _checks):
        loads += part(past, corpus)
    return estimate(loads, config.models, past.used)


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


@dataclass(frozen=True)
class _Past:
    """What a home has done already."""

    config: SynthesisConfig
    store: Store
    used: Sequence[Use]
    given: Mapping[str, Collection[str]]

    def done(self, stage: str, lead: RoleName, kind: str = "") -> set[str]:
        """Return the inputs of a stage that were asked about, under any configuration with the same model.

        Args:
            stage: its name.
            lead: the role that it asks first; what another model was asked does not help.
            kind: of the ids that its inputs have, where it has outcomes of parts of them as well.
        """
        roles = self.config.models.roles
        if lead not in roles:
            return set()
        model = self.config.models.server(lead).model
        if not any((u.stage, u.role, u.model) == (stage, lead, model) for u in self.used):
            return set()
        frame = self.store.scan(OUTCOMES, {stage: _fingerprints(self.store, stage)}, record=Outcome)
        own = frame.filter(pl.col("input_id").str.starts_with(kind))
        return set(own.select(pl.col("input_id").unique()).collect()["input_id"].to_list())

    def due(self, stage: str, otherwise: Due) -> Due:
        """Return the inputs that the stage itself names, or what is expected."""
        return Due(frozenset(self.given[stage])) if stage in self.given else otherwise


def _fingerprints(store: Store, stage: str) -> set[str]:
    return {shard.fingerprint for shard in store.manifest(stage).shards}


def _read(past: _Past, documents: int) -> Iterator[Load]:
    """Yield what reading and judging documents costs."""
    config, store = past.config, past.store
    if config.document_judge.use != "off":
        done = past.done(JUDGE, "judge")
        shown = config.document_judge.characters // CHARACTERS_PER_TOKEN
        left = past.due(JUDGE, Due(more=documents)).left(done)
        yield Load(
            stage=JUDGE, role="judge", done=len(done), left=left, most_calls=1, prompt_tokens=shown
        )
    if config.model_facts.use != "off":
        done = past.done(FACTS, "extractor", "doc-")
        sections = store.count("sections", {"ingest": _fingerprints(store, "ingest")})
        each = -(-(sections or documents * SECTIONS) // max(documents, 1))
        left = past.due(FACTS, Due(more=documents)).left(done)
        yield Load(
            stage=FACTS, role="extractor", done=len(done), left=left, most_calls=each * (1 + config.model_facts.rounds),
            prompt_tokens=config.extract.section_tokens // 2,
        )  # fmt: skip


def _worded(past: _Past, corpus: Corpus) -> Iterator[Load]:
    """Yield what better wording and second programs cost."""
    config = past.config
    steps: list[tuple[str, RoleName, RewriteOptions | SecondProgramOptions]] = [
        (REWRITE, "writer", config.rewriting), (SECOND, "solver", config.second_program)
    ]  # fmt: skip
    for stage, role, options in steps:
        if options.use != "off":
            done = past.done(stage, role)
            due = past.due(stage, due_samples(config, past.store, corpus))
            yield Load(
                stage=stage, role=role, done=len(done), left=due.left(done), most_calls=options.tries,
                prompt_tokens=2 * CLOSED_BOOK_TOKENS,
            )  # fmt: skip


def _mase(past: _Past, corpus: Corpus) -> Iterator[Load]:
    options = past.config.mase
    if not options.clusters:
        return
    done = past.done(ASKED, "proposer")
    left = past.due(ASKED, due_rounds(past.config, past.store, corpus)).left(done)
    calls: dict[RoleName, int] = {"proposer": 1, "solver": options.attempts, "strong_solver": options.attempts,
             "verifier": JUDGED * options.attempts}  # fmt: skip
    settled = _settled_rounds(past.store) if done else {}
    for role, most in calls.items():
        shown = JUDGING_TOKENS if role == "verifier" else options.tokens + BESIDE[role]
        yield Load(
            stage=ASKED, role=role, done=len(done), left=left, most_calls=most, prompt_tokens=shown,
            share=ASKED_SHARES.get(role, UNMEASURED), settled=settled.get(role),
        )  # fmt: skip


def _settled_rounds(store: Store) -> dict[RoleName, int]:
    """Return the calls that the rounds of the store rest on, by role; a proposer's replies may have been mended too."""
    using = {ASKED: _fingerprints(store, ASKED)}
    tries = store.scan(ATTEMPTS, using, record=AttemptRow).select("role", "key").unique().collect()
    votes = store.scan(VOTES, using, record=VoteRow).select(pl.col("key").n_unique()).collect()
    return {
        "solver": tries.filter(pl.col("role") == "solver").height,
        "strong_solver": tries.filter(pl.col("role") == "strong_solver").height,
        "verifier": votes.item(),
    }


def _checks(past: _Past, corpus: Corpus) -> Iterator[Load]:
    config, store = past.config, past.store
    if not config.checks.made:
        return
    rounds = due_rounds(config, store, corpus), past.done(ASKED, "proposer")
    due, context = due_checks(config, store, corpus, rounds), _context(config, store)
    prompts: dict[CheckName, int] = {
        "grounding": CLOSED_BOOK_TOKENS, "gold": min(EVIDENCE_TOKENS, context), "robustness": context,
        "difficulty": context,
    }  # fmt: skip
    share = 1.0
    for check in config.checks.made:
        done = past.done(check, "solver")
        own = past.due(check, due)
        left = own.left(done) if check in past.given else round(share * own.left(done))
        verdicts = list(store.rows(VERDICTS, ModelVerdict, {check: _fingerprints(store, check)}))
        load = Load(
            stage=check, role="solver", done=len(done), left=left, most_calls=config.checks.k,
            settled=_settled(verdicts, "solver") if done else None, prompt_tokens=prompts[check],
            share=CHECK_SHARES[check],
        )  # fmt: skip
        yield load
        if check != "grounding":
            strong = _settled(verdicts, "strong_solver") if done else None
            yield load.model_copy(update={"role": "strong_solver", "settled": strong})
        yield load.model_copy(
            update={"role": "judge", "most_calls": JUDGED * config.checks.k, "settled": None,
                    "prompt_tokens": JUDGING_TOKENS, "share": JUDGED_SHARE}
        )  # fmt: skip
        mode = config.checks.mode(check)
        staying = sum(not verdict.drops(mode) for verdict in verdicts)
        share *= staying / len(verdicts) if verdicts else 1.0


def _settled(verdicts: Iterable[ModelVerdict], role: RoleName) -> int:
    """Return the calls to a role that verdicts rest on; a sample that was judged again was asked about once."""
    made: dict[str, int] = {}
    for verdict in verdicts:
        for tally in verdict.tallies:
            if tally.role == role:
                made[verdict.sample_id] = max(made.get(verdict.sample_id, 0), tally.made)
    return sum(made.values())


def _context(config: SynthesisConfig, store: Store) -> int:
    """Return the mean length of a sample's context in tokens."""
    using = {"generate": _fingerprints(store, "generate")}
    frame = store.scan("samples", using, record=SampleRow)
    mean = frame.select(pl.col("context_tokens").mean()).collect().item()
    buckets = config.context.buckets
    return round(mean) if mean else sum(buckets) // len(buckets)
