"""Lists as corpus tables: each row a named thing, long and wide files alike, totals and conflicts apart."""

from decimal import Decimal

import polars as pl

from extractors.sections import split_sections
from extractors.tables import table_cells
from warehouse import list_tables
from warehouse.cells import Cell, Measure, Period, Place, cell_id
from warehouse.corpus_tables import CorpusTable, corpus_tables
from warehouse.identity import content_id
from warehouse.records import Document
from warehouse.shards import to_frame

TOWNS = ("Arnby", "Bromo", "Celt", "Dorf", "Elm", "Fenn")


def sheet(lines: list[str], source: str = "general/towns.csv", date: str = "") -> Document:
    header, *rows = (f"| {line.replace(',', ' | ')} |" for line in lines)
    rule = "|---" * (header.count("|") - 1) + "|"
    text = "\n".join((header, rule, *rows)) + "\n"
    return Document(
        id=content_id("doc", source, text), category="general", source=source, format="csv", title="Towns",
        subject="", date=date, series="towns", licence="CC0-1.0", text=text, origins=(),
    )  # fmt: skip


def read(*documents: Document) -> list[Cell]:
    return [
        cell for document in documents for cell in table_cells(document, split_sections(document))
    ]


def build(*documents: Document) -> list[CorpusTable]:
    return corpus_tables(read(*documents), {document.id: document for document in documents}, {})


def test_a_wide_file_is_a_table_of_its_things():
    document = sheet(
        ["Town,Mills,Area (sq km)", *(f"{town},{n},{n}.5" for n, town in enumerate(TOWNS))], date="2020"
    )  # fmt: skip
    (table,) = build(document)
    assert (table.name, table.kind, table.edition) == ("towns_2020", "list", "2020")
    assert table.frame["entity"].to_list() == list(TOWNS)
    assert [column.name for column in table.columns] == ["area (sq km)", "mills"]
    assert [column.shown for column in table.columns] == ["Area", "Mills"]
    assert table.frame["area (sq km)"][3] == Decimal("3.5")
    cell = table.cells[table.frame["mills__cell"][2]]
    assert (cell.entity, cell.text) == ("Celt", "2")
    assert dict(table.documents) == dict.fromkeys(TOWNS, document.id)
    assert len(table.cells) == len(list(table.cells)) == 12
    assert "no cell" not in table.cells


def test_a_long_file_has_a_column_for_each_period():
    lines = [f"{town},{year},{n}{year}" for n, town in enumerate(TOWNS, 1) for year in (2019, 2020)]
    (table,) = build(sheet(["Country,Year,Value", *lines]))
    assert [column.name for column in table.columns] == ["towns 2019", "towns 2020"]
    assert [column.period.end for column in table.columns] == ["2019", "2020"]
    assert table.frame["towns 2020"].to_list() == [Decimal(f"{n}2020") for n in range(1, 7)]


def test_a_file_that_is_read_in_parts_is_one_table():
    head = "Country,Year,Value"
    lines = [f"{town},2020,{n}" for n, town in enumerate(TOWNS)]
    first = sheet([head, *lines[:4]], "general/towns.csv#rows-0-3")
    second = sheet([head, *lines[4:]], "general/towns.csv#rows-4-5")
    (table,) = build(first, second)
    assert table.frame.height == 6
    assert table.documents["Arnby"] == first.id
    assert table.documents["Fenn"] == second.id


def test_a_row_of_totals_is_no_thing_and_a_column_of_totals_is_one():
    rows = [f"{town},{n},1,{n + 1}" for n, town in enumerate(TOWNS)]
    (table,) = build(sheet(["Town,Mills,Farms,Total", *rows, "Total,15,6,21"]))
    assert table.frame["entity"].to_list() == list(TOWNS)
    assert {column.name: column.role for column in table.columns} == {
        "mills": "value", "farms": "value", "total": "total"
    }  # fmt: skip


