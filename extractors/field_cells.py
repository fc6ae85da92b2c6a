"""Cells from fields: the numbers of `Field: value` lines, as the facts of structure have read them (method 2.2).

A page's fields are facts already, so a cell is a fact of the document's own subject with a number, a single one. It is
given where a second reading of the printed text, by the grammar of tables, agrees on value, precision and unit.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from extractors.tables.numbers import NotNumber, Separators, read_number, separators_of
from extractors.tables.reading import Refusal, TableReading
from extractors.tables.units import read_unit
from warehouse.cells import Cell, Measure, Period, Place, cell_id
from warehouse.records import Document, Fact, Quantity

EXTRACTOR = "field/2"
FIELDS = "key-value/"
CURRENCIES = {"$": "USD", "€": "EUR", "£": "GBP"}
NUMBERS = re.compile(r"(?<![\w.,/-])\d[\d.,]*\d(?![\w/-])")
APART = re.compile(
    r"(?P<number>.*?\d(?: (?:thousand|million|billion|trillion))?)\s?(?P<unit>[^\W\d_].*)"
)
"""A number and the words after it."""


def field_cells(document: Document, facts: Iterable[Fact]) -> Iterator[Cell]:
    """Yield the cells of a document's fields, those of its own subject, from its facts."""
    yield from read_field_cells(document, facts).cells


def read_field_cells(document: Document, facts: Iterable[Fact]) -> TableReading:
    """Return the cells of a document's fields and the figures on which two readings do not agree."""
    fields = [fact for fact in facts if fact.extractor.startswith(FIELDS)]
    marks = separators_of(text for fact in fields for text in NUMBERS.findall(fact.quote))
    cells: list[Cell] = []
    refused: list[Refusal] = []
    for fact in fields:
        if not _single(document, fact):
            continue
        if marks is None:
            refused.append(_refusal(fact, "decimal commas and points"))
        elif (unit := _agreed(fact, marks)) is None:
            refused.append(_refusal(fact, "readings differ"))
        else:
            cells.append(_cell(document, fact, unit))
    return TableReading(cells=tuple(cells), refused=tuple(refused))


def _single(document: Document, fact: Fact) -> bool:
    """Say whether a fact is a figure of the document's own subject, and neither a year nor one of a list."""
    if fact.quantity is None or fact.group or fact.quantity.unit == "year":
        return False
    return fact.subject.text.casefold() == document.subject.casefold()


def _agreed(fact: Fact, marks: Separators) -> str | None:
    """Return the unit of a fact's figure, None where the second reading gives another value, precision or unit."""
    quantity, second = fact.quantity, _second(fact.object.text, marks)
    if quantity is None or second is None:
        return None
    unit = _sign(CURRENCIES.get(quantity.unit, quantity.unit))
    same = all(
        Decimal(first) == Decimal(other)
        for first, other in ((quantity.value, second.value), (quantity.step, second.step))
    )
    return unit if same and second.unit == unit else None


def _second(text: str, marks: Separators) -> Quantity | None:
    """Read a printed figure by the grammar of tables, its unit apart where that grammar leaves it as words."""
    number, unit = read_number(text, marks), ""
    if isinstance(number, NotNumber) and (parts := APART.fullmatch(text)):
        number, unit = read_number(parts["number"], marks), _sign(parts["unit"])
    if isinstance(number, NotNumber) or (number.unit and unit):
        return None
    return Quantity(value=str(number.value), unit=number.unit or unit, step=str(number.step))


def _sign(unit: str) -> str:
    """Return the usual sign of a unit; rates and what has none keep their words."""
    read = read_unit(unit)
    if read is None or read.sign is None or read.scale != 1 or "/" in unit:
        return unit
    return read.sign


def _cell(document: Document, fact: Fact, unit: str) -> Cell:
    assert fact.quantity is not None
    measure = Measure(label=fact.relation, path=(), unit=unit, basis="")
    stated = next((q.text for q in fact.qualifiers if q.kind == "time"), "")
    notes = tuple(q.text for q in fact.qualifiers if q.kind != "time")
    start, end = fact.object.start, fact.object.end
    return Cell(
        id=cell_id(document.id, start, end, measure, EXTRACTOR), document_id=document.id,
        section_id=fact.section_id, table=str(fact.start), row=0, column=1,
        entity=document.subject, named=None, measure=measure,
        period=Period(length="", end=stated), text=document.text[start:end], start=start, end=end,
        value=fact.quantity.value, step=fact.quantity.step, notes=notes, role="value",
        exact=False, support=(), extractor=EXTRACTOR,
    )  # fmt: skip


def _refusal(fact: Fact, reason: str) -> Refusal:
    place = Place(start=fact.object.start, end=fact.object.end)
    return Refusal(place=place, reason=reason, detail=fact.object.text)
