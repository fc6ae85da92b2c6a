"""All cells of a document: the numbers of its tables and of its fields, and the figures that are not given (§3.1)."""

import re
from collections.abc import Iterable, Sequence

from extractors.facts.structure import structure_facts
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


def cells_alone(document: Document, sections: Sequence[Section]) -> list[Cell]:
    """Return the cells that some sections of a document give, as if the rest of it were blank.

    The document's subject is shown where the text names it first, if it is in the title: that stands before every
    section of a context.
    """
    ordered = sorted(sections, key=lambda section: section.start)
    shown = [(section.start, section.end) for section in ordered]
    named = re.compile(rf"(?<!\w){re.escape(document.subject)}(?!\w)", re.IGNORECASE)
    first = named.search(document.text)
    if first and named.search(document.title):
        shown.append(first.span())
    parts: list[str] = []
    done = 0
    for start, end in sorted(shown):
        if end > done:
            start = max(start, done)
            parts += [_blank(document.text[done:start]), document.text[start:end]]
            done = end
    parts.append(_blank(document.text[done:]))
    alone = document.model_copy(update={"text": "".join(parts)})
    return document_cells(alone, ordered, structure_facts(alone, ordered))[0]


def _blank(text: str) -> str:
    return "\n".join(" " * len(line) for line in text.split("\n"))
