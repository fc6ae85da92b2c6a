"""What walks, queries and proofs read of a fact, as numbers: one row for each edge of a graph.

Facts are records that cost microseconds to look into; a world of a million edges is walked on these columns instead.
The same predicates decide what a fact is good for as an edge of a question (method 2.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from warehouse.records import Fact, Qualifier, Quantity

Ints = NDArray[np.signedinteger[Any]]
Flags = NDArray[np.bool_]
LONGEST = (80, 200)
"""Characters of a name that a question can hold: of a thing, and of a work, whose title is quoted."""
ONCE = frozenset(
    (
        "born in|died in|born on|died on|buried in|buried at|based on|flows into|flow into|"
        "rises in|rise in|named after|located in|stands on|stands in|lies in|lies on|capital of|"
        "succeeded by|preceded by|located on|premiered at|premiered in|lives in|works at|"
        "works for|headquartered in|based in|moved to|mouth of|adapted from|first performed at|"
        "first performed in|situated in|chief executive officer of|chief financial officer of"
    ).split("|")
)
AGENT = " by"
NOT_SINGLE = frozenset(
    (
        "owned by|crossed by|influenced by|followed by|produced by|visited by|studied by|used by|"
        "operated by|performed by|recorded by|translated by|joined by|defeated by|conquered by|"
        "led by|won by|taught by|published by|received by|married by"
    ).split("|")
)
CODE = ("inherits", "raises", "constant", "returns", "attribute ", "parameter ")
OWNED = {"class attribute": "attribute", "default value": "parameter"}
"""Relations of programs whose subject is a name inside a class or function: the owner is the node."""


def contains(ordered: Ints, keys: Ints) -> Flags:
    """Return which of `keys` are in the ascending array."""
    if not len(ordered):
        return np.zeros(keys.shape, dtype=np.bool_)
    place = np.minimum(np.searchsorted(ordered, keys), len(ordered) - 1)
    return ordered[place] == keys


def distinct(values: Ints) -> Ints:
    """Return the values once each, ascending; by sorting, since `np.unique` hashes, which is slow on long arrays."""
    ordered = np.sort(values)
    first = np.ones(len(ordered), dtype=np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]


def spread_out(first: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Return, for runs of `count` places from `first` on, (the run, the place) of each place, run after run."""
    run = np.repeat(np.arange(len(count)), count)
    return run, np.arange(len(run)) + np.repeat(first - (np.cumsum(count) - count), count)


class Ground(IntEnum):
    """Why a fact's relation may be asked with "the", as far as the fact itself says."""

    NEVER = 0
    """One item of a list."""
    MEASURED = 1
    """Only if the graph shows the relation to be functional."""
    LAYOUT = 2
    """A field with one value in a record."""
    CURATED = 3
    """An event that happens once, authorship stated whole, what a program's text says once."""


def edge_relation(fact: Fact) -> str:
    """Return an edge's relation: `attribute exit_code` of a class, `parameter timeout` of a function."""
    if fact.shape == "code" and fact.relation in OWNED:
        return f"{OWNED[fact.relation]} {fact.subject.text}"
    return fact.relation


def internal(qualifier: Qualifier) -> bool:
    """Whether a note is for the machine (`subject=click.types.ParamType`) and narrows nothing that a reader sees."""
    return qualifier.text.startswith(
        ("object=", "subject=", "order=", "speaker=", "binds=", "plain=")
    )


def carried(qualifier: Qualifier) -> bool:
    """Whether wording the plain relation loses nothing of the qualifier."""
    if qualifier.kind == "time":
        return True
    return qualifier.kind == "note" and internal(qualifier)


def superseded(fact: Fact) -> bool:
    """Whether the document itself takes the statement back later."""
    return any(q.text == "superseded" for q in fact.qualifiers)


def usable(fact: Fact) -> bool:
    """Whether a fact may be an edge of a question: clean names, nothing that a wording would lose."""
    if fact.subject.type in ("text", "value") or superseded(fact):
        return False
    if fact.shape == "code" and fact.relation in ("calls", "defined in"):
        return False  # calls are resolved in part only; a qualified name already says where a thing is defined
    if any(len(end.text) > LONGEST[end.type == "work"] for end in (fact.subject, fact.object)):
        return False
    once = fact.shape == "clause" and fact.object.type != "value"
    return all(carried(q) or (once and q.kind in ("place", "with")) for q in fact.qualifiers)


