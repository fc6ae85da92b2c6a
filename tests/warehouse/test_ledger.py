from pathlib import Path
from typing import Literal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warehouse.ledger import Balance, LedgerError, balance, summary
from warehouse.records import Outcome
from warehouse.shards import OUTCOMES, to_frame, write_table
from warehouse.store import Store

Status = Literal["ok", "rejected", "errored"]


def outcome(
    name: str, n_out: int = 0, status: Status = "ok", reason: str = "", detail: str = ""
) -> Outcome:
    return Outcome(
        stage="read", input_id=name, status=status, reason=reason, detail=detail, n_out=n_out
    )


def rows(count: int) -> pl.DataFrame:
    return pl.DataFrame({"id": [f"row-{n}" for n in range(count)]}, schema={"id": pl.String})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Three files: one gave two documents and five sections, one was rejected, one errored."""
    store = Store(tmp_path)
    outcomes = [
        outcome("a.txt", 2),
        outcome("b.txt", 0, "rejected", "too short", "12 characters, at least 200"),
        outcome("c.txt", 0, "errored", "not text", "byte 0 at 3"),
    ]
    with store.writing():
        tables = {"documents": rows(2), "sections": rows(5)}
        store.commit("read", "f1", tables=tables, outcomes=outcomes)
    return store


def test_a_stage_balances(store: Store) -> None:
    found = balance(
        store,
        "read",
        fingerprint="f1",
        input_ids=["a.txt", "b.txt", "c.txt", "a.txt"],
        counted=["documents"],
    )
    assert found == Balance(
        stage="read", inputs=3, ok=1, rejected=1, errored=1, n_out=2, departed=0, rows=2
    )


def test_inputs_that_left_are_counted_apart(store: Store) -> None:
    found = balance(store, "read", fingerprint="f1", input_ids=["b.txt"], counted=["documents"])
    assert found == Balance(
        stage="read", inputs=1, ok=0, rejected=1, errored=0, n_out=0, departed=2, rows=2
    )


def test_a_missing_input_is_named(store: Store) -> None:
    inputs = ["a.txt", "z.txt", "y.txt"]
    with pytest.raises(LedgerError, match=r"2 inputs without an outcome \(y\.txt, z\.txt\)") as e:
        balance(store, "read", fingerprint="f1", input_ids=inputs, counted=["documents"])
    assert e.value.missing == ("y.txt", "z.txt")
    assert e.value.double == ()


def test_rows_that_no_outcome_claims_are_found(store: Store) -> None:
    # n_out counts documents, and all tables together hold 2 + 5 rows
    with pytest.raises(LedgerError, match="outcomes claim 2 rows, 7 are on disk"):
        balance(store, "read", fingerprint="f1", input_ids=["a.txt"])


def test_a_double_outcome_is_named(store: Store) -> None:
    """No commit writes one, so the manifest is given a shard that repeats an input."""
    with store.writing():
        again = to_frame([outcome("b.txt", 0, "rejected", "too short")], Outcome)
        shard = write_table(store.home, OUTCOMES, again, fingerprint="f1", commits=("x",))
        store.replace_shards("read", [*store.manifest("read").shards, shard])
    with pytest.raises(LedgerError, match=r"1 inputs with more than one outcome \(b\.txt\)") as e:
        balance(store, "read", fingerprint="f1", input_ids=["a.txt"], counted=["documents"])
    assert e.value.double == ("b.txt",)


def test_a_stage_that_never_ran_balances_only_without_inputs(store: Store) -> None:
    assert balance(store, "generate", fingerprint="f1", input_ids=[]).inputs == 0
    with pytest.raises(LedgerError, match=r"6 inputs without an outcome \(0, 1, 2, 3, 4, …\)"):
        balance(store, "generate", fingerprint="f1", input_ids=map(str, range(6)))


def test_summary_counts_by_reason(store: Store) -> None:
    with store.writing():
        more = [outcome(f"{n}.txt", 0, "rejected", "too short", f"{n} characters") for n in (1, 3)]
        store.commit("read", "f1", tables={}, outcomes=more)
        store.commit("read", "f2", tables={}, outcomes=[outcome("a.txt", 0)])
        store.commit(
            "file",
            "f1",
            tables={},
            outcomes=[outcome("x").model_copy(update={"stage": "file"})],
        )
    assert summary(store, {"read": "f1", "file": "f1"}).rows() == [
        ("read", "rejected", "too short", 3, 0, "1 characters"),
        ("read", "errored", "not text", 1, 0, "byte 0 at 3"),
        ("read", "ok", "", 1, 2, ""),
        ("file", "ok", "", 1, 0, ""),
    ]
    kept = summary(store, {"read": "f1"}, input_ids=["b.txt", "a.txt"])
    assert kept["reason"].to_list() == ["", "too short"]
    both = summary(store, {"read": ["f1", "f2"]}).filter(pl.col("status") == "ok")
    assert both["inputs"].to_list() == [2]
    assert summary(store, {"read": "f9"}).rows() == []
    assert summary(store, {}).rows() == []


@given(
    counts=st.dictionaries(st.text("abcdef", min_size=1), st.integers(0, 4), max_size=8),
    batches=st.integers(1, 4),
)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_one_to_many_stages_balance(
    tmp_path_factory: pytest.TempPathFactory, counts: dict[str, int], batches: int
) -> None:
    store = Store(tmp_path_factory.mktemp("home"))
    names = sorted(counts)
    with store.writing():
        for start in range(batches):
            mine = names[start::batches]
            store.commit(
                "read",
                "f1",
                tables={"documents": rows(sum(counts[name] for name in mine))},
                outcomes=[outcome(name, counts[name]) for name in mine],
            )
    found = balance(store, "read", fingerprint="f1", input_ids=names)
    assert (found.inputs, found.n_out, found.rows) == (len(names), found.rows, sum(counts.values()))
