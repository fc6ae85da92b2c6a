"""Names of a rubric as a part of the reward: r = a (.7 + .3 hits / most hits of the group) (LongTraceRL; method §6).

An option beside the outcome. A hit is a name of the rubric whose folded words stand side by side in what a reply says
after its reasoning; a wrong reply gains nothing by it. The most hits are those of the group's replies at this process.

Ours: the names are those that a question leads over without saying them. Steps are not stored by name, so they are
read from the evidence: what two pieces of it that follow one another both print, with a capital letter, and the
question does not.
"""

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from verifiers.answers.final import after_reasoning
from verifiers.answers.folding import plain, tokens, words
from warehouse.snapshot_rows import SampleRow

LONGEST = 20_000
"""Characters at the end of a reply in which names are looked for."""


def rubric_hits(reply: str, names: Sequence[str]) -> int:
    """Return how many of the names a reply has after its reasoning."""
    said = f" {' '.join(words(after_reasoning(reply)[-LONGEST:]))} "
    folded = {" ".join(words(name)) for name in names} - {""}
    return sum(f" {name} " in said for name in folded)


def with_rubric(outcomes: Sequence[float | None], hits: Sequence[int]) -> list[float | None]:
    """Return r = a (.7 + .3 hits / most) for the replies of one group; unscorable ones stay so."""
    most = max(hits, default=0)
    return [
        None if outcome is None else outcome * (0.7 + (0.3 * own / most if most else 0.0))
        for outcome, own in zip(outcomes, hits, strict=True)
    ]


def rubric_names(row: SampleRow) -> list[str]:
    """Return the names that a chain leads over, folded, in its order; none for other questions."""
    if row.strategy != "chain":
        return []
    pieces = [tokens(plain(f"{span.title} | {span.quote}")) for span in row.evidence]
    asked = f" {' '.join(words(row.question))} "
    found: dict[str, None] = {}
    for piece, following in pairwise(pieces):
        matcher = SequenceMatcher(
            None, [t.word for t in piece], [t.word for t in following], autojunk=False
        )
        for block in matcher.get_matching_blocks():
            shared = following[block.b : block.b + block.size]
            name = " ".join(token.word for token in shared)
            letters = any(token.capital and not token.word.isdigit() for token in shared)
            if letters and f" {name} " not in asked:
                found[name] = None
    return list(found)
