"""Long stretches of text to pieces that fit, cut at the best place there is.

Blank lines come first, then lines, rows of tables, sentences, and at last words. A pipe table is
one line until nothing else helps.
"""

import math
import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from warehouse.tokens import count_tokens

SCRAP = 120
"""Tokens under which a piece is not left alone before one that is cut."""
NEAR = 0.8
"""Share of the limit from which joined pieces are counted together."""
LITTLE = 30
"""Tokens of a piece that may fill the one before it up to the limit."""
SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)\]]{0,2}[ \t]+(?=[\"'“‘(\[]?[^\W_a-z])")
TABLE_LINE = re.compile(r"[ \t]*\|.*\|[ \t]*\n?")
Cut = Callable[[str], list[int]]


def cut_text(text: str, limit: int) -> list[tuple[int, int]]:
    """Return (end, tokens) of pieces of at most `limit` tokens that make up `text`."""
    return _cut(text, limit, CUTS)


def _cut(text: str, limit: int, cuts: Sequence[Cut]) -> list[tuple[int, int]]:
    """Return (end, tokens) of the pieces that `text` is cut into, each of at most `limit` tokens.

    The first way of cutting is used and neighbours are joined while they fit; what is still too
    long is cut the next way, with a scrap before it, so that no heading is left alone.
    """
    ends = cuts[0](text) if cuts else _halves(text, limit)
    pieces = list(pairwise([0, *ends]))
    sizes = count_tokens([text[start:end] for start, end in pieces])
    # Pieces of about one length: filled to the limit, they would leave a scrap at the end.
    total = sum(sizes)
    even = min(limit, 1.1 * total / max(1, math.ceil(total / limit)))
    done: list[tuple[int, int]] = []
    for (start, end), size in zip(pieces, sizes, strict=True):
        if size > limit and cuts:
            if done and done[-1][1] < SCRAP:
                done.pop()
                start = done[-1][0] if done else 0
            done += [(start + at, tokens) for at, tokens in _cut(text[start:end], limit, cuts[1:])]
            continue
        room = (limit if size < LITTLE else even) - (done[-1][1] if done else limit)
        joined = done[-1][1] + size if done and size <= room else 0
        if joined > NEAR * limit:
            # Two texts may have a token more together than apart.
            joined = count_tokens([text[done[-2][0] if len(done) > 1 else 0 : end]])[0]
        if 0 < joined <= limit:
            done[-1] = (end, joined)
        else:
            done.append((end, size))
    return done


def _halves(text: str, limit: int) -> list[int]:
    """Return ends of pieces of at most `limit` tokens, halving at a space where there is one."""
    work, ends = [(0, len(text))], []
    while work:
        start, end = work.pop()
        if end - start <= 1 or count_tokens([text[start:end]])[0] <= limit:
            ends.append(end)
            continue
        middle = (start + end) // 2
        space = text.rfind(" ", start + 1, middle)
        middle = space + 1 if space > start + (middle - start) // 2 else middle
        work += [(middle, end), (start, middle)]
    return ends


def _at_blank_lines(text: str) -> list[int]:
    """Return the ends of paragraphs, blank lines included; lines of a pipe table stay together."""
    ends = [match.end() for match in re.finditer(r"\n(?:[ \t]*\n)+", text)]
    return _ending(text, ends)


def _at_lines(text: str) -> list[int]:
    """Return the ends of lines, a pipe table being one line."""
    ends: list[int] = []
    table = False
    for match in re.finditer(r"[^\n]*\n|[^\n]+\Z", text):
        now = len(match[0]) < 4000 and bool(TABLE_LINE.fullmatch(match[0]))
        if table and now:
            ends[-1] = match.end()
        else:
            ends.append(match.end())
        table = now
    return _ending(text, ends)


def _at_rows(text: str) -> list[int]:
    """Return the ends of lines, the rows of a table too."""
    return _ending(text, [match.end() for match in re.finditer(r"\n", text)])


def _at_sentences(text: str) -> list[int]:
    """Return the ends of sentences."""
    return _ending(text, [match.end() for match in SENTENCE_END.finditer(text)])


def _ending(text: str, ends: Sequence[int]) -> list[int]:
    return list(dict.fromkeys([*(end for end in ends if end < len(text)), len(text)]))


CUTS: tuple[Cut, ...] = (_at_blank_lines, _at_lines, _at_rows, _at_sentences)
"""Ways to cut what is too long, the best place first."""
