"""Compaction, damage, and errors that are tried again."""

import pytest

from tests.warehouse.stored import USING, batch, commit, outcome
from warehouse.records import (
    Fact,
)
from warehouse.shards import (
    OUTCOMES,
    StoreError,
)
from warehouse.store import Store
from warehouse.store_upkeep import (
    collect_orphans,
    compact,
    damaged,
    forget_errors,
    repair,
)


def test_compaction_keeps_rows_and_joins_files(store: Store) -> None:
    with store.writing():
        for number in range(12):
            commit(store, [f"d{number}"])
        before = store.root("facts", Fact, USING)
        shards = store.manifest("extract").shards
        assert len(shards) == 24
        size = shards[0].bytes
        # five files of facts fit, six do not: runs of 5, 5 and 2 commits, two tables each
        assert compact(store, "extract", "f1", target=size * 5 + size // 2) == 24 - 6
        assert [len(s.commits) for s in store.shards("facts", USING)] == [5, 5, 2]
        assert compact(store, "extract", "f1") == 6 - 2
        assert compact(store, "extract", "f1") == 0
        assert store.root("facts", Fact, USING) == before
        assert [f.document_id for f in store.rows("facts", Fact, USING)][::2] == [
            f"d{number}" for number in range(12)
        ]
        assert store.pending("extract", "f1", input_ids=["d3", "x"]) == ["x"]
        # 24 first files, 6 joined and 2 joined again, of which these last are in use
        assert len(collect_orphans(store)) == 30
        assert collect_orphans(store) == []
        assert store.root("facts", Fact, USING) == before


@pytest.mark.parametrize("harm", ["flip", "cut", "delete"])
def test_a_damaged_shard_is_named_and_its_commit_redone(store: Store, harm: str) -> None:
    with store.writing():
        commit(store, ["a", "b"])
        commit(store, ["c"])
    shard = store.shards("facts", USING)[0]
    path = store.home / shard.file
    data = path.read_bytes()
    if harm == "flip":
        path.write_bytes(data[:100] + bytes([data[100] ^ 1]) + data[101:])
    elif harm == "cut":
        path.write_bytes(data[:-1])
    else:
        path.unlink()
    what = "is missing" if harm == "delete" else "is damaged"
    for read in (
        lambda: store.scan("facts", USING),
        lambda: list(store.rows("facts", Fact, USING)),
        lambda: store.sql("SELECT 1", using=USING),
    ):
        with pytest.raises(StoreError, match=what) as error:
            read()
        assert path.name in str(error.value)
        assert "restore it from a copy" in str(error.value)
    assert [line.split(" ", 2)[1] for line in damaged(store)] == [shard.file]
    with store.writing():
        assert {s.table for s in repair(store)} == {"facts", OUTCOMES}
        assert repair(store) == []
        assert store.pending("extract", "f1", input_ids="abc") == ["a", "b"]
        commit(store, ["a", "b"])
    assert sorted(f.document_id for f in store.rows("facts", Fact, USING)) == list("aabbcc")


def test_errors_can_be_tried_again(store: Store) -> None:
    facts, outcomes = batch(["a"])
    failed = [outcome("b", 0, "errored"), outcome("c", 0, "rejected")]
    alone = [outcome("d", 0, "errored")]
    with store.writing():
        store.commit("extract", "f1", tables=facts, outcomes=[*outcomes, *failed])
        store.commit("extract", "f1", tables={}, outcomes=alone)
        assert forget_errors(store, "extract", "f1") == 2
        assert store.done("extract", "f1") == {"a", "c"}
        # the same error again is news, and may again be forgotten
        assert store.commit("extract", "f1", tables={}, outcomes=alone)
        assert forget_errors(store, "extract", "f1") == 1
        assert forget_errors(store, "extract", "f1") == 0
        commit(store, ["b", "d"])
    assert store.done("extract", "f1") == set("abcd")
    assert store.count("facts", USING) == 6
