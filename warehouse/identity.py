"""Content identity: a record's id is the hash of what it says, so the same input is the same row on any machine.

Clock, host, file paths and Parquet bytes never enter a hash. `content_id` names one record; `merkle_root` names a
set of rows whatever their order; `draw` gives every record its own reproducible random stream.
"""

import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np

ID_HEX = 24
ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
"""Made once: to make one takes longer than to encode a record."""


def canonical(value: Any) -> str:
    """Return the value as canonical JSON: sorted keys, no spaces, nothing escaped that need not be."""
    return ENCODER.encode(value)


def digest(*parts: Any) -> str:
    """Return the 64-digit sha256 of `parts` as canonical JSON in UTF-8."""
    return _sha256(canonical(parts))


def content_id(kind: str, *parts: Any) -> str:
    """Return `kind-` and 24 hex digits (96 bits) of the hash of `parts`; `kind` is part of the hash."""
    return f"{kind}-{digest(kind, *parts)[:ID_HEX]}"


def named(kind: str, *texts: str) -> str:
    """Return `content_id` of parts that are canonical JSON already."""
    return f"{kind}-{_sha256(f'[{_quoted(kind)},' + ','.join(texts) + ']')[:ID_HEX]}"


@lru_cache(maxsize=1 << 8)
def _quoted(kind: str) -> str:
    return canonical(kind)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def merkle_root(ids: Iterable[str]) -> str:
    """Return one 64-digit hash for a set of ids: sorted, without repetition, hashed pairwise up to the root."""
    level = [hashlib.sha256(item.encode()).digest() for item in sorted(set(ids))]
    if not level:
        return hashlib.sha256(b"").hexdigest()
    while len(level) > 1:
        odd = [level[-1]] if len(level) % 2 else []
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [hashlib.sha256(left + right).digest() for left, right in pairs] + odd
    return level[0].hex()


def draw(seed: int, record_id: str) -> np.random.Generator:
    """Return the random stream of one record: it depends on the seed and the record's id, never on order."""
    return np.random.default_rng(int(digest(seed, record_id)[:32], 16))


def rank(seed: int, record_id: str) -> int:
    """Return a 64-bit number that orders records by hash, the order in which caps are applied."""
    return int(digest("rank", seed, record_id)[:16], 16)
