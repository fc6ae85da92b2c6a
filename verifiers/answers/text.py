"""Names and phrases: one-way containment of the folded answer, in a place that states it (§3 Rewards).

Deviation: the report takes any containment. Here containment alone is `unknown`; a bare phrase must not say more than
the answer, since nothing vouches for what it adds ("the second Saturday of March" for "March").
"""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import islice

from verifiers.answers.comparison import Comparison, different, equal, unknown
from verifiers.answers.folding import plain, tokens, words
from verifiers.answers.stating import (
    CHOICES,
    DENIALS,
    DOUBTS,
    FRAGMENT,
    LEADING,
    RESTATED,
    VERBS,
    claimed_at,
)

RULE = "text"
ORDINARY = (
    DENIALS
    | LEADING
    | VERBS
    | CHOICES
    | DOUBTS
    | frozenset("yes true both all none one two i".split())
)
"""Words that answer a question only where they open the reply."""
MOST_PLACES = 8
"""Places of a form in a reply that are looked at."""
SHORT = 6
"""Words of a reply up to which another name is another answer."""
ANSWER = frozenset("answer final correct is my result".split())
_SHORTENED = re.compile(r"\s*\([A-Z0-9.]{1,6}\)\s*\Z")
_ASIDE = re.compile(r"\s*\((?:[A-Z][A-Za-z]{0,3}|\d[^()]{0,30})\)\s*(?=\W*\Z)")
_LABEL = re.compile(r"\A[^:\n]{1,200}:\s+(?=\S)")


def compare_text(forms: Sequence[str], reply: str, question: str = "") -> Comparison:
    """Return whether a reply gives one of the forms of an answer.

    Args:
        forms: the answer and its aliases.
        reply: the final answer.
        question: what was asked; an answer that it names has to stand alone.
    """
    own, joined = _forms(tuple(forms))
    said = words(reply)
    if not own:
        same = reply.strip() in {form.strip() for form in forms}
        return equal(RULE, "the same text") if same else unknown(RULE, "the answer has no words")
    if not said:
        return different(RULE, "no words")
    for bare in _bare_readings(reply, question):
        if bare in own or "".join(bare) in joined or _same_set(bare, own):
            return equal(RULE, "the same words")
    present = frozenset(said)
    inside = [form for form in own if present.issuperset(form)]
    return _contained(inside, reply, question) if inside else _absent(forms, own, reply)


@lru_cache(maxsize=16384)
def _forms(forms: tuple[str, ...]) -> tuple[frozenset[tuple[str, ...]], frozenset[str]]:
    """Return the folded forms, longer ones with a short form in brackets without it, and each as one word."""
    read = {_bare(words(text)) for form in forms for text in (form, _SHORTENED.sub("", form))}
    read.discard(())
    letters = ("".join(form) for form in read)
    return frozenset(read), frozenset(word for word in letters if word.isalpha())


def _bare_readings(reply: str, question: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of a reply, without a remark in brackets at its end, and without a label that restates."""
    yield _bare(words(reply))
    text = plain(reply)
    without = _ASIDE.sub("", text)
    if without != text:
        yield _bare(words(without))
    label = _LABEL.match(text)
    if label and _restates(set(words(label[0])), question):
        yield _bare(words(text[label.end() :]))


def _restates(label: set[str], question: str) -> bool:
    """Whether a label says no more than "the answer" or words of the question."""
    return label <= ANSWER or len(label & set(words(question))) >= RESTATED


def _same_set(bare: tuple[str, ...], own: Collection[tuple[str, ...]]) -> bool:
    """Whether a reply joins the same words by "and" in another order: `Chile and Argentina`."""
    if "and" not in bare or len(bare) > FRAGMENT:
        return False
    return any("and" in form and sorted(form) == sorted(bare) for form in own)


def _contained(forms: Sequence[tuple[str, ...]], reply: str, question: str) -> Comparison:
    """Return the finding on the places where the reply has the answer's words."""
    asked = frozenset(words(question))
    allowed = frozenset(word for form in forms for word in form)
    doubts: list[str] = []
    for form in sorted(forms, key=len, reverse=True):
        if asked.issuperset(form):
            doubts.append("named in the question")
            continue
        for start, end in islice(_places(form, reply), MOST_PLACES):
            why = _in_passing(form, reply, start, end) or claimed_at(
                reply, start, end, question, allowed
            )
            if not why:
                return equal(RULE, " ".join(form))
            doubts.append(why)
    return unknown(RULE, doubts[0] if doubts else "the words stand apart")


def _in_passing(form: Sequence[str], reply: str, start: int, end: int) -> str:
    """Return a doubt where an answer such as "no" or "both" does not open the reply, set off from the rest."""
    if not ORDINARY.issuperset(form):
        return ""
    text = plain(reply)
    opens = not words(text[:start]) and text[end : end + 1] in (",", ".", ";", ":", "!")
    return "" if opens else "an ordinary word"


def _absent(forms: Sequence[str], own: Collection[tuple[str, ...]], reply: str) -> Comparison:
    """Return the finding on a reply without the answer's words: only another short name is another answer."""
    said = words(reply)
    if len(said) > SHORT or not all(map(_is_name, forms)):
        return unknown(RULE, "not contained")
    if reply.islower() and LEADING.intersection(said[1:]):
        return unknown(RULE, "a description")
    letters = {word[:3] for word in said if word not in LEADING}
    if any(word[:3] in letters for form in own for word in form if word not in LEADING):
        return unknown(RULE, "partly the same words")
    short = "".join(word[0] for word in said)
    if any(
        "".join(word[0] for word in form) in ("".join(said), short) or short == "".join(form)
        for form in own
    ):
        return unknown(RULE, "may be a short form")
    return different(RULE, "another name")


@lru_cache(maxsize=16384)
def _is_name(form: str) -> bool:
    """Whether a form is a name: words begin with a capital, all the longer ones do."""
    found = tokens(form)
    return any(token.capital for token in found) and all(
        token.capital for token in found if len(token.word) > 3
    )


def _places(form: Sequence[str], reply: str) -> Iterator[tuple[int, int]]:
    """Yield where a run of words stands in the plain reply, first and one past last character."""
    among = tokens(reply)
    first, rest = form[0], form[1:]
    for at in range(len(among) - len(rest)):
        if among[at].word == first and all(
            among[at + n].word == word for n, word in enumerate(rest, 1)
        ):
            yield among[at].start, among[at + len(rest)].end


def _bare(found: Sequence[str]) -> tuple[str, ...]:
    """Return words without those before them that say nothing."""
    start = 0
    while start < len(found) - 1 and found[start] in LEADING:
        start += 1
    return tuple(found[start:])
