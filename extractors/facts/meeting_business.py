"""Business of a parliament's or committee's meeting: who is absent, stands in, puts a question, tables a petition.

These are the set phrases of such records. Speakers are known by the full name in their label (`Mr. Bo Orr (Vils West,
GRN):`); the committee is the one that the chair opens or welcomes people to in the same turn.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from extractors.facts.writer import FactWriter, Span, Told, clause, mention_at
from warehouse.records import EntityType, Mention, Quantity

STYLE = r"(?:Right Hon\.|Hon\.|Mr\.|Mrs\.|Ms\.|Miss|Dr\.|Sir|Dame|Baroness|Lord|Senator)"
PERSON = r"[A-Z][\w'’-]*(?: (?:[A-Z][\w'’-]+|[A-Z]\.|de|la|van|von|d['’][A-Z]\w+)){1,4}"
_POST = r"(?: (?:AM|MS|MP|MSP|TD|MLA))?"
TURN = re.compile(r"^(?P<label>[^:\n]{2,140}?): (?P<said>[^\n]+)$", re.MULTILINE)
NAMED = re.compile(rf"(?:{STYLE} )*(?P<name>{PERSON}){_POST}(?: \(.*\))?")
COMMITTEE = re.compile(
    r"\b(?:meeting of|[Ww]elcome to) (?:this (?:morning's |afternoon's )?meeting of )?the "
    r"(?P<name>(?:[A-Z][\w'’-]+,? (?:and |on |for |of )?){1,7}Committee(?: on (?:the )?[A-Z][\w ,'-]{2,60}?)?)"
    r"(?=[.,;]| this\b)"
)
_WHO = rf"{PERSON}{_POST}"
ABSENT = re.compile(
    r"\b[Aa]pologies (?:for absence )?(?:from|were received from) "
    rf"(?P<names>{_WHO}(?:(?:, | and |, and ){_WHO}){{0,5}})(?=[.;,]| and (?:there|we|I|no)\b|$)"
)
STANDS_IN = re.compile(
    rf"(?P<by>{PERSON}){_POST},? (?:who )?(?:is|will be) (?:here )?(?:substituting|deputising|standing in) for "
    rf"(?:{STYLE} )?(?P<of>{PERSON})"
)
QUESTION = re.compile(
    r"\b[Mm]y (?:first |next |second |last |final )?question is (?:for|to) (?:the )?"
    r"(?:(?:hon\.|honourable|right hon\.) )?"
    rf"(?:(?:{STYLE} )(?P<person>{PERSON})|(?P<office>(?:Deputy )?Prime Minister|Minister (?:of|for) [A-Z][\w ,'-]*?"
    r"|[Pp]resident of [A-Z][\w ]*?|Attorney General))(?=[.,;]| and (?:it|is|I)\b)"
)
PETITION = re.compile(
    r"\b(?P<petition>(?:e-)?petition (?:number |no\. )?(?:e-?)?\d{2,5}(?:-\d+)?)", re.IGNORECASE
)
TABLED = re.compile(r"\b(?:table|tabling|present|presenting)\s$")
SIGNED = re.compile(
    r",? (?:which (?:was|is|has been) )?signed by (?P<about>more than |over |about )?"
    r"(?P<count>\d{1,3}(?:,\d{3})+|\d{2,6}) "
    r"(?:petitioners|people|Canadians|citizens|constituents|residents|signatories|individuals)"
)
_SEAT = r"[A-Z][\w'’—–-]+(?: [A-Z][\w'’—–-]+){0,4}"
SHARED = re.compile(
    r"\b(?:sharing|splitting|share|split) my time with (?:my colleague,? )?"
    rf"(?:{STYLE} (?P<person>{PERSON})|the (?:hon\. )?member for (?P<seat>{_SEAT}))(?=[.,;]|$)"
)
SECONDED = re.compile(
    rf"\b[Mm]oved by (?:{STYLE} )?(?P<mover>{PERSON}),? (?:and )?seconded by (?:{STYLE} )?(?P<seconder>{PERSON})"
    r"(?=[.,;]| that\b|$)"
)
BROKEN = re.compile(r"[a-z][A-Z]")
"""A name that lost its dashes on the way."""
LONGEST = 400
"""Characters of a quote that takes in where the committee is named."""


@dataclass(frozen=True)
class _Turn:
    """A turn whose speaker's full name is in the label, and where what is said starts in the text."""

    speaker: Mention | None
    said: str
    at: int
    span: Span


