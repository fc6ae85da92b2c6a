"""The stage that has a model read the tables that rules read: which figures both give alike (method 2.2).

Documents are its inputs; each table has an outcome. Under `gate` a figure of a table that was read is used only where
both agree; a table whose reply cannot be used is left as the rules read it.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from extractors.model_facts.asking import PACKAGE
from extractors.model_facts.figures import (
    CellReading,
    SaidFigures,
    Table,
    readings,
    tables_of,
)
from extractors.model_facts.figures import unread as unread_figures
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
from flows.stored import Held, documents_of, rows_of
from serving.calls import Reply
from serving.client import Ask, ModelClient
from serving.outcomes import Expected
from serving.prompts import load_prompt, marked
from warehouse.cells import Cell
from warehouse.identity import digest
from warehouse.records import Outcome
from warehouse.store import Store

STAGE = "model_cells"
TABLE = "cell_readings"
CODE = ("extractors/model_facts/figures.py", "flows/model_cells.py")
EXPECTED = Expected(SaidFigures)


def model_cells_fingerprint(config: SynthesisConfig) -> str:
    """Return the fingerprint of the model's reading of tables."""
    asked = asked_with(config, "extractor", ((PACKAGE, "figures"),))
    longest = config.model_facts.table_characters
    return digest(STAGE, extract_fingerprint(config), code(CODE), longest, asked, config.seed)


def add_cell_readings(engine: Engine, index: Sequence[IndexRow]) -> str:
    """Have the tables of every document read that are not read yet; return the fingerprint, empty where off."""
    if engine.config.model_facts.tables == "off":
        return ""
    fingerprint = model_cells_fingerprint(engine.config)
    read_documents(engine, (STAGE, fingerprint), index, read_tables, TABLE)
    return fingerprint


async def read_tables(
    home: Path, config: SynthesisConfig, client: ModelClient, batch: Held
) -> Done:
    """Ask about the tables of a batch of documents and hold what is said against the rules' cells."""
    documents = documents_of(home, batch)
    cells: dict[str, list[Cell]] = defaultdict(list)
    for cell in rows_of(home, batch.cells, Cell, "document_id", batch.ids):
        cells[cell.document_id].append(cell)
    longest = config.model_facts.table_characters
    tables = [t for d in documents.values() for t in tables_of(d, cells[d.id])]
    asked = [table for table in tables if table.end - table.start <= longest]

    async def ask(table: Table) -> Reply:
        return await client.ask(table_ask(client, table, config.seed))

    replies = dict(zip(map(_name, asked), await together(asked, ask), strict=True))
    done = Done()
    rows: list[CellReading] = []
    for document in documents.values():
        own = [table for table in tables if table.document is document]
        late = [r for t in own if (r := replies.get(_name(t))) is not None and not_in_time(r)]
        if late:
            done.outcomes.append(unread(STAGE, document.id, late[0], document.source))
            continue
        done.outcomes.append(_outcome(document.id, "", document.source, 0))
        for table in own:
            rows += _account(table, replies.get(_name(table)), done)
    return Done(done.outcomes, {TABLE: rows})


def table_ask(client: ModelClient, table: Table, seed: int) -> Ask:
    """Return the question for a table's figures."""
    prompt = load_prompt(PACKAGE, "figures", client.models.role("extractor").prompt)
    shown = marked([(table.document.title, table.text)])
    filled = prompt.filled(most=str(2 * len(table.cells)), table=shown)
    return client.asking("extractor", filled, expected=EXPECTED, seed=seed)


def _account(table: Table, reply: Reply | None, done: Done) -> list[CellReading]:
    """Return the readings of one table, and enter its outcome; there is no reply where it was too long to ask about."""
    name, source = _name(table), table.document.source
    if reply is None:
        done.outcomes.append(_outcome(name, "too long for the model", source, 0))
        return []
    if not reply.answered:
        done.outcomes.append(unread(STAGE, name, reply, source))
        return []
    said = reply.value(SaidFigures).figures
    rows = readings(table, said)
    counts = Counter(row.status for row in rows)
    told = ", ".join(f"{status} {number}" for status, number in sorted(counts.items()))
    done.outcomes.append(_outcome(name, "", f"{source}: {told}", len(rows)))
    if alone := unread_figures(table, said):
        detail = f"{source}: {len(alone)}, the first {alone[0].model_dump_json()}"
        done.outcomes.append(_outcome(f"{name}#alone", "no rule reads the figure", detail, 0))
    return rows


def _name(table: Table) -> str:
    return f"{table.document.id}#table {table.start}"


def _outcome(identity: str, reason: str, detail: str, n_out: int) -> Outcome:
    return Outcome(
        stage=STAGE, input_id=identity, status="rejected" if reason else "ok", reason=reason,
        detail=plain(detail), n_out=n_out,
    )  # fmt: skip


def doubted(store: Store, config: SynthesisConfig, fingerprint: str) -> dict[str, list[str]]:
    """Return by document the ids of the cells that a gate leaves out."""
    out: dict[str, list[str]] = defaultdict(list)
    if not fingerprint or config.model_facts.tables != "gate":
        return out
    rows = store.scan(TABLE, {STAGE: fingerprint}, record=CellReading)
    rows = rows.filter(pl.col("status") != "agreed").select("document_id", "id").collect()
    for document, identity in rows.iter_rows():
        out[document].append(identity)
    return out


def with_readings(job: Job, store: Store, fingerprint: str) -> Job:
    """Return the job of a world with the shards of the model's readings of cells, where they gate."""
    if not fingerprint or job.config.model_facts.tables != "gate":
        return job
    shards = store.shards(TABLE, {STAGE: fingerprint})
    return job.model_copy(update={"readings": tuple(shard.file for shard in shards)})
