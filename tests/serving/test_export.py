import asyncio

import duckdb
import pytest

from serving.calls import Call, Completion, Message
from serving.export import Spending, export, last_call, spending, uses
from serving.ledger import Ledger, LedgerError


def fill(home, numbers: range, stage: str = "") -> None:
    async def run(ledger: Ledger) -> None:
        for n in numbers:
            call = Call(model="m", messages=(Message(role="user", parts=("long " * 1000, str(n))),))
            given = Completion(
                key=call.key, model="m", text=f"a{n}", finish_reason="length" if n % 2 else "stop", prompt_tokens=100,
                cached_tokens=40, completion_tokens=10, price=0.5, latency=2.0,
            )  # fmt: skip
            await ledger.put(call, given, role="solver", prompt="solve.1 abc", stage=stage)
        await ledger.fail("k", role="solver", reason="deadline passed: 8 tries; last: HTTP 500")

    with Ledger(home) as ledger:
        asyncio.run(run(ledger))


def test_an_export_goes_on_where_the_last_one_ended(tmp_path):
    ledger, out = tmp_path / "home" / "completions.sqlite", tmp_path / "out"
    fill(tmp_path / "home", range(5))
    assert export(ledger, out) == 5
    assert export(ledger, out) == 0
    fill(tmp_path / "home", range(3, 8))
    assert export(ledger, out) == 3
    assert len(list(out.iterdir())) == 2
    rows = duckdb.sql(
        f"SELECT text, messages[1].content AS asked, prompt_tokens FROM '{out}/*.parquet' ORDER BY number"
    ).fetchall()
    assert [row[0] for row in rows] == [f"a{n}" for n in range(8)]
    assert rows[7][1] == "long " * 1000 + "7"


def test_use_is_counted_by_role_model_and_prompt(tmp_path):
    fill(tmp_path, range(5))
    (use,), (missed,) = uses(tmp_path / "completions.sqlite")
    assert (use.role, use.model, use.prompt, use.calls) == ("solver", "m", "solve.1 abc", 5)
    # Numbers 1 and 3 of 0 to 4 were cut.
    assert (use.prompt_tokens, use.cached_tokens, use.completion_tokens, use.truncated) == (
        500,
        200,
        50,
        2,
    )
    assert (use.price, use.latency) == (2.5, 2.0)
    assert (missed.role, missed.reason, missed.calls) == ("solver", "deadline passed", 1)


def test_a_home_that_asked_nothing_says_so(tmp_path):
    with pytest.raises(LedgerError, match="no run has asked a model"):
        uses(tmp_path / "completions.sqlite")


def test_what_a_stage_spent_is_counted_between_two_states_of_the_ledger(tmp_path):
    ledger = tmp_path / "completions.sqlite"
    assert last_call(ledger) == 0
    fill(tmp_path, range(5), "gold")
    fill(tmp_path, range(5, 7), "grounding")
    assert last_call(ledger) == 7
    # Calls 2 to 4, then 5 and on: the two of another stage are left out.
    (spent,) = spending(ledger, "gold", [(1, 4)])
    assert spent == Spending(role="solver", calls=3, tokens=330, money=1.5)
    (spent,) = spending(ledger, "gold", [(1, 2), (4, None)])
    assert spent.calls == 2
    assert spending(ledger, "mase", [(0, None)]) == []
