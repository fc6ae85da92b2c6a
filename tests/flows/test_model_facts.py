"""The stage in which a model reads facts: counts, agreement, faults, and a run that ends and goes on."""

import json
import re
from pathlib import Path

import pytest

from extractors.model_facts.agreement import Confirmed, trusted
from extractors.model_facts.options import ModelFactOptions
from flows.asking import ModelsStopped, with_models
from flows.config import Source, SynthesisConfig
from flows.corpus import inventory
from flows.fingerprints import extract_fingerprint, ingest_fingerprint
from flows.jobs import Job
from flows.model_facts import read_batch
from flows.model_stage import Done
from flows.stored import held_with_facts
from flows.workers import extract_job, ingest_job
from serving.circuit import RetryOptions
from serving.loopback import FaultOptions, LoopbackServer, even_faults
from serving.roles import Models, ModelServer, RoleOptions
from serving.scripted import ScriptedReply, ScriptedRequest
from warehouse.records import Document
from warehouse.store import Store
from warehouse.store_upkeep import forget_errors

QUICK = RetryOptions(timeout=2, deadline=30, first_wait=0.005, longest_wait=0.02, patience=0.3)
TEXT = """# {name}

{name} was designed by {maker}. The harbour of {name} lies in calm water and has served the coast for long, as told.

{name} was praised by Ida Holt in the papers of the town, and many ships have been laid up here since those days.
"""
STATED = re.compile(r"(?P<s>[A-Z]\w+ [A-Z]\w+) was (?P<r>\w+ by) (?P<o>[A-Z]\w+ [A-Z]\w+)")


def reader(request: ScriptedRequest) -> ScriptedReply:
    """Say every passive with an agent, and one thing that no text says."""
    facts = [
        {"subject": m["s"], "relation": m["r"], "object": m["o"], "quote": m[0], "time": ""}
        for m in STATED.finditer(request.messages[1][1])
    ]
    made_up = {
        "subject": "Nobody Here",
        "relation": "made by",
        "object": "Made Up",
        "quote": "Up is.",
    }
    facts.append(made_up)
    return ScriptedReply(text="Here it is:\n```json\n" + json.dumps({"facts": facts}) + "\n```")


def roles(server: LoopbackServer, *names: str, retry: RetryOptions = QUICK, **more) -> Models:
    model = ModelServer(model="scripted", address=server.address, retry=retry)
    return Models(servers={"m": model}, roles={n: RoleOptions(model="m") for n in names}, **more)  # type: ignore[misc]


class Home:
    """A home that has read and extracted two pages."""

    def __init__(self, folder: Path, config: SynthesisConfig) -> None:
        self.path, self.config = folder / "home", config
        documents = folder / "documents" / "general"
        documents.mkdir(parents=True)
        for name, maker in (("Arnby Quay", "Vera Holt"), ("Celt Pier", "Tom Berg")):
            text = TEXT.format(name=name, maker=maker)
            (documents / f"{name}.md").write_text(text, encoding="utf-8")
        self.store = Store(self.path)
        entries = inventory(config, folder / "documents", self.path / "inventory.json")
        with self.store.writing():
            job = Job(home=str(self.path), fingerprint=ingest_fingerprint(config), config=config)
            self.store.commit_shards(ingest_job(job.model_copy(update={"entries": tuple(entries)})))
            using = {"ingest": ingest_fingerprint(config)}
            self.ids = tuple(d.id for d in self.store.rows("documents", Document, using))
            files = {
                table: tuple(shard.file for shard in self.store.shards(table, using))
                for table in ("documents", "sections")
            }
            again = {"ids": self.ids, "fingerprint": extract_fingerprint(config), **files}
            self.store.commit_shards(extract_job(job.model_copy(update=again)))

    def read(self, server: LoopbackServer, **models) -> Done:
        (batch,) = held_with_facts(self.store, self.config, self.ids, 10)
        assert batch.facts
        given = roles(server, "extractor", **models)
        return with_models(
            self.path, given, lambda client: read_batch(self.path, self.config, client, batch)
        )


@pytest.fixture
def home(tmp_path) -> Home:
    options = ModelFactOptions(use="on")
    return Home(tmp_path, SynthesisConfig(sources=(Source(path="general"),), model_facts=options))


def test_facts_are_counted_by_section_and_refusals_by_reason(home):
    with LoopbackServer(reader) as server:
        done = home.read(server)
    facts = done.tables["model_facts"]
    assert sorted((f.subject.text, f.relation, f.object.text) for f in facts) == [
        ("Arnby Quay", "designed by", "Vera Holt"), ("Arnby Quay", "praised by", "Ida Holt"),
        ("Celt Pier", "designed by", "Tom Berg"), ("Celt Pier", "praised by", "Ida Holt"),
    ]  # fmt: skip
    assert {f.extractor for f in facts} == {"model/1+scripted"}
    assert sum(outcome.n_out for outcome in done.outcomes) == len(facts)
    assert set(home.ids) <= {outcome.input_id for outcome in done.outcomes}
    refused = [outcome for outcome in done.outcomes if outcome.status == "rejected"]
    assert {(o.reason, o.stage) for o in refused} == {("quote not found", "model_facts")}


