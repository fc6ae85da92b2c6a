import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warehouse.manifest import SCHEMA_VERSION
from warehouse.records import (
    Fact,
    Mention,
    Outcome,
    Qualifier,
    Quantity,
    Record,
    make_fact,
)
from warehouse.shards import (
    OUTCOMES,
    StoreError,
    commit_id,
    frame_schema,
    read_batches,
    to_frame,
    to_records,
    write_shards,
    write_table,
)
from warehouse.store import Store
from warehouse.store_upkeep import (
    collect_orphans,
    compact,
    damaged,
    forget_errors,
    repair,
)

USING = {"extract": "f1"}
TIDY = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def fact(document: str, number: int) -> Fact:
    return make_fact(
        document,
        f"{document}-s",
        subject=Mention(text="Elbe", start=number, end=number + 4, type="place"),
        relation="length",
        object=Mention(text="1,094 km", start=number + 9, end=number + 17, type="value"),
        shape="attribute",
        quote="Elbe: length 1,094 km",
        start=number,
        end=number + 21,
        extractor="key-value/1",
        quantity=Quantity(value="1094", unit="km", step="1") if number % 2 else None,
        qualifiers=(Qualifier(kind="time", text="in 2004"),) if number % 3 else (),
    )


def outcome(
    document: str, n_out: int, status: Literal["ok", "rejected", "errored"] = "ok"
) -> Outcome:
    return Outcome(
        stage="extract",
        input_id=document,
        status=status,
        reason="" if status == "ok" else "no facts",
        detail="",
        n_out=n_out,
    )


def batch(documents: list[str]) -> tuple[dict[str, list[Fact]], list[Outcome]]:
    """Two facts of each document, and its outcome."""
    facts = [fact(document, number) for document in documents for number in (0, 1)]
    return {"facts": facts}, [outcome(document, 2) for document in documents]


def commit(store: Store, documents: list[str]) -> bool:
    tables, outcomes = batch(documents)
    return store.commit("extract", "f1", tables=tables, outcomes=outcomes)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home [1] it's *")


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


def test_large_rows_are_read_in_small_groups(store: Store) -> None:
    wide = [outcome(str(n), 0).model_copy(update={"detail": "x" * 2**20}) for n in range(100)]
    shard = write_table(store.home, "wide", to_frame(wide, Outcome), fingerprint="f1")
    # 32 MiB in rows of a little over 1 MiB
    assert shard.group_rows == 31
    heights = [b.height for b in read_batches(store.home / shard.file, 100, shard.group_rows)]
    assert heights == [31, 31, 31, 7]


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


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {folder!r})
from test_store import commit
from warehouse.store import Store

renames = 0
def die(event, arguments):
    global renames
    if event == "os.rename":
        renames += 1
        if renames == {point}:
            os.kill(os.getpid(), signal.SIGKILL)

store = Store(Path({home!r}))
sys.addaudithook(die)
with store.writing():
    for name in "abcd":
        commit(store, [name + "1", name + "2"])
"""


@pytest.mark.parametrize("point", [1, 2, 3, 4, 6, 9, 11, 12])
def test_a_killed_run_resumes_to_the_same_rows(store: Store, tmp_path: Path, point: int) -> None:
    """Three renames a commit (facts, ledger, manifest), and the kill comes before the n-th."""
    inputs = [name + digit for name in "abcd" for digit in "12"]
    code = KILLED.format(folder=str(Path(__file__).parent), home=str(store.home), point=point)
    ended = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    survived = (point - 1) // 3
    assert len(store.done("extract", "f1")) == 2 * survived
    with store.writing():
        left = store.pending("extract", "f1", input_ids=reversed(inputs))
        assert len(left) == 8 - 2 * survived
        for start in range(0, len(left), 3):
            commit(store, left[start : start + 3])
        collect_orphans(store)
    whole = Store(tmp_path / "whole")
    with whole.writing():
        commit(whole, inputs)
    assert store.root("facts", Fact, USING) == whole.root("facts", Fact, USING)
    assert store.root(OUTCOMES, Outcome, USING) == whole.root(OUTCOMES, Outcome, USING)
    assert store.count("facts", USING) == 16
    files = {path for path in (store.home / "shards").rglob("*") if path.is_file()}
    assert len(files) == len(store.manifest("extract").shards)


RESUMED = """
import sys
from pathlib import Path
sys.path.insert(0, {folder!r})
from test_store import commit
from warehouse.store import Store

store = Store(Path({home!r}))
with store.writing():
    left = store.pending("extract", "f1", input_ids=map(str, range(300)))
    print("ready", flush=True)
    for start in range(0, len(left), 3):
        commit(store, left[start : start + 3])
"""


def test_a_run_killed_again_and_again_ends_whole(store: Store) -> None:
    code = RESUMED.format(folder=str(Path(__file__).parent), home=str(store.home))
    for pause in (0.0, 0.05, 0.11, 0.2):
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
            assert process.stdout
            process.stdout.readline()
            time.sleep(pause)
            process.kill()
    survived = store.done("extract", "f1")
    subprocess.run([sys.executable, "-c", code], check=True)
    ids = [item.id for item in store.rows("facts", Fact, USING)]
    assert len(ids) == len(set(ids)) == 600
    assert survived <= store.done("extract", "f1") == set(map(str, range(300)))
    assert damaged(store) == []


@given(data=st.data())
@TIDY
def test_any_order_and_batching_gives_the_same_root(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    inputs = data.draw(st.permutations([f"d{number}" for number in range(7)]))
    store = Store(tmp_path_factory.mktemp("home"))
    with store.writing():
        while inputs:
            size = data.draw(st.integers(1, len(inputs)))
            commit(store, inputs[:size])
            inputs = inputs[size:]
            if data.draw(st.booleans()):
                compact(store, "extract", "f1", target=data.draw(st.sampled_from([1, 9000, 10**8])))
        collect_orphans(store)
    ids = [item.id for item in store.rows("facts", Fact, USING)]
    assert len(ids) == len(set(ids)) == 14
    assert store.root("facts", Fact, USING) == ROOT


# Stores written before can be compared with later ones only while this stays as it is.
ROOT = "bd1f842dded7a3a629fc26eff696f07314639115abba1dbbaa0865d1dab8477a"


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
