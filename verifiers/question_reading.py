"""A numerical question read back: its query rebuilt from the English words and the tables' schema alone (method 2.2).

The reader does not see the query that the question was made from. It reads every word, in every way the words can be
taken; a question with no meaning or with two is refused. `round_trip` compares what was read with the first query: a
wording that says something else than the SQL is found here. Another reader, a model say, can take the place of the
rules: it is a parameter.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from verifiers.reading_columns import schema_of
from verifiers.reading_grammar import Bound
from verifiers.reading_parts import Parts
from verifiers.reading_sentences import OPENINGS, SENTENCES
from verifiers.reading_series import series_of
from warehouse.figures import Figures
from warehouse.numeric import NAMED, SERIES, Condition, Operation, Quantity, Query
from warehouse.verdicts import Verdict, failed, passed

CHECK = "round_trip"
SHOWN = 60
"""Characters of what was not understood that are shown."""


class Unreadable(ValueError):
    """A question without a meaning, or with more than one."""


class QuestionReader(Protocol):
    """Whatever rebuilds a query from a question."""

    def __call__(self, question: str, figures: Figures, things: Collection[str] | None, /) -> Query:
        """Return what the question asks; raise `Unreadable` where it asks nothing or several things."""
        ...


def read_question(question: str, figures: Figures, things: Collection[str] | None) -> Query:
    """Return the one query that a question can be read as.

    Args:
        question: its words.
        figures: the tables that it is about.
        things: what the context's tables have in all columns asked for, where the question says no names but that it
            is about all of them; None where it lists them.

    Raises:
        Unreadable: the words make no query, or several; the message says which.
    """
    reading = _Reading(Parts(question, schema_of(figures)), things)
    found = {canonical(one.query): one for one in reading.queries()}
    if len(found) > 1:
        raise Unreadable(_difference(list(found)))
    for one in found.values():
        if one.lost:
            raise Unreadable(one.lost)
        return one.query
    if reading.parts.refused:
        raise Unreadable(next(iter(reading.parts.refused)))
    rest = question[reading.parts.text.furthest :][:SHOWN]
    raise Unreadable(f"not understood: {rest!r}")


def round_trip(
    question: str,
    query: Query,
    figures: Figures,
    *,
    closed: bool,
    read: QuestionReader = read_question,
) -> Verdict:
    """The question, read without sight of its query, asks for that query.

    Args:
        question: the worded question.
        query: what it was made from.
        figures: the tables that it is about.
        closed: whether it is about all that the context's documents describe, and lists no names.
        read: what reads it.
    """
    try:
        second = canonical(read(question, figures, query.entities if closed else None))
    except Unreadable as error:
        return failed(CHECK, "the wording cannot be read", str(error))
    first = canonical(query)
    if first == second:
        return passed(CHECK)
    parts = [
        f"{name}: {getattr(first, name)!r} and {getattr(second, name)!r}"
        for name in Query.model_fields
        if getattr(first, name) != getattr(second, name)
    ]
    return failed(CHECK, "the wording says another query", *parts)


FILTERED: frozenset[Operation] = (
    frozenset(
        ("count", "which", "nth", "top", "total", "mean", "median", "share_where", "group_gap")
    )
    | SERIES
)
"""Operations that read conditions."""
ENDED: frozenset[Operation] = frozenset(("nth", "top", "rank", "mean_without_best", "longest_run"))
"""Operations that read an order."""
NUMBERED: frozenset[Operation] = frozenset(("nth", "top", "top_total", "compound_growth"))
"""Operations that read a number."""
MEASURED: frozenset[Operation] = frozenset(
    ("total", "mean", "median", "spread", "lead", "top_total", "gap", "group_gap", "weighted_mean",
     "mean_without_best", "total_if")
)  # fmt: skip
"""Operations whose answer has the quantity's unit, so that it has to be said."""
FOCUSED: frozenset[Operation] = (
    frozenset(("rank", "rank_shift", "share", "gap", "times", "total_if", "compound_growth"))
    | SERIES
)
"""Operations that ask about things by name."""


