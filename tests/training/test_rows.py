"""Needs torch and datasets: snapshots as TRL reads them, in the built-in tokenizer of one token a byte."""

import json
from pathlib import Path

import polars as pl
import pytest

pytest.importorskip("torch")
pytest.importorskip("datasets")

from tests.warehouse.rivers import CONTEXTS, SAMPLES, context, put, sample
from training.prompt_lengths import estimated_lengths, prompt_lengths
from training.prompts import RowsError, Wanted, sound_snapshot
from training.rows import training_rows
from training.tiny import tiny_tokenizer
from warehouse.answer_specs import AnswerSpec
from warehouse.shards import file_sha256

# The template's tokens are 15 for `Read.` by the system, 8 around the user's message and 11 for the reply's opening;
# the message is a context of 44 bytes, two line ends and a question of 26 bytes.
PROMPT = 15 + 8 + 44 + 2 + 26 + 11


def rows(path: Path, folder: Path, limit: int = PROMPT, **changes):
    return training_rows(
        path, tiny_tokenizer(), Wanted(**changes), name="tiny", limit=limit, folder=folder
    )


def rewritten(path: Path, name: str, change) -> None:
    """Write a file of a snapshot anew, with a manifest that has its hash."""
    file = path / name
    frame = change(pl.read_parquet(file))
    file.unlink()
    frame.write_parquet(file)
    manifest = json.loads((path / "manifest.json").read_text("utf-8"))
    for entry in manifest["files"]:
        if entry["path"] == name:
            entry |= {"bytes": file.stat().st_size, "sha256": file_sha256(file), "rows": len(frame)}
    (path / "manifest.json").unlink()
    (path / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def test_a_row_has_its_prompt_and_what_rewards_need(tmp_path):
    path = put(tmp_path).path
    assert len(CONTEXTS[0].text.encode()) == 44
    dataset, found = rows(path, tmp_path / "rows")
    assert (len(found.kept), found.left_out) == (3, ())
    assert sorted(dataset["id"]) == ["sample-1", "sample-2", "sample-4"]
    row = next(row for row in dataset if row["id"] == "sample-2")
    assert row["prompt"] == [
        {"role": "system", "content": "Read."},
        {"role": "user", "content": f"{CONTEXTS[0].text}\n\nHow long, in f'{{context}}'?"},
    ]
    assert row["task_type"] == "multi_hop"
    assert row["format_instructions"] == "Give one number in km."
    assert row["evidence_ids"] == ["D2"]
    said = "".join(message["content"] for message in row["prompt"])
    assert [said[start:end] for start, end in row["evidence_spans"]] == [
        "Elbe: 1,094 km\nSource: Šumava 🏔\n"
    ]
    assert (row["context_id"], row["bucket"]) == ("context-1", 20000)
    spec = AnswerSpec.model_validate_json(row["answer_spec"])
    assert (spec.kind, spec.unit, spec.tolerance) == ("number", "km", "0.5")
    encoded = tiny_tokenizer().apply_chat_template(
        [row["prompt"]], add_generation_prompt=True, tokenize=True, return_dict=True
    )
    assert len(encoded["input_ids"][0]) == row["prompt_tokens"] == PROMPT


def test_what_is_longer_than_the_limit_is_left_out_whole_and_listed(tmp_path):
    long = context(5, text=CONTEXTS[0].text + "x" * 10)
    path = put(tmp_path, [*SAMPLES, sample(5, evidence=placed(long))], [*CONTEXTS, long]).path
    dataset, found = rows(path, tmp_path / "rows")
    assert [(out.id, out.tokens) for out in found.left_out] == [("sample-5", PROMPT + 10)]
    assert len(dataset) == len(found.kept) == 3
    dataset, found = rows(path, tmp_path / "rows", PROMPT + 10)
    assert (len(dataset), found.left_out) == (4, ())
    dataset, found = rows(path, tmp_path / "rows", tasks=["corpus_numeric"])
    assert dataset["id"][:] == ["sample-4"]
    with pytest.raises(RowsError, match=rf"at most 100 tokens \(4 are longer, the shortest {PROMPT}"):  # fmt: skip
        rows(path, tmp_path / "rows", 100)


def placed(row) -> list[dict]:
    """The evidence of a sample on a longer context: its centre is elsewhere."""
    found = sample(int(row.id.removeprefix("context-"))).evidence[0].model_dump()
    return [found | {"position": 15 / len(row.text)}]


def test_lengths_are_measured_once_and_rows_written_once(tmp_path):
    path, folder = put(tmp_path).path, tmp_path / "rows"
    rows(path, folder)
    before = {file: file.stat().st_mtime_ns for file in folder.iterdir()}
    assert len(before) == 2
    rows(path, folder)
    rows(path, folder, PROMPT + 1000)
    assert {file: file.stat().st_mtime_ns for file in folder.iterdir()} == before


def test_the_rows_are_the_same_however_their_contexts_are_read(tmp_path):
    path = put(tmp_path).path
    first, _ = rows(path, tmp_path / "one")
    second, _ = rows(path, tmp_path / "two")
    assert first.to_dict() == second.to_dict()
    # The sampler reads one column, as of any dataset.
    assert first["task_type"][:] == ["multi_hop", "multi_hop", "corpus_numeric"]


def test_a_damaged_snapshot_is_refused_before_it_is_read(tmp_path):
    path = put(tmp_path).path
    file = path / "contexts" / "train-00000.parquet"
    whole = file.read_bytes()
    file.unlink()
    file.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
    with pytest.raises(RowsError, match=r"train-00000\.parquet is damaged: its sha256 differs"):
        rows(path, tmp_path / "rows")
    assert not (tmp_path / "rows").exists()


def test_a_snapshot_for_measuring_is_not_trained_on(tmp_path):
    path = put(tmp_path, SAMPLES[2:3], CONTEXTS[1:2], measure_only=True).path
    with pytest.raises(RowsError, match="for measuring only; train on another"):
        sound_snapshot(path)


def test_a_tokenizer_without_a_chat_template_is_refused(tmp_path):
    tokenizer = tiny_tokenizer()
    tokenizer.chat_template = None
    with pytest.raises(RowsError, match="the tokenizer of mine has no chat template"):
        prompt_lengths(put(tmp_path).path, tokenizer, Wanted(), name="mine")


@pytest.mark.parametrize(
    ("task", "what"), [("", "no task type"), ("puzzles", "the unknown task type 'puzzles'")]
)
def test_a_row_without_a_known_task_is_named(tmp_path, task, what):
    path = put(tmp_path).path
    name = "data/multi_hop/train-00000.parquet"
    wrong = pl.when(pl.col("id") == "sample-2").then(pl.lit(task)).otherwise("task_type")
    rewritten(path, name, lambda frame: frame.with_columns(task_type=wrong))
    with pytest.raises(RowsError, match=rf"{name}: row sample-2 has {what} \(1 such rows\)"):
        rows(path, tmp_path / "rows")


def test_a_row_without_its_context_is_named(tmp_path):
    path = put(tmp_path).path
    gone = pl.col("id") != "context-4"
    rewritten(path, "contexts/train-00000.parquet", lambda frame: frame.filter(gone))
    with pytest.raises(RowsError, match="row sample-4 asks about the context context-4"):
        rows(path, tmp_path / "rows")


def test_lengths_without_the_models_tokenizer_are_estimates(tmp_path):
    found = estimated_lengths(put(tmp_path).path, Wanted())
    # 20 tokens of context as stored, some of the question, 12 of a template.
    assert {length.id for length in found} == {"sample-1", "sample-2", "sample-4"}
    assert all(35 < length.tokens < 60 for length in found)
