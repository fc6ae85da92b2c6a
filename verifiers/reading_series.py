"""Series of years as a reader takes them: the list of times, and the columns that it means (method 2.2)."""

from collections.abc import Collection, Iterator
from itertools import islice, pairwise, product
from typing import Any

from verifiers.reading_columns import Kind, Mention, Moment, Schema
from verifiers.reading_words import dates
from warehouse.numeric import ColumnRef, Quantity

BEFORE: tuple[tuple[str, Kind, str], ...] = (
    ("in the ", "edition", " documents"), ("at the end of ", "instant", ""), ("in ", "date", ""),
)  # fmt: skip
"""What stands in front of a list of times and behind it, and what they are times of."""
FEWEST = 3
WAYS = 16
"""Readings of one list, at most; with two it is refused already."""


def moments(text: str, at: int) -> Iterator[tuple[tuple[Moment, ...], int]]:
    """Yield the times in a row at a position: `in 2022, 2023 and 2024`, `in the 1995, 2005 and 2015 documents`."""
    for before, kind, behind in BEFORE:
        if not text.startswith(before, at):
            continue
        for found, end in _listed(text, at + len(before)):
            rising = all(a < b for a, b in pairwise(found))
            if len(found) >= FEWEST and rising and text.startswith(behind, end):
                yield tuple(Moment(kind, one) for one in found), end + len(behind)


def _listed(text: str, at: int) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield lists of dates with commas between them and `and` before the last."""
    for first, end in dates(text, at):
        if text.startswith(" and ", end):
            yield from (((first, last), after) for last, after in dates(text, end + len(" and ")))
        if text.startswith(", ", end):
            yield from (((first, *rest), after) for rest, after in _listed(text, end + 2))


def series_of(
    schema: Schema, mention: Mention, times: tuple[Moment, ...], editions: Collection[str], *, later: bool
) -> Iterator[Quantity]:  # fmt: skip
    """Yield the series that some words can mean.

    Args:
        schema: what may be named.
        mention: the columns that the words for the measure fit.
        times: when the figures are from, in order.
        editions: dates of the documents that the question goes by.
        later: whether it says that of two documents the later counts.
    """
    kinds: dict[tuple[Any, ...], list[list[ColumnRef]]] = {}
    for place, moment in enumerate(times):
        for ref in mention.refs:
            table, column = schema.figures.tables[ref.table], schema.column(ref)
            if table.edition in editions and schema.of(ref, moment):
                kind = (table.noun, column.measure, column.period.length)
                kinds.setdefault(kind, [[] for _ in times])[place].append(ref)
    for chosen in kinds.values():
        if later and all(chosen):
            chosen = [_latest(schema, refs) for refs in chosen]
        for columns in islice(product(*chosen), WAYS):
            yield Quantity(combination="series", columns=columns)


def _latest(schema: Schema, refs: list[ColumnRef]) -> list[ColumnRef]:
    dated = {ref: schema.figures.tables[ref.table].edition for ref in refs}
    return [ref for ref in refs if dated[ref] == max(dated.values())]
