"""Commits are whole, seen by fingerprint, and made by one writer; SQL reads them."""

import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import polars as pl
import pytest

from tests.warehouse.stored import USING, batch, commit, fact, outcome
from warehouse.manifest import SCHEMA_VERSION
from warehouse.records import (
    Fact,
    Outcome,
)
from warehouse.shards import (
    OUTCOMES,
    StoreError,
    frame_schema,
    to_frame,
    write_shards,
    write_table,
)
from warehouse.store import Store
from warehouse.store_upkeep import (
    collect_orphans,
    compact,
)


def test_a_commit_is_read_back_whole(store: Store) -> None:
    with store.writing():
        assert commit(store, ["a", "b"])
        assert commit(store, ["c"])
    facts = list(Store(store.home).rows("facts", Fact, USING))
    assert facts == [fact(document, number) for document in "abc" for number in (0, 1)]
    assert store.count("facts", USING) == 6
    assert store.done("extract", "f1") == {"a", "b", "c"}
    assert store.pending("extract", "f1", input_ids=["d", "c", "e", "d"]) == ["d", "e"]
    assert list(store.rows(OUTCOMES, Outcome, USING)) == [outcome(d, 2) for d in "abc"]


def test_the_same_commit_again_changes_nothing(store: Store) -> None:
    with store.writing():
        assert commit(store, ["a", "b"])
        before = (store.home / "manifests/extract.json").read_bytes()
        assert not commit(store, ["a", "b"])
        compact(store, "extract", "f1")
        assert not commit(store, ["a", "b"])
        assert (store.home / "manifests/extract.json").read_bytes() == before
        commit(store, ["c"])
        compact(store, "extract", "f1")
        assert not commit(store, ["a", "b"])
    assert store.count("facts", USING) == 6


def test_an_input_with_other_content_is_refused(store: Store) -> None:
    with store.writing():
        commit(store, ["a", "b"])
        with pytest.raises(StoreError, match=r"1 inputs already have an outcome.*'b'"):
            commit(store, ["b", "c"])
    assert store.done("extract", "f1") == {"a", "b"}
    assert store.count("facts", USING) == 4


def test_another_fingerprint_is_not_seen_and_not_lost(store: Store) -> None:
    tables, outcomes = batch(["a"])
    with store.writing():
        commit(store, ["a", "b"])
        assert store.pending("extract", "f2", input_ids=["a"]) == ["a"]
        store.commit("extract", "f2", tables=tables, outcomes=outcomes)
        compact(store, "extract", "f2")
    assert store.count("facts", {"extract": "f2"}) == 2
    assert store.count("facts", {"extract": "f1"}) == 4
    assert store.done("extract", "f2") == {"a"}
    assert store.count("facts", {"extract": ["f1", "f2"]}) == 6


def test_nothing_can_be_committed_without_the_lock(store: Store) -> None:
    with pytest.raises(StoreError, match=r"open for reading: use Store\.writing"):
        commit(store, ["a"])
    assert not store.home.exists()


def test_names_and_outcomes_are_checked(store: Store) -> None:
    facts, outcomes = batch(["a"])

    def write(stage: str, tables: dict, rows: list[Outcome]) -> None:
        write_shards(store.home, stage, fingerprint="f1", tables=tables, outcomes=rows)

    with pytest.raises(StoreError, match=r"'\.\./x' is not a name"):
        write("extract", {"../x": facts["facts"]}, outcomes)
    with pytest.raises(StoreError, match="'outcomes' is the ledger's"):
        write("extract", {OUTCOMES: outcomes}, outcomes)
    with pytest.raises(StoreError, match="belongs to stage 'extract'"):
        write("verify", facts, outcomes)
    with pytest.raises(StoreError, match="'a' has two outcomes in one batch"):
        write("extract", facts, outcomes * 2)
    with pytest.raises(StoreError, match="'a' is rejected with n_out = 1"):
        write("extract", facts, [outcome("a", 1, "rejected")])
    with pytest.raises(StoreError, match="column 'x' has no type"):
        write("extract", {"facts": pl.DataFrame({"x": [None]})}, outcomes)
    assert not store.home.exists()


def test_an_empty_frame_makes_the_table_known(store: Store) -> None:
    with store.writing():
        store.commit(
            "extract",
            "f1",
            tables={"facts": to_frame([], Fact), "cells": []},
            outcomes=[outcome("a", 0, "rejected")],
        )
    assert store.scan("facts", USING).collect().schema == frame_schema(Fact)
    assert store.sql("SELECT count(*) AS n FROM facts", using=USING)["n"].to_list() == [0]
    with pytest.raises(StoreError, match="no table 'cells' from extract"):
        store.scan("cells", USING)
    assert store.scan("cells", USING, record=Fact).collect().height == 0
    assert list(store.rows("cells", Fact, USING)) == []


