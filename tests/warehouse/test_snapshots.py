"""Publishing: rows come back, versions are named by content, and publishers do not meet."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.warehouse.rivers import CONTEXTS, PROVENANCE, REPORT, SAMPLES, context, put
from warehouse.shards import StoreError
from warehouse.snapshots import (
    SnapshotError,
    SnapshotSource,
    latest_version,
    list_snapshots,
    publish,
    read_contexts,
    read_manifest,
    read_samples,
    show,
    snapshot_path,
    verify_snapshot,
    with_context,
)


def test_rows_come_back_equal(tmp_path: Path) -> None:
    published = put(tmp_path)
    assert published.created
    assert published.path == tmp_path / "snapshots/rivers" / published.version
    assert published.version == f"v{published.content_id[:12]}"
    assert sorted(read_samples(published.path), key=lambda row: row.id) == list(SAMPLES)
    assert list(read_samples(published.path, split="test")) == [SAMPLES[2]]
    assert list(read_samples(published.path, task_type="corpus_numeric")) == [SAMPLES[3]]
    assert sorted(read_contexts(published.path), key=lambda row: row.id) == list(CONTEXTS)
    assert list(read_contexts(published.path, split="test")) == [CONTEXTS[1]]
    assert verify_snapshot(published.path) == []
    assert (published.path / "report/index.html").read_text() == REPORT


def test_the_manifest_counts_and_hashes_everything(tmp_path: Path) -> None:
    path = put(tmp_path).path
    manifest = read_manifest(path)
    assert manifest.counts.model_dump() == {
        "samples": 4,
        "contexts": 3,
        "documents": 6,
        "by_task": {"corpus_numeric": 1, "multi_hop": 3},
        "by_category": {"general": 4},
        "by_split": {"test": 1, "train": 3},
        "by_bucket": {"20000": 4},
        "by_strategy": {"chain": 3, "sum": 1},
        "by_licence": {},
    }
    assert {file.path: file.rows for file in manifest.files} == {
        "README.md": 0,
        "contexts/test-00000.parquet": 1,
        "contexts/train-00000.parquet": 2,
        "croissant.json": 0,
        "data/corpus_numeric/train-00000.parquet": 1,
        "data/multi_hop/test-00000.parquet": 1,
        "data/multi_hop/train-00000.parquet": 2,
        "report/index.html": 0,
    }
    modes = {oct(p.stat().st_mode & 0o777) for p in path.rglob("*") if p.is_file()}
    assert modes == {"0o444"}
    text = show(path)
    assert "4 samples, 3 contexts, 6 documents" in text
    assert "gate leaks: passed, 0 (limit 0)" in text
    assert "generate: 2 of 9 kept" in text


def test_equal_rows_are_one_version(tmp_path: Path) -> None:
    first = put(tmp_path / "a")
    before = {p: p.stat().st_mtime_ns for p in first.path.rglob("*")}
    # another order, a context twice, one that nobody asks for, another configuration
    twice = [*CONTEXTS[::-1], CONTEXTS[0], context(9)]
    again = put(tmp_path / "a", SAMPLES[::-1], twice, config={"seed": 8})
    assert again == first.model_copy(update={"created": False})
    assert {p: p.stat().st_mtime_ns for p in first.path.rglob("*")} == before
    assert put(tmp_path / "b", SAMPLES[::-1]).content_id == first.content_id
    assert put(tmp_path / "b", SAMPLES[:3]).content_id != first.content_id
    assert [p.name for p in (tmp_path / "a/snapshots/rivers").iterdir() if p.is_dir()] == [
        first.version
    ]


def test_versions_are_listed_and_the_latest_is_the_last_published(tmp_path: Path) -> None:
    assert list_snapshots(tmp_path) == []
    assert latest_version(tmp_path, "rivers") == ""
    with pytest.raises(SnapshotError, match="no snapshot rivers/latest; known: none"):
        snapshot_path(tmp_path, "rivers")
    first, second = put(tmp_path, SAMPLES[:1]), put(tmp_path)
    assert snapshot_path(tmp_path, "rivers") == second.path
    assert read_manifest(second.path).parent == first.version
    assert read_manifest(first.path).parent == ""
    put(tmp_path, SAMPLES[:1])
    assert snapshot_path(tmp_path, "rivers") == first.path
    assert snapshot_path(tmp_path, "rivers", second.version) == second.path
    with pytest.raises(SnapshotError, match=f"known: .*{first.version}"):
        snapshot_path(tmp_path, "rivers", "../rivers")
    entries = {entry.version: entry for entry in list_snapshots(tmp_path, "rivers")}
    assert entries[first.version].latest
    assert not entries[second.version].latest
    assert (entries[second.version].samples, entries[second.version].contexts) == (4, 3)
    (first.path / "manifest.json").chmod(0o644)
    (first.path / "manifest.json").write_text("{}")
    entries = {entry.version: entry for entry in list_snapshots(tmp_path)}
    assert "is damaged (schema_version: Field required)" in entries[first.version].problem


def test_the_prompt_takes_its_context_once(tmp_path: Path) -> None:
    texts = {row.id: row.text for row in CONTEXTS}
    assert with_context(SAMPLES[0], texts) == [
        {"role": "system", "content": "Read."},
        {"role": "user", "content": texts["context-1"] + "\n\nHow long, in f'{context}'?"},
    ]


def test_what_a_killed_publisher_left_is_removed(tmp_path: Path) -> None:
    left = tmp_path / "snapshots/rivers/.building-1-ab/data"
    left.mkdir(parents=True)
    (left / "half.parquet").write_bytes(b"PAR1")
    assert list_snapshots(tmp_path) == []
    published = put(tmp_path)
    assert {p.name for p in published.path.parent.iterdir()} == {
        ".lock",
        "latest",
        published.version,
    }


def test_two_publishers_do_not_meet(tmp_path: Path) -> None:
    def contexts():
        with pytest.raises(StoreError, match="snapshot rivers is being written by process"):
            put(tmp_path)
        yield from CONTEXTS

    rows = SnapshotSource(SAMPLES, contexts())
    publish(tmp_path, "rivers", rows=rows, provenance=PROVENANCE, report=REPORT)
    assert len(list_snapshots(tmp_path)) == 1


@given(st.data())
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_content_id_is_that_of_the_rows(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    home = tmp_path_factory.mktemp("home")
    samples = data.draw(st.permutations(SAMPLES))
    contexts = data.draw(st.permutations(CONTEXTS))
    assert put(home, samples, contexts).content_id == CONTENT_ID


# Equal rows must be equal versions in every later release.
CONTENT_ID = "f8ac033041f8f3e71b3ec527f7c2a3b6efc256eb17ea3ac5f41ac04586686582"
