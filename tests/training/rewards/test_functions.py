"""The function as TRL calls it: columns in, a reward or None for each completion out, whatever a reply does."""

import os
import signal
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serving.roles import ModelConfigError
from tests.verifiers.asked import river
from training.rewards.bounded import Comparer
from training.rewards.functions import RewardFunction
from training.rewards.needle import NeedleSpec
from training.rewards.options import RewardOptions
from training.rewards.rows import RewardRowError, check_rows, reward_columns
from training.rewards.scored import metrics
from training.rewards.targets import read_target
from training.rewards.worker import NO_TARGET, RAISED, TOO_LONG, Job
from warehouse.answer_specs import AnswerSpec
from warehouse.snapshot_rows import with_context

PARIS = AnswerSpec(kind="text", text="Paris").model_dump_json()
UNREADABLE = AnswerSpec(kind="number", text="42", tolerance="a little").model_dump_json()


def said(*replies: str) -> list[list[dict[str, str]]]:
    return [[{"role": "assistant", "content": reply}] for reply in replies]


def columns(*specs: str, **more: list) -> dict[str, list]:
    many = len(specs)
    asked = {"question": ["Which?"] * many, "format_instructions": [""] * many}
    return {"answer_spec": list(specs)} | asked | more


@pytest.fixture(scope="module")
def plain():
    with RewardFunction() as made:
        yield made


def test_as_trl_calls_it(plain):
    extra, logged = {}, {}
    prompts = [[{"role": "user", "content": "Which?"}]] * 4
    found = plain(
        prompts=prompts, completions=said("Paris", "Lyon", "", "It is Paris."), completion_ids=[[1]] * 4,
        trainer_state=None, task_type=["multi_hop"] * 4, **columns(*[PARIS] * 4),
        log_extra=extra.__setitem__, log_metric=logged.__setitem__,
    )  # fmt: skip
    assert found == [1.0, 0.0, 0.0, 1.0]
    assert plain.__name__ == "outcome"
    assert extra == {"reward_rule": ["text", "text", "no answer", "text"]}
    assert logged == {"rewards/unscorable": 0.0, "rewards/judged": 0.0}
    assert plain(["Which?"], ["Paris"], **columns(PARIS)) == [1.0]
    assert plain([], [], **columns()) == []


def test_a_column_that_is_missing_is_an_error(plain):
    with pytest.raises(RewardRowError, match="no column format_instructions; make the columns"):
        plain(["p"], ["r"], answer_spec=[PARIS], question=["Which?"])


def test_a_row_that_cannot_be_read_or_raises_is_none_and_the_batch_goes_on():
    with RewardFunction() as made:
        found = made.score(
            ["p"] * 4, ["Paris", "42", "Paris", "Paris"],
            columns("{", UNREADABLE, '{"kind": "riddle", "text": "x"}', PARIS),
        )  # fmt: skip
        assert [one.reward for one in found] == [None, None, None, 1.0]
        assert made.counts == {NO_TARGET: 2, RAISED: 1, "text": 1}
    assert metrics(found) == {
        "rewards/unscorable": 3 / 4, "rewards/judged": 0.0, f"rewards/unscorable/{NO_TARGET}": 2 / 4,
        f"rewards/unscorable/{RAISED}": 1 / 4,
    }  # fmt: skip


def test_a_comparison_that_takes_too_long_is_none():
    with RewardFunction(RewardOptions(comparison_seconds=1e-6)) as made:
        found = made.score(["p"] * 3, ["Paris " * 300] * 3, columns(*[PARIS] * 3))
    assert {(one.reward, one.rule) for one in found} == {(None, TOO_LONG)}


def test_a_process_that_hangs_is_ended_and_one_that_died_is_started_anew():
    comparer = Comparer(RewardOptions(comparison_seconds=0.2), grace=0.3)
    job = Job(PARIS, "Paris", "Which?")
    assert comparer.outcomes([job])[0].reward == 1.0
    first = comparer.pid
    assert first is not None
    os.kill(first, signal.SIGSTOP)
    assert [one.rule for one in comparer.outcomes([job, job])] == [TOO_LONG, "text"]
    second = comparer.pid
    assert second not in (None, first)
    os.kill(second, signal.SIGKILL)
    os.waitid(os.P_PID, second, os.WEXITED | os.WNOWAIT)
    # It ended before the reply came, which is compared by the next.
    assert comparer.outcomes([job])[0].reward == 1.0
    comparer.close()
    comparer.close()
    assert comparer.pid is None


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.text(max_size=200), min_size=1, max_size=4), st.text(max_size=40))
def test_junk_never_raises(plain, replies, spec):
    many = len(replies)
    found = plain(
        replies,
        replies,
        **columns(*[spec] * many, evidence_spans=[None] * many, distractor_spans=[[]] * many),
    )
    assert found == [None] * many
    found = plain(replies, said(*replies), **columns(*[PARIS] * many))
    assert all(one in (0.0, 1.0) for one in found)


