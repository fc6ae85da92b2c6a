"""A model is asked whether two labels or names mean the same: a proposal with evidence, and no merge (method 2.1)."""

from typing import Literal

from extractors.proposals.candidates import Pair, Quoted
from serving.calls import Reply
from serving.client import Ask, ModelClient
from serving.outcomes import Expected
from serving.prompts import load_prompt, marked
from warehouse.records import Record

PACKAGE = "extractors.proposals"
ROLE = "extractor"
WHAT = {"relation": ("relation labels", "relation"), "alias": ("names", "thing")}
LONGEST = 500
"""Characters of a quote that are shown."""


class SaidPair(Record):
    """The reply."""

    verdict: str = ""
    because: str = ""
    quote: str = ""


class Proposal(Record):
    """What a model says of a pair."""

    id: str
    """Id of the pair."""
    kind: Literal["relation", "alias"]
    left: str
    right: str
    shared: int
    verdict: Literal["same", "different", "unsure", "unknown"]
    """`unknown` where the reply could not be used."""
    because: str
    """In the model's words."""
    quote: str
    """The evidence that it names, found word for word among those it was shown; empty where it named none."""
    quotes: tuple[Quoted, ...]
    """All that it was shown, those of the first one first."""


def pair_ask(client: ModelClient, pair: Pair, seed: int) -> Ask:
    """Return the question about a pair; labels and names stand between marks as well, since documents chose them."""
    prompt = load_prompt(PACKAGE, "pair", client.models.role(ROLE).prompt)
    what, unit = WHAT[pair.kind]
    shown = [("Uses the first", q.quote[:LONGEST]) for q in pair.left_quotes]
    shown += [("Uses the second", q.quote[:LONGEST]) for q in pair.right_quotes]
    filled = prompt.filled(
        what=what, unit=unit, left=marked([("first", pair.left)]), right=marked([("second", pair.right)]),
        quotes=marked(shown),
    )  # fmt: skip
    return client.asking(ROLE, filled, expected=Expected(SaidPair), seed=seed)


def proposal(pair: Pair, reply: Reply) -> Proposal:
    """Return what a reply proposes; `same` needs a quote that it was shown, else it is `unsure`."""
    quotes = (*pair.left_quotes, *pair.right_quotes)
    verdict, because, quote = "unknown", reply.detail, ""
    if reply.answered:
        said = reply.value(SaidPair)
        verdict = said.verdict.strip().casefold()
        because = said.because
        words = " ".join(said.quote.split())
        found = bool(words) and any(words in " ".join(q.quote.split()) for q in quotes)
        quote = words if found else ""
        if verdict not in ("same", "different", "unsure"):
            verdict = "unknown"
        elif verdict == "same" and not found:
            verdict, because = "unsure", f"no quote shows it: {because}"
    return Proposal.model_validate({
        "id": pair.id, "kind": pair.kind, "left": pair.left, "right": pair.right, "shared": pair.shared,
        "verdict": verdict, "because": because[:300], "quote": quote[:LONGEST], "quotes": quotes,
    })  # fmt: skip
