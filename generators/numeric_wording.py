"""From a numerical query to an English question: three wordings or more for each operation (method 2.2).

A question names scope, measure, unit, condition and the form of its answer; which wording it gets is drawn by the
query's own hash. `QUESTIONS` has the sentences of each operation, written with named parts that `word` fills.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from generators.numeric_series_words import SENTENCES, series_parts
from generators.numeric_words import (
    amount,
    condition_words,
    dated,
    is_plural,
    listed,
    measure_words,
    noun_of,
    number_word,
    ordinal,
    quantity_words,
    scope_words,
    span,
    them,
    time_words,
    unit_of,
    unit_words,
)
from warehouse.figures import Figures
from warehouse.identity import draw
from warehouse.numeric import NAMED, Operation, Query, query_id

QUESTIONS: Mapping[Operation, tuple[str, ...]] = {
    "count": (
        "For how many of {them} is it true that {conditions}?",
        "Count those of {them} for which {conditions}. How many are there?",
        "How many of {them} have figures such that {conditions}?",
    ),
    "count_above_mean": (
        "For how many of {them} {is_} the {quantity} greater than the average over all {size} of them?",
        "Work out the average {quantity} of all {size} of them. How many of {them} have a higher figure than that?",
        "How many of {them} are above the average {quantity} of all {size} of them, each counting once?",
    ),
    "count_rising": (
        "For how many of {them} {was} the {measure} higher {later} than {earlier}?",
        "How many of {them} show an increase in the {measure} {span}?",
        "Count those of {them} whose {measure} rose {span}. How many are there?",
    ),
    "nth": (
        "Among {them_where}, which one has the {nth}{order} {quantity}?",
        "{order_them} by the {quantity}, {order} first. Which one comes {place}?",
        "{rank_them} from the {order} {quantity} to the {opposite}. Which one comes {place}?",
    ),
    "which": (
        "Name all of {them} for which {conditions}.",
        "For which of {them} is it true that {conditions}? Give all of them.",
        "List every one of {them} for which {conditions}.",
    ),
    "top": (
        "Among {them_where}, which {count} have the {order} {quantity}? List them in order, {order} first.",
        "{order_them} by the {quantity}, {order} first, and list the first {count} in that order.",
        "Of {them_where}, list the {count} with the {order} {quantity}, beginning with the {order}.",
    ),
    "rank": (
        "Ranked from the {order} {quantity} to the {opposite}, which place does {focus} take among {them}?",
        "Order {them} by the {quantity}, {order} first. In which place is {focus}?",
        "What is the rank of {focus} among {them} by the {quantity}, if rank 1 is the {order}?",
    ),
    "rank_shift": (
        "Rank {them} twice, largest first: by the {quantity} and by the {second}. What is the rank of {focus} in the "
        "first ranking minus its rank in the second?",
        "Find the rank of {focus} among {them} by the {quantity}, and subtract from it its rank by the {second}, rank "
        "1 being the largest in both. What is the result?",
        "Among {them}, {focus} has one rank by the {quantity} and one by the {second}, counted from the largest. What "
        "is the former minus the latter?",
    ),
    "total": (
        "Summed over {them_where}, what {is_} the {quantity}{unit}?",
        "Add up the {quantity} of {them_where}. What is the sum{unit}?",
        "Taking {them_where} together, what {does} the {quantity} come to{unit}?",
    ),
    "mean": (
        "Averaged over {them_where}, what {is_} the {quantity}{unit}?",
        "Take the {quantity} for each of {them_where}. What is the arithmetic mean{unit}?",
        "Taking {them_where} together, each counting once, what is the mean of the {quantity}{unit}?",
    ),
    "median": (
        "What is the median of the {quantity} over {them_where}{unit}?",
        "{order_them} by the {quantity}. What is the median figure{unit}?",
        "Take the {quantity} for each of {them_where}. What is the median{unit}?",
    ),
    "spread": (
        "By how much does the largest {quantity} among {them} exceed the smallest{unit}?",
        "What is the range of the {quantity} over {them}{unit}, that is, the largest minus the smallest?",
        "Subtract the smallest {quantity} among {them} from the largest. What is the result{unit}?",
    ),
    "lead": (
        "By how much does the largest {quantity} among {them} exceed the second largest{unit}?",
        "Take the two of {them} with the largest {quantity}. What is the larger figure minus the smaller{unit}?",
        "How far ahead of the runner-up is the one of {them} with the largest {quantity}{unit}?",
    ),
    "top_total": (
        "Take the {count} of {them} with the largest {quantity}. What is the sum of their figures{unit}?",
        "What do the figures of the {count} of {them} with the largest {quantity} add up to{unit}?",
        "Order {them} by the {quantity}, largest first. What do the figures of the first {count} add up to{unit}?",
    ),
    "share": (
        "Among {them}, what percentage of the total {quantity} {is_} {that} of {focus}?",
        "For {them}, add up the {quantity}. What share of the sum, in percent, does {focus} have?",
        "Taking {them} together, what share of the combined {quantity}, in percent, is held by {focus}?",
    ),
    "share_where": (
        "Among {them}, what percentage of the total {quantity} belongs to those for which {conditions}?",
        "For {them}, add up the {quantity}. What percentage of the sum comes from those for which {conditions}?",
        "Taking {them} together, what share of the combined {quantity}, in percent, is held by those for which "
        "{conditions}?",
    ),
    "gap": (
        "By how much {does} the {quantity} of {first} exceed {that} of {other}{unit}?",
        "Subtract the {quantity} of {other} from {that} of {first}. What is the result{unit}?",
        "How much greater {is_} the {quantity} of {first} than {that} of {other}{unit}?",
    ),
    "times": (
        "How many times the {quantity} of {other} {is_} {that} of {first}?",
        "Divide the {quantity} of {first} by {that} of {other}. What is the quotient?",
        "What is the ratio of the {quantity} of {first} to {that} of {other}?",
    ),
    "group_gap": (
        "Divide {them} into those for which {conditions} and the rest. What is the average {quantity} of the former "
        "minus the average of the latter{unit}?",
        "Work out the average {quantity} of those of {them} for which {conditions}, and subtract from it the "
        "average of the others. What is the result{unit}?",
        "Set apart those of {them} for which {conditions}. By how much does their average {quantity} exceed that of "
        "the others{unit}? Give a negative number if it is lower.",
    ),
    "weighted_mean": (
        "What is the average {quantity} of {them}, each weighted by its {second}{unit}?",
        "Weight each of {them} by its {second}. What is the weighted mean of the {quantity}{unit}?",
        "Multiply the {quantity} of each of {them} by its {second}, add up the products and divide them by the sum of "
        "the weights. What is the result{unit}?",
    ),
    "mean_without_best": (
        "Leave out the one of {them} with the {order} {quantity}. What is the average {quantity} of the others{unit}?",
        "What is the mean {quantity} of {them} without the one that has the {order}{unit}?",
        "Strike out the {order} {quantity} among {them}. What is the arithmetic mean of the rest{unit}?",
    ),
    "total_if": (
        "Suppose the {quantity} of {focus} were {percent} than stated. What would the figures of {them} then add up "
        "to{unit}?",
        "If the {quantity} of {focus} were {percent} and all else stayed as stated, what would the figures of {them} "
        "add up to{unit}?",
        "Imagine that the {quantity} of {focus} were {percent} than the documents say. To what would the figures of "
        "{them} then add up{unit}?",
    ),
    "total_growth": (
        "Taking {them} together, by what percentage did the combined {measure} change {span}?",
        "Add up the {measure} of {them} at either time. What is the percentage change of the sum {span}?",
        "For {them} together, what is the percentage change in the total {measure} {span}?",
    ),
    "compound_growth": (
        "What was the compound annual growth rate of the {measure} of {focus} {span}, in percent, over {years} years?",
        "At what constant yearly rate, in percent, would the {measure} of {focus} have grown {span} in {years} years?",
        "Over the {years} years {span}, what was the compound growth per year, in percent, of the {measure} of "
        "{focus}?",
    ),
    **SENTENCES,
}  # fmt: skip

UNITLESS: frozenset[Operation] = frozenset(
    ("count", "count_above_mean", "count_rising", "rank", "rank_shift", "times", "longest_run")
)


@dataclass(frozen=True)
class Worded:
    """A question, and what is looked up for it."""

    question: str
    closed: bool
    """Whether the scope is all that the documents describe, and not a list of names."""
    sub_questions: tuple[str, ...]
    """One per thing."""


def word(figures: Figures, query: Query, *, seed: int, closed: bool) -> Worded:
    """Return the question in one of its wordings, chosen by the query's hash.

    Args:
        figures: the tables.
        query: what is asked.
        seed: of the run.
        closed: whether the scope is said to be all things that the documents describe; else it is listed, as it always
            is where the things have no common noun.
    """
    stream = draw(seed, f"wording|{query_id(query)}")
    sentence, scope, verb = (int(number) for number in stream.integers(0, 6, 3))
    return _worded(figures, query, closed=closed, ways=(sentence, scope, verb))


def wordings(figures: Figures, query: Query, *, closed: bool) -> list[Worded]:
    """Return the question in every wording that it has, in a fixed order."""
    ways = product(range(len(QUESTIONS[query.operation])), range(2), range(3))
    worded = [_worded(figures, query, closed=closed, ways=way) for way in ways]
    return list({one.question: one for one in worded}.values())


def _worded(figures: Figures, query: Query, *, closed: bool, ways: tuple[int, int, int]) -> Worded:
    """Return the question with its sentence, its opening and its comparisons of the given numbers."""
    variant, scope, verb = ways
    choices = QUESTIONS[query.operation]
    sentence = choices[variant % len(choices)].format(**_parts(figures, query, verb))
    if query.operation in NAMED:
        question = f"Going by the {dated(figures, query)}, {sentence[0].lower()}{sentence[1:]}"
        closed = False
    else:
        closed = closed and bool(noun_of(figures, query))
        question = f"{scope_words(figures, query, closed=closed, variant=scope)} {sentence}"
    labels = " ".join(dict.fromkeys(figures.column(ref).measure.label for ref in query.refs))
    subs = tuple(f"{entity} {labels.replace(' / ', ' ')}" for entity in query.entities)
    return Worded(question, closed, subs)


def answer_unit(figures: Figures, query: Query) -> str:
    """Return the unit of a query's number, as words, `year` for a year; empty for a count, a rank or a plain number."""
    if query.operation in ("share", "share_where", "total_growth", "compound_growth"):
        return "%"
    if query.operation == "first_past":
        return "year"
    if query.operation in UNITLESS:
        return ""
    unit = unit_of(figures, query.quantity)
    gap = query.operation in ("gap", "spread", "lead", "group_gap")
    if unit == "%" and (gap or query.quantity.combination == "difference"):
        return "percentage points"
    return unit_words(unit, query.divisor)


