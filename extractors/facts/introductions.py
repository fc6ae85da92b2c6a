"""Who fills which part in a team's meeting: a speaker labelled by the part gives a name near the start.

`Project Manager: … my name's Adam Duguid` says who the project manager is. Parts of a talk that are no work
(`user`, `guest`) tell nothing, and neither does a speaker who gives two names.
"""

import re

from extractors.facts.dialogue_turns import is_generic, turns_of
from extractors.facts.writer import FactWriter, mention_at
from warehouse.records import Document, Mention

NAMES_SELF = re.compile(
    r"\b(?:[Mm]y name(?: is|'s)|I'm|I am) (?:uh |um )?(?P<name>[A-Z][a-z]+(?: [A-Z][a-z]+)?)"
    r"(?=\s*(?:[,.;!]|$)| (?:and|with|here|from|I'm)\b)"
)
WORK = re.compile(
    r"\b(?:manager|designer|design|marketing|engineer|interface|director|secretary|developer|analyst|expert|industrial|"
    r"sales|finance|coordinator|officer|architect|editor|producer|chair|nurse|doctor|teacher|counsel)\b",
    re.IGNORECASE,
)
NO_NAME = frozenset(
    (
        "Ok Oh Ah So Sorry Fine Good Okay Yes Sure Not Marketing Project Industrial User Interface Manager English "
        "American French German"
    ).split()
)
FIRST = 80
"""Turns in which people introduce themselves."""


def introductions(document: Document, writer: FactWriter) -> None:
    """Write the part of each speaker who gives a name."""
    found: dict[str, dict[str, tuple[Mention, Mention, int]]] = {}
    for turn in turns_of(document)[:FIRST]:
        label = turn.speaker.text
        if not is_generic(label) or not WORK.search(label):
            continue
        for match in NAMES_SELF.finditer(turn.text):
            if not NO_NAME & set(match["name"].split()):
                name = mention_at(turn.start + match.start("name"), match["name"], "person")
                part = mention_at(turn.speaker.start, label, "thing")
                found.setdefault(label, {}).setdefault(match["name"], (name, part, turn.end))
    for names in found.values():
        if len(names) == 1:
            name, part, end = next(iter(names.values()))
            stop = document.text.find(".", name.end, end)
            span = part.start, stop + 1 if stop >= 0 else end
            writer.add(name, "role", part, span)
