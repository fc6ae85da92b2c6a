r"""Mathematical answers: equal as values, not as text (§3 Rewards).

Numbers, expressions with names, tuples, intervals, sets, matrices and relations are read by `maths_tree` and compared
by `maths_same`; words (`\text{even}`) are compared as words, plain numbers as numbers. What is not read is `unknown`.
"""

import re
from collections.abc import Sequence

from verifiers.answers.comparison import Comparison, best_of, different, equal, unknown
from verifiers.answers.folding import printable, words
from verifiers.answers.maths_cut import cut
from verifiers.answers.maths_notation import Unreadable
from verifiers.answers.maths_same import same_lists, statements
from verifiers.answers.maths_values import CLOSE
from verifiers.answers.number import compare_number, number_of
from verifiers.answers.quantities import whole_quantity
from verifiers.answers.stating import DENIALS, DOUBTS
from warehouse.answer_specs import AnswerSpec

RULE = "math"
NEAR = 1e-2
"""Share within which a value may be the right one, rounded."""
BEFORE = 200
"""Characters at the end of a reply in which a denial is looked for."""
_NOT_BOXED = re.compile(r"\b(?:not|never|n't)\b[\s$\\(\[a-z]{0,20}\\(?:boxed|fbox)")
_PROSE = re.compile(r"\A[^\\$]*\b[A-Za-z]{4,}")
"""Words before any command of LaTeX."""
_WORDS_ONLY = re.compile(
    r"\\(?:text|textbf|mathrm|mbox|textit)\s*\{([^{}]{1,80})\}|([A-Za-z][A-Za-z ]{0,40}|\([A-Z]\))"
)


def compare_math(gold: AnswerSpec, reply: str, question: str) -> Comparison:
    """Return whether a reply gives a mathematical expression.

    Args:
        gold: an answer of kind `math`, an expression or a text that ends on one.
        reply: the final answer.
        question: what was asked; it says which unit may be left out of a plain number.
    """
    return best_of([_form(form, reply, question) for form in (gold.text, *gold.aliases)])


def _form(form: str, reply: str, question: str) -> Comparison:
    """Return the finding on one form of the answer."""
    right, said = cut(_readable(form)), cut(_readable(reply))
    own = _squeezed(said.parts)
    given = {own, *(_squeezed([part]) for part in said.parts)}
    if any(_squeezed([earlier]) not in given for earlier in said.earlier):
        return unknown(RULE, "several boxed answers")
    if _denied(reply, said.origin):
        return unknown(RULE, "denied or in doubt")
    if _squeezed(right.parts) == own:
        return equal(RULE, "the same text")
    if right.origin == said.origin == "whole" and "\\" not in reply + form:
        number = number_of(form) if whole_quantity(form) else None
        if number:
            return compare_number(number, reply, question)
    found = _of_parts(right.parts, said.parts)
    if found.equal == "different" and not said.last:
        return unknown(RULE, "more follows the last expression")
    return found


def _denied(reply: str, origin: str) -> bool:
    """Whether the words before an expression deny it, or, where it is not boxed, are in doubt."""
    if _NOT_BOXED.search(reply[-BEFORE:]):
        return True
    return origin != "boxed" and not (DENIALS | DOUBTS).isdisjoint(words(reply[-BEFORE:]))


def _of_parts(right: Sequence[str], said: Sequence[str]) -> Comparison:
    """Return the finding on the expressions of both sides."""
    names = _as_words(right), _as_words(said)
    if _PROSE.search(said[0]) and not names[0]:
        return unknown(RULE, "words")
    if names[0] and names[1]:
        return (
            equal(RULE, "the same words")
            if names[0] == names[1]
            else different(RULE, "other words")
        )
    try:
        a, b = statements(right), statements(said)
        same = same_lists(a, b, CLOSE)
        if same is False and same_lists(a, b, NEAR):
            return unknown(RULE, "near")
    except (Unreadable, RecursionError) as error:
        return unknown(RULE, str(error)[:80])
    if same is False and ("%" in "".join(right)) != ("%" in "".join(said)):
        return unknown(RULE, "a percentage and a number")
    if same is None:
        return unknown(RULE, "of different kinds")
    return equal(RULE) if same else different(RULE, "another value")


def _readable(text: str) -> str:
    """Return a text in ASCII where it has one; LaTeX itself is ASCII, and its line ends count."""
    return text if text.isascii() else printable(text)


def _squeezed(parts: Sequence[str]) -> str:
    return re.sub(r"\s+|\\[,;!]|[$]", "", ",".join(parts)).strip(".")


def _as_words(parts: Sequence[str]) -> tuple[str, ...]:
    r"""Return the words of an answer that is words alone: `\text{odd}`, `odd`, `(C)`."""
    match = _WORDS_ONLY.fullmatch(parts[0].strip().rstrip(".")) if len(parts) == 1 else None
    return words(match[1] or match[2]) or (match[0],) if match else ()
