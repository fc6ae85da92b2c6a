"""What the extract stage gives of documents: facts, cells, and outcomes that account for both."""

import pytest

from extractors.document_cells import document_cells
from extractors.sections import split_sections
from flows.config import Source, SynthesisConfig
from flows.corpus import inventory
from flows.fingerprints import extract_fingerprint, ingest_fingerprint
from flows.jobs import Job
from flows.stages import extract
from flows.workers import extract_job, generate_job, ingest_job
from warehouse.cells import Cell
from warehouse.ledger import balance
from warehouse.records import Document, Outcome
from warehouse.shards import OUTCOMES
from warehouse.store import Store

CONFIG = SynthesisConfig(sources=(Source(path="general", category="general"),))
ACCOUNTS = """# Port of {name}

The port of {name} handles grain, timber and containers for the towns along the lower river, as it has since 1894.

| Item | 2020 | 2021 |
|---|---|---|
| Cargo (t) | {cargo} | 6 |
| Calls | 7 | (8) |
"""


class Home:
    """A store that has read two ports."""

    def __init__(self, folder) -> None:
        self.path = folder / "home"
        documents = folder / "documents"
        (documents / "general").mkdir(parents=True)
        for name, cargo in (("Arnby", 5), ("Celt", 9)):
            text = ACCOUNTS.format(name=name, cargo=cargo)
            (documents / "general" / f"{name}.md").write_text(text, encoding="utf-8")
        self.store = Store(self.path)
        entries = inventory(CONFIG, documents, self.path / "inventory.json")
        self.read = {"ingest": ingest_fingerprint(CONFIG)}
        self.extracted = {"extract": extract_fingerprint(CONFIG)}
        with self.store.writing():
            self.store.commit_shards(
                ingest_job(self._job(self.read["ingest"], entries=tuple(entries)))
            )
        self.documents = list(self.store.rows("documents", Document, self.read))
        self.ids = tuple(document.id for document in self.documents)

    def extract(self) -> list[Cell]:
        with self.store.writing():
            job = self._job(self.extracted["extract"], ids=self.ids, **self._files(self.read))
            self.store.commit_shards(extract_job(job))
        balance(
            self.store, "extract", fingerprint=self.extracted["extract"], input_ids=self.ids, counted={"facts"}
        )  # fmt: skip
        return list(self.store.rows("cells", Cell, self.extracted))

    def generate(self, **files: tuple[str, ...]) -> None:
        files = self._files(self.read) | files
        generate_job(self._job("world", ids=self.ids, split="train", **files))

    def outcomes(self) -> list[Outcome]:
        return list(self.store.rows(OUTCOMES, Outcome, self.extracted))

    def files(self, table: str) -> tuple[str, ...]:
        return tuple(shard.file for shard in self.store.shards(table, self.extracted))

    def _files(self, using) -> dict[str, tuple[str, ...]]:
        return {
            table: tuple(shard.file for shard in self.store.shards(table, using))
            for table in ("documents", "sections")
        }

    def _job(self, fingerprint: str, **more) -> Job:
        return Job(home=str(self.path), fingerprint=fingerprint, config=CONFIG, **more)


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path)


def test_cells_are_rows_of_the_store_and_a_refused_figure_is_counted(home):
    cells = home.extract()
    assert sorted((c.entity, c.measure.label, c.period.end, c.value) for c in cells) == [
        ("Port of Arnby", "calls", "2020", "7"), ("Port of Arnby", "cargo", "2020", "5"),
        ("Port of Arnby", "cargo", "2021", "6"), ("Port of Celt", "calls", "2020", "7"),
        ("Port of Celt", "cargo", "2020", "9"), ("Port of Celt", "cargo", "2021", "6"),
    ]  # fmt: skip
    refused = [outcome for outcome in home.outcomes() if outcome.status == "rejected"]
    assert {o.input_id for o in refused} == {
        f"{identity}#bracketed number" for identity in home.ids
    }
    assert {(o.reason, o.n_out) for o in refused} == {("bracketed number", 0)}
    assert "Celt.md: 1 figures, the first '(8)'" in {
        outcome.detail.removeprefix("general/") for outcome in refused
    }


def test_a_document_whose_cells_cannot_be_read_keeps_its_facts_and_costs_no_other(home):
    def failing(document, sections, facts):
        if "Arnby" in document.title:
            raise ZeroDivisionError("a table of its own kind")
        return document_cells(document, sections, facts)

    batch = [(document, split_sections(document, max_tokens=1500)) for document in home.documents]
    found = extract(batch, failing)
    assert {cell.entity for cell in found.cells} == {"Port of Celt"}
    (failed,) = [o for o in found.outcomes if o.reason == "its cells failed"]
    assert failed.detail == "general/Arnby.md: ZeroDivisionError: a table of its own kind"
    assert {o.input_id for o in found.outcomes if o.status == "ok"} == set(home.ids)


def test_a_world_is_made_with_cells_and_without(home):
    home.extract()
    home.generate(facts=home.files("facts"), cells=home.files("cells"))
    home.generate(facts=home.files("facts"))
