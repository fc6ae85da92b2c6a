"""Corpus tables: pages of one kind and edition side by side, conflicts out, figures exact."""

from decimal import Decimal

import pytest

from extractors.facts.structure import structure_facts
from extractors.field_cells import field_cells
from extractors.sections import split_sections
from warehouse.cells import Cell
from warehouse.corpus_tables import CorpusTable, corpus_tables
from warehouse.identity import content_id
from warehouse.records import Document

TOWNS = ("Arnby", "Bromo", "Celt", "Dorf", "Elm", "Fenn")


def page(name: str, date: str, lines: str, title: str = "") -> Document:
    title = title or f"{name} (Register {date})"
    return Document(
        id=content_id("doc", title, lines), category="general", source=f"general/{name}-{date}.md",
        format="md", title=title, subject=name, date=date, series=name.casefold(), licence="CC0-1.0",
        text=f"# {name}\n\n{lines}\n", origins=(),
    )  # fmt: skip


def lines(people: str, area: str = "12.5 sq km", budget: str = "$3.2 million") -> str:
    return f"Population: {people}\nArea: total: {area} water: 1.5 sq km\nBudget: {budget}"


def read(pages: list[Document]) -> list[Cell]:
    out: list[Cell] = []
    for document in pages:
        sections = split_sections(document, max_tokens=1500)
        out += field_cells(document, structure_facts(document, sections))
    return out


def build(pages: list[Document], nouns: dict[str, str] | None = None) -> list[CorpusTable]:
    return corpus_tables(read(pages), {p.id: p for p in pages}, nouns or {})


def six(date: str = "2020", **lines_of: str) -> list[Document]:
    return [
        page(name, date, lines_of.get(name) or lines(f"{1000 + number:,}"))
        for number, name in enumerate(TOWNS)
    ]


def test_a_page_is_a_row_and_a_field_of_five_pages_is_a_column() -> None:
    (table,) = build(six(), dict.fromkeys(TOWNS, "town"))
    assert table.name == "town_2020"
    assert (table.noun, table.edition) == ("town", "2020")
    assert table.frame["entity"].to_list() == list(TOWNS)
    assert [column.name for column in table.columns] == [
        "area / total (sq km)", "area / water (sq km)", "budget (USD)", "population",
    ]  # fmt: skip
    assert table.frame["population"].to_list() == [Decimal(1000 + n) for n in range(6)]
    assert table.frame["budget (USD)"][0] == Decimal(3_200_000)
    cell = table.cells[table.frame["population__cell"][2]]
    assert (cell.entity, cell.text, cell.step) == ("Celt", "1,002", "1")
    assert [column.shown for column in table.columns][3] == "Population"


def test_editions_are_tables_of_their_own() -> None:
    first, second = build([*six("2020"), *six("2025")], dict.fromkeys(TOWNS, "town"))
    assert (first.name, second.name) == ("town_2020", "town_2025")


def test_pages_of_other_fields_are_another_kind() -> None:
    ships = [page(f"Ship {n}", "2020", f"Tonnage: {n}5 t\nCrew: {n}") for n in range(1, 6)]
    tables = build([*six(), *ships])
    assert sorted(len(table.frame) for table in tables) == [5, 6]
    assert len({table.name for table in tables}) == 2


def test_a_figure_with_a_note_and_a_rare_field_are_left_out() -> None:
    noted = lines("9,000 (old town only)")
    (table,) = build(six(Arnby=noted, Bromo=lines("1,001") + "\nMills: 4"))
    assert table.frame["population"].to_list()[0] is None
    assert "mills" not in table.frame.columns


@pytest.mark.parametrize("again", ["2,000", "1,000"])
def test_a_thing_with_two_pages_of_one_edition_is_in_no_table(again: str) -> None:
    twice = page("Arnby", "2020", lines(again) + "\nMills: 2")
    (table,) = build([*six(), twice])
    assert "Arnby" not in table.frame["entity"].to_list()
    (conflict,) = table.conflicts
    assert (conflict.entity, conflict.reason) == ("Arnby", "several documents")


def test_four_pages_make_no_table() -> None:
    assert build(six()[:4]) == []


def test_a_page_that_prints_its_subject_in_capitals_is_its_own_row() -> None:
    pages = [
        document.model_copy(
            update={"text": document.text.replace(f"# {name}", f"# {name.upper()}")}
        )
        for document, name in zip(six(), TOWNS, strict=True)
    ]
    (table,) = build(pages)
    assert table.frame["entity"].to_list() == list(TOWNS)
