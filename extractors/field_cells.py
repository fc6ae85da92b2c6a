"""Cells from fields: the numbers of `Field: value` lines, as the facts of structure have read them (method 2.2).

A page's fields are facts already, so a cell is a fact of the document's own subject with a number, a single one.
"""

from collections.abc import Iterable, Iterator

from warehouse.cells import Cell, Measure, Period, cell_id
from warehouse.records import Document, Fact

EXTRACTOR = "field/1"
FIELDS = "key-value/"
CURRENCIES = {"$": "USD", "€": "EUR", "£": "GBP"}


def field_cells(document: Document, facts: Iterable[Fact]) -> Iterator[Cell]:
    """Yield the cells of a document's fields, those of its own subject, from its facts."""
    for fact in facts:
        if not fact.extractor.startswith(FIELDS) or fact.quantity is None or fact.group:
            continue
        if (
            fact.subject.text.casefold() != document.subject.casefold()
            or fact.quantity.unit == "year"
        ):
            continue
        unit = CURRENCIES.get(fact.quantity.unit, fact.quantity.unit)
        measure = Measure(label=fact.relation, path=(), unit=unit, basis="")
        stated = next((q.text for q in fact.qualifiers if q.kind == "time"), "")
        notes = tuple(q.text for q in fact.qualifiers if q.kind != "time")
        start, end = fact.object.start, fact.object.end
        yield Cell(
            id=cell_id(document.id, start, end, measure, EXTRACTOR), document_id=document.id,
            section_id=fact.section_id, table=str(fact.start), row=0, column=1,
            entity=document.subject, named=None, measure=measure,
            period=Period(length="", end=stated), text=document.text[start:end], start=start, end=end,
            value=fact.quantity.value, step=fact.quantity.step, notes=notes, role="value",
            exact=False, support=(), extractor=EXTRACTOR,
        )  # fmt: skip
