"""The tables as the writer of a second program sees them: plain names for SQL, and what each column is (method 6).

Names in SQL are made of labels, letters and digits alone, so that nothing a document prints is an identifier.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from serving.prompts import marked
from warehouse.corpus_tables import KEY
from warehouse.table_views import TableView, corpus_table

LONGEST = 60
"""Characters of a name in SQL."""


@dataclass(frozen=True)
class Shown:
    """Tables with their names in SQL."""

    frames: dict[str, pl.DataFrame]
    """`entity`, then one decimal column for each measure."""
    description: str
    """Names, columns, types, units and a few rows, the documents' own words between marks."""


def shown(views: Sequence[TableView], rows: int) -> Shown:
    """Return tables as a model and the engine see them; `rows` of each are described."""
    frames: dict[str, pl.DataFrame] = {}
    parts: list[tuple[str, str]] = []
    for view in views:
        name = _fresh(view.name, frames, "things")
        columns = _names(view)
        table = corpus_table(view).frame
        frame = table.select(
            pl.col(KEY), *(pl.col(c.name).alias(n) for c, n in zip(view.columns, columns, strict=True))
        )  # fmt: skip
        frames[name] = frame
        parts.append((f"Table {name}", _described(view, columns, frame, rows)))
    return Shown(frames, marked(parts))


def _described(view: TableView, columns: Sequence[str], frame: pl.DataFrame, rows: int) -> str:
    noun = view.noun or "thing"
    dated = f", from documents dated {view.edition}" if view.edition else ""
    lines = [f"{frame.height} rows, one for each {noun}{dated}.", "", "Columns:"]
    lines.append(f"- {KEY} (text): name of the {noun}")
    for column, name in zip(view.columns, columns, strict=True):
        measure = column.measure
        label = " > ".join((*measure.path, column.shown))
        told = [f"unit: {measure.unit or 'none, a count or index'}"]
        told += [f"period: {column.period.end}"] if column.period.end else []
        told += [f"basis: {measure.basis}"] if measure.basis else []
        lines.append(f"- {name} (decimal): {label}; {'; '.join(told)}")
    lines += ["", f"First rows ({KEY}, then the columns in order; empty where not stated):"]
    for row in frame.head(rows).iter_rows():
        lines.append(" | ".join("" if value is None else f"{value}" for value in row))
    return "\n".join(lines)


def _names(view: TableView) -> list[str]:
    taken: dict[str, str] = {KEY: ""}
    out: list[str] = []
    for column in view.columns:
        name = _fresh(column.name, taken, "column")
        taken[name] = ""
        out.append(name)
    return out


def _fresh(text: str, taken: dict, otherwise: str) -> str:
    """Return a name for SQL that is not taken, of a text's letters and digits."""
    plain = re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")[:LONGEST] or otherwise
    plain = f"c_{plain}" if plain[0].isdigit() else plain
    name, number = plain, 1
    while name in taken:
        number += 1
        name = f"{plain}_{number}"
    return name
