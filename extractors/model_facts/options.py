"""What is set of the facts and figures that a language model reads (method 2.1, 2.2)."""

from typing import Literal

from warehouse.records import Format, Record

Use = Literal["off", "advise", "gate"]
"""`off`: not asked. `advise`: asked, stored and shown. `gate`: what fails is left out as well."""


class ModelFactOptions(Record):
    """The `[model_facts]` section."""

    use: Literal["off", "on"] = "off"
    rounds: int = 0
    """Gleaning: how often the model is asked for facts that it missed; a round that gives none is the last."""
    facts: int = 40
    """Facts of one reply that are looked at."""
    confidence: float = 0.4
    """Of a model's fact that no rule confirms; below `extract.min_confidence`, so that it enters no graph alone."""
    formats: tuple[Format, ...] = (
        "txt", "md", "html", "rst", "pdf", "docx", "xml", "csv", "json",
    )  # fmt: skip
    """Kinds of documents that are asked about; programs are read by their syntax and talk by its speakers."""
    tables: Use = "off"
    """Whether tables are read by the model too. `gate`: a figure that the two readings give differently is not used."""
    table_characters: int = 6_000
    """Longest table that is asked about."""
    batch: int = 64
    """Documents of one commit."""
