"""Documents that are withdrawn: one line per decision, in the order they were taken.

```
home/retractions.jsonl
```

A retraction names a document by its source (whatever stands there later stays out too) and by the ids that its text
had. It is undone by a later line, never erased. Who decided and when is told beside; identity is what was decided.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from warehouse.identity import digest
from warehouse.manifest import exclusive, replace_file
from warehouse.records import Record
from warehouse.shards import StoreError

FILE = "retractions.jsonl"


class Decision(Record):
    """One decision on one source."""

    action: Literal["retract", "undo"]
    source: str
    """Path as documents name it; the rows of a file go with it."""
    document_ids: tuple[str, ...]
    """Ids of the documents that the source has given so far, sorted."""
    reason: str = ""
    who: str = ""
    """Not part of the identity."""
    when: str = ""
    """ISO 8601 in UTC; not part of the identity."""


class Retractions:
    """What is withdrawn after all decisions."""

    def __init__(self, decisions: Sequence[Decision] = ()) -> None:
        """Apply the decisions in order."""
        self.decisions = tuple(decisions)
        self.standing: dict[str, Decision] = {}
        for decision in self.decisions:
            self.standing.pop(decision.source, None)
            if decision.action == "retract":
                self.standing[decision.source] = decision
        self._ids = {i: d for d in self.standing.values() for i in d.document_ids}

    @property
    def root(self) -> str:
        """The identity of all decisions, empty if there was never one."""
        if not self.decisions:
            return ""
        return digest([(d.action, d.source, d.document_ids, d.reason) for d in self.decisions])

    def of(self, source: str, document_id: str) -> Decision | None:
        """Return the retraction that a document falls under: by its source, its file, or its text."""
        by_source = self.standing.get(source) or self.standing.get(source.partition("#")[0])
        return by_source or self._ids.get(document_id)


def read_retractions(home: Path) -> Retractions:
    """Return the decisions of a home.

    Raises:
        StoreError: a line is damaged: nothing may be published while it is not known what is withdrawn.
    """
    path = home / FILE
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return Retractions()
    try:
        return Retractions([Decision.model_validate_json(line) for line in lines])
    except ValidationError as error:
        raise StoreError(f"{path} is damaged: restore it from a copy") from error


def decide(home: Path, decisions: Iterable[Decision]) -> Retractions:
    """Add decisions; all of them or none are there at any moment."""
    with exclusive(home / ".retractions.lock", f"the retractions of {home}"):
        held = [*read_retractions(home).decisions, *decisions]
        lines = "".join(f"{decision.model_dump_json()}\n" for decision in held)
        replace_file(home / FILE, lines.encode("utf-8"))
    return Retractions(held)
