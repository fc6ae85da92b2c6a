"""Evidence ids as a part of the reward: r = a + .1 F2 + .9 a F2 (LongRLVR; method §6). An option beside the outcome.

A reply names evidence after its reasoning: on its last line that begins with `Evidence:` (`Evidence: D3, D7`), or,
where it has no such line, by ids in square brackets anywhere (`[D3]`, `[D3, D7]`). An id is a letter D and the number
of the section in the context, from 1, as `labelled` writes it before each section.
"""

import re
from collections.abc import Collection

from verifiers.answers.final import TAIL, after_reasoning
from warehouse.snapshot_rows import ContextRow

INSTRUCTION = (
    "Before that line, write one line with the labels of the sections that the answer rests on: "
    "Evidence: D…, D…"
)
"""What is added to a prompt over a labelled context."""
BETA_SQUARED = 4
"""F2 counts recall twice as much as precision: beta is 2."""
MOST = 64
"""Ids that a reply may name; one that names more names none."""
_LINE = re.compile(r"^[ \t*_>-]{0,8}evidence[*_ ]{0,4}:(.*)$", re.IGNORECASE | re.MULTILINE)
_BRACKETED = re.compile(r"\[((?:D\d{1,6}(?:\s?[,;]\s?)?){1,64})\]")
_ID = re.compile(r"\bD\d{1,6}\b")


def with_evidence(outcome: float, f2: float) -> float:
    """Return r = a + .1 F2 + .9 a F2, from 0 to 2."""
    return outcome + 0.1 * f2 + 0.9 * outcome * f2


def f2_score(named: Collection[str], right: Collection[str]) -> float:
    """Return F2 = 5 P R / (4 P + R) of the named ids, 0 where none is right."""
    hits = len(set(named) & set(right))
    if not hits:
        return 0.0
    # P = hits / named and R = hits / right, so that 5 P R / (4 P + R) is 5 hits / (4 right + named).
    return (1 + BETA_SQUARED) * hits / (BETA_SQUARED * len(set(right)) + len(set(named)))


def named_ids(reply: str) -> frozenset[str]:
    """Return the ids that a reply names as its evidence."""
    text = after_reasoning(reply)[-TAIL:]
    lines = _LINE.findall(text)
    places = lines[-1:] or _BRACKETED.findall(text)
    found = frozenset(name for place in places for name in _ID.findall(place))
    return found if len(found) <= MOST else frozenset()


def labelled(context: ContextRow) -> ContextRow:
    """Return a context with `[D1]`, `[D2]` and so on in lines before its sections, and their spans moved along."""
    parts, sections, at, end = [], [], 0, 0
    for number, section in enumerate(context.sections, 1):
        between = context.text[end : section.start]
        own = f"[D{number}]\n{context.text[section.start : section.end]}"
        start, end = at + len(between), section.end
        at = start + len(own)
        parts += [between, own]
        sections.append(section.model_copy(update={"start": start, "end": at}))
    text = "".join(parts) + context.text[end:]
    return context.model_copy(update={"text": text, "sections": tuple(sections)})


def evidence_ids(context: ContextRow, section_ids: Collection[str]) -> list[str]:
    """Return the labels of sections in a context."""
    return [
        f"D{n}"
        for n, section in enumerate(context.sections, 1)
        if section.section_id in section_ids
    ]
