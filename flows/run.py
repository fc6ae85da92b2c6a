"""Decide whether there is anything to run before Prefect is imported, run it, and remember what came of it."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flows.config import ConfigError, SynthesisConfig
from flows.contamination import files_root
from flows.corpus import Corpus, FileEntry, Survey, survey
from flows.fingerprints import (
    check_fingerprint,
    extract_fingerprint,
    ingest_fingerprint,
    run_fingerprint,
)
from flows.quiet import prefect_home
from generators.mase.rows import ASKED
from warehouse.identity import digest
from warehouse.records import CATEGORIES, Record
from warehouse.retractions import read_retractions
from warehouse.store import Store
from warehouse.store_upkeep import forget_errors

if TYPE_CHECKING:
    from flows.forecast import Forecast
    from serving.estimate import Estimate


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
    documents: int
    """Documents of these files that go on; the next two are subtracted, and files that hold no others with them."""
    copies: int
    """Documents known to repeat another word for word or nearly."""
    retracted: int
    """Documents known to be withdrawn; a file that was not read yet counts as one."""
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

    With `retry`, files and documents that killed their worker are tried again, and what no model answered in time.
    """
    entries = _survey(config, home).entries
    again = retry and forget_killed(config, home) > 0
    ids = [entry.id for entry in entries]
    files = digest(ids, read_retractions(home).root, files_root(config))
    fingerprint = run_fingerprint(config, files)
    record = home / "runs" / f"{fingerprint[:32]}.json"
    if record.is_file() and not again:
        last = RunOutcome.model_validate_json(record.read_text("utf-8"))
        unanswered = retry and any(row[:2] == (ASKED, "errored") for row in last.rows)
        if not unanswered and (Path(home) / last.path / "manifest.json").is_file():
            return last.model_copy(update={"nothing_to_do": True, "path": str(home / last.path)})
    prefect_home(home)
    from flows.executors import server, task_runner
    from flows.interruption import finished
    from flows.pipeline import synthesis_flow

    job = synthesis_flow.with_options(task_runner=task_runner(config))
    with server():
        published = finished(job(config, home, Corpus(entries), retry=retry, return_state=True))
    outcome = RunOutcome(
        nothing_to_do=False, path=published.path.relative_to(home).as_posix(),
        samples=published.samples, rows=tuple(published.rows()),
    )  # fmt: skip
    record.parent.mkdir(parents=True, exist_ok=True)
    beside = record.with_suffix(".part")
    beside.write_text(json.dumps(outcome.model_dump(), ensure_ascii=False), encoding="utf-8")
    beside.replace(record)
    return outcome.model_copy(update={"path": str(home / outcome.path)})


def forget_killed(config: SynthesisConfig, home: Path) -> int:
    """Forget what killed its worker and what no model answered, so that a run tries it again; return how many.

    What MASE asks follows from the worlds, which the run alone knows: it forgets those rounds itself.
    """
    from flows.model_stages import active_stages

    fingerprints = {"ingest": ingest_fingerprint(config), "extract": extract_fingerprint(config)}
    fingerprints |= {name: check_fingerprint(config, name) for name in config.checks.made}
    fingerprints |= active_stages(config)
    with Store(home).writing() as store:
        return sum(forget_errors(store, *stage) for stage in fingerprints.items())


def forecast_synthesis(config: SynthesisConfig, home: Path, sample: int) -> "Forecast":
    """Return what a run would give and cost, from `sample` files of each source folder.

    Files of which the home knows that nothing goes on are left out.
    """
    from flows.forecast import forecast
    from flows.known import fates, gone

    entries = _survey(config, home).entries
    known = fates(Store(home), config, entries)
    return forecast(config, [e for e in entries if not e.left_out and not gone(known, e)], sample)


def plan_synthesis(config: SynthesisConfig, home: Path) -> list[PlanRow]:
    """Return files, size, finished files and what is known of their documents, per category."""
    from flows.known import COPY, KEPT, RETRACTED, fates, gone

    found = _survey(config, home)
    store = Store(home)
    done = store.done("ingest", ingest_fingerprint(config))
    known = fates(store, config, found.entries)
    rows = []
    for category in (*CATEGORIES, "auto"):
        every = [entry for entry in found.entries if entry.category == category]
        if not every and not found.ignored[category]:
            continue
        inputs = [entry for entry in every if not entry.left_out]
        own = [entry for entry in inputs if not gone(known, entry)]
        of: Counter[str] = Counter()
        for entry in inputs:
            of.update(known.get(entry.id, {}))
        rows.append(
            PlanRow(category=category, files=len(own), megabytes=round(sum(map(_size, own)) / 1e6, 2),
                    done=sum(entry.id in done for entry in own), documents=of[KEPT],
                    copies=of[COPY], retracted=of[RETRACTED],
                    left_out=len(every) - len(inputs), ignored=found.ignored[category])
        )  # fmt: skip
    return rows


def plan_models(config: SynthesisConfig, home: Path, rows: Sequence[PlanRow]) -> "list[Estimate]":
    """Return what a planned run will cost of models, by stage and role."""
    from flows.known import known_members
    from flows.model_costs import model_costs

    documents = {row.category: row.documents or row.files for row in rows if row.files}
    asking = config.rewriting.use != "off" or config.second_program.use != "off"
    members = None
    if asking or config.mase.clusters or config.checks.made:
        members = known_members(Store(home), config, _survey(config, home).entries)
    return model_costs(config, home, documents, members)


def subtracted(rows: Sequence[PlanRow]) -> str:
    """Return in words what a plan leaves out because the home knows it, empty if nothing."""
    copies, retracted = sum(row.copies for row in rows), sum(row.retracted for row in rows)
    if not copies and not retracted:
        return ""
    return (
        f"known from the home and subtracted: {copies} copies and {retracted} retracted documents"
    )


def _size(entry: FileEntry) -> int:
    return Path(entry.path).stat().st_size if Path(entry.path).is_file() else 0
