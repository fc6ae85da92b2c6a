"""Identifiers of code: case counts; quotes, call parentheses and a leading path that is left out do not (§3 Rewards).

`BaseProtocol` and `protocols.BaseProtocol` give `asyncio.protocols.BaseProtocol`; another path does not. An answer that
is no identifier is compared as text.
"""

import re

from verifiers.answers.comparison import Comparison, different, equal, unknown
from verifiers.answers.folding import plain, printable, words
from verifiers.answers.stating import CHOICES, DENIALS, DOUBTS, claimed_at
from verifiers.answers.text import compare_text
from warehouse.answer_specs import AnswerSpec

RULE = "code"
_NAME = r"[A-Za-z_]\w*(?:(?:\.|::|#)[A-Za-z_]\w*)*"
_WHOLE = re.compile(
    rf"\A[\s`'\"*(]*(?:(?:class|def|function|method|module)\s+)?(?P<name>{_NAME})(?:\(\))?[\s`'\"*).,;:]*\Z"
)
_QUOTED = re.compile(rf"[`'\"](?P<name>{_NAME})(?:\([^()`]{{0,80}}\))?[`'\"]")
_LIKE_CODE = re.compile(rf"(?<![\w.])(?P<name>{_NAME})(?:\(\))?(?![\w(])")
_CAMEL = re.compile(r"[a-z][A-Z]")
_PARTS = re.compile(r"\.|::|#")


def compare_code(gold: AnswerSpec, reply: str, question: str) -> Comparison:
    """Return whether a reply names an identifier.

    Args:
        gold: an answer of kind `code`.
        reply: the final answer.
        question: what was asked; identifiers that it names are no answer unless they stand alone.
    """
    forms = [match["name"] for form in (gold.text, *gold.aliases) if (match := _WHOLE.match(form))]
    if not forms:
        return compare_text((gold.text, *gold.aliases), reply, question)
    text = printable(reply)
    alone = _WHOLE.match(text)
    if alone:
        return _decided(forms, alone["name"])
    quoted, bare = _quoted(text) - _quoted(question), _bare(text) - _bare(question)
    if not quoted | bare:
        return unknown(RULE, "no identifier")
    # A path that leads to the answer says where it is and is no other answer.
    others = {name for name in bare - quoted if not any(_leads_to(name, form) for form in forms)}
    named = quoted | others if quoted else bare
    found = [_decided(forms, name) for name in sorted(named)]
    if len(found) > 1:
        same = sum(one.equal == "equal" for one in found)
        return found[0] if same == len(found) else unknown(RULE, "several identifiers")
    if found[0].equal != "equal":
        return found[0]
    if (DENIALS | DOUBTS | CHOICES).intersection(words(reply)):
        return unknown(RULE, "denied or in doubt")
    said = next(iter(named))
    at = plain(reply).find(said)
    why = "not in plain letters" if at < 0 else claimed_at(reply, at, at + len(said), question)
    return unknown(RULE, why) if why else found[0]


def _quoted(text: str) -> set[str]:
    """Return the identifiers in quotes."""
    return {match["name"] for match in _QUOTED.finditer(text)}


def _bare(text: str) -> set[str]:
    """Return the words that can be nothing but identifiers."""
    names = {match["name"] for match in _LIKE_CODE.finditer(text)}
    return {name for name in names if _PARTS.search(name) or "_" in name or _CAMEL.search(name)}


def _leads_to(name: str, form: str) -> bool:
    """Whether the parts of a name are the first parts of a longer one."""
    parts, whole = _PARTS.split(name), _PARTS.split(form)
    return len(parts) < len(whole) and whole[: len(parts)] == parts


def _decided(forms: list[str], said: str) -> Comparison:
    """Return whether the parts of a name are the last parts of one of the forms."""
    parts = _PARTS.split(said)
    for form in forms:
        right = _PARTS.split(form)
        if right[-len(parts) :] == parts:
            return equal(RULE)
        if parts[-len(right) :] == right:
            return unknown(RULE, "with a longer path than the answer's")
        if [p.lower() for p in right[-len(parts) :]] == [p.lower() for p in parts]:
            return unknown(RULE, "in another case")
    return different(RULE, said[:80])
