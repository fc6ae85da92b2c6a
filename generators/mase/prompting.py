"""The prompts of the three roles, and what each role is shown (method 2.3).

The solver is shown documents and question, the verifier question and two answers: neither ever sees what the proposer
quoted, nor which of two answers was the proposer's. What documents and models say stands between marks in every prompt.
"""

from collections.abc import Sequence

from generators.mase.clusters import Cluster
from generators.mase.history import Earlier, as_text
from generators.mase.options import KINDS, Kind
from generators.mase.proposals import AnswerKind
from serving.prompts import Filled, Prompt, load_prompt, marked

PACKAGE = "generators.mase"
NAMES = ("propose", "first", "later", "solve", "same", *(f"kind_{kind}" for kind in KINDS))
FORMS: dict[AnswerKind, str] = {
    "text": "The answer is a name or a short phrase.",
    "number": "The answer is one number, with its unit if it has one.",
    "items": "The answer is a list; separate the items by semicolons.",
    "ordered_items": "The answer is a list in order; separate the items by semicolons.",
}
"""What a solver is told of an answer: its kind and nothing else."""


def prompt(name: str, version: str = "") -> Prompt:
    """Return a prompt of this package, the newest version where none is named.

    Raises:
        PromptError: there is none.
    """
    return load_prompt(PACKAGE, name, version)


def shown(cluster: Cluster) -> str:
    """Return the cluster's documents between marks."""
    return marked((document.title, document.shown) for document in cluster.documents)


def proposing(
    cluster: Cluster, kind: Kind, history: Sequence[Earlier], version: str = ""
) -> Filled:
    """Return what the proposer is asked for: a question of a kind, harder than and different from the earlier ones."""
    told = _body("later", earlier=as_text(history)) if history else _body("first")
    return prompt("propose", version).filled(
        documents=shown(cluster), kind=_body(f"kind_{kind}"), history=told
    )


def solving(cluster: Cluster, question: str, kind: AnswerKind, version: str = "") -> Filled:
    """Return what a solver is asked for."""
    return prompt("solve", version).filled(
        documents=shown(cluster),
        question=marked([("The question", question)], "question"),
        form=FORMS[kind],
    )


def comparing(question: str, answers: tuple[str, str], version: str = "") -> Filled:
    """Return what the verifier is asked for; which answer is whose is not said."""
    return prompt("same", version).filled(
        question=marked([("The question", question)], "question"),
        answers=marked((("An answer", answer) for answer in answers), "answer"),
    )


def _body(name: str, **values: str) -> str:
    return "".join(message.text for message in prompt(name).filled(**values).messages)
