"""Token counts on the Qwen vocabulary, the unit of every length in the project (§3.3).

The ranks are the file that the `dashscope` package ships; it is read from the package's folder
without importing the package. Documents are counted as ordinary text: a special token spelled out
in one is no special token.
"""

import base64
import binascii
import importlib.util
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import tiktoken

PACKAGE = "dashscope"
RANKS = 151_643
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
PIECE = 100_000
"""Characters given to the encoder at once: its work on a run without a break grows faster than the
run."""
BREAK = re.compile(r"\s(?=\S)")


class VocabularyError(RuntimeError):
    """The vocabulary is missing or is not the expected one."""


def count_tokens(texts: Sequence[str]) -> list[int]:
    """Return the number of tokens of each text, in order.

    A text longer than `PIECE` characters is counted in pieces cut before a word, or anywhere where
    it has no whitespace, and its count is their sum.

    Raises:
        VocabularyError: the vocabulary's package is not installed or its file is not the expected
        one.
    """
    encode = encoder().encode_ordinary
    return [sum(len(encode(piece)) for piece in _pieces(text)) for text in texts]


@cache
def encoder() -> tiktoken.Encoding:
    """Return the encoder, built once per process (about half a second)."""
    return tiktoken.Encoding(
        "qwen", pat_str=SPLIT, mergeable_ranks=_read_ranks(), special_tokens={}
    )


def _read_ranks() -> dict[bytes, int]:
    spec = importlib.util.find_spec(PACKAGE)
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        raise VocabularyError(
            f"the package {PACKAGE}, which holds the Qwen vocabulary, is not installed"
        )
    path = Path(folders[0]) / "resources" / "qwen.tiktoken"
    ranks: dict[bytes, int] = {}
    try:
        for line in path.read_bytes().splitlines():
            token, _, rank = line.partition(b" ")
            if rank:
                ranks[base64.b64decode(token)] = int(rank)
    except OSError as error:
        raise VocabularyError(
            f"{path.name} of {PACKAGE} cannot be read: {error.strerror}"
        ) from error
    except (binascii.Error, ValueError) as error:
        raise VocabularyError(
            f"{path.name} of {PACKAGE} is not a list of ranks: {error}"
        ) from error
    if len(ranks) != RANKS:
        raise VocabularyError(f"{path.name} of {PACKAGE} has {len(ranks)} ranks, not {RANKS}")
    return ranks


def _pieces(text: str) -> list[str]:
    parts: list[str] = []
    start = 0
    while len(text) - start > PIECE:
        # The last break of the piece; none in its second half means a run without spaces, cut hard.
        breaks = [
            match.start() for match in BREAK.finditer(text, start + PIECE // 2, start + PIECE)
        ]
        end = breaks[-1] if breaks else start + PIECE
        parts.append(text[start:end])
        start = end
    parts.append(text[start:])
    return parts
