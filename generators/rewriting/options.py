"""What is set of the fluent variants of questions (§3.2: templates expanded by a model)."""

from typing import Literal

from warehouse.records import Record


class RewriteOptions(Record):
    """The `[rewriting]` section."""

    use: Literal["off", "on"] = "off"
    share: float = 1.0
    """Share of the questions that a variant is asked for, by hash."""
    tries: int = 2
    """Variants of one question, at most; the first that passes is taken."""
    batch: int = 128
    """Questions of one commit."""
