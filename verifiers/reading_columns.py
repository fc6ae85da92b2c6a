"""Columns, times and names of things as a reader of the documents knows them (method 2.2).

A column is what its documents print: a label, perhaps under a heading, with a unit. Words that fit several columns are
all of them; that only one is meant must follow from the time, the unit and the things that the question is about.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, Literal, TypeVar

from verifiers.reading_grammar import fold
from verifiers.reading_words import dates, lengths
from warehouse.corpus_tables import KEY, Column
from warehouse.figures import Figures
from warehouse.numeric import ColumnRef
from warehouse.statements import statement_of

Item = TypeVar("Item")
ON_ITS_OWN = {4: "P1Y", 7: "P1M", 10: "P1D"}
"""The period that a date of so many characters is by itself."""
BEFORE = {
    "in ": ("edition", "date"), "at ": ("instant",), "on ": ("date", "instant"), "as of ": ("instant",),
    "for ": ("period",),
}  # fmt: skip


FISCAL: dict[str, tuple["Kind", str]] = {
    "the fiscal year that ended in ": ("period", "P1Y"),
    "the end of the fiscal year that ended in ": ("instant", ""),
}
Kind = Literal["edition", "date", "instant", "period"]


@dataclass(frozen=True)
class Moment:
    """When figures are from, as said."""

    kind: Kind
    """The documents' own date, a bare date, a moment, or a period with its length."""
    end: str
    length: str = ""


@dataclass(frozen=True)
class Mention:
    """All columns that some words fit."""

    refs: tuple[ColumnRef, ...]


class Schema:
    """What may be named in a question over some tables."""

    def __init__(self, figures: Figures) -> None:
        """Index the labels and names of the tables; figures stay where they are."""
        self.figures = figures
        phrases: dict[str, list[ColumnRef]] = defaultdict(list)
        for table in figures.tables.values():
            for column in table.columns:
                ref = ColumnRef(table=table.name, column=column.name)
                for phrase in printed_as(column):
                    phrases[fold(phrase)].append(ref)
        self._phrases = _Phrases((phrase, Mention(tuple(refs))) for phrase, refs in phrases.items())
        tables = figures.tables.values()
        self._names = _Phrases(
            (name, name) for name in {name for table in tables for name in table.frame[KEY]}
        )
        self.editions = {table.edition for table in tables}
        self.nouns = {table.noun for table in tables} - {""}
        self.units = {column.measure.unit for table in tables for column in table.columns} - {""}

    def mentions(self, folded: str, at: int) -> Iterator[tuple[Mention, int]]:
        """Yield what columns the words from a position on fit, the time still open."""
        yield from self._phrases.starting(folded, at)

    def names(self, text: str, at: int) -> Iterator[tuple[str, int]]:
        """Yield the things named from a position on."""
        yield from self._names.starting(text, at)

    def moments(self, text: str, at: int) -> Iterator[tuple[Moment, int]]:
        """Yield the time at a position: `the 2005 documents`, `the six months ended 30 June 2024`, `2024`."""
        if text.startswith("the undated documents", at):
            yield Moment("edition", ""), at + len("the undated documents")
        start = at + 4 if text.startswith("the ", at) else at
        for end, after in (*dates(text, start), *self._stated(text, start)):
            if start > at and text.startswith(" documents", after):
                yield Moment("edition", end), after + len(" documents")
            if start == at:
                yield Moment("date", end), after
        if text.startswith("the end of ", at):
            for end, after in dates(text, at + len("the end of ")):
                yield Moment("instant", end), after
        for words, (kind, length) in FISCAL.items():
            if text.startswith(words, at):
                for end, after in dates(text, at + len(words)):
                    if len(end) == len("2024"):
                        yield Moment(kind, f"FY{end}", length), after
        for length, after in lengths(text, start):
            if start > at and text.startswith(" ended ", after):
                for end, last in dates(text, after + len(" ended ")):
                    yield Moment("period", end, length), last

    def times(self, text: str, at: int) -> Iterator[tuple[Moment, int]]:
        """Yield the time at a position with the preposition before it: `in 2024`, `at 30 June 2024`."""
        for words, kinds in BEFORE.items():
            if not text.startswith(words, at):
                continue
            for moment, end in self.moments(text, at + len(words)):
                if moment.kind == "date" and kinds == ("instant",):
                    yield Moment("instant", moment.end), end
                elif moment.kind in kinds:
                    yield moment, end

    def editions_at(self, text: str, at: int) -> Iterator[tuple[str, int]]:
        """Yield the date of documents at a position."""
        yield from dict.fromkeys((*dates(text, at), *self._stated(text, at)))

    def _stated(self, text: str, at: int) -> Iterator[tuple[str, int]]:
        """Yield editions that stand as the documents state them."""
        for edition in sorted(self.editions - {""}):
            if text.startswith(edition, at):
                yield edition, at + len(edition)

    def column(self, ref: ColumnRef) -> Column:
        """Return the column that a reference names."""
        return self.figures.column(ref)

    def of(self, ref: ColumnRef, moment: Moment) -> bool:
        """Whether a column's figures are of a time."""
        period = self.column(ref).period
        if moment.kind == "edition":
            return not period.end and self.figures.tables[ref.table].edition == moment.end
        if period.end != moment.end or not moment.end:
            return False
        match moment.kind:
            case "instant":
                return period.length == "instant"
            case "period":
                return period.length == moment.length
            case _:
                return period.length in ("", "instant", ON_ITS_OWN.get(len(moment.end)))

    def stated_for(self, ref: ColumnRef, things: Collection[str]) -> bool:
        """Whether any of the things has a figure in a column."""
        return bool(self.figures.cells(ref, tuple(things)))


@lru_cache(maxsize=2)
def schema_of(figures: Figures) -> Schema:
    """Return the schema of some tables, made once."""
    return Schema(figures)


def printed_as(column: Column) -> set[str]:
    """Return the phrases by which a reader of the documents knows a column: its label, with the heading above it."""
    *above, label = (*column.measure.path[-1:], *column.shown.split(" / "))
    spaced = " ".join(label.split())
    many = "" if column.measure.unit else "number of "
    if not above:
        return {label, spaced, f"{many}{spaced}", f'"{label}"', f'figure for "{label}"'}
    heading = above[-1]
    joined = f"{' '.join(heading.split())} ({label})"
    quoted = f'"{label}" under "{heading}"'
    on = {f"{spaced} on the {heading}"} if statement_of(heading) else set[str]()
    return {joined, f"{many}{joined}", quoted, f"figure for {quoted}"} | on


class _Phrases(Generic[Item]):
    """What phrases stand for, found where they start in a text."""

    def __init__(self, items: Iterable[tuple[str, Item]]) -> None:
        self._items: dict[str, list[Item]] = defaultdict(list)
        for phrase, item in items:
            if phrase:
                self._items[phrase].append(item)
        self._lengths = sorted({len(phrase) for phrase in self._items})

    def starting(self, text: str, at: int) -> Iterator[tuple[Item, int]]:
        """Yield what the phrases that start at a position stand for, with where they end, the shortest first."""
        for length in self._lengths:
            end = at + length
            if end > len(text):
                break
            yield from ((item, end) for item in self._items.get(text[at:end], ()))
