"""The stage that has numerical questions solved by a second program, blind to the first (method 6).

Numerical samples are its inputs; both programs and all results are rows. Under `gate` a sample is left out whose second
program gives another answer, or of which no program runs; one that was not answered in time stays, without a finding.
"""

import json
from collections.abc import Collection, Mapping
from pathlib import Path

from flows.batches import Engine
from flows.config import SynthesisConfig
from flows.fingerprints import code
from flows.model_stage import Done, asked_with, plain, run_model_stage, together, unread
from flows.sample_batches import Samples, answer_of, sample_batches, sample_ids
from serving.calls import Reply
from serving.client import ModelClient
from verifiers.second_program.asking import (
    PACKAGE,
    ROLE,
    Finding,
    Posed,
    SecondProgram,
    second_program,
)
from warehouse.identity import digest
from warehouse.ledger import balance
from warehouse.records import Outcome
from warehouse.snapshot_rows import SampleRow

STAGE = "second_program"
TABLE = "second_programs"
CODE = (
    "verifiers/second_program",
    "warehouse/sql_guard.py",
    "warehouse/safe_sql.py",
    "flows/second_programs.py",
)
REASONS: dict[Finding, str] = {
    "equal": "", "different": "a second program gives another answer", "no program": "no second program runs",
    "unknown": "the model could not be asked",
}  # fmt: skip


def second_program_fingerprint(config: SynthesisConfig, wordings: str) -> str:
    """Return the fingerprint of the stage; `wordings` is that of the stage that worded the questions, if any did."""
    options = config.second_program.model_dump(mode="json", exclude={"batch", "use"})
    asked = asked_with(config, ROLE, ((PACKAGE, "program"), (PACKAGE, "again")))
    return digest(STAGE, code(CODE), options, asked, config.seed, wordings)


def add_second_programs(
    engine: Engine, worlds: Collection[str], wordings: tuple[str, Mapping[str, str]]
) -> str:
    """Have numerical questions solved again that are not yet; return the fingerprint, empty where off.

    Args:
        engine: the run.
        worlds: fingerprints of the worlds.
        wordings: fingerprint of the stage that worded questions anew, and its wordings by sample.
    """
    store, config = engine.store, engine.config
    if config.second_program.use == "off":
        return ""
    fingerprint = second_program_fingerprint(config, wordings[0])
    ids = sample_ids(store, worlds, "corpus_numeric")
    todo = store.pending(STAGE, fingerprint, input_ids=ids)
    if todo:
        batches = sample_batches(store, worlds, todo, config.second_program.batch)

        async def work(client: ModelClient, batch: Samples) -> Done:
            return await solve_batch(store.home, config, (client, wordings[1]), batch)

        run_model_stage(engine, (STAGE, fingerprint), batches, work, inputs=todo)
    balance(store, STAGE, fingerprint=fingerprint, input_ids=ids, counted=())
    return fingerprint


async def solve_batch(
    home: Path, config: SynthesisConfig, asking: tuple[ModelClient, Mapping[str, str]], batch: Samples
) -> Done:  # fmt: skip
    """Ask for a second program for each numerical sample of a batch; `asking` has the client and new wordings."""
    client, wordings = asking
    views = batch.views_of(home)
    posed = [
        Posed(id=row.id, question=wordings.get(row.id, row.question), form=row.format_instructions,
              answer=answer_of(row), first=json.loads(row.program)["sql"], view=views[row.id])
        for row in batch.rows
        if row.id in views
    ]  # fmt: skip

    async def ask(one: Posed) -> tuple[SecondProgram, Reply | None]:
        return await second_program(client, one, config.second_program, config.seed)

    found = await together(posed, ask)
    outcomes = [
        unread(STAGE, program.id, reply, "") if reply else _outcome(program)
        for program, reply in found
    ]  # fmt: skip
    outcomes += [_without(row) for row in batch.rows if row.id not in views]
    return Done(outcomes, {TABLE: [program for program, reply in found if reply is None]})


def _outcome(program: SecondProgram) -> Outcome:
    last = program.tries[-1]
    return Outcome(
        stage=STAGE, input_id=program.id, status="ok" if program.finding == "equal" else "rejected",
        reason=REASONS[program.finding], detail=plain(f"{last.status}: {last.detail}"), n_out=0,
    )  # fmt: skip


def _without(row: SampleRow) -> Outcome:
    return Outcome(
        stage=STAGE, input_id=row.id, status="rejected", reason="its tables are not there", detail="", n_out=0,
    )  # fmt: skip
