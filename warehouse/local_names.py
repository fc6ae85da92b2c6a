"""The names of running text by document: which short one stands for which full one, and what kind of thing each is."""

from array import array
from collections.abc import Iterator
from itertools import groupby
from typing import get_args

import numpy as np

from warehouse.edges import Ints
from warehouse.records import EntityType
from warehouse.short_forms import LocalName, short_forms
from warehouse.tallies import Numbers

TYPES: tuple[EntityType, ...] = get_args(EntityType)


class LocalNames:
    """Names gathered one by one, 24 bytes each, and asked by document and block once all are there."""

    def __init__(self, keys: Numbers, documents: Numbers) -> None:
        """Begin with none; `keys` and `documents` number the blocks and documents."""
        self._keys, self._documents, self._texts = keys, documents, Numbers()
        self._rows = array("q")
        self._short: dict[tuple[str, str], str] = {}

    def add(self, document: str, name: LocalName) -> None:
        """Take in a name as its document prints it."""
        self._rows.append(self._documents[document] << 32 | self._keys[name.key])
        self._rows.append(self._texts[name.text] << 4 | TYPES.index(name.type))

    def close(self) -> None:
        """Find the short forms, a document at a time; no name comes after."""
        rows: Ints = np.frombuffer(self._rows, dtype=np.int64).reshape(-1, 2)
        # Equal rows once, in the order in which they came: the first of equally full names is taken.
        first = np.sort(np.unique(rows, axis=0, return_index=True)[1])
        rows = rows[first]
        rows = rows[np.argsort(rows[:, 0] >> 32, kind="stable")]
        for document, names in groupby(self._names(rows), key=lambda pair: pair[0]):
            for key, full in short_forms(name for _, name in names).items():
                self._short[document, key] = full
        typed = np.unique(np.stack([rows[:, 0], rows[:, 1] & 15], axis=1), axis=0)
        self._places, self._types = np.ascontiguousarray(typed.T)
        self._rows = array("q")

    def _names(self, rows: Ints) -> Iterator[tuple[str, LocalName]]:
        for place, said in rows:
            name = LocalName(
                self._keys.names[place & 0xFFFFFFFF], self._texts.names[said >> 4], TYPES[said & 15]
            )
            yield self._documents.names[place >> 32], name

    def full_name(self, document: str, key: str) -> str | None:
        """Return the block of the full name that a name stands for in a document, if it is a short form."""
        return self._short.get((document, key))

    def types(self, document: str, key: str) -> list[EntityType]:
        """Return the types that a document gives the names of a block."""
        number, block = self._documents.get(document), self._keys.get(key)
        if number is None or block is None:
            return []
        place = number << 32 | block
        low, high = np.searchsorted(self._places, [place, place + 1])
        return [TYPES[kind] for kind in self._types[low:high].tolist()]
