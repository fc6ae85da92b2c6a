"""The stage that has questions worded better, each variant checked before it is taken (§3.2).

Samples are its inputs. A sample whose variants are all refused keeps its template; every try is a row.
"""

import json
from collections.abc import Collection
from pathlib import Path

from flows.batches import Engine
from flows.config import SynthesisConfig
from flows.fingerprints import code
from flows.model_stage import Done, asked_with, plain, run_model_stage, together, unread
from flows.sample_batches import Samples, drawn_share, sample_batches, sample_ids
from generators.rewriting.asking import PACKAGE, ROLE, ReadBack, Rewrite, rewritten
from serving.calls import Reply
from serving.client import ModelClient
from verifiers.question_reading import round_trip
from warehouse.figures import Figures
from warehouse.identity import digest
from warehouse.ledger import balance
from warehouse.numeric import Query
from warehouse.records import Outcome
from warehouse.snapshot_rows import SampleRow
from warehouse.table_views import NumericView, figures_of
from warehouse.verdicts import Verdict, failed

STAGE = "rewrite"
TABLE = "rewrites"
CODE = ("generators/rewriting", "flows/rewriting.py", "verifiers/question_reading.py")


def rewriting_fingerprint(config: SynthesisConfig) -> str:
    """Return the fingerprint of the stage: a sample's id says what else it depends on."""
    options = config.rewriting.model_dump(mode="json", exclude={"batch", "use", "share"})
    asked = asked_with(config, ROLE, ((PACKAGE, "rewrite"),))
    return digest(STAGE, code(CODE), options, asked, config.seed)


def add_rewrites(engine: Engine, worlds: Collection[str]) -> str:
    """Have the questions of the worlds worded better that are not yet; return the fingerprint, empty where off."""
    store, config = engine.store, engine.config
    if config.rewriting.use == "off":
        return ""
    fingerprint = rewriting_fingerprint(config)
    ids = drawn_share(sample_ids(store, worlds), config.rewriting.share, config.seed)
    todo = store.pending(STAGE, fingerprint, input_ids=ids)
    if todo:
        batches = sample_batches(store, worlds, todo, config.rewriting.batch)

        async def work(client: ModelClient, batch: Samples) -> Done:
            return await rewrite_batch(store.home, config, client, batch)

        run_model_stage(engine, (STAGE, fingerprint), batches, work, inputs=todo)
    balance(store, STAGE, fingerprint=fingerprint, input_ids=ids, counted=())
    return fingerprint


async def rewrite_batch(
    home: Path, config: SynthesisConfig, client: ModelClient, batch: Samples
) -> Done:
    """Ask for a better wording of each sample of a batch."""
    views = batch.views_of(home)

    async def ask(row: SampleRow) -> tuple[list[Rewrite], Reply | None]:
        read_back = reader_of(row, views.get(row.id))
        return await rewritten(
            client, row.id, row.question, config.rewriting, seed=config.seed, read_back=read_back
        )

    found = await together(batch.rows, ask)
    outcomes = [
        unread(STAGE, row.id, reply, row.question[:80]) if reply else _outcome(row, tries)
        for row, (tries, reply) in zip(batch.rows, found, strict=True)
    ]
    rows = [one for tries, reply in found if reply is None for one in tries]
    return Done(outcomes, {TABLE: rows})


def _outcome(row: SampleRow, tries: list[Rewrite]) -> Outcome:
    last = tries[-1]
    told = last.text if last.accepted else f"{last.detail}: {last.text}"
    return Outcome(
        stage=STAGE, input_id=row.id, status="ok" if last.accepted else "rejected", reason=last.reason,
        detail=plain(told), n_out=0,
    )  # fmt: skip


def reader_of(row: SampleRow, view: NumericView | None) -> ReadBack | None:
    """Return what reads a numerical question's variants back as its query; None for questions of other kinds."""
    if row.task_type != "corpus_numeric":
        return None
    if view is None:
        return lambda variant: failed("round_trip", "its tables are not there to read it by")
    query = Query.model_validate(json.loads(row.program)["query"])
    figures = figures_of(view.tables)
    ways = (True, False)
    closed = next((way for way in ways if _reads(row.question, query, figures, closed=way)), None)
    if closed is None:
        return lambda variant: failed("round_trip", "the first wording cannot be read here")

    def read(variant: str) -> Verdict:
        return round_trip(variant, query, figures, closed=closed)

    return read


def _reads(question: str, query: Query, figures: Figures, *, closed: bool) -> bool:
    return round_trip(question, query, figures, closed=closed).status == "passed"
