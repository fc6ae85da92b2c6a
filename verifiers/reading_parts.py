"""The parts of a numerical question, read from a position on: its things, columns, conditions, units (method 2.2).

`Parts` yields for each kind of part that the sentences have all that it can mean there, with where it ends.
"""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from verifiers.reading_columns import Mention, Moment, Schema
from verifiers.reading_grammar import PartReader, Text
from verifiers.reading_sentences import COMPARED, CONDITION
from verifiers.reading_series import moments
from verifiers.reading_words import PERCENT, counts, numbers, places, plurals, units
from warehouse.numeric import ColumnRef, Condition, Quantity

YEAR_ASKED = (
    ("what is the date of the document that gives it", True),
    ("for which year is it given", False),
)
LATER = " where two of the documents give a figure for the same year, the later one counts."
MOVES = (("rises", "rising"), ("rise", "rising"), ("falls", "falling"), ("fall", "falling"))
SCALES = (("thousands", 10**3), ("millions", 10**6), ("billions", 10**9))


class Parts:
    """The readers of parts of one question."""

    def __init__(self, question: str, schema: Schema) -> None:
        """Take the question and what may be named in it."""
        self.question = question
        self.schema = schema
        self.text = Text(question, self._readers())
        self.refused: dict[str, None] = {}
        """Why what was understood was no part after all, in order."""
        self.noun: str | None = None
        """What the opening that is read just now calls the things."""

    def _readers(self) -> dict[str, PartReader]:
        words: dict[str, Callable[[str, int], Iterator[tuple[Any, int]]]] = {
            "count": counts, "place": places, "names": self._names, "name": self.schema.names,
            "time": self.schema.times, "series": moments,
        }  # fmt: skip
        own: dict[str, PartReader] = {
            kind: lambda at, read=read: read(self.question, at) for kind, read in words.items()
        }
        return own | {
            "noun": self._noun, "documents": self._documents, "given": self._given, "them": self._them,
            "group": self._group, "quantity": self._quantity, "column": self._column, "measure": self._measure,
            "span": self._span, "conditions": self._conditions, "sign": self._sign, "bound": self._bound,
            "order": self._order, "opposite": self._order, "nth": self._nth, "percent": self._percent,
            "in_unit": self._in_unit, "year_asked": self._year_asked, "later": self._later, "moved": self._moved,
            "moves": self._moves,
        }  # fmt: skip

    def _either(self, words: Iterable[tuple[str, Any]], at: int) -> Iterator[tuple[Any, int]]:
        for word, value in words:
            if self.text.folded.startswith(word.lower(), at):
                yield value, at + len(word)

    def _noun(self, at: int) -> Iterator[tuple[str, int]]:
        nouns = ((many, noun) for noun in sorted(self.schema.nouns) for many in plurals(noun))
        yield from self._either(nouns, at)

    def _names(self, text: str, at: int) -> Iterator[tuple[tuple[str, ...], int]]:
        """Yield lists of names, with commas or semicolons between them and `and` before the last."""
        for name, end in self.schema.names(text, at):
            yield (name,), end
            for mark in (",", ";"):
                yield from self._more_names((name,), mark, end)

    def _more_names(
        self, found: tuple[str, ...], mark: str, at: int
    ) -> Iterator[tuple[tuple[str, ...], int]]:
        """Yield lists that go on behind some names."""
        ways = [(f"{mark} ", False), (f"{mark} and ", True), (" and ", True)]
        for between, last in ways if mark == "," else ways[:2]:
            if self.question.startswith(between, at):
                for name, end in self.schema.names(self.question, at + len(between)):
                    if last:
                        yield (*found, name), end
                    else:
                        yield from self._more_names((*found, name), mark, end)

    def _dates(self, at: int) -> Iterator[tuple[frozenset[str], int]]:
        """Yield sets of the documents' dates: `2004 and 2005`, `2004, 2005 and 2006`."""
        for date, end in self.schema.editions_at(self.question, at):
            yield frozenset((date,)), end
            for between in (", ", " and "):
                if self.question.startswith(between, end):
                    for more, last in self._dates(end + len(between)):
                        yield frozenset((date, *more)), last

    def _documents(self, at: int) -> Iterator[tuple[tuple[frozenset[str], bool | None], int]]:
        """Yield the dates of the documents, and whether there is one on each thing, where that is said."""
        for said, end in self._either((("documents", None),), at):
            yield (frozenset(), said), end
            if self.question.startswith(" dated ", end):
                for found, last in self._dates(end + len(" dated ")):
                    yield (found, None), last

    def _given(self, at: int) -> Iterator[tuple[tuple[frozenset[str], bool | None], int]]:
        for _, end in self._either((("a document is", None),), at):
            yield (frozenset(), True), end
        for _, end in self._either((("a document dated ", None),), at):
            for date, last in self.schema.editions_at(self.question, end):
                if self.question.startswith(" is", last):
                    yield (frozenset((date,)), True), last + len(" is")
        for (found, _), end in self._documents(at):
            if self.question.startswith(" are", end):
                yield (found, False), end + len(" are")

    def _them(self, at: int) -> Iterator[tuple[None, int]]:
        """Yield where the things in scope are taken up: `them`, `these countries`."""
        for _, end in self._either((("them", None),), at):
            yield None, end
        for _, start in self._either((("these ", None),), at):
            for noun, end in self._noun(start):
                if noun == self.noun:
                    yield None, end

    def _group(self, at: int) -> Iterator[tuple[tuple[Condition, ...], int]]:
        """Yield the conditions that narrow the things in scope, none where all are meant."""
        for _, end in self._them(at):
            yield (), end
        for bound, end in self.text.fits("those of {them} for which {conditions}", at):
            yield bound["conditions"], end

    def _measure(self, at: int) -> Iterator[tuple[Mention, int]]:
        yield from self.schema.mentions(self.text.folded, at)

    def _column(self, at: int) -> Iterator[tuple[ColumnRef, int]]:
        """Yield columns with their time, or with any where none is said."""
        for mention, end in self._measure(at):
            yield from ((ref, end) for ref in mention.refs)
            if self.question.startswith(" ", end):
                for moment, last in self.schema.times(self.question, end + 1):
                    yield from ((ref, last) for ref in mention.refs if self.schema.of(ref, moment))

    def _span(self, at: int) -> Iterator[tuple[tuple[Moment, Moment], int]]:
        for _, start in self._either((("from ", None),), at):
            for first, end in self.schema.moments(self.question, start):
                if self.question.startswith(" to ", end):
                    for last, after in self.schema.moments(self.question, end + len(" to ")):
                        yield (first, last), after

    def _quantity(self, at: int) -> Iterator[tuple[Quantity, int]]:
        """Yield quantities: a column, or two combined."""
        for ref, end in self._column(at):
            yield Quantity(combination="plain", columns=(ref,)), end
        for bound, end in self.text.fits("ratio of the {top:column} to the {below:column}", at):
            yield Quantity(combination="ratio", columns=(bound["top"], bound["below"])), end
        taken = "result of subtracting the {less:column} from the {whole:column}"
        for bound, end in self.text.fits(taken, at):
            yield Quantity(combination="difference", columns=(bound["whole"], bound["less"])), end
        grown = "percentage growth, negative for a fall, in the {measure} {span}"
        for bound, end in self.text.fits(grown, at):
            yield from (
                (quantity, end) for quantity in self.grown(bound["measure"], *bound["span"])
            )

    def _conditions(self, at: int) -> Iterator[tuple[tuple[Condition, ...], int]]:
        for bound, end in self.text.fits(CONDITION, at):
            number, unit = bound["bound"]
            column = self.schema.column(bound["column"])
            if unit != column.measure.unit:
                of, said = column.measure.unit or "no unit", unit or "no unit"
                self.refused[f"{column.shown} is in {of}, its bound in {said}"] = None
                continue
            first = Condition(column=bound["column"], sign=bound["sign"], bound=format(number, "f"))
            yield (first,), end
            if self.question.startswith(" and ", end):
                for more, last in self._conditions(end + len(" and ")):
                    yield (first, *more), last

    def _sign(self, at: int) -> Iterator[tuple[str, int]]:
        for sign, words in COMPARED.items():
            yield from ((sign, end) for _, end in self.text.fits(words, at))

    def _bound(self, at: int) -> Iterator[tuple[tuple[Decimal, str], int]]:
        """Yield amounts with their unit."""
        for number, end in numbers(self.question, at):
            yield (number, ""), end
            if self.question.startswith(" ", end):
                for unit, last in units(self.question, end + 1, self.schema.units):
                    yield (number, unit), last

    def _order(self, at: int) -> Iterator[tuple[str, int]]:
        yield from self._either((("largest", "largest"), ("smallest", "smallest")), at)

    def _nth(self, at: int) -> Iterator[tuple[int, int]]:
        """Yield the place before an order: `second-` of `second-largest`, 1 where there is none."""
        yield 1, at
        for place, end in places(self.question, at):
            if self.question.startswith("-", end):
                yield place, end + 1

    def _percent(self, at: int) -> Iterator[tuple[Decimal, int]]:
        """Yield changes in percent: `10 % higher`."""
        for number, end in numbers(self.question, at):
            for sign in PERCENT:
                if self.question.startswith(f" {sign} ", end) and number > 0:
                    ways = (("higher", number), ("lower", -number))
                    yield from self._either(ways, end + len(sign) + 2)

    def _in_unit(self, at: int) -> Iterator[tuple[tuple[str, int], int]]:
        """Yield what an answer is to be given in: its unit, and what it is divided by."""
        codes = (*self.schema.units, "pp")
        for _, start in self._either((("in ", None), ("", None)), at):
            for unit, end in units(self.question, start, codes):
                if start > at or unit.startswith("/"):
                    yield (unit, 1), end
            for scale, end in self._either(SCALES if start > at else (), start):
                yield ("", scale), end
                if self.question.startswith(" of ", end):
                    for unit, last in units(self.question, end + len(" of "), codes):
                        yield (unit, scale), last

    def _year_asked(self, at: int) -> Iterator[tuple[bool, int]]:
        """Yield whether the date of a document is asked for, and not the year of its figure."""
        yield from self._either(YEAR_ASKED, at)

    def _later(self, at: int) -> Iterator[tuple[bool, int]]:
        """Yield whether it is said that of two documents the later counts, at the end of a question."""
        yield False, at
        yield from self._either(((LATER, True),), at)

    def _moved(self, at: int) -> Iterator[tuple[str, int]]:
        yield from self._either((("rose", "rising"), ("fell", "falling")), at)

    def _moves(self, at: int) -> Iterator[tuple[str, int]]:
        yield from self._either(MOVES, at)

    def grown(self, mention: Mention, first: Moment, last: Moment) -> Iterator[Quantity]:
        """Yield the changes of a column between two times."""
        for a in mention.refs:
            for b in mention.refs:
                own, other = self.schema.column(a).measure, self.schema.column(b).measure
                times = self.schema.of(a, first) and self.schema.of(b, last)
                if times and a != b and own.unit == other.unit:
                    yield Quantity(combination="growth", columns=(a, b))
