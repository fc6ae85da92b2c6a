"""Facts of an SEC filing: its cover page, the header of the submission, and who audits the registrant.

Forms print a value with its caption below it (`Delaware` above `(State or other jurisdiction of incorporation …)`), in
cells or on lines of their own; the value of a caption is what stands right above it in its column. The subject is the
registrant, by the name above `(Exact name of registrant as specified in its charter)` or in the header's `Filer` line.
"""

import re
from collections.abc import Sequence
from itertools import takewhile

from extractors.facts.signatures import signed_offices
from extractors.facts.values import NAME
from extractors.facts.writer import FactWriter, Span, Told, mention_at
from extractors.readers.filing_cover import (
    COVER,
    END,
    EXACT,
    FILE_NUMBER,
    CoverCell,
    cover_of,
    cover_rows,
    registrant_on,
)
from extractors.readers.states import POSTAL, STATES
from warehouse.identity import digest
from warehouse.records import Document, EntityType, Fact, Mention, Quantity, Section, Shape

EXTRACTOR = "filing/1"
STATE = re.compile(
    r"\(?state (?:or other jurisdiction )?of\s+incorporation(?: or organi[sz]ation)?\)?",
    re.IGNORECASE,
)
EMPLOYER = re.compile(
    r"\(?i\.?r\.?s\.? employer\s+identification (?:no\.?|number)\)?", re.IGNORECASE
)
OFFICE = re.compile(
    r"\(?address (?:and (?:zip code|telephone number[^)|]*) )?of (?:registrant.s )?principal executive offices\)?.*",
    re.IGNORECASE,
)
COMPANY = re.compile(r"[A-Z0-9][\w.,&'’/ -]{2,79}")
TOWN = re.compile(
    r"(?:.*, |.*\d[\w ]*\s)?(?P<town>[A-Z][a-z.'-]+(?: [A-Z][a-z.'-]+){0,2}), (?P<state>[A-Z][A-Za-z. ]+?)"
    r"(?: \d{5}(?:-\d{4})?)?"
)
COMMON = re.compile(r"(?:class [A-C] )?(?:common|ordinary) (?:stock|shares?)\b", re.IGNORECASE)
TICKER = re.compile(r"[A-Z]{1,5}(?:\.[A-Z])?")
AUDITOR = re.compile(
    r"/s/ (?P<firm>[A-Z][\w&.,' -]{3,60}?(?:LLP|L\.L\.P\.|LLC|P\.C\.|PLLC|Ltd))[ \t]*\n(?:[^\n]{0,80}\n){0,9}?"
    r"[^\n]{0,20}\b[Ww]e have served as the (?:Company|Corporation|Registrant|Bank|Fund|Trust|Partnership)['’]s auditor"
    r" since (?P<year>(?:19|20)\d\d)\b"
)
HEADER = re.compile(r"^(?P<label>[A-Z][A-Za-z ]{2,40}): (?P<value>\S[^\n]*)$", re.MULTILINE)
HEADER_FIELDS: dict[str, tuple[str, EntityType]] = {
    "Central index key": ("central index key", "text"),
    "State of incorporation": ("state of incorporation", "place"),
    "Standard industrial classification": ("industry", "text"),
    "Business address city": ("business address city", "place"),
}
"""Lines of the submission's header as the reader prints them, with relation and type."""
WORD = re.compile("registrant", re.IGNORECASE)


def filing_facts(document: Document, sections: Sequence[Section]) -> list[Fact]:
    """Return the facts of a filing's head, auditors' report and signatures; none for other documents."""
    reader, cover, exact = _opened(document, sections)
    if reader.registrant is None:
        return []
    if exact:
        reader.cover(cover, exact)
        reader.securities(document.text[:COVER])
    reader.auditor()
    reader.officers()
    return reader.writer.facts()


def registrant(document: Document, sections: Sequence[Section]) -> Mention | None:
    """Return the company that a filing is of, where its cover or header names it."""
    return _opened(document, sections)[0].registrant


