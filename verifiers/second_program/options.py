"""What is set of the blind second program (method 6)."""

from typing import Literal

from warehouse.records import Record


class SecondProgramOptions(Record):
    """The `[second_program]` section."""

    use: Literal["off", "advise", "gate"] = "off"
    """`advise`: the finding stands with the sample. `gate`: a sample without an equal second answer is left out."""
    tries: int = 3
    """Programs that are asked for, each after the error or result of the one before."""
    seconds: float = 5.0
    """Longest run of one program."""
    rows_shown: int = 3
    """Rows of each table that the model sees."""
    batch: int = 64
    """Questions of one commit."""
