"""The stage that leaves out questions which models wrote twice, from two clusters: one stays, in the order of the hash.

Its inputs are all such questions that may be published; its outcomes hang on them and on the rule alone, so that a run
that was stopped, or is made again, decides the same.
"""

from collections.abc import Sequence

from flows.config import SynthesisConfig
from flows.fingerprints import code
from generators.rewriting.sameness import core, kind_of
from verifiers.same_question import CHECK, Reading, repeated_questions
from warehouse.identity import digest, merkle_root, rank
from warehouse.ledger import balance
from warehouse.records import Outcome
from warehouse.shards import OUTCOMES
from warehouse.snapshot_rows import SampleRow
from warehouse.store import Store

CODE = ("verifiers/same_question.py", "verifiers/answers", "generators/rewriting/sameness.py",
        "flows/same_questions.py", "warehouse/answer_specs.py")  # fmt: skip
WRITTEN = "reading_comprehension"
"""Task of the questions that models write."""
REASON = "repeats another question"


def asked_once(
    store: Store, config: SynthesisConfig, samples: Sequence[SampleRow]
) -> tuple[list[SampleRow], str]:
    """Return the samples that go on, in the order given, and the stage's fingerprint, empty where no model wrote any.

    The detail of a row that is left out names the sample that stays and its question.
    """
    written = [row for row in samples if row.task_type == WRITTEN]
    if not written:
        return list(samples), ""
    ids = [row.id for row in written]
    fingerprint = digest(CHECK, code(CODE), config.seed, merkle_root(sorted(ids)))
    if store.pending(CHECK, fingerprint, input_ids=ids):
        order = sorted(written, key=lambda row: rank(config.seed, row.id))
        found = repeated_questions(order, Reading(core, kind_of))
        outcomes = [_outcome(row, found.get(row.id)) for row in order]
        store.commit(CHECK, fingerprint, tables={}, outcomes=outcomes)
    balance(store, CHECK, fingerprint=fingerprint, input_ids=ids)
    rejected = store.scan(OUTCOMES, {CHECK: fingerprint}, keep={"status": ["rejected"]})
    out = set(rejected.select("input_id").collect()["input_id"].to_list())
    return [row for row in samples if row.id not in out], fingerprint


def _outcome(row: SampleRow, kept: SampleRow | None) -> Outcome:
    return Outcome(
        stage=CHECK, input_id=row.id, status="rejected" if kept else "ok", reason=REASON if kept else "",
        detail=f"{kept.id}: {kept.question}"[:300] if kept else "", n_out=0,
    )  # fmt: skip
