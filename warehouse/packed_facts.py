"""Facts of a world in compressed blocks: some 100 bytes a fact where the records themselves take 3 KB.

A graph keeps what it walks in columns and looks into a whole fact only to word or to show it, so one is unpacked when
it is asked for. The order is that of the ids, each fact once, whatever the order in which documents were read.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import overload

import numpy as np

from warehouse.edges import Ints
from warehouse.records import Fact

BLOCK = 16
"""Facts compressed together: one is unpacked at the cost of so many."""
PILE = 64
"""Facts of one pile that wait to be compressed while sorting."""
PREFIX = len("fact-") + 2
"""Characters of an id that say its pile: ids are hashes, so that the 256 piles grow alike."""
KEPT = 1 << 14
"""Unpacked facts that are kept at hand."""
LEVEL = 1


class PackedFacts(Sequence[Fact]):
    """A sequence of facts in order of their ids; `select` gives a part of it without unpacking."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        """Pack the facts as they come, then sort them pile by pile; they are never all in memory."""
        self._blocks: list[bytes] = []
        block: list[bytes] = []
        count = 0
        for line in _sorted(facts):
            block.append(line)
            count += 1
            if len(block) == BLOCK:
                self._blocks.append(_pack(block))
                block = []
        if block:
            self._blocks.append(_pack(block))
        self._rows: Ints = np.arange(count, dtype=np.int32)
        self._at = lru_cache(maxsize=KEPT)(self._unpack)

    def select(self, rows: Ints) -> "PackedFacts":
        """Return the facts at these ascending positions."""
        part = object.__new__(PackedFacts)
        part._blocks, part._rows = self._blocks, self._rows[rows]
        part._at = lru_cache(maxsize=KEPT)(part._unpack)
        return part

    @property
    def nbytes(self) -> int:
        """Bytes of the compressed blocks, those of facts left out by `select` among them."""
        return sum(map(len, self._blocks))

    def _unpack(self, row: int) -> Fact:
        return Fact.model_validate_json(_lines(self._blocks[row // BLOCK])[row % BLOCK])

    def __len__(self) -> int:
        """Return the number of facts."""
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Fact: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Fact]: ...
    def __getitem__(self, index: int | slice) -> Fact | Sequence[Fact]:
        """Return one fact, or a part of the sequence."""
        if isinstance(index, slice):
            return self.select(np.arange(len(self))[index])
        return self._at(int(self._rows[index]))

    def __iter__(self) -> Iterator[Fact]:
        """Yield the facts in order, each block unpacked once."""
        for number, rows in groupby(self._rows.tolist(), key=lambda row: row // BLOCK):
            lines = _lines(self._blocks[number])
            for row in rows:
                yield Fact.model_validate_json(lines[row % BLOCK])


def _pack(lines: list[bytes]) -> bytes:
    return zlib.compress(b"\n".join(lines), LEVEL)


def _lines(block: bytes) -> list[bytes]:
    return zlib.decompress(block).split(b"\n")


def _sorted(facts: Iterable[Fact]) -> Iterator[bytes]:
    """Yield each fact once as JSON, which begins with its id, in order of the ids."""
    open_: dict[str, list[bytes]] = {}
    packed: dict[str, list[bytes]] = {}
    for fact in facts:
        name = fact.id[:PREFIX]
        pile = open_.setdefault(name, [])
        pile.append(fact.model_dump_json().encode())
        if len(pile) == PILE:
            packed.setdefault(name, []).append(_pack(pile))
            open_[name] = []
    for name in sorted(open_):
        lines = [line for block in packed.pop(name, []) for line in _lines(block)]
        lines += open_[name]
        lines.sort()
        yield from (line for line, _ in groupby(lines))