def time_of(fact: Fact) -> str:
    """Return the fact's time qualifier as printed, or nothing."""
    return next((q.text for q in fact.qualifiers if q.kind == "time"), "")


def forward_ground(fact: Fact) -> Ground:
    """Return what the fact alone says of its relation's being functional, from subject to object."""
    if fact.group and fact.shape != "code":
        return Ground.NEVER
    if fact.shape == "attribute" and not _plural(fact.relation):
        return Ground.LAYOUT
    if fact.shape == "code" and edge_relation(fact).startswith(CODE):
        return Ground.CURATED
    if fact.shape in ("clause", "role") and _once(fact):
        return Ground.CURATED
    return Ground.MEASURED


def _plural(relation: str) -> bool:
    leaf = relation.rpartition(" / ")[2].split(" (")[0]
    return leaf.endswith("s") and not leaf.endswith(("ss", "us", "is"))


def _once(fact: Fact) -> bool:
    year = (
        fact.quantity is not None and fact.quantity.unit == "year" and fact.object.type == "value"
    )
    shared = fact.relation in NOT_SINGLE or fact.relation.startswith("co-")
    creation = fact.relation.endswith(AGENT) and not shared
    return year or creation or fact.relation in ONCE


@dataclass(frozen=True)
class EdgeColumns:
    """Parallel arrays of length E; 21 bytes an edge."""

    as_of: Ints
    """Number of the fact's date, indexing `dates`; 0 is no date."""
    dates: Sequence[str]
    time: Ints
    """Number of the printed time, indexing `times`; 0 is none."""
    times: Sequence[str]
    quantity: Ints
    """Number of the quantity, indexing `quantities`; 0 is none."""
    quantities: Sequence[Quantity | None]
    usable: Flags
    superseded: Flags
    dated: Flags
    """The time belongs to the step's identity: an attribute's, not an event's."""
    listed: Flags
    """An attribute, or one item of a list: a selector may choose among several."""
    literal: Flags
    """The object is a value, a text or a name of a program: it needs no search in the documents' words."""
    code: Flags
    ground: NDArray[np.uint8]
    """`Ground` from subject to object."""


class ColumnWriter:
    """Fills `EdgeColumns` from facts given one by one, in the order of the edges."""

    def __init__(self, edges: int) -> None:
        """Make room for so many edges."""
        self._dates: dict[str, int] = {"": 0}
        self._times: dict[str, int] = {"": 0}
        self._quantities: dict[Quantity | None, int] = {None: 0}
        self._columns = {
            name: np.zeros(edges, dtype=np.int32) for name in ("as_of", "time", "quantity")
        }
        flags = ("usable", "superseded", "dated", "listed", "literal", "code")
        self._flags = {name: np.zeros(edges, dtype=np.bool_) for name in flags}
        self._ground = np.zeros(edges, dtype=np.uint8)

    def add(self, edge: int, fact: Fact) -> None:
        """Enter the fact of an edge."""
        numbers, flags = self._columns, self._flags
        numbers["as_of"][edge] = self._dates.setdefault(fact.as_of, len(self._dates))
        numbers["time"][edge] = self._times.setdefault(time_of(fact), len(self._times))
        quantity = self._quantities.setdefault(fact.quantity, len(self._quantities))
        numbers["quantity"][edge] = quantity
        flags["usable"][edge] = usable(fact)
        flags["superseded"][edge] = superseded(fact)
        flags["dated"][edge] = fact.shape == "attribute"
        flags["listed"][edge] = fact.shape == "attribute" or bool(fact.group)
        flags["literal"][edge] = fact.object.type in ("value", "text", "code")
        flags["code"][edge] = fact.shape == "code"
        self._ground[edge] = forward_ground(fact)

    def columns(self) -> EdgeColumns:
        """Return what was entered."""
        numbers = self._columns
        return EdgeColumns(
            as_of=numbers["as_of"], dates=list(self._dates), time=numbers["time"],
            times=list(self._times), quantity=numbers["quantity"],
            quantities=list(self._quantities), ground=self._ground, **self._flags,
        )  # fmt: skip
