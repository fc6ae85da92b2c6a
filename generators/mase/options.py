"""How many MASE questions are made, of what, and when a cluster is through (method 2.3)."""

from typing import Literal, get_args

from pydantic import Field, model_validator

from warehouse.records import Record

Kind = Literal[
    "numerical", "hypothetical", "temporal", "causal", "viewpoint", "in_context", "multi_fact", "comparison"
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)


class MaseOptions(Record):
    """The `[mase]` section of a configuration."""

    clusters: int = Field(default=0, ge=0)
    """Clusters of documents that questions are asked of, per split and category; 0 makes none."""
    documents: int = Field(default=4, ge=2, le=16)
    """Documents of a cluster, at most."""
    tokens: int = Field(default=12_000, ge=500)
    """Length of a cluster in tokens of the Qwen vocabulary, at most; each document has an equal share of it."""
    kinds: dict[Kind, float] = Field(default_factory=dict)
    """How often a kind is asked for, against the others; if one is named, the rest are left out. Empty: all alike."""
    attempts: int = Field(default=8, ge=1, le=64)
    """Samples that are drawn of the solver for one question, the k of its pass rate."""
    rounds: int = Field(default=4, ge=1, le=16)
    """Questions that are asked for of one cluster, at most."""
    low: float = Field(default=0.125, ge=0.0, le=1.0)
    """Pass rate from which a question is accepted; below it is hard, and perhaps broken."""
    high: float = Field(default=0.75, ge=0.0, le=1.0)
    """Pass rate up to which it is accepted; above it is too easy."""
    sure: float = Field(default=0.5, ge=0.0, le=1.0)
    """Pass rate of the solver from which it is believed alone; below it the strong solver is asked, if there is one."""
    strong_low: float = Field(default=0.25, ge=0.0, le=1.0)
    """Pass rate of the strong solver from which a question is hard and sound; below it is kept for review."""
    decided: float = Field(default=0.5, ge=0.0, le=1.0)
    """Share of the attempts that must be right or wrong, not unknown, for a pass rate to be one."""
    cluster_tokens: int = Field(default=0, ge=0)
    """Tokens of prompts and replies after which no further round of a cluster begins; 0 is no limit."""
    overlap: float = Field(default=0.6, gt=0.0, le=1.0)
    """Share of common word triples from which a question with an earlier one's answer repeats it."""
    batch: int = Field(default=8, ge=1)
    """Clusters that are worked on at once and committed together."""
    seed: int = 0

    @model_validator(mode="after")
    def _ordered(self) -> "MaseOptions":
        if self.low > self.high:
            raise ValueError(f"low ({self.low}) is above high ({self.high})")
        if self.kinds and not any(share > 0 for share in self.kinds.values()):
            raise ValueError("kinds: every share is 0; leave it out for all kinds alike")
        if any(share < 0 for share in self.kinds.values()):
            raise ValueError("kinds: a share is negative")
        return self

    @property
    def shares(self) -> dict[Kind, float]:
        """Share of each kind, in the order of `KINDS`; they need not add up to 1."""
        return {kind: self.kinds.get(kind, 0.0 if self.kinds else 1.0) for kind in KINDS}
