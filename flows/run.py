"""Decide whether there is anything to run before Prefect is imported, run it, and remember what came of it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from flows.config import ConfigError, SynthesisConfig
from flows.corpus import Corpus, FileEntry, Survey, survey
from flows.fingerprints import extract_fingerprint, ingest_fingerprint, run_fingerprint
from flows.quiet import prefect_home
from warehouse.identity import digest
from warehouse.records import CATEGORIES, Record
from warehouse.retractions import read_retractions
from warehouse.store import Store
from warehouse.store_upkeep import forget_errors

if TYPE_CHECKING:
    from flows.forecast import Forecast


class RunOutcome(Record):
    """What a run came to."""

    nothing_to_do: bool
    path: str
    """Folder of the snapshot."""
    samples: int
    rows: tuple[tuple[str, str, str, int], ...] = ()
    """(stage, status, reason, count)."""


class PlanRow(Record):
    """One category of a run to come."""

    category: str
    files: int
    megabytes: float
    done: int
    """Files already read under this configuration."""
    left_out: int
    """Files and folders that are inputs and will be rejected unread: other people's code, build output, links."""
    ignored: int
    """Files and folders that git ignores, which are no inputs; a folder counts once."""


def _survey(config: SynthesisConfig, home: Path) -> Survey:
    found = survey(config, Path(config.documents), home / "inventory.json")
    if not found.entries:
        raise ConfigError(
            f"{config.documents}: no file in any source; name the folder with --documents"
        )
    return found


def run_synthesis(config: SynthesisConfig, home: Path, *, retry: bool = False) -> RunOutcome:
    """Run the main job, or say at once that the corpus, the options and the code are those of the last run.

    With `retry`, files and documents that killed their worker are tried again.
    """
    entries = _survey(config, home).entries
    again = retry and _forget_errors(config, home) > 0
    files = digest([entry.id for entry in entries], read_retractions(home).root)
    fingerprint = run_fingerprint(config, files)
    record = home / "runs" / f"{fingerprint[:32]}.json"
    if record.is_file() and not again:
        last = RunOutcome.model_validate_json(record.read_text("utf-8"))
        if (Path(home) / last.path / "manifest.json").is_file():
            return last.model_copy(update={"nothing_to_do": True, "path": str(home / last.path)})
    prefect_home(home)
    from flows.executors import server, task_runner
    from flows.interruption import finished
    from flows.pipeline import synthesis_flow

    job = synthesis_flow.with_options(task_runner=task_runner(config))
    with server():
        published = finished(job(config, home, Corpus(entries), return_state=True))
    outcome = RunOutcome(
        nothing_to_do=False, path=published.path.relative_to(home).as_posix(),
        samples=published.samples, rows=tuple(published.rows()),
    )  # fmt: skip
    record.parent.mkdir(parents=True, exist_ok=True)
    beside = record.with_suffix(".part")
    beside.write_text(json.dumps(outcome.model_dump(), ensure_ascii=False), encoding="utf-8")
    beside.replace(record)
    return outcome.model_copy(update={"path": str(home / outcome.path)})


def _forget_errors(config: SynthesisConfig, home: Path) -> int:
    fingerprints = {"ingest": ingest_fingerprint(config), "extract": extract_fingerprint(config)}
    with Store(home).writing() as store:
        return sum(forget_errors(store, *stage) for stage in fingerprints.items())


def forecast_synthesis(config: SynthesisConfig, home: Path, sample: int) -> "Forecast":
    """Return what a run would give and cost, from `sample` files of each source folder."""
    from flows.forecast import forecast

    read = [entry for entry in _survey(config, home).entries if not entry.left_out]
    return forecast(config, read, sample)


def plan_synthesis(config: SynthesisConfig, home: Path) -> list[PlanRow]:
    """Return files, size and finished files per category."""
    found = _survey(config, home)
    done = Store(home).done("ingest", ingest_fingerprint(config))
    rows = []
    for category in (*CATEGORIES, "auto"):
        every = [entry for entry in found.entries if entry.category == category]
        if not every and not found.ignored[category]:
            continue
        own = [entry for entry in every if not entry.left_out]
        size = sum(_size(entry) for entry in own)
        rows.append(
            PlanRow(category=category, files=len(own), megabytes=round(size / 1e6, 2),
                    done=sum(entry.id in done for entry in own), left_out=len(every) - len(own),
                    ignored=found.ignored[category])
        )  # fmt: skip
    return rows


def _size(entry: FileEntry) -> int:
    return Path(entry.path).stat().st_size if Path(entry.path).is_file() else 0
