"""How an answer is to be written depends on what it is."""

import pytest

from flows.samples import format_instructions
from warehouse.programs import Answer


@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        (Answer(kind="text", text="Hitchin"), "the name or phrase"),
        (Answer(kind="text", text="June 9, 1948"), "the date"),
        (Answer(kind="text", text="9 June 1948"), "the date"),
        (Answer(kind="number", text="1948", unit="year"), "the year"),
        (
            Answer(kind="number", text="12.304 million metric tons", unit="t"),
            "with its unit",
        ),
        (Answer(kind="number", text="4%", unit="%"), "with its unit"),
        (Answer(kind="number", text="1,204"), "one number."),
        (Answer(kind="number", text="4012000", unit="metric tons"), "one number in metric tons"),
        (Answer(kind="ordered_items", text="a; b", items=("a", "b")), "in order"),
    ],
)
def test_the_instruction_fits_the_answer(answer, asked):
    assert asked in format_instructions(answer)
