"""Facts of radio talk between ground and craft: who called whom, switches ordered to a position, readings read out.

Radio talk is known by its `Roger`. Stations and craft are named in full when one calls the other (`Aurora Seven, this
is Kano`). An order or a recommendation names the switch and the position, and its quote takes in the read-back that
repeats it. A reading is a quantity that somebody states as measured now, not one that is expected, asked for or
limited. Where the transcript prints the time of a turn, the fact has it as its time, and its quote begins with it.
"""

import re
from collections.abc import Sequence

from extractors.facts.dialogue_turns import Turn, turns_of
from extractors.facts.writer import FactWriter, Span, clause, mention_at
from warehouse.records import Document, Fact, Qualifier, Quantity, Section

EXTRACTOR = "radio/2"
ROGER = re.compile(r"\b(?:Roger|ROGER|Wilco|Over\.|Copy)\b")
SHARE = 0.03
"""Least share of the turns that hold a word of radio procedure."""
_WORD = r"(?:[A-Z][a-z]+|[A-Z]{2,}|[IVX]+|\d{1,2})"
_NAME = rf"[A-Z][a-z]+(?: {_WORD}){{0,2}}?"
_OPEN, _CLOSE = r"(?:\[glossary:)?", r"(?:\|[^\]\n]*)?\]?"
"""Marks of a glossary around a name."""
CALLS = re.compile(
    rf"(?:^|[.!?] ){_OPEN}(?P<to>{_NAME}){_CLOSE},? (?:[Tt]his|THIS) is {_OPEN}(?P<by>{_NAME}){_CLOSE}"
    r"(?: (?:on|at) [^.,]{2,30})?(?=[.,!?]|$)"
)
NO_STATION = re.compile(
    r"\b(?:Roger|Okay|Negative|Affirmative|Hello|All|Stand|Cap|Com|CAP|COM|Flight|Over|Go|Say|And|But|Well|Yes|No|Just|"
    r"Right|Ah+|Oh|Uh|Hey)\b|^(?:One|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten)$"
)
"""Words that are no name of a station or craft, or only its last word."""
_POSITION = r"(?P<position>[A-Z][A-Z0-9/-]+(?: [A-Z][A-Z0-9/-]+){0,2}|normal|off|on)"
ORDER = re.compile(
    r"\b(?:[Pp]lace|[Pp]ut|[Ss]et|[Tt]urn|[Mm]ove|[Kk]eep|[Ll]eave|[Rr]eturn|[Ss]witch|request(?:ing)?|and) "
    r"(?:your|the) "
    r"(?P<item>(?:[A-Za-z][\w/-]* ){0,4}?[Ss]witch(?:es)?)(?: back)? (?:to|in|at)(?: the| your)? "
    rf"{_POSITION}(?: position)?(?=[,.?!;]| (?:position|now|at|please|and [a-z])\b|$)"
)
OWN = re.compile(
    r"\b(?:I|we)(?:'ve|'m|'re|'ll| am| are| have| will)?\b[^.?!]*$|\b(?:don't|not|never)\b[^.?!]*$",
    re.IGNORECASE,
)
ALLOWED = re.compile(r"\byou (?:can|may|could)(?: now)? $")
"""What is only allowed counts where it is read back."""
_WHERE = (
    r"(?:cabin air|cabin|suit inlet|suit|secondary oxygen|primary oxygen|oxygen|source|fuel|battery|inverter|tank|"
    r"manifold|helium|hydrogen|chamber|regulator|steam vent|steam|coolant|outside|dew point|main bus|bus|evaporator)"
)
_WHAT = (
    rf"(?:{_WHERE} (?:pressure|temperature|temp|quantity|voltage|current|humidity)|altitude|velocity|airspeed|heading"
    r"|relative humidity|fuel|oxygen)"
)
_NUMBER = r"(?P<number>\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)"
_UNIT = (
    r"(?:[ -]?\[?(?P<unit>psi[adg]?|percent|per cent|degrees(?: [CF])?|volts|amps|amperes|feet per second|feet|knots|"
    r"miles|pounds per square inch|pounds|°[CF]?|%|g's|g)(?![\w'])\]?)"
)
READING = re.compile(
    rf"(?:^|[.;,] |\b(?:my|the|our|your|and|roger|okay)[.,]? )(?P<what>{_WHAT}) "
    r"(?P<verb>is|was|reads|read|indicates|shows|is (?:now )?(?:reading|holding|indicating|showing|steady)|holding"
    rf"|reading|sealed)(?: (?P<at>at))? (?P<value>{_NUMBER}{_UNIT}?)"
    r"(?! and\W*(?:and )?\d)(?=[.,;!]| (?:and|now)\b|$)(?![.,]\d)",
    re.IGNORECASE,
)
UNSURE = re.compile(
    r"\?|\b(?:if|when|until|till|should|will|would|could|might|may|expect\w*|about|around|approximately|almost|nearly|"
    r"before|after|than|limit|supposed|check|verify|confirm|maybe|think|guess|or|not|isn't)\b",
    re.IGNORECASE,
)


