"""The messages of a mail file: their heads, their own words with places, and what is attached to them."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import PurePosixPath

from extractors.readers.canonical import Piece
from extractors.readers.decode import UndecodableError, decode
from extractors.readers.html_page import read_html
from extractors.readers.mail_words import own_paragraphs
from extractors.readers.options import Rejected, SourceFile
from warehouse.records import Document

SUFFIXES = (".eml", ".mbox", ".mbx")
HEAD = 16_384
_ENVELOPE = r"From [^\r\n]{0,200}\d{4}[^\r\n]{0,20}\r?\n"
ENVELOPE = re.compile(_ENVELOPE.encode())
START = re.compile(rf"(?:\A|(?<=\n\n)|(?<=\n\r\n)){_ENVELOPE}(?=[A-Za-z-]+:)".encode())
TEXT_START = re.compile(rf"(?:\A|(?<=\n\n)){_ENVELOPE}(?=[A-Za-z-]+:)")
NAME = re.compile(rb"([A-Za-z][A-Za-z0-9-]{0,60}):")
MARKS = frozenset(
    (
        b"message-id received return-path mime-version in-reply-to references delivered-to newsgroups "
        b"nntp-posting-host organization x-mailer user-agent list-id"
    ).split()
)
"""Header fields that a letter or memorandum does not print above its text."""
IDENTITY = ("", "7bit", "8bit", "binary")
"""Transfer encodings under which a text stands in the file as it is."""
SIGNATURES = (
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
)
IDS = re.compile(r"<[^<>\s]{1,250}>")


@dataclass(frozen=True)
class Mail:
    """One message."""

    writer: Piece
    date: str
    """As `YYYY-MM-DD`, in the zone it was sent from; empty where the head has none that can be read."""
    subject: str
    id: str
    refers: tuple[str, ...]
    """Ids of messages above it in its thread."""
    paragraphs: list[list[Piece]]
    """The writer's own words by paragraph and line."""
    attached: list[str]
    """Name and type of each attachment."""


def is_mail(data: bytes, source: str) -> bool:
    """Say whether a file begins with the header of a message as mail programs write it."""
    head = data[:HEAD]
    envelope = ENVELOPE.match(head)
    names: set[bytes] = set()
    for line in head[envelope.end() if envelope else 0 :].splitlines():
        if not line.strip():
            break
        match = NAME.match(line)
        if match:
            names.add(match[1].lower())
        elif not names or line[:1] not in b" \t":
            return False
    sure = envelope or names & MARKS or PurePosixPath(source).suffix.lower() in SUFFIXES
    return bool(sure and b"from" in names and names & {b"subject", b"date"})


def messages(file: SourceFile) -> Iterator[Mail | Rejected]:
    """Yield the messages of a mailbox, or the one that the file is, and a rejection for each that cannot be read."""
    starts = [match.start() for match in START.finditer(file.data)] or [0]
    try:
        text = decode(file.data)
    except UndecodableError:
        text = ""
    places = [match.start() for match in TEXT_START.finditer(text)] or [0]
    if len(places) != len(starts):
        # Encodings differ too much for one text of all: places are lines.
        text = ""
    line = 1
    for index, (start, end) in enumerate(zip(starts, [*starts[1:], len(file.data)], strict=True)):
        raw = file.data[start:end]
        within = (text, places[index]) if text else None
        try:
            yield _message(file, raw, f"line:{line}", within)
        except Exception as error:  # noqa: BLE001 - whatever the parser does with one message, the others stay
            detail = f"message {index}: {type(error).__name__}: {error}"[:200]
            yield Rejected(
                source=f"{file.source}#message-{index}", reason="damaged message", detail=detail
            )
        line += raw.count(b"\n")


def _message(file: SourceFile, raw: bytes, at: str, within: tuple[str, int] | None) -> Mail:
    envelope = ENVELOPE.match(raw)
    message = message_from_bytes(raw[envelope.end() if envelope else 0 :])
    body, attached = _parts(message)
    pieces: list[Piece] = []
    if body is not None:
        coded = body.get("Content-Transfer-Encoding", "").strip().lower() not in IDENTITY
        as_printed = not coded and body.get_content_type() == "text/plain"
        pieces = _placed(_lines(file, body), at, within if as_printed else None)
    return Mail(
        writer=(_writer(message), at),
        date=_date(message),
        subject=_field(message, "Subject"),
        id=next(iter(IDS.findall(_field(message, "Message-ID"))), ""),
        refers=tuple(
            IDS.findall(f"{_field(message, 'In-Reply-To')} {_field(message, 'References')}")
        ),
        paragraphs=own_paragraphs(pieces),
        attached=attached,
    )


def _parts(message: Message) -> tuple[Message | None, list[str]]:
    """Return the part that is the message's text, plain before HTML, and what is attached."""
    texts: list[Message] = []
    attached: list[str] = []
    for part in message.walk():
        kind, name = part.get_content_type(), part.get_filename()
        if part.is_multipart() or kind in SIGNATURES:
            continue
        if kind in ("text/plain", "text/html") and part.get_content_disposition() != "attachment":
            texts.append(part)
        else:
            name = " ".join(_decoded(name or "without a name").split())
            attached.append(f"{name[:150]}, {kind[:60]}")
    plain = next((part for part in texts if part.get_content_type() == "text/plain"), None)
    return plain or next(iter(texts), None), attached


def _lines(file: SourceFile, part: Message) -> list[str]:
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    charset = part.get_content_charset() or "utf-8"
    try:
        text = data.decode(charset)
    except (LookupError, UnicodeDecodeError):
        text = decode(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ").replace("\0", " ")
    if part.get_content_type() == "text/html":
        page = next(read_html(replace(file, text=text, data=b"")))
        text = page.text if isinstance(page, Document) else ""
    return text.split("\n")


def _placed(lines: list[str], at: str, within: tuple[str, int] | None) -> list[Piece]:
    """Return the lines with their offsets in the file's text, or all at the place of their message."""
    if within is None:
        return [(line, at) for line in lines]
    text, offset = within
    offset = text.find("\n\n", offset) + 1
    placed: list[Piece] = []
    for line in lines:
        found = text.find(line, offset) if line.strip() else offset
        if found < 0:
            return [(line, at) for line in lines]
        placed.append((line, found))
        offset = found + len(line)
    return placed


def _writer(message: Message) -> str:
    """Return the name of the writer as its field prints it, the address's own part where it prints none."""
    name, address = parseaddr(_field(message, "From"))
    name = re.sub(r"\s+via\s+.*", "", name).strip("\"' ")
    name = name or re.split(r"@| at ", address)[0] or "Unknown"
    return " ".join(name.replace(":", " ").split())[:60]


def _field(message: Message, name: str) -> str:
    return " ".join(_decoded(str(message.get(name, ""))).split())


def _decoded(value: str) -> str:
    """Return a field's text with encoded words read; as it stands where they cannot be."""
    with suppress(LookupError, ValueError):
        value = str(make_header(decode_header(value)))
    return value.encode("utf-8", "replace").decode("utf-8")


def _date(message: Message) -> str:
    try:
        return parsedate_to_datetime(_field(message, "Date")).date().isoformat()
    except (ValueError, IndexError, OverflowError, TypeError):
        return ""
