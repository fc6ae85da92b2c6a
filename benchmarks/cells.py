"""Right cells on labelled sets, and throughput: reading and cells against reading alone.

    python benchmarks/cells.py [--shared DIR] [--sets NAME …] [--rows N]

Each set is laid out as the readers lay out a table, read, and compared with what the set says of it: a filing with its
own tags, a table's answers with the cells they come from, a page with the same figure in a data file. A figure that is
not given is not wrong; it lowers coverage. Failures are counted by cause.
"""

import argparse
import gc
import json
import re
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from difflib import SequenceMatcher
from pathlib import Path

from benchmarks.cells_pages import score_gdp, score_population
from benchmarks.cells_papers import score_ottqa, score_scitab
from benchmarks.cells_pdf import printed_cells, score_pdf
from benchmarks.cells_sets import Score, cells_of, documents, made, pipe
from extractors.sections import split_sections
from extractors.tables import table_cells
from extractors.tables.ixbrl import Tagged, read_tagged
from warehouse.cells import Cell
from warehouse.records import Document

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
SCALED = re.compile(r"thousand|million|billion|000|[$€£]m\b|\(m\)|mn\b", re.IGNORECASE)
ANSWER = re.compile(r"[-($€£\s]*[\d,]+(?:\.\d+)?[)%\s]*")
ANSWER_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "": 1, "percent": 1}
MONTHS = {"P1Y": 12, "P6M": 6, "P3M": 3, "P9M": 9}


def digits(text: str) -> str:
    """Return a number's digits and point."""
    return re.sub(r"[^\d.]", "", text)


def score_ixbrl(shared: Path) -> Score:
    """Cells of a filing's page against its tags: value, unit and period."""
    path = next((shared / "corpora/professional/sec_filings/raw_ixbrl").glob("*.html"))
    tagged = [item for item in read_tagged(path.read_bytes()) if item.in_table]
    cells = [cell for document in documents(path, path.parent) for cell in cells_of(document)]
    score = Score("iXBRL against HTML", labelled=len(tagged))
    matcher = SequenceMatcher(
        None, [t.text for t in tagged], [digits(c.text) for c in cells], autojunk=False
    )
    for start, other, size in matcher.get_matching_blocks():
        for index in range(size):
            score.add(_against_tag(cells[other + index], tagged[start + index]))
    return score


def _against_tag(cell: Cell, tag: Tagged) -> str:
    if abs(Decimal(cell.value)) != abs(tag.value * (100 if cell.measure.unit == "%" else 1)):
        return "value"
    unit = {"USD/shares": "USD/share", "pure": "%"}.get(tag.unit, tag.unit)
    if cell.measure.unit != unit and not (tag.unit == "pure" and not cell.measure.unit):
        return "unit"
    if not tag.end.isoformat().startswith(cell.period.end):
        return "period end"
    return "" if _length_fits(cell.period.length, tag) else "period length"


def _length_fits(length: str, tag: Tagged) -> bool:
    if tag.start is None:
        return length in ("instant", "")
    days = (tag.end - tag.start).days + 1
    return length == "" or abs(days - 30.4 * MONTHS.get(length, 0)) < 12


def score_tatqa(shared: Path) -> Score:
    """Values and scales of cells that TAT-QA's answers read off a table, the answer's scale applied."""
    return _answers(
        shared, "TAT-QA values and scales", lambda rows, _: cells_of(made(pipe(rows), "Report"))
    )


def score_tatqa_pdf(shared: Path) -> Score:
    """Return the same with each table printed to PDF and read from there."""
    return _answers(shared, "TAT-QA, printed to PDF", printed_cells)


def _answers(shared: Path, name: str, read: Callable[[list[list[str]], int], list[Cell]]) -> Score:
    score = Score(name)
    for seed, line in enumerate((shared / "bench/tat-qa/test_gold.jsonl").read_text().splitlines()):
        item = json.loads(line)
        rows = [[" ".join(cell.split()) for cell in row] for row in item["table"]["table"]]
        cells = read(rows, seed)
        stated = SCALED.search(" ".join(text for row in rows for text in row))
        printed = Counter(digits(text) for row in rows for text in row)
        for question in item["questions"]:
            for answer in _read_off(question, stated=bool(stated)):
                key = digits(answer)
                if printed[key] != 1:
                    continue
                score.labelled += 1
                found = [cell for cell in cells if digits(cell.text) == key]
                if len(found) == 1:
                    want = Decimal(key) * ANSWER_SCALES[question["scale"]]
                    score.add(_against_answer(found[0], want, question["scale"]))
    return score


