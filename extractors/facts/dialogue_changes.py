"""What a conversation takes back: later values, and corrections that no pattern reads whole.

A later value of the same detail supersedes the earlier one, which stays as a fact with the note
`superseded`. Where somebody corrects a detail in words that give no fact (`No, make that four`),
the value they override is dropped: it must not be given as current.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from extractors.facts import dialogue_phrases as phrases
from extractors.facts import dialogue_words as words
from extractors.facts.dialogue_clauses import Reading
from extractors.facts.dialogue_turns import Turn
from extractors.facts.dialogue_values import DATE, DAYS, MONTHS

REACH = 3
"""Turns after a statement in which anybody corrects it; its own speaker may take twice as many."""
FAR = 200
"""Turns in which the same detail, said again, is looked for."""
SHORT, LONG = 6, 12
"""Words in a sentence that can hardly be about anything else, and in one that may be."""
SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
FIRST_PERSON = re.compile(r"\bI\b|\b[Mm]y\b")
ADDRESSED = re.compile(r"\byou", re.IGNORECASE)
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
    reply: Turn | None = None
    """The turn in which the other side agreed, for a detail that was read back."""


def settle(statements: Sequence[Statement], turns: Sequence[Turn]) -> list[Statement]:
    """Return the statements that stand, those with a later value marked as superseded."""
    ordered = sorted(statements, key=lambda s: (s.turn.index, s.reading.start))
    read: dict[tuple[int, int], set[tuple[str, str]]] = {}
    for statement in ordered:
        place = (statement.turn.index, statement.reading.start)
        read.setdefault(place, set()).add((statement.owner, statement.reading.relation))
    settled: list[Statement] = []
    for statement in _superseded(ordered):
        certain = statement.superseded or statement.reply is not None
        if certain or not _is_corrected(statement, turns, read=read):
            settled.append(statement)
    return settled


def _superseded(ordered: Sequence[Statement]) -> list[Statement]:
    """Mark each statement that a later one of the same owner takes the place of."""
    later: dict[tuple[str, str], set[str]] = {}
    ended: set[tuple[str, str]] = set()
    marked: list[Statement] = []
    for statement in reversed(ordered):
        reading, key = statement.reading, (statement.owner, statement.reading.relation)
        other = later.get(key, set()) - {_printed(reading)}
        over = key in ended or (reading.functional and bool(other))
        marked.append(replace(statement, superseded=over))
        later.setdefault(key, set()).add(_printed(reading))
        ended.update((statement.owner, r) for r in words.ENDS_STATE.get(reading.relation, ()))
    return marked[::-1]


def _printed(reading: Reading) -> str:
    return reading.object.text.casefold() if reading.object is not None else ""


def _is_corrected(
    statement: Statement,
    turns: Sequence[Turn],
    *,
    read: Mapping[tuple[int, int], set[tuple[str, str]]],
) -> bool:
    """Say whether a later sentence takes the statement back.

    Corrections are looked for in the rest of the turn and in the next turns; the detail said again
    with another value, by the same speaker or to them, counts however late it comes.
    """
    turn, reading = statement.turn, statement.reading
    for later in turns[turn.index :]:
        distance = later.index - turn.index
        for match in SENTENCE.finditer(later.text, reading.end if distance == 0 else 0):
            sentence = match[0].strip()
            if _is_said_again(statement, sentence, turn=later):
                return True
            # A sentence that was read as a statement of something else corrects nothing here.
            start = match.end() - len(match[0].lstrip())
            elsewhere = read.get((later.index, start), set()) - {
                (statement.owner, reading.relation)
            }
            aside = elsewhere or _is_own_affair(sentence, statement, turn=later)
            same = later.speaker.text == turn.speaker.text
            far = distance > (2 * REACH if same else REACH)
            if far or (aside and not phrases.RETRACTED.search(sentence)):
                continue
            if _corrects(sentence, reading, near=distance <= (2 if same else 1)):
                return True
        if distance >= FAR:
            break
    return False


def _is_said_again(statement: Statement, sentence: str, *, turn: Turn) -> bool:
    """Say whether `the budget is` another value of the same type, for the same person."""
    reading = statement.reading
    if (
        reading.shape != "attribute"
        or not reading.functional
        or _printed(reading) in sentence.casefold()
    ):
        return False
    own = turn.speaker.text == statement.turn.speaker.text
    whose = "the|our|my" if own else "your"
    said = re.search(
        rf"\b(?:{whose}) (?:[a-z]+ )?{re.escape(_key(reading))} (?:is|was|will be)\b",
        sentence,
        re.I,
    )
    return said is not None and _has_like_value(reading, sentence[said.start() :])


def _is_own_affair(sentence: str, statement: Statement, *, turn: Turn) -> bool:
    """Say whether somebody else speaks of themselves only."""
    if statement.reading.subject is not None or turn.speaker.text == statement.turn.speaker.text:
        return False
    return FIRST_PERSON.search(sentence) is not None and ADDRESSED.search(sentence) is None


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
    if phrases.RETRACTED.search(sentence):
        return named or itself or (alike and length <= LONG) or (near and length <= SHORT)
    if phrases.CHANGED.search(sentence):
        measured = reading.object is not None and reading.object.type == "value"
        return named or itself or (measured and alike and length <= LONG)
    if phrases.DIFFERENT.search(sentence):
        return alike and (named or length <= SHORT)
    return itself and "?" not in sentence and phrases.DENIED.search(sentence) is not None


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
    if value.type == "value":
        dated = DATE.fullmatch(value.text) is not None
        return (MOMENT if dated else NUMBER).search(sentence) is not None
    return CAPITAL.search(sentence) is not None
