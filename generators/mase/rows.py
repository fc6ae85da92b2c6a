"""What is kept of every round, accepted or not: the proposal, each attempt, each vote, with keys of the ledger."""

from typing import Literal

from generators.mase.options import Kind
from generators.mase.proposals import Passage, Question
from serving.calls import Status
from warehouse.programs import Answer
from warehouse.records import Category, Record

STAGES = CLUSTERED, ASKED, PLACED = ("mase-clusters", "mase", "mase-samples")
"""Stages of a run, in order."""
CLUSTERS, QUESTIONS, ROUNDS, ATTEMPTS, VOTES = (
    "clusters", "mase_questions", "mase_rounds", "mase_attempts", "mase_votes",
)  # fmt: skip
"""Tables that they write."""
FOR_REVIEW = "hard: kept for review"
"""Why a question that is for a person to judge was not accepted."""
Equal = Literal["equal", "different", "unknown"]
SolverRole = Literal["solver", "strong_solver"]
Label = Literal["", "hard", "too easy"]
Ended = Literal["accepted", "rejected"]


class Tally(Record):
    """Attempts by what they were."""

    right: int = 0
    wrong: int = 0
    unknown: int = 0
    """Without a readable reply, or such that neither rules nor votes could tell."""

    @property
    def pass_rate(self) -> float | None:
        """Share of the decided attempts that were right; None where none was decided."""
        decided = self.right + self.wrong
        return self.right / decided if decided else None


class RoundRow(Record):
    """One round of one cluster: what was proposed and what became of it."""

    id: str
    """Content id of cluster and round."""
    cluster_id: str
    split: str
    category: Category
    kind: Kind
    round: int
    """1-based."""
    ended: Ended
    reason: str
    """Why it was not accepted, a fixed phrase; empty where it was."""
    detail: str
    label: Label
    """`hard`: below the window of pass rates; `too easy`: above it; empty within it or where it was not tried."""
    question: str
    """Empty where the reply held none."""
    answer: Answer | None
    evidence: tuple[Passage, ...]
    repaired: bool
    """Whether the proposer's reply was only read after repair."""
    tally: Tally
    strong: Tally
    tokens: int
    """Of prompts and replies of the cluster, up to the end of this round."""
    key: str
    """Key of the proposer's call."""
    models: tuple[tuple[str, str], ...]
    """Role → model, for the roles that were asked."""
    prompts: tuple[tuple[str, str], ...]
    """Role → name, version and hash of its prompt file."""

    @property
    def name(self) -> str:
        """The round as an input of the stage."""
        return round_name(self.cluster_id, self.round)


class AcceptedRow(Record):
    """A question that was accepted, as it goes on."""

    id: str
    """Id of its round."""
    round: RoundRow
    question: Question
    required: tuple[str, ...]
    """Sections of the cluster, which the solver had before it."""


class AttemptRow(Record):
    """One attempt of a solver at one question."""

    cluster_id: str
    round: int
    role: SolverRole
    attempt: int
    key: str
    status: Status
    final: str
    """The final answer as the rule extracted it; empty where there is none."""
    found: Equal
    """Whether it is the proposer's answer."""
    by: Literal["rule", "votes", "none"]
    """What decided; `none` where there was no readable reply."""
    rule: str
    """The rule that decided or could not; empty where there was no readable reply."""


class VoteRow(Record):
    """One vote of the verifier on one attempt."""

    cluster_id: str
    round: int
    role: SolverRole
    attempt: int
    order: Literal["proposer first", "solver first"]
    key: str
    vote: Equal
    status: Status
    reason: str
    """The verifier's own words."""


def round_name(cluster_id: str, number: int) -> str:
    """Return the id of a round as an input of the stage; `number` is 1-based."""
    return f"{cluster_id}/{number}"
