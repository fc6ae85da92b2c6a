"""Numerical questions as queries over corpus tables: what is asked, apart from SQL and from words (§3.2, method 2.2).

A query takes a quantity of each thing in its scope (a column, or two columns combined), perhaps only of things that
meet a condition, and an operation makes the answer of it. Generators turn a query into SQL and into English; verifiers
compute it from these definitions with another engine.
"""

from decimal import Decimal
from typing import Literal

from warehouse.identity import content_id
from warehouse.programs import Answer
from warehouse.records import Category, Record

Sign = Literal[">", "<"]
Order = Literal["", "largest", "smallest", "rising", "falling"]
Combination = Literal["plain", "ratio", "difference", "growth", "series"]
Operation = Literal[
    "count", "count_above_mean", "count_rising", "nth", "which", "top", "rank", "rank_shift", "total", "mean", "median",
    "spread", "lead", "top_total", "share", "share_where", "gap", "times", "group_gap", "weighted_mean",
    "mean_without_best", "total_if", "total_growth", "compound_growth", "first_past", "longest_run",
]  # fmt: skip
DISCRETE: frozenset[Operation] = frozenset(
    ("count", "count_above_mean", "count_rising", "nth", "which", "top", "rank", "rank_shift",
     "first_past", "longest_run")
)  # fmt: skip
"""Operations whose answer is a name, a set, a count, a rank or a year: it must not hang on the rounding of a cell."""


SERIES: frozenset[Operation] = frozenset(("first_past", "longest_run"))
"""Operations over the figures of one thing at several times."""
NAMED: frozenset[Operation] = frozenset(("gap", "times", "compound_growth")) | SERIES
"""Operations over the things that the question names, without any others."""


class ColumnRef(Record):
    """A column of a corpus table."""

    table: str
    column: str


class Quantity(Record):
    """A number of each thing."""

    combination: Combination
    """`plain` a; `ratio` a / b; `difference` a - b; `growth` 100 (b - a) / a, in percent; `series` each
    column by itself, in the order of time."""
    columns: tuple[ColumnRef, ...]


class Condition(Record):
    """A column against a bound that no cell equals."""

    column: ColumnRef
    sign: Sign
    bound: str
    """Exact decimal in the column's unit."""

    def met(self, value: Decimal) -> bool:
        """Whether a value is on the side of the bound that is asked for."""
        bound = Decimal(self.bound)
        return value > bound if self.sign == ">" else value < bound


class Query(Record):
    """One numerical question."""

    operation: Operation
    quantity: Quantity
    entities: tuple[str, ...]
    """The scope: names of rows, sorted."""
    conditions: tuple[Condition, ...] = ()
    """All to be met: by the things of `count`, `which`, `nth`, `top`, `total`, `mean` and `median`, by the part that
    `share_where` sets against the whole and `group_gap` against the rest; one for each column of a series, all with the
    same bound, for `first_past` and for a `longest_run` on one side of it; other operations have none."""
    second: Quantity | None = None
    """`weighted_mean`: the weight; `rank_shift`: the other ranking."""
    focus: tuple[str, ...] = ()
    """Things the question names: of `rank`, `share`, `gap`, `times`, `total_if`, `compound_growth`, and of series."""
    order: Order = ""
    """From which end `nth`, `top` and `rank` count, and what `mean_without_best` leaves out; which moves a
    `longest_run` without conditions is of."""
    number: int = 0
    """The n of `nth`, the k of `top` and `top_total`, the years of `compound_growth`."""
    percent: str = ""
    """Change that `total_if` supposes."""
    divisor: str = "1"
    """What a numerical answer is divided by, so that it is in thousands, millions or billions of its unit."""

    @property
    def refs(self) -> tuple[ColumnRef, ...]:
        """The columns it reads, each once, in order of first use."""
        second = self.second.columns if self.second else ()
        conditions = (condition.column for condition in self.conditions)
        return tuple(dict.fromkeys((*self.quantity.columns, *second, *conditions)))

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables it reads, in order of first use."""
        return tuple(dict.fromkeys(ref.table for ref in self.refs))


class NumericCandidate(Record):
    """A worded query with its answer, before its context is built."""

    id: str
    split: str
    category: Category
    query: Query
    family: str
    difficulty: int
    """1 to 3."""
    question: str
    answer: Answer
    sub_questions: tuple[str, ...]
    """One per document of the evidence, for retrieval of near misses."""


def query_id(query: Query) -> str:
    """Return the question's identity: the query itself."""
    return content_id("candidate", query.model_dump())
