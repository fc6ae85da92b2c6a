"""Finished samples looked at once more by models: worded better, solved again, and published accordingly."""

import json
import re
from collections import defaultdict
from pathlib import Path

import pytest

from flows.asking import with_models
from flows.config import ConfigError, SynthesisConfig, load_config
from flows.corpus import inventory
from flows.model_stage import Done
from flows.model_work import ModelWork
from flows.rewriting import STAGE as REWRITE
from flows.rewriting import reader_of, rewrite_batch
from flows.sample_batches import sample_batches, sample_ids
from flows.second_programs import STAGE as PROGRAM
from flows.second_programs import solve_batch
from flows.stages import extract, ingest
from flows.synthesis import synthesise
from flows.worlds import Scope, Yield
from generators.contexts import PoolSection
from serving.loopback import LoopbackServer
from serving.scripted import ScriptedReply, ScriptedRequest
from tests.flows.test_model_facts import roles
from tests.flows.test_numeric import CONFIG, ROOT
from warehouse.records import Section
from warehouse.snapshot_rows import SampleRow
from warehouse.store import Store

ON = """
[rewriting]
use = "on"
[second_program]
use = "gate"
[models.servers.m]
model = "scripted"
address = "http://127.0.0.1:9/v1"
[models.roles]
writer = { model = "m" }
solver = { model = "m" }
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[SynthesisConfig, Yield]:
    folder = tmp_path_factory.mktemp("work")
    text = CONFIG.replace("rows = 60", "rows = 12").replace("rows = 1\n", "rows = 4\n") + ON
    (folder / "run.toml").write_text(text, encoding="utf-8")
    config = load_config(folder / "run.toml")
    read = ingest(inventory(config, ROOT / "corpora", folder / "inventory.json"), config)
    sections: dict[str, list[Section]] = defaultdict(list)
    for stored in read.sections:
        sections[stored.section.document_id].append(stored.section)
    documents = {document.id: document for document in read.documents}
    found = extract([(document, sections[document.id]) for document in read.documents])
    pool = [
        PoolSection(stored.section, documents[stored.section.document_id], stored.tokens)
        for stored in read.sections
    ]
    scope = Scope("train", "professional")
    return config, synthesise(scope, (found.facts, found.cells), pool, frozenset(), config)


@pytest.fixture
def store(made, tmp_path) -> Store:
    """A store that holds the samples as one world."""
    out = Store(tmp_path / "home")
    with out.writing():
        tables = {"samples": made[1].samples, "views": made[1].views}
        out.commit("generate", "world", tables=tables, outcomes=made[1].outcomes)
    return out


def numeric(made) -> list[SampleRow]:
    return [row for row in made[1].samples if row.task_type == "corpus_numeric"]


def test_a_view_shows_the_columns_asked_for_among_others_and_the_rows_of_the_context(made):
    views = {view.id: view for view in made[1].views}
    contexts = {context.id: context for context in made[1].contexts}
    assert set(views) == {row.id for row in numeric(made)}
    for row in numeric(made):
        program, view = json.loads(row.program), views[row.id]
        asked = {(cell["table"], cell["column"]) for cell in program["cells"]}
        held = {(table.name, column.name) for table in view.tables for column in table.columns}
        assert asked < held
        documents = {section.document_id for section in contexts[row.context_id].sections}
        assert all(len(table.entities) <= len(documents) for table in view.tables)
        assert all(set(program["query"]["entities"]) <= set(t.entities) for t in view.tables)


def test_a_question_is_read_back_from_its_view_and_another_one_is_not(made):
    views = {view.id: view for view in made[1].views}
    row = numeric(made)[0]
    read = reader_of(row, views[row.id])
    assert read is not None
    assert read(row.question).status == "passed"
    assert read(row.question.replace("2024", "2023")).status == "failed"
    missing = reader_of(row, None)
    assert missing is not None
    assert missing(row.question).status == "failed"


def fluent(request: ScriptedRequest) -> ScriptedReply:
    """Join the sentences, and change a name where there is an odd number of words."""
    question = re.search(r"mark=\w+>\nQuestion\n\n(.*)\n</document", request.messages[1][1])
    assert question is not None
    text = question[1].replace("Consider ", "Take ").replace("Look at ", "Consider ")
    if len(text.split()) % 2:
        text = text.replace("Port", "Fort")
    return ScriptedReply(text=json.dumps({"question": text}))


def rewrites(made, store: Store) -> Done:
    config = made[0]
    ids = sample_ids(store, ["world"])
    (batch,) = sample_batches(store, ["world"], ids, 100)
    with LoopbackServer(fluent) as server:
        return with_models(
            store.home, roles(server, "writer"), lambda c: rewrite_batch(store.home, config, c, batch)
        )  # fmt: skip


def test_a_variant_that_passes_is_published_and_a_refused_one_leaves_the_template(made, store):
    done = rewrites(made, store)
    assert len(done.outcomes) == len(made[1].samples)
    taken = {row.sample_id: row.text for row in done.tables["rewrites"] if row.accepted}
    refused = {o.reason for o in done.outcomes if o.status == "rejected"}
    assert taken
    assert refused <= {
        "nothing is changed", "names differ", "the wording cannot be read", "the wording says another query",
    }  # fmt: skip
    with store.writing():
        store.commit(REWRITE, "f", tables=done.tables, outcomes=done.outcomes)
    rows = ModelWork(rewriting="f").applied(store, made[0], made[1].samples)
    assert len(rows) == len(made[1].samples)
    for before, after in zip(made[1].samples, rows, strict=True):
        assert after.answer == before.answer
        if before.id in taken:
            assert after.question == after.core_question == taken[before.id]
            assert taken[before.id] in after.prompt[0].content
            assert before.question not in after.prompt[0].content
            assert after.id != before.id
            assert after.verdicts[-1].check == "rewriting"
        else:
            assert after == before


def first_programs(made) -> dict[str, str]:
    return {row.question: json.loads(row.program)["sql"] for row in numeric(made)}


def test_both_programs_are_kept_and_a_gate_leaves_out_what_they_differ_on(made, store):
    rows = numeric(made)
    answers = {row.question: row for row in rows}
    wrong = rows[0].question

    def solver(request: ScriptedRequest) -> ScriptedReply:
        """Select the stored answer as a literal, which no blind author can; a wrong one for one question."""
        text = request.messages[1][1]
        row = answers[next(question for question in answers if question in text)]
        items = ["Nowhere"] if row.question == wrong else row.answer_items or [row.answer]
        number = row.answer_kind == "number" and row.question != wrong
        parts = [item if number else f"'{item}'" for item in items]
        table = re.search(r"\nTable (\w+)\n", text)
        assert table is not None
        sql = " UNION ALL ".join(f"SELECT DISTINCT {part} AS a FROM {table[1]}" for part in parts)
        return ScriptedReply(text=json.dumps({"sql": sql}))

    config = made[0]
    (batch,) = sample_batches(store, ["world"], sample_ids(store, ["world"], "corpus_numeric"), 100)
    with LoopbackServer(solver) as server:
        done = with_models(
            store.home, roles(server, "solver"),
            lambda c: solve_batch(store.home, config, (c, {}), batch),
        )  # fmt: skip
    programs = {row.id: row for row in done.tables["second_programs"]}
    assert {programs[row.id].first for row in rows} == set(first_programs(made).values())
    refused = [row.id for row in rows if programs[row.id].finding != "equal"]
    assert rows[0].id in refused
    with store.writing():
        store.commit(PROGRAM, "f", tables=done.tables, outcomes=done.outcomes)
    kept = ModelWork(programs="f").applied(store, config, made[1].samples)
    assert {row.id for row in made[1].samples} - {row.id for row in kept} == set(refused)
    advise = config.model_copy(
        update={"second_program": config.second_program.model_copy(update={"use": "advise"})}
    )
    shown = {row.id: row for row in ModelWork(programs="f").applied(store, advise, made[1].samples)}
    assert shown[rows[0].id].verdicts[-1].status == "unknown"
    assert shown[rows[-1].id].verdicts[-1].check == "second_program"


def test_a_stage_without_its_role_is_a_configuration_that_cannot_be_used(tmp_path):
    path = tmp_path / "run.toml"
    path.write_text(CONFIG + '[proposals]\nuse = "on"\n', encoding="utf-8")
    with pytest.raises(
        ConfigError, match=r"proposals\.use asks a model, and models\.roles\.extractor"
    ):
        load_config(path)


def test_without_models_samples_stay_as_they_are(made, store):
    assert ModelWork().applied(store, made[0], made[1].samples) == made[1].samples
    assert ModelWork().stages == []
    assert Path(store.home).is_dir()