def test_what_a_rule_read_too_is_surer_and_the_rules_fact_stands_for_both(home):
    with LoopbackServer(reader) as server:
        done = home.read(server)
    rows = {row.id: row for row in done.tables["confirmed"] if isinstance(row, Confirmed)}
    facts = {fact.id: fact for fact in done.tables["model_facts"]}
    both = {facts[i].relation for i in rows if i in facts}
    assert both == {"designed by"}  # no rule reads who praised what
    # 1 - (1 - 0.4)(1 - 0.9) = 0.94
    assert {row.confidence for row in rows.values()} == {0.94}
    surer = {row.id: row.confidence for row in rows.values()}
    assert not any(trusted(fact, surer, 0.5) for fact in facts.values())
    alone = [fact for fact in facts.values() if trusted(fact, surer, 0.4)]
    assert {fact.relation for fact in alone} == {"praised by"}


def test_a_second_reading_is_free_and_the_same(home):
    with LoopbackServer(reader) as server:
        first = home.read(server)
        seen = server.seen.total()
        again = home.read(server)
        assert server.seen.total() == seen
    assert again == first


@pytest.mark.parametrize(
    "text", ["", "I'm sorry, but I can't help with that.", "facts: none", '{"facts": 3}']
)
def test_a_reply_that_cannot_be_used_is_a_row_with_a_reason(home, text):
    with LoopbackServer(lambda _: ScriptedReply(text=text)) as server:
        done = home.read(server)
    assert not done.tables["model_facts"]
    failed = [o for o in done.outcomes if o.input_id not in home.ids]
    assert {o.status for o in failed} == {"rejected"}
    assert {o.reason for o in failed} <= {
        "the reply is empty", "the model refused", "the reply cannot be read",
    }  # fmt: skip


def test_under_faults_every_section_still_has_its_outcome(home):
    with LoopbackServer(reader, even_faults(0.3, slow=0.02, hang=30)) as server:
        done = home.read(server)
    counts = [o for o in done.outcomes if "#" not in o.input_id]
    assert len({o.input_id for o in counts}) == len(counts) >= 4
    assert sum(o.n_out for o in counts) == len(done.tables["model_facts"])


def test_what_is_not_answered_in_time_is_errored_without_rows_and_asked_again(home):
    busy = FaultOptions(shares={"503": 1.0})
    with LoopbackServer(reader, busy) as server:
        late = home.read(server, retry=QUICK.model_copy(update={"tries": 2}))
    assert {(o.status, o.reason) for o in late.outcomes} == {("errored", "deadline passed")}
    assert sorted(o.input_id for o in late.outcomes) == sorted(home.ids)
    assert not late.tables["model_facts"]
    with home.store.writing():
        home.store.commit("model_facts", "f", tables=late.tables, outcomes=late.outcomes)
        assert home.store.pending("model_facts", "f", input_ids=home.ids) == []
        assert forget_errors(home.store, "model_facts", "f") == 2
        assert home.store.pending("model_facts", "f", input_ids=home.ids) == list(home.ids)
    with LoopbackServer(reader) as server:
        assert len(home.read(server).tables["model_facts"]) == 4


def test_a_spent_budget_stops_the_stage(home):
    with LoopbackServer(reader) as server, pytest.raises(ModelsStopped, match=r"raise models\.caps"):  # fmt: skip
        home.read(server, caps={"tokens": 50})


def test_gleaning_asks_until_nothing_new_is_said(home, tmp_path):
    asked: list[int] = []

    def slow_reader(request: ScriptedRequest) -> ScriptedReply:
        rounds = len(request.messages) // 2  # system and user, then a pair for each round
        asked.append(rounds)
        facts = json.loads(reader(request).text.partition("json")[2].strip("`"))["facts"]
        return ScriptedReply(text=json.dumps({"facts": facts[:-1][rounds - 1 : rounds]}))

    options = ModelFactOptions(use="on", rounds=5)
    wide = Home(tmp_path / "wide", home.config.model_copy(update={"model_facts": options}))
    with LoopbackServer(slow_reader, FaultOptions()) as server:
        done = wide.read(server)
    # Two facts a page, one a round; the third round says nothing new and is the last of five.
    assert len(done.tables["model_facts"]) == 4
    assert max(asked) == 3
