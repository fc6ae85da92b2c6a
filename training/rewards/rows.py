"""The columns of a training set that rewards read, made from a snapshot's rows and checked before training."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from training.rewards.evidence import evidence_ids
from training.rewards.needle import NeedleSpec
from training.rewards.outcome import decidable
from training.rewards.rubric import rubric_names
from training.rewards.targets import read_target, row_of, target_of_row
from verifiers.answers.compare import asked_under
from warehouse.records import Record
from warehouse.snapshot_rows import SLOT, ContextRow, SampleRow

COLUMNS = ("answer_spec", "question", "format_instructions")
"""Columns that the outcome needs."""
MEND = "make the columns with training.rewards.rows.reward_columns, or leave the row out"


class RewardRowError(ValueError):
    """A row that no reply can be rewarded on; the message names the row, the column and the mend."""


class RowFault(Record):
    """A row whose stored answer, given word for word as a reply, the rules do not call equal."""

    number: int
    """0-based place among the rows."""
    kind: str
    answer: str


def reward_columns(
    row: SampleRow | Mapping[str, Any], context: ContextRow | None = None
) -> dict[str, Any]:
    """Return the columns that rewards of replies to a row are computed from.

    Args:
        row: a snapshot's row; its prompt is the one that is trained on.
        context: the context that is put into the prompt, `training.rewards.evidence.labelled` where evidence is
            rewarded; without it there are neither spans nor ids, and so no copy rate.

    Raises:
        pydantic.ValidationError: it is no row of a snapshot, or its kind is unknown.
    """
    row = row_of(row)
    columns: dict[str, Any] = {
        "answer_spec": target_of_row(row).model_dump_json(),
        "question": row.question,
        "format_instructions": row.format_instructions,
        "rubric": rubric_names(row),
    }
    if context is None:
        return columns
    before = "".join(message.content for message in row.prompt).find(SLOT)
    own = {span.section_id for span in row.evidence}
    spans: dict[bool, list[list[int]]] = {True: [], False: []}
    for section in context.sections if before >= 0 else ():
        # A context is shared: what is evidence for another row is a distractor here.
        spans[section.section_id in own].append([before + section.start, before + section.end])
    return columns | {
        "evidence_spans": spans[True], "distractor_spans": spans[False], "evidence_ids": evidence_ids(context, own)
    }  # fmt: skip


def check_rows(rows: Iterable[Mapping[str, Any]]) -> list[RowFault]:
    """Return the rows whose own answer the rules do not call equal: only a judge can reward a reply to them.

    Raises:
        RewardRowError: a row has no target that can be read.
    """
    faults = []
    for number, row in enumerate(rows):
        name = f"row {number} ({row.get('id', 'without id')})"
        missing = [column for column in COLUMNS if not isinstance(row.get(column), str)]
        if missing:
            raise RewardRowError(f"{name}: no text in column {', '.join(missing)}; {MEND}")
        try:
            target = read_target(row["answer_spec"])
        except ValidationError as error:
            first = error.errors()[0]
            at = ".".join(map(str, first["loc"])) or "its start"
            raise RewardRowError(
                f"{name}: answer_spec cannot be read ({first['msg']}, at {at}); {MEND}"
            ) from error
        if isinstance(target, NeedleSpec):
            continue
        try:
            fair = decidable(target, asked_under(row["question"], row["format_instructions"]))
        except (ArithmeticError, ValueError) as error:
            raise RewardRowError(
                f"{name}: answer_spec cannot be compared ({type(error).__name__}, tolerance {target.tolerance!r}); "
                f"{MEND}"
            ) from error
        if not fair:
            faults.append(RowFault(number=number, kind=target.kind, answer=target.text))
    return faults
