"""Facts of announcements: what a company acquired, whom it appointed, what its board authorised or declared, and when.

Filings and press releases state such events in one form: the date, the company or its board, the act, and an amount
(`On May 3, 2024, the Corporation acquired …`). The company is a filing's registrant, or the one that a press release
has announce something behind its dateline. Plans, conditions and acts of others have other subjects and are left out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractors.facts.articles import article_title, is_person
from extractors.facts.filings import registrant
from extractors.facts.values import DATE, MONTHS, NUMBER, quantity_of
from extractors.facts.writer import FactWriter, Span, Told, clause, mention_at
from warehouse.records import Document, Fact, Mention, Qualifier, Section

EXTRACTOR = "announcement/1"
HEAD = 4000
"""Characters in which a press release says who announces."""
_FIRM = (
    r"[A-Z][\w.&'’-]*(?: (?:(?:of|and|&) )?[A-Z][\w.&'’-]*){0,6}"
    r"(?:,? (?:Inc|Ltd|LLC|Corp|L\.P|N\.V|S\.A|plc|GmbH|AG)\b\.?)?"
)
_DAY = rf"(?:{MONTHS}) \d{{1,2}}, (?:19|20)\d\d"
DATELINE = re.compile(
    rf"^(?P<place>[A-Z][A-Za-z.' ]{{2,30}}(?:, [A-Z][A-Za-z. ]{{1,20}})?)[,.]? \(?(?P<date>{_DAY})\)?"
    r" ?(?:/[A-Z ]+/ ?)?[-–—]{1,2} ?(?:\([A-Z ]+\) ?[-–—]{1,2} ?)?",
    re.MULTILINE,
)
"""`TARN, Norland, May 3, 2024 /NEWSWIRE/ -- ` in front of what a release announces."""
ISSUER = re.compile(
    rf"(?P<name>{_FIRM})(?: \([^()\n]{{3,60}}\))?(?:, [^.\n]{{3,120}},)? "
    r"(?:today announced|announced today|has announced|announced)\b"
)
_WHEN = (
    rf"(?:[Oo]n|[Ii]n|[Ee]ffective) (?P<date>{_DAY}|(?:{MONTHS}) (?:19|20)\d\d"
    rf"|\d{{1,2}} (?:{MONTHS}) (?:19|20)\d\d)"
)
_BOARD = r"(?:our|the|its) (?:[Cc]ompany['’]s |[Cc]orporation['’]s )?[Bb]oard(?: of [Dd]irectors)?(?: \([^()]{3,30}\))?"
ANNOUNCED = r"(?:announced that (?:it|we|its|they) (?:had |has )?)?"
_MONEY = r"(?P<about>approximately |about |up to )?(?P<amount>\$\d[\d,]*(?:\.\d+)?(?: (?:million|billion))?)"
_ENDED = r"(?=,| \(| for | in an? | from |\.(?:\s|$)|$)"
ACQUIRED = re.compile(
    r"(?:acquired|completed (?:the|its|our) (?:previously announced )?acquisition of) "
    rf"(?P<firm>{_FIRM}){_ENDED}"
)
AGREED = re.compile(
    r"(?:entered into|signed|executed) an? (?:definitive )?(?:merger )?agreement to acquire "
    rf"(?P<firm>{_FIRM}){_ENDED}"
)
PRICE = re.compile(
    r"(?:\bfor (?:a )?(?:total |aggregate )?(?:cash |purchase )?(?:consideration |price )?(?:of )?"
    rf"|\bpurchase (?:price|consideration) of ){_MONEY}(?! per\b)"
)
_OFFICER = r"(?:[A-Z][a-z]+ ){1,3}Officer"
APPOINTED = re.compile(
    r"(?:has |had )?(?:appointed|elected|named|promoted) (?:(?:Mr|Ms|Mrs|Dr)\. )?"
    r"(?P<person>[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]*){1,3}) (?:as|to serve as|to the position of|to)"
    r"(?: the| its| our)?(?: new)?(?: [Cc]ompany['’]s)? (?P<office>(?:[Ee]xecutive |[Ss]enior |[Ii]nterim )*"
    rf"(?:[Vv]ice )?(?:[Cc]hair(?:man|woman|person)?|[Pp]resident|[Dd]irector|{_OFFICER}|General Counsel|Treasurer"
    rf"|Controller)(?: and {_OFFICER})?)(?=[,.;]| of (?:the|our)\b| and\b|$)"
)
BUYBACK = re.compile(
    r"(?:authorized|approved) (?:(?:(?P<more>an additional)|a new|a|the|up to|purchase of|repurchase of) ){0,4}"
    rf"{_MONEY}[^.$]{{0,60}}?repurchases?\b"
)
DIVIDEND = re.compile(
    r"declared an? (?:(?:increased|regular|quarterly|cash|special|semi-annual|annual) )*dividend of "
    rf"{_MONEY} per (?:common )?share"
)
SENTENCE_END = re.compile(
    r"(?<!\bInc)(?<!\bCorp)(?<!\bLtd)(?<!\bCo)(?<!\bMr)(?<!\bMs)(?<![A-Z])\.(?=\s+[A-Z(]|\s*\n|\s*$)|\n"
)
"""A full stop before a capital that ends no short form, or the end of the line."""
NO_FIRM = re.compile(
    r"^(?:The|Our|Certain|All|Company|Corporation|Inc)$|['’]s?$|\b(?:Stock|Shares|Assets|Business|Notes|Properties)\b"
)


@dataclass(frozen=True)
class _Event:
    """A dated act of the company: the act's words, where they start, and the sentence that states it."""

    company: Mention
    words: str
    at: int
    span: Span
    date: Mention

    @property
    def when(self) -> tuple[Qualifier, ...]:
        """The date as a qualifier."""
        return (Qualifier(kind="time", text=self.date.text),)


