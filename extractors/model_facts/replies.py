"""What a model replies when it is asked for facts, before anything of it is believed.

Every field may be missing, so that one bad fact costs itself and not the reply.
"""

from warehouse.records import Record


class SaidFact(Record):
    """One fact as the model says it."""

    subject: str = ""
    """Name as it stands in the section."""
    relation: str = ""
    """Label in the section's words."""
    object: str = ""
    """Name or value as it stands in the section."""
    quote: str = ""
    """The sentence, line or row that states it, word for word."""
    time: str = ""
    """Date or year that limits it, empty for none."""


class SaidFacts(Record):
    """The reply to one section."""

    facts: tuple[SaidFact, ...] = ()
