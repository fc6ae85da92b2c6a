"""Rows of records as Parquet and back, and the names of what is written."""

from pathlib import Path
from typing import Literal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warehouse.stored import TIDY, fact, outcome
from warehouse.records import (
    Fact,
    Outcome,
    Record,
)
from warehouse.shards import (
    StoreError,
    commit_id,
    frame_schema,
    read_batches,
    to_frame,
    to_records,
    write_table,
)
from warehouse.store import Store


class Leaf(Record):
    name: str
    weight: float


class Tree(Record):
    id: str
    leaves: tuple[Leaf, ...]
    best: Leaf | None
    words: tuple[str, ...]
    spans: tuple[tuple[int, ...], ...]
    ripe: bool | None
    kind: Literal["a", "b"]
    either: Leaf | str
    table: dict[str, int]


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


numbers = st.integers(-(2**63), 2**63 - 1)


leaf = st.builds(Leaf, name=text, weight=st.floats(allow_nan=False))


tree = st.builds(
    Tree,
    id=text,
    leaves=st.lists(leaf, max_size=3).map(tuple),
    best=st.none() | leaf,
    words=st.lists(text, max_size=3).map(tuple),
    spans=st.lists(st.lists(numbers, max_size=2).map(tuple), max_size=2).map(tuple),
    ripe=st.none() | st.booleans(),
    kind=st.sampled_from(["a", "b"]),
    either=leaf.filter(lambda x: abs(x.weight) < 1e300) | text,
    table=st.dictionaries(text, st.integers(-9, 9), max_size=2),
)


@given(st.lists(tree, max_size=6))
@TIDY
def test_any_records_come_back_equal_from_parquet(tmp_path: Path, trees: list[Tree]) -> None:
    shard = write_table(tmp_path, "trees", to_frame(trees, Tree), fingerprint="f")
    batches = read_batches(tmp_path / shard.file, shard.rows, 2)
    assert [item for frame in batches for item in to_records(frame, Tree)] == trees


def test_columns_follow_from_the_record_class() -> None:
    schema = frame_schema(Tree)
    assert schema["leaves"] == pl.List(pl.Struct({"name": pl.String, "weight": pl.Float64}))
    assert schema["best"] == pl.Struct({"name": pl.String, "weight": pl.Float64})
    assert schema["spans"] == pl.List(pl.List(pl.Int64))
    assert (schema["ripe"], schema["kind"]) == (pl.Boolean(), pl.String())
    assert (schema["either"], schema["table"]) == (pl.String(), pl.String())
    assert to_frame([], Tree).schema == schema


def test_text_that_is_not_unicode_is_refused_by_name() -> None:
    good = outcome("doc-1", 1)
    with pytest.raises(StoreError, match="Outcome 'number 1' cannot be stored"):
        to_frame([good, good.model_copy(update={"detail": "half a pair \ud800"})], Outcome)


def test_rows_of_two_classes_are_refused() -> None:
    with pytest.raises(StoreError, match="rows of Outcome include Fact"):
        to_frame([outcome("d", 0), fact("d", 0)], Outcome)


def test_large_rows_are_read_in_small_groups(store: Store) -> None:
    wide = [outcome(str(n), 0).model_copy(update={"detail": "x" * 2**20}) for n in range(100)]
    shard = write_table(store.home, "wide", to_frame(wide, Outcome), fingerprint="f1")
    # 32 MiB in rows of a little over 1 MiB
    assert shard.group_rows == 31
    heights = [b.height for b in read_batches(store.home / shard.file, 100, shard.group_rows)]
    assert heights == [31, 31, 31, 7]


def test_a_commit_is_named_by_stage_fingerprint_and_content(tmp_path: Path) -> None:
    shard = write_table(tmp_path, "facts", to_frame([fact("a", 0)], Fact), fingerprint="f1")
    names = {
        commit_id("extract", "f1", [shard]),
        commit_id("extract", "f2", [shard]),
        commit_id("merge", "f1", [shard]),
        commit_id("extract", "f1", []),
    }
    assert len(names) == 4
    assert shard.file == f"shards/facts/{shard.sha256[:32]}.parquet"