def canonical(query: Query) -> Query:
    """Return the query without what its operation does not read, equal for queries that ask the same."""
    of = query.operation
    conditions = [_plain(condition) for condition in query.conditions if of in FILTERED]
    by_text = {condition.model_dump_json(): condition for condition in conditions}
    ordered = tuple(by_text[text] for text in sorted(by_text))
    quantity = query.quantity
    if of in ("count", "which") and ordered:
        quantity = Quantity(combination="plain", columns=(ordered[0].column,))
    focus = query.focus if of in FOCUSED else ()
    return Query(
        operation=of, quantity=quantity, conditions=ordered, focus=focus,
        entities=tuple(sorted(set(focus if of in NAMED else query.entities))),
        second=query.second if of in ("weighted_mean", "rank_shift") else None,
        order=query.order if of in ENDED else "", number=query.number if of in NUMBERED else 0,
        percent=_digits(query.percent) if of == "total_if" else "",
        divisor=_digits(query.divisor) if of in MEASURED else "1",
    )  # fmt: skip


def _plain(condition: Condition) -> Condition:
    return condition.model_copy(update={"bound": _digits(condition.bound)})


def _digits(number: str) -> str:
    return format(Decimal(number).normalize(), "f") if number else ""


def _difference(queries: list[Query]) -> str:
    """Say in what the first two of several readings differ."""
    first, second = (query.model_dump(mode="json") for query in queries[:2])
    names = [name for name in first if first[name] != second[name]]
    what = "column" if set(names) & {"quantity", "second", "conditions"} else names[0]
    return f"ambiguous {what}: {first[names[0]]} or {second[names[0]]}"


@dataclass(frozen=True)
class _Read:
    """One way to read a question."""

    query: Query
    lost: str
    """What the question says beside it that is not so; empty where all is."""


