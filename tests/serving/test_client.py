import asyncio
import time
from pathlib import Path

import pytest

from serving.budget import Budget
from serving.calls import Call, Message, Reply, Sampling
from serving.circuit import RetryOptions
from serving.client import Ask, ModelClient
from serving.ledger import Ledger, LedgerError
from serving.loopback import FAULTS, FaultOptions, LoopbackServer, even_faults
from serving.outcomes import Expected
from serving.pacing import PacingOptions
from serving.roles import Caps, Models, ModelServer, RoleOptions
from serving.scripted import ScriptedReply, ScriptedRequest
from warehouse.records import Record

QUICK = RetryOptions(timeout=1.5, deadline=30, first_wait=0.005, longest_wait=0.02)


class Colour(Record):
    name: str
    depth: int


def models(server: LoopbackServer, **options) -> Models:
    servers = {"m": ModelServer(model="scripted", address=server.address, **{"retry": QUICK} | options)}  # fmt: skip
    return Models(servers=servers, roles={"solver": RoleOptions(model="m")})


def said(text: str, *, attempt: int = 0, **sampling) -> Call:
    message = Message(role="user", parts=(text,))
    return Call(model="scripted", messages=(message,), sampling=Sampling(**sampling), attempt=attempt)  # fmt: skip


def asked(given: Models, home: Path, asks: list[Ask]) -> tuple[list[Reply], ModelClient]:
    async def run() -> tuple[list[Reply], ModelClient]:
        with Ledger(home) as ledger:
            async with ModelClient(given, ledger) as client:
                return await client.all(asks), client

    return asyncio.run(run())


def test_a_reply_comes_back_once_and_is_free_afterwards(tmp_path):
    asks = [Ask("solver", said(f"number {n}")) for n in range(50)]
    with LoopbackServer() as server:
        first, _ = asked(models(server), tmp_path, asks)
        again, client = asked(models(server), tmp_path, asks)
        assert server.seen.total() == 50
    assert [r.text for r in first] == [f"number {n}" for n in range(50)]
    assert [r.text for r in again] == [r.text for r in first]
    assert all(r.stored for r in again)
    assert client.free["solver"] == 50
    assert client.spent["solver"].calls == 0


def test_the_same_call_made_twice_at_once_is_sent_once(tmp_path):
    with LoopbackServer(faults=FaultOptions(latency=0.05)) as server:
        replies, _ = asked(models(server), tmp_path, [Ask("solver", said("one"))] * 5)
        assert server.seen.total() == 1
    assert {r.text for r in replies} == {"one"}


def test_attempts_are_calls_of_their_own_with_their_own_seeds(tmp_path):
    seeds = []

    def script(request: ScriptedRequest) -> ScriptedReply:
        seeds.append(request.seed)
        return ScriptedReply(text=str(request.seed))

    with LoopbackServer(script) as server:
        asks = [Ask("solver", said("draw", attempt=n, temperature=0.7)) for n in range(4)]
        replies, _ = asked(models(server), tmp_path, asks)
    assert len(set(seeds)) == len({r.text for r in replies}) == 4


def test_under_faults_every_ask_has_one_reply_and_transport_faults_are_overcome(tmp_path):
    def script(request: ScriptedRequest) -> ScriptedReply:
        return ScriptedReply(
            text='{"name": "' + request.messages[0][1].replace(" ", "-") + '", "depth": 3}'
        )

    faults = even_faults(0.3, slow=0.02, hang=30)
    asks = [Ask("solver", said(f"colour {n}"), Expected(Colour)) for n in range(300)]
    with LoopbackServer(script, faults) as server:
        impatient = QUICK.model_copy(update={"timeout": 0.7})
        replies, _ = asked(models(server, retry=impatient), tmp_path, asks)
        assert set(server.met) == set(FAULTS)
    statuses = {r.status for r in replies}
    # The mending call of a wrong schema may meet a fault as well.
    assert statuses - {"wrong schema"} == {"answered", "empty", "refused", "truncated"}
    for ask, reply in zip(asks, replies, strict=True):
        if reply.answered:
            number = ask.call.messages[0].text.split()[1]
            assert reply.value(Colour) == Colour(name=f"colour-{number}", depth=3)
    assert any(r.repaired for r in replies)


def test_a_request_to_mend_that_is_not_answered_in_time_leaves_the_call_open(tmp_path):
    def script(request: ScriptedRequest) -> ScriptedReply:
        if any(role == "assistant" for role, _ in request.messages):
            time.sleep(0.6)
        return ScriptedReply(text="a colour")

    hasty = QUICK.model_copy(update={"timeout": 0.2, "deadline": 0.2})
    with LoopbackServer(script) as server:
        ask = Ask("solver", said("colour"), Expected(Colour))
        (reply,), _ = asked(models(server, retry=hasty), tmp_path, [ask])
    assert reply.late
    assert not reply.stops


def test_a_dead_address_ends_in_a_message_and_not_in_an_exception(tmp_path):
    with LoopbackServer() as server:
        dead = models(server, retry=QUICK.model_copy(update={"patience": 0.1}))
    replies, _ = asked(dead, tmp_path, [Ask("solver", said(f"{n}")) for n in range(20)])
    assert {r.status for r in replies} == {"unanswered"}
    assert all(r.stops for r in replies)
    assert "(last: ConnectionRefusedError)" in replies[-1].detail
    assert "start the server or correct the address under [models.servers]" in replies[-1].detail


