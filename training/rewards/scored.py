"""Rewards with how they came about, and what is logged of a batch of them (§3 Rewards)."""

from collections import Counter
from collections.abc import Sequence

from warehouse.records import Record


class Scored(Record):
    """The reward of one reply and how it came about."""

    reward: float | None
    """None where it is unscorable."""
    rule: str
    """The rule that decided, `judge`, or why nothing did."""
    outcome: float | None
    """0 to 1, before options add to it."""
    judged: bool = False
    """Whether the judge was asked."""
    copy_rate: float | None = None
    """Share of its runs of words that come from distractors."""


def metrics(scored: Sequence[Scored]) -> dict[str, float]:
    """Return what is logged of a batch: shares of replies, the mean copy rate, and a share for each reason of None."""
    total = max(len(scored), 1)
    unscorable = Counter(one.rule for one in scored if one.reward is None)
    found = {
        "rewards/unscorable": unscorable.total() / total,
        "rewards/judged": sum(one.judged for one in scored) / total,
    } | {f"rewards/unscorable/{rule}": count / total for rule, count in unscorable.items()}
    rates = [one.copy_rate for one in scored if one.copy_rate is not None]
    return found | ({"rewards/copy_rate": sum(rates) / len(rates)} if rates else {})
