"""The turns of a conversation: who speaks where, and which speakers are people with a name.

A session's text has one turn a line, `Name: utterance`; a line without a speaker's label goes on with the turn before,
and a clock time on a line of its own is of the turn below. Labels such as `user` or `Project Manager` name a part in
the talk, not one person across talks, so such a speaker is known by name only where they state it.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.facts.dialogue_values import word_set
from extractors.readers.transcripts import CLOCK_FIGURES
from warehouse.records import Document, Mention

CLOCK = re.compile(rf"^[\[(]?(?P<time>{CLOCK_FIGURES})[\])]?$", re.MULTILINE)
LABEL = re.compile(r"(?P<label>[^\s:](?:[^:\n]{0,58}[^\s:])?): *(?=\S)")
FIELDS = word_set(
    "date time title subject session topic note notes location place participants participant "
    "present absent agenda summary thread channel source http https re fwd cc to from"
)
ROLES = word_set(
    "user assistant system agent bot chatbot ai human customer client manager designer "
    "interviewer interviewee moderator chair chairman chairwoman chairperson chairwomen "
    "speaker operator caller callee doctor patient student teacher professor tutor guest host "
    "narrator expert marketing interface grad phd postdoc undergrad everyone all unknown "
    "other others person support representative rep clerk waiter seller buyer vendor admin "
    "administrator wizard model api tool function project product industrial technical "
    "secretary minister president judge witness counsel attorney nurse pilot commander "
    "captain control capcom cmp lmp cdr man woman boy girl audience member participant "
    "respondent candidate employee employer boss colleague friend mother father mom mum dad "
    "husband wife son daughter brother sister parent"
)
CALLED = frozenset({"CC"})
"""Speakers of radio talk whose labels are a field's in a letter; the talk's labels recur far more often."""
OFTEN = 0.1
PART = re.compile(r"[^\W\d_][\w'-]*\.?")
PLAIN = str.maketrans(
    {0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2014: 0x2013, 0xA0: " "}
)


@dataclass(frozen=True)
class Turn:
    """One turn: the label's mention, and the utterance's span in the document."""

    index: int
    speaker: Mention
    generic: bool
    """Whether the label is a role, which other conversations use for other people."""
    start: int
    end: int
    text: str
    """The text from `start` to `end` with plain quotation marks and spaces, as long as printed."""
    begin: int
    """Where its evidence begins: at the time above it where one is printed, else at the label."""
    clock: str
    """The time above it."""


def turns_of(document: Document) -> list[Turn]:
    """Return the turns in order; none when the text has no labelled lines."""
    lines = _lines(document.text)
    labels = [LABEL.match(line) for _, line in lines]
    speakers = _speakers([match["label"] for match in labels if match], len(lines))
    clocks = {match.end() + 1: match for match in CLOCK.finditer(document.text)}
    spans: list[tuple[Mention, int, int]] = []
    for (offset, line), match in zip(lines, labels, strict=True):
        end = offset + len(line)
        if match and match["label"] in speakers:
            label = match["label"]
            kind = "text" if is_generic(label) else "person"
            speaker = Mention(text=label, start=offset, end=offset + len(label), type=kind)
            spans.append((speaker, offset + match.end(), end))
        elif spans:
            spans[-1] = (*spans[-1][:2], end)
    text = document.text.translate(PLAIN)
    turns: list[Turn] = []
    for index, (speaker, start, end) in enumerate(spans):
        above = clocks.get(speaker.start)
        begin, clock = (above.start(), above["time"]) if above else (speaker.start, "")
        generic = speaker.type == "text"
        turns.append(Turn(index, speaker, generic, start, end, text[start:end], begin, clock))
    return turns


def _lines(text: str) -> list[tuple[int, str]]:
    """Return the lines that are neither blank nor a clock time, with their offsets."""
    found = [(match.start(), match[0].rstrip()) for match in re.finditer(r"[^\n]+", text)]
    return [(start, line) for start, line in found if line.strip() and not CLOCK.fullmatch(line)]


def _speakers(labels: Sequence[str], n_lines: int) -> set[str]:
    """Return the labels that are speakers: all where every line has one, else the repeated ones."""
    often = {label for label, count in Counter(labels).items() if count >= OFTEN * n_lines}
    counts = Counter(
        label for label in labels if label.casefold() not in FIELDS or label in often & CALLED
    )
    if sum(counts.values()) == n_lines and len(counts) > 1:
        return set(counts)
    return {label for label, count in counts.items() if count > 1}


def is_generic(label: str) -> bool:
    """Say whether a label names a part in the conversation rather than a person."""
    label = label.translate(PLAIN)
    words = re.findall(r"[^\W_]+", label)
    if any(word.casefold() in ROLES or word.isdigit() for word in words):
        return True
    named = [word for word in label.split() if PART.fullmatch(word) and word[:1].isupper()]
    long = [word for word in named if len(word.strip(".")) > 2 and not word.isupper()]
    return len(named) != len(label.split()) or not long
