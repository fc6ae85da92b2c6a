"""The turns of a conversation: who speaks where, and which speakers are people with a name.

A session's text has one turn a line, `Name: utterance`; a line without a speaker's label goes on
with the turn before. Labels such as `user` or `Project Manager` name a part in the talk, not one
person across talks, so such a speaker is known by name only where they state it.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from warehouse.records import Document, Mention

LABEL = re.compile(r"(?P<label>[^\W_](?:[\w.'’() -]{0,48}[\w.')])?): *(?=\S)")
FIELDS = frozenset(
    "date time title subject session topic note notes location place participants participant "
    "present absent agenda summary thread channel source http https re fwd cc to from".split()
)
ROLES = frozenset(
    "user assistant system agent bot chatbot ai human customer client manager designer interviewer "
    "interviewee moderator chair chairman chairwoman chairperson chairwomen speaker operator caller "
    "callee doctor patient student teacher professor tutor guest host narrator expert marketing "
    "interface grad phd postdoc undergrad everyone all unknown other others person support "
    "representative rep clerk waiter seller buyer buyer vendor admin administrator wizard model "
    "api tool function project product industrial technical secretary minister president judge "
    "witness counsel attorney nurse pilot commander captain control capcom cmp lmp cdr man woman "
    "boy girl audience member participant respondent candidate employee employer boss colleague "
    "friend mother father mom mum dad husband wife son daughter brother sister parent".split()
)
PART = re.compile(r"[^\W\d_][\w'’-]*\.?")


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
    """The document's text from `start` to `end`."""


def turns_of(document: Document) -> list[Turn]:
    """Return the turns in order; none when the text has no labelled lines."""
    lines = list(_lines(document.text))
    labels = [LABEL.match(line) for _, line in lines]
    speakers = _speakers([match["label"] for match in labels if match], len(lines))
    turns: list[Turn] = []
    for (offset, line), match in zip(lines, labels, strict=True):
        end = offset + len(line)
        if match and match["label"] in speakers:
            label = match["label"]
            generic = is_generic(label)
            kind = "text" if generic else "person"
            speaker = Mention(text=label, start=offset, end=offset + len(label), type=kind)
            start = offset + match.end()
            turns.append(
                Turn(len(turns), speaker, generic, start, end, document.text[start:end])
            )
        elif turns:
            last = turns[-1]
            text = document.text[last.start : end]
            turns[-1] = Turn(last.index, last.speaker, last.generic, last.start, end, text)
    return turns


def _lines(text: str) -> list[tuple[int, str]]:
    """Return the lines that are not blank, with their offsets."""
    found = [(match.start(), match[0].rstrip()) for match in re.finditer(r"[^\n]+", text)]
    return [(start, line) for start, line in found if line.strip()]


def _speakers(labels: Sequence[str], n_lines: int) -> set[str]:
    """Return the labels that are speakers: all where every line has one, else the repeated ones."""
    counts = Counter(label for label in labels if label.casefold() not in FIELDS)
    if sum(counts.values()) == n_lines and len(counts) > 1:
        return set(counts)
    return {label for label, count in counts.items() if count > 1}


def is_generic(label: str) -> bool:
    """Say whether a label names a part in the conversation rather than a person."""
    words = re.findall(r"[^\W_]+", label)
    if any(word.casefold() in ROLES or word.isdigit() for word in words):
        return True
    named = [word for word in label.split() if PART.fullmatch(word) and word[:1].isupper()]
    long = [word for word in named if len(word.strip(".")) > 2 and not word.isupper()]
    return len(named) != len(label.split()) or not long
