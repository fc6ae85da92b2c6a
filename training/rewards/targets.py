"""What a reply is rewarded against (§3 Rewards, snapshot contract).

A target is an answer that `verifiers.answers` compares, or a needle of a dialogue, which is matched and not compared.
TRL hands columns to a reward as they are, so a target travels as JSON in the column `answer_spec`.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from training.rewards.needle import NeedleSpec
from warehouse.answer_specs import AnswerSpec, spec_of_row
from warehouse.snapshot_rows import SampleRow

Target = AnswerSpec | NeedleSpec
_TARGET: TypeAdapter[Target] = TypeAdapter(Annotated[Target, Field(discriminator="kind")])


def read_target(text: str) -> Target:
    """Return the target that a column holds.

    Raises:
        pydantic.ValidationError: it holds none.
    """
    return _TARGET.validate_json(text)


def row_of(row: SampleRow | Mapping[str, Any]) -> SampleRow:
    """Return a snapshot's row of a data set, which may have further columns, as a record.

    Raises:
        pydantic.ValidationError: it is none.
    """
    if isinstance(row, SampleRow):
        return row
    return SampleRow.model_validate({k: row[k] for k in SampleRow.model_fields if k in row})


def target_of_row(row: SampleRow | Mapping[str, Any]) -> Target:
    """Return the target of a snapshot's row.

    For kind `needle` the answer is the passage, and `answer_items` holds the prefix alone or nothing: what the items
    are is said by the kind, as for `choice`, where they are the options.

    Raises:
        pydantic.ValidationError: it is no row of a snapshot, or its kind is unknown.
    """
    row = row_of(row)
    if row.reward_spec.kind != "needle":
        return spec_of_row(row)
    return NeedleSpec(text=row.answer, prefix="".join(row.answer_items))
