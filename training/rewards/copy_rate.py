"""Copy rate: the share of a reply's runs of words that come from distractors (GEAR; method §6).

Of the different runs of `RUN` words in what a reply says after its reasoning, those count that a distractor has and no
evidence section. The replies of a group share one look through their context; only their own runs are kept, so that
the cost is that of cutting the context into words, once.
"""

import re
from collections.abc import Iterable, Sequence

from verifiers.answers.final import after_reasoning

RUN = 5
LONGEST = 20_000
"""Characters at the end of a reply that are looked at."""
Run = tuple[str, ...]
Span = Sequence[int]
_WORD = re.compile(r"\w+")


def copy_rates(
    replies: Sequence[str], text: str, evidence: Iterable[Span], distractors: Iterable[Span]
) -> list[float | None]:
    """Return the copy rate of each reply over one context, None for one of fewer than `RUN` words.

    Args:
        replies: all that the model wrote.
        text: the text that the spans count characters in.
        evidence: start and end of each evidence section.
        distractors: start and end of each other section.
    """
    own = [set(_runs(_words(after_reasoning(reply)[-LONGEST:]))) for reply in replies]
    wanted = set[Run]().union(*own)
    copied = _found(wanted, text, distractors)
    copied -= _found(copied, text, evidence)
    return [len(runs & copied) / len(runs) if runs else None for runs in own]


def _found(wanted: set[Run], text: str, spans: Iterable[Span]) -> set[Run]:
    """Return the wanted runs that stand inside one of the spans."""
    if not wanted:
        return set()
    firsts = {run[0] for run in wanted}
    found: set[Run] = set()
    for start, end in spans:
        words = _words(text[start:end])
        for at in range(len(words) - RUN + 1):
            if words[at] in firsts and (run := tuple(words[at : at + RUN])) in wanted:
                found.add(run)
    return found


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _runs(words: Sequence[str]) -> Iterable[Run]:
    return (tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1))
