"""What is set of the model that judges documents (§3.1: rule and model filtering)."""

from typing import Literal

from warehouse.records import Record


class DocumentJudgeOptions(Record):
    """The `[document_judge]` section."""

    use: Literal["off", "advise", "gate"] = "off"
    """`gate`: documents that are judged worthless are left out, as by a rule of quality."""
    characters: int = 6_000
    """Of a document that are shown: its beginning, and stretches drawn by hash."""
    stretches: int = 3
    least: int = 5
    """Points of 12 under which a document is worthless."""
    batch: int = 256
    """Documents of one commit."""
