"""Whether a reply states a phrase as its answer, or only has it in it (§3 Rewards: containment, made strict).

A phrase that is contained counts only where nothing around it takes the claim back: no denial before it, no choice
between it and another, no longer name that it is a part of, no list of which it is one member, no second sentence that
says the same of another thing. What is in the way is named, so that doubt is never silent.
"""

import re
from collections.abc import Sequence

from verifiers.answers.folding import Token, plain, tokens, words
from verifiers.answers.regions import rival_beside
from verifiers.answers.sentences import Sentence, sentences

DENIALS = frozenset(
    "not no never neither nor cannot without except excluding unlike isnt wasnt arent werent doesnt didnt dont cant "
    "wont hasnt havent wouldnt couldnt shouldnt rather instead incorrect false wrong contrary mistakenly".split()
)
DOUBTS = frozenset(
    "maybe perhaps possibly probably presumably might could unclear unsure unknown uncertain guess alternatively "
    "either disputed debated unable sorry apologize apologise assuming depending depends if".split()
)
CONTRASTS = frozenset("but however although though whereas actually until till".split())
REJECTIONS = frozenset("wrong incorrect false mistaken untrue".split())
"""Words that take a claim back wherever they stand in its sentence."""
FORMER = frozenset("formerly previously former once".split())
TURNS = CONTRASTS | DOUBTS | frozenset("or no wait correction sorry".split())
"""Words with which a later sentence takes a claim back."""
CURT = 6
"""Words up to which a later sentence with a name in it may be another answer."""
CHOICES = frozenset(("or", "versus", "vs"))
TITLES = frozenset(
    "mr mrs ms dr sir dame lord lady king queen prince princess president emperor empress pope saint st general "
    "captain professor actor actress singer author writer director poet composer band group city town state country "
    "province river lake mount republic".split()
)
"""Words that may stand before a name without making another name of it."""
_REFUSAL = re.compile(
    r"\b(?:as an ai\b|language model|(?:do|does|did) not (?:have|know)|don't (?:have|know)"
    r"|not (?:aware|sure|certain|able|available)|no (?:information|record|definitive)"
    r"|cannot (?:be )?(?:determin|find|answer|provide)|more (?:context|information|details))",
    re.IGNORECASE,
)
_CLAUSE = "the|a|an|which|who|where|when|known|also|as|in|on|at|by|of|from|including"
_ITEM = rf"(?!(?:{_CLAUSE})\b)[^\s,;:.()][^,;:.()\n]{{0,40}}"
"""A member of a list: it does not begin with a space, so that a list can be cut in one way only."""
_LIST_AFTER = re.compile(
    rf"\s*+(?:(?P<more>(?:,\s*+{_ITEM}){{0,20}}?)(?:,\s*+|(?<=\s))(?:and|or|&)\s++(?P<last>\w++)"
    rf"|(?:,\s*+{_ITEM}){{3}}|[/;|]\s*+[^\s/;|])"
)
_LIST_BEFORE = re.compile(
    rf"(?:{_ITEM},\s*+){{2,20}}(?:(?:and|or|&)\s++)?\Z|\w\s++(?:and|&)\s++\Z|[/;|]\s*+\Z"
)
_BULLET = re.compile(r"(?:\d{1,3}[.)]|[-*•])\s")
LEADING = frozenset(
    "in on at by from to of for about during around near into with it is was its as because".split()
)
"""Words before an answer that say nothing of it."""
VERBS = frozenset(
    "is was are were be been has have had does did do can will would became become becomes won wrote sang began begins "
    "came comes took takes made makes played plays directed stands lies lives means says said".split()
)
"""Verbs by which a short sentence is told from a bare phrase."""
FRAGMENT = 10
"""Words that a bare phrase may have beside the answer's."""
RESTATED = 3
"""Words of the question from which a reply is a sentence, whatever its verb."""
LOOK = 300
"""Characters before a phrase in which other members of a list are looked for."""
SAME_FRAME = 0.6
"""Share of a sentence's other words from which a later sentence with another thing in it says the same."""


def claimed_at(
    reply: str, start: int, end: int, question: str = "", allowed: frozenset[str] = frozenset()
) -> str:
    """Return why a reply does not state what stands at a place, or nothing.

    Args:
        reply: the final answer.
        start: first character of the place, in the reply's plain text.
        end: one past its last character.
        question: what was asked.
        allowed: words of the answer's other forms, which are no rivals.
    """
    parts = sentences(plain(reply))
    # A place may begin with a blank that no sentence has.
    at = max((n for n, part in enumerate(parts) if part.start <= start), default=0)
    own = parts[at]
    left = [t for t in own.tokens if t.end <= start - own.start]
    right = [t for t in own.tokens if t.start >= end - own.start]
    asked = frozenset(words(question)) | allowed
    inside = (start - own.start, end - own.start)
    return (
        _padded(plain(reply), start, end, asked)
        or _refused(parts[: at + 1])
        or _denied(left, right, asked)
        or _offered(left, right, asked)
        or _longer(own.text, inside, left, right, asked)
        or (_BULLET.match(own.text) and len(parts) > 1 and "one of several")
        or _listed(own.text, inside)
        or _rivalled(parts, at, inside, asked)
    )


