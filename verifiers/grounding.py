"""Knowledge grounding: is the question answered without its documents, and is it with them alone (method 2.5, step 3).

Closed-book, any right attempt fails the question; of multiple choice, where chance is right too, a majority. Beside it
stands the evidence alone, which must be enough: a question that neither documents nor memory answer is broken, not
hard (§6).
"""

from collections.abc import Sequence

from verifiers.attempts import Bar
from verifiers.check_options import CheckOptions
from verifiers.model_verdicts import ADVICE, Tried, able_verdict, unclear
from warehouse.snapshot_rows import SampleRow
from warehouse.verdicts import Verdict

KNOWN = "answered without documents"
BROKEN = "the evidence alone does not suffice"


def closed_book_bar(row: SampleRow, options: CheckOptions, *, strong: bool) -> Bar:
    """Return how often a model must be right without documents for the question to be known: once, or mostly."""
    del strong
    share = 0.5 if row.task_type == "multiple_choice" else 0.0
    return Bar(share=share, strict=bool(share), early=options.stop_early)


def closed_book_verdict(row: SampleRow, tries: Sequence[Tried], options: CheckOptions) -> Verdict:
    """Return whether the question needs documents; that a weak model does not know it is advice."""
    del row, options
    tried = tries[0]
    if tried.standing == "able":
        return Verdict(check="grounding", status="failed", reason=KNOWN)
    if tried.standing != "unable":
        return unclear("grounding", tried)
    return Verdict(check="grounding", status="passed", reason="" if tried.strong else ADVICE)


def gold_bar(row: SampleRow, options: CheckOptions, *, strong: bool) -> Bar:
    """Return how often a model must be right on the evidence alone."""
    del row
    share = options.strong_share if strong else options.gold_share
    return Bar(share=share, early=options.stop_early)


def gold_verdict(row: SampleRow, tries: Sequence[Tried], options: CheckOptions) -> Verdict:
    """Return whether the evidence is enough."""
    del row, options
    return able_verdict("gold", tries, BROKEN)
