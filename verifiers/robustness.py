"""Contextual robustness: is the answer found among other distractors, in another order (method 2.5, step 4).

Each attempt has a layout of its own. One right attempt is enough, since pass@k is zero only if none is right.
"""

from collections.abc import Sequence

from verifiers.attempts import Bar
from verifiers.check_options import CheckOptions
from verifiers.model_verdicts import Tried, able_verdict
from warehouse.snapshot_rows import SampleRow
from warehouse.verdicts import Verdict

NEVER = "pass@k is zero"


def robust_bar(row: SampleRow, options: CheckOptions, *, strong: bool) -> Bar:
    """Return that once is enough."""
    del row, strong
    return Bar(early=options.stop_early)


def robust_verdict(row: SampleRow, tries: Sequence[Tried], options: CheckOptions) -> Verdict:
    """Return whether any attempt was right."""
    del row, options
    return able_verdict("robustness", tries, NEVER)
