"""Settings of the reward (§3 Rewards; method §6 for what is off unless asked): the `[rewards]` section of a recipe."""

from typing import Literal

from pydantic import Field, model_validator

from warehouse.records import Record


class RewardOptions(Record):
    """How replies become rewards; the defaults are the outcome alone, by rules alone."""

    judge: bool = False
    """Whether the role `judge` of `[models]` is asked about what the rules cannot tell."""
    judge_different: bool = False
    """Whether the judge is also asked about what the rules call different, as in the report: for answers whose other
    names the rows do not list. It costs a call for every wrong reply."""
    without_judge: Literal["zero", "unscorable"] = "zero"
    """What a reply is worth that the rules cannot tell and no judge is asked about; `unscorable` leaves it out of the
    batch, which a policy can use to escape a loss by hedging."""
    opened: bool = False
    """Whether the chat template opens the reasoning block, so that a reply begins inside it and one without its end is
    cut."""
    evidence: bool = False
    """Whether r = a + .1 F2 + .9 a F2 over the evidence ids that a reply names."""
    rubric: bool = False
    """Whether r = a (.7 + .3 hits / most hits of the group) over the names of a rubric."""
    copy_rate: bool = True
    """Whether the share of a reply's word runs that come from distractors is logged."""
    copy_penalty: float = Field(default=0.0, ge=0.0, le=1.0)
    """What is taken off the reward of a reply that is all copied from distractors; 0 for none. Needs `copy_rate`."""
    comparison_seconds: float = Field(default=5.0, gt=0.0)
    """Longest comparison of one reply."""
    judge_seconds: float = Field(default=300.0, gt=0.0)
    """Longest wait for the judge over one batch."""
    seed: int = 0
    """Seed of the judge's calls."""

    @model_validator(mode="after")
    def _consistent(self) -> "RewardOptions":
        if self.evidence and self.rubric:
            raise ValueError("rewards.evidence and rewards.rubric: choose one of the two")
        if self.copy_penalty and not self.copy_rate:
            raise ValueError("rewards.copy_penalty needs rewards.copy_rate = true")
        return self
