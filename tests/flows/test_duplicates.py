"""The decision on copies over real files and a real store: balanced, incremental, the same in any order."""

import shutil
from pathlib import Path

import pytest

from flows.config import Source, SynthesisConfig
from flows.corpus import FileEntry, inventory
from flows.duplicates import STAGE, without_copies
from flows.fingerprints import ingest_fingerprint
from flows.jobs import IndexRow, Job
from flows.known import current_index
from flows.run import plan_synthesis, subtracted
from flows.workers import ingest_job
from warehouse.records import Outcome
from warehouse.retractions import Decision, decide
from warehouse.shards import OUTCOMES
from warehouse.store import Store

ROOT = Path(__file__).resolve().parents[2]
CONFIG = SynthesisConfig(sources=(Source(path="general", category="general"),))


class Corpus:
    """A folder of documents and the store that read them."""

    def __init__(self, folder: Path) -> None:
        self.documents, self.home = folder / "documents", folder / "home"
        (self.documents / "general").mkdir(parents=True)
        self.store = Store(self.home)

    def add(self, name: str, text: str) -> None:
        (self.documents / "general" / name).write_text(text, encoding="utf-8")

    def read(self, *, backwards: bool = False) -> list[IndexRow]:
        """Read what is new, one file a commit, and return the documents of the corpus."""
        entries = inventory(CONFIG, self.documents, self.home / "inventory.json")
        fingerprint = ingest_fingerprint(CONFIG)
        pending = self.store.pending("ingest", fingerprint, input_ids=[e.id for e in entries])
        self.read_now = [entry.source for entry in entries if entry.id in set(pending)]
        fresh = [entry for entry in entries if entry.id in set(pending)]
        for entry in reversed(fresh) if backwards else fresh:
            self.store.commit_shards(ingest_job(self._job(fingerprint, entry)))
        return current_index(self.store, CONFIG, entries)

    def _job(self, fingerprint: str, entry: FileEntry) -> Job:
        return Job(home=str(self.home), fingerprint=fingerprint, config=CONFIG, entries=(entry,))

    def outcomes(self, fingerprint: str) -> dict[str, Outcome]:
        rows = self.store.rows(OUTCOMES, Outcome, {STAGE: fingerprint})
        return {row.detail.partition(":")[0]: row for row in rows}


@pytest.fixture
def corpus(tmp_path) -> Corpus:
    made = Corpus(tmp_path)
    for name in ("danube.txt", "prague.html"):
        shutil.copy(ROOT / "corpora" / "general" / name, made.documents / "general" / name)
    danube = (ROOT / "corpora" / "general" / "danube.txt").read_text("utf-8")
    made.add("copy.txt", danube.replace("dry summers", "dry summer months"))
    made.add("danube-2025.txt", danube.replace("2024-06-03", "2025-06-03"))
    return made


def test_copies_are_left_out_and_editions_are_kept(corpus):
    with corpus.store.writing():
        index = corpus.read()
        kept, fingerprint = without_copies(corpus.store, CONFIG, index)
        again, same = without_copies(corpus.store, CONFIG, index)
    assert len(index) == 4
    # The file and its copy are one series and one date: the smaller id stays. The later date is an edition.
    names = {row.source for row in kept}
    assert {"general/prague.html", "general/danube-2025.txt"} < names
    assert len(names & {"general/danube.txt", "general/copy.txt"}) == 1
    assert (again, same) == (kept, fingerprint)
    outcomes = corpus.outcomes(fingerprint)
    assert len(outcomes) == 4
    (copy,) = (row for row in outcomes.values() if row.status == "rejected")
    assert copy.reason == "near-duplicate"
    assert "copy of general/" in copy.detail
    assert sum(row.n_out for row in outcomes.values()) == corpus.store.count(
        "editions", {STAGE: fingerprint}
    )


def test_the_order_of_reading_decides_nothing(corpus, tmp_path):
    other = Corpus(tmp_path / "other")
    shutil.copytree(corpus.documents, other.documents, dirs_exist_ok=True)
    with corpus.store.writing(), other.store.writing():
        one = without_copies(corpus.store, CONFIG, corpus.read())
        two = without_copies(other.store, CONFIG, other.read(backwards=True))
    assert one == two


def test_one_more_document_is_all_that_is_read_and_a_lost_one_brings_its_copy_back(corpus):
    with corpus.store.writing():
        first, _ = without_copies(corpus.store, CONFIG, corpus.read())
        text = (ROOT / "corpora" / "general" / "matterhorn.md").read_text("utf-8")
        corpus.add("matterhorn.md", text)
        more, _ = without_copies(corpus.store, CONFIG, corpus.read())
        assert corpus.read_now == ["general/matterhorn.md"]
        assert {row.source for row in more} == {row.source for row in first} | {
            "general/matterhorn.md"
        }
        kept = {row.source for row in first} & {"general/danube.txt", "general/copy.txt"}
        (corpus.documents / kept.pop()).unlink()
        left, _ = without_copies(corpus.store, CONFIG, corpus.read())
        assert corpus.read_now == []
    assert len(left) == 4


def test_an_empty_corpus_is_balanced(tmp_path):
    store = Store(tmp_path)
    with store.writing():
        assert without_copies(store, CONFIG, [])[0] == []


def test_a_plan_subtracts_the_copies_and_retractions_that_the_home_knows(corpus):
    config = CONFIG.model_copy(update={"documents": str(corpus.documents)})
    corpus.add("again.txt", (corpus.documents / "general" / "danube.txt").read_text("utf-8"))
    corpus.add("notice.txt", "withdrawn before it was read")
    (row,) = plan_synthesis(config, corpus.home)
    # danube, its near copy, its later edition, prague, the same text again, the notice: nothing is known yet.
    assert (row.files, row.done, row.documents, row.copies, row.retracted) == (6, 0, 0, 0, 0)
    assert subtracted([row]) == ""
    withdrawn = [
        Decision(action="retract", source=f"general/{name}", document_ids=())
        for name in ("prague.html", "notice.txt")
    ]
    decide(corpus.home, withdrawn)
    (row,) = plan_synthesis(config, corpus.home)
    assert (row.files, row.done, row.retracted) == (4, 0, 2)
    (corpus.documents / "general" / "notice.txt").unlink()
    with corpus.store.writing():
        corpus.read()
    (row,) = plan_synthesis(config, corpus.home)
    # Five files: danube or its copies once and the edition stay; two copies and prague do not.
    assert (row.files, row.done, row.documents, row.copies, row.retracted) == (2, 2, 2, 2, 1)
    assert subtracted([row]).endswith("2 copies and 1 retracted documents")
