"""What is cleaned is what nobody reads: orphans and superseded decisions, never while a run is at work."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flows.cleaning import clean
from flows.config import ConfigError
from flows.duplicates import STAGE, without_copies
from tests.flows.test_duplicates import CONFIG, ROOT, Corpus
from warehouse.shards import StoreError
from warehouse.store import Store


@pytest.fixture
def corpus(tmp_path) -> Corpus:
    """A home with two decisions, the first over one document less, and a shard that was never committed."""
    made = Corpus(tmp_path)
    for name in ("danube.txt", "prague.html"):
        shutil.copy(ROOT / "corpora" / "general" / name, made.documents / "general" / name)
        with made.store.writing():
            without_copies(made.store, CONFIG, made.read())
    (made.home / "shards" / "facts").mkdir()
    (made.home / "shards" / "facts" / "lost.parquet").write_bytes(b"PAR1")
    return made


def files(home: Path) -> set[str]:
    return {p.relative_to(home).as_posix() for p in (home / "shards").rglob("*") if p.is_file()}


def test_orphans_and_old_decisions_go_and_all_else_stays(corpus):
    before = files(corpus.home)
    shards = corpus.store.manifest(STAGE).shards
    # Of each decision there are editions and outcomes; both found no edition, so that table is one file.
    assert len({shard.fingerprint for shard in shards}) == 2
    held = {shard.file for shard in shards if shard.fingerprint == shards[-1].fingerprint}
    old = {shard.file for shard in shards} - held
    told = clean(corpus.home, dry_run=True)
    assert set(told.data["files"]) == old | {"shards/facts/lost.parquet"}
    assert told.data["decisions"] == {STAGE: 1}
    assert "Would remove" in told.text
    assert files(corpus.home) == before
    done = clean(corpus.home, dry_run=False)
    assert done.data["bytes"] == told.data["bytes"] > 0
    assert files(corpus.home) == before - set(told.data["files"])
    assert clean(corpus.home, dry_run=False).data["files"] == []
    with corpus.store.writing():
        kept, fingerprint = without_copies(corpus.store, CONFIG, corpus.read())
    assert len(kept) == 2
    assert fingerprint == shards[-1].fingerprint
    assert corpus.read_now == []


def test_a_decision_that_was_cleaned_away_is_made_again(corpus):
    clean(corpus.home, dry_run=False)
    (corpus.documents / "general" / "prague.html").unlink()
    with corpus.store.writing():
        kept, _ = without_copies(corpus.store, CONFIG, corpus.read())
    assert [row.source for row in kept] == ["general/danube.txt"]


def test_nothing_is_cleaned_while_a_run_is_at_work(corpus):
    before = files(corpus.home)
    with Store(corpus.home).writing():
        with pytest.raises(StoreError, match="is being written by process"):
            clean(corpus.home, dry_run=True)
        command = [sys.executable, "-m", "flows", "clean", "--home", str(corpus.home)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 3
    assert files(corpus.home) == before
    done = subprocess.run(
        [*command, "--json"], capture_output=True, text=True, cwd=ROOT, timeout=120
    )
    assert json.loads(done.stdout)["decisions"] == {STAGE: 1}


def test_a_folder_without_a_run_is_refused_and_not_made(tmp_path):
    with pytest.raises(ConfigError, match="no run has written here"):
        clean(tmp_path / "nowhere", dry_run=False)
    assert not (tmp_path / "nowhere").exists()
