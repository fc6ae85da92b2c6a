"""Corpus tables made in a few lines, with a cell for every figure: countries of two years, companies, mills."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import polars as pl

from warehouse.cells import Cell, Measure, Period, Place
from warehouse.corpus_tables import DECIMAL, KEY, Column, CorpusTable
from warehouse.figures import Figures
from warehouse.numeric import ColumnRef
from warehouse.sql_cells import SUFFIX

PLAIN = ("Arnby", "Bromo", "Celt", "Dorf", "Elm", "Fenn", "Gorse", "Holt", "Ivel")
ODD = (
    "Korea, South", "Trinidad and Tobago", 'The "Old" Republic', "Area 51", "x'); DROP TABLE country; --",
    "St. Kitts. Nevis", "Côte d’Ivoire", "12,000", "largest", "these countries", "İzmir",
)  # fmt: skip
"""Names that look like something else in a sentence."""


@dataclass(frozen=True)
class Given:
    """A column as a test writes it."""

    shown: str
    values: Sequence[str | None]
    unit: str = ""
    path: tuple[str, ...] = ()
    length: str = ""
    end: str = ""
    step: str = "1"


def made(
    noun: str, edition: str, names: Sequence[str], given: Sequence[Given], name: str = ""
) -> CorpusTable:
    """Return a table of the columns over the names, one document a thing."""
    name = name or f"{noun or 'things'}_{edition}".rstrip("_")
    rows = sorted(range(len(names)), key=lambda at: names[at])
    columns, cells, data = (
        [],
        {},
        {KEY: pl.Series(KEY, [names[at] for at in rows], dtype=pl.String)},
    )
    for number, own in enumerate(given):
        measure = Measure(label=own.shown.lower(), path=own.path, unit=own.unit, basis="")
        period = Period(length=own.length, end=own.end)
        title = f"{number} {own.shown}".replace('"', "'") + (f" ({own.unit})" if own.unit else "")
        columns.append(
            Column(name=title, measure=measure, shown=own.shown, period=period, role="value")
        )
        held = {at: _cell(f"{name}|{names[at]}|{number}", names[at], measure, own, at)
                for at in rows if own.values[at] is not None}  # fmt: skip
        cells |= {cell.id: cell for cell in held.values()}
        values = [held[at].value if at in held else None for at in rows]
        data[title] = pl.Series(title, values, dtype=pl.String).cast(DECIMAL)
        ids = [held[at].id if at in held else None for at in rows]
        data[title + SUFFIX] = pl.Series(title + SUFFIX, ids, dtype=pl.String)
    return CorpusTable(
        name=name, kind="pages", noun=noun, edition=edition, columns=tuple(columns),
        frame=pl.DataFrame(data),
        documents={thing: f"{name}|{thing}" for thing in names}, cells=cells,
    )  # fmt: skip


def _cell(identity: str, thing: str, measure: Measure, own: Given, at: int) -> Cell:
    value = own.values[at]
    assert value is not None
    return Cell(
        id=identity, document_id=identity.rpartition("|")[0], section_id=identity, table="0", row=0, column=1,
        entity=thing, named=None, measure=measure, period=Period(length=own.length, end=own.end), text=value,
        start=0, end=len(value), value=value, step=own.step, notes=(), role="value", exact=False,
        support=(Place(start=0, end=1),), extractor="made/1",
    )  # fmt: skip


def ref(figures: Figures, table: str, shown: str, end: str = "") -> ColumnRef:
    """Return the one column of a table with a label, and a period's end where several have it."""
    found = [
        ColumnRef(table=table, column=column.name)
        for column in figures.tables[table].columns
        if column.shown == shown and column.period.end == end
    ]
    (only,) = found
    return only


def numbers(seed: int, size: int, low: int, high: int, step: str = "1") -> list[str]:
    """Return distinct multiples of a step, in a random order that the seed fixes."""
    drawn = np.random.default_rng(seed).choice(np.arange(low, high), size, replace=False)
    return [format(Decimal(int(number)) * Decimal(step), "f") for number in drawn]


