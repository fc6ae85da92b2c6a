"""The cover page of an SEC form: who files it, which form it is, and the period it reports on.

Forms print a value with its caption below it: the registrant is the last line of words above `(Exact name of
registrant as specified in its charter)`, or, on covers without that caption, the line below the commission's file
number. A cover that names several registrants names none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from extractors.readers.dates import MONTH, read_date
from extractors.readers.stated import Stated

COVER = 12_000
"""Characters in which a cover page stands; it ends at its first check mark question."""
END = re.compile(r"Indicate by check ?mark", re.IGNORECASE)
EXACT = re.compile(
    r"exact name of (?:the )?registrants?(?: issuer)? as specified in (?:its|the|their) charter",
    re.IGNORECASE,
)
FILE_NUMBER = re.compile(
    r"commission file (?:number|no\.?)\s?:?[ \t]*(?P<value>\d{1,3}-\d{3,6}(?:-\d\d)?)\b",
    re.IGNORECASE,
)
FORM = re.compile(
    r"\bform\s+(?P<form>(?:\d{1,2}-?[KQFD][A-Z]{0,2}\d{0,3}|[SFN]-\d{1,2}[A-Z]?)(?:/A)?)(?![\w-])",
    re.IGNORECASE,
)
_DATE = (
    rf"(?:(?:{MONTH})\.? \d{{1,2}} ?, ?\d{{4}}|\d{{1,2}} (?:{MONTH}),? \d{{4}}|\d{{4}}-\d\d-\d\d)"
)
PERIOD = re.compile(
    r"for the (?P<what>(?:fiscal |transition )?year|(?:quarterly|transition) period|quarter)[ \t]+ended:?"
    rf"[\s|*_#]{{1,20}}(?P<date>{_DATE})",
    re.IGNORECASE,
)
REPORTED = re.compile(
    rf"date of report(?: \(date of earliest event reported\))?:?[\s|*_#]{{1,20}}(?P<date>{_DATE})",
    re.IGNORECASE,
)
COMPANY = re.compile(r"[^\W_][\w.,&'’!*+()/ -]{2,99}")
NOT_COMPANY = re.compile(
    r"\bcommission|\bform\b|washington|\b20549\b|\breports?\b|pursuant|\bended\b|\bperiod\b|\bact of\b|\(mark one\)|"
    rf"\bfile n|\baddress\b|\bidentification\b|^(?:\d+ )?(?:{MONTH})\b|\btelephone\b|^or$|^\W*\d[\d\W]*$",
    re.IGNORECASE,
)
LEGAL = frozenset(
    "inc incorporated corp corporation co company companies ltd limited plc llc llp lp nv sa ag se asa ab oyj spa de "
    "md ny".split()
)
"""Words at the end of a company's name that one filing prints and another leaves out, states of the header included."""
YEARLY, QUARTERLY = "fiscal year", "quarterly period"


@dataclass(frozen=True)
class CoverCell:
    """A line of a cover, or a cell of a pipe row on it."""

    text: str
    start: int
    column: int
    width: int
    """Cells of its row."""


@dataclass(frozen=True)
class Cover:
    """What a cover page says."""

    registrant: str
    form: str
    """`10-K`, empty where it is not printed."""
    period: str
    """`fiscal year ended January 28, 2023`, empty where none is stated."""
    date: str
    """Last day of the period, or the day reported on."""


def cover_of(text: str) -> Cover | None:
    """Return what the cover page of a text says, None for a text without one that names one registrant."""
    named = registrant_on(text)
    if named is None:
        return None
    head = text[:COVER]
    form, period, reported = FORM.search(head), PERIOD.search(head), REPORTED.search(head)
    end = " ".join(period["date"].split()).replace(" ,", ",") if period else ""
    what = period["what"].casefold() if period else ""
    words = YEARLY if "year" in what else QUARTERLY if "quarter" in what else what
    date = read_date(end) if period else read_date(reported["date"]) if reported else ""
    shown = f"{words} ended {_capital(end)}" if period else ""
    return Cover(named.text, form["form"].upper() if form else "", shown, date)


