"""The stage that has a model read facts and figures, beside the rules and never in place of them (method 2.1 step 1).

Documents are its inputs. Each section has an outcome that counts its facts, and one for each reason why statements
of it were refused; what rules and model both read is a table beside the facts.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from extractors.model_facts.agreement import Confirmed, confirmed
from extractors.model_facts.asking import PACKAGE, SectionRead, read_section
from flows.batches import Engine
from flows.config import SynthesisConfig
from flows.fingerprints import code, extract_fingerprint
from flows.jobs import IndexRow, Job
from flows.model_stage import (
    Done,
    asked_with,
    not_in_time,
    plain,
    read_documents,
    together,
    unread,
)
from flows.stored import Held, documents_of, rows_of, sections_of
from serving.client import ModelClient
from warehouse.identity import digest
from warehouse.records import Document, Fact, Outcome, Section
from warehouse.store import Store

STAGE = "model_facts"
CODE = ("extractors/model_facts", "flows/model_facts.py")
FACTS, CONFIRMED = "model_facts", "confirmed"


def model_facts_fingerprint(config: SynthesisConfig) -> str:
    """Return the fingerprint of the model's reading: its code, options, model and prompts, and what rules read."""
    options = config.model_facts.model_dump(mode="json", exclude={"batch", "use"})
    prompts = ((PACKAGE, "facts"), (PACKAGE, "glean"))
    asked = asked_with(config, "extractor", prompts)
    return digest(STAGE, extract_fingerprint(config), code(CODE), options, asked, config.seed)


def add_model_facts(engine: Engine, index: Sequence[IndexRow]) -> str:
    """Have every document read by the model that is not read yet; return the stage's fingerprint, empty where off."""
    if engine.config.model_facts.use == "off":
        return ""
    fingerprint = model_facts_fingerprint(engine.config)
    read_documents(engine, (STAGE, fingerprint), index, read_batch, FACTS)
    return fingerprint


async def read_batch(home: Path, config: SynthesisConfig, client: ModelClient, batch: Held) -> Done:
    """Ask about every section of a batch, hold what was read against what the rules read, and account for it.

    A document of which a section was not answered in time has no rows; what was answered is free the next time.
    """
    options = config.model_facts
    documents, sections = documents_of(home, batch), sections_of(home, batch)
    rules: dict[str, list[Fact]] = defaultdict(list)
    for fact in rows_of(home, batch.facts, Fact, "document_id", batch.ids):
        rules[fact.document_id].append(fact)
    pairs = [
        (document, section)
        for document in documents.values()
        if document.format in options.formats
        for section in sections[document.id]
    ]

    async def ask(pair: tuple[Document, Section]) -> SectionRead:
        return await read_section(client, *pair, options, config.seed)

    reads = await together(pairs, ask)
    facts: list[Fact] = []
    agreed: list[Confirmed] = []
    outcomes: list[Outcome] = []
    for document in documents.values():
        own = [read for read in reads if read.section.document_id == document.id]
        late = [r.failed for r in own if r.failed is not None and not_in_time(r.failed)]
        if late:
            outcomes.append(unread(STAGE, document.id, late[0], document.source))
            continue
        kept = list({fact.id: fact for read in own for fact in read.facts}.values())
        facts += kept
        agreed += confirmed(rules[document.id], kept)
        outcomes += _outcomes(document, own)
    return Done(outcomes, {FACTS: facts, CONFIRMED: agreed})


def _outcomes(document: Document, reads: Sequence[SectionRead]) -> Iterator[Outcome]:
    """Yield the outcome of a document, of each of its sections, and of each reason for refusals in a section."""
    said = "" if reads else ": a kind of document that is not asked about"
    yield _outcome(document.id, "ok", "", f"{document.source}{said}", 0)
    for read in reads:
        identity, place = read.section.id, f"{document.source} section {read.section.index}"
        if read.failed is not None:
            yield unread(STAGE, identity, read.failed, place)
        else:
            yield _outcome(identity, "ok", "", place, len(read.facts))
        by_reason: dict[str, list[str]] = defaultdict(list)
        for refused in read.refused:
            by_reason[refused.reason].append(refused.detail)
        for reason, details in by_reason.items():
            detail = f"{place}: {len(details)}, the first {details[0]}"
            yield _outcome(f"{identity}#{reason}", "rejected", reason, detail, 0)


def _outcome(identity: str, status: str, reason: str, detail: str, n_out: int) -> Outcome:
    return Outcome.model_validate({
        "stage": STAGE, "input_id": identity, "status": status, "reason": reason, "detail": plain(detail),
        "n_out": n_out,
    })  # fmt: skip


def told_of(store: Store, fingerprint: str) -> dict[str, list[str]]:
    """Return by document what a world made with a model's facts depends on: their ids, and those confirmed."""
    out: dict[str, list[str]] = defaultdict(list)
    for table, record in ((FACTS, Fact), (CONFIRMED, Confirmed)) if fingerprint else ():
        rows = store.scan(table, {STAGE: fingerprint}, record=record)
        for document, identity in rows.select("document_id", "id").collect().iter_rows():
            out[document].append(f"{table}:{identity}" if table == CONFIRMED else identity)
    return out


def with_model_facts(job: Job, store: Store, fingerprint: str) -> Job:
    """Return the job of a world with the shards of what a model read, itself where there are none."""
    if not fingerprint:
        return job
    using = {STAGE: fingerprint}
    return job.model_copy(update={
        "facts": (*job.facts, *(shard.file for shard in store.shards(FACTS, using))),
        "confirmed": tuple(shard.file for shard in store.shards(CONFIRMED, using)),
    })  # fmt: skip
