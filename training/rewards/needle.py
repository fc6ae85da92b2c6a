"""Dialogue needles: how much of a passage a reply repeats, 0 to 1 (§3 Rewards: SequenceMatcher, required prefix).

As the MRCR benchmark grades: a reply that does not begin with the required prefix is worth 0; the prefix is taken off
both sides; the ratio is difflib's over characters, the passage second, with its shortcut for frequent characters, so
that what is trained is what is measured.

1. What follows the published "Therefore, the answer is" counts where a reply has it; a reply that has it twice gives
   several passages and is worth 0.
2. Equal texts are worth 1: the shortcut finds nothing in a passage of few different letters.
3. The cost is bounded: a ratio that cannot reach `LEAST` is 0 unseen, and `LONGEST` characters of either text are
   matched, over the length of the whole.
"""

from difflib import SequenceMatcher
from typing import Literal

from pydantic import Field

from verifiers.answers.final import after_prefix, after_reasoning
from warehouse.records import Record

LEAST = 0.05
"""Ratio under which a reply is worth nothing."""
LONGEST = 10_000
"""Characters of a text that are matched."""


class NeedleSpec(Record):
    """A passage of a dialogue that a reply repeats word for word."""

    kind: Literal["needle"] = "needle"
    text: str = Field(min_length=1)
    """The passage."""
    prefix: str = ""
    """What a reply must begin with to count at all; empty for nothing."""


def needle_ratio(needle: NeedleSpec, reply: str) -> float:
    """Return the share of a passage that a reply repeats, 0 where it lacks the prefix."""
    said = after_reasoning(reply).strip()
    # Only a beginning that could hold the sentence and the passage is searched.
    stated = after_prefix(said[: 2 * LONGEST])
    if len(stated) > 1:
        return 0.0
    if stated:
        said = (stated[0] + said[2 * LONGEST :]).strip()
    if not said or not said.startswith(needle.prefix):
        return 0.0
    said, passage = said.removeprefix(needle.prefix), needle.text.removeprefix(needle.prefix)
    if said.strip() == passage.strip():
        return 1.0
    total = len(said) + len(passage)
    if 2 * min(len(said), len(passage)) < LEAST * total:
        return 0.0
    matcher = SequenceMatcher(None, said[:LONGEST], passage[:LONGEST])
    return 2 * sum(block.size for block in matcher.get_matching_blocks()) / total
