"""Filings of eight companies, each with words and days of its own: what is compared, what is not, and what is asked."""

import json
from collections import defaultdict
from decimal import Decimal

import pytest

from extractors.document_cells import document_cells
from flows.config import load_config
from flows.corpus import inventory
from flows.numeric import Given, add_numeric
from flows.stages import ingest
from flows.worlds import Scope, Yield
from generators.contexts import Pool, PoolSection
from tests.flows.made_filings import COMPANIES, assets, profit, write_filings
from warehouse.cells import Cell
from warehouse.corpus_tables import CorpusTable, corpus_tables
from warehouse.numeric import Query
from warehouse.records import Document, Section

CONFIG = """
seed = 7
[[sources]]
path = "filings"
category = "professional"
[generate]
rows = 1
[numeric]
rows = 8
rounds = 1
"""


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    folder = tmp_path_factory.mktemp("filings")
    write_filings(folder / "filings")
    (folder / "run.toml").write_text(CONFIG, encoding="utf-8")
    config = load_config(folder / "run.toml")
    found = ingest(inventory(config, folder, folder / "inventory.json"), config)
    documents = {document.id: document for document in found.documents}
    sections: dict[str, list[Section]] = defaultdict(list)
    for stored in found.sections:
        sections[stored.section.document_id].append(stored.section)
    cells = [c for d in found.documents for c in document_cells(d, sections[d.id], ())[0]]
    pool = [
        PoolSection(stored.section, documents[stored.section.document_id], stored.tokens)
        for stored in found.sections
    ]
    return documents, cells, pool, config


@pytest.fixture(scope="module")
def table(read) -> CorpusTable:
    documents: dict[str, Document] = read[0]
    cells: list[Cell] = read[1]
    (pages,) = (t for t in corpus_tables(cells, documents, {}) if t.kind == "pages")
    return pages


def test_every_filing_is_a_row_of_one_table_by_fiscal_year(table):
    assert (table.edition, table.frame.height) == ("2024", len(COMPANIES))
    names = {column.name for column in table.columns}
    for line in ("total assets", "total current assets", "cash and cash equivalents"):
        for year in ("2023", "2024"):
            assert f"balance sheet > {line} (USD) at end of FY{year}" in names


@pytest.mark.parametrize("ago", [0, 1])
def test_total_assets_are_those_of_the_balance_sheet_in_full(table, ago):
    column = f"balance sheet > total assets (USD) at end of FY{2024 - ago}"
    values = dict(zip(table.frame["entity"], table.frame[column], strict=True))
    assert values == {c.name: Decimal(assets(c, ago) * 10**6) for c in COMPANIES}


def test_profits_are_compared_where_they_are_called_alike_and_losses_are_negative(table):
    values = dict(
        zip(
            table.frame["entity"],
            table.frame["income statement > net income (USD) FY2024"],
            strict=True,
        )
    )
    called = {c.name: c for c in COMPANIES if "income" in c.profit}
    assert {name: value for name, value in values.items() if value is not None} == {
        name: Decimal(profit(company, 0) * 10**6) for name, company in called.items()
    }
    assert values["Dogwood Stores, Inc."] == -80 * 10**6


def test_what_needs_its_group_what_has_either_sign_and_what_has_no_scale_is_not_compared(table):
    paths = {(column.measure.path, column.measure.label) for column in table.columns}
    assert {path for path, label in paths if label == "other"} == {
        ("balance sheet", "assets"), ("balance sheet", "assets", "current assets")
    }  # fmt: skip
    assert not any(path[0] == "note 4. leases" for path, _ in paths)
    assert "interest expense" not in {label for _, label in paths}
    assert {c.reason for c in table.conflicts if "interest expense" in c.column} == {"signs differ"}


def test_questions_are_asked_and_their_answers_follow_from_what_the_filings_print(read):
    documents, cells, pool, config = read
    out = Yield()
    add_numeric(
        Scope("train", "professional"), Given(cells, (), pool), lambda: Pool(pool, 7), config, out
    )
    assert len(out.samples) >= 5
    by_name = {company.name: company for company in COMPANIES}
    for row in out.samples:
        program = json.loads(row.program)
        assert "fiscal year that ended in 20" in row.question
        assert Query.model_validate(program["query"]).refs
        for cell in program["cells"]:
            subject = documents[cell["document_id"]].subject
            assert cell["entity"] == subject
            if "total assets" in cell["column"]:
                ago = 2024 - int(cell["column"][-4:])
                assert Decimal(cell["value"]) == assets(by_name[subject], ago) * 10**6