def _read_off(question: dict, *, stated: bool) -> list[str]:
    """Return a question's answers that are single figures of the table.

    Those whose scale stands in the text around, which the set gives without its place, are left out.
    """
    spans = question["answer_type"] in ("span", "multi-span") and isinstance(
        question["answer"], list
    )
    if not spans or question["answer_from"] != "table":
        return []
    if question["scale"] not in ("", "percent") and not stated:
        return []
    return [answer for answer in question["answer"] if ANSWER.fullmatch(answer)]


def _against_answer(cell: Cell, want: Decimal, scale: str) -> str:
    if cell.measure.unit == "%":
        return "" if scale in ("percent", "") else "percent"
    if scale == "percent":
        return "percent"
    return "" if abs(Decimal(cell.value)) == want else "scale"


def score_wikitables(shared: Path) -> Score:
    """Values of cells on web tables against a bare conversion of the whole cell, where that succeeds."""
    score = Score("WikiTableQuestions values")
    for path in sorted((shared / "bench/wikitablequestions/csv").rglob("*.csv")):
        for document in documents(path, path.parent):
            for cell in cells_of(document):
                score.labelled += 1
                score.add(_against_text(cell, document.text))
    return score


def _against_text(cell: Cell, text: str) -> str:
    start, end = text.rfind("|", 0, cell.start), text.find("|", cell.end)
    whole = re.sub(r"\(.*?\)|\[.*?\]", "", text[start + 1 : end]).strip() or cell.text
    plain = re.sub(r"[^\d.\-−–]", "", whole).replace("−", "-").replace("–", "-")
    try:
        want = Decimal(plain)
    except InvalidOperation:
        return "not one number"
    value = Decimal(cell.value)
    scaled = want and value and (value / want) in (10**3, 10**6, 10**9)
    return "" if want == value or scaled else "value"


