"""Numbers by value, unit and tolerance (§3 Rewards).

Deviation: the published rule accepts any power of ten and ignores the sign; here both count. Equal are values within
the tolerance, or a reply with more decimals than the answer that rounds to it. A unit that differs is converted or
makes the answer different; one that the reply leaves out is tolerated where the question names it.
"""

import re
from decimal import Decimal
from typing import NamedTuple

from verifiers.answers.comparison import Comparison, different, equal, unknown
from verifiers.answers.dates import dates
from verifiers.answers.folding import plain, words
from verifiers.answers.quantities import Quantity, quantities, whole_quantity
from verifiers.answers.sentences import sentence_end
from verifiers.answers.stating import claimed_at
from verifiers.answers.units import converted, known, unit_of

RULE = "number"
_FALLING = re.compile(
    r"\b(?:fell|fall|drop|declin|decreas|down|loss|lower|less|below|minus|negative|reduc)|-\s\d",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"\b(?:approximat|about|roughly|around|estimat)", re.IGNORECASE)
_PER = re.compile(r"(?:/|\bper )\Z", re.IGNORECASE)
_COUNTED = re.compile(
    r"\b(?:none|no|both|single|once|twice|thrice|couple|half|quarter|pair|zero|nil)\b",
    re.IGNORECASE,
)


class Number(NamedTuple):
    """The number that is right."""

    value: Decimal
    step: Decimal
    """Value of its last printed digit."""
    unit: str
    """Sign of its unit, or the words for what is counted; empty for none."""
    tolerance: Decimal
    decimals: bool
    """Whether it is printed with a decimal mark, so that a reply with more decimals may be rounded to it."""
    power: int = 0
    """Power of ten of its unit: 3 for `thousands of euros`, which a bare reply is then in."""
    words: str = ""
    """Its unit as it is printed; a reply that repeats it says nothing more."""


def number_of(text: str, unit: str = "", tolerance: str = "0") -> Number | None:
    """Return a printed answer as a number, None where it is none or several; its own unit counts if none is given."""
    found = [q for q in quantities(text) if not _in_passing(plain(text), q.start)]
    if len(found) != 1 or _COUNTED.search(text):
        return None
    first = found[0]
    sign, power = unit_of(unit) if unit else (first.unit, 0)
    if first.scaled or (first.unit and first.unit == sign):
        power = 0
    return Number(
        first.value.scaleb(power),
        first.step.scaleb(power),
        sign,
        Decimal(tolerance).scaleb(power),
        first.decimals,
        power,
        unit,
    )


def _in_passing(text: str, start: int) -> bool:
    """Whether the number at a place belongs to a unit (`per 1,000`) or to a remark in brackets."""
    if _PER.search(text[max(0, start - 4) : start]):
        return True
    opened = text.rfind("(", 0, start)
    return opened > 0 and text.find(")", opened) > start


def compare_number(gold: Number, reply: str, question: str = "") -> Comparison:
    """Return whether a reply gives a number."""
    alone = whole_quantity(reply)
    if alone:
        return decided(gold, alone, reply, question)
    known_words = f"{question} {gold.words}"
    said = _candidates(gold, reply, known_words)
    if not said:
        if quantities(reply) or _COUNTED.search(reply):
            return unknown(RULE, "no number but those that the question names")
        return unknown(RULE, "no number")
    first = _stated(decided(gold, said[0], reply, question), said[0], reply, known_words)
    apart = sentence_end(reply, said[0].start)
    if first.equal == "equal" and all(q.start >= apart for q in said if q.value != said[0].value):
        return first
    if len({(quantity.value, quantity.unit) for quantity in said}) == 1:
        return first
    if all(decided(gold, q, reply, question).equal == "different" for q in said):
        return unknown(RULE, "several numbers, none of them the answer")
    return unknown(RULE, "one of several numbers")


