"""Accepted questions of MASE as samples: context, form checked again, evidence word for word, provenance (2.4, 2.5).

The sections that the solver read are laid into the context where they fit, else those of the evidence alone. No program
says what the answer is, so whether a distractor holds a second answer stays `unknown`; sections that repeat a quote are
kept out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from flows.jobs import Job
from flows.placing import placed
from flows.samples import Question, Quoted, format_instructions, sample_rows
from flows.workers import pool_of
from flows.worlds import RejectedRow
from generators.contexts import Context, Pool, PoolSection
from generators.mase.options import MaseOptions
from generators.mase.rows import PLACED, AcceptedRow, RoundRow, Tally
from verifiers.proposed_checks import check_form
from warehouse.records import Outcome
from warehouse.shards import ShardSet, to_records, write_shards
from warehouse.snapshot_rows import ContextRow, SampleRow
from warehouse.verdicts import Verdict, failed, passed, unknown

NO_PROGRAM = "the question has no program"
NOT_WORD_FOR_WORD = "evidence is not word for word in the context"
ASKED_BY = 300
"""Characters of a quote that near misses are looked up by."""


@dataclass(frozen=True)
class Asked:
    """A question as context assembly sees it."""

    id: str
    sub_questions: tuple[str, ...]


def place_job(job: Job) -> ShardSet:
    """Lay the accepted questions of one world into contexts."""
    home = Path(job.home)
    frame = pl.scan_parquet([home / file for file in job.questions], glob=False).collect()
    rows = sorted(to_records(frame, AcceptedRow), key=lambda row: row.id)
    pool = Pool(pool_of(job), job.config.context.seed)
    samples: list[SampleRow] = []
    contexts: dict[str, ContextRow] = {}
    rejected: list[RejectedRow] = []
    outcomes: list[Outcome] = []
    for row in rows:
        made = sampled(row, pool, job)
        if isinstance(made, Verdict):
            rejected.append(_rejected(row, made))
            outcomes.append(_outcome(row, "rejected", made.reason, "; ".join(made.evidence)[:300]))
            continue
        samples.append(made[0])
        contexts[made[1].id] = made[1]
        outcomes.append(_outcome(row, "ok", "", made[0].id))
    return write_shards(
        home, PLACED, fingerprint=job.fingerprint, outcomes=outcomes,
        tables={"samples": samples, "contexts": list(contexts.values()), "rejected": rejected},
    )  # fmt: skip


def sampled(row: AcceptedRow, pool: Pool, job: Job) -> tuple[SampleRow, ContextRow] | Verdict:
    """Return the sample and its context, or why there is none."""
    question = row.question
    form = check_form(question.text, question.answer)
    if form[-1].status == "failed":
        return form[-1]
    context = _context(row, pool, job)
    if isinstance(context, Verdict):
        return context
    verdicts = (
        passed("well_formed"), *form, unknown("execution", NO_PROGRAM), unknown("second_answer", NO_PROGRAM),
        passed("difficulty"),
    )  # fmt: skip
    sample, held = sample_rows(_question(row, verdicts, job.config.mase), context, pool)
    stated = [passage.quote for passage in question.evidence]
    if [span.quote for span in sample.evidence] != stated:
        return failed("well_formed", NOT_WORD_FOR_WORD, *stated)
    return sample, held


def _context(row: AcceptedRow, pool: Pool, job: Job) -> Context | Verdict:
    """Return the context with all that the solver read, or with the evidence alone where that does not fit."""
    quotes = [" ".join(passage.quote.split()) for passage in row.question.evidence]
    asked = Asked(row.id, (row.question.text, *(quote[:ASKED_BY] for quote in quotes)))
    gold = tuple(sorted({passage.section_id for passage in row.question.evidence}))

    def restates(item: PoolSection) -> bool:
        text = " ".join(item.text.split())
        return any(quote in text for quote in quotes)

    found: Context | Verdict = failed("context", "no section")
    for required in (row.required, gold):
        found = placed(asked, pool, required, (), restates, job.config.context)
        if isinstance(found, Context):
            return found.model_copy(update={"evidence": gold})
    return found


def _question(row: AcceptedRow, verdicts: Sequence[Verdict], options: MaseOptions) -> Question:
    answer, of = row.question.answer, row.round
    decided = of.tally.right + of.tally.wrong
    return Question(
        id=row.id, split=of.split, category=of.category, task_type="reading_comprehension", strategy=of.kind,
        text=row.question.text, instructions=format_instructions(answer), answer=answer,
        program=provenance(of, options), hops=len(row.question.evidence),
        quoted=tuple(
            Quoted(p.document_id, p.section_id, p.start, p.end) for p in row.question.evidence
        ),
        verdicts=tuple(verdicts), pass_rate=of.tally.pass_rate, k=decided,
    )  # fmt: skip


def provenance(row: RoundRow, options: MaseOptions) -> dict[str, Any]:
    """Return who made and tried a question, with what, and under which keys the ledger has it."""
    return {
        "form": "mase", "cluster": row.cluster_id, "round": row.id, "number": row.round, "kind": row.kind,
        "label": row.label, "attempts": _counts(row.tally), "strong_attempts": _counts(row.strong),
        "window": [options.low, options.high], "models": dict(row.models), "prompts": dict(row.prompts),
        "proposal": row.key,
    }  # fmt: skip


def _counts(tally: Tally) -> dict[str, int]:
    return tally.model_dump()


def _outcome(row: AcceptedRow, status: Any, reason: str, detail: str) -> Outcome:
    return Outcome(
        stage=PLACED, input_id=row.id, status=status, reason=reason, detail=detail, n_out=int(status == "ok")
    )  # fmt: skip


def _rejected(row: AcceptedRow, verdict: Verdict) -> RejectedRow:
    return RejectedRow(
        candidate_id=row.id, split=row.round.split, category=row.round.category, form=row.round.kind,
        question=row.question.text, answer=row.question.answer.text, check=verdict.check, reason=verdict.reason,
        evidence=verdict.evidence, quotes=tuple(p.quote for p in row.question.evidence),
    )  # fmt: skip
