"""What stages that ask models were expected to cost, noted before they ask, beside what the ledger says was spent.

A note has the estimate of `longspan plan` at that moment, and where the ledger stood. A run that was stopped goes on
under its note, so that the whole stage is held against its first estimate; inputs that come later have a note of their
own, and notes add up. A stage that `longspan plan` knows nothing of has calls and no estimate.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from flows.asking import FOLDER
from serving.estimate import Estimate
from serving.export import Spending, last_call, spending
from serving.ledger import FILE as LEDGER
from warehouse.manifest import replace_file
from warehouse.records import Record
from warehouse.shards import StoreError
from warehouse.snapshot_manifest import Expected, StageCost

if TYPE_CHECKING:
    from flows.batches import Engine

FILE = "estimates.json"


class Note(Record):
    """An estimate of a stage, made before it asked."""

    stage: str
    fingerprints: tuple[str, ...]
    """What the stage was about to make."""
    rows: tuple[Estimate, ...]
    """By role; none where `longspan plan` gives no estimate of the stage."""
    after: int
    """Number of the last call that the ledger had."""
    until: int | None = None
    """Number of the last call that the ledger had when the stage was through; None before."""

    @property
    def span(self) -> tuple[int, int | None]:
        """The ledger's numbers between which its calls are, the first left out."""
        return self.after, self.until


class Notes(Record):
    """All notes of a home, oldest first."""

    notes: tuple[Note, ...] = ()


@contextmanager
def noted(
    engine: "Engine",
    stage: str,
    fingerprints: Collection[str],
    inputs: Collection[str] | None = None,
) -> Iterator[None]:
    """Note what a stage is expected to cost before it asks, and where the ledger stands when it is through.

    Args:
        engine: of the run.
        stage: its name.
        fingerprints: what it is about to make.
        inputs: what it is about to ask about; None where it does not say.

    Raises:
        StoreError: the file of notes is damaged.
    """
    home = engine.store.home
    notes, wanted = read_notes(home), set(fingerprints)
    open_ones = [n for n in notes if n.stage == stage and n.until is None]
    if not any(wanted <= set(note.fingerprints) for note in open_ones):
        now = last_call(home / FOLDER / LEDGER)
        rows = tuple(
            row
            for row in engine.costs({} if inputs is None else {stage: inputs})
            if row.stage == stage
        )
        note = Note(stage=stage, fingerprints=tuple(sorted(wanted)), rows=rows, after=now)
        # What was left open of other work is no longer under way.
        _write(home, [*_closed(notes, stage, now), note])
    yield
    _write(home, _closed(read_notes(home), stage, last_call(home / FOLDER / LEDGER)))


def read_notes(home: Path) -> tuple[Note, ...]:
    """Return the notes of a home.

    Raises:
        StoreError: the file is damaged.
    """
    path = home / FOLDER / FILE
    try:
        return Notes.model_validate_json(path.read_bytes()).notes
    except FileNotFoundError:
        return ()
    except ValidationError as error:
        raise StoreError(f"{path} is damaged: remove it, only estimates are lost") from error


def stage_costs(home: Path, made: Iterable[tuple[str, str]]) -> tuple[StageCost, ...]:
    """Return what (stage, fingerprint) pairs were expected to cost and did cost, by role, in the order of the stages.

    Raises:
        StoreError: the file of notes is damaged.
    """
    path = home / FOLDER / LEDGER
    if not path.is_file():
        return ()
    stages: dict[str, set[str]] = {}
    for stage, fingerprint in made:
        stages.setdefault(stage, set()).add(fingerprint)
    notes = read_notes(home)
    out: list[StageCost] = []
    for stage, fingerprints in stages.items():
        own = [n for n in notes if n.stage == stage and fingerprints & set(n.fingerprints)]
        spent = spending(path, stage, [note.span for note in own] or [(0, None)])
        out += _compared(stage, own, spent)
    return tuple(out)


def _compared(stage: str, notes: Sequence[Note], spent: Sequence[Spending]) -> Iterator[StageCost]:
    """Yield one row for each role that was expected to be asked or was asked."""
    estimates: defaultdict[str, list[Estimate]] = defaultdict(list)
    for note in notes:
        for row in note.rows:
            estimates[row.role].append(row)
    of = {row.role: row for row in spent}
    for role in dict.fromkeys((*estimates, *of)):
        made = of.get(role, Spending(role=role))
        yield StageCost(
            stage=stage, role=role, expected=_sum(estimates.get(role, ())), noted=bool(notes), calls=made.calls,
            tokens=made.tokens, money=round(made.money, 4),
        )  # fmt: skip


def _sum(rows: Sequence[Estimate]) -> Expected | None:
    if not rows:
        return None
    return Expected(
        calls=sum(row.calls for row in rows), tokens=sum(row.tokens for row in rows),
        money=round(sum(row.money for row in rows), 4), estimates=len(rows),
        measured=sum(row.basis == "measured" for row in rows),
    )  # fmt: skip


def _closed(notes: Iterable[Note], stage: str, now: int) -> list[Note]:
    return [
        n.model_copy(update={"until": now}) if n.stage == stage and n.until is None else n
        for n in notes
    ]


def _write(home: Path, notes: Sequence[Note]) -> None:
    path = home / FOLDER / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, Notes(notes=tuple(notes)).model_dump_json().encode("utf-8"))
