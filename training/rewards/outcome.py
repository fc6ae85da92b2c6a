"""The outcome of a reply: is its answer the stored one? (§3 Rewards: max(rule, judge), the judge where the rule fails).

`equal` is 1 and `different` is 0. What the rules cannot tell is the judge's, whose silence is no zero. Without a judge
it is 0, as the rule's own value is in max(rule, judge): if it were left out of the batch, a reply that lists, hedges or
is vague would escape the loss that a wrong answer brings, and a policy would learn that. Three exceptions:

1. A reply that is empty, cut inside its reasoning, too long to be an answer, or that states several answers is 0 and is
   never shown to a judge; look-alike letters are 0 unless a judge is asked.
2. Where the stored answer, given word for word, is not equal to itself, no reply could be: the row is unscorable.
3. Deviation: `different` is final, since it is a claim here (decision 0022); the report asks the judge about it too,
   and so does the option `judge_different`.
"""

from training.rewards.needle import NeedleSpec, needle_ratio
from training.rewards.options import RewardOptions
from training.rewards.targets import Target
from verifiers.answers.compare import compare
from verifiers.answers.comparison import Comparison
from verifiers.answers.final import final_answer
from warehouse.answer_specs import AnswerSpec
from warehouse.records import Record

NEVER_ASKED = frozenset(("no answer", "several answers"))
"""Rules by which a reply is at fault, whoever judges."""
OWN_FAULT = NEVER_ASKED | {"look-alike letters"}
"""Rules by which a reply is at fault where no judge is asked."""


class Outcome(Record):
    """What the rules say of a reply."""

    reward: float | None
    """0 to 1; None where it is unscorable, or the judge's to tell."""
    rule: str
    """The rule that decided, or that could not; short and fixed, so that counts can be grouped by it."""
    detail: str = ""
    """What it saw."""
    ask: str = ""
    """The answer to show the judge; empty where the reward stands."""


def outcome(target: Target, reply: str, asked: str, options: RewardOptions) -> Outcome:
    """Return what the rules say of a reply.

    Args:
        target: what it is rewarded against.
        reply: all that the model wrote, as `reply_of` gives it.
        asked: the question and how its answer is to be written.
        options: settings of the reward.
    """
    if isinstance(target, NeedleSpec):
        return Outcome(reward=needle_ratio(target, reply), rule="needle")
    found = compare(target, reply, asked)
    if found.equal == "equal":
        return _found(found, 1.0)
    final = found.equal == "different" and not options.judge_different
    if found.rule in NEVER_ASKED or final:
        return _found(found, 0.0)
    if options.judge:
        return _found(found, None, ask=final_answer(reply).text)
    if found.equal == "different":
        return _found(found, 0.0)
    if not decidable(target, asked):
        return Outcome(reward=None, rule="stored answer", detail=found.detail)
    zero = options.without_judge == "zero" or found.rule in OWN_FAULT
    return _found(found, 0.0 if zero else None)


def decidable(spec: AnswerSpec, asked: str) -> bool:
    """Return whether the rules call the stored answer equal to itself, as it stands or with its unit."""
    given = "; ".join(spec.items) or spec.text
    forms = (given, f"{given} {spec.unit}") if spec.unit else (given,)
    return any(compare(spec, form, asked).equal == "equal" for form in forms)


def _found(found: Comparison, reward: float | None, *, ask: str = "") -> Outcome:
    return Outcome(
        reward=reward, rule=found.rule, detail=_sendable(found.detail), ask=_sendable(ask)
    )


def _sendable(text: str) -> str:
    """Return a text without halves of characters, which cannot be encoded."""
    return text.encode("utf-8", "replace").decode("utf-8")