def test_what_two_rows_state_differently_is_a_conflict_and_in_no_field():
    cells = [figure(town, "mills", str(n)) for n, town in enumerate(TOWNS)]
    again = figure("Arnby", "mills", "9", at=900)
    same = figure("Bromo", "mills", "1", at=950)
    (table,) = corpus_tables(
        [*cells, again, same], {"d": sheet(["Town,Mills"]).model_copy(update={"id": "d"})}, {}
    )
    assert "Arnby" not in table.frame["entity"].to_list()
    (conflict,) = table.conflicts
    assert (conflict.entity, conflict.column, conflict.reason) == (
        "Arnby",
        "mills",
        "stated differently",
    )
    assert conflict.sources == tuple(sorted((cells[0].id, again.id)))


def test_rows_of_the_store_give_the_same_table_as_records():
    document = sheet(
        ["Town,Mills,Area (sq km)", *(f"{town},{n},1" for n, town in enumerate(TOWNS))]
    )
    cells = read(document)
    documents = {document.id: document}
    (one,) = corpus_tables(cells, documents, {})
    (other,) = corpus_tables([to_frame(cells[:7], Cell), to_frame(cells[7:], Cell)], documents, {})
    assert one.frame.equals(other.frame)
    assert one.columns == other.columns
    assert dict(one.cells) == dict(other.cells)


def test_a_list_with_too_many_columns_is_a_conflict():
    documents = {"d": sheet(["Town,Mills"]).model_copy(update={"id": "d"})}
    cells = [
        figure(town, f"measure {m}", str(n), at=1000 * m + n)
        for m in range(list_tables.MOST_COLUMNS + 1)
        for n, town in enumerate(TOWNS)
    ]
    (table,) = corpus_tables(cells, documents, {})
    assert (table.columns, table.frame.height) == ((), 0)
    assert [(c.reason, c.sources) for c in table.conflicts] == [("more than 2,000 columns", ("d",))]


def test_four_rows_make_no_table_and_notes_are_left_out():
    assert build(sheet(["Town,Mills", *(f"{town},{n}" for n, town in enumerate(TOWNS[:4]))])) == []
    noted = [f"{town},{n} (old town only)" for n, town in enumerate(TOWNS)]
    assert build(sheet(["Town,Mills", *noted])) == []


def test_much_disagreement_is_listed_once_for_a_column():
    count = list_tables.LISTED + 1
    cells = [figure(f"N{n}", "mills", str(v), at=10 * n + v) for n in range(count) for v in (1, 2)]
    cells += [figure(town, "mills", "3", at=90_000 + n) for n, town in enumerate(TOWNS)]
    (table,) = corpus_tables(cells, {"d": sheet(["Town,Mills"]).model_copy(update={"id": "d"})}, {})
    (conflict,) = table.conflicts
    assert (conflict.entity, conflict.column) == ("", "mills")
    assert len(conflict.sources) == list_tables.SOURCES


def test_nouns_of_the_things_name_a_list():
    document = sheet(["Town,Mills", *(f"{town},{n}" for n, town in enumerate(TOWNS))])
    (table,) = corpus_tables(
        read(document), {document.id: document}, dict.fromkeys(TOWNS[:4], "town")
    )
    assert (table.name, table.noun) == ("town", "town")
    assert isinstance(table.frame, pl.DataFrame)


def figure(entity: str, label: str, value: str, at: int | None = None) -> Cell:
    start = at if at is not None else 10 * TOWNS.index(entity)
    measure = Measure(label=label, path=(), unit="", basis="")
    return Cell(
        id=cell_id("d", start, start + 1, measure, "pipe-table/1"), document_id="d", section_id="s", table="0",
        row=start, column=1, entity=entity, named=Place(start=start, end=start + 1), measure=measure,
        period=Period(length="", end=""), text=value, start=start, end=start + 1, value=value, step="1", notes=(),
        role="value", exact=True, support=(), extractor="pipe-table/1",
    )  # fmt: skip
