"""The main job as one Prefect flow: ingest, deduplicate, extract, generate, verify, publish (method 2.1, 2.4, 2.5).

Stages are tasks over batches in one flow (`flows.batches`). A task runs its job in a spawned worker process (spaCy
never forks under DuckDB's or Polars' threads) or on Ray; what it wrote is committed by the store's one writer. Work is
what has no outcome yet, so a killed run goes on where it stopped and a second run finds nothing.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from prefect import flow
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Cancelled

from flows.batches import Engine, Stage, run_stage
from flows.config import SynthesisConfig
from flows.corpus import Corpus, FileEntry
from flows.document_judge import STAGE as JUDGE
from flows.document_judge import judged_worth
from flows.duplicates import without_copies
from flows.executors import workers
from flows.fingerprints import extract_fingerprint, ingest_fingerprint, world_fingerprint
from flows.interruption import Cancellation, recorded
from flows.jobs import IndexRow, Job
from flows.known import current_index
from flows.lineage import record_facts, record_published, record_read
from flows.mase import add_mase
from flows.members import Members, members_of, with_facts
from flows.model_cells import add_cell_readings
from flows.model_checks import run_checks
from flows.model_costs import model_costs
from flows.model_facts import add_model_facts
from flows.model_read import ModelRead
from flows.model_work import ModelWork, wordings_of
from flows.proposals import add_proposals
from flows.publishing import Published, gathered, publish_run, stage_rows
from flows.retraction import leave_out
from flows.rewriting import add_rewrites
from flows.second_programs import add_second_programs
from flows.stage_costs import stage_costs
from flows.stored import by_commit
from flows.workers import extract_job, generate_job, ingest_job
from serving.estimate import Estimate
from verifiers.contamination import CHECK as CONTAMINATION
from verifiers.same_question import CHECK as SAME
from warehouse.ledger import balance
from warehouse.records import Category
from warehouse.store import Store

BATCH_BYTES = 400_000


@flow(name="longspan-synthesis", validate_parameters=False, persist_result=False)  # pyright: ignore[reportCallIssue]
def synthesis_flow(
    config: SynthesisConfig, home: Path, corpus: Corpus, *, retry: bool = False
) -> Published | State:
    """Turn the files of `corpus` into a published snapshot under `home`.

    With `retry`, rounds of its own questions that were not answered in time are asked again.

    Raises:
        StoreError: another run writes this home, or a shard is damaged.
        LedgerError: a stage lost or doubled an input.
    """
    store = Store(home)
    try:
        with (
            store.writing(),
            recorded(home) as recorder,
            workers(config) as pool,
        ):
            published = _stages(Engine(store, pool, config, recorder, retry=retry), corpus.entries)
    except Cancellation as cancellation:
        return Cancelled(message=str(cancellation))
    _artifacts(published)
    return published


def _stages(engine: Engine, entries: Sequence[FileEntry]) -> Published:
    store, config = engine.store, engine.config
    read = _ingest(engine, entries)
    held, unique = without_copies(store, config, current_index(store, config, entries))
    # A retracted document's copies stay out with it.
    worthy, withdrawn = leave_out(store, held)
    engine.costs = _costs(engine, worthy)
    index, judged = judged_worth(engine, worthy)
    record_read(config.publish.name, index, len(held) - len(index))
    extracted = _extract(engine, index)
    index = with_facts(store, config, index)
    record_facts(config.publish.name, store, extracted, index)
    told = ModelRead(add_model_facts(engine, index), add_cell_readings(engine, index))
    members = members_of(config, store, index, told)
    worlds = _generate(engine, members, told)
    asked = add_mase(engine, members)
    work = _asked_again(engine, worlds)
    used = [
        ("ingest", read),
        ("deduplicate", unique),
        *([("retract", withdrawn)] if withdrawn else []),
        *([(JUDGE, judged)] if judged else []),
        ("extract", extracted),
        *told.stages,
        *(("generate", world) for world in worlds),
        *asked.stages,
        *work.stages,
    ]
    made = gathered(store, config, worlds, asked, work)
    compared = (CONTAMINATION, made.contamination), (SAME, made.once)
    used += [(stage, fingerprint) for stage, fingerprint in compared if fingerprint]
    if config.checks.made:
        checked = run_checks(engine, made.samples, made.using, work.origins(store))
        made = replace(made, checked=checked)
        used += checked.stages
    made = replace(made, costs=stage_costs(store.home, used))
    engine.recorder.stage("publish")
    published = publish_run(store, config, index, stage_rows(store, used), made)
    record_published(config.publish.name, published)
    return published


def _costs(
    engine: Engine, index: Sequence[IndexRow]
) -> Callable[[Mapping[str, Collection[str]]], list[Estimate]]:
    """Return what tells at any time what stages that ask models will cost, by what they are about to ask about."""
    documents = Counter(row.category for row in index)
    return lambda given: model_costs(engine.config, engine.store.home, documents, given=given)


def _ingest(engine: Engine, entries: Sequence[FileEntry]) -> str:
    fingerprint = ingest_fingerprint(engine.config)
    wanted = set(engine.store.pending("ingest", fingerprint, input_ids=[e.id for e in entries]))
    batches = _batches(
        [entry for entry in entries if entry.id in wanted], lambda e: _size(e.path), BATCH_BYTES
    )
    run_stage(engine, Stage("ingest", ingest_job, {e.id: e.source for e in entries}), (
        Job(home=str(engine.store.home), fingerprint=fingerprint, config=engine.config, entries=tuple(batch))
        for batch in batches
    ))  # fmt: skip
    ids = [entry.id for entry in entries]
    balance(engine.store, "ingest", fingerprint=fingerprint, input_ids=ids, counted={"documents"})
    return fingerprint


def _extract(engine: Engine, index: Sequence[IndexRow]) -> str:
    fingerprint = extract_fingerprint(engine.config)
    todo = set(
        engine.store.pending("extract", fingerprint, input_ids=[row.document_id for row in index])
    )
    words = {row.document_id: row.words for row in index}
    jobs = []
    for documents, sections, ids in by_commit(engine.store, engine.config, todo):
        for batch in _batches(ids, words.__getitem__, engine.config.extract.batch_words):
            jobs.append(
                Job(home=str(engine.store.home), fingerprint=fingerprint, config=engine.config, ids=tuple(batch),
                    documents=documents, sections=sections)
            )  # fmt: skip
    run_stage(engine, Stage("extract", extract_job, {r.document_id: r.source for r in index}), jobs)
    ids = [row.document_id for row in index]
    balance(engine.store, "extract", fingerprint=fingerprint, input_ids=ids, counted={"facts"})
    return fingerprint


def _generate(
    engine: Engine, members: Sequence[Members], told: ModelRead
) -> dict[str, tuple[str, Category]]:
    """Make every world that is not made yet; return fingerprint → (split, category)."""
    store = engine.store
    worlds: dict[str, tuple[str, Category]] = {}
    jobs = []
    for world in members:
        fingerprint = world_fingerprint(engine.config, world.scope, world.content)
        worlds[fingerprint] = world.scope
        if not any(shard.fingerprint == fingerprint for shard in store.manifest("generate").shards):
            job = _world_job(engine, fingerprint, world.scope, (world.ids, world.repeated))
            jobs.append(told.given(job, store))
    run_stage(engine, Stage("generate", generate_job, {}), jobs)
    return worlds


def _asked_again(engine: Engine, worlds: Iterable[str]) -> ModelWork:
    """Have models word finished questions better, solve numerical ones again and propose merges, where configured."""
    found = tuple(worlds)
    worded = add_rewrites(engine, found)
    wordings = wordings_of(engine.store, worded)
    programs = add_second_programs(engine, found, (worded, wordings))
    return ModelWork(worded, programs, add_proposals(engine))


def _world_job(
    engine: Engine,
    fingerprint: str,
    scope: tuple[str, Category],
    members: tuple[tuple[str, ...], tuple[str, ...]],
) -> Job:
    ingest = {"ingest": ingest_fingerprint(engine.config)}
    extract = {"extract": extract_fingerprint(engine.config)}
    store = engine.store
    return Job(
        home=str(store.home), fingerprint=fingerprint, config=engine.config, ids=members[0],
        documents=tuple(shard.file for shard in store.shards("documents", ingest)),
        sections=tuple(shard.file for shard in store.shards("sections", ingest)),
        facts=tuple(shard.file for shard in store.shards("facts", extract)),
        cells=tuple(shard.file for shard in store.shards("cells", extract)),
        split=scope[0], category=scope[1], repeated=members[1],
    )  # fmt: skip


def _batches(items: Iterable, size: Callable, limit: int) -> Iterator[list]:
    """Cut items into lists whose sizes add up to about `limit`, at least one item each."""
    batch, total = [], 0
    for item in items:
        batch.append(item)
        total += size(item)
        if total >= limit:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


def _artifacts(published: Published) -> None:
    """Leave the run's summary with Prefect: a table of yields and a link to the report."""
    create_table_artifact(
        table=published.table(), key="longspan-yield", description="Rows by stage and reason"
    )
    create_markdown_artifact(
        f"Snapshot `{published.version}`: {published.samples} samples. Report: `{published.path}/report/index.html`",
        key="longspan-snapshot",
    )