def _stated(finding: Comparison, said: Quantity, reply: str, question: str) -> Comparison:
    """Return the finding on the only number of a text, if the text claims it."""
    if finding.equal != "equal":
        return finding
    why = claimed_at(reply, said.start, said.end, question)
    return unknown(RULE, why) if why else finding


def _candidates(gold: Number, reply: str, question: str) -> list[Quantity]:
    """Return the numbers of a reply that may be its answer: none of a date, of the question, or of a conversion."""
    asked = {quantity.value for quantity in quantities(question)}
    dated = [] if gold.unit == "year" else dates(reply)
    text = plain(reply)
    found: list[Quantity] = []
    for quantity in quantities(reply):
        if (
            any(d.start < quantity.end and quantity.start < d.end for d in dated)
            or quantity.value in asked
        ):
            continue
        opened = text.rfind("(", 0, quantity.start)
        converts = found and opened >= found[-1].end and text.find(")", opened) > quantity.start
        if converts and known(quantity.unit) and quantity.unit != found[-1].unit:
            continue
        if _PER.search(text[max(0, quantity.start - 4) : quantity.start]):
            continue
        found.append(quantity)
    return found


def decided(gold: Number, said: Quantity, reply: str, question: str) -> Comparison:
    """Return what a number of the reply says of the right one."""
    if gold.power and not said.scaled and not said.unit:
        said = said._replace(value=said.value.scaleb(gold.power), step=said.step.scaleb(gold.power))
    if (
        gold.unit == "%"
        and not said.unit
        and abs(said.value) <= 1
        and said.decimals
        and abs(gold.value) != said.value
    ):
        said = said._replace(value=said.value * 100, step=said.step * 100, unit="%")
    if not gold.unit and said.unit == "%" and abs(gold.value) <= 1 and gold.decimals:
        said = said._replace(value=said.value / 100, step=said.step / 100, unit="")
    if said.unit == gold.unit or not known(gold.unit):
        if known(said.unit) and said.unit != gold.unit and not _named(said.unit, question):
            return unknown(RULE, f"the answer has no unit {said.unit}")
        return _close(gold, said, reply, question)
    if not said.unit:
        if _named(gold.unit, question):
            return _close(gold, said, reply, question)
        found = _close(gold, said, reply, question)
        return unknown(RULE, "the unit is missing") if found.equal == "equal" else found
    value = converted(said.value, said.unit, gold.unit)
    if value is None:
        return different(RULE, f"in {said.unit} and not in {gold.unit}")
    return _close(gold, said._replace(value=value, step=Decimal(0), decimals=True), reply, question)


def _close(gold: Number, said: Quantity, reply: str, question: str) -> Comparison:
    """Return whether two values in one unit are the same as far as they are printed."""
    apart = abs(said.value - gold.value)
    if apart <= gold.tolerance:
        return equal(RULE)
    finer = said.step < gold.step and gold.decimals
    if finer and apart <= gold.step / 2:
        return equal(RULE, "rounded to the answer's decimals")
    if said.step > gold.step and apart <= said.step / 2:
        return unknown(RULE, "rounded more than the answer")
    if _ABOUT.search(question) and apart * 50 <= abs(gold.value):
        return unknown(RULE, "near, and asked for roughly")
    if abs(said.value + gold.value) <= gold.tolerance and _FALLING.search(reply):
        return unknown(RULE, "the sign may be in words")
    return different(RULE, "another number")


def _named(sign: str, question: str) -> bool:
    """Whether a question names a unit."""
    return sign in _signs(question)


def _signs(question: str) -> frozenset[str]:
    text = words(question)
    runs = (" ".join(text[at : at + size]) for size in (1, 2, 3) for at in range(len(text)))
    marks = {"%": "%", "$": "USD", "€": "EUR", "£": "GBP"}
    return frozenset(unit_of(run)[0] for run in runs) | {
        s for mark, s in marks.items() if mark in question
    }
