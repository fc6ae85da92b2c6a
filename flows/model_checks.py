"""The stage of model-run checks: samples that may be published are put to models (method 2.5, steps 3, 4 and 6).

Each check is a stage of its own with one outcome per sample, and is made of the samples that no gate before it left
out. Verdicts are committed batch by batch; a run that is killed, or stopped by a budget, goes on with what has none,
and what models said already is read from the completion ledger. The last stage, `gate`, says which samples are left
out and why.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from types import MappingProxyType

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.asking import going_on, with_models
from flows.batches import Engine
from flows.check_samples import posed_batches
from flows.checked import GATE, Checked, with_verdicts
from flows.config import SynthesisConfig
from flows.fingerprints import check_fingerprint
from flows.stage_costs import noted
from serving.client import ModelClient
from verifiers.check_options import Mode
from verifiers.model_verdicts import UNANSWERED, ModelVerdict
from verifiers.posed import Posed
from verifiers.trying import MODEL_CHECKS, ModelCheck, Trial, check_batch
from warehouse.identity import digest, merkle_root
from warehouse.ledger import balance
from warehouse.records import Outcome
from warehouse.snapshot_rows import SampleRow
from warehouse.store import Store, Using

VERDICTS = "model_verdicts"


def run_checks(
    engine: Engine, samples: Sequence[SampleRow], using: Using,
    origins: Mapping[str, str] = MappingProxyType({}),
) -> Checked:  # fmt: skip
    """Make the configured checks of samples; `using` names the stages that made them, with their fingerprints.

    `origins` has the id that a sample was made under where it was worded anew since.

    Raises:
        ModelsStopped: a budget is spent or an address cannot be used; what is done is kept.
        LedgerError: a stage lost or doubled a sample.
    """
    config, store = engine.config, engine.store
    checks = [check for check in MODEL_CHECKS if check.name in config.checks.made]
    if not checks:
        return Checked()
    if _pending(store, config, checks, samples):
        with_models(
            store.home,
            config.models,
            lambda client: _make(engine, client, checks, samples, (using, origins)),
            budget=engine.budget,
        )
    verdicts: list[ModelVerdict] = []
    stages: list[tuple[str, str]] = []
    left = list(samples)
    for check in checks:
        fingerprint = check_fingerprint(config, check.name)
        balance(store, check.name, fingerprint=fingerprint, input_ids=[row.id for row in left])
        own = _stored(store, config, check, left)
        verdicts += own.values()
        stages.append((check.name, fingerprint))
        left = _passed(config, check, left, own)
    stages.append((GATE, _gate(store, config, samples, verdicts)))
    found: dict[str, list[ModelVerdict]] = defaultdict(list)
    for verdict in verdicts:
        found[verdict.sample_id].append(verdict)
    kept = {row.id: with_verdicts(row, found[row.id]) for row in left}
    dropped = {row.id: with_verdicts(row, found[row.id]) for row in samples if row.id not in kept}
    return Checked(verdicts, kept, dropped, tuple(stages))


def _pending(
    store: Store,
    config: SynthesisConfig,
    checks: Iterable[ModelCheck],
    samples: Sequence[SampleRow],
) -> bool:
    """Whether any sample lacks a verdict that it should have."""
    left = list(samples)
    for check in checks:
        ids = [row.id for row in left]
        if store.pending(check.name, check_fingerprint(config, check.name), input_ids=ids):
            return True
        left = _passed(config, check, left, _stored(store, config, check, left))
    return False


def _stored(
    store: Store, config: SynthesisConfig, check: ModelCheck, rows: Iterable[SampleRow]
) -> dict[str, ModelVerdict]:
    """Return the stored verdicts of a check on these samples, in their order."""
    using = {check.name: check_fingerprint(config, check.name)}
    ids = [row.id for row in rows]
    held = {v.sample_id: v for v in store.rows(VERDICTS, ModelVerdict, using, keep={"sample_id": ids})}  # fmt: skip
    return {identity: held[identity] for identity in ids if identity in held}


def _passed(
    config: SynthesisConfig, check: ModelCheck, rows: Iterable[SampleRow],
    verdicts: Mapping[str, ModelVerdict],
) -> list[SampleRow]:  # fmt: skip
    mode = config.checks.mode(check.name)
    return [row for row in rows if not verdicts[row.id].drops(mode)]


async def _make(
    engine: Engine, client: ModelClient, checks: Sequence[ModelCheck],
    samples: Sequence[SampleRow], made: tuple[Using, Mapping[str, str]],
) -> None:  # fmt: skip
    """Make the checks in order, each of the samples that the ones before it leave."""
    config, store = engine.config, engine.store
    trial = Trial(client, config.checks, going_on)
    left = list(samples)
    for check in checks:
        engine.recorder.stage(check.name)
        client.stage = check.name
        fingerprint = check_fingerprint(config, check.name)
        wanted = set(store.pending(check.name, fingerprint, input_ids=[row.id for row in left]))
        todo = [row for row in left if row.id in wanted]
        with noted(engine, check.name, [fingerprint], wanted) if todo else nullcontext():
            for batch in posed_batches(store, config, made, check.reads, todo):
                engine.recorder.heed()
                await run_check(_work(store, trial, check, fingerprint, batch))
        left = _passed(config, check, left, _stored(store, config, check, left))


@task(name="check", cache_policy=NO_CACHE, persist_result=False, log_prints=False)
async def run_check(work: Callable[[], Awaitable[None]]) -> None:
    """Check one batch and commit its verdicts; the work is opaque to Prefect, which would walk through its texts."""
    await work()


def _work(
    store: Store, trial: Trial, check: ModelCheck, fingerprint: str, batch: Sequence[Posed]
) -> Callable[[], Awaitable[None]]:
    async def work() -> None:
        verdicts = await check_batch(trial, check, batch)
        outcomes = [_outcome(check.name, verdict) for verdict in verdicts]
        store.commit(check.name, fingerprint, tables={VERDICTS: verdicts}, outcomes=outcomes)

    return work


def _outcome(stage: str, verdict: ModelVerdict) -> Outcome:
    """Return the outcome of a sample: its verdict, of any kind, or an error where the model did not answer."""
    silent = verdict.reason == UNANSWERED
    detail = next((tally.detail for tally in verdict.tallies if tally.detail), "") if silent else ""
    return Outcome(
        stage=stage, input_id=verdict.sample_id, status="errored" if silent else "ok",
        reason=UNANSWERED if silent else "", detail=detail, n_out=1,
    )  # fmt: skip


def _gate(
    store: Store, config: SynthesisConfig, samples: Sequence[SampleRow], verdicts: Sequence[ModelVerdict]
) -> str:  # fmt: skip
    """Commit one outcome per sample, rejected by the first check that leaves it out; return the fingerprint."""
    modes: dict[str, Mode] = {check: config.checks.mode(check) for check in config.checks.made}
    ids = [row.id for row in samples]
    root = merkle_root([*ids, *(digest(v.model_dump()) for v in verdicts)])
    fingerprint = digest(GATE, modes, root)
    why: dict[str, str] = {}
    for verdict in verdicts:
        if verdict.drops(modes[verdict.check]):
            why.setdefault(verdict.sample_id, f"{verdict.check}: {verdict.reason}")
    pending = store.pending(GATE, fingerprint, input_ids=ids)
    if pending:
        questions = {row.id: row.question for row in samples}
        outcomes = [
            Outcome(
                stage=GATE, input_id=identity, status="rejected" if identity in why else "ok",
                reason=why.get(identity, ""), detail=questions[identity][:300], n_out=0,
            )
            for identity in pending
        ]  # fmt: skip
        store.commit(GATE, fingerprint, tables={}, outcomes=outcomes)
    balance(store, GATE, fingerprint=fingerprint, input_ids=ids)
    return fingerprint