def _padded(text: str, start: int, end: int, asked: frozenset[str]) -> str:
    """Return a doubt where a bare phrase adds words to the answer that neither the question nor a title has."""
    before, phrase, after = words(text[:start]), words(text[start:end]), words(text[end:])
    if VERBS.intersection(before) or VERBS.intersection(after[1:]):
        return ""
    # A text of nothing but names has them to choose from, those of the question between them too.
    around = [t for t in (*tokens(text[:start]), *tokens(text[end:])) if t.word not in LEADING]
    if all(map(_is_name, around)) and any(_name(t, asked | TITLES | set(phrase)) for t in around):
        return "more than the answer"
    if len(before) + len(after) > FRAGMENT:
        return ""
    if len(asked.intersection(before + after) - LEADING - set(phrase)) >= RESTATED:
        return ""
    extra = set(before) - asked - TITLES - LEADING or set(after) - asked - LEADING
    return "more than the answer" if extra else ""


def _refused(parts: Sequence[Sentence]) -> str:
    return "no answer given" if any(_REFUSAL.search(part.text) for part in parts) else ""


def _denied(left: Sequence[Token], right: Sequence[Token], asked: frozenset[str]) -> str:
    before = {token.word for token in left} - asked
    if before & DENIALS or (right and right[0].word in DENIALS):
        return "denied"
    if before & DOUBTS:
        return "in doubt"
    after = {token.word for token in right} - asked
    if (before | after) & REJECTIONS or (left and left[-1].word in FORMER - asked):
        return "denied"
    return "contrasted" if (before | after) & CONTRASTS else ""


def _offered(left: Sequence[Token], right: Sequence[Token], asked: frozenset[str]) -> str:
    # Right beside the answer it offers another one, though the question offers a choice too.
    if CHOICES & {token.word for token in (*left[-1:], *right[:1])}:
        return "one of several"
    near = {token.word for token in (*left[-6:], *right[:6])}
    return "one of several" if near & CHOICES and not asked & CHOICES else ""


def _longer(
    text: str,
    inside: tuple[int, int],
    left: Sequence[Token],
    right: Sequence[Token],
    asked: frozenset[str],
) -> str:
    """Return a doubt where the phrase is part of a longer name."""
    start, end = inside
    capital = text[start : start + 1].isupper()
    if (
        capital
        and len(left) > 1
        and text[left[-1].end : start] in (" ", "-")
        and _name(left[-1], asked | TITLES)
    ):
        return "part of a longer name"
    if capital and right and text[end : right[0].start] in (" ", "-") and _name(right[0], asked):
        return "part of a longer name"
    return ""


def _name(token: Token, asked: frozenset[str]) -> bool:
    return _is_name(token) and token.word not in asked


def _is_name(token: Token) -> bool:
    return token.capital and token.word[0].isalpha()


def _listed(text: str, inside: tuple[int, int]) -> str:
    """Return a doubt where the phrase is a member of a list; "and is", "and published" go on with a clause."""
    start, end = inside
    after = _LIST_AFTER.match(text, end)
    if after:
        last = after["last"]
        clause = last and (last.lower() in VERBS or (last.islower() and last.endswith("ed")))
        alike = not last or after["more"] or last[0].isupper() == text[start].isupper()
        if alike and not clause:
            return "one of several"
    if _LIST_BEFORE.search(text[max(0, start - LOOK) : start]) or rival_beside(text, start, end):
        return "one of several"
    return ""


def _rivalled(
    parts: Sequence[Sentence], at: int, inside: tuple[int, int], asked: frozenset[str]
) -> str:
    """Return a doubt where another sentence says the same of another thing, or a later one takes the claim back."""
    own = parts[at]
    frame = {t.word for t in own.tokens if t.end <= inside[0] or t.start >= inside[1]}
    phrase = {t.word for t in own.tokens} - frame
    for number, part in enumerate(parts):
        said = {token.word for token in part.tokens}
        if number == at or phrase <= said:
            continue
        shared = len(frame & said)
        if shared >= SAME_FRAME * max(len(frame), len(said) - len(phrase)):
            return "one of several"
        named = own.text[inside[0] : inside[0] + 1].isupper()
        if number > at and part.tokens and _takes_back(part.tokens, asked, named):
            return "taken back"
    return ""


def _takes_back(said: Sequence[Token], asked: frozenset[str], named: bool) -> bool:
    """Whether a sentence turns against the one before it, or after a name is short and has another one in it."""
    if said[0].word in TURNS:
        return True
    return named and len(said) <= CURT and any(_name(token, asked) for token in said[1:])