def _opened(
    document: Document, sections: Sequence[Section]
) -> tuple["_Reader", str, re.Match[str] | None]:
    """Return a reader that knows the registrant, the cover page, and where it says so."""
    head = document.text[:COVER]
    end = END.search(head)
    cover = head[: end.start()] if end else head
    exact = EXACT.search(cover)
    reader = _Reader(document, sections)
    if document.format in ("html", "md", "txt") and sections:
        name = registrant_on(document.text)
        reader.registrant = reader.header() or (
            mention_at(name.start, name.text, "organisation") if name else None
        )
    return reader, cover, exact


class _Reader:
    """Collects the facts of one filing."""

    def __init__(self, document: Document, sections: Sequence[Section]) -> None:
        self.document = document
        self.registrant: Mention | None = None
        cover = None if document.date else cover_of(document.text)
        as_of = cover.date if cover else document.date
        self.writer = FactWriter(document, sections, EXTRACTOR, as_of=as_of)

    def header(self) -> Mention | None:
        """Return the filer that the submission's header names, its other fields told."""
        fields = {m["label"]: m for m in HEADER.finditer(self.document.text[:1500])}
        filer = fields.get("Filer")
        if (
            filer is None
            or "Central index key" not in fields
            or not COMPANY.fullmatch(filer["value"])
        ):
            return None
        name = mention_at(filer.start("value"), filer["value"], "organisation")
        for label, (relation, kind) in HEADER_FIELDS.items():
            if found := fields.get(label):
                value = re.sub(r" \[\d*\]$", "", found["value"])
                object_ = mention_at(found.start("value"), value, kind)
                self._add(name, relation, object_, found.span())
        return name

    def cover(self, cover: str, exact: re.Match[str]) -> None:
        """Tell what the captions of the cover page say."""
        text = self.document.text
        if word := WORD.search(text, exact.start(), exact.end()):
            noun = mention_at(word.start(), word[0], "text")
            self._add(self._own(), "is a", noun, _line_span(text, word.start()), shape="class")
        state, below = _above(cover, STATE)
        if state and state.text in STATES:
            self._told("state of incorporation", state.start, state.text, "place", below)
        employer, below = _above(cover, EMPLOYER)
        if employer and re.fullmatch(r"\d\d-\d{7}", employer.text):
            self._told(
                "employer identification number", employer.start, employer.text, "text", below
            )
        self._town(cover)
        if number := FILE_NUMBER.search(cover):
            self._told("commission file number", number.start("value"), number["value"], "text")

    def _town(self, cover: str) -> None:
        """Tell the town of the principal executive offices, where it is set off from street and state."""
        rows = list(cover_rows(cover))
        for at, row in enumerate(rows):
            caption = next((c for c in row if OFFICE.fullmatch(c.text)), None)
            if caption is None:
                continue
            for above in reversed(rows[max(at - 3, 0) : at]):
                if town := _town_in(above, caption.column):
                    self._told("principal executive office city", *town, "place", caption.start)
                    return
            return

    def securities(self, head: str) -> None:
        """Tell ticker and exchange of the common stock, where the table lists one."""
        rows = list(cover_rows(head))
        for at, row in enumerate(rows):
            labels = [cell.text.casefold() for cell in row]
            symbol = next(
                (c for c, label in zip(row, labels, strict=True) if "trading symbol" in label), None
            )
            market = next(
                (
                    c
                    for c, label in zip(row, labels, strict=True)
                    if "name of each exchange" in label
                ),
                None,
            )
            if symbol is None or market is None or len(row) < 3:
                continue
            table = _block(rows[at:])
            common = [r for r in table if COMMON.match(r[0].text)]
            if len(common) != 1:
                return
            for cell in common[0]:
                if cell.column == symbol.column and TICKER.fullmatch(cell.text):
                    self._told("ticker symbol", cell.start, cell.text, "thing")
                single = cell.text.count("Exchange") < 2 and NAME.fullmatch(cell.text)
                if cell.column == market.column and single:
                    self._told("stock exchange", cell.start, cell.text, "organisation")
            return

    def auditor(self) -> None:
        """Tell the auditor who signs the report, and since when."""
        found = list(AUDITOR.finditer(self.document.text))
        if not found or len({m["firm"] for m in found}) > 1 or len({m["year"] for m in found}) > 1:
            return
        match = found[0]
        firm = mention_at(match.start("firm"), match["firm"], "organisation")
        self._add(self._own(), "auditor", firm, match.span())
        year = mention_at(match.start("year"), match["year"], "value")
        quantity = Quantity(value=match["year"], unit="year", step="1")
        self._add(self._own(), "auditor appointment year", year, match.span(), quantity=quantity)

    def officers(self) -> None:
        """Tell who signs as what; officers also of the person, because people serve several registrants."""
        group = digest("directors", self.document.id)[:16]
        for office in signed_offices(self.document.text):
            person = mention_at(office.start, office.name, "person")
            if office.office == "director":
                self._add(self._own(), "directors", person, office.span, group=group)
                self._add(person, "director of", self._own(), office.span, shape="clause")
                continue
            self._add(self._own(), office.office, person, office.span)
            self._add(person, f"{office.office} of", self._own(), office.span, shape="role")

    def _own(self) -> Mention:
        assert self.registrant is not None
        return self.registrant

    def _told(self, relation: str, start: int, text: str, kind: EntityType, below: int = 0) -> None:
        """Tell a value of the cover page; its quote ends with the line of its caption, `below`."""
        span = _line_span(self.document.text, start)
        if below > span[1]:
            span = (span[0], _line_span(self.document.text, below)[1])
        self._add(self._own(), relation, mention_at(start, text, kind), span)

    def _add(
        self, subject: Mention, relation: str, object_: Mention, span: Span, *,
        shape: Shape = "attribute", group: str = "", quantity: Quantity | None = None,
    ) -> None:  # fmt: skip
        phrase = "is a director" if shape == "clause" else "is"
        self.writer.add(
            subject,
            relation,
            object_,
            span,
            Told(shape=shape, phrase=phrase, group=group, quantity=quantity),
        )


