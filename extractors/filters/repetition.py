"""How far a text repeats itself: lines, the most frequent phrase, and phrases that stand before."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FEWEST_LINES = 10
TOP_PHRASE = 4
LONG_PHRASE = 10
MIX = np.uint64(0x9E3779B97F4A7C15)


class Repeated(NamedTuple):
    """Shares that repeat, 0 to 1."""

    lines: float
    characters: float


class Phrases(NamedTuple):
    """Shares of characters, 0 to 1."""

    top: float
    """In the most frequent phrase of four words."""
    again: float
    """In phrases of ten words that stand before."""


def repeated_lines(lines: Sequence[str]) -> Repeated:
    """Return the shares of lines, and of characters in lines, that repeat an earlier line; 0 for few lines."""
    if len(lines) < FEWEST_LINES:
        return Repeated(0.0, 0.0)
    again = {line: count - 1 for line, count in Counter(lines).items() if count > 1}
    size = sum(len(line) * count for line, count in again.items())
    return Repeated(sum(again.values()) / len(lines), size / max(sum(map(len, lines)), 1))


def repeated_phrases(words: Sequence[str]) -> Phrases:
    """Return the shares of characters in repeated phrases of a text's words, in order."""
    if len(words) < LONG_PHRASE:
        return Phrases(0.0, 0.0)
    numbers: dict[str, int] = {}
    ids = np.array([numbers.setdefault(word, len(numbers) + 1) for word in words], dtype=np.uint64)
    ends = np.concatenate([[0], np.cumsum([len(word) for word in words])])
    return Phrases(_top(_phrases(ids, TOP_PHRASE), ends), _again(_phrases(ids, LONG_PHRASE), ends))


def _phrases(ids: NDArray[np.uint64], size: int) -> NDArray[np.uint64]:
    """Return a hash of each phrase of `size` words, by where it starts."""
    count = len(ids) - size + 1
    mixed = (ids * MIX) ^ (ids >> np.uint64(29))
    out = np.zeros(count, dtype=np.uint64)
    for place in range(size):
        out = out * MIX + mixed[place : place + count]
    return out


def _top(phrases: NDArray[np.uint64], ends: NDArray[np.int64]) -> float:
    _, first, counts = np.unique(phrases, return_index=True, return_counts=True)
    sizes = np.where(counts > 1, counts * (ends[first + TOP_PHRASE] - ends[first]), 0)
    return float(sizes.max() / ends[-1])


def _again(phrases: NDArray[np.uint64], ends: NDArray[np.int64]) -> float:
    _, first = np.unique(phrases, return_index=True)
    copies = np.ones(len(phrases), dtype=np.int64)
    copies[first] = 0
    starts = np.flatnonzero(copies)
    cover = np.zeros(len(ends), dtype=np.int64)
    np.add.at(cover, starts, 1)
    np.add.at(cover, starts + LONG_PHRASE, -1)
    return float(np.diff(ends)[np.cumsum(cover)[:-1] > 0].sum() / ends[-1])