def radio_facts(document: Document, sections: Sequence[Section]) -> list[Fact]:
    """Return what radio talk states of calls, orders and readings; none for other talk."""
    if document.format != "dialogue":
        return []
    turns = turns_of(document)
    if not turns or sum(bool(ROGER.search(t.text)) for t in turns) < SHARE * len(turns):
        return []
    writer = FactWriter(document, sections, EXTRACTOR, as_of=document.date)
    _calls(writer, turns)
    for turn in turns:
        _orders(writer, turn, turns)
        _readings(writer, turn)
    return writer.facts()


def _calls(writer: FactWriter, turns: Sequence[Turn]) -> None:
    """Tell once who called whom."""
    told: set[tuple[str, str]] = set()
    for turn in turns:
        for match in CALLS.finditer(turn.text):
            pair = match["by"], match["to"]
            if pair in told or any(map(NO_STATION.search, pair)):
                continue
            told.add(pair)
            to = mention_at(turn.start + match.start("to"), match["to"], "thing")
            by = mention_at(turn.start + match.start("by"), match["by"], "thing")
            writer.add(by, "called", to, _span(turn), clause("called", qualifiers=_when(turn)))


def _orders(writer: FactWriter, turn: Turn, turns: Sequence[Turn]) -> None:
    for match in ORDER.finditer(turn.text):
        if OWN.search(turn.text[: match.start()]):
            continue
        end = _read_back(match["position"], turn, turns)
        if ALLOWED.search(turn.text[: match.start()]) and end == turn.end:
            continue
        item = mention_at(turn.start + match.start("item"), match["item"], "thing")
        position = mention_at(turn.start + match.start("position"), match["position"], "text")
        span = turn.begin, end
        writer.add(
            item,
            "to be set to",
            position,
            span,
            clause("was to be set", "to", qualifiers=_when(turn)),
        )


def _read_back(position: str, turn: Turn, turns: Sequence[Turn]) -> int:
    """Return the end of the next turn where it repeats the position, else of the order's own."""
    after = turns[turn.index + 1 : turn.index + 2]
    said = re.compile(rf"(?<!\w){re.escape(position)}(?!\w)", re.IGNORECASE)
    return after[0].end if after and said.search(after[0].text) else turn.end


def _readings(writer: FactWriter, turn: Turn) -> None:
    for match in READING.finditer(turn.text):
        begin = max(turn.text.rfind(mark, 0, match.start("what")) for mark in ".?!;") + 1
        end = re.search(r"[.?!](?:\s|$)", turn.text[match.end() :])
        stop = match.end() + end.end() if end else len(turn.text)
        if UNSURE.search(turn.text[begin:stop]):
            continue
        number = match["number"].replace(",", "")
        step = "1" if "." not in number else "0." + "0" * (len(number.partition(".")[2]) - 1) + "1"
        unit = "percent" if match["unit"] in ("%", "per cent") else match["unit"] or ""
        what = mention_at(turn.start + match.start("what"), match["what"], "thing")
        writer.add(
            what, "reading", mention_at(turn.start + match.start("value"), match["value"], "value"), _span(turn),
            clause(
                match["verb"], match["at"] or "", qualifiers=_when(turn),
                quantity=Quantity(value=_plain(number), unit=unit, step=step),
            ),
        )  # fmt: skip


def _plain(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number


def _span(turn: Turn) -> Span:
    return turn.begin, turn.end


def _when(turn: Turn) -> tuple[Qualifier, ...]:
    return (Qualifier(kind="time", text=turn.clock),) if turn.clock else ()
