"""Counts of pairs of names, gathered one by one and asked by name: 12 bytes a count where dictionaries take 200.

A table of entities counts the surfaces, types and nouns of each block, and the documents that speak of it; most blocks
have one or two of each. Pairs are appended to an array as numbers and sorted once.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator

import numpy as np


class Numbers(dict[str, int]):
    """Gives each string a number, in order of first asking, and the string of a number."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self.names: list[str] = []

    def __missing__(self, name: str) -> int:
        """Enter a new string."""
        self[name] = number = len(self.names)
        self.names.append(name)
        return number


class Tally:
    """How often each item was counted for each key; all is counted before anything is asked."""

    def __init__(self, keys: Numbers, items: Numbers) -> None:
        """Count items for keys; several tallies may share their numbers."""
        self._keys, self._items = keys, items
        self._pairs = array("q")
        self._times = array("i")

    def add(self, key: str, item: str, times: int = 1) -> None:
        """Count an item for a key."""
        self._pairs.append(self._keys[key] << 32 | self._items[item])
        self._times.append(times)

    def close(self) -> None:
        """Add up; counting is over."""
        pairs = np.frombuffer(self._pairs, dtype=np.int64)
        times = np.frombuffer(self._times, dtype=np.int32)
        order = np.argsort(pairs, kind="stable")
        first = np.flatnonzero(np.diff(pairs[order], prepend=-1))
        added = np.add.reduceat(times[order], first) if len(first) else times
        self._pairs, self._times = array("q", pairs[order[first]]), array("i", added)

    def of(self, key: str) -> dict[str, int]:
        """Return item → times of a key, empty if it was never counted."""
        number = self._keys.get(key)
        if number is None:
            return {}
        low = bisect_left(self._pairs, number << 32)
        high = bisect_left(self._pairs, (number + 1) << 32, lo=low)
        names = self._items.names
        return {names[self._pairs[at] & 0xFFFFFFFF]: self._times[at] for at in range(low, high)}

    def counted(self) -> list[str]:
        """Return the keys that have items."""
        numbers = np.frombuffer(self._pairs, dtype=np.int64) >> 32
        return [self._keys.names[number] for number in np.unique(numbers).tolist()]

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield every key with each of its items."""
        for pair in self._pairs:
            yield self._keys.names[pair >> 32], self._items.names[pair & 0xFFFFFFFF]