def score_csv(shared: Path) -> Score:
    """Cells of data files against a direct reading of the same rows by the csv module."""
    import csv

    score = Score("CSV rows, UK indicators")
    for path in sorted((shared / "corpora/professional/uk_ons_sdg/data").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
        given = [
            (cell, document)
            for document in documents(path, path.parent)
            for cell in cells_of(document)
        ]
        score.labelled += sum(_number(row["Value"]) is not None for row in rows)
        for cell, _ in given:
            row = rows[cell.row] if cell.row < len(rows) else {}
            score.add(_against_row(cell, row))
    return score


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except (InvalidOperation, TypeError):
        return None


def _against_row(cell: Cell, row: dict[str, str]) -> str:
    value = _number(row.get("Value", ""))
    unit = row.get("Unit measure") or row.get("Units") or ""
    stated = " ".join((unit, row.get("Unit multiplier") or "")).lower()
    scale = (
        10**9
        if "billion" in stated
        else 10**6
        if "million" in stated
        else 10**3
        if "thousand" in stated
        else 1
    )
    if value is None or value * scale != Decimal(cell.value):
        return "value or scale"
    if ("%" in unit) != (cell.measure.unit == "%"):
        return "unit"
    years = re.findall(r"\d{4}", row["Year"])
    ends = {years[-1], str(int(years[-1]) + 1)} if "/" in row["Year"] else {years[-1]}
    return "" if cell.period.end[:4] in ends else "period"


PARTS = ("world", "united states", "foreign")


def score_wasde(shared: Path) -> Score:
    """Figures of ruled tables that the text says are a difference: foreign is the world minus the United States."""
    score = Score("Fixed width, foreign=world-US")
    for path in sorted((shared / "corpora/professional/usda_wasde").glob("*.txt")):
        parts: dict[tuple, dict[str, list[Cell]]] = {}
        for document in documents(path, path.parent):
            for cell in cells_of(document):
                _file_part(cell, parts)
        for found in parts.values():
            if len(found) == 3 and all(len(cells) == 1 for cells in found.values()):
                world, states, foreign = (found[name][0] for name in PARTS)
                gap = Decimal(world.value) - Decimal(states.value) - Decimal(foreign.value)
                score.labelled += 3
                for _ in range(3):
                    score.add("" if abs(gap) <= 2 * Decimal(world.step) else "difference")
    return score


def _file_part(cell: Cell, parts: dict[tuple, dict[str, list[Cell]]]) -> None:
    """Put a cell under what it shares with the same figure of the other two parts of the world."""
    own = (*cell.measure.path, cell.entity.lower().removeprefix("total "))
    for name in PARTS:
        if name in own or f"total {name}" in own:
            path = tuple(part.removeprefix("total ") for part in own)
            rest = tuple(part for part in path if part != name)
            if set(rest) & set(PARTS):
                continue
            unit, status = cell.measure.unit, cell.notes
            key = (cell.table, cell.measure.label, rest, unit, cell.period, status)
            parts.setdefault(key, {}).setdefault(name, []).append(cell)


SETS: dict[str, Callable[[Path], Score]] = {
    "ixbrl": score_ixbrl, "tatqa": score_tatqa, "wikitables": score_wikitables, "csv": score_csv,
    "wasde": score_wasde, "pdf": score_pdf, "tatqa_pdf": score_tatqa_pdf,
    "population": score_population, "gdp": score_gdp, "ottqa": score_ottqa, "scitab": score_scitab,
}  # fmt: skip


def throughput(shared: Path) -> None:
    """Print processor seconds of reading and of cells for a few files of each kind.

    The collector is off, as `timeit` has it: a whole collection takes 0.1 s, and whether reading or cells of one kind
    pay for it is chance.
    """
    gc.disable()
    kinds = {
        "html": "corpora/professional/sec_filings/10-K/*.html",
        "csv": "corpora/professional/uk_ons_sdg/data/*.csv",
        "md": "corpora/professional/sec_filings/markdown/*.md",
        "txt": "corpora/professional/usda_wasde/*.txt",
    }
    for kind, pattern in kinds.items():
        paths = sorted(shared.glob(pattern))[:6]
        read = cells = 0.0
        count = 0
        for path in paths:
            begin = time.process_time()
            found = [(d, split_sections(d)) for d in documents(path, shared / "corpora")]
            middle = time.process_time()
            count += sum(1 for document, sections in found for _ in table_cells(document, sections))
            read, cells = read + middle - begin, cells + time.process_time() - middle
        print(f"{kind:<6}{len(paths):>3} files  read {read:6.2f} s  cells {cells:6.2f} s "
              f"({count} cells)  {(read + cells) / max(read, 1e-9):.2f} times")  # fmt: skip


def scale(count: int) -> None:
    """Print what a made csv of so many rows takes to read, cells and all, and the most memory of the process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.csv"
        with path.open("w", encoding="utf-8") as lines:
            lines.write("Country,Year,Sex,Unit,Value\n")
            for row in range(count):
                place, year = row % 50_000, 1960 + row // 50_000
                lines.write(f"Place {place},{year},All,km,{row * 7919 % 100_003 / 100}\n")
        begin = time.process_time()
        given = sum(1 for document in documents(path, path.parent, 10**9) for _ in _cells(document))
        taken = time.process_time() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count} rows  {given} cells  {taken:.1f} s  {peak:.0f} MiB")


def _cells(document: Document) -> Iterator[Cell]:
    return table_cells(document, split_sections(document))


def main() -> None:
    """Print the share of right cells by set and what cells cost beside reading, or with `--rows` that of a long csv."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--rows", type=int, default=0)
    chosen = parser.parse_args()
    if chosen.rows:
        scale(chosen.rows)
        return
    for name in chosen.sets:
        print(SETS[name](chosen.shared.resolve()).row())
    throughput(chosen.shared.resolve())


if __name__ == "__main__":
    main()