def _parts(figures: Figures, query: Query, variant: int) -> dict[str, str]:
    """Return what the sentences of the query's operation are filled with."""
    things, unit = them(figures, query), answer_unit(figures, query)
    conditions = condition_words(figures, query, variant)
    where = f" for which {conditions}" if conditions else ""
    focus = [*query.focus, "", ""]
    quantity = quantity_words(figures, query, query.quantity)
    many = is_plural(quantity)
    measure = measure_words(figures, query.quantity.columns[0])
    narrowed = f"Take those of {things}{where}, and {{}} them" if where else f"{{}} {things}"
    return {
        "them": f"{things}", "size": number_word(len(query.entities)), "conditions": conditions,
        "them_where": f"those of {things}{where}" if where else things,
        "quantity": quantity, "is_": "are" if many else "is", "was": "were" if is_plural(measure) else "was",
        "does": "do" if many else "does", "that": "those" if many else "that",
        "second": quantity_words(figures, query, query.second) if query.second else "",
        "measure": measure, "order_them": _started(narrowed.format("order")),
        "rank_them": _started(narrowed.format("rank")),
        **_times(figures, query), **series_parts(figures, query, variant), "order": query.order,
        "opposite": "smallest" if query.order == "largest" else "largest",
        "nth": f"{ordinal(query.number)}-" if query.number > 1 else "", "place": ordinal(query.number),
        "count": number_word(query.number), "years": number_word(query.number),
        "focus": listed(query.focus) if query.focus else "", "first": focus[0], "other": focus[1],
        "unit": _in(unit), "percent": _percent(query.percent),
    }  # fmt: skip


def _started(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}"


def _in(unit: str) -> str:
    if not unit:
        return ""
    if unit == "%":
        return ", in percent"
    return f", {unit}" if unit.startswith("per ") else f", in {unit}"


def _times(figures: Figures, query: Query) -> dict[str, str]:
    if query.quantity.combination != "growth":
        return {"span": "", "earlier": "", "later": ""}
    earlier, later = (time_words(figures, ref) for ref in query.quantity.columns)
    return {"span": span(figures, query.quantity), "earlier": earlier, "later": later}


def _percent(percent: str) -> str:
    if not percent:
        return ""
    sign = "lower" if percent.startswith("-") else "higher"
    return f"{amount(percent.lstrip('-'), '%')} {sign}"
