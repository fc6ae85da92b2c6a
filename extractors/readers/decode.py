"""Bytes to text, or the reason why not."""

import codecs
import re

from charset_normalizer import from_bytes

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DECLARED = re.compile(
    rb"<(?:meta|\?xml)[^<>]{0,200}?(?:charset|encoding)\s{0,9}=\s{0,9}[\"']?([\w.:-]{2,40})"
)
CONTROL = re.compile(r"[\x01-\x08\x0e-\x1f\x7f]")
CONTROL_SHARE = 0.01
SAMPLE = 65_536
"""Bytes shown to the encoding detector, taken from the first that are not ASCII."""


class UndecodableError(ValueError):
    """Bytes that are no text; the arguments are the reason and the detail."""


def decode(data: bytes) -> str:
    r"""Return the text with `\n` line ends and no byte order mark.

    UTF-8 is tried first, then the encoding that an HTML or XML head declares, then the detector's
    best guess.

    Raises:
        UndecodableError: `data` is empty, binary or in no known encoding.
    """
    if not data.strip():
        raise UndecodableError("empty", f"{len(data)} bytes of white space")
    text, _ = _decoded(data)
    if len(CONTROL.findall(text[:SAMPLE])) > CONTROL_SHARE * len(text[:SAMPLE]):
        raise UndecodableError("binary", "control characters")
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def byte_span(data: bytes, start: int, end: int) -> tuple[int, int] | None:
    """Return the bytes of a stretch of what `decode` returns; None where they cannot be told, as in a damaged text."""
    text, encoding = _decoded(data)
    if text.encode(encoding, errors="replace") != data:
        return None
    marked = text.startswith("\ufeff")
    if marked or "\r" in text:
        places = [*[m.start() for m in re.finditer(r"\r\n|(?s:.)", text)][marked:], len(text)]
        start, end = places[start], places[end]
    mark = len("".encode(encoding))
    before = len(text[:start].encode(encoding))
    return before, before + len(text[start:end].encode(encoding)) - mark


def _decoded(data: bytes) -> tuple[str, str]:
    """Return the text as it stands, and its encoding."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise UndecodableError(
                    "encoding unknown", f"not {encoding}: {error.reason}"
                ) from error
    if b"\0" in data:
        raise UndecodableError("binary", f"zero byte at {data.index(0)}")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        at = error.start
    declared = DECLARED.search(data[:4096])
    if declared:
        try:
            encoding = declared[1].decode("ascii")
            return data.decode(encoding), encoding
        except (LookupError, UnicodeDecodeError, ValueError):
            # The declaration is wrong or names no text encoding: the detector decides.
            pass
    best = from_bytes(data[max(0, at - SAMPLE // 2) : at + SAMPLE // 2]).best()
    if best is None:
        raise UndecodableError("encoding unknown", f"not UTF-8 at byte {at}, and nothing else fits")
    return data.decode(best.encoding, errors="replace"), best.encoding
