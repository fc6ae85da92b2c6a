"""Starts the processes of a stage through accelerate and stays with them until the stage is done.

They are on a leash (`serving.leash`): they end with the process that wanted them, killed or not. When they end before
the stage does, killed or for want of memory, they are started again from the last checkpoint, as long as each time
gets further than the one before.
"""

import sys
from pathlib import Path

from serving.server_process import last_lines, leashed, let_go
from training.stage import CHECKPOINTS, DONE, Done, StageJob

GRACE_SECONDS = 60.0
"""For an end in order."""
JOB, LOG = "job.json", "trainer.log"


class TrainingFailed(Exception):
    """A stage that did not come to its end; the message has the last lines of what it printed."""


def command(job_file: Path, job: StageJob) -> tuple[str, ...]:
    """Return what starts the processes of a stage on this machine; on further machines it is the same."""
    launch = job.recipe.launch
    return (
        sys.executable, "-m", "accelerate.commands.launch",
        "--config_file", str(Path(launch.accelerate).resolve()), "--num_processes", str(launch.processes),
        "-m", "training.stage", str(job_file),
    )  # fmt: skip


def train_stage(job: StageJob) -> Done:
    """Train a stage to its end, and return what it came to; a stage that is done already is not touched.

    Raises:
        TrainingFailed: its processes ended without getting further than the last time.
    """
    folder = Path(job.folder)
    if done := finished_stage(folder):
        return done
    folder.mkdir(parents=True, exist_ok=True)
    job_file = folder / JOB
    job_file.write_text(job.model_dump_json(indent=1), encoding="utf-8")
    reached = -1
    while True:
        code = _run(command(job_file, job), folder / LOG)
        if done := finished_stage(folder):
            return done
        step = _last_step(folder / CHECKPOINTS)
        if step <= max(reached, 0):
            raise TrainingFailed(
                f"stage {job.stage}: the trainer ended with code {code}:\n{last_lines(folder / LOG)}"
            )
        reached = step


def finished_stage(folder: Path) -> Done | None:
    """Return what a stage came to, None for one that has not come to its end."""
    file = folder / DONE
    return Done.model_validate_json(file.read_text("utf-8")) if file.is_file() else None


def _run(words: tuple[str, ...], log: Path) -> int:
    """Run the processes, their output at the end of a file, and return the exit code."""
    with log.open("ab") as output:
        process = leashed(words, output, GRACE_SECONDS, {})
    try:
        return process.wait()
    finally:
        let_go(process, GRACE_SECONDS)


def _last_step(folder: Path) -> int:
    """Return the step of the newest checkpoint, whole or not; 0 for none."""
    return max(
        (int(path.name.rpartition("-")[2]) for path in folder.glob("checkpoint-*")), default=0
    )
