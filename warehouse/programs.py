"""The program of a question: a path query that can be run on any set of facts, and whose JSON is its identity.

Six forms (§3.2 question paradigms, method 2.1): `chain` follows one path; `intersection` finds the thing that fits
two constraints, then may go on; `comparison`, `difference` and `ordering` look up one measure of several things;
`listing` gives every thing that fits.
"""

from typing import Literal

from warehouse.identity import content_id
from warehouse.records import Category, Fact, Record

Form = Literal["chain", "intersection", "comparison", "difference", "ordering", "listing"]
FORMS: tuple[Form, ...] = (
    "chain",
    "intersection",
    "comparison",
    "difference",
    "ordering",
    "listing",
)
Direction = Literal["forward", "backward"]
Selector = Literal["", "largest", "smallest", "latest", "inherited"]


class Step(Record):
    """One edge of a path."""

    relation: str
    direction: Direction
    selector: Selector = ""
    """Which of several objects: by the edge's measure, or the last stated; empty where the direction is functional.
    `inherited`: the relation is a name, looked up on a class's bases in method resolution order."""
    time: str = ""
    """Time qualifier that the fact must carry, as printed; empty where the fact has none or the event happens once."""


class Path(Record):
    """A walk from a named thing."""

    anchor: str
    """Entity id."""
    steps: tuple[Step, ...]


class Program(Record):
    """A question as a query."""

    form: Form
    paths: tuple[Path, ...]
    edition: str
    """Date that facts of repeated editions must carry; empty where no document of the question has other editions."""
    links: tuple[str, ...] = ()
    """`intersection`, `listing`: relation by which the sought thing points to the end of each path."""
    then: tuple[Step, ...] = ()
    """`intersection`: steps from the sought thing to the answer."""
    measure: str = ""
    """`comparison`, `difference`, `ordering`: relation whose quantity is compared."""
    order: Literal["", "largest", "smallest"] = ""
    noun: str = ""
    """`intersection`, `listing`: class of the sought things, as worded."""


class Answer(Record):
    """The stored answer: text for a name, number with unit for a quantity, items for a list."""

    kind: Literal["text", "number", "items", "ordered_items"]
    text: str
    items: tuple[str, ...] = ()
    unit: str = ""
    tolerance: str = "0"
    """Absolute, a decimal in `unit`: half the printed step for looked-up numbers, 0 for computed ones."""
    aliases: tuple[str, ...] = ()


class Hop(Record):
    """One fact that the answer rests on, in the order a reader needs it."""

    fact_id: str
    subject: str
    """Entity id."""
    object: str
    """Entity id."""
    path: int
    """Index of the branch the hop belongs to; hops of different branches may be read in any order."""


class Candidate(Record):
    """A worded question with its proof, before its context is built."""

    id: str
    split: str
    category: Category
    program: Program
    question: str
    answer: Answer
    answer_entities: tuple[str, ...]
    hops: tuple[Hop, ...]
    facts: tuple[Fact, ...]
    """The facts of the hops, each once."""
    sub_questions: tuple[str, ...]
    """One per hop, for retrieval of near misses; they may name hidden things and are never shown to a solver."""


def program_id(program: Program) -> str:
    """Return the candidate's identity: the canonical program, symmetric branches in one order."""
    data = program.model_dump()
    if program.form in ("comparison", "difference", "ordering", "intersection"):
        branches = sorted(
            zip(data["paths"], [*data["links"], *[""] * len(data["paths"])], strict=False), key=repr
        )
        data["paths"] = [path for path, _ in branches]
        data["links"] = [link for _, link in branches if link]
    if program.form in ("comparison", "ordering"):
        data["order"] = ""
    return content_id("candidate", data)