def test_a_refused_key_stops_at_once_and_the_key_is_nowhere(tmp_path, monkeypatch):
    monkeypatch.setenv("A_KEY", "very-secret")
    seen = []

    class Locked(LoopbackServer):
        async def app(self, scope, receive, send):
            seen.append(dict(scope["headers"])[b"authorization"])
            body = b'{"error": {"message": "no such key"}}'
            await send({"type": "http.response.start", "status": 401, "headers": []})
            await send({"type": "http.response.body", "body": body})

    with Locked() as server:
        given = models(server, key_variable="A_KEY", pacing=PacingOptions(start=1))
        replies, _ = asked(given, tmp_path, [Ask("solver", said(f"{n}")) for n in range(5)])
    assert len(seen) == 1
    assert seen[0] == b"Bearer very-secret"
    assert all(r.stops for r in replies)
    assert "refuses the key (401: no such key)" in replies[0].detail
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"very-secret" not in stored + given.model_dump_json().encode()


def test_a_cap_on_tokens_stops_before_it_is_passed_and_a_higher_one_goes_on(tmp_path):
    # A prompt of 40 characters reserves 16 tokens (2.5 characters each) and 24 for its reply; it costs 10 + 10.
    asks = [Ask("solver", said(f"{n:040d}", max_tokens=24)) for n in range(10)]
    with LoopbackServer() as server:
        low = models(server).model_copy(update={"caps": Caps(tokens=100)})
        replies, client = asked(low, tmp_path, asks)
        # 0, 20, 40 and 60 spent leave room for 40; 80 do not.
        assert sum(r.answered for r in replies) == 4
        assert client.budget.spent.tokens == 80
        assert all(r.stops for r in replies if not r.answered)
        high = models(server).model_copy(update={"caps": Caps(tokens=1000)})
        replies, client = asked(high, tmp_path, asks)
        assert all(r.answered for r in replies)
        assert client.free["solver"] == 4
        assert server.seen.total() == 10


def test_a_shared_beginning_is_sent_by_one_call_first(tmp_path):
    order = []

    def script(request: ScriptedRequest) -> ScriptedReply:
        order.append(request.asked[:1] + request.asked[-1:])
        return ScriptedReply(text="yes")

    def call(letter: str, number: int) -> Call:
        return Call(model="scripted", messages=(Message(role="user", parts=(letter * 3000, str(number))),))  # fmt: skip

    asks = [Ask("solver", call(letter, number)) for letter in "ab" for number in range(4)]
    with LoopbackServer(script, FaultOptions(latency=0.05)) as server:
        asked(models(server), tmp_path, asks)
    # The first of each document is answered before any other of the same document is sent.
    assert order.index("a0") < min(order.index(f"a{n}") for n in (1, 2, 3))
    assert order.index("b0") < min(order.index(f"b{n}") for n in (1, 2, 3))
    assert server.most_in_flight > 1


def test_calls_over_different_long_prompts_do_not_wait_for_one_another(tmp_path):
    def call(letter: str) -> Call:
        return Call(model="scripted", messages=(Message(role="user", parts=(letter * 3000, "?")),))

    asks = [Ask("solver", call(letter)) for letter in "abcdef"]
    with LoopbackServer(faults=FaultOptions(latency=0.2)) as server:
        replies, _ = asked(models(server, pacing=PacingOptions(start=6)), tmp_path, asks)
        assert server.most_in_flight >= 3
    assert all(reply.answered for reply in replies)


def test_two_runs_cannot_write_one_ledger(tmp_path):
    with Ledger(tmp_path), pytest.raises(LedgerError, match="another run is writing it"):
        Ledger(tmp_path)


def test_a_hedged_call_takes_the_first_answer(tmp_path):
    slow_once = FaultOptions(shares={"hang": 0.4}, hang=30, seed=3)
    given = QUICK.model_copy(update={"hedge_after": 0.1})
    with LoopbackServer(faults=slow_once) as server:
        asks = [Ask("solver", said(f"h{n}")) for n in range(12)]
        replies, _ = asked(models(server, retry=given), tmp_path, asks)
        assert server.met["hang"] > 0
    assert [r.text for r in replies] == [f"h{n}" for n in range(12)]


def test_one_budget_holds_over_several_clients(tmp_path):
    # As above a call costs 20 tokens and sets aside 40: of 60, two calls leave no room for a third.
    async def run(given: Models, numbers: range, budget: Budget) -> list[bool]:
        with Ledger(tmp_path) as ledger:
            async with ModelClient(given, ledger, budget) as client:
                asks = [Ask("solver", said(f"{n:040d}", max_tokens=24)) for n in numbers]
                return [reply.answered for reply in await client.all(asks)]

    with LoopbackServer() as server:
        given = models(server, pacing=PacingOptions(start=1, most=1))
        budget = Budget(Caps(tokens=60))
        assert asyncio.run(run(given, range(1), budget)) == [True]
        assert asyncio.run(run(given, range(1, 4), budget)).count(True) == 1
        assert budget.spent.tokens == 40
