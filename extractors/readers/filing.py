"""SEC submissions in SGML (1993 on): a header and several documents in one file, each read by itself.

The header names the filer, the period of the report and the date of filing; a document's text is verbatim but for the
lines that hold only a tag (`<PAGE>`, `<TABLE>`, `<S>`), and a document that holds a page of HTML is read as one. All
that one company files is one series.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from extractors.readers.canonical import Part, TextBuilder, make_document
from extractors.readers.filing_cover import Cover, filer_series, of_filing, registrant_on
from extractors.readers.html_page import read_html
from extractors.readers.options import Read, Rejected, SourceFile
from extractors.readers.stated import Stated, title_case
from extractors.readers.states import POSTAL

START = re.compile(
    r"(?:-----BEGIN PRIVACY-ENHANCED MESSAGE-----|<SEC-DOCUMENT>|<DOCUMENT>\s*<TYPE>)"
)
DOCUMENT = re.compile(
    r"<DOCUMENT>[ \t]*\n(?P<head>(?:<[A-Z]+>[^\n]*\n)*?)<TEXT>[ \t]*\n(?P<body>.*?)(?:</TEXT>|\Z)",
    re.DOTALL,
)
HEAD = re.compile(r"<([A-Z]+)>[ \t]*([^\n]*)")
FIELD = re.compile(
    r"^[ \t]*(COMPANY CONFORMED NAME|FILED AS OF DATE|CONFORMED PERIOD OF REPORT):[ \t]*(\S[^\n]*)",
    re.MULTILINE,
)
HEADER_LINES = (
    ("COMPANY CONFORMED NAME", "Filer"), ("CENTRAL INDEX KEY", "Central index key"),
    ("STANDARD INDUSTRIAL CLASSIFICATION", "Standard industrial classification"),
    ("STATE OF INCORPORATION", "State of incorporation"), ("CITY", "Business address city"),
)  # fmt: skip
"""Lines of a submission's header, with the label under which its first document prints them."""
TAG_LINE = re.compile(
    r"[ \t]*(?:</?(?:PAGE|TABLE|CAPTION|S|C|FN|F\d+|PDF|XBRL|TEXT)>[ \t]*(?:\d{1,4})?[ \t]*)+"
)
HTML = re.compile(r"\s*(?:<[^<>]{1,200}>\s*){0,3}<(?:html|!doctype html)", re.IGNORECASE)


def is_filing(text: str) -> bool:
    """Say whether a text is an SEC submission."""
    return bool(START.match(text.lstrip()[:2000]))


def read_filing(file: SourceFile) -> Read:
    """Yield each document of a submission; origins are offsets in the file."""
    header = file.text[: max(file.text.find("<DOCUMENT>"), 0)]
    stated = {name: value.strip() for name, value in reversed(FIELD.findall(header))}
    filer = title_case(stated.get("COMPANY CONFORMED NAME", ""))
    filed, period = (
        _date(stated.get(f, "")) for f in ("FILED AS OF DATE", "CONFORMED PERIOD OF REPORT")
    )
    head_fields = list(_header_fields(header))
    series = filer_series(filer or _registrant(file.text) or file.stem)
    found = 0
    for found, match in enumerate(DOCUMENT.finditer(file.text), 1):
        head = dict(HEAD.findall(match["head"]))
        key = head.get("SEQUENCE", str(found)).strip()
        named = Stated(
            title=": ".join(
                filter(None, (filer or file.stem, head.get("DESCRIPTION", head.get("TYPE", ""))))
            ),
            subject="",
            date=period or filed,
        )
        if found == 1 and head_fields:
            cover = Cover(filer, head.get("TYPE", "").strip(), "", period)
            named = replace(of_filing(named, cover), date=named.date)
        if HTML.match(match["body"][:2000]):
            page = replace(file, text=match["body"], source=f"{file.source}#{key}")
            yield from read_html(page, series=series)
            continue
        built = TextBuilder()
        for label, value, at in head_fields if found == 1 else ():
            built.add(f"{label}: ")
            built.add(value, at)
            built.add("\n")
        built.separate(2)
        _add_verbatim(built, match["body"], match.start("body"))
        yield make_document(file, Part("txt", key, series), named, built)
    if not found:
        yield Rejected(
            source=file.source, reason="damaged file", detail="a submission without a document"
        )


def _registrant(text: str) -> str:
    """Return the name on the cover of a submission's first document, for one whose header is lost."""
    first = DOCUMENT.search(text)
    cover = registrant_on(first["body"]) if first else None
    return cover.text if cover else ""


def _date(digits: str) -> str:
    return re.sub(r"(\d{4})(\d\d)(\d\d)", r"\1-\2-\3", digits)


def _header_fields(header: str) -> Iterator[tuple[str, str, int | str]]:
    """Yield (label, value, place) of what the header says of its one filer; of several it is not clear which."""
    found = {name: header.count(f"{name}:") for name, _ in HEADER_LINES}
    if found["COMPANY CONFORMED NAME"] != 1:
        return
    business = header.find("BUSINESS ADDRESS:")
    for name, label in HEADER_LINES:
        start = business if name == "CITY" else 0
        match = re.compile(rf"\b{name}:[ \t]*([^\s\[][^\n]*)").search(header, max(start, 0))
        if match is None or (name == "CITY" and business < 0):
            continue
        value = match[1].strip()
        if name == "STATE OF INCORPORATION":
            if value in POSTAL:
                yield label, POSTAL[value], f"char:{match.start(1)}"
            continue
        cased = title_case(value)
        yield label, cased, match.start(1) if cased == value else f"char:{match.start(1)}"


def _add_verbatim(built: TextBuilder, body: str, offset: int) -> None:
    """Append the text without lines of tags, each line at its offset in the file."""
    for line in body.splitlines(keepends=True):
        if not TAG_LINE.fullmatch(line.rstrip("\n")):
            built.add(line, offset)
        offset += len(line)
