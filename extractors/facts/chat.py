"""Facts of a help channel: what somebody was advised to install or to run, where they were referred to, what they run.

In a channel of many people a turn is for the one whom it names first (`ann: sudo apt-get install foo`). Advice counts
only when it is plain: the turn is the instruction, and no question, condition or refusal. The advised person is the
subject, since people ask in several places; what was recommended is told of the adviser too.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractors.facts.dialogue_turns import Turn, turns_of
from extractors.facts.writer import FactWriter, Span, clause, mention_at
from warehouse.identity import digest
from warehouse.records import Document, EntityType, Fact, Mention, Section

EXTRACTOR = "chat/1"
CROWD = 5
"""Fewest speakers, and fewest turns addressed by name, of a channel."""
ADDRESS = re.compile(r"(?P<to>[^\s:,]{2,30})[:,] +(?P<said>\S.*)")
LEAD = (
    r"(?:(?:ok(?:ay)?|yes|yeah|yep|no|so|well|then|now|first|just|please|simply|you (?:need|have) to|you should"
    r"|you'll need to|in a terminal|do|do a|try|try to|try a|run|type|enter|use)[,:]? )*"
)
_PACKAGE = r"[a-z0-9][a-z0-9.+-]+[a-z0-9+]"
APT = re.compile(
    rf"{LEAD}(?P<command>[\"'`]?(?:sudo )?(?:apt-get|aptitude|apt|yum|dnf|pip|brew) (?:-y )?install"
    rf"(?P<names>(?: {_PACKAGE})+)[\"'`]?)(?P<rest>.*)"
)
INSTALL = re.compile(
    rf"{LEAD}install (?:the )?[\"'`]?(?P<name>{_PACKAGE})[\"'`]?(?P<noun> package)?(?P<rest>.*)"
)
PROGRAMS = (
    "sudo|gksudo|gksu|kdesu|dpkg|modprobe|rmmod|lsmod|lspci|lsusb|dmesg|uname|ifconfig|iwconfig|iwlist|fdisk|chmod|chown|"
    "umount|xrandr|dpkg-reconfigure|apt-cache|update-rc.d|systemctl|journalctl|git|docker|kubectl|npm|pip"
)
COMMAND = re.compile(
    rf"{LEAD}(?:(?P<mark>[\"'`])(?P<quoted>(?:{PROGRAMS})\b[^\"'`]{{2,80}})(?P=mark)"
    rf"|(?P<bare>(?:{PROGRAMS}) [^\"'`]{{2,80}}))\s*[.!]?(?:\s*[:;]-?[)D(P]+)?"
)
PROSE = re.compile(
    r"[?,;:!]\s|\s[:;=]-?[)D(P]|\.\.\.|<|\(|(?:^|\s)(?:and|then|or|if|in|on|the|a|an|it|is|will|should|would|to|that|"
    r"this|you|your|maybe|i|for|with|but|when|after|before|not|what|does|from|first|again|instead|of|might|can|says?)"
    r"(?:\s|$)",
    re.IGNORECASE,
)
"""What a line of shell does not hold: with it the turn goes on in words."""
LINK = re.compile(
    r"(?P<words>(?:[^\s?]+ ){0,6}?)(?P<link>https?://[^\s<>\"')]+[\w/])(?P<rest>[^?]*)"
)
MINE = re.compile(
    r"\b(?:i|i'm|i've|i'll|me|my|mine|we|our|here(?:'s| is)|this is|that's|deb|add|wget|ping|those|not|don't|isn't|is|"
    r"was|are|paste\w*|same)\b",
    re.IGNORECASE,
)
"""Words with which a link is the speaker's own, or part of a command."""
PASTE = re.compile(
    r"paste|pastie|imgur|tinypic|imageshack|flickr|photobucket|dpaste", re.IGNORECASE
)
ENDED = re.compile(
    r"\s*(?:$|[.!,;)]|and\b|from\b|then\b|with\b|for\b|:\)|first\b|instead\b|too\b)(?!.*\?)"
)
HEDGE = re.compile(
    r"\bor\b|\bmaybe\b|\bmight\b|\bi (?:think|guess)\b|\bif\b|\bunless\b|\?|\bnot sure\b|\bjk\b|\binstead of\b",
    re.IGNORECASE,
)
PLAIN_WORDS = frozenset(
    (
        "it them that this these those the all some any another everything something ubuntu windows vista linux from "
        "again both other what whatever things stuff it's one my your new drivers driver updates software packages"
    ).split()
)
RUNNING = re.compile(
    r"(?:^|[.,;:!] |\b(?:hi|hey|hello|but|and|so) )(?:hi |hey |hello )?[Ii](?:'m|m| am) (?P<how>running|using|on) "
    r"(?:an? |the )?(?P<system>"
    r"[A-Za-z][\w-]*(?: (?:[Ss]erver|[Dd]esktop|edition|[Ll]inux))? v?\d+(?:\.\d+)+"
    r"|(?:[Xx]|[Kk]|[Ee]d)?[Uu]buntu(?: (?:[Ss]erver|[Dd]esktop))?(?: \d+\.\d+)?)(?=[\s.,;:!?)]|$)"
)


