"""The stage over a real store: what stays is settled by hash, is in the ledger, and is settled once."""

from flows.config import SynthesisConfig
from flows.same_questions import asked_once
from tests.verifiers.test_same_question import LONG, asked
from tests.warehouse.rivers import sample
from verifiers.same_question import CHECK
from warehouse.identity import rank
from warehouse.records import Outcome
from warehouse.shards import OUTCOMES
from warehouse.store import Store

CONFIG = SynthesisConfig.model_validate({"sources": [{"path": "x"}], "seed": 5})
ROWS = [
    asked(1, LONG),
    asked(2, LONG.replace("grain", "imported grain")),
    asked(3, LONG, "Ostrand"),
    sample(4),
    sample(5),
]


def test_one_stays_whatever_the_order_and_the_ledger_names_it(tmp_path):
    store = Store(tmp_path)
    first, second = sorted(("sample-1", "sample-2"), key=lambda name: rank(5, name))
    with store.writing():
        kept, fingerprint = asked_once(store, CONFIG, ROWS)
        again = asked_once(Store(tmp_path), CONFIG, ROWS[::-1])
    # Samples that are made by rule have programs to be told apart by, and no outcome here.
    assert [row.id for row in kept] == [row.id for row in ROWS if row.id != second]
    assert (again[0][::-1], again[1]) == (kept, fingerprint)
    held = {row.input_id: row for row in store.rows(OUTCOMES, Outcome, {CHECK: fingerprint})}
    assert {name: (row.status, row.reason) for name, row in held.items()} == {
        first: ("ok", ""), second: ("rejected", "repeats another question"), "sample-3": ("ok", ""),
    }  # fmt: skip
    assert held[second].detail.startswith(f"{first}: ")


def test_a_run_without_such_questions_has_no_such_stage(tmp_path):
    store = Store(tmp_path)
    with store.writing():
        assert asked_once(store, CONFIG, ROWS[3:]) == (ROWS[3:], "")
    assert store.stages() == []
