"""The stage in which a model judges documents, the last filter before anything is read from them (§3.1).

Documents are its inputs, each with its opinion as a row. What cannot be read is unknown and stays; a gate leaves out
what is judged worthless.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from extractors.judging.judging import CRITERIA, PACKAGE, ROLE, JudgedDocument, judged, quality_ask
from flows.batches import Engine
from flows.config import SynthesisConfig
from flows.fingerprints import code, ingest_fingerprint
from flows.jobs import IndexRow
from flows.model_stage import Done, asked_with, plain, run_model_stage, together, unread
from flows.stored import Held, documents_of, held
from serving.calls import Reply
from serving.client import ModelClient
from warehouse.identity import digest
from warehouse.ledger import balance
from warehouse.records import Document, Outcome
from warehouse.store import Store

STAGE = "judge_documents"
TABLE = "judged_documents"
REASON = "judged worthless"
CODE = ("extractors/judging", "flows/document_judge.py")


def judge_fingerprint(config: SynthesisConfig) -> str:
    """Return the fingerprint of the stage; whether it gates does not enter."""
    options = config.document_judge.model_dump(mode="json", exclude={"batch", "use"})
    asked = asked_with(config, ROLE, ((PACKAGE, "quality"),))
    return digest(STAGE, ingest_fingerprint(config), code(CODE), options, asked, config.seed)


def judged_worth(engine: Engine, index: Sequence[IndexRow]) -> tuple[list[IndexRow], str]:
    """Have the documents judged that are not yet; return those that go on, and the fingerprint, empty where off."""
    store, config = engine.store, engine.config
    if config.document_judge.use == "off":
        return list(index), ""
    fingerprint = judge_fingerprint(config)
    ids = [row.document_id for row in index]
    todo = store.pending(STAGE, fingerprint, input_ids=ids)
    if todo:
        batches = held(store, config, todo, config.document_judge.batch)

        async def work(client: ModelClient, batch: Held) -> Done:
            return await judge_batch(store.home, config, client, batch)

        run_model_stage(engine, (STAGE, fingerprint), batches, work, inputs=todo)
    balance(store, STAGE, fingerprint=fingerprint, input_ids=ids, counted=())
    return judged_good(store, config, index), fingerprint


def judged_good(store: Store, config: SynthesisConfig, index: Sequence[IndexRow]) -> list[IndexRow]:
    """Return the documents that go on, of such as have been judged where they are to be."""
    if config.document_judge.use != "gate":
        return list(index)
    rows = store.scan(TABLE, {STAGE: judge_fingerprint(config)}, record=JudgedDocument)
    dropped = set(rows.filter(pl.col("verdict") == "drop").collect()["id"].to_list())
    return [row for row in index if row.document_id not in dropped]


async def judge_batch(
    home: Path, config: SynthesisConfig, client: ModelClient, batch: Held
) -> Done:
    """Ask about a batch of documents."""
    documents = list(documents_of(home, batch).values())
    options, seed = config.document_judge, config.seed

    async def ask(document: Document) -> Reply:
        return await client.ask(quality_ask(client, document, options, seed))

    done = Done()
    rows: list[JudgedDocument] = []
    for document, reply in zip(documents, await together(documents, ask), strict=True):
        if reply.status == "unanswered":
            done.outcomes.append(unread(STAGE, document.id, reply, document.source))
            continue
        row = judged(document, reply, options.least)
        rows.append(row)
        done.outcomes.append(_outcome(document, row))
    return Done(done.outcomes, {TABLE: rows})


def _outcome(document: Document, row: JudgedDocument) -> Outcome:
    """Return a document's outcome: rejected is one that a gate would leave out, or has left out."""
    points = "/".join(str(getattr(row, name)) for name in CRITERIA)
    reason = {"keep": "", "drop": REASON, "unknown": "no opinion can be read"}[row.verdict]
    return Outcome(
        stage=STAGE, input_id=document.id, status="rejected" if reason else "ok", reason=reason,
        detail=plain(f"{document.source}: {points} {row.because}"), n_out=0,
    )  # fmt: skip
