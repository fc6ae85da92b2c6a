"""Tables of reports: figures of the pages' tables, compared only where their periods agree."""

from decimal import Decimal

import pytest

from extractors.sections import split_sections
from extractors.tables import table_cells
from warehouse.corpus_tables import CorpusTable, corpus_tables
from warehouse.identity import content_id
from warehouse.records import Document

PORTS = ("Arnby", "Bromo", "Celt", "Dorf", "Elm")


def report(
    name: str, lines: str, date: str = "2024", title: str = "Annual report {date} of {name}"
) -> Document:
    title = title.format(date=date, name=name)
    return Document(
        id=content_id("doc", title, lines), category="professional", source=f"professional/{name}.md",
        format="md", title=title, subject=name, date=date, series=name.casefold(), licence="CC0-1.0",
        text=f"# {title}\n\n{lines}\n", origins=(),
    )  # fmt: skip


def accounts(number: int, heading: str = "Cargo handled", years: str = "2024 | 2023") -> str:
    return (
        f"## {heading}\n\n| Item | {years} |\n|---|---|---|\n| Grain (tonnes) | {number}00 | {number}50 |\n"
        f"| Timber (tonnes) | 10 | 20 |\n| Total cargo (tonnes) | {number}10 | {number}70 |\n"
    )


def build(documents: list[Document]) -> list[CorpusTable]:
    cells = [
        cell for document in documents for cell in table_cells(document, split_sections(document))
    ]
    return corpus_tables(cells, {document.id: document for document in documents}, {})


def test_each_period_of_a_report_is_a_column():
    (table,) = build([report(port, accounts(n)) for n, port in enumerate(PORTS, 1)])
    assert (table.name, table.kind) == ("things_2024", "pages")
    assert table.frame["entity"].to_list() == list(PORTS)
    assert [(column.name, column.period.end, column.role) for column in table.columns] == [
        ("cargo handled > grain (t) 2023", "2023", "value"), ("cargo handled > grain (t) 2024", "2024", "value"),
        ("cargo handled > timber (t) 2023", "2023", "value"), ("cargo handled > timber (t) 2024", "2024", "value"),
        ("cargo handled > total cargo (t) 2023", "2023", "total"),
        ("cargo handled > total cargo (t) 2024", "2024", "total"),
    ]  # fmt: skip
    # Celt is the third port: 300 in 2024, and 350 in the year before.
    assert table.frame["cargo handled > grain (t) 2024"][2] == Decimal(300)
    assert table.frame["cargo handled > grain (t) 2023"][2] == Decimal(350)
    assert table.columns[0].shown == "Grain"


def test_a_measure_under_another_heading_is_another_one():
    reports = [report(port, accounts(n)) for n, port in enumerate(PORTS[:4], 1)]
    assert build([*reports, report("Elm", accounts(5, "Cargo sold"))]) == []


def test_years_that_end_on_other_days_stay_apart():
    title = "Form 10-K of {name}, fiscal year ended {date}"
    june = [report(p, accounts(n), "2024-06-30", title) for n, p in enumerate(PORTS[:3], 1)]
    december = [report(p, accounts(n), "2024-12-31", title) for n, p in enumerate(PORTS[3:], 4)]
    assert build([*june, *december]) == []


def accounts_of(
    number: int, heading: str, ends: tuple[str, str], total: str = "Total assets"
) -> str:
    return (
        f"## {heading}\n\n(In millions)\n\n| | {ends[0]} | {ends[1]} |\n|---|---|---|\n| Assets | | |\n"
        f"| Other | 1 | 2 |\n| {total} | ${number}00 | ${number}50 |\n"
    )