def countries(names: Sequence[str], edition: str, seed: int) -> CorpusTable:
    """Return a table of countries in one edition; a figure is missing here and there."""
    size = len(names)

    def some(at: int, low: int, high: int, step: str = "1") -> list[str | None]:
        return list(numbers(100 * seed + at, size, low, high, step))

    exports: list[str | None] = some(1, 20, 900, "1000000")
    exports[0] = None
    return made("country", edition, names, [
        Given("Population", some(2, 1000, 99999)),
        Given("Area / total", some(3, 500, 90000), "sq km"),
        Given("Area / water", some(4, 5, 400), "sq km"),
        Given("Budget / revenues", some(5, 100, 900, "1000000"), "USD", step="1000000"),
        Given("Budget / expenditures", some(6, 100, 900, "1000000"), "USD", step="1000000"),
        Given("Exports 2022", exports, "USD", step="1000000"),
        Given("Account balance", some(7, -400, 400, "1000"), "USD", step="1000"),
        Given("Inflation rate (consumer prices)", some(8, -20, 300, "0.1"), "%", step="0.1"),
        Given("Land use / arable land", some(9, 10, 990, "0.1"), "%", step="0.1"),
        Given("Life expectancy", some(10, 500, 900, "0.1"), "years", step="0.1"),
        Given("Death rate", some(11, 20, 200, "0.1"), "deaths/1,000 population", step="0.1"),
        Given("Airports", some(12, 10, 300)),
        Given("Ports / large", some(13, 10, 300)),
        Given('Pipes, 5" and up of the Area', some(14, 10, 3000), "km"),
        Given('x"; DROP TABLE country; --', some(15, 10, 3000)),
        Given("Is the population (total) more than 5 %?", some(16, 10, 3000), "kWh"),
        Given("Number of Beds", some(17, 10, 3000), path=("clinics", "health")),
        Given("Total", some(18, 10, 3000), path=("roads",), unit="km"),
    ])  # fmt: skip


def companies(names: Sequence[str]) -> CorpusTable:
    """Return a table of undated pages on companies whose figures have periods of their own."""
    size = len(names)
    money = {"unit": "USD", "path": ("Income Statement",), "step": "1000000"}
    return made("company", "", names, [
        Given("Net Revenue", numbers(1, size, 100, 900, "1000000"), length="P1Y", end="2023", **money),
        Given("Net Revenue", numbers(2, size, 100, 900, "1000000"), length="P1Y", end="2024", **money),
        Given("Net Revenue", numbers(3, size, 100, 900, "1000000"), length="P3M", end="2024-06-30", **money),
        Given("Assets", numbers(4, size, 100, 900, "1000"), "USD", length="instant", end="2023-12-31", step="1000"),
        Given("Assets", numbers(5, size, 100, 900, "1000"), "USD", length="instant", end="2024-12-31", step="1000"),
        Given("Employees", numbers(6, size, 100, 900), length="instant", end="2022"),
        Given("Employees", numbers(7, size, 100, 900), length="instant", end="2024"),
        Given("Earnings", numbers(8, size, 100, 900, "0.01"), "USD/share", length="P6M", end="2024-06", step="0.01"),
        Given("Deliveries", numbers(9, size, 100, 900), "t", length="P1M", end="2024-06"),
        Given("Deliveries", numbers(10, size, 100, 900), "t", length="P1D", end="2024-06-30"),
    ])  # fmt: skip


def harbours(names: Sequence[str]) -> list[CorpusTable]:
    """Return tables of reports of three years, each with figures of its own year and of the year before."""
    return [
        made("harbour", str(year), names, [
            Given("Cargo", numbers(year, len(names), 100, 900), "t", length="P1Y", end=str(year)),
            Given("Cargo", numbers(year - 1, len(names), 100, 900), "t", length="P1Y", end=str(year - 1)),
            Given("Debt", numbers(70 + year, len(names), 10, 90), "EUR", length="instant", end=str(year)),
            Given("Berths", numbers(90 + year, len(names), 10, 90)),
        ])
        for year in (2022, 2023, 2024)
    ]  # fmt: skip


def mills(names: Sequence[str]) -> CorpusTable:
    """Return a table of things that the documents have no common noun for."""
    size = len(names)
    return made("", "June 2010", names, [
        Given("Height", numbers(1, size, 10, 90, "0.5"), "m", step="0.5"),
        Given("Grain ground", numbers(2, size, 10, 900), "t"),
        Given("Sails", numbers(3, size, 4, 90)),
    ])  # fmt: skip


def world(names: Sequence[str] = PLAIN) -> Figures:
    """Return tables with columns for every family of questions."""
    return Figures([
        countries(names, "2004", 1), countries(names, "2005", 2), companies([f"{n} & Co" for n in names]),
        mills([f"{n} Mill" for n in names]), *harbours([f"Port of {n}" for n in names]),
    ])  # fmt: skip


def frames(figures: Figures) -> Mapping[str, pl.DataFrame]:
    """Return the frames of the tables by name."""
    return {name: table.frame for name, table in figures.tables.items()}
