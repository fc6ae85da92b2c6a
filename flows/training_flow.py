"""A training as one Prefect flow: for each stage its prompts, the check, the trainer, the curves (§4).

The trainer runs in processes of its own, through accelerate; restarts are the launcher's, which knows whether they get
further, and not Prefect's.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Cancelled

from flows.interruption import Cancellation, recorded
from flows.training_jobs import FOLDER, NoGo, StageOutcome, outcome
from training.finding import Site
from training.launch import finished_stage, train_stage
from training.metrics import read_metrics
from training.plots import write_plots
from training.preflight import go, preflight
from training.recipe import stage_named
from training.retrospective import Retrospective, retrospective, write_retrospective
from training.rollout_log import read_rollouts
from training.stage import Done, StageJob

TOLD = ("reward", "masked", "zero_variance_groups", "completions/clipped_ratio", "completions/mean_length")  # fmt: skip
"""Figures of a stage's last step that its artifact shows."""


def checked(job: StageJob, home: Path) -> str:
    """Return the findings before a stage as Markdown.

    Raises:
        NoGo: one of them forbids it.
    """
    findings = preflight(job.recipe, home, stage=job.stage)
    if not go(findings):
        bad = "; ".join(f"{f.check}: {f.detail}" for f in findings if f.status == "no-go")
        raise NoGo(f"stage {job.stage}: {bad}")
    lines = [f"| {f.check} | {f.status} | {_cell(f.detail)} |" for f in findings]
    return "\n".join(["| check | finding | detail |", "|---|---|---|", *lines])


def chosen_prompts(job: StageJob, before: StageJob, home: Path) -> Retrospective:
    """Write which prompts a stage trains on, by what the stage before made of them, and return the counts."""
    site = Site(job.recipe, home, (stage_named(job.recipe, job.stage),))
    rollouts = read_rollouts(Path(before.folder))
    table = retrospective(rollouts, site.lengths.rows, site.stages[0].prompt_tokens)
    Path(job.folder).mkdir(parents=True, exist_ok=True)
    return write_retrospective(table, Path(job.folder))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


check_task = task(name="check", cache_policy=NO_CACHE, persist_result=False)(checked)
choose_task = task(name="choose", cache_policy=NO_CACHE, persist_result=False)(chosen_prompts)
train_task = task(name="train", cache_policy=NO_CACHE, persist_result=False)(train_stage)


@flow(name="longspan-train", validate_parameters=False, persist_result=False)  # pyright: ignore[reportCallIssue]
def training_flow(jobs: Sequence[StageJob], home: Path) -> list[StageOutcome] | State:
    """Train stages in turn; those that are done are passed over.

    Raises:
        NoGo: the check before a stage forbids it.
        TrainingFailed: a trainer ended before its stage did.
    """
    outcomes: list[StageOutcome] = []
    try:
        with recorded(home / FOLDER) as recorder:
            for before, job in zip((None, *jobs), jobs, strict=False):
                recorder.stage(job.stage)
                if done := finished_stage(Path(job.folder)):
                    outcomes.append(outcome(job, done, None, old=True))
                    continue
                outcomes.append(_stage(job, before, home))
    except Cancellation as cancellation:
        return Cancelled(message=str(cancellation))
    return outcomes


def _stage(job: StageJob, before: StageJob | None, home: Path) -> StageOutcome:
    """Train one stage."""
    create_markdown_artifact(
        check_task(job, home), key="longspan-check", description=f"Before stage {job.stage}"
    )
    prompts = choose_task(job, before, home) if before else None
    done = train_task(job)
    write_plots(Path(job.folder))
    found = outcome(job, done, prompts, old=False)
    create_table_artifact(
        _table(found, done), key="longspan-stage", description=f"Stage {job.stage}"
    )
    return found


def _table(found: StageOutcome, done: Done) -> list[dict[str, Any]]:
    """Return what a stage came to as rows: figures, and where its checkpoint is."""
    told: dict[str, Any] = {"steps": done.steps, "steps skipped": done.skipped_steps}
    metrics = read_metrics(Path(found.folder))
    told |= {name: metrics[name].drop_nulls().to_list()[-1:] for name in TOLD if name in metrics}
    if found.prompts:
        told |= {f"prompts {k}": v for k, v in found.prompts.model_dump().items()}
    told |= {"model": found.model, "curves": found.page}
    return [{"figure": name, "value": str(value)} for name, value in told.items()]
