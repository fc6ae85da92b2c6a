"""What the writer of a message wrote: its text without quotations, forwarded messages, signature and list footer.

Conservative, since replies stand between quotations as often as above them: a library that keeps only what is above
the first quotation would lose most of a mailing list.
"""

import re
from collections.abc import Iterable, Sequence

from extractors.readers.canonical import Piece

QUOTED = re.compile(r"[ \t]{0,3}(?:[A-Za-z]{1,3})?[>|]|: ")
ATTRIBUTION = re.compile(
    r".{0,300}\b(?:wrote|writes|said|says|schrieb|schreibt|a écrit|escribió|ha scritto|skrev|schreef)\b[^.?!]{0,80}:",
    re.IGNORECASE,
)
"""What mail programs print above a quotation."""
END = re.compile(
    r"--[ \t]*|_{20,}[ \t]*|-----BEGIN PGP SIGNATURE-----.*"
    r"|[ \t]*-{2,}[ \t]*(?:original|forwarded|begin forwarded|ursprüngliche) (?:message|nachricht|by)\b.*",
    re.IGNORECASE,
)
"""Lines below which nothing is the writer's own."""
FIELD = re.compile(r"[ \t]*\**(?:from|sent|to|cc|date|subject):\**[ \t]+\S.*", re.IGNORECASE)
COPIED_FIELDS = 3
"""So many header fields in a row are the head of a copied message."""
SIGNED = re.compile(r"-----BEGIN PGP SIGNED MESSAGE-----[ \t]*|Hash: \S+[ \t]*")


def own_paragraphs(lines: Iterable[Piece]) -> list[list[Piece]]:
    """Return the paragraphs that a message's writer wrote, each as its lines without their indent.

    Args:
        lines: Lines of the message's text with their places.
    """
    paragraphs: list[list[Piece]] = [[]]
    for text, at in _own_lines(list(lines)):
        stripped = text.strip()
        if not stripped:
            paragraphs.append([])
            continue
        lead = len(text) - len(text.lstrip())
        paragraphs[-1].append((stripped, at + lead if isinstance(at, int) else at))
    return [lines for lines in paragraphs if lines and not _is_attribution(lines)]


def _own_lines(lines: Sequence[Piece]) -> list[Piece]:
    """Return the lines up to the signature or a copied message, a blank one in the place of each quoted one."""
    own: list[Piece] = []
    fields = 0
    for text, at in lines:
        fields = fields + 1 if FIELD.fullmatch(text[:400]) else 0
        if END.fullmatch(text[:200]):
            break
        if fields == COPIED_FIELDS:
            return own[: 1 - COPIED_FIELDS]
        if not SIGNED.fullmatch(text[:80]):
            own.append(("", at) if QUOTED.match(text) else (text, at))
    return own


def _is_attribution(lines: Sequence[Piece]) -> bool:
    joined = " ".join(text for text, _ in lines[:4])
    return len(lines) < 4 and ATTRIBUTION.fullmatch(joined) is not None
