"""Signatures of texts: how alike two documents are, from 384 bytes of each.

MinHash (Broder 1997) over phrases of five words, and a second one over names and numbers, of which 16 bits a hash are
kept (b-bit minwise hashing, Li and König 2010: two different values are equal once in 65,536). Candidates are found
by bands (LSH): texts that share all hashes of one band. All of it is arrays: no text is needed again.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

HASHES = 128
NAMES = 64
WIDTH = HASHES + NAMES
"""16-bit values of a signature."""
BANDS = 16
"""Bands of 8 hashes: texts with a similarity of 0.8 meet in one with a probability of 0.95, of 0.9 with 0.9999."""
PHRASE = 5
SLICE = 512
"""Values hashed at once: their hashes fit a core's cache."""
WORD = re.compile(r"[^\W_]+")
MIX = np.uint64(0x9E3779B97F4A7C15)
DRAWN = np.random.default_rng(20_241_127)
"""Fixed, since signatures are stored."""
FLIPS, FACTORS = DRAWN.integers(1, 2**32, size=(2, WIDTH), dtype=np.uint32) | np.uint32(1)
"""A hash function each: `(value ^ flip) * factor` in 32 bits."""

Matrix = NDArray[np.uint16]
"""[documents, WIDTH]."""


class Likeness(NamedTuple):
    """Estimated Jaccard similarities, 0 to 1."""

    text: float
    """Of the sets of phrases."""
    names: float
    """Of the sets of names and numbers: 1 where neither text has any."""


def signature(text: str) -> bytes:
    """Return the signature of a text, little-endian; names are words with a capital or a digit."""
    words = WORD.findall(text)
    hashes = {word: _hashed(word.casefold()) for word in dict.fromkeys(words)}
    names = [value for word, value in hashes.items() if word != word.lower() or not word.isalpha()]
    phrases = _phrases(np.fromiter(map(hashes.__getitem__, words), np.uint64, len(words)))
    halves = _least(phrases, 0, HASHES), _least(np.array(names, dtype=np.uint64), HASHES, WIDTH)
    return np.concatenate(halves).astype("<u2").tobytes()


def matrix_of(signatures: Sequence[bytes]) -> Matrix:
    """Return signatures as rows."""
    joined = np.frombuffer(b"".join(signatures), dtype="<u2")
    return joined.reshape(len(signatures), WIDTH).astype(np.uint16, copy=False)


def likeness(one: NDArray[np.uint16], others: Matrix) -> list[Likeness]:
    """Return how alike one signature is to each of the others."""
    equal = others == one
    text, names = equal[:, :HASHES].mean(axis=1), equal[:, HASHES:].mean(axis=1)
    return [Likeness(float(a), float(b)) for a, b in zip(text, names, strict=True)]


def shared_bands(matrix: Matrix) -> Iterator[NDArray[np.int64]]:
    """Yield the groups of rows, ascending, that share all hashes of one band; each group has two rows or more."""
    rows = HASHES // BANDS
    for band in range(BANDS):
        keys = np.zeros(len(matrix), dtype=np.uint64)
        for column in range(band * rows, (band + 1) * rows):
            keys = (keys ^ matrix[:, column]) * MIX
            keys ^= keys >> np.uint64(32)
        order = np.argsort(keys, kind="stable")
        cuts = np.flatnonzero(np.diff(keys[order])) + 1
        bounds = np.concatenate([[0], cuts, [len(order)]])
        for place in np.flatnonzero(np.diff(bounds) > 1):
            yield order[bounds[place] : bounds[place + 1]]


def _hashed(word: str) -> int:
    """Return a 64-bit hash of a word that is the same on every machine."""
    data = word.encode("utf-8", "surrogatepass")
    return zlib.crc32(data) << 32 | zlib.adler32(data)


def _phrases(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return a hash of each `PHRASE` words in a row; of all of them if they are fewer."""
    size = min(PHRASE, len(words))
    count = len(words) - size + 1 if size else 0
    mixed, out = _mixed(words), np.zeros(count, dtype=np.uint64)
    for place in range(size):
        out = out * MIX + mixed[place : place + count]
    return out


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return well-spread bits (the finaliser of SplitMix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _least(values: NDArray[np.uint64], first: int, last: int) -> NDArray[np.uint16]:
    """Return 16 bits of the least value under each hash function from `first`; all ones for an empty set."""
    short = (_mixed(values) >> np.uint64(32)).astype(np.uint32)
    least = np.full(last - first, np.iinfo(np.uint32).max, dtype=np.uint32)
    for start in range(0, len(short), SLICE):
        part = (short[start : start + SLICE, None] ^ FLIPS[first:last]) * FACTORS[first:last]
        np.minimum(least, part.min(axis=0), out=least)
    return (least & np.uint32(0xFFFF)).astype(np.uint16)