def _capital(date: str) -> str:
    """Return a date with the usual capitals: `JULY 29, 2023` is `July 29, 2023`."""
    return date.title() if date == date.upper() else date


def of_filing(stated: Stated, cover: Cover) -> Stated:
    """Return what a filing states, with what its cover says of registrant, form and period."""
    date = cover.date or stated.date
    parts = (f"Form {cover.form} of {cover.registrant}", cover.period or date)
    title = ", ".join(filter(None, parts)) if cover.form else stated.title
    return replace(stated, title=title, subject=cover.registrant, date=date)


def filer_series(name: str) -> str:
    """Return the series of all that a company files: its name without article, legal form and marks.

    `THE HOME DEPOT, INC.` and `Home Depot Inc /DE/` are one.
    """
    words = re.sub(r"[^\w&]+", " ", re.sub(r"(?<=\w)[.'’](?=\w)", "", name.casefold())).split()
    if words[:1] == ["the"]:
        words = words[1:]
    while len(words) > 1 and (words[-1] in LEGAL or words[-1] == "&"):
        words.pop()
    return "filer " + " ".join(words)


def registrant_on(text: str) -> CoverCell | None:
    """Return the registrant's name where the cover of a text prints it, None without a cover or of several."""
    head = text[:COVER]
    end = END.search(head)
    cover = head[: end.start()] if end else head
    captions = list(EXACT.finditer(cover))
    if not captions and not (FORM.search(cover) and FILE_NUMBER.search(cover)):
        return None
    if not captions:
        return _below_number(cover)
    found = [cell for caption in captions if (cell := _named(cover, caption))]
    names = {cell.text.casefold() for cell in found}
    return found[0] if len(names) == 1 and len(found) == len(captions) else None


def _named(cover: str, caption: re.Match[str]) -> CoverCell | None:
    """Return the name that a caption is of: the last line of words above it, or what stands after its colon."""
    rest = cover[caption.end() :].partition("\n")[0]
    if match := re.match(r"\)?\s?:\s?", rest):
        name = rest[match.end() :].strip("* _")
        at = caption.end() + rest.index(name)
        return CoverCell(name, at, 0, 1) if _is_company(name) else None
    above = [cell for row in cover_rows(cover[: caption.start()]) for cell in row]
    above = [cell for cell in above if re.search(r"[A-Za-z]{2}", cell.text)]
    return above[-1] if above and _is_company(above[-1].text) else None


def _below_number(cover: str) -> CoverCell | None:
    rows = list(cover_rows(cover))
    for row, after in pairwise(rows):
        if len(row) == 1 and FILE_NUMBER.search(row[0].text):
            return after[0] if len(after) == 1 and _is_company(after[0].text) else None
    return None


def _is_company(text: str) -> bool:
    return bool(COMPANY.fullmatch(text)) and not NOT_COMPANY.search(text)


def cover_rows(text: str) -> Iterator[list[CoverCell]]:
    """Yield each line as cells: those of a pipe row, or the bare line; rules and blank lines are left out."""
    offset = 0
    for line in text.splitlines(keepends=True):
        piped = line.lstrip().startswith("|")
        pieces = line.split("|")[1:-1] if piped else [line]
        at = offset + (line.index("|") + 1 if piped else 0)
        row: list[CoverCell] = []
        for column, piece in enumerate(pieces):
            bare = piece.strip()
            mark = re.match(r"(?:#+ |- |<[^<>]*>)+", bare)
            inner = bare[mark.end() :] if mark else bare
            inner = re.sub(r"(?:</?\w+>)+$", "", inner).strip("*_ ")
            start = at + piece.index(inner) if inner else at
            row.append(CoverCell(inner, start, column, len(pieces)))
            at += len(piece) + 1
        if any(re.search(r"\w", cell.text) for cell in row):
            yield row
        offset += len(line)