def test_evidence_and_copies_of_a_snapshot_row():
    row, context = river(3)
    made = reward_columns(row, context)
    prompt = with_context(row, {row.context_id: context.text})
    text = prompt[0]["content"]
    assert [text[a:b] for a, b in made["evidence_spans"]] == ["[River 3]\nRiver 3: 1,094 km\n\n"]
    assert [text[a:b][:6] for a, b in made["distractor_spans"]] == ["[Note ", "[Other"]
    replies = (
        # "plain words about other waters" with the two runs that go on with "therefore": 1 of 4.
        "Plain words about other waters.\nEvidence: D2\nTherefore, the answer is 1,094 km.",
        "Evidence: D1, D2\nTherefore, the answer is 1,094 km.",
        "Evidence: D2\nTherefore, the answer is 77 km.",
        "Therefore, the answer is 1,094 km.",
    )
    batch = {name: [value] * 4 for name, value in made.items()}
    assert made["evidence_ids"] == ["D2"]
    batch["id"] = [row.id] * 4
    with RewardFunction(RewardOptions(evidence=True)) as function:
        found = function.score([prompt] * 4, said(*replies), batch)
    # F2 = 1: 1 + .1 + .9; P = 1/2 and R = 1: F2 = 5/6, 1 + 5/6; a = 0: .1; nothing named: 1.
    assert [one.reward for one in found] == pytest.approx([2.0, 1 + 5 / 6, 0.1, 1.0])
    assert [one.outcome for one in found] == [1.0, 1.0, 0.0, 1.0]
    # 14 words have 10 runs of 5, and one of them is a distractor's; the others have none.
    assert [one.copy_rate for one in found] == pytest.approx([1 / 10, 0.0, 0.0, 0.0])


def test_copies_may_cost_something():
    text = "a b c d e f\nParis stands here. x"
    batch = columns(PARIS, PARIS, evidence_spans=[[[12, 31]]] * 2, distractor_spans=[[[0, 11]]] * 2)
    replies = ["a b c d e. Therefore, the answer is Paris.", "Therefore, the answer is Paris."]
    with RewardFunction(RewardOptions(copy_penalty=0.5)) as made:
        found = made.score([text] * 2, replies, batch)
    # 10 words have 6 runs, one of them copied: 1 - .5 / 6.
    assert [one.copy_rate for one in found] == pytest.approx([1 / 6, 0.0])
    assert [one.reward for one in found] == pytest.approx([1 - 0.5 / 6, 1.0])
    assert metrics(found)["rewards/copy_rate"] == pytest.approx(1 / 12)


def test_rubric_by_groups_of_rows():
    names = [["Bayreuth", "Leipzig"]] * 3 + [["Oslo"]] * 2 + [None]
    replies = [
        "Bayreuth, then Leipzig. Therefore, the answer is Paris.", "Leipzig. Therefore, the answer is Paris.",
        "Bayreuth, Leipzig. Therefore, the answer is Lyon.", "Paris", "Oslo. Therefore, the answer is Paris.", "Paris",
    ]  # fmt: skip
    batch = columns(*[PARIS] * 6, rubric=names, id=["a", "a", "a", "b", "b", "c"])
    with RewardFunction(RewardOptions(rubric=True)) as made:
        found = made(["p"] * 6, replies, **batch)
    # Most hits of a are 2: 1, .7 + .15, 0; of b 1: .7, 1; c has no rubric.
    assert found == pytest.approx([1.0, 0.85, 0.0, 0.7, 1.0, 1.0])


def test_a_judge_that_is_asked_for_must_be_given():
    with pytest.raises(ModelConfigError, match="role judge"):
        RewardFunction(RewardOptions(judge=True))


def test_rows_are_checked_before_training():
    row, _ = river(1)
    good = {"id": "r1", **reward_columns(row.model_dump() | {"another": 1})}
    target = read_target(good["answer_spec"])
    assert isinstance(target, AnswerSpec)
    assert (target.kind, target.text) == ("number", "1,094 km")
    assert check_rows([good, good]) == []
    broken = AnswerSpec(kind="choice", text="none such", options=("a", "b")).model_dump_json()
    (fault,) = check_rows([good, good | {"answer_spec": broken}])
    assert (fault.number, fault.kind, fault.answer) == (1, "choice", "none such")
    needle = {
        "answer": "k7abcd", "answer_items": ["k7"], "reward_spec": {"kind": "needle", "unit": "", "tolerance": "0"}
    }  # fmt: skip
    dialogue = reward_columns(row.model_dump() | needle)
    assert read_target(dialogue["answer_spec"]) == NeedleSpec(text="k7abcd", prefix="k7")
    assert check_rows([dialogue]) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"answer_spec": "{"}, r"row 0 \(r1\): answer_spec cannot be read"),
        ({"answer_spec": '{"kind": "riddle"}'}, "answer_spec cannot be read"),
        ({"answer_spec": None}, "no text in column answer_spec; make the columns with"),
        ({"question": 3}, "no text in column question"),
        ({"answer_spec": UNREADABLE}, "cannot be compared.*a little"),
    ],
)
def test_rows_that_cannot_be_rewarded_are_named(change, message):
    with pytest.raises(RewardRowError, match=message):
        check_rows([{"id": "r1"} | {name: one[0] for name, one in columns(PARIS).items()} | change])


def test_nothing_of_it_loads_torch():
    code = "import sys, training.rewards.functions, training.rewards.rows; sys.exit('torch' in sys.modules)"
    path = os.pathsep.join(filter(None, sys.path))
    environment = os.environ | {"PYTHONPATH": path}
    assert subprocess.run([sys.executable, "-c", code], env=environment).returncode == 0
