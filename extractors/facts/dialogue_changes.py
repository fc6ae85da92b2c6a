"""What a conversation takes back: later values, and corrections that no pattern reads whole.

A later value of the same detail supersedes the earlier one, which stays as a fact with the note
`superseded`. Where somebody corrects a detail in words that give no fact (`No, make that four`),
the value they override is dropped: it must not be given as current.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractors.facts.dialogue_clauses import Reading
from extractors.facts.dialogue_turns import Turn
from extractors.facts.dialogue_values import DATE, DAYS, MONTHS
from extractors.facts.dialogue_words import CORRECTION, ENDS_STATE

REACH = 3
"""Turns after a statement in which a correction of it is looked for."""
SHORT = 6
SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|"
    r"thousand|half|twice|double)\b"
)
MOMENT = re.compile(rf"\d|\b(?:{MONTHS}|{DAYS}|first|second|third|\w+th)\b")
CAPITAL = re.compile(r"(?<=[a-z,;] )[A-ZÀ-Þ]\w+|^[A-ZÀ-Þ]\w+[.!]?$")


@dataclass(frozen=True)
class Statement:
    """A reading with the turn it stands in and who its speaker is."""

    turn: Turn
    reading: Reading
    owner: str
    """What the subject is known by: the name, or the speaker's label."""
    superseded: bool = False
    confirmed: bool = False
    """Whether it was read back for confirmation."""


def settle(statements: Sequence[Statement], turns: Sequence[Turn]) -> list[Statement]:
    """Return the statements that stand, those with a later value marked as superseded."""
    ordered = sorted(statements, key=lambda s: (s.turn.index, s.reading.start))
    settled: list[Statement] = []
    for index, statement in enumerate(ordered):
        if any(_replaces(later, statement) for later in ordered[index + 1 :]):
            settled.append(replace(statement, superseded=True))
        elif not _is_corrected(statement, turns):
            settled.append(statement)
    return settled


def _replaces(later: Statement, earlier: Statement) -> bool:
    if later.owner != earlier.owner:
        return False
    if earlier.reading.relation in ENDS_STATE.get(later.reading.relation, ()):
        return True
    same = later.reading.relation == earlier.reading.relation and earlier.reading.functional
    return same and _printed(later.reading) != _printed(earlier.reading)


def _printed(reading: Reading) -> str:
    return reading.object.text.casefold() if reading.object is not None else ""


def _is_corrected(statement: Statement, turns: Sequence[Turn]) -> bool:
    """Say whether one of the next turns, or the rest of this one, takes the statement back."""
    turn, reading = statement.turn, statement.reading
    rest = turn.text[reading.end :]
    following = [later.text for later in turns[turn.index + 1 : turn.index + 1 + REACH]]
    if statement.confirmed and following and CORRECTION.search(following[0]):
        return True
    for text in (rest, *following):
        for sentence in SENTENCE.finditer(text):
            if CORRECTION.search(sentence[0]) and _touches(reading, sentence[0].strip()):
                return True
    return False


def _touches(reading: Reading, sentence: str) -> bool:
    """Say whether a correcting sentence may be about the statement: its detail, its value, a value
    of its type, or too few words to tell.
    """
    lowered = sentence.casefold()
    if len(sentence.split()) <= SHORT:
        return True
    key = reading.relation.split()[-1 if reading.shape == "attribute" else 0]
    if re.search(rf"\b{re.escape(key)}", lowered) or _printed(reading) in lowered:
        return True
    value = reading.object
    if value is None:
        return False
    if value.quantity is not None:
        return NUMBER.search(lowered) is not None
    if value.type == "value" and DATE.fullmatch(value.text):
        return MOMENT.search(sentence) is not None
    return CAPITAL.search(sentence) is not None
