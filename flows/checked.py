"""What model-run checks came to, and a sample's row with what they found of it (method 2.5)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from verifiers.model_verdicts import ModelVerdict
from warehouse.snapshot_rows import CheckResult, Difficulty, SampleRow

GATE = "gate"
"""Stage that says which samples the checks leave out."""
CROWDED = "too many rows of the whole set have this answer"
"""Why a sample that passed all checks is not published."""


@dataclass(frozen=True)
class Checked:
    """What the checks came to."""

    verdicts: Sequence[ModelVerdict] = ()
    """Of all samples that were checked, those left out too."""
    rows: Mapping[str, SampleRow] | None = None
    """Id → sample with its verdicts and difficulty, of those that stay; None where no check is made."""
    dropped: Mapping[str, SampleRow] | None = None
    """Id → sample, of those that a gate left out."""
    stages: tuple[tuple[str, str], ...] = ()
    """(stage, fingerprint)."""

    def kept(self, samples: Iterable[SampleRow]) -> list[SampleRow]:
        """Return those of the samples that stay, with what the checks found."""
        if self.rows is None:
            return list(samples)
        return [self.rows[sample.id] for sample in samples if sample.id in self.rows]


def with_verdicts(row: SampleRow, verdicts: Iterable[ModelVerdict]) -> SampleRow:
    """Return the sample with the checks' findings; its pass rate is that of the check of difficulty."""
    found = list(verdicts)
    results = tuple(CheckResult(check=v.check, status=v.status, reason=v.reason) for v in found)
    rated = next((v for v in found if v.check == "difficulty" and v.rate is not None), None)
    changes: dict[str, object] = {"verdicts": (*row.verdicts, *results)}
    if rated is not None:
        changes["difficulty"] = Difficulty(pass_rate=rated.rate, k=rated.tallies[0].known)
    return row.model_copy(update=changes)