def announcement_facts(document: Document, sections: Sequence[Section]) -> list[Fact]:
    """Return the dated acts of a filing's registrant or of the company behind a press release."""
    if document.format not in ("html", "md", "txt", "pdf", "docx") or not sections:
        return []
    writer = FactWriter(document, sections, EXTRACTOR, as_of=document.date)
    company = registrant(document, sections) or _issuer(document, writer)
    if company is None:
        return []
    told: set[tuple[str, str]] = set()
    for event in _events(document.text, company):
        for read in (_acquisition, _appointment, _amounts):
            read(writer, event, told)
    return writer.facts()


def _issuer(document: Document, writer: FactWriter) -> Mention | None:
    """Return who announces behind a dateline, its place and date told of the release where a title heads it."""
    head = document.text[:HEAD]
    line = DATELINE.search(head)
    named = ISSUER.match(head, line.end()) if line else None
    if line is None or named is None:
        return None
    issuer = mention_at(named.start("name"), named["name"], "organisation")
    if title := article_title(document):
        span = line.start(), _sentence_end(head, named.end())
        date = mention_at(line.start("date"), line["date"], "value")
        writer.add(title, "release date", date, span)
        writer.add(title, "issuer", issuer, span)
        writer.add(
            title, "place of issue", mention_at(line.start("place"), line["place"], "place"), span
        )
    return issuer


def _events(text: str, company: Mention) -> Iterator[_Event]:
    """Yield each dated act: `On DATE, [in connection with …,] the Company ACT`."""
    short = re.escape(company.text.split()[0])
    name = rf"(?i:{short})(?: (?!and\b)[A-Z][\w.&]*,?){{0,3}}"
    own = rf"(?:we|the [Cc]ompany|the [Cc]orporation|{name}|{_BOARD})"
    lead = re.compile(
        rf"\b{_WHEN},? (?:in connection with [^,\n]{{3,80}}, )?(?:{own} announced that )?{own} {ANNOUNCED}"
    )
    for match in lead.finditer(text):
        stop = _sentence_end(text, match.end())
        date = mention_at(match.start("date"), match["date"], "value")
        yield _Event(company, text[match.end() : stop], match.end(), (match.start(), stop), date)


def _sentence_end(text: str, at: int) -> int:
    """Return where the sentence around `at` ends."""
    end = SENTENCE_END.search(text, at)
    return (end.end() if end[0] == "." else end.start()) if end else len(text)


def _acquisition(writer: FactWriter, event: _Event, told: set[tuple[str, str]]) -> None:
    for pattern, relation in ((ACQUIRED, "acquired"), (AGREED, "agreed to acquire")):
        found = pattern.match(event.words)
        if found is None or NO_FIRM.search(found["firm"]):
            continue
        name = (
            found["firm"]
            if found["firm"].endswith(("Inc.", "Corp.", "Ltd.", "L.P."))
            else found["firm"].rstrip(".")
        )
        if (relation, name.rstrip(".")) in told:
            return
        told.add((relation, name.rstrip(".")))
        firm = mention_at(event.at + found.start("firm"), name, "organisation")
        writer.add(
            event.company, relation, firm, event.span, clause(relation, qualifiers=event.when),
        )  # fmt: skip
        if relation == "acquired" and DATE.fullmatch(event.date.text):
            writer.add(firm, "acquisition date", event.date, event.span)
        price = list(PRICE.finditer(event.words, found.end()))
        if relation == "acquired" and len(price) == 1:
            _amount(writer, event, firm, "purchase price", price[0])
        return


def _amount(
    writer: FactWriter, event: _Event, subject: Mention, relation: str, found: re.Match[str],
    qualifiers: tuple[Qualifier, ...] = (),
) -> None:  # fmt: skip
    number = NUMBER.fullmatch(found["amount"])
    if number is None:
        return
    amount = mention_at(event.at + found.start("amount"), found["amount"], "value")
    about = (Qualifier(kind="note", text=found["about"].strip()),) if found["about"] else ()
    writer.add(
        subject,
        relation,
        amount,
        event.span,
        Told(quantity=quantity_of(number), qualifiers=about + qualifiers),
    )


def _appointment(writer: FactWriter, event: _Event, told: set[tuple[str, str]]) -> None:
    found = APPOINTED.match(event.words)
    if found is None or not is_person(found["person"]) or ("appointed", found["person"]) in told:
        return
    told.add(("appointed", found["person"]))
    person = mention_at(event.at + found.start("person"), found["person"], "person")
    office = mention_at(event.at + found.start("office"), found["office"], "thing")
    writer.add(
        event.company, "appointed", person, event.span, clause("appointed", qualifiers=event.when),
    )  # fmt: skip
    writer.add(
        person, "appointed as", office, event.span, clause("was appointed", "as", qualifiers=event.when),
    )  # fmt: skip


def _amounts(writer: FactWriter, event: _Event, told: set[tuple[str, str]]) -> None:
    for pattern, relation in AMOUNTS:
        found = pattern.match(event.words)
        if found and (relation, event.date.text) not in told:
            told.add((relation, event.date.text))
            more = "additional " if found.groupdict().get("more") else ""
            _amount(writer, event, event.company, more + relation, found, event.when)


AMOUNTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (BUYBACK, "share repurchase authorization"),
    (DIVIDEND, "dividend declared per share"),
)
