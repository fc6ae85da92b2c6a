"""The comparison with test sets over a real store: gate and advice, the ledger, what is done again, faults of files."""

import json
from pathlib import Path

import pytest

from flows.config import ConfigError, Source, SynthesisConfig
from flows.contamination import compared_note, files_root, without_repetitions
from flows.publishing import OF_THE_MACHINE, gates
from tests.warehouse.rivers import sample
from verifiers.contamination import CHECK
from warehouse.records import Outcome
from warehouse.shards import OUTCOMES
from warehouse.snapshot_rows import SampleRow
from warehouse.store import Store

REPEATED = "Which of the two rivers that meet at Melnik has the longer course?"
ROWS = [
    sample(1, question=REPEATED),
    sample(2, question="Which sea does the river named after the old mill town reach at last?"),
    sample(3, question="Who built the first lock of the canal?"),
]


def configured(folder: Path, **changes) -> SynthesisConfig:
    (folder / "rivers.txt").write_text(f"Where is the Elbe?\n\n{REPEATED.upper()}\n", "utf-8")
    canals = folder / "canals.jsonl"
    # Seven words of eight: shorter than a run, so that all of them must be the same.
    asked = ("Who built the last lock of the canal?", "who built the first lock of the canal")
    canals.write_text("".join(json.dumps({"asked": text}) + "\n" for text in asked), "utf-8")
    tests = [{"path": str(folder / "rivers.txt")}, {"path": str(canals), "field": "asked"}]
    section = {"tests": tests} | changes
    return SynthesisConfig.model_validate({"sources": [Source(path="x")], "contamination": section})


def outcomes(store: Store, fingerprint: str) -> dict[str, Outcome]:
    return {row.input_id: row for row in store.rows(OUTCOMES, Outcome, {CHECK: fingerprint})}


def found(rows: list[SampleRow]) -> dict[str, tuple[str, str]]:
    return {row.id: (row.verdicts[-1].status, row.verdicts[-1].reason) for row in rows}


def test_repetitions_are_left_out_with_a_reason_for_each_set(tmp_path):
    config, store = configured(tmp_path), Store(tmp_path / "home")
    with store.writing():
        kept, fingerprint = without_repetitions(store, config, ROWS)
        assert without_repetitions(store, config, ROWS) == (kept, fingerprint)
    assert found(kept) == {"sample-2": ("passed", "")}
    held = outcomes(store, fingerprint)
    assert {i: (row.status, row.reason) for i, row in held.items()} == {
        "sample-1": ("rejected", "repeats a question of rivers.txt"),
        "sample-2": ("ok", ""),
        "sample-3": ("rejected", "repeats a question of canals.jsonl"),
    }
    assert held["sample-1"].detail == f"100% of: {REPEATED.upper()}"


def test_advice_stays_in_and_fails_no_gate_of_the_set(tmp_path):
    config, store = configured(tmp_path, use="advise"), Store(tmp_path / "home")
    with store.writing():
        kept, _ = without_repetitions(store, config, ROWS)
    assert found(kept) == {
        "sample-1": ("failed", "repeats a question of rivers.txt"),
        "sample-2": ("passed", ""),
        "sample-3": ("failed", "repeats a question of canals.jsonl"),
    }
    every = next(gate for gate in gates(kept, config) if gate.name == "every check passed")
    assert every.status == "passed"


@pytest.mark.parametrize("changes", [{"use": "off"}, {"tests": []}])
def test_nothing_is_compared_where_it_is_off_or_no_file_is_named(tmp_path, changes):
    config, store = configured(tmp_path, **changes), Store(tmp_path / "home")
    assert without_repetitions(store, config, ROWS) == (ROWS, "")
    assert (files_root(config), compared_note(config)) == ("", "")


def test_other_test_questions_are_another_comparison_and_another_place_is_not(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    one, two = configured(tmp_path / "one"), configured(tmp_path / "two")
    assert files_root(one) == files_root(two)
    assert ": rivers.txt (2, sha256 " in compared_note(one)
    before = files_root(two)
    with (tmp_path / "two" / "rivers.txt").open("a") as file:
        file.write("How deep is the Elbe?\n")
    assert files_root(two) != before
    dumped = two.model_dump(mode="json", exclude=OF_THE_MACHINE)
    assert str(tmp_path) not in json.dumps(dumped)
    assert dumped["contamination"]["tests"] == [{"field": "question"}, {"field": "asked"}]


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("a.csv", "q\n", "is neither .txt"),
        ("none.txt", None, "cannot be read"),
        ("b.txt", "\udcff\n", "cannot be read"),
        ("c.jsonl", '{"asked": "x"}\n\n{"text": "y"}\n', 'line 3: no JSON object with "asked"'),
        ("d.jsonl", "[1]\n", 'line 1: no JSON object with "asked"'),
        ("e.jsonl", "not JSON\n", 'line 1: no JSON object with "asked"'),
        ("f.jsonl", '{"asked": ["x"]}\n', 'line 1: "asked" is no text'),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_mend(tmp_path, name, text, fault):
    path = tmp_path / name
    if text is not None:
        path.write_text(text, encoding="utf-8", errors="surrogateescape")
    config = configured(tmp_path, tests=[{"path": str(path), "field": "asked"}])
    with pytest.raises(ConfigError, match=r"contamination\.tests: ") as error:
        files_root(config)
    assert name in str(error.value)
    assert fault in str(error.value)