def test_rows_of_departed_documents_are_left_out(store: Store) -> None:
    with store.writing():
        commit(store, ["a", "b"])
        commit(store, ["c"])
    keep = {"document_id": {"a", "c"}}
    kept = [fact(document, number) for document in "ac" for number in (0, 1)]
    assert list(store.rows("facts", Fact, USING, keep=keep)) == kept
    scanned = store.scan("facts", USING, keep=keep).collect()
    assert sorted(scanned["id"]) == sorted(item.id for item in kept)
    assert store.scan("facts", USING, keep={"document_id": []}).collect().height == 0


def test_sql_reads_the_manifest_and_nothing_else(store: Store) -> None:
    with store.writing():
        commit(store, ["a", "b"])
        write_table(store.home, "facts", to_frame([fact("orphan", 0)], Fact), fingerprint="f1")
    query = """
        SELECT document_id, max(quantity.value::INT) AS km, any_value(qualifiers[1].text) AS q
        FROM facts WHERE document_id IN (SELECT unnest($ids)) GROUP BY ALL ORDER BY 1
    """
    rows = store.sql(query, {"ids": ["a", "b", "orphan"]}, using=USING)
    assert rows.rows() == [("a", 1094, "in 2004"), ("b", 1094, "in 2004")]
    secret = store.home / "secret.csv"
    secret.write_text("x\n1\n")
    with pytest.raises(StoreError, match="disabled by configuration"):
        store.sql("SELECT * FROM read_csv($path)", {"path": str(secret)}, using=USING)
    with pytest.raises(StoreError, match="only one SELECT"):
        store.sql("SELECT 1; CREATE TABLE t (x INT)", using=USING)
    with pytest.raises(StoreError, match="nowhere does not exist"):
        store.sql("SELECT * FROM nowhere", using=USING)
    assert store.sql("SELECT 1 AS one", using={})["one"].to_list() == [1]


def test_a_worker_writes_and_the_parent_commits(store: Store) -> None:
    with (
        store.writing(),
        ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool,
    ):
        tables, outcomes = batch(["a"])
        jobs = [
            pool.submit(write_shards, store.home, "extract", fingerprint="f1", tables=t, outcomes=o)
            for t, o in (batch(["a"]), batch(["b"]))
        ]
        assert not store.done("extract", "f1")
        assert [store.commit_shards(job.result()) for job in jobs] == [True, True]
        assert not store.commit("extract", "f1", tables=tables, outcomes=outcomes)
    assert store.done("extract", "f1") == {"a", "b"}


def test_threads_share_the_one_writer(store: Store) -> None:
    with store.writing(), ThreadPoolExecutor(4) as pool:
        inputs = [[f"d{number}", f"e{number}"] for number in range(12)]
        assert all(pool.map(lambda documents: commit(store, documents), inputs))
    assert len(store.done("extract", "f1")) == 24
    assert store.count("facts", USING) == 48


def test_shards_that_vanished_before_their_commit_are_refused(store: Store) -> None:
    tables, outcomes = batch(["a"])
    with store.writing():
        written = write_shards(
            store.home, "extract", fingerprint="f1", tables=tables, outcomes=outcomes
        )
        collect_orphans(store)
        with pytest.raises(StoreError, match="is gone or cut short before its commit"):
            store.commit_shards(written)
    assert store.stages() == []


def test_a_second_writer_is_told_who_writes(store: Store) -> None:
    code = f"""
import sys
from pathlib import Path
from warehouse.shards import StoreError
from warehouse.store import Store
try:
    with Store(Path({str(store.home)!r})).writing():
        print("written")
except StoreError as error:
    print(error)
"""
    with store.writing():
        commit(store, ["a"])
        second = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        with pytest.raises(StoreError, match=f"by process {os.getpid()} on "):
            Store(store.home).writing().__enter__()
        assert Store(store.home).done("extract", "f1") == {"a"}
    assert f"is being written by process {os.getpid()} on " in second.stdout
    after = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert after.stdout == "written\n"


def test_a_manifest_of_a_later_version_is_refused(store: Store) -> None:
    with store.writing():
        commit(store, ["a"])
    path = store.home / "manifests/extract.json"
    text = path.read_text()
    later = text.replace(f'"schema_version": {SCHEMA_VERSION}', '"schema_version": 99, "new": []')
    path.write_text(later)
    with pytest.raises(StoreError, match="has schema version 99, and this program reads up to 1"):
        store.done("extract", "f1")
    for harmed in (text[:50], "[]", "{}", '{"schema_version": 1}', "[" * 100_000):
        path.write_text(harmed)
        with pytest.raises(StoreError, match=r"extract\.json is damaged .* restore it from a copy"):
            store.done("extract", "f1")
    with store.writing(), pytest.raises(StoreError, match="is damaged"):
        commit(store, ["b"])
    assert path.read_text() == "[" * 100_000
