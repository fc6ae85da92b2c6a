"""Field cells of pages of countries against data files of the same measure: population and GDP by country and year.

The data files are of another source, so that a figure of the same year may differ for good. A cell is right where it
is within `NEAR` of the file's figure. Where it is not, the page is looked at as print, by another reading: if the field
says what the cell says, the sources differ and nothing was misread; such cells are counted apart and are no failures.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from benchmarks.cells_sets import Score, documents
from extractors.facts.structure import structure_facts
from extractors.field_cells import field_cells
from extractors.sections import split_sections
from warehouse.cells import Cell
from warehouse.records import Document

NEAR = Decimal("0.05")
YEARS = {"population": 1, "gdp": 0}
"""Years that page and file may be apart: the pages estimate populations of a year that the file does not have yet."""
NAMES = {
    "czechia": "czech republic", "russia": "russian federation", "slovakia": "slovak republic",
    "turkey (turkiye)": "turkiye", "turkey": "turkiye", "venezuela": "venezuela, rb", "egypt": "egypt, arab rep.",
    "iran": "iran, islamic rep.", "burma": "myanmar", "korea, south": "korea, rep.", "macedonia": "north macedonia",
    "bosnia & herzegovina": "bosnia and herzegovina", "united states": "united states", "vietnam": "viet nam",
}  # fmt: skip
"""The files' names of countries that the pages call otherwise."""
LABELS = {
    "population": ("population", "population / total"),
    "gdp": ("gdp (official exchange rate)",),
}
SCALES = {"trillion": 10**12, "billion": 10**9, "million": 10**6}
FIGURE = re.compile(r"\$?(?P<digits>\d[\d,]*(?:\.\d+)?)(?:\s(?P<scale>trillion|billion|million))?")


def score_population(shared: Path) -> Score:
    """Population cells of pages against the data file."""
    return _score(shared, "population")


def score_gdp(shared: Path) -> Score:
    """Cells of GDP at the official exchange rate against the data file."""
    return _score(shared, "gdp")


def _score(shared: Path, measure: str) -> Score:
    score = Score(f"Pages of countries, {measure}")
    known = _by_country(shared / f"corpora/professional/country_statistics/{measure}/{measure}.csv")
    for document, cells in _pages(shared / "corpora/general"):
        for cell in cells:
            if cell.measure.label not in LABELS[measure] or cell.measure.unit not in ("", "USD"):
                continue
            score.labelled += 1
            name = cell.entity.casefold()
            figures = known.get(NAMES.get(name, name), known.get(name, {}))
            year = re.search(r"\d{4}", cell.period.end)
            near = (
                [figures[y] for y in _near(int(year[0]), YEARS[measure])]
                if year and figures
                else []
            )
            near = [figure for figure in near if figure is not None]
            if not near:
                score.apart["no figure of the year" if figures else "no such country"] += 1
            elif abs(Decimal(cell.value) / near[0] - 1) <= NEAR:
                score.add("")
            elif _as_printed(document, cell):
                score.apart["sources differ"] += 1
            else:
                score.add("misread")
    return score


def _near(year: int, apart: int) -> list[int]:
    return [year, *(year + sign * by for by in range(1, apart + 1) for sign in (-1, 1))]


def _by_country(path: Path) -> dict[str, dict[int, Decimal | None]]:
    found: dict[str, dict[int, Decimal | None]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            years = found.setdefault(row["Country Name"].casefold(), defaultdict(lambda: None))
            years[int(row["Year"])] = Decimal(row["Value"])
    return found


def _pages(folder: Path) -> Iterator[tuple[Document, list[Cell]]]:
    for pattern in ("factbook_json/*/*.json", "factbook_history_txt/*.txt"):
        for path in sorted(folder.glob(pattern)):
            for document in documents(path, folder):
                facts = structure_facts(document, split_sections(document))
                yield document, list(field_cells(document, facts))


def _as_printed(document: Document, cell: Cell) -> bool:
    """Say whether the first figure of the field's line on the page is the cell's."""
    line = document.text[document.text.rfind("\n", 0, cell.start) + 1 : cell.end]
    figure = FIGURE.search(line.partition(":")[2] or line)
    if figure is None:
        return False
    printed = Decimal(figure["digits"].replace(",", "")) * SCALES.get(figure["scale"] or "", 1)
    return printed == Decimal(cell.value)
