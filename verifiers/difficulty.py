"""Difficulty: the pass rate over k attempts on the row's own context (method 2.5, step 6).

All attempts are made, since the rate is what is wanted. A rate between 0 and 1 passes and is labelled by the band that
reinforcement learning draws from; 0 and 1 teach nothing and fail. A low rate of a weak model is asked of a strong one.
"""

from collections.abc import Sequence

from verifiers.attempts import Bar
from verifiers.check_options import CheckOptions
from verifiers.model_verdicts import ADVICE, REVIEW, Tried, unclear
from warehouse.snapshot_rows import SampleRow
from warehouse.verdicts import Verdict

ALWAYS, NEVER = "always right", "never right"
INSIDE, OUTSIDE = "in the band", "outside the band"
RARELY = "the strong model is rarely right"


def full_bar(row: SampleRow, options: CheckOptions, *, strong: bool) -> Bar:
    """Return the share below which a weak model's sample is asked of a strong one, and a strong one's is reviewed."""
    del row
    return Bar(share=options.strong_share if strong else options.gold_share, early=False)


def difficulty_verdict(row: SampleRow, tries: Sequence[Tried], options: CheckOptions) -> Verdict:
    """Return how hard the row is."""
    del row
    first, last = tries[0], tries[-1]
    rate = first.tally.rate
    if first.standing == "unknown" or rate is None:
        return unclear("difficulty", first)
    if last.strong and last.standing == "unable":
        return _found("failed", f"{REVIEW}: {RARELY}")
    if rate == 0:
        return _found("failed", f"{ADVICE}: {NEVER}")
    if rate == 1:
        return _found("failed", ALWAYS)
    inside = options.band[0] <= rate <= options.band[1]
    return _found("passed", INSIDE if inside else OUTSIDE)


def _found(status, reason: str) -> Verdict:
    return Verdict(check="difficulty", status=status, reason=reason)