@dataclass
class _Reading:
    """One question while it is read."""

    parts: Parts
    things: Collection[str] | None

    def queries(self) -> Iterator[_Read]:
        """Yield every query that the whole question can mean."""
        for pattern in OPENINGS:
            for scope, at in self.parts.text.fits(pattern):
                self.parts.noun = scope.get("noun")
                for operation, sentences in SENTENCES.items():
                    if (operation in NAMED) != (pattern is OPENINGS[-1]):
                        continue
                    for sentence in sentences:
                        for bound, end in self.parts.text.fits(sentence, at, scope):
                            if end == len(self.parts.question):
                                yield from self._queries(operation, bound)

    def _queries(self, operation: Operation, bound: Bound) -> Iterator[_Read]:
        """Yield the queries that a sentence means, of those that fit what the question is about."""
        quantities = [bound["quantity"]] if "quantity" in bound else self._changes(bound)
        if not quantities:
            self.parts.refused["no column has figures of both times"] = None
        for quantity in quantities:
            try:
                query = self._query(operation, quantity, bound)
                self._check(query, bound)
            except Unreadable as error:
                self.parts.refused[str(error)] = None
            else:
                yield _Read(query, self._lost(query, bound))

    def _query(self, operation: Operation, quantity: Quantity | None, bound: Bound) -> Query:
        """Return the query of a sentence's parts; refuse parts that do not go together."""
        conditions = self._conditions(quantity, bound)
        focus = tuple(bound[name] for name in ("focus", "first", "other") if name in bound)
        names = focus if operation in NAMED else bound.get("names", self.things)
        if names is None:
            raise Unreadable("which things are meant is not said")
        if len(set(names)) < len(names) or not set(focus) <= set(names):
            raise Unreadable("a thing is named twice, or asked about from outside")
        if "size" in bound and bound["size"] != len(names):
            raise Unreadable(f"{bound['size']} things are said, {len(names)} are there")
        if "opposite" in bound and bound["opposite"] == bound["order"]:
            raise Unreadable("an order from one end to the same end")
        quantity = quantity or Quantity(combination="plain", columns=(conditions[0].column,))
        percent, (_, divisor) = bound.get("percent"), bound.get("unit", ("", 1))
        return Query(
            operation=operation, quantity=quantity, entities=tuple(sorted(names)), conditions=conditions,
            second=bound.get("second"), focus=focus, order=bound.get("order", ""),
            number=bound.get("number", bound.get("nth", 0)), percent="" if percent is None else str(percent),
            divisor=str(divisor),
        )  # fmt: skip

    def _conditions(self, quantity: Quantity | None, bound: Bound) -> tuple[Condition, ...]:
        """Return the conditions that a sentence states: of a series the same for each of its columns."""
        if "sign" not in bound or quantity is None:
            return bound.get("conditions", bound.get("group", ()))
        number, unit = bound["bound"]
        if {self.parts.schema.column(ref).measure.unit for ref in quantity.columns} != {unit}:
            raise Unreadable(f"the bound is in {unit or 'no unit'}, the figures are not")
        return tuple(
            Condition(column=ref, sign=bound["sign"], bound=format(number, "f"))
            for ref in quantity.columns
        )

    def _check(self, query: Query, bound: Bound) -> None:
        """Refuse a query that is not about what the question says it is."""
        said, _ = bound["documents"]
        tables = [self.parts.schema.figures.tables[name] for name in query.tables]
        if not {table.edition for table in tables} <= (said or {""}):
            raise Unreadable("the documents have another date")
        noun = bound.get("noun")
        if noun and {table.noun for table in tables} - {""} != {noun}:
            raise Unreadable("the things are called something else")
        if not all(self.parts.schema.stated_for(ref, query.entities) for ref in query.refs):
            raise Unreadable("none of the things has a figure")
        if query.operation in MEASURED:
            unit, _ = bound.get("unit", ("", 1))
            if unit != self._unit(query):
                raise Unreadable(
                    f"the figures are in {self._unit(query) or 'no unit'}, not in {unit or 'no unit'}"
                )

    def _lost(self, query: Query, bound: Bound) -> str:
        """Return which of the documents that the question speaks of a query does not need, if any."""
        said, single = bound["documents"]
        editions = {self.parts.schema.figures.tables[name].edition for name in query.tables}
        if editions != (said or {""}):
            return "documents of one date are not needed"
        if single is not None and single != (len(query.tables) == 1):
            return "the number of documents on each thing is another"
        return ""

    def _unit(self, query: Query) -> str:
        """Return the unit of a query's answer."""
        units_of = [self.parts.schema.column(ref).measure.unit for ref in query.quantity.columns]
        differs = query.operation in ("gap", "spread", "lead", "group_gap")
        match query.quantity.combination:
            case "ratio":
                below = f"/{units_of[1]}" if units_of[1] else ""
                return "" if units_of[0] == units_of[1] else units_of[0] + below
            case "growth":
                return "pp" if differs else "%"
            case "difference":
                return "pp" if units_of[0] == "%" else units_of[0]
            case "plain" | "series":
                return "pp" if units_of[0] == "%" and differs else units_of[0]

    def _changes(self, bound: Bound) -> list[Quantity | None]:
        """Return the changes between two times that a sentence means; one of nothing where it speaks of none."""
        if "measure" not in bound:
            return [None]
        if "series" in bound:
            (said, _), times = bound["documents"], bound["series"]
            if bound.get("year_asked", times[0].kind == "edition") != (times[0].kind == "edition"):
                return []
            return list(
                series_of(self.parts.schema, bound["measure"], times, said, later=bound["later"])
            )
        first, last = bound["span"] if "span" in bound else (bound["earlier"], bound["later"])
        return list(self.parts.grown(bound["measure"], first, last))
