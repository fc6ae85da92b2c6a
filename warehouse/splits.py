"""Splits before generation: series decide, by hash, so that a new document never moves another one.

Documents of one series (all editions of a subject, all sessions of a thread, one package) share a split. Categories
with fewer than 30 series have no validation split, those with fewer than 10 only train.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

from warehouse.identity import rank
from warehouse.records import Category

SPLITS = ("train", "validation", "test")
SHARE = 0.1
FEW = 10
SOME = 30


def assign_splits(series: Iterable[tuple[str, Category, str]], seed: int) -> dict[str, str]:
    """Return document id → split, given (document id, category, series) rows."""
    rows = list(series)
    groups = Counter(category for category, _ in {(category, name) for _, category, name in rows})
    return {document: _split(name, groups[category], seed) for document, category, name in rows}


def _split(series: str, groups: int, seed: int) -> str:
    if groups < FEW:
        return "train"
    place = rank(seed, f"series|{series}") / 2**64
    if place < SHARE:
        return "test"
    return "validation" if groups >= SOME and place < 2 * SHARE else "train"


def repeated_editions(rows: Iterable[tuple[str, str, str, str]]) -> frozenset[str]:
    """Return the ids of documents whose subject has documents of other dates: such facts are asked for by date.

    Rows are (document id, series, subject, date); documents without a subject have no editions, and sessions of a
    dialogue supersede each other instead.
    """
    by_subject: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for document, series, subject, date in rows:
        if subject:
            by_subject[series].append((document, date))
    return frozenset(
        document
        for editions in by_subject.values()
        if len({date for _, date in editions}) > 1
        for document, _ in editions
    )
