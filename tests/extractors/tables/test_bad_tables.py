"""Tables as nobody should write them: nothing is guessed, nothing breaks."""

from collections.abc import Iterator
from pathlib import Path

from extractors.readers import ReadOptions, Rejected, read_file
from extractors.sections import split_sections
from extractors.tables import table_cells
from tests.extractors.tables.made_tables import one, read, reasons
from warehouse.cells import Cell


def csv_cells(folder: Path, text: str) -> list[Cell]:
    path = folder / "made.csv"
    path.write_text(text, encoding="utf-8")
    return list(_cells(path))


def _cells(path: Path) -> Iterator[Cell]:
    for found in read_file(path, root=path.parent, category="general", options=ReadOptions()):
        if not isinstance(found, Rejected):
            yield from table_cells(found, split_sections(found))


def test_twenty_thousand_columns_are_refused():
    row = "| " + " | ".join(str(n) for n in range(20_000)) + " |"
    found = read(f"{row}\n|{'---|' * 20_000}\n{row}\n", "json")
    assert not found.cells
    assert reasons(found) == ["too many columns"]


def test_ragged_rows_are_left_out():
    found = read("| Town | Area (ha) |\n|---|---|\n| Aa | 12 |\n| Bb | 13 | 14 |\n| Cc | 15 |\n")
    assert [cell.text for cell in found.cells] == ["12", "15"]
    assert reasons(found) == ["row of another width"]


def test_every_row_of_a_long_file_is_read(tmp_path: Path):
    lines = (f"Place {n},2019,{n}.5" for n in range(10_000))
    found = csv_cells(tmp_path, "Country,Year,Value\n" + "\n".join(lines))
    assert len(found) == 10_000
    assert (found[-1].entity, found[-1].value) == ("Place 9999", "9999.5")


def test_headings_that_repeat_are_refused_unless_one_is_empty():
    twice = "| Town | 2019 | 2019 |\n|---|---|---|\n| Aa | 1 | 2 |\n| Bb | 3 | 4 |\n"
    assert reasons(read(twice)) == ["heading repeats another"] * 4
    parts = "| Item | 2019 | 2019 |\n|---|---|---|\n| Aa | 1 |  |\n| Bb |  | 4 |\n"
    assert [cell.value for cell in read(parts).cells] == ["1", "4"]


def test_one_cell_over_everything_gives_nothing():
    row = "| 5 | 5 | 5 |\n"
    found = read(f"{row}|---|---|---|\n{row}{row}")
    assert not found.cells


def test_formulas_are_text_and_sql_is_a_name(tmp_path: Path):
    text = (
        "Name,Amount (kg)\n\"Robert'); DROP TABLE cells;--\",12\nBea,=cmd|' /C calc'!A0\n"
        "Cid,+1\nDee,@SUM(1+1)\n"
    )
    found = csv_cells(tmp_path, text)
    assert [cell.value for cell in found] == ["12", "1"]
    assert found[0].entity == "Robert'); DROP TABLE cells;--"


def test_an_identifier_is_no_measure():
    found = read(
        "| Name | ISO code | Zip | Size (m) |\n|---|---|---|---|\n"
        "| Aa | 36 | 10115 | 7 |\n| Bb | 40 | 10117 | 8 |\n"
    )
    assert [cell.text for cell in found.cells] == ["7", "8"]
    assert one(found, "7").measure.label == "size"
