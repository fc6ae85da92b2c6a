"""Decide whether there is anything to train before Prefect is imported, and train it."""

from pathlib import Path

from flows.quiet import prefect_home
from flows.training_jobs import StageOutcome, outcome, training_jobs
from training.launch import finished_stage


def run_training(path: Path, home: Path, stage: str = "") -> list[StageOutcome]:
    """Train a recipe's stages up to one of them, or all, from where they stand.

    Raises:
        ConfigError: the recipe, the stage or the snapshot is not known.
        NoGo: the check before a stage forbids it.
        TrainingFailed: a trainer ended before its stage did.
    """
    jobs = training_jobs(path, home, stage)
    done = [finished_stage(Path(job.folder)) for job in jobs]
    if all(done):
        return [outcome(j, d, None, old=True) for j, d in zip(jobs, done, strict=True) if d]
    prefect_home(home)
    from flows.executors import server
    from flows.interruption import finished
    from flows.training_flow import training_flow

    with server():
        return finished(training_flow(jobs, home, return_state=True))
