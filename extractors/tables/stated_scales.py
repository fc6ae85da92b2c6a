"""Whether a document states a scale for its figures apart from sentences, as filings do once for all their notes.

Where it does, money without a scale of its own is unclear (0029).
"""

import re

SCALES = "thousands", "millions", "billions"
SCALED_AFTER = re.compile(r"(?:|(?:[^()|]{0,60} )?(?:in|of) )")
"""What stands before the scale that a document states in brackets, in a cell or on a line of its own."""
SCALE_LINE = 90
SCALE_REACH = 2 * SCALE_LINE
"""How far from its place a stated scale, or the line that it has to itself, reaches."""


def states_scale(text: str) -> bool:
    """Say whether a text states a scale apart from sentences: `(In millions)`, `| millions of dollars |`."""
    low = text.lower()
    for scale in SCALES:
        at = low.find(scale)
        while at >= 0:
            if _states(low, at, at + len(scale)):
                return True
            at = low.find(scale, at + 1)
    return False


def _states(text: str, start: int, end: int) -> bool:
    """Say whether a scale at a place of a text stands apart from sentences."""
    # A line may be as long as the text: no place is looked at farther than a stated scale reaches.
    low, high = max(0, start - SCALE_REACH), end + SCALE_REACH
    first = max(text.rfind("\n", low, start) + 1, low)
    last = text.find("\n", end, high)
    line = text[first : last if last >= 0 else high].strip()
    mark = max(text.rfind(sign, first, start) for sign in "(|")
    before = text[max(mark + 1, first) : start].lstrip()
    if not SCALED_AFTER.fullmatch(before) or (not before and not text.startswith(" of", end)):
        return False
    return mark >= first or (len(line) <= SCALE_LINE and not line.endswith((".", "?", "!")))
