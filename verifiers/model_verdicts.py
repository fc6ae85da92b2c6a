"""What a model-run check says of a sample, and which model said it (method 2.5 and §6, "hard is not broken").

A right answer is conclusive whoever gives it; a wrong one is only if the model is strong. So what a weak model fails is
asked of a strong one where there is one, and says `advice of a weak model` where there is none; what a strong model
fails goes to review. Neither is ever a silent pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from verifiers.attempts import Standing, Tally
from verifiers.check_options import CheckName, CheckOptions, Mode
from verifiers.rates import Interval, pass_at_k, pass_at_k_interval, wilson
from warehouse.records import Record
from warehouse.verdicts import Status, Verdict

ADVICE = "advice of a weak model"
REVIEW = "review"
UNREAD = "too few attempts could be read"
UNANSWERED = "the model did not answer"
BY_STRONG = "passed by the strong model"


class ModelVerdict(Record):
    """One check's finding on one sample, with all that a count is made of."""

    sample_id: str
    check: CheckName
    status: Status
    reason: str
    """Short and fixed; it may stand beside a pass too."""
    tallies: tuple[Tally, ...]
    """The solver's attempts, then the strong solver's where it was asked."""
    fresh: int = 0
    """Robustness: attempts that had distractors of their own; the others had another order alone."""
    rate: float | None = None
    """Share of the solver's known attempts that were right; null where attempts were spared."""
    low: float | None = None
    """Wilson's 95 % interval of the rate."""
    high: float | None = None
    pass_at: int = 0
    """k of `passed_at`; 0 where it is not estimated."""
    passed_at: float | None = None
    """Unbiased estimate of pass@k."""
    passed_low: float | None = None
    """95 % interval of pass@k."""
    passed_high: float | None = None

    @property
    def spared(self) -> int:
        """Calls that early stopping saved."""
        return sum(tally.left for tally in self.tallies)

    @property
    def review(self) -> bool:
        """Whether a person must look at the sample."""
        return self.reason.startswith(REVIEW)

    def drops(self, mode: Mode) -> bool:
        """Whether the sample is left out under a mode; advice never drops."""
        return mode == "gate" and self.status == "failed" and not self.reason.startswith(ADVICE)


@dataclass(frozen=True)
class Tried:
    """The attempts of one model, and what they show."""

    tally: Tally
    standing: Standing
    strong: bool
    """Whether the model's failures are conclusive."""


def unclear(check: str, tried: Tried) -> Verdict:
    """Return the verdict where too few attempts are known."""
    silent = tried.tally.unanswered >= tried.tally.unread
    return Verdict(check=check, status="unknown", reason=UNANSWERED if silent else UNREAD)


def able_verdict(check: str, tries: Sequence[Tried], fault: str) -> Verdict:
    """Return the verdict of a check that a model must pass: the solver's, or the strong solver's after it."""
    first, last = tries[0], tries[-1]
    if first.standing == "able":
        return Verdict(check=check, status="passed")
    if last.standing == "able":
        return Verdict(check=check, status="passed", reason=BY_STRONG)
    if last.standing != "unable":
        return unclear(check, last)
    return Verdict(
        check=check, status="failed", reason=f"{REVIEW if last.strong else ADVICE}: {fault}"
    )


def recorded(
    sample_id: str, verdict: Verdict, tries: Sequence[Tried], options: CheckOptions
) -> ModelVerdict:
    """Return the verdict with its attempts; rates where no attempt was spared."""
    solver = tries[0].tally
    base = ModelVerdict.model_validate(
        {"sample_id": sample_id, "check": verdict.check, "status": verdict.status, "reason": verdict.reason,
         "tallies": tuple(tried.tally for tried in tries)}
    )  # fmt: skip
    if solver.left or not solver.known:
        return base
    interval = wilson(solver.known, solver.right)
    found: dict[str, float | None] = {"rate": solver.rate, "low": interval.low, "high": interval.high}  # fmt: skip
    if solver.known >= options.pass_at:
        found |= _passed_at(solver.known, solver.right, options.pass_at)
    return base.model_copy(update=found)


def _passed_at(n: int, c: int, k: int) -> dict[str, float]:
    interval: Interval = pass_at_k_interval(n, c, k)
    return {
        "pass_at": k, "passed_at": pass_at_k(n, c, k),
        "passed_low": interval.low, "passed_high": interval.high,
    }  # fmt: skip
