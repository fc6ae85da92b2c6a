"""What a snapshot says of itself: where it came from, what is in it, and the hash of every file.

`Provenance` is what the run knows and passes in. Counts, hashes and the content id are computed
from the rows, so a manifest cannot claim what is not there.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, JsonValue, ValidationError

from warehouse.records import Record
from warehouse.shards import StoreError
from warehouse.snapshot_rows import ContextRow, SampleRow

SCHEMA_VERSION = 1
MANIFEST = "manifest.json"


class SnapshotError(StoreError):
    """A snapshot cannot be published or read; the message says what is wrong with which."""


class Gate(Record):
    """A condition on the whole set, and what was found."""

    name: str
    status: Literal["passed", "failed", "unknown"]
    required: bool
    """Whether a failure forbids publishing."""
    observed: str
    limit: str
    detail: str = ""


class YieldStep(Record):
    """How much one step of the run kept."""

    step: str
    inputs: int
    kept: int


class ModelUse(Record):
    """A model that had a part in the rows."""

    role: str
    """What it did: `tagger`, `proposer`, `solver`, `judge`."""
    name: str
    digest: str
    """Hash of its weights, or its version where the weights are not ours to read."""


class TriedModel(Record):
    """What one model was asked under a check, and what came of it; counts of attempts unless a field says otherwise."""

    role: str
    model: str
    prompt: str
    """Name and hash of the prompt; `row` and a hash for the samples' own."""
    samples: int = 0
    """Samples that it was asked about."""
    right: int = 0
    wrong: int = 0
    unread: int = 0
    """Replies that were cut, empty or refused, or that neither rules nor a judge could tell."""
    unanswered: int = 0
    judged: int = 0
    """Of the right and wrong ones, those that a judge decided."""
    spared: int = 0
    """Planned and not made, since the verdict was certain."""


class CheckSummary(Record):
    """A check that models ran over the samples."""

    check: str
    mode: str
    """`advise`: rows say what was found. `gate`: rows that fail for certain were left out."""
    samples: int
    found: dict[str, int]
    """Status and reason → samples."""
    models: tuple[TriedModel, ...]
    spared: int
    """Calls that were not needed."""
    fresh: int = 0
    """Robustness: attempts among distractors of their own; the others had another order alone."""
    rated: int = 0
    """Samples whose attempts were all made; the next two are means over them."""
    rate: tuple[float, float, float] | None = None
    """Mean pass rate, and its 95 % interval."""
    pass_at: int = 0
    """k of pass@k."""
    passed: tuple[float, float, float] | None = None
    """Mean pass@k, and its 95 % interval."""
    review: tuple[str, ...] = ()
    """Ids of the samples that a person must look at, those that were left out too."""


class Expected(Record):
    """What a stage was expected to cost for one role, before it asked."""

    calls: int
    tokens: int
    """Of prompts and replies."""
    money: float
    """In the currency of the configured prices."""
    estimates: int
    """How many it is the sum of: inputs that came later were estimated when they came."""
    measured: int
    """Estimates that rest on calls of the stage that were answered before; the others are assumptions."""


class StageCost(Record):
    """What a stage asked of a role, beside what was expected."""

    stage: str
    role: str
    expected: Expected | None
    """None where there was no estimate."""
    noted: bool
    """Whether calls are those since the estimate; else all of the stage that the home's ledger has."""
    calls: int
    """Made; what the ledger answered again is not among them."""
    tokens: int
    """Of prompts and replies."""
    money: float
    """In the currency of the configured prices."""


class Decision(Record):
    """What a reviewer decided on one sample."""

    sample_id: str
    decision: Literal["keep", "drop"]
    reviewer: str
    reason: str


class Provenance(Record):
    """Where a snapshot's rows come from, as the run that made them states it."""

    description: str
    """One paragraph for the dataset card."""
    code_version: str
    config: dict[str, JsonValue]
    """The configuration as resolved."""
    gates: tuple[Gate, ...] = ()
    yields: tuple[YieldStep, ...] = ()
    models: tuple[ModelUse, ...] = ()
    checks: tuple[CheckSummary, ...] = ()
    """Checks that models ran; empty where none was."""
    costs: tuple[StageCost, ...] = ()
    """What models were asked, by stage and role, beside what was expected; empty where none was."""
    prompts: dict[str, str] = Field(default_factory=dict)
    """Prompt name → sha256 of its text."""
    decisions: tuple[Decision, ...] = ()
    notes: tuple[str, ...] = ()
    """Limits that a reader must know: no test split, a category left out, a check that advises."""
    licence: str = "other"
    """Identifier as the Hugging Face Hub writes it, or free text."""
    creator: str = "Longspan"
    homepage: str = ""
    parent: str = ""
    """Version that this one follows; empty takes the latest at the time."""
    measure_only: bool = False
    """Made from documents of evaluation sets: no row of it may be trained on."""


