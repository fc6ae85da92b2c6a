"""Cells of OTT-QA's web tables and of SciTab's tables of papers against a bare conversion of the source's own cell.

Each table is laid out as a pipe table. Where a cell stands in the text says which of the source's cells it was read
from; that cell, its marks of print and its brackets taken away, is converted by itself. A cell is right where its value
is that number, its label has its column's heading or its row's name, its name, where the row has one, is in the row,
and its unit is printed somewhere in the table or above it.
"""

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from benchmarks.cells_sets import Score, cells_of, made, pipe
from warehouse.cells import Cell

MARKS = re.compile(r"\[[A-Z]+\]|\*+|\\\w+")
ASIDES = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
NUMBER = re.compile(r"[-−–+]?[$€£]?\s?(?P<digits>[-−–]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]\d+)?|\.\d+)")
WHOLE = re.compile(r"[-−–+]?[$€£]?\s?(?:\d[\d,]*(?:\.\d+)?|\.\d+)\s?%?")
YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
Rows = list[list[str]]


def score_ottqa(shared: Path) -> Score:
    """Cells of OTT-QA's tables, each table once."""
    return _score("OTT-QA tables", _ottqa(shared))


def score_scitab(shared: Path) -> Score:
    """Cells of SciTab's tables, each table once."""
    return _score("SciTab tables", _scitab(shared))


def _ottqa(shared: Path) -> Iterator[tuple[str, Rows]]:
    seen: set[str] = set()
    for line in (shared / "bench/ott-qa/dev_traced_sample.jsonl").read_text().splitlines():
        item = json.loads(line)
        if item["table_id"] not in seen:
            seen.add(item["table_id"])
            yield (
                item["title"],
                [item["header"], *([cell[0] for cell in row] for row in item["rows"])],
            )


def _scitab(shared: Path) -> Iterator[tuple[str, Rows]]:
    seen: set[str] = set()
    for line in (shared / "bench/scitab/sci_tab_every2nd.jsonl").read_text().splitlines():
        item = json.loads(line)
        if item["table_id"] not in seen:
            seen.add(item["table_id"])
            rows = [item["table_column_names"], *item["table_content_values"]]
            yield item["table_caption"], [[MARKS.sub("", cell) for cell in row] for row in rows]


def _score(name: str, tables: Iterator[tuple[str, Rows]]) -> Score:
    score = Score(name)
    for caption, rows in tables:
        if any(len(row) != len(rows[0]) for row in rows):
            continue
        clean = [[" ".join(cell.replace("|", "/").split()) for cell in row] for row in rows]
        text = pipe(clean, " ".join(caption.split()))
        score.labelled += sum(
            bool(WHOLE.fullmatch(cell)) and not YEAR.fullmatch(cell)
            for row in clean[1:]
            for cell in row
        )
        for cell in cells_of(made(text, caption)):
            score.add(_against_source(cell, text, clean))
    return score


def _against_source(cell: Cell, text: str, rows: Sequence[Sequence[str]]) -> str:
    line = text.rfind("\n", 0, cell.start) + 1
    index = text.count("\n", text.index("|"), line) - 1  # the rule is a line of its own
    column = text.count("|", line, cell.start) - 1
    row = rows[index]
    want = bare(row[column])
    if want is None:
        return "no number"
    scaled = Decimal(cell.value) / want if want else None
    if Decimal(cell.value) != want and scaled not in (10**3, 10**6, 10**9):
        return "value"
    if cell.named and cell.entity not in " ".join(row):
        return "name"
    unit = cell.measure.unit.partition("/")[0]
    if unit not in ("", "%", "USD", "EUR", "GBP") and not re.search(
        rf"(?<![^\W\d_]){re.escape(unit)}", text
    ):
        return "unit"
    words = set(re.findall(r"\w+", cell.measure.label))
    near = " ".join((*row, *(above[column] for above in rows[:index]))).lower()
    return (
        ""
        if not words or words & set(re.findall(r"\w+", f"{near} {text[:line].lower()}"))
        else "label"
    )


def bare(cell: str) -> Decimal | None:
    """Return the first number of a cell without its brackets, its own scale word applied, None where there is none."""
    plain = ASIDES.sub(" ", cell)
    match = NUMBER.search(plain) or NUMBER.search(cell)
    if match is None:
        return None
    try:
        value = Decimal(match["digits"].replace(",", "").replace("−", "-").replace("–", "-"))
    except InvalidOperation:
        return None
    minus = match[0][0] in "-−–" and value > 0
    word = plain[match.end() :].split()[:1]
    return (-value if minus else value) * SCALES.get(word[0].lower() if word else "", 1)
