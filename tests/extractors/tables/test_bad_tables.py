"""Tables as nobody should write them: nothing is guessed, nothing breaks."""

from collections.abc import Iterator
from pathlib import Path

from extractors.readers import ReadOptions, Rejected, read_file
from extractors.sections import split_sections
from extractors.tables import read_table_cells, table_cells
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


def test_twenty_thousand_columns_of_a_csv_are_rejected(tmp_path: Path):
    path = tmp_path / "wide.csv"
    row = ",".join(map(str, range(20_000)))
    path.write_text(f"{row}\n{row}\n", encoding="utf-8")
    found = list(read_file(path, root=tmp_path, category="general", options=ReadOptions()))
    assert [item.reason for item in found if isinstance(item, Rejected)] == ["no table"]
    assert len(found) == 1


def test_a_wide_table_takes_nothing_from_the_one_below():
    row = "| " + " | ".join(str(n) for n in range(600)) + " |"
    good = "| Town | Area (ha) |\n|---|---|\n| Aa | 12 |\n| Bb | 13 |\n"
    found = read(f"{row}\n|{'---|' * 600}\n{row}\n\nAnother table:\n\n{good}")
    assert [cell.text for cell in found.cells] == ["12", "13"]
    assert reasons(found) == ["too many columns"]


def test_ragged_csv_rows_keep_their_columns(tmp_path: Path):
    found = csv_cells(tmp_path, "Town,Area (ha),Wells\nAa,12\nBb,13,4,99\nCc,,5\n")
    said = [(cell.entity, cell.measure.label, cell.value) for cell in found]
    assert said == [
        ("Aa", "area", "12"),
        ("Bb", "area", "13"),
        ("Bb", "wells", "4"),
        ("Cc", "wells", "5"),
    ]


def test_headings_that_repeat_in_a_csv_are_refused_and_others_kept():
    found = read(
        "| Town | Area (ha) | Area (ha) | Wells |\n|---|---|---|---|\n"
        "| Aa | 1 | 2 | 5 |\n| Bb | 3 | 4 | 6 |\n"
    )
    assert [cell.text for cell in found.cells] == ["5", "6"]
    assert reasons(found) == ["heading repeats another"] * 4


def test_mixed_marks_refuse_a_table_and_not_the_next():
    found = read(
        "| Town | Area (ha) |\n|---|---|\n| Aa | 1.25 |\n| Bb | 3,25 |\n\nThe second survey:\n\n"
        "| Town | Area (ha) |\n|---|---|\n| Aa | 1.25 |\n| Bb | 3.25 |\n"
    )
    assert [cell.value for cell in found.cells] == ["1.25", "3.25"]
    assert reasons(found) == ["decimal commas and points"]


def test_a_cell_merged_over_everything_has_a_reason(tmp_path: Path):
    path = tmp_path / "page.html"
    path.write_text(
        "<h1>Survey</h1><p>The towns of the valley and how large each of them is.</p>"
        "<table><tr><th>Town</th><th>Area (ha)</th></tr><tr><td colspan=2 rowspan=3>7</td></tr>"
        "<tr></tr><tr></tr></table>"
        "<p>The same for the hills, which were measured a year later.</p>"
        "<table><tr><th>Town</th><th>Area (ha)</th></tr><tr><td>Aa</td><td>12</td></tr>"
        "<tr><td>Bb</td><td>13</td></tr></table>",
        encoding="utf-8",
    )
    (document,) = read_file(path, root=tmp_path, category="general", options=ReadOptions())
    assert not isinstance(document, Rejected)
    found = read_table_cells(document, split_sections(document))
    assert [cell.text for cell in found.cells] == ["12", "13"]
    assert len(found.refused) >= 1


def test_formulas_are_refused_and_never_computed(tmp_path: Path):
    path = tmp_path / "made.csv"
    text = 'Name,Amount (kg)\nAda,12\nBea,=cmd|\' /C calc\'!A0\nCid,=1+1\nDee,"=HYPERLINK(""http://x"",1)"\nEve,14\n'
    path.write_text(text, encoding="utf-8")
    (document,) = read_file(path, root=tmp_path, category="general", options=ReadOptions())
    assert not isinstance(document, Rejected)
    found = read_table_cells(document, split_sections(document))
    assert [(cell.entity, cell.value) for cell in found.cells] == [("Ada", "12"), ("Eve", "14")]
    assert [(item.reason, item.detail) for item in found.refused] == [
        ("formula", "=cmd/' /C calc'!A0"), ("formula", "=1+1"), ("formula", '=HYPERLINK("http://x",1)'),
    ]  # fmt: skip


def test_numbers_too_long_to_compute_with_are_no_numbers():
    long = "9" * 30
    found = read(
        f"| Town | Area (ha) |\n|---|---|\n| Aa | {long} |\n| Bb | 1E+40 |\n| Cc | 15 |\n| Dd | 4 |\n"
    )
    assert [cell.text for cell in found.cells] == ["15", "4"]
