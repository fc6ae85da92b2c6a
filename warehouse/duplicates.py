"""Which documents are copies of others: one decision over the signatures of the whole corpus.

Documents are taken in the order of their ids, and one that is alike to a kept one is its copy. So the smallest id of
copies is kept, whatever the order of reading, and every copy is alike to a document that is there. Two editions of
one series are no copies: both are kept, and their likeness is noted. Memory is the signatures, 384 bytes a document,
and the ids of those that share a band.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from warehouse.minhash import Matrix, likeness, shared_bands
from warehouse.records import Record


class DuplicateOptions(Record):
    """How alike two documents must be."""

    similarity: float = 0.85
    """Least Jaccard similarity of the sets of phrases (Lee et al. 2021 and FineWeb take 0.75 to 0.8 for pages)."""
    names: float = 0.85
    """Least Jaccard similarity of the sets of names and numbers: one form filled in twice has other names."""


class Signed(NamedTuple):
    """What the decision needs to know of a document."""

    id: str
    series: str
    date: str


class Copy(Record):
    """A document that is alike to another."""

    document_id: str
    of: str
    """The document kept, with a smaller id."""
    kind: Literal["near-duplicate", "edition"]
    """A near-duplicate is left out, an edition is kept."""
    similarity: float
    """Estimated, of the texts."""


def find_copies(
    documents: Sequence[Signed], matrix: Matrix, options: DuplicateOptions
) -> list[Copy]:
    """Return the copies among the documents by id, each with the first kept document that it is alike to.

    Args:
        documents: each id once, in any order.
        matrix: their signatures, row by row.
        options: the thresholds.
    """
    order = np.array(sorted(range(len(documents)), key=lambda row: documents[row].id), dtype=int)
    groups = _groups(shared_bands(matrix[order]))
    kept: dict[int, list[int]] = defaultdict(list)
    copies: list[Copy] = []
    for place in sorted(groups):
        row = int(order[place])
        rivals = sorted({rival for group in groups[place] for rival in kept[group]})
        found = _alike(documents, matrix, (row, [int(order[r]) for r in rivals]), options)
        copies += found
        if not any(copy.kind == "near-duplicate" for copy in found):
            for group in groups[place]:
                kept[group].append(place)
    return copies


def _groups(shared: Iterable[NDArray[np.int64]]) -> dict[int, list[int]]:
    """Return the groups that each row is in; rows in none are left out."""
    groups: dict[int, list[int]] = defaultdict(list)
    for number, rows in enumerate(shared):
        for row in rows.tolist():
            groups[row].append(number)
    return groups


def _alike(
    documents: Sequence[Signed],
    matrix: Matrix,
    pair: tuple[int, list[int]],
    options: DuplicateOptions,
) -> list[Copy]:
    """Return the first copy that the document is, else the first edition."""
    row, rivals = pair
    one, edition = documents[row], []
    for rival, found in zip(rivals, likeness(matrix[row], matrix[rivals]), strict=True):
        if found.text < options.similarity or found.names < options.names:
            continue
        other = documents[rival]
        is_edition = one.series == other.series and bool(one.date and other.date)
        kind = "edition" if is_edition and one.date != other.date else "near-duplicate"
        copy = Copy(document_id=one.id, of=other.id, kind=kind, similarity=round(found.text, 3))
        if kind == "near-duplicate":
            return [copy]
        edition.append(copy)
    return edition[:1]
