import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warehouse.shards import StoreError
from warehouse.snapshot_card import yaml_block
from warehouse.snapshot_manifest import SCHEMA_VERSION
from warehouse.snapshots import (
    ContextRow,
    Published,
    SampleRow,
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

REPORT = "<!doctype html><title>Report</title><p>Two kept."
PROVENANCE: dict[str, Any] = {
    "description": "Questions about rivers | bridges.",
    "code_version": "0.1.0",
    "config": {"seed": 7, "buckets": [20000]},
    "gates": [
        {
            "name": "leaks",
            "status": "passed",
            "required": True,
            "observed": "0",
            "limit": "0",
        }
    ],
    "yields": [{"step": "generate", "inputs": 9, "kept": 2}],
    "models": [{"role": "tagger", "name": "small", "digest": "3.8.0"}],
    "prompts": {"judge": "00ff"},
    "notes": ["The 'test' split: ten documents."],
    "licence": "CC-BY-4.0",
}


def context(number: int, split: str = "train", **changes: Any) -> ContextRow:
    """Two sections: `Page N` and then, from 8, the evidence `Elbe: 1,094 km`."""
    text = f"Page {number}\n\nElbe: 1,094 km\nSource: Šumava 🏔\n"
    sections = [
        {"section_id": f"s{number}a", "document_id": f"d{number}", "start": 0, "end": 8},
        {"section_id": f"s{number}b", "document_id": f"e{number}", "start": 8, "end": len(text)},
    ]
    row = {
        "id": f"context-{number}",
        "split": split,
        "category": "general",
        "tokens": 20,
        "bucket": 20000,
        "text": text,
        "sections": [{**s, "evidence": s["start"] == 8} for s in sections],
    }
    return ContextRow.model_validate(row | changes)


def sample(number: int, split: str = "train", of: int | None = None, **changes: Any) -> SampleRow:
    """A sample on context `of`; the evidence stands at 8 to 22 of 41 characters."""
    of = number if of is None else of
    length = len(context(of).text)
    row = {
        "id": f"sample-{number}",
        "task_type": "multi_hop",
        "category": "general",
        "strategy": "chain",
        "split": split,
        "prompt": [
            {"role": "system", "content": "Read."},
            {"role": "user", "content": "{context}\n\nHow long, in f'{context}'?"},
        ],
        "question": "How long, in f'{context}'?",
        "answer": "1,094 km",
        "answer_aliases": ["1094 kilometres"],
        "answer_kind": "number",
        "answer_items": [],
        "reward_spec": {"kind": "number", "unit": "km", "tolerance": "0.5"},
        "context_id": f"context-{of}",
        "context_tokens": 20,
        "bucket": 20000,
        "evidence": [
            {
                "document_id": f"e{of}",
                "section_id": f"s{of}b",
                "source": "general/elbe.txt",
                "title": "Elbe",
                "quote": "Elbe: 1,094 km",
                "start": 8,
                "end": 22,
                "position": 15 / length,
            }
        ],
        "program": '{"form":"chain"}',
        "hops": 1,
        "documents": 1,
        "difficulty": {"pass_rate": None, "k": None},
        "verdicts": [{"check": "leak", "status": "passed", "reason": ""}],
        "core_question": "How long?",
        "format_instructions": "Give one number in km.",
        "series": [f"series-{of}"],
    }
    return SampleRow.model_validate(row | changes)


SAMPLES = (
    sample(1),
    sample(2, of=1, difficulty={"pass_rate": 0.25, "k": 8}),
    sample(3, "test"),
    sample(4, task_type="corpus_numeric", strategy="sum", program=""),
)
CONTEXTS = (context(1), context(3, "test"), context(4))


def put(
    home: Path,
    samples: Sequence[SampleRow] = SAMPLES,
    contexts: Sequence[ContextRow] = CONTEXTS,
    **changes: Any,
) -> Published:
    return publish(
        home,
        "rivers",
        rows=SnapshotSource(iter(samples), iter(contexts)),
        provenance=PROVENANCE | changes,
        report=REPORT,
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


LOAD = """
import json, sys
import datasets
datasets.disable_progress_bars()
folder, cache = sys.argv[1:]
found = {name: datasets.load_dataset(folder, name, cache_dir=cache)
         for name in (None, "multi_hop", "corpus_numeric", "contexts")}
print(json.dumps({
    "rows": {str(name): {s: list(d) for s, d in sets.items()} for name, sets in found.items()},
    "features": {k: str(v) for k, v in found[None]["train"].features.items()},
}))
"""


def run(code: str, *arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(cwd.parent / "hf")},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_datasets_loads_the_folder_offline(tmp_path: Path) -> None:
    path = put(tmp_path).path
    found = json.loads(run(LOAD, str(path), str(tmp_path / "cache"), cwd=tmp_path))
    rows = found["rows"]
    plain = [json.loads(row.model_dump_json()) for row in SAMPLES]
    assert rows["multi_hop"] == {"train": plain[:2], "test": plain[2:3]}
    assert rows["corpus_numeric"] == {"train": plain[3:]}
    assert sorted(rows["None"]["train"], key=lambda row: row["id"]) == [*plain[:2], plain[3]]
    assert rows["None"]["test"] == plain[2:3]
    contexts = [json.loads(row.model_dump_json()) for row in CONTEXTS]
    assert rows["contexts"] == {"train": [contexts[0], contexts[2]], "test": [contexts[1]]}
    assert found["features"]["id"] == "Value('string')"
    assert found["features"]["prompt"] == (
        "List({'role': Value('string'), 'content': Value('string')})"
    )


def blocks(path: Path, language: str) -> list[str]:
    card = (path / "README.md").read_text()
    return re.findall(rf"```{language}\n(.*?)```", card, flags=re.DOTALL)


def test_the_loading_code_of_the_card_runs(tmp_path: Path) -> None:
    path = put(tmp_path, SAMPLES, CONTEXTS).path
    texts = {row.id: row.text for row in CONTEXTS}
    wanted = [with_context(row, texts) for row in SAMPLES if row.split == "train"]
    with_datasets, with_polars = blocks(path, "python")
    shown = "\nimport json; print(json.dumps(PROMPTS))"
    tail = shown.replace("PROMPTS", "list(prompts.sort('id')['prompt'])")
    copy = shutil.copytree(path, tmp_path / "elsewhere/copy")
    assert json.loads(run(with_datasets + tail, cwd=copy).splitlines()[-1]) == wanted
    printed = json.loads(run(with_polars + shown.replace("PROMPTS", "prompts"), cwd=copy))
    assert sorted(map(str, printed)) == sorted(map(str, wanted))
    (query,) = blocks(path, "sql")
    with duckdb.connect() as connection:
        connection.execute(f"SET file_search_path = '{copy}'")
        rows = connection.execute(query).fetchall()
    assert rows == [
        (row.id, "1,094 km", prompt)
        for row, prompt in zip([SAMPLES[0], SAMPLES[1], SAMPLES[3]], wanted, strict=True)
    ]


def test_polars_and_duckdb_see_typed_columns(tmp_path: Path) -> None:
    path = put(tmp_path).path
    frame = pl.read_parquet(path / "data/*/*.parquet")
    assert frame.schema["evidence"] == pl.List(
        pl.Struct(
            {
                **dict.fromkeys(
                    ("document_id", "section_id", "source", "title", "quote"), pl.String
                ),
                "start": pl.Int64,
                "end": pl.Int64,
                "position": pl.Float64,
            }
        )
    )
    with duckdb.connect() as connection:
        query = f"""
            SELECT id, evidence[1].quote, reward_spec.unit, difficulty.pass_rate
            FROM read_parquet('{path}/data/multi_hop/train-*.parquet') ORDER BY id
        """
        assert connection.execute(query).fetchall() == [
            ("sample-1", "Elbe: 1,094 km", "km", None),
            ("sample-2", "Elbe: 1,094 km", "km", 0.25),
        ]


def test_croissant_has_the_shape_of_version_1(tmp_path: Path) -> None:
    path = put(tmp_path).path
    data = json.loads((path / "croissant.json").read_text())
    assert data["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    assert data["@type"] == "sc:Dataset"
    assert {"name", "description", "license", "url", "creator", "datePublished", "citeAs"} <= set(
        data
    )
    identities: list[str] = []
    sets = []
    for item in data["distribution"]:
        identities.append(item["@id"])
        assert item["encodingFormat"] == "application/x-parquet"
        if item["@type"] == "cr:FileObject":
            listed = {file.path: file.sha256 for file in read_manifest(path).files}
            assert item["sha256"] == listed[item["contentUrl"]]
        else:
            assert item["@type"] == "cr:FileSet"
            sets.append(item["@id"])
            assert list(path.glob(item["includes"]))
    columns = {}
    for record_set in data["recordSet"]:
        identities.append(record_set["@id"])
        assert record_set["key"]["@id"] in {field["@id"] for field in record_set["field"]}
        for field in record_set["field"]:
            assert field["description"]
            parts = field.get("subField", [field])
            for part in parts:
                assert part["source"]["fileSet"]["@id"] in sets
                assert part["dataType"] in ("sc:Text", "sc:Integer", "sc:Float", "sc:Boolean")
            identities += {field["@id"], *(part["@id"] for part in parts)}
            columns.setdefault(record_set["@id"], []).append(
                parts[0]["source"]["extract"]["column"]
            )
    assert len(identities) == len(set(identities))
    assert columns == {
        "samples": list(SampleRow.model_fields),
        "contexts": list(ContextRow.model_fields),
    }
    used = set(re.findall(r'"(?:cr|sc|dct):(\w+)"', json.dumps(data)))
    assert {"Field", "RecordSet", "FileSet", "FileObject", "Dataset", "Text"} <= used


def test_the_card_says_what_is_missing_and_where_it_comes_from(tmp_path: Path) -> None:
    card = (put(tmp_path).path / "README.md").read_text()
    assert "There is no validation split." in card
    assert "- The 'test' split: ten documents." in card
    assert "| split: train | 3 |" in card
    assert "| context of: 20000 tokens | 4 |" in card
    assert "| leaks | passed | 0 | 0 | yes |" in card
    assert "| generate | 9 | 2 |" in card
    assert "| model, tagger | small (3.8.0) |" in card
    assert 'license: "cc-by-4.0"' in card
    for name in (*SampleRow.model_fields, *ContextRow.model_fields):
        assert f"| `{name}` | " in card


words = st.text().map(lambda text: "".join(c if c.isprintable() else " " for c in text))
plain = st.none() | st.booleans() | st.integers() | words
keys = st.from_regex("[a-z_]+", fullmatch=True).map("key_".__add__)
nested = st.recursive(
    plain,
    lambda inner: (
        st.dictionaries(keys, inner, min_size=1)
        | st.lists(plain, min_size=1)
        | st.lists(st.dictionaries(keys, inner, min_size=1), min_size=1)
    ),
    max_leaves=8,
)


@given(st.dictionaries(keys, nested, min_size=1))
@settings(deadline=None, max_examples=30)
def test_front_matter_is_yaml(value: dict[str, Any]) -> None:
    assert yaml.safe_load(yaml_block(value)) == value


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
