"""What is set of the proposals that a model makes on labels and names (method 2.1: cluster entities and relations)."""

from typing import Literal

from warehouse.records import Record


class ProposalOptions(Record):
    """The `[proposals]` section."""

    use: Literal["off", "on"] = "off"
    """`on`: proposals are asked for, stored and listed in the report; nothing is merged by them."""
    relations: int = 100
    """Pairs of labels that are asked about, at most."""
    aliases: int = 100
    """Pairs of names that are asked about, at most."""
    quotes: int = 3
    """Quotes of each side that the model sees."""
    batch: int = 64
    """Pairs of one commit."""
