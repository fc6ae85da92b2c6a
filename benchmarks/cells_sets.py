"""What the measures of cells share: the score of a set, and documents and tables to read cells from."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from extractors.readers import ReadOptions, Rejected, read_file
from extractors.sections import split_sections
from extractors.tables import table_cells
from warehouse.cells import Cell
from warehouse.records import Document


@dataclass
class Score:
    """Cells compared with a set."""

    name: str
    right: int = 0
    given: int = 0
    labelled: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    apart: Counter[str] = field(default_factory=Counter)
    """Cells that the set says nothing of, by reason; they are not among those given."""

    def add(self, cause: str) -> None:
        """Count one given cell: right where `cause` is empty."""
        self.given += 1
        self.right += not cause
        if cause:
            self.causes[cause] += 1

    def row(self) -> str:
        """Return the line to print."""
        share = 100 * self.right / self.given if self.given else 0
        cover = 100 * self.given / self.labelled if self.labelled else 0
        causes = ", ".join(f"{cause} {count}" for cause, count in self.causes.most_common(6))
        if self.apart:
            said = ", ".join(f"{reason} {count}" for reason, count in self.apart.most_common())
            causes = f"{causes}  ({said})"
        return f"{self.name:<28}{self.right:>7} of {self.given:<7}{share:6.1f} %  covers {cover:5.1f} %  {causes}"


def documents(path: Path, root: Path, max_bytes: int = 0) -> Iterator[Document]:
    """Yield the documents of a file."""
    options = ReadOptions(max_bytes=max_bytes) if max_bytes else ReadOptions()
    for item in read_file(path, root=root, category="professional", options=options):
        if not isinstance(item, Rejected):
            yield item


def cells_of(document: Document) -> list[Cell]:
    """Return a document's cells."""
    return list(table_cells(document, split_sections(document)))


def made(text: str, title: str = "Table", form: str = "md") -> Document:
    """Return a text as a document."""
    return Document.model_validate(
        {"id": "doc", "category": "general", "source": "set", "format": form, "title": title, "subject": "",
         "date": "", "series": "", "licence": "", "text": text, "origins": ()}
    )  # fmt: skip


def pipe(rows: list[list[str]], caption: str = "") -> str:
    """Return rows as a pipe table, the first one its header."""
    clean = [[" ".join(str(cell).replace("|", "/").split()) for cell in row] for row in rows]
    lines = ["| " + " | ".join(row) + " |" for row in clean]
    rule = "|" + "---|" * len(rows[0])
    return (
        (f"Table: {caption}\n\n" if caption else "")
        + "\n".join([lines[0], rule, *lines[1:]])
        + "\n"
    )
