"""What a process does not need it does not import: commands that look, the run's own process, its workers."""

import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from flows.config import Source, SynthesisConfig
from flows.jobs import Job
from flows.processes import Processes

ROOT = Path(__file__).resolve().parents[2]
LOOKING = (
    "flows.command_line", "flows.inspection", "flows.comparison", "flows.tracing", "flows.retraction", "flows.cleaning",
    "flows.doctor",
)  # fmt: skip
STARTING = ("flows.processes", "flows.workers")


@pytest.mark.parametrize(
    ("modules", "heavy"),
    [
        (LOOKING, ("spacy", "torch", "prefect")),
        (STARTING, ("spacy", "torch", "prefect", "openai")),
        (("flows.pipeline",), ("spacy", "torch")),
    ],
    ids=["commands that look", "what a worker starts with", "the run's own process"],
)
def test_modules_import_nothing_heavy(modules, heavy):
    code = f"import sys, {', '.join(modules)}; print(*sorted({set(heavy)!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (done.stdout.strip(), done.stderr) == ("", "")


def tagged(job: Job) -> Any:
    """Tag a sentence as extraction would, and tell what is loaded."""
    from extractors.facts.prose import load_model

    words = [token.pos_ for token in load_model()(job.fingerprint)]
    return words, "torch" in sys.modules


def test_a_worker_reads_without_torch():
    pool = Processes(1)
    try:
        job = Job(
            home="",
            fingerprint="She was born in Rome.",
            config=SynthesisConfig(sources=(Source(path="general"),)),
        )
        words, torch = cast(Any, pool.run(tagged, job))
    finally:
        pool.close(at_once=False)
    assert words == ["PRON", "AUX", "VERB", "ADP", "PROPN", "PUNCT"]
    assert not torch
