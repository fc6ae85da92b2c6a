"""All cells of a document: the numbers of its tables and of its fields, and the figures that are not given (§3.1)."""

from collections.abc import Iterable, Sequence

from extractors.field_cells import read_field_cells
from extractors.tables import Refusal, read_table_cells
from warehouse.cells import Cell
from warehouse.records import Document, Fact, Section


def document_cells(
    document: Document, sections: Sequence[Section], facts: Iterable[Fact]
) -> tuple[list[Cell], list[Refusal]]:
    """Return the cells of a document, those of tables first, and what was refused.

    Args:
        document: what is read; programs and dialogues have no cells.
        sections: its sections.
        facts: its facts, the fields among them.
    """
    if document.format in ("python", "dialogue"):
        return [], []
    tables, fields = read_table_cells(document, sections), read_field_cells(document, facts)
    return [*tables.cells, *fields.cells], [*tables.refused, *fields.refused]
