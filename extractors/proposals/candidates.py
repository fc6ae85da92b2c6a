"""Pairs of labels and of names that may mean the same, found in the facts alone (method 2.1).

Labels are paired where they join the same two names, or have the same stems; names where they stand in the same place
of two statements and share a word or are the initials of one another. A model is asked about these pairs and no others.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import combinations
from typing import Literal

import polars as pl

from extractors.model_facts.relations import STEM, content_words
from warehouse.identity import content_id
from warehouse.names import block_name
from warehouse.records import Record

Kind = Literal["relation", "alias"]
CROWD = 6
"""Labels or names of one place beyond which it shows nothing."""
NAMED = ("value", "text", "code")
"""Types of mentions that have no names."""


class Quoted(Record):
    """Where one side of a pair stands."""

    fact_id: str
    quote: str


class Pair(Record):
    """Two labels or names that may mean the same."""

    id: str
    kind: Kind
    left: str
    right: str
    shared: int
    """Pairs of names that both labels join, or statements that both names make."""
    left_quotes: tuple[Quoted, ...]
    right_quotes: tuple[Quoted, ...]


def flat(facts: pl.LazyFrame) -> pl.LazyFrame:
    """Return what pairs are found by: ids, names, types, labels and quotes of facts, class statements left out."""
    return facts.filter(pl.col("shape") != "class").select(
        "id", "relation", "quote",
        pl.col("subject").struct.field("text").alias("subject"),
        pl.col("subject").struct.field("type").alias("subject_type"),
        pl.col("object").struct.field("text").alias("object"),
        pl.col("object").struct.field("type").alias("object_type"),
    )  # fmt: skip


def relation_pairs(facts: pl.LazyFrame, most: int, quotes: int) -> list[Pair]:
    """Return pairs of labels, those that join the most names in common first."""
    shared = _together(facts, ["subject", "object"], "relation")
    labels = facts.group_by("relation").len().filter(pl.col("len") > 1).collect()["relation"]
    by_stems: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for label in sorted(labels):
        stems = tuple(sorted(word[:STEM] for word in content_words(label)))
        if stems:
            by_stems[stems].append(label)
    for group in by_stems.values():
        for pair in combinations(group[:CROWD], 2):
            shared[pair] += 0
    return _pairs(facts, "relation", shared, (most, quotes))


def alias_pairs(facts: pl.LazyFrame, most: int, quotes: int) -> list[Pair]:
    """Return pairs of names that make the same statements, the most first."""
    named = facts.filter(~pl.col("subject_type").is_in(NAMED))
    shared = _together(named, ["relation", "object"], "subject")
    alike = Counter({pair: n for pair, n in shared.items() if n > 1 and may_be_one(*pair)})
    return _pairs(named, "alias", alike, (most, quotes))


def may_be_one(left: str, right: str) -> bool:
    """Whether two names share a word or are initials of one another, and are not one name already."""
    if block_name(left) == block_name(right):
        return False
    words = [
        [w for w in name.replace("-", " ").split() if w[:1].isupper()] for name in (left, right)
    ]
    initials = ["".join(word[0] for word in one) for one in words]
    if left in (initials[1],) or right in (initials[0],):
        return True
    long = [{w.casefold().strip(".,") for w in one if len(w) >= STEM} for one in words]
    return bool(long[0] & long[1])


def _together(facts: pl.LazyFrame, place: list[str], what: str) -> Counter[tuple[str, str]]:
    """Return how many places two values of a column share, by pair in order."""
    frame = facts.group_by(place).agg(pl.col(what).unique().sort().alias("found"))
    rows = frame.filter(pl.col("found").list.len().is_between(2, CROWD)).select("found").collect()
    return Counter(pair for (found,) in rows.iter_rows() for pair in combinations(found, 2))


def _pairs(
    facts: pl.LazyFrame, kind: Kind, shared: Counter[tuple[str, str]], limits: tuple[int, int]
) -> list[Pair]:
    """Return the first pairs with quotes of each side, the facts of smallest ids."""
    most, quotes = limits
    chosen = sorted(shared, key=lambda pair: (-shared[pair], pair))[:most]
    column = "relation" if kind == "relation" else "subject"
    wanted = sorted({side for pair in chosen for side in pair})
    frame = facts.filter(pl.col(column).is_in(wanted)).sort("id")
    rows = frame.group_by(column, maintain_order=True).head(quotes)
    held: dict[str, list[Quoted]] = defaultdict(list)
    for side, identity, quote in rows.select(column, "id", "quote").collect().iter_rows():
        held[side].append(Quoted(fact_id=identity, quote=quote))
    return list(_made(kind, chosen, shared, held))


def _made(
    kind: Kind, chosen: Iterable[tuple[str, str]], shared: Counter, held: dict[str, list[Quoted]]
) -> Iterable[Pair]:
    for left, right in chosen:
        quotes = tuple(held[left]), tuple(held[right])
        identity = content_id(
            "proposal", kind, left, right, *[[q.fact_id for q in own] for own in quotes]
        )
        yield Pair(
            id=identity, kind=kind, left=left, right=right, shared=shared[left, right],
            left_quotes=quotes[0], right_quotes=quotes[1],
        )  # fmt: skip
