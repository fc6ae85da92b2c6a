"""What one world is and what it gives: the rows and outcomes that every kind of question adds to."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from generators.contexts import Context
from warehouse.numeric import NumericCandidate
from warehouse.programs import Candidate
from warehouse.records import Category, Outcome, Record
from warehouse.snapshot_rows import ContextRow, SampleRow
from warehouse.table_views import NumericView
from warehouse.verdicts import Verdict


@dataclass(frozen=True)
class Scope:
    """Which world: one split of one category."""

    split: str
    category: Category

    @property
    def name(self) -> str:
        """Its name, which random streams are drawn by."""
        return f"{self.split}|{self.category}"


class RejectedRow(Record):
    """A worded question that a check refused."""

    candidate_id: str
    split: str
    category: Category
    form: str
    question: str
    answer: str
    check: str
    reason: str
    evidence: tuple[str, ...]
    quotes: tuple[str, ...]


class TableRow(Record):
    """A table made of several documents, for the report."""

    split: str
    category: Category
    name: str
    kind: str
    noun: str
    rows: int
    columns: int
    filled: float
    """Share of its cells that have a figure."""
    questions: int
    conflicts: int
    shown: tuple[str, ...]
    """Some of its conflicts in words."""


class LayoutRow(Record):
    """A sample's context laid out again, for the check of robustness; its text is rendered when it is asked over."""

    sample_id: str
    number: int
    """0-based among the sample's layouts."""
    tokens: int
    sections: tuple[str, ...]
    """Section ids in order."""


@dataclass
class Yield:
    """What one world gave."""

    samples: list[SampleRow] = field(default_factory=list)
    contexts: list[ContextRow] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    tables: list[TableRow] = field(default_factory=list)
    views: list[NumericView] = field(default_factory=list)
    """Tables of numerical samples, where something is to read their questions once more."""
    layouts: list[LayoutRow] = field(default_factory=list)

    def reject(self, identity: str, verdict: Verdict) -> None:
        """Record that a check refused an input before it was worded."""
        detail = "; ".join((verdict.check, *verdict.evidence))[:300]
        self.outcomes.append(
            Outcome(
                stage="generate", input_id=identity, status="rejected", reason=verdict.reason,
                detail=detail, n_out=0,
            )
        )  # fmt: skip

    def reject_worded(
        self,
        asked: Candidate | NumericCandidate,
        form: str,
        quotes: Sequence[str],
        verdict: Verdict,
    ) -> None:
        """Record that a check refused a worded question, and keep the question for the report."""
        self.reject(asked.id, verdict)
        self.rejected.append(
            RejectedRow(
                candidate_id=asked.id, split=asked.split, category=asked.category, form=form,
                question=asked.question, answer=asked.answer.text, check=verdict.check,
                reason=verdict.reason, evidence=verdict.evidence, quotes=tuple(quotes),
            )
        )  # fmt: skip

    def accept(
        self, identity: str, sample: SampleRow, context: ContextRow, layouts: Sequence[Context] = ()
    ) -> None:
        """Record a sample, its context and what else it is laid out as."""
        self.layouts += [
            LayoutRow(
                sample_id=sample.id, number=number, tokens=again.tokens, sections=again.sections
            )
            for number, again in enumerate(layouts)
        ]
        self.samples.append(sample)
        self.contexts.append(context)
        self.outcomes.append(
            Outcome(
                stage="generate", input_id=identity, status="ok", reason="", detail=sample.id, n_out=1
            )
        )  # fmt: skip