@dataclass(frozen=True)
class _Advice:
    """A turn to somebody by name: who is told, and where what is said starts in the turn."""

    turn: Turn
    to: Mention
    said: str
    at: int

    @property
    def span(self) -> Span:
        """The turn with its speaker's label."""
        return self.turn.speaker.start, self.turn.end


def chat_facts(document: Document, sections: Sequence[Section]) -> list[Fact]:
    """Return what a help channel's turns advise and state; none for other talk."""
    if document.format != "dialogue":
        return []
    turns = turns_of(document)
    names = {turn.speaker.text for turn in turns}
    addressed = [advice for turn in turns if (advice := _addressed(turn, names))]
    if len(names) < CROWD or len(addressed) < CROWD:
        return []
    writer = FactWriter(document, sections, EXTRACTOR, as_of=document.date)
    for advice in _from_helpers(addressed):
        for read in (_installs, _commands, _links):
            read(writer, advice)
    for turn in turns:
        _systems(writer, turn)
    return writer.facts()


def _addressed(turn: Turn, names: set[str]) -> _Advice | None:
    match = ADDRESS.fullmatch(turn.text)
    if match is None or match["to"] not in names or match["to"] == turn.speaker.text:
        return None
    start = turn.start + match.start("to")
    return _Advice(
        turn,
        mention_at(start, match["to"], "person"),
        match["said"],
        turn.start + match.start("said"),
    )


def _from_helpers(addressed: Sequence[_Advice]) -> Iterator[_Advice]:
    """Yield what is not said back to somebody who advised the speaker: that is what the speaker tried."""
    helped: set[tuple[str, str]] = set()
    for advice in addressed:
        pair = advice.turn.speaker.text, advice.to.text
        if pair[::-1] not in helped:
            yield advice
            if (
                APT.match(advice.said)
                or INSTALL.match(advice.said)
                or COMMAND.fullmatch(advice.said)
            ):
                helped.add(pair)


def _speaker(turn: Turn) -> Mention:
    return mention_at(turn.speaker.start, turn.speaker.text, "person")


def _told(writer: FactWriter, advice: _Advice, verb: str, found: Mention, group: str = "") -> None:
    """Tell what the named person was advised, and what the speaker recommended."""
    done = {"install": "installing", "run": "running"}[verb]
    writer.add(
        advice.to, f"advised to {verb}", found, advice.span, clause("was advised", f"to {verb}", group=group),
    )  # fmt: skip
    writer.add(
        _speaker(advice.turn), f"recommended {done}", found, advice.span, clause(f"recommended {done}", group=group),
    )  # fmt: skip


def _installs(writer: FactWriter, advice: _Advice) -> None:
    if HEDGE.search(advice.said):
        return
    for pattern in (APT, INSTALL):
        match = pattern.match(advice.said)
        if match is None or not ENDED.match(match["rest"]):
            continue
        names = list(_packages(match, advice.at))
        group = digest("packages", advice.to.text, *advice.span)[:16] if len(names) > 1 else ""
        for name in names:
            _told(writer, advice, "install", name, group)
        return


def _packages(match: re.Match[str], at: int) -> Iterator[Mention]:
    """Yield the packages of an instruction; a word after a bare `install` must look like one."""
    kind: EntityType = "thing"
    if match.re is APT:
        first = at + match.start("names")
        for name in re.finditer(r"\S+", match["names"]):
            if PROSE.fullmatch(name[0]):
                return
            yield mention_at(first + name.start(), name[0], kind)
    elif match["name"] not in PLAIN_WORDS and (match["noun"] or re.search(r"[-\d]", match["name"])):
        yield mention_at(at + match.start("name"), match["name"], kind)


def _commands(writer: FactWriter, advice: _Advice) -> None:
    match = COMMAND.fullmatch(advice.said)
    if match is None or APT.match(advice.said):
        return
    name = "quoted" if match["quoted"] else "bare"
    command = match[name].rstrip(" .!")
    if not PROSE.search(command) and len(command.split()) > 1:
        _told(writer, advice, "run", mention_at(advice.at + match.start(name), command, "code"))


def _links(writer: FactWriter, advice: _Advice) -> None:
    match = LINK.fullmatch(advice.said)
    if (
        match is None
        or MINE.search(match["words"])
        or PASTE.search(match["link"])
        or "http" in match["rest"]
    ):
        return
    link = mention_at(advice.at + match.start("link"), match["link"], "thing")
    writer.add(
        advice.to,
        "referred to",
        link,
        advice.span,
        clause("was referred", "to"),
    )
    writer.add(
        _speaker(advice.turn),
        "linked to",
        link,
        advice.span,
        clause("linked", "to"),
    )


def _systems(writer: FactWriter, turn: Turn) -> None:
    """Tell the system, with its version, that a speaker says he or she is running."""
    found = list(RUNNING.finditer(turn.text))
    if len(found) != 1 or turn.speaker.text.casefold() in found[0]["system"].casefold():
        return
    system = mention_at(turn.start + found[0].start("system"), found[0]["system"], "thing")
    writer.add(
        _speaker(turn), "running", system, (turn.speaker.start, turn.end), clause(f"was {found[0]['how']}"),
    )  # fmt: skip
