"""A judge model's word on whether two answers are the same, where the typed rules cannot tell (§3 Rewards).

The judge is asked twice, with the two answers in either order, so that a taste for the first or the second place
cancels. What it says counts only where both replies can be read and agree; everything else is `unknown`. So is a reply
that is a copy of the form that the prompt shows, verdict and all, as small models give it.
"""

from collections.abc import Sequence
from string import ascii_uppercase
from typing import Literal

from pydantic import Field

from serving.calls import Reply
from serving.client import Ask, ModelClient
from serving.outcomes import Expected
from serving.prompts import load_prompt, marked
from verifiers.answers.comparison import Finding
from warehouse.answer_specs import AnswerSpec
from warehouse.records import Record

PROMPT = "same_answer"
FORM = "what differs, in a few words, empty if nothing does"
"""What stands for the difference in the form that the prompt shows."""
LONGEST = 4_000
"""Characters of an answer that the judge sees."""


class Same(Record):
    """A judge's reply."""

    difference: str = Field(default="", max_length=2_000)
    """What differs, in its words."""
    same: Literal["yes", "no", "unsure"]


def judge_asks(
    client: ModelClient, question: str, gold: str, given: str, *, seed: int
) -> tuple[Ask, Ask]:
    """Return the two asks of a judge: the stored answer first, then the given one first.

    Raises:
        ModelConfigError: there is no judge.
    """
    prompt = load_prompt("verifiers", PROMPT, client.models.role("judge").prompt)
    first, second = (
        client.asking(
            "judge", prompt.filled(material=_material(question, *pair)),
            expected=Expected(Same), seed=seed,
        )
        for pair in ((gold, given), (given, gold))
    )  # fmt: skip
    return first, second


def judged(replies: Sequence[Reply]) -> Finding:
    """Return what the replies in both orders agree on."""
    if not all(reply.answered for reply in replies):
        return "unknown"
    values = [reply.value(Same) for reply in replies]
    if any(value.difference == FORM for value in values):
        return "unknown"
    said = {value.same for value in values}
    if said == {"yes"}:
        return "equal"
    return "different" if said == {"no"} else "unknown"


def gold_text(spec: AnswerSpec) -> str:
    """Return a stored answer as a judge is shown it: with its unit and its other forms, an option with its text."""
    text = spec.text or "; ".join(spec.items)
    letter = ascii_uppercase.find(text) if len(text) == 1 else -1
    if spec.kind == "choice" and 0 <= letter < len(spec.options):
        return f"{text}: {spec.options[letter]}"
    if spec.unit and spec.unit not in text:
        text = f"{text} ({spec.unit})"
    return f"{text} (also: {'; '.join(spec.aliases)})" if spec.aliases else text


def _material(question: str, first: str, second: str) -> str:
    return marked(
        (
            ("The question", question[:LONGEST]),
            ("One answer", first[:LONGEST]),
            ("Another answer", second[:LONGEST]),
        )
    )
