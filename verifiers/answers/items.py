"""Lists: the same members, in order where order counts, and nothing beside them (§3 Rewards).

Members are looked for in the reply instead of cutting the reply into members, so that commas inside a member and any
way of setting out a list do not matter. What is left over when all members are taken out says whether there are more.
"""

import re
from collections.abc import Sequence

from verifiers.answers.comparison import Comparison, different, equal, unknown
from verifiers.answers.folding import Token, plain, tokens, words
from verifiers.answers.stating import CHOICES, DENIALS, DOUBTS, LEADING, VERBS
from warehouse.answer_specs import AnswerSpec

RULE = "list"
LINKS = frozenset(
    "and then next followed first last following list items order namely these they all are as".split()
)
"""Words that may stand between members."""
MOST = 2000
"""Members up to which lists are compared."""
_MARKER = re.compile(r"^[ \t]*(?:\(?\d{1,4}[.)]|[-*•])[ \t]+", re.MULTILINE)


def compare_items(gold: AnswerSpec, reply: str, question: str) -> Comparison:
    """Return whether a reply lists the members of an answer.

    Args:
        gold: an answer of kind `items` or `ordered_items`.
        reply: the final answer.
        question: what was asked; its words may stand around the members.
    """
    members = [words(item) for item in gold.items or tuple(gold.text.split(";")) if words(item)]
    if not members or len(members) > MOST:
        return unknown(RULE, "the answer has no members that can be read")
    said = tokens(_MARKER.sub("", plain(reply)))
    if not said:
        return different(RULE, "no words")
    places, left = _taken(members, [token.word for token in said])
    extra = {said[at].word for at in left} - frozenset(words(question)) - LEADING - VERBS - LINKS
    missing = [member for member, place in zip(members, places, strict=True) if place < 0]
    if extra & (CHOICES | DENIALS | DOUBTS):
        return unknown(RULE, "a member is denied or in doubt")
    if missing:
        return _lacking(members, missing, extra)
    if extra:
        return _more(said, left, extra)
    if gold.kind == "ordered_items" and places != sorted(places):
        return different(RULE, "in another order")
    return equal(RULE)


def _taken(members: Sequence[tuple[str, ...]], said: list[str]) -> tuple[list[int], list[int]]:
    """Return where each member first stands in the reply (-1: nowhere), and the words that no member takes."""
    starts: dict[str, list[int]] = {}
    for at, word in enumerate(said):
        starts.setdefault(word, []).append(at)
    free = [True] * len(said)
    places = [-1] * len(members)
    for number in sorted(range(len(members)), key=lambda n: -len(members[n])):
        member = members[number]
        for at in starts.get(member[0], ()):
            end = at + len(member)
            if tuple(said[at:end]) == member and all(free[at:end]):
                free[at:end] = [False] * len(member)
                places[number] = at
                break
    return places, [at for at, is_free in enumerate(free) if is_free]


def _lacking(
    members: Sequence[tuple[str, ...]], missing: Sequence[tuple[str, ...]], extra: set[str]
) -> Comparison:
    """Return the finding where members are not there in full: perhaps they are there in part."""
    shared = frozenset.intersection(*map(frozenset, members)) if len(members) > 1 else frozenset()
    if any(set(member) & extra - shared for member in missing):
        return unknown(RULE, "a member is there in part")
    return different(RULE, f"{len(missing)} of {len(members)} members missing")


def _more(said: Sequence[Token], left: Sequence[int], extra: set[str]) -> Comparison:
    """Return the finding where words are left over: another name is another member."""
    if any(said[at].capital and said[at].word in extra for at in left):
        return different(RULE, "more than the members")
    return unknown(RULE, "words beside the members")
