"""What may not be published, and what is found when a published version is harmed."""

from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.rivers import CONTEXTS, PROVENANCE, REPORT, SAMPLES, put, sample
from warehouse.snapshot_manifest import SCHEMA_VERSION
from warehouse.snapshots import (
    ContextRow,
    SnapshotError,
    SnapshotSource,
    list_snapshots,
    publish,
    read_manifest,
    verify_snapshot,
)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"question": " "}, "question is empty"),
        ({"answer": ""}, "answer is empty"),
        ({"prompt": []}, "not exactly one message"),
        ({"prompt": [{"role": "user", "content": "no slot"}]}, "not exactly one message"),
        ({"prompt": [{"role": "assistant", "content": "{context}"}]}, "does not end with the user"),
        ({"evidence": []}, "there is no evidence"),
        ({"program": "{"}, "the program is not JSON"),
        ({"answer_kind": "items"}, "a list answer has no items"),
        ({"bucket": 60000}, "bucket is 60000, its context has 20000"),
        ({"context_tokens": 21}, "context_tokens is 21, its context has 20"),
        ({"context_id": "context-7"}, "context context-7 is missing"),
        ({"split": "test"}, "split is test, its context has train"),
    ],
)
def test_a_faulty_sample_is_not_published(
    tmp_path: Path, changes: dict[str, Any], fault: str
) -> None:
    with pytest.raises(SnapshotError, match=fault):
        put(tmp_path, [sample(1, **changes), sample(4)])
    assert list_snapshots(tmp_path) == []
    assert [p.name for p in (tmp_path / "snapshots/rivers").iterdir()] == [".lock"]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"start": 9}, "does not stand at 9 to 22 word for word"),
        ({"start": -33}, "does not stand at -33 to 22 word for word"),
        ({"quote": ""}, "has no quote"),
        ({"position": 0.5}, "has position 0.5, which is not its centre"),
        ({"section_id": "s9"}, "section s9 is not in the context"),
        ({"document_id": "d1"}, "section s1b is not in the context"),
        ({"section_id": "s1a", "document_id": "d1"}, "is outside section s1a"),
    ],
)
def test_evidence_stands_where_it_says(tmp_path: Path, changes: dict[str, Any], fault: str) -> None:
    evidence = SAMPLES[0].evidence[0].model_dump() | changes
    with pytest.raises(SnapshotError, match=f"sample-1: evidence 0:? {fault}"):
        put(tmp_path, [sample(1, evidence=[evidence])])


def test_no_document_or_series_is_in_two_splits(tmp_path: Path) -> None:
    shared = CONTEXTS[1].model_dump()
    shared["sections"][0]["document_id"] = "d1"
    with pytest.raises(SnapshotError, match="document d1 is in test and in train"):
        put(tmp_path, SAMPLES, [CONTEXTS[0], ContextRow.model_validate(shared), CONTEXTS[2]])
    with pytest.raises(SnapshotError, match="series general/series-1 is in test and in train"):
        put(tmp_path, [sample(1), sample(3, "test", series=["series-1"])])


def test_other_things_that_forbid_publishing(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="there is no sample to publish"):
        put(tmp_path, [])
    with pytest.raises(SnapshotError, match="two samples have the id sample-1 and differ"):
        put(tmp_path, [sample(1), sample(1, answer="12 km")])
    failed = [PROVENANCE["gates"][0] | {"status": "failed"}]
    with pytest.raises(SnapshotError, match="required gates failed: leaks"):
        put(tmp_path, gates=failed)
    with pytest.raises(SnapshotError, match="sample-1 is in train"):
        put(tmp_path, measure_only=True)
    assert put(tmp_path, SAMPLES[2:3], measure_only=True).created
    bare = [{key: value for key, value in failed[0].items() if key != "limit"}]
    with pytest.raises(SnapshotError, match=r"gates\.0\.limit: Field required; colour: Extra"):
        put(tmp_path, gates=bare, colour=1)
    with pytest.raises(SnapshotError, match="'Big Rivers' is not a snapshot name"):
        publish(
            tmp_path,
            "Big Rivers",
            rows=SnapshotSource(SAMPLES, CONTEXTS),
            provenance=PROVENANCE,
            report=REPORT,
        )


def damage(path: Path, name: str, data: bytes) -> None:
    (path / name).unlink(missing_ok=True)
    (path / name).write_bytes(data)


def test_damage_is_found(tmp_path: Path) -> None:
    path = put(tmp_path).path
    name = "data/multi_hop/train-00000.parquet"
    whole = (path / name).read_bytes()
    damage(path, name, whole[:200] + bytes([whole[200] ^ 1]) + whole[201:])
    assert verify_snapshot(path) == [f"{name} is damaged: its sha256 differs"]
    damage(path, name, whole[:-1])
    assert verify_snapshot(path) == [f"{name} has {len(whole) - 1} bytes, not {len(whole)}"]
    (path / name).unlink()
    (path / "notes.txt").write_text("x")
    assert verify_snapshot(path) == [f"{name} is missing", "notes.txt is not in the manifest"]
    (path / "notes.txt").unlink()
    damage(path, name, whole)
    assert verify_snapshot(path) == []


def test_a_manifest_that_lies_is_found(tmp_path: Path) -> None:
    path = put(tmp_path).path
    text = (path / "manifest.json").read_text()
    damage(path, "manifest.json", text.replace('"samples": 4', '"samples": 5').encode())
    assert verify_snapshot(path) == ["the counts of the manifest are not those of the rows"]
    identity = read_manifest(path).content_id
    damage(path, "manifest.json", text.replace(identity, identity[:12] + "0" * 52).encode())
    assert verify_snapshot(path) == ["the content id of the manifest is not that of the rows"]
    damage(path, "manifest.json", text.encode())
    moved = path.rename(path.with_name("v0"))
    assert "do not belong together" in verify_snapshot(moved)[0]
    later = text.replace(f'"schema_version": {SCHEMA_VERSION}', '"schema_version": 99')
    damage(moved, "manifest.json", later.encode())
    assert "has schema version 99" in verify_snapshot(moved)[0]
    (moved / "manifest.json").unlink()
    assert "is no snapshot" in verify_snapshot(moved)[0]
