"""Transcripts in plain text: `Name: words` lines of recurring names, or `<name> words`.

A clock time on a line of its own is of the turn below it, and is kept on a line above that turn; one in front of a
name is left out, with the date that a chat's export prints before it.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from extractors.readers.canonical import Part, Piece, TextBuilder, make_document
from extractors.readers.dates import MONTH, read_date
from extractors.readers.options import Read, SourceFile
from extractors.readers.stated import Stated, humanise, plain, stated_in_text

LINE_SHARE = 0.6
NAMES = (2, 12)
SPOKEN_SHARE = 0.5
"""Outside the dialogue category, share of turns that must end as sentences do: records repeat
labels too."""
MAX_LINE = 20_000
CLOCK_FIGURES = r"-?\d{1,3}(?::\d{2}){1,3}(?:\.\d+)?(?: ?[AaPp][Mm]| ?(?:GET|MET))?"
"""A time of the day, of a recording, or elapsed (`102:45:58 GET`)."""
CLOCK_TIME = rf"[\[(]?{CLOCK_FIGURES}[\])]?"
STAMP_DATE = r"\d{4}-\d\d-\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2} [A-Z][a-z]{2,8}(?: \d{4})?"
"""The date that chat programs print before the time of each turn (`15.04.2016, 15:04 - `, `2005-01-08T23:33:54`)."""
STAMP = rf"[\[(]?(?:(?:{STAMP_DATE})(?:,? |T))?{CLOCK_FIGURES}[\])]?"
LEAD = rf"[ \t]*(?:{STAMP}[ \t]*[-–]?[ \t]*)?"
NAMED = re.compile(
    rf"{LEAD}\**(?P<name>[^\W_][^:<>\[\]|\t*]{{0,39}}?)(?: ?\([^()]{{1,30}}\))?\**:\**[ \t]+"
    r"(?P<text>\S.*)"
)
CHAT = re.compile(rf"{LEAD}<[@+ ]?(?P<name>[^<>\s]{{1,30}})>[ \t]+(?P<text>\S.*)")
CLOCK = re.compile(rf"[ \t]*{CLOCK_TIME}[ \t]*")
ASIDE = re.compile(r"[ \t]*[\[(][^\[\]()]{0,120}[\])][ \t.]*")
DATE = rf"\d{{4}}-\d\d-\d\d|\d{{1,2}} (?:{MONTH})\.?,? \d{{4}}|(?:{MONTH})\.? \d{{1,2}},? \d{{4}}"
SESSION = re.compile(
    r"[ \t#=*_-]*(?:session|meeting|call|chat|conversation|day|episode|part)[ \t]+(?:no\.?[ \t]*)?"
    rf"(?P<number>\d{{1,4}}|[ivx]{{1,6}})(?P<rest>[ \t]*(?:[-–—:,(|/][^.?!]{{0,80}}|{DATE})?)"
    r"[ \t=*_)-]*",
    re.IGNORECASE,
)
DAY = re.compile(rf"[ \t#=*_-]*(?:\w{{3,9}}day,?[ \t]+)?(?:{DATE})[ \t=*_-]*", re.IGNORECASE)
LABELS = frozenset(
    (
        "date participants present attendees title subject time location place topic session "
        "meeting channel agenda note notes summary source licence license published updated "
        "duration transcript author http https absent attending"
    ).split()
)  # fmt: skip


@dataclass
class Spoken:
    """One turn."""

    name: Piece
    words: list[Piece]
    clock: Piece | None
    """The time printed above it."""


@dataclass
class Session:
    """One session: its number as printed, its date, and its turns."""

    number: str = ""
    date: str = ""
    turns: list[Spoken] = field(default_factory=list)


def is_transcript(file: SourceFile) -> bool:
    """Say whether more than `LINE_SHARE` of the lines are turns of names that recur."""
    return bool(_speakers(file))


def read_transcript(file: SourceFile) -> Read:
    """Yield one document per session; lines that go on are joined to their turn."""
    head, sessions = _sessions(file, _speakers(file))
    stated = stated_in_text("\n".join(head))
    first = next((plain(line) for line in head if _is_titled(line)), "")
    title = stated.title or (first if len(first) <= 120 else "") or humanise(file.stem)
    series = f"{file.source} {title}".casefold()
    kept = [session for session in sessions if session.turns]
    for index, session in enumerate(kept):
        number = session.number or str(index + 1)
        name = f"{title} - session {number}" if len(kept) > 1 or session.number else title
        built = TextBuilder()
        for turn in session.turns:
            if turn.clock:
                built.separate(2)
                built.add(*turn.clock)
                built.add("\n")
            built.add(*turn.name)
            built.add(": ")
            built.add_all(turn.words)
            built.add("\n")
        part = Part("dialogue", str(index) if len(kept) > 1 else "", series)
        yield make_document(file, part, Stated(title=name, date=session.date or stated.date), built)


def _is_titled(line: str) -> bool:
    """Whether a line above the first turn may be a title: words, no label, no time of day."""
    return bool(line.strip()) and ": " not in line and not CLOCK.fullmatch(line[:60])


def _turn(line: str) -> re.Match[str] | None:
    return CHAT.fullmatch(line) or NAMED.fullmatch(line) if len(line) <= MAX_LINE else None


def _speakers(file: SourceFile) -> frozenset[str]:
    """Return the names that recur, if their lines make the file a transcript; none otherwise."""
    counts: Counter[str] = Counter()
    spoken = chat = lines = 0
    going = False
    for line in file.text.split("\n"):
        going = going and bool(line.strip())
        if not line.strip() or CLOCK.fullmatch(line[:60]):
            continue
        if file.category == "dialogue" and _turn(line) is None and (going or _is_mark(line)):
            # Among dialogues, wrapped lines and marks between sessions count for nothing.
            continue
        lines += 1
        if (match := _turn(line)) and match["name"].strip().casefold() not in LABELS:
            counts[match["name"].strip()] += 1
            chat += match.re is CHAT
            going = True
            spoken += match["text"].rstrip("\"'”’)] ").endswith((".", "!", "?", "…", "-", "—"))
    if not lines:
        return frozenset()
    turns = sum(counts.values())
    if chat > LINE_SHARE * lines and len(counts) > 1:
        return frozenset(counts)
    least = 2 if turns < 20 else 3
    names = frozenset(name for name, count in counts.items() if count >= least)
    said = sum(counts[name] for name in names)
    if not NAMES[0] <= len(names) <= NAMES[1] or said <= LINE_SHARE * lines:
        return frozenset()
    return names if file.category == "dialogue" or spoken >= SPOKEN_SHARE * turns else frozenset()


def _sessions(file: SourceFile, names: frozenset[str]) -> tuple[list[str], list[Session]]:
    """Return the lines above the first turn and the sessions."""
    head: list[str] = []
    sessions = [Session()]
    going = False
    clock: Piece | None = None
    for line, at in _lines(file.text):
        match = _turn(line)
        name = match["name"].strip() if match else ""
        if match and (name in names or _new_speaker(name, match)):
            words: list[Piece] = [(match["text"].rstrip(), at + match.start("text"))]
            sessions[-1].turns.append(Spoken((name, at + match.start("name")), words, clock))
            going, clock = match.re is NAMED, None
        elif (mark := _session_mark(line)) is not None:
            if sessions[-1].turns:
                sessions.append(Session())
            now, going = sessions[-1], False
            now.number, now.date = mark[0] or now.number, mark[1] or now.date
        elif match and name.casefold() == "date":
            sessions[-1].date = read_date(match["text"]) or sessions[-1].date
        elif CLOCK.fullmatch(line[:60]):
            going, clock = False, (line.strip(), at + len(line) - len(line.lstrip()))
        elif not sessions[0].turns:
            head.append(line)
        elif going and line.strip() and not ASIDE.fullmatch(line[:130]):
            lead = len(line) - len(line.lstrip())
            sessions[-1].turns[-1].words.extend([(" ", None), (line.strip(), at + lead)])
    return head, sessions


def _lines(text: str) -> Iterator[tuple[str, int]]:
    at = 0
    for line in text.replace("\f", " ").split("\n"):
        yield line, at
        at += len(line) + 1


def _new_speaker(name: str, match: re.Match[str]) -> bool:
    """Say whether a name that does not recur looks like one: up to three capitalised words."""
    words = name.split()
    if name.casefold() in LABELS or words[0].casefold() in LABELS:
        return False
    return match.re is CHAT or (len(words) <= 3 and all(word[0].isupper() for word in words))


def _is_mark(line: str) -> bool:
    return _session_mark(line) is not None or bool(ASIDE.fullmatch(line[:130]))


def _session_mark(line: str) -> tuple[str, str] | None:
    """Return number and date of a line that starts a session, or None."""
    if len(line) > 120:
        return None
    if DAY.fullmatch(line):
        return "", read_date(line)
    match = SESSION.fullmatch(line)
    return (match["number"], read_date(match["rest"])) if match else None
