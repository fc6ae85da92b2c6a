"""Settings of the checks that a model runs, the `[checks]` section of a configuration (method 2.5 and §6)."""

from typing import Literal

from pydantic import Field, model_validator

from warehouse.records import Record

CheckName = Literal["grounding", "gold", "robustness", "difficulty"]
CHECK_NAMES: tuple[CheckName, ...] = ("grounding", "gold", "robustness", "difficulty")
"""In the order in which they are made: a sample that one drops is not asked about again."""
Mode = Literal["off", "advise", "gate"]
"""`advise`: the row says what was found. `gate`: a row that fails for certain is left out as well."""


class CheckOptions(Record):
    """Which checks are made, how often a model is asked, and what counts as often enough."""

    grounding: Mode = "off"
    """Asked without documents: a right answer fails the row, since it can be known without them."""
    gold: Mode = "off"
    """Asked with the evidence alone: too few right answers mean a broken question, not a hard one."""
    robustness: Mode = "off"
    """Asked among other distractors in another order at each attempt: never right fails the row."""
    difficulty: Mode = "off"
    """Asked on the row's own context: the row gets its pass rate; always or never right fails it."""
    k: int = Field(default=8, ge=1, le=128)
    """Attempts per sample, check and model, at most."""
    pass_at: int = Field(default=4, ge=1)
    """k of the pass@k that is reported, at most the attempts."""
    wave: int = Field(default=2, ge=1)
    """Attempts at one sample that are sent together before it is seen whether more are needed."""
    stop_early: bool = True
    """Whether attempts that cannot change a verdict are spared; pass@k is then not estimated."""
    batch: int = Field(default=32, ge=1)
    """Samples per unit of work."""
    gold_share: float = Field(default=0.5, gt=0, le=1)
    """Share of right attempts from which a weak model passes."""
    strong_share: float = Field(default=0.25, gt=0, le=1)
    """Share from which a strong model passes; below it a sample goes to review."""
    band: tuple[float, float] = (0.25, 0.75)
    """Pass rates, ends included, that are labelled as fit for reinforcement learning."""
    seed: int = 0

    @model_validator(mode="after")
    def _consistent(self) -> "CheckOptions":
        if self.grounding != "off" and self.gold == "off":
            raise ValueError(
                'grounding needs gold beside it, which tells hard from broken: gold = "advise"'
            )
        if self.pass_at > self.k:
            raise ValueError(f"pass_at = {self.pass_at} is more than k = {self.k} attempts")
        if not 0 <= self.band[0] <= self.band[1] <= 1:
            raise ValueError("band: two rates from 0 to 1, the lower first")
        return self

    def mode(self, name: CheckName) -> Mode:
        """Return how a check is made."""
        return getattr(self, name)

    @property
    def made(self) -> tuple[CheckName, ...]:
        """The checks that are made, in order."""
        return tuple(name for name in CHECK_NAMES if self.mode(name) != "off")
