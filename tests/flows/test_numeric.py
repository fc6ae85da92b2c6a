"""Numerical questions from the built-in reports: made, worked out again from the printed figures, and refused."""

import json
from collections import defaultdict
from pathlib import Path

import polars as pl
import pytest

from extractors.document_cells import cells_alone
from flows.config import load_config
from flows.corpus import inventory
from flows.stages import Ingested, extract, ingest
from flows.synthesis import synthesise
from flows.worlds import Scope, Yield
from generators.contexts import PoolSection
from verifiers.second_engine import compute
from warehouse.numeric import Query
from warehouse.records import Section
from warehouse.wide_tables import DECIMAL, KEY

ROOT = Path(__file__).resolve().parents[2]
CONFIG = """
seed = 7
[[sources]]
path = "professional/harbours"
category = "professional"
[[sources]]
path = "professional/energy-co-operatives"
category = "professional"
[generate]
rows = 1
[numeric]
rows = 60
"""


@pytest.fixture(scope="module")
def read(tmp_path_factory) -> Ingested:
    folder = tmp_path_factory.mktemp("numeric")
    (folder / "run.toml").write_text(CONFIG, encoding="utf-8")
    config = load_config(folder / "run.toml")
    entries = inventory(config, ROOT / "corpora", folder / "inventory.json")
    return ingest(entries, config)


@pytest.fixture(scope="module")
def made(read, tmp_path_factory) -> Yield:
    folder = tmp_path_factory.mktemp("numeric")
    (folder / "run.toml").write_text(CONFIG, encoding="utf-8")
    config = load_config(folder / "run.toml")
    documents = {document.id: document for document in read.documents}
    sections: dict[str, list[Section]] = defaultdict(list)
    for stored in read.sections:
        sections[stored.section.document_id].append(stored.section)
    found = extract([(document, sections[document.id]) for document in read.documents])
    pool = [
        PoolSection(stored.section, documents[stored.section.document_id], stored.tokens)
        for stored in read.sections
    ]
    scope = Scope("train", "professional")
    return synthesise(scope, (found.facts, found.cells), pool, frozenset(), config)


def numeric(made: Yield) -> list:
    rows = [row for row in made.samples if row.task_type == "corpus_numeric"]
    assert rows
    return rows


def test_the_quota_is_filled_from_many_families(made):
    rows = numeric(made)
    assert len(rows) == 60
    assert len({row.strategy for row in rows}) >= 15
    assert {json.loads(row.program)["difficulty"] for row in rows} == {1, 2, 3}


def test_every_drawn_query_has_one_outcome(made):
    ids = [outcome.input_id for outcome in made.outcomes]
    assert len(ids) == len(set(ids))
    assert sum(outcome.status == "ok" for outcome in made.outcomes) == len(made.samples)


def test_answers_follow_from_the_cells_that_the_program_names(made):
    for row in numeric(made):
        program = json.loads(row.program)
        query = Query.model_validate(program["query"])
        columns: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        for cell in program["cells"]:
            columns[cell["table"], cell["column"]][cell["entity"]] = cell["value"]
        asked = {(ref.table, ref.column) for ref in _refs(query)}
        if any(len(columns[key]) < len(query.entities) for key in asked):
            continue  # a figure behind a condition that is not met is not read
        tables = {}
        for name in query.tables:
            own = {c: values for (table, c), values in columns.items() if table == name}
            tables[name] = pl.DataFrame(
                {KEY: list(query.entities)}
                | {
                    c: pl.Series([values[e] for e in query.entities]).cast(DECIMAL)
                    for c, values in own.items()
                }
            )
        found = compute(query, tables)
        if query.operation == "first_past":
            assert found.number is not None
            last = query.quantity.columns[int(found.number) - 1]
            assert row.answer in (last.column.split()[-1], last.table.split("_")[1])
        elif found.number is None:
            assert "; ".join(found.names) == row.answer
        else:
            assert abs(found.number - float(row.answer)) <= 0.00501


def _refs(query: Query) -> list:
    second = query.second.columns if query.second else ()
    return [*query.quantity.columns, *second, *(c.column for c in query.conditions)]


def test_figures_stand_in_the_context_and_in_several_documents(made):
    texts = {context.id: context.text for context in made.contexts}
    for row in numeric(made):
        quotes = [span.quote for span in row.evidence]
        assert all(
            span.quote == texts[row.context_id][span.start : span.end] for span in row.evidence
        )
        cells = json.loads(row.program)["cells"]
        assert all(any(cell["text"] in quote for quote in quotes) for cell in cells)
        assert len({cell["document_id"] for cell in cells if cell["critical"]}) >= 2


def test_a_closed_scope_holds_all_that_the_context_has_of_its_dates(made, read):
    documents = {document.id: document for document in read.documents}
    contexts = {context.id: context for context in made.contexts}
    closed = [row for row in numeric(made) if "each of which" in row.question]
    assert closed
    for row in closed:
        program = json.loads(row.program)
        editions = {table["edition"] for table in program["tables"]}
        shown = {documents[s.document_id] for s in contexts[row.context_id].sections}
        things = {document.subject for document in shown if document.date in editions}
        assert things <= set(program["query"]["entities"])


def test_sections_read_again_alone_give_their_own_cells_and_no_others(read):
    report = next(d for d in read.documents if d.subject == "Port of Varlund")
    sections = [s.section for s in read.sections if s.section.document_id == report.id]
    every = {cell.id: cell for cell in cells_alone(report, sections)}
    for section in sections:
        own = {cell.id for cell in cells_alone(report, [section])}
        assert own == {i for i, cell in every.items() if cell.section_id == section.id}


def test_the_report_has_its_tables(made):
    names = {row.name: row for row in made.tables}
    assert {"harbour_2023", "harbour_2024", "cooperative_2024"} <= set(names)
    assert names["harbour_2024"].rows == 18
    assert sum(row.questions for row in made.tables) >= 60
