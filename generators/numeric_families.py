"""The families of numerical questions: an operation, the quantity it is over, and what narrows it (method 2.2).

Difficulty 1 looks figures up and takes one step; 2 takes two (a condition or an order, then a number); 3 derives a
quantity, sets two rankings or two times against each other, or supposes a change.
"""

from warehouse.numeric import Combination, Operation
from warehouse.records import Record


class Family(Record):
    """One kind of question."""

    name: str
    operation: Operation
    difficulty: int
    combination: Combination = "plain"
    conditions: int = 0
    joined: bool = False
    """Whether its columns come from two tables."""


def _family(name: str, difficulty: int, operation: Operation | None = None, **parts) -> Family:
    return Family.model_validate(
        {"name": name, "operation": operation or name, "difficulty": difficulty, **parts}
    )


FAMILIES: tuple[Family, ...] = (
    _family("count", 1, conditions=1),
    _family("count_two_conditions", 2, "count", conditions=2),
    _family("count_joined", 3, "count", conditions=2, joined=True),
    _family("count_above_mean", 2),
    _family("count_rising", 2, combination="growth"),
    _family("nth", 1),
    _family("nth_where", 2, "nth", conditions=1),
    _family("nth_ratio", 3, "nth", combination="ratio"),
    _family("nth_difference", 3, "nth", combination="difference"),
    _family("nth_growth", 3, "nth", combination="growth"),
    _family("which", 1, conditions=1),
    _family("which_two_conditions", 2, "which", conditions=2),
    _family("which_joined", 3, "which", conditions=2, joined=True),
    _family("top", 2),
    _family("top_ratio", 3, "top", combination="ratio"),
    _family("top_growth", 3, "top", combination="growth"),
    _family("rank", 1),
    _family("rank_ratio", 3, "rank", combination="ratio"),
    _family("rank_shift", 3),
    _family("total", 1),
    _family("total_where", 2, "total", conditions=1),
    _family("mean", 1),
    _family("mean_where", 2, "mean", conditions=1),
    _family("mean_ratio", 3, "mean", combination="ratio"),
    _family("mean_growth", 3, "mean", combination="growth"),
    _family("median", 2),
    _family("median_difference", 3, "median", combination="difference"),
    _family("spread", 1),
    _family("lead", 2),
    _family("top_total", 2),
    _family("share", 2),
    _family("share_where", 3, conditions=1),
    _family("gap", 1),
    _family("times", 1),
    _family("group_gap", 3, conditions=1),
    _family("weighted_mean", 3),
    _family("mean_without_best", 2),
    _family("total_if", 3),
    _family("total_growth", 3, combination="growth"),
    _family("compound_growth", 3, combination="growth"),
    _family("first_past", 2, combination="series"),
    _family("longest_run", 3, combination="series"),
)
SUMS: frozenset[Operation] = frozenset(
    ("total", "top_total", "share", "share_where", "total_if", "total_growth")
)
"""Operations that add figures of several things."""
POSITIVE: frozenset[Operation] = frozenset(
    ("share", "share_where", "times", "total_growth", "compound_growth", "total_if")
)
"""Operations that mean something only for positive figures."""
DIVIDED: frozenset[Operation] = frozenset(
    ("total", "mean", "median", "spread", "lead", "top_total", "gap", "group_gap", "weighted_mean",
     "mean_without_best", "total_if")
)  # fmt: skip
"""Operations whose answer is in the quantity's own unit, so that it may be given in thousands or millions of it."""
