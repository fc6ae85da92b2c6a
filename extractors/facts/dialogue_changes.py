"""What a conversation takes back: later values, and corrections that no pattern reads whole.

A later value of the same detail supersedes the earlier one, which stays as a fact with the note
`superseded`. Where somebody corrects a detail in words that give no fact (`No, make that four`),
the value they override is dropped: it must not be given as current.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractors.facts import dialogue_words as words
from extractors.facts.dialogue_clauses import Reading
from extractors.facts.dialogue_turns import Turn
from extractors.facts.dialogue_values import DATE, DAYS, MONTHS

REACH = 3
"""Turns after a statement in which a correction of it is looked for."""
SHORT, LONG = 6, 12
"""Words in a sentence that can hardly be about anything else, and in one that may be."""
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
    """Whether it was read back to the other side, which agreed."""


def settle(statements: Sequence[Statement], turns: Sequence[Turn]) -> list[Statement]:
    """Return the statements that stand, those with a later value marked as superseded."""
    ordered = sorted(statements, key=lambda s: (s.turn.index, s.reading.start))
    settled: list[Statement] = []
    for index, statement in enumerate(ordered):
        if any(_replaces(later, statement) for later in ordered[index + 1 :]):
            settled.append(replace(statement, superseded=True))
        elif statement.confirmed or not _is_corrected(statement, turns):
            settled.append(statement)
    return settled


def _replaces(later: Statement, earlier: Statement) -> bool:
    if later.owner != earlier.owner:
        return False
    if earlier.reading.relation in words.ENDS_STATE.get(later.reading.relation, ()):
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
    for distance, text in enumerate((rest, *following)):
        for match in SENTENCE.finditer(text):
            if _corrects(match[0].strip(), reading, near=distance <= 1):
                return True
    return False


def _corrects(sentence: str, reading: Reading, *, near: bool) -> bool:
    """Say whether a sentence may correct the reading: how it is worded and what it touches.

    It touches the detail (`budget`), the value itself, a value of the same type, or it is too short
    to tell (`No, that's wrong.` right after the statement).
    """
    lowered = sentence.casefold()
    length = len(sentence.split())
    key = _key(reading)
    named = re.search(rf"\b{re.escape(key)}", lowered) is not None
    itself = len(_printed(reading)) > 1 and _printed(reading) in lowered
    alike = _has_like_value(reading, sentence)
    if words.RETRACTED.search(sentence):
        return named or itself or (alike and length <= LONG) or (near and length <= SHORT)
    if words.CHANGED.search(sentence):
        measured = reading.object is not None and reading.object.type == "value"
        return named or itself or (measured and alike and length <= LONG)
    if words.DIFFERENT.search(sentence):
        return alike and (named or length <= SHORT)
    return itself and words.DENIED.search(sentence) is not None


def _key(reading: Reading) -> str:
    """Return the word that names the detail: `budget`, or the stem of a clause's verb."""
    if reading.shape == "attribute":
        return reading.relation.split()[-1]
    verb = reading.relation.split()[0]
    return verb.removesuffix("s").removesuffix("ed")


def _has_like_value(reading: Reading, sentence: str) -> bool:
    value = reading.object
    if value is None:
        return False
    if value.quantity is not None:
        return NUMBER.search(sentence.casefold()) is not None
    if value.type == "value" and DATE.fullmatch(value.text):
        return MOMENT.search(sentence) is not None
    return CAPITAL.search(sentence) is not None
