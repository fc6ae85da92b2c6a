"""Dates by their parts: the same day in any format is equal, any part that contradicts is different (§3 Rewards).

A reply that leaves a part out or adds one is `unknown`, since nothing vouches for what it adds; where the question asks
for a year, a month, a decade or a century, no more than that is compared.
"""

import re
from collections.abc import Sequence

from verifiers.answers.comparison import Comparison, different, equal, unknown
from verifiers.answers.dates import Date, Found, dates, relation, whole_date
from verifiers.answers.quantities import whole_quantity
from verifiers.answers.sentences import sentence_end
from verifiers.answers.stating import claimed_at

RULE = "date"
_ASKED = re.compile(
    r"\b(?:(?:what|which)|(?:give|name|state)(?: the)?|the(?= year (?:of|in|when|that))) (year|month|decade|century)\b",
    re.IGNORECASE,
)


def compare_date(gold: Date, reply: str, question: str = "") -> Comparison:
    """Return whether a reply gives a date.

    Args:
        gold: the date.
        reply: the final answer.
        question: what was asked; dates that it names are not taken for the answer.
    """
    alone = whole_date(reply)
    if alone:
        return _decided(gold, alone, question)
    asked = {found.date for found in dates(question)}
    said = [found for found in dates(reply) if found.date not in asked]
    if not said and whole_quantity(reply):
        return different(RULE, "a number that is no date")
    if not said:
        return unknown(RULE, "no date, or only one that the question names")
    distinct = {found.date for found in said}
    first = _one(gold, said[0], reply, question)
    if len(distinct) == 1 or (first.equal == "equal" and _alone_in_sentence(said, reply)):
        return first
    if all(relation(gold, date) == "apart" for date in distinct):
        return unknown(RULE, "several dates, none of them the answer")
    return unknown(RULE, "one of several dates")


def _alone_in_sentence(said: Sequence[Found], reply: str) -> bool:
    """Whether the other dates of a reply stand in sentences after the first date's."""
    return all(
        at.date == said[0].date or at.start >= sentence_end(reply, said[0].end) for at in said
    )


def _one(gold: Date, said: Found, reply: str, question: str) -> Comparison:
    """Return the finding on the only date of a text."""
    found = _decided(gold, said.date, question)
    if found.equal != "equal":
        return found
    why = claimed_at(reply, said.start, said.end, question)
    return unknown(RULE, why) if why else found


def _decided(gold: Date, said: Date, question: str) -> Comparison:
    """Return what two dates say of each other, as precisely as the question asks."""
    asked = _ASKED.search(question)
    how = relation(*(_cut(date, asked[1].lower()) for date in (gold, said))) if asked else "apart"
    if how != "same":
        how = relation(gold, said)
    if how == "same":
        return equal(RULE)
    if how == "apart":
        return different(RULE, "another date")
    return unknown(RULE, f"the reply's date is {how}")


def _cut(date: Date, asked: str) -> Date:
    """Return the part of a date that is asked for; the date itself where it lacks that part."""
    if asked == "month" and date.month:
        return Date(0, date.month)
    if asked == "year" and date.year and date.width == 1:
        return Date(date.year)
    widths = {"decade": 10, "century": 100}
    if asked in widths and date.year > 0 and date.width <= widths[asked]:
        return Date(date.year - date.year % widths[asked], width=widths[asked])
    return date
