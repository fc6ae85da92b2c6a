"""Names of a rubric as a part of the reward: r = a (.7 + .3 hits / most hits of the group) (LongTraceRL; method §6).

An option beside the outcome. A hit is a name of the rubric whose folded words stand side by side in what a reply says
after its reasoning; a wrong reply gains nothing by it. The most hits are those of the group's replies at this process.
"""

from collections.abc import Sequence

from verifiers.answers.final import after_reasoning
from verifiers.answers.folding import words

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
