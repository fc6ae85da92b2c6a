"""What a comparison of a reply with a stored answer finds (§3 Rewards).

`equal` and `different` are claims that a reward may rest on. Whatever a rule cannot decide is `unknown`, and a judge
model is asked; it is never counted as wrong.
"""

from collections.abc import Sequence
from typing import Literal

from warehouse.records import Record

Finding = Literal["equal", "different", "unknown"]


class Comparison(Record):
    """Whether a reply gives the stored answer."""

    equal: Finding
    rule: str
    """The rule that decided, short and fixed, so that counts can be grouped by it."""
    detail: str = ""
    """What exactly it saw, for a reader."""


def equal(rule: str, detail: str = "") -> Comparison:
    """Return that the reply gives the answer."""
    return Comparison(equal="equal", rule=rule, detail=detail)


def different(rule: str, detail: str = "") -> Comparison:
    """Return that the reply gives another answer, or none."""
    return Comparison(equal="different", rule=rule, detail=detail)


def unknown(rule: str, detail: str = "") -> Comparison:
    """Return that the rules cannot tell."""
    return Comparison(equal="unknown", rule=rule, detail=detail)


def best_of(found: Sequence[Comparison]) -> Comparison:
    """Return the finding over several forms of one answer: equal to one is equal, different from all is different.

    Raises:
        ValueError: nothing was compared.
    """
    if not found:
        raise ValueError("an answer has at least one form")
    order: tuple[Finding, ...] = ("equal", "unknown", "different")
    return min(found, key=lambda one: order.index(one.equal))