def meeting_business(text: str, writer: FactWriter) -> None:
    """Write what the turns state in the set phrases of meetings."""
    for match in TURN.finditer(text):
        named = NAMED.fullmatch(match["label"])
        speaker = (
            mention_at(match.start("label") + named.start("name"), named["name"], "person")
            if named
            else None
        )
        turn = _Turn(speaker, match["said"], match.start("said"), match.span())
        for read in (_absences, _substitutes, _questions, _petitions, _shared, _seconded):
            read(writer, turn)


def _sentence(turn: _Turn, found: re.Match[str], *, labelled: bool) -> Span:
    """Return the span of what was found with its sentence, from the speaker's label on where that is the subject."""
    begin = max(turn.said.rfind(mark, 0, found.start()) + len(mark) for mark in (". ", "? ", "! "))
    begin = begin if begin > 1 else 0
    end = re.compile(r"[.?!](?= |$)").search(turn.said, found.end())
    stop = turn.at + (end.end() if end else len(turn.said))
    return turn.span[0] if labelled else turn.at + begin, stop


def _mention(turn: _Turn, found: re.Match[str], name: str, kind: EntityType) -> Mention:
    return mention_at(turn.at + found.start(name), found[name], kind)


def _absences(writer: FactWriter, turn: _Turn) -> None:
    found, committee = ABSENT.search(turn.said), COMMITTEE.search(turn.said)
    if found is None or committee is None or committee.start() > found.start():
        return
    body = _mention(turn, committee, "name", "organisation")
    begin, end = _sentence(turn, found, labelled=False)
    first = turn.at + committee.start()
    span = (first if end - first <= LONGEST else begin), end
    for person in _people(turn, found):
        writer.add(
            person,
            "sent apologies to",
            body,
            span,
            clause("sent apologies", "to"),
        )


def _people(turn: _Turn, found: re.Match[str]) -> Iterator[Mention]:
    at = turn.at + found.start("names")
    for name in re.finditer(PERSON, found["names"]):
        bare = re.sub(rf"{_POST}$", "", name[0])
        yield mention_at(at + name.start(), bare, "person")


def _substitutes(writer: FactWriter, turn: _Turn) -> None:
    for found in STANDS_IN.finditer(turn.said):
        absent = _mention(turn, found, "of", "person")
        writer.add(
            _mention(turn, found, "by", "person"), "substituting for", absent,
            _sentence(turn, found, labelled=False), clause("was substituting", "for"),
        )  # fmt: skip


def _questions(writer: FactWriter, turn: _Turn) -> None:
    for found in QUESTION.finditer(turn.said):
        if turn.speaker:
            name, kind = ("person", "person") if found["person"] else ("office", "thing")
            writer.add(
                turn.speaker, "put a question to", _mention(turn, found, name, kind),
                _sentence(turn, found, labelled=True), clause("put a question", "to"),
            )  # fmt: skip


def _petitions(writer: FactWriter, turn: _Turn) -> None:
    for found in PETITION.finditer(turn.said):
        petition = _mention(turn, found, "petition", "thing")
        if turn.speaker and TABLED.search(turn.said[: found.start()]):
            span = _sentence(turn, found, labelled=True)
            writer.add(
                turn.speaker,
                "presented",
                petition,
                span,
                clause("presented"),
            )
        if signed := SIGNED.match(turn.said, found.end()):
            span = _sentence(turn, found, labelled=False)
            count = signed["count"]
            quantity = Quantity(value=count.replace(",", ""), unit="", step="1")
            printed = mention_at(turn.at + signed.start("count"), count, "value")
            if not signed["about"]:
                writer.add(petition, "signature count", printed, span, Told(quantity=quantity))


def _shared(writer: FactWriter, turn: _Turn) -> None:
    found = SHARED.search(turn.said)
    if found is None or turn.speaker is None:
        return
    span = _sentence(turn, found, labelled=True)
    if found["person"]:
        other = _mention(turn, found, "person", "person")
        writer.add(
            turn.speaker,
            "shared time with",
            other,
            span,
            clause("shared time", "with"),
        )
        return
    if BROKEN.search(found["seat"]):
        return
    seat = _mention(turn, found, "seat", "place")
    writer.add(
        turn.speaker, "shared time with the member for", seat, span, clause("shared time", "with the member for"),
    )  # fmt: skip


def _seconded(writer: FactWriter, turn: _Turn) -> None:
    for found in SECONDED.finditer(turn.said):
        span = _sentence(turn, found, labelled=False)
        writer.add(
            _mention(turn, found, "seconder", "person"), "seconded a motion of",
            _mention(turn, found, "mover", "person"), span, clause("seconded a motion", "of"),
        )  # fmt: skip
