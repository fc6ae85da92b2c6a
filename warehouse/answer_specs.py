"""What a reply is compared with: an answer and the rule that it is compared by (§3 Rewards, snapshot contract).

A snapshot row keeps the answer and a reward spec in columns of their own; a program's `Answer` has the same in one
record. Both become an `AnswerSpec`, which also has the kinds that programs do not give: dates, identifiers of code,
options of a multiple choice and mathematical expressions.
"""

from typing import Literal, get_args

from warehouse.programs import Answer
from warehouse.records import Category, Record
from warehouse.snapshot_rows import SampleRow

AnswerKind = Literal[
    "text", "number", "date", "items", "ordered_items", "choice", "code", "math"
]  # fmt: skip
ANSWER_KINDS: tuple[AnswerKind, ...] = get_args(AnswerKind)


class AnswerSpec(Record):
    """A right answer and how replies are compared with it."""

    kind: AnswerKind
    """`text`: a name or phrase, or a text that is nothing but a date or a number, which is then compared as one;
    `choice`: an option's letter, with `options`; `code`: a qualified name; `math`: an expression in plain or LaTeX
    notation."""
    text: str
    """The answer; for `choice` the letter of the right option; for lists unused where `items` is set."""
    aliases: tuple[str, ...] = ()
    """Other texts that are the same answer."""
    items: tuple[str, ...] = ()
    """`items`, `ordered_items`: the members, in order where order counts."""
    unit: str = ""
    """`number`: unit of the value, in words or as a sign, empty for a bare number; `year` for years."""
    tolerance: str = "0"
    """`number`: largest absolute difference that is still the same, a decimal in `unit`."""
    options: tuple[str, ...] = ()
    """`choice`: the texts of options A, B, C and so on."""


def spec_of_answer(answer: Answer, category: Category = "general") -> AnswerSpec:
    """Return the spec of a program's answer; a name in a code repository is compared as an identifier."""
    kind: AnswerKind = "code" if category == "code" and answer.kind == "text" else answer.kind
    return AnswerSpec.model_validate(answer.model_dump() | {"kind": kind})


def spec_of_row(row: SampleRow) -> AnswerSpec:
    """Return the spec of a snapshot's row.

    The reward spec's kind decides; for `choice` the row's `answer_items` are the options, in order of their letters.

    Raises:
        pydantic.ValidationError: the reward spec names a kind that no rule compares.
    """
    kind = row.reward_spec.kind
    if row.category == "code" and kind == "text":
        kind = "code"
    lists = {"options": row.answer_items} if kind == "choice" else {"items": row.answer_items}
    return AnswerSpec.model_validate(
        {"kind": kind, "text": row.answer, "aliases": row.answer_aliases, **lists,
         "unit": row.reward_spec.unit, "tolerance": row.reward_spec.tolerance}
    )  # fmt: skip
