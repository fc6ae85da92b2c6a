"""A fluent variant of a question is asked for, checked, and refused with a reason or taken (§3.2)."""

from collections.abc import Callable

from generators.rewriting.options import RewriteOptions
from generators.rewriting.sameness import fault
from serving.calls import Reply
from serving.client import ModelClient
from serving.outcomes import Expected
from serving.prompts import load_prompt, marked
from warehouse.records import Record
from warehouse.verdicts import Verdict

PACKAGE = "generators.rewriting"
ROLE = "writer"

ReadBack = Callable[[str], Verdict]
"""Whether a variant, read without sight of its program, asks for the program."""


class SaidQuestion(Record):
    """The reply."""

    question: str = ""


class Rewrite(Record):
    """One try to word a question better."""

    id: str
    """Id of the sample, and the number of the try after `#`."""
    sample_id: str
    attempt: int
    text: str
    """The variant, empty where the reply could not be used."""
    accepted: bool
    reason: str
    """Why it is not taken; empty where it is."""
    detail: str


async def rewritten(
    client: ModelClient, sample_id: str, question: str, options: RewriteOptions, *,
    seed: int, read_back: ReadBack | None = None,
) -> tuple[list[Rewrite], Reply | None]:  # fmt: skip
    """Return the tries to word a question, the last one accepted or none; and the reply that ended them, if one did.

    Args:
        client: the models; the role `writer` is asked.
        sample_id: whose question it is.
        question: the template's.
        options: how many tries there are.
        seed: of the run.
        read_back: for numerical questions, reads a variant as a query.

    Raises:
        ModelConfigError: the role is not given.
        LedgerError: the ledger cannot be written.
    """
    prompt = load_prompt(PACKAGE, "rewrite", client.models.role(ROLE).prompt)
    filled = prompt.filled(question=marked([("Question", question)]))
    tries: list[Rewrite] = []
    for attempt in range(options.tries):
        expected = Expected(SaidQuestion)
        ask = client.asking(ROLE, filled, expected=expected, seed=seed, attempt=attempt)
        reply = await client.ask(ask)
        if reply.status == "unanswered":
            return tries, reply
        if reply.answered:
            text = " ".join(reply.value(SaidQuestion).question.split())
            reason, detail = judged(question, text, read_back)
        else:
            text, reason, detail = "", f"the reply is {reply.status}", reply.detail
        tries.append(
            Rewrite(id=f"{sample_id}#{attempt}", sample_id=sample_id, attempt=attempt, text=text[:2000],
                    accepted=not reason, reason=reason, detail=detail[:200])
        )  # fmt: skip
        if not reason:
            break
    return tries, None


def judged(question: str, variant: str, read_back: ReadBack | None) -> tuple[str, str]:
    """Return why a variant is refused, as reason and detail; both empty where it is taken."""
    reason, detail = fault(question, variant)
    if reason or read_back is None:
        return reason, detail
    verdict = read_back(variant)
    return ("", "") if verdict.status == "passed" else (verdict.reason, "; ".join(verdict.evidence))
