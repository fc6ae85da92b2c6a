"""A snapshot as its readers load it: datasets, Polars, DuckDB, croissant and the card."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.rivers import CONTEXTS, SAMPLES, put
from warehouse.snapshot_card import yaml_block
from warehouse.snapshots import (
    ContextRow,
    SampleRow,
    read_manifest,
    with_context,
)

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
