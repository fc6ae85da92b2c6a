"""The judge over a loopback server: asked in both orders where the rules cannot tell, and masked where it fails."""

import json
import threading

import pytest

from serving.circuit import RetryOptions
from serving.ledger import LedgerError
from serving.loopback import FaultOptions, LoopbackServer
from serving.roles import Caps, ModelConfigError, Models, ModelServer, RoleOptions
from serving.scripted import ScriptedReply, ScriptedRequest
from training.rewards.functions import RewardFunction
from training.rewards.judge import LATE, UNDECIDED
from training.rewards.options import RewardOptions
from warehouse.answer_specs import AnswerSpec

QUICK = RetryOptions(timeout=2, deadline=5, first_wait=0.005, longest_wait=0.02, patience=0.2)
PARIS = AnswerSpec(kind="text", text="Paris", aliases=("Lutetia",)).model_dump_json()
RIGHT = "the capital of the French republic, on the river Seine"
WRONG = "the old town of the weavers where two rivers meet"
UNSURE = "a place that is named in several of the documents"
TASTE = "whichever of the two answers happens to stand first here"


def script(request: ScriptedRequest) -> ScriptedReply:
    """Know that the Seine's is Paris; take `TASTE` for the same where it comes second."""
    asked = request.asked
    if TASTE in asked:
        same = "yes" if asked.index(TASTE) > asked.index("Lutetia") else "no"
    else:
        same = "yes" if RIGHT in asked else "no" if WRONG in asked else "unsure"
    return ScriptedReply(text=json.dumps({"difference": "", "same": same}))


def models(address: str, *, caps: Caps = Caps(), **server) -> Models:  # noqa: B008
    servers = {"m": ModelServer(model="scripted", address=address, **({"retry": QUICK} | server))}
    return Models(servers=servers, roles={"judge": RoleOptions(model="m")}, caps=caps)


def rewards(address: str, folder, *, seconds: float = 20.0, **server) -> RewardFunction:
    options = RewardOptions(judge=True, judge_seconds=seconds)
    return RewardFunction(options, models(address, **server), folder)


def scored(made: RewardFunction, *replies: str):
    many = len(replies)
    one = {"answer_spec": PARIS, "question": "Which town?", "format_instructions": ""}
    batch = {name: [value] * many for name, value in one.items()}
    found = made.score(["p"] * many, replies, batch)
    return [(one.reward, one.rule) for one in found]


def test_the_judge_decides_what_the_rules_cannot_and_nothing_else(tmp_path):
    replies = ("Paris", "Berlin", RIGHT, WRONG, UNSURE, TASTE, "", "<think>" + RIGHT, RIGHT * 100)
    with LoopbackServer(script) as server, rewards(server.address, tmp_path) as made:
        found = scored(made, *replies)
        # Four replies in two orders each.
        assert server.seen.total() == 8
        assert made.counts["judge"] == 2
    assert found == [
        (1.0, "text"), (0.0, "text"), (1.0, "judge"), (0.0, "judge"), (None, UNDECIDED), (None, UNDECIDED),
        (0.0, "no answer"), (0.0, "no answer"), (0.0, "no answer"),
    ]  # fmt: skip


def test_equal_pairs_are_asked_about_once_also_in_later_batches(tmp_path):
    with LoopbackServer(script) as server:
        with rewards(server.address, tmp_path) as made:
            assert scored(made, *[RIGHT] * 8, f"<think>x</think>{RIGHT}") == [(1.0, "judge")] * 9
            assert scored(made, RIGHT) == [(1.0, "judge")]
        with rewards(server.address, tmp_path) as made:
            assert scored(made, RIGHT) == [(1.0, "judge")]
        assert server.seen.total() == 2


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("wrong schema", "judge: wrong schema"),
        ("empty", "judge: empty"),
        ("refusal", "judge: refused"),
        ("truncated", "judge: truncated"),
        ("500", "judge: deadline passed"),
    ],
)
def test_a_judge_that_cannot_be_read_is_no_zero(tmp_path, fault, reason):
    faults = FaultOptions(shares={fault: 1.0})
    with (
        LoopbackServer(script, faults) as server,
        rewards(server.address, tmp_path) as made,
    ):
        assert scored(made, RIGHT, "Paris", "Berlin") == [(None, reason), (1.0, "text"), (0.0, "text")]  # fmt: skip
        assert made.counts[reason] == 1


def test_a_judge_that_hangs_costs_the_deadline_and_no_more(tmp_path):
    faults = FaultOptions(shares={"hang": 1.0})
    with (
        LoopbackServer(script, faults) as server,
        rewards(server.address, tmp_path, seconds=0.5) as made,
    ):
        assert scored(made, RIGHT, "Paris") == [(None, LATE), (1.0, "text")]


def test_a_judge_that_was_down_is_found_again(tmp_path):
    server = LoopbackServer(script)
    with server:
        address, port = server.address, server.port
    with rewards(address, tmp_path) as made:
        assert scored(made, RIGHT, "Paris") == [(None, "judge: address cannot be used"), (1.0, "text")]  # fmt: skip
        with LoopbackServer(script, port=port):
            assert scored(made, RIGHT) == [(1.0, "judge")]


def test_transport_faults_are_overcome(tmp_path):
    shares = {"429": 0.2, "500": 0.2, "cut connection": 0.1, "cut json": 0.1}
    with (
        LoopbackServer(script, FaultOptions(shares=shares)) as server,
        rewards(server.address, tmp_path, retry=QUICK.model_copy(update={"tries": 60})) as made,
    ):
        replies = [f"{RIGHT} {n}" for n in range(30)]
        assert scored(made, *replies) == [(1.0, "judge")] * 30
        assert server.met.total() > 0


def test_a_spent_budget_masks_what_is_left(tmp_path):
    with (
        LoopbackServer(script) as server,
        rewards(server.address, tmp_path, caps=Caps(tokens=1)) as made,
    ):
        assert scored(made, RIGHT, "Paris") == [(None, "judge: budget is spent"), (1.0, "text")]


def test_any_thread_may_ask(tmp_path):
    found = {}
    with LoopbackServer(script) as server, rewards(server.address, tmp_path) as made:

        def ask(number: int) -> None:
            found[number] = scored(made, f"{RIGHT} {number}", f"{WRONG} {number}")

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.seen.total() == 16
    assert found == {n: [(1.0, "judge"), (0.0, "judge")] for n in range(4)}


def test_what_cannot_be_asked_is_said_at_once(tmp_path):
    with pytest.raises(ModelConfigError, match=r"roles\.judge"):
        RewardFunction(RewardOptions(judge=True), Models(), tmp_path)
    with pytest.raises(ModelConfigError, match="NO_SUCH_KEY is not set"):
        rewards("http://127.0.0.1:9/v1", tmp_path, key_variable="NO_SUCH_KEY")
    with (
        rewards("http://127.0.0.1:9/v1", tmp_path),
        pytest.raises(LedgerError, match="another run"),
    ):
        rewards("http://127.0.0.1:9/v1", tmp_path)