def test_years_that_end_on_other_days_are_compared_as_fiscal_years():
    title = "Form 10-K of {name}, fiscal year ended {date}"
    june = ("2024-06-30", ("June 30, 2024", "June 30, 2023"), "Consolidated balance sheets")
    january = (
        "2024-01-28",
        ("January 28, 2024", "January 29, 2023"),
        "Statements of financial position",
    )
    reports = [
        report(port, accounts_of(n, heading, ends), day, title)
        for n, (port, (day, ends, heading)) in enumerate(
            zip(PORTS, (june, june, june, january, january), strict=True), 1
        )
    ]
    (table,) = build(reports)
    assert (table.name, table.edition) == ("things_2024", "2024")
    names = [column.name for column in table.columns if "total assets" in column.name]
    assert names == [
        "balance sheet > total assets (USD) at end of FY2023",
        "balance sheet > total assets (USD) at end of FY2024",
    ]
    # Dorf is the fourth port, whose year ended in January: 400 million.
    assert table.frame[names[1]][3] == Decimal(400_000_000)
    assert table.closings[table.documents["Dorf"]] == "2024-01-28"


def test_two_fiscal_years_that_end_in_one_year_are_a_conflict():
    title = "Form 10-K of {name}, fiscal year ended {date}"
    day = "December 31, 2022"
    reports = [
        report(
            port, accounts_of(n, "Balance sheet", (day, "December 31, 2021")), "2022-12-31", title
        )
        for n, port in enumerate(PORTS, 1)
    ]
    odd = report(
        "Fenn", accounts_of(6, "Balance sheet", (day, "January 1, 2022")), "2022-12-31", title
    )
    late = report(
        "Gant",
        accounts_of(7, "Balance sheet", ("June 30, 2022", "June 30, 2021")),
        "2022-06-30",
        title,
    )
    (table,) = build([*reports, odd, late])
    fenn = [c for c in table.conflicts if c.entity == "Fenn" and "total assets" in c.column]
    assert [c.column for c in fenn] == ["balance sheet > total assets (USD) at end of FY2022"]


def test_fewer_pages_make_a_table_where_that_is_set():
    documents = {d.id: d for d in (report(p, accounts(n)) for n, p in enumerate(PORTS[:4], 1))}
    cells = [cell for d in documents.values() for cell in table_cells(d, split_sections(d))]
    assert corpus_tables(cells, documents, {}) == []
    (table,) = corpus_tables(cells, documents, {}, 4)
    assert table.frame.height == 4


def test_a_bare_year_is_known_on_reports_of_a_year_alone():
    def tables(form: str) -> list[CorpusTable]:
        title = f"Form of {{name}}, {form} ended {{date}}"
        return build([report(p, accounts(n), "2024-06-30", title) for n, p in enumerate(PORTS, 1)])

    assert len(tables("fiscal year")) == 1
    assert tables("quarterly period") == []


def test_annual_and_quarterly_reports_are_tables_of_their_own():
    yearly = [report(port, accounts(n)) for n, port in enumerate(PORTS, 1)]
    other = [
        report(port, accounts(n), title="Interim report {date} of {name}")
        for n, port in enumerate(PORTS, 1)
    ]
    first, second = build([*yearly, *other])
    assert first.frame.height == second.frame.height == 5
    assert {first.name, second.name} == {"things_2024", "things_2024_2"}


def test_a_figure_that_a_report_prints_twice_and_differently_is_a_conflict():
    twice = accounts(5) + "\nThe port counts again.\n\n" + accounts(6)
    reports = [report(port, accounts(n)) for n, port in enumerate(PORTS, 1)]
    (table,) = build([*reports, report("Fenn", twice)])
    fenn = {c.column for c in table.conflicts if c.entity == "Fenn"}
    assert "cargo handled > grain (t) 2024" in fenn
    assert "cargo handled > timber (t) 2024" not in fenn
    assert table.frame.row(5, named=True)["cargo handled > timber (t) 2024"] == Decimal(10)


@pytest.mark.parametrize(
    "heading",
    [
        "Balance sheet", "Consolidated balance sheets", "Condensed Consolidated Balance Sheets (Unaudited)",
        "Interim balance sheet",
    ],
)  # fmt: skip
def test_a_statement_is_one_whatever_its_title_says_of_its_kind(heading):
    reports = [report(port, accounts(n, "Balance sheet")) for n, port in enumerate(PORTS[:4], 1)]
    (table,) = build([*reports, report("Elm", accounts(5, heading))])
    assert table.columns[0].name == "balance sheet > grain (t) at 2023"
