"""The one place where a reply is compared with a stored answer (§3 Rewards; verification §3; evaluation).

The reply is cut to its final answer first, then the rule of the answer's kind decides. A reply that states several
answers after the prefix is equal only if each of them is.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from verifiers.answers.choice import compare_choice
from verifiers.answers.code import compare_code
from verifiers.answers.comparison import Comparison, best_of, different, unknown
from verifiers.answers.date import compare_date
from verifiers.answers.dates import Date, whole_date
from verifiers.answers.final import FinalAnswer, final_answer
from verifiers.answers.folding import mixed_scripts
from verifiers.answers.items import compare_items
from verifiers.answers.maths import compare_math
from verifiers.answers.number import Number, compare_number, number_of
from verifiers.answers.quantities import whole_quantity
from verifiers.answers.stating import CHOICES, CONTRASTS, DENIALS, DOUBTS, REJECTIONS
from verifiers.answers.text import compare_text
from warehouse.answer_specs import AnswerKind, AnswerSpec

HEDGES = DENIALS | DOUBTS | CHOICES | CONTRASTS | REJECTIONS
_WORD = re.compile(r"[^\W\d_]+")
Rule = Callable[[AnswerSpec, str, str], Comparison]


def compare(gold: AnswerSpec, reply: str, question: str = "") -> Comparison:
    """Return whether a reply gives the stored answer.

    Args:
        gold: the answer and the kind of rule.
        reply: all that the model wrote, of any length; reasoning and prefix may be in it.
        question: what was asked; it says which unit may be left out and which names are no answer.
    """
    final = final_answer(reply)
    if final.origin == "none":
        return different("no answer", "nothing follows the reasoning")
    if final.origin == "long":
        return unknown("no answer", "long, and without the prefix")
    found = _compared(gold, final, question)
    if found.equal != "equal":
        return found
    for earlier in final.earlier:
        if _compared(gold, final.model_copy(update={"text": earlier}), question).equal != "equal":
            return unknown("several answers", earlier[:80])
    return found


def asked_under(question: str, instructions: str) -> str:
    """Return what replies to a row are compared under: its question, and what the instructions name, such as a unit.

    Words by which a reply hedges or denies are left out of the instructions, since a question that has them lets a
    reply have them too, and "the name or phrase" asks for no choice.
    """
    kept = _WORD.sub(lambda word: "" if word[0].lower() in HEDGES else word[0], instructions)
    return f"{question}\n{kept}"


def _compared(gold: AnswerSpec, final: FinalAnswer, question: str) -> Comparison:
    mixed = mixed_scripts(final.text)
    if mixed:
        return unknown("look-alike letters", mixed)
    return RULES[gold.kind](gold, final.text, question)


class Forms(NamedTuple):
    """The forms of a text answer by what they are compared as."""

    dates: tuple[Date, ...]
    numbers: tuple[Number, ...]
    names: tuple[str, ...]


@lru_cache(maxsize=16384)
def forms_of(forms: tuple[str, ...]) -> Forms:
    """Return the forms of an answer, those that are nothing but a date or a number as such."""
    dates, numbers, names = [], [], []
    for form in forms:
        date = whole_date(form)
        number = number_of(form) if not date and whole_quantity(form) else None
        if date:
            dates.append(date)
        elif number:
            numbers.append(number)
        else:
            names.append(form)
    return Forms(tuple(dates), tuple(numbers), tuple(names))


def compare_as_text(gold: AnswerSpec, reply: str, question: str) -> Comparison:
    """Compare a text, each form that is nothing but a date or a number as one."""
    forms = forms_of((gold.text, *gold.aliases))
    found = [compare_date(date, reply, question) for date in forms.dates]
    found += [compare_number(number, reply, question) for number in forms.numbers]
    if forms.names:
        found.append(compare_text(forms.names, reply, question))
    return best_of(found)


def compare_as_number(gold: AnswerSpec, reply: str, question: str) -> Comparison:
    """Compare a number by value, unit and tolerance; a year as a date; a form that is no number as text."""
    if gold.unit == "year":
        return _as_year(gold, reply, question)
    found = []
    for form in (gold.text, *gold.aliases):
        number = number_of(form, gold.unit, gold.tolerance)
        found.append(
            compare_number(number, reply, question)
            if number
            else compare_text((form,), reply, question)
        )
    return best_of(found)


def _as_year(gold: AnswerSpec, reply: str, question: str) -> Comparison:
    text = gold.text.strip()
    if text.isdecimal() and not whole_date(text):
        return compare_date(Date(int(text)), reply, question)
    return compare_as_text(gold, reply, question)


RULES: dict[AnswerKind, Rule] = {
    "text": compare_as_text,
    "number": compare_as_number,
    "date": compare_as_text,
    "items": compare_items,
    "ordered_items": compare_items,
    "choice": compare_choice,
    "code": compare_code,
    "math": compare_math,
}
"""The rule of each kind of answer."""