def _above(cover: str, caption: re.Pattern[str]) -> tuple[CoverCell | None, int]:
    """Return the cell above a caption in its column, or the line above it, and where the caption stands."""
    rows = list(cover_rows(cover))
    for at, row in enumerate(rows):
        for cell in row:
            if not caption.fullmatch(cell.text) or at == 0:
                continue
            over = [
                c
                for c in rows[at - 1]
                if c.column == cell.column and c.width == cell.width and c.text
            ]
            if over:
                return over[0], cell.start
            beside = {c.column for c in row if caption.fullmatch(c.text)}
            wide = [c for c in rows[at - 1] if c.text and c.column in beside]
            if wide and len({c.text for c in wide}) == 1 and wide[0].width == cell.width:
                return wide[0], cell.start
    return None, 0


def _town_in(row: Sequence[CoverCell], column: int) -> tuple[int, str] | None:
    """Return (start, name) of the town in the row above the caption: `Reston, | Virginia`, or `… Dallas, Texas`."""
    for cell, after in zip(row, [*row[1:], None], strict=True):
        name = cell.text.rstrip(",")
        apart = (
            after is not None
            and _is_state(after.text)
            and re.fullmatch(r"[A-Z][a-z.]+(?: [A-Z][a-z]+){0,2}", name)
        )
        if apart:
            return cell.start, name
        if (
            cell.column == column
            and (match := TOWN.fullmatch(cell.text))
            and _is_state(match["state"])
        ):
            return cell.start + match.start("town"), match["town"]
    return None


def _block(rows: Sequence[list[CoverCell]]) -> list[list[CoverCell]]:
    """Return the first row and those after it with as many cells."""
    return list(takewhile(lambda row: len(row) == len(rows[0]), rows))


def _is_state(name: str) -> bool:
    return name in STATES or name in POSTAL


def _line_span(text: str, at: int) -> tuple[int, int]:
    """Return the span of the line around `at`, with the line of captions below it where it is a row of cells."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return start, end if end >= 0 else len(text)
