"""Facts of a meeting's record: who speaks in which office, for which seat and party, who chairs, who is a guest.

Records of parliaments label a speaker once with what he or she is (`Hon. Ann Lee (Minister of Health)`, `Mr. Bo Orr
(Vils West, NDP)`), and a chair welcomes witnesses by name and office, with semicolons between them. A welcomed person
counts only where he or she speaks. Talk without such labels gives nothing here.
"""

import re
from collections.abc import Iterator, Sequence

from extractors.facts.introductions import introductions
from extractors.facts.meeting_business import STYLE, meeting_business
from extractors.facts.values import NAME
from extractors.facts.writer import FactWriter, Span, Told, mention_at
from warehouse.records import Document, Fact, Mention, Section, Shape

EXTRACTOR = "meeting/2"
PERSON = r"[A-Z][\w.'’-]*(?: (?:[A-Z][\w.'’-]*|de|la|van|von|d'[A-Z]\w+)){1,4}"
LABEL = re.compile(
    rf"^(?:{STYLE} )+(?P<name>{PERSON}) \((?P<what>[^()\n]{{3,80}})\):", re.MULTILINE
)
CHAIR = re.compile(
    rf"^The Chair(?:man|person|woman)? \((?:{STYLE} )*(?P<name>{PERSON})(?: \([^()\n]*\))?\):",
    re.MULTILINE,
)
MEMBER = re.compile(r"(?P<seat>[^,]+), (?P<party>[A-Z][\w. ]{1,30})")
OFFICE = re.compile(
    r"(?:Deputy |Associate |Acting )?(?:Prime |First )?Minister\b.*|.*\bSecretary\b.*|(?:Leader|President) of .*"
    r"|.*Commissioner.*|(?:Attorney|Solicitor) General.*"
)
BROKEN = re.compile(r"[a-z][A-Z]|^[A-Z][b-df-hj-np-tv-xz]{4}")
"""A name that lost its dashes or accents on the way."""
COMMITTEE = re.compile(
    r"meeting of the (?P<name>(?:House of Commons |Senate )?(?:[A-Z][\w-]*,? (?:and )?){0,6}Committee"
    r"(?: on [^.,;:\n]{3,70})?)(?=[.,;:])"
)
WELCOME = re.compile(r"(?:pleased|delighted|like|happy) to welcome (?P<guests>[^.!?\n]+)[.!?]")
GUEST = re.compile(
    rf"(?:and )?(?P<name>{PERSON}?)(?: (?:AM|MS|MP|MSP|TD))?, (?:who is |the |our )*(?P<office>[A-Za-z][^,;]{{3,80}})"
    r"(?:, (?P<body>[A-Z][^,;]{2,60}))?"
)
AT = re.compile(r"(?P<office>.+?) at (?P<body>[A-Z].+)")
SPEAKER = re.compile(r"^(?P<name>[^:\n]{3,60}):", re.MULTILINE)
LONGEST_OFFICE = 10


def meeting_facts(document: Document, sections: Sequence[Section]) -> list[Fact]:
    """Return what a meeting's labels and welcomes state; none for other talk."""
    if document.format != "dialogue":
        return []
    text = document.text
    speakers = {m["name"] for m in SPEAKER.finditer(text)}
    told = [*_labelled(text), *_chaired(text), *_welcomed(text, speakers)]
    writer = FactWriter(document, sections, EXTRACTOR, as_of=document.date)
    for subject, relation, object_, span, shape in told:
        writer.add(subject, relation, object_, span, Told(shape=shape))
    meeting_business(text, writer)
    introductions(document, writer)
    return writer.facts()


Statement = tuple[Mention, str, Mention, Span, Shape]
"""Subject, relation, object, span of the quote, shape."""


def _labelled(text: str) -> Iterator[Statement]:
    """Yield office, or seat and party, of each speaker whose label states them."""
    for match in LABEL.finditer(text):
        person = mention_at(match.start("name"), match["name"], "person")
        at, what = match.start("what"), match["what"].strip()
        if OFFICE.fullmatch(what) and len(what.split()) <= LONGEST_OFFICE:
            yield person, "office", mention_at(at, what, "thing"), match.span(), "attribute"
        elif member := MEMBER.fullmatch(what):
            seat, party = member["seat"], member["party"]
            if not BROKEN.search(seat) and NAME.fullmatch(seat.replace("—", "-").replace("–", "-")):
                yield (
                    person,
                    "constituency",
                    mention_at(at, seat, "place"),
                    match.span(),
                    "attribute",
                )
            if not party.endswith("."):  # `Lib.` is no name
                told = mention_at(at + member.start("party"), party, "organisation")
                yield person, "party", told, match.span(), "attribute"


def _chaired(text: str) -> Iterator[Statement]:
    """Yield who chairs the committee that the opening turn names."""
    chair = CHAIR.search(text)
    if chair is None:
        return
    end = text.find("\n", chair.end())
    named = COMMITTEE.search(text, chair.end(), end if end >= 0 else len(text))
    if named is None:
        return
    committee = mention_at(named.start("name"), named["name"], "organisation")
    person = mention_at(chair.start("name"), chair["name"], "person")
    span = (chair.start(), named.end())
    yield committee, "chair", person, span, "attribute"
    yield person, "chair of", committee, span, "role"


def _welcomed(text: str, speakers: set[str]) -> Iterator[Statement]:
    """Yield the office, and the body, of each welcomed person who speaks; one doubtful guest leaves out only itself."""
    for match in WELCOME.finditer(text):
        guests = match["guests"]
        pieces = list(re.finditer(r"[^;]+", guests))
        if len(pieces) < 2:
            continue
        for piece in pieces:
            bare = piece[0].strip()
            found = GUEST.fullmatch(bare)
            if found is None or not any(found["name"] in speaker for speaker in speakers):
                continue
            at = match.start("guests") + piece.start() + piece[0].index(bare)
            person = mention_at(at + found.start("name"), found["name"], "person")
            office, body, body_at = found["office"], found["body"], found.start("body")
            if not body and (inner := AT.fullmatch(office)):
                body, body_at = inner["body"], found.start("office") + inner.start("body")
                office = inner["office"]
            if len(office.split()) > LONGEST_OFFICE or re.search(r"\b(?:and|also|who)\b", office):
                continue
            span = (match.start(), match.end())
            # An office is held in a body: without it `strategic director` says little.
            told = bare[
                found.start("office") : body_at + len(body) if body else found.end("office")
            ]
            kind = "thing" if NAME.fullmatch(told) else "text"
            yield (
                person,
                "office",
                mention_at(at + found.start("office"), told, kind),
                span,
                "attribute",
            )
            if body and NAME.fullmatch(body):
                yield (
                    person,
                    "employer",
                    mention_at(at + body_at, body, "organisation"),
                    span,
                    "attribute",
                )