class Counts(Record):
    """How many rows there are, by kind."""

    samples: int
    contexts: int
    documents: int
    """Distinct documents in the contexts."""
    by_task: dict[str, int]
    by_category: dict[str, int]
    by_split: dict[str, int]
    by_bucket: dict[str, int]
    by_strategy: dict[str, int]
    by_licence: dict[str, int] = Field(default_factory=dict)
    """Documents in the contexts by licence, `unknown` for those without one."""


class SnapshotFile(Record):
    """One file of a snapshot."""

    path: str
    """Under the snapshot's folder, `/`-separated."""
    bytes: int
    sha256: str
    rows: int = 0
    group_rows: int = 0
    """Rows in one Parquet row group."""
    memory_bytes: int = 0
    """Size of the rows in memory."""


class SnapshotManifest(Record):
    """Everything that a snapshot says of itself."""

    schema_version: int
    name: str
    version: str
    content_id: str
    """Root over all rows: equal rows give an equal root, whenever and however they are written."""
    parent: str
    created: str
    """Time of publishing, ISO 8601 in UTC; outside the content id."""
    counts: Counts
    provenance: Provenance
    files: tuple[SnapshotFile, ...]
    """Every file but this one."""


class Tally:
    """Counts over a stream of rows."""

    def __init__(self) -> None:
        """Start at nothing."""
        self._kinds: dict[str, Counter[str]] = {
            name: Counter() for name in ("task", "category", "split", "bucket", "strategy")
        }
        self._contexts = 0
        self._documents: dict[str, str] = {}

    def add_sample(self, row: SampleRow) -> None:
        """Count one sample."""
        for name, counter in self._kinds.items():
            counter[str(row.task_type if name == "task" else getattr(row, name))] += 1

    def add_context(self, row: ContextRow) -> None:
        """Count one context and its documents."""
        self._contexts += 1
        # A snapshot from before licences were recorded has none to count.
        self._documents.update((part.document_id, part.licence) for part in row.sections)

    def counts(self) -> Counts:
        """Return the counts so far."""
        kinds: dict[str, Any] = {
            f"by_{name}": dict(sorted(counter.items(), key=_natural))
            for name, counter in self._kinds.items()
        }
        return Counts(
            samples=self._kinds["split"].total(),
            contexts=self._contexts,
            documents=len(self._documents),
            by_licence=dict(sorted(Counter(filter(None, self._documents.values())).items())),
            **kinds,
        )


def _natural(item: tuple[str, int]) -> tuple[int, str]:
    name = item[0]
    return (int(name) if name.isdecimal() else 0, name)


class AnyManifest(Record):
    """The one field that every version of a manifest has."""

    model_config = ConfigDict(extra="ignore")

    schema_version: int


def read_manifest(path: Path) -> SnapshotManifest:
    """Return the manifest of the snapshot at `path`.

    Raises:
        SnapshotError: there is none, it is damaged, or a later version of the program wrote it.
    """
    file = path / MANIFEST
    try:
        text = file.read_bytes()
        version = AnyManifest.model_validate_json(text).schema_version
        if version > SCHEMA_VERSION:
            raise SnapshotError(
                f"{file} has schema version {version}, and this program reads up to "
                f"{SCHEMA_VERSION}: update it to read this snapshot"
            )
        return SnapshotManifest.model_validate_json(text)
    except FileNotFoundError as error:
        raise SnapshotError(f"{path} is no snapshot: it has no {MANIFEST}") from error
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise SnapshotError(
            f"{file} is damaged ({place}: {fault['msg']}): restore it from a copy or publish again"
        ) from error


def validated(provenance: Provenance | Mapping[str, Any]) -> Provenance:
    """Return the provenance as a record.

    Raises:
        SnapshotError: a field is missing, unknown or of the wrong kind; all are named.
    """
    try:
        return Provenance.model_validate(
            provenance if isinstance(provenance, Provenance) else dict(provenance)
        )
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
            for fault in error.errors()
        )
        raise SnapshotError(f"the snapshot's provenance is not complete: {faults}") from error
