"""Estimates of stages beside what the ledger says was spent: one run, one stopped and gone on, one without a note."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pytest

from flows.batches import Engine
from flows.config import SynthesisConfig
from flows.interruption import Recorder
from flows.stage_costs import FILE, noted, read_notes, stage_costs
from serving.calls import Call, Completion, Message
from serving.estimate import Estimate
from serving.ledger import Ledger
from serving.roles import RoleName
from warehouse.shards import StoreError
from warehouse.snapshot_manifest import Expected, StageCost
from warehouse.store import Store


def spend(home: Path, stage: str, numbers: range, role: str = "solver") -> None:
    """Ask what costs 110 tokens and 0.5 a call."""

    async def run(ledger: Ledger) -> None:
        for n in numbers:
            call = Call(model="m", messages=(Message(role="user", parts=(f"{stage} {n}",)),))
            given = Completion(
                key=call.key, model="m", text="a", finish_reason="stop", prompt_tokens=100, completion_tokens=10,
                price=0.5,
            )  # fmt: skip
            await ledger.put(call, given, role=role, prompt="", stage=stage)

    with Ledger(home / "models") as ledger:
        asyncio.run(run(ledger))


def row(stage: str, role: RoleName, calls: int, basis: str = "assumed") -> Estimate:
    return Estimate.model_validate(
        {"stage": stage, "role": role, "model": "m", "inputs": 1, "most_calls": calls, "calls": calls,
         "tokens": 100 * calls, "money": 1.0 * calls, "hours": 0.0, "basis": basis}
    )  # fmt: skip


def engine(home: Path, *rows: Estimate) -> Engine:
    def costs(given: Mapping[str, Collection[str]]) -> Sequence[Estimate]:
        del given
        return rows

    config = SynthesisConfig.model_validate({"sources": [{"path": "general"}]})
    return Engine(Store(home), None, config, Recorder(home, ""), costs)


def stopped(engine: Engine, stage: str, fingerprints: Sequence[str], numbers: range) -> None:
    with noted(engine, stage, fingerprints):
        spend(engine.store.home, stage, numbers)
        raise RuntimeError


def expected(calls: int, estimates: int = 1, measured: int = 0) -> Expected:
    return Expected(
        calls=calls, tokens=100 * calls, money=1.0 * calls, estimates=estimates, measured=measured
    )


def test_an_estimate_is_shown_beside_the_calls_that_followed_it(tmp_path):
    spend(tmp_path, "gold", range(3))
    mine = engine(tmp_path, row("gold", "solver", 4), row("gold", "judge", 2), row("mase", "solver", 9))  # fmt: skip
    with noted(mine, "gold", ["f"]):
        spend(tmp_path, "gold", range(3, 8))
    spend(tmp_path, "gold", range(8, 20))
    # Calls 3 to 7 of 20; the judge was not needed.
    assert stage_costs(tmp_path, [("ingest", "i"), ("gold", "f")]) == (
        StageCost(stage="gold", role="solver", expected=expected(4), noted=True, calls=5, tokens=550, money=2.5),
        StageCost(stage="gold", role="judge", expected=expected(2), noted=True, calls=0, tokens=0, money=0.0),
    )  # fmt: skip


def test_a_stopped_stage_goes_on_under_its_first_estimate(tmp_path):
    with pytest.raises(RuntimeError):
        stopped(engine(tmp_path, row("mase", "solver", 8)), "mase", ["a", "b"], range(3))
    with noted(engine(tmp_path, row("mase", "solver", 99)), "mase", ["b"]):
        spend(tmp_path, "mase", range(3, 7))
    (cost,) = stage_costs(tmp_path, [("mase", "a"), ("mase", "b")])
    assert (cost.expected, cost.calls) == (expected(8), 7)


def test_inputs_that_come_later_have_an_estimate_of_their_own_and_they_add_up(tmp_path):
    for number, basis in ((0, "assumed"), (5, "measured")):
        with noted(engine(tmp_path, row("gold", "solver", 8, basis)), "gold", ["f"]):
            spend(tmp_path, "gold", range(number, number + 5))
    (cost,) = stage_costs(tmp_path, [("gold", "f")])
    assert (cost.expected, cost.calls) == (expected(16, estimates=2, measured=1), 10)


def test_other_work_closes_what_was_left_open(tmp_path):
    with pytest.raises(RuntimeError):
        stopped(engine(tmp_path, row("gold", "solver", 1)), "gold", ["old"], range(2))
    with noted(engine(tmp_path, row("gold", "solver", 4)), "gold", ["new"]):
        spend(tmp_path, "gold", range(2, 6))
    assert [note.until for note in read_notes(tmp_path)] == [2, 6]
    (cost,) = stage_costs(tmp_path, [("gold", "old")])
    assert (cost.expected, cost.calls) == (expected(1), 2)


def test_calls_without_an_estimate_are_shown_as_such(tmp_path):
    spend(tmp_path, "propose", range(2))
    (cost,) = stage_costs(tmp_path, [("propose", "p")])
    assert (cost.expected, cost.noted, cost.calls) == (None, False, 2)
    with noted(engine(tmp_path), "propose", ["q"]):
        spend(tmp_path, "propose", range(2, 5), role="extractor")
    (cost,) = stage_costs(tmp_path, [("propose", "q")])
    assert (cost.role, cost.expected, cost.noted, cost.calls) == ("extractor", None, True, 3)


def test_a_home_that_asked_nothing_has_no_costs_and_damage_is_named(tmp_path):
    assert stage_costs(tmp_path, [("ingest", "i")]) == ()
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / FILE).write_text("{", "utf-8")
    with pytest.raises(StoreError, match=r"estimates.json is damaged: remove it"):
        read_notes(tmp_path)
