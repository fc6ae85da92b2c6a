"""Model-run checks over the loopback server, with models whose right answers can be counted by hand."""

import json
from collections import Counter

import pytest

from flows.asking import ModelsStopped
from serving.loopback import FaultOptions, LoopbackServer, even_faults
from serving.prompts import PromptError
from serving.roles import Models
from serving.scripted import ScriptedReply, ScriptedRequest
from tests.verifiers.asked import (
    RIGHT,
    WRONG,
    by_seed,
    checked,
    knows_everything,
    models,
    never_right,
    posed,
    reads_only,
    reads_the_beginning,
    said,
)  # fmt: skip
from verifiers.model_verdicts import ADVICE, BY_STRONG, REVIEW
from verifiers.posed import Posed, closed_book, full, gold_alone, laid_out

BATCH = [posed(number) for number in range(6)]


def found(verdicts) -> set[tuple[str, str]]:
    return {(v.status, v.reason) for v in verdicts}


def test_what_a_model_knows_without_documents_fails_after_one_right_attempt(tmp_path):
    with LoopbackServer(knows_everything) as server:
        verdicts, client = checked(models(server), tmp_path, "grounding", BATCH, wave=1)
    assert found(verdicts) == {("failed", "answered without documents")}
    # One attempt each; seven of eight are spared.
    assert client.spent["solver"].calls == 6
    assert [v.spared for v in verdicts] == [7] * 6
    assert verdicts[0].rate is None


def test_a_model_that_only_reads_passes_both_and_all_closed_book_attempts_are_needed(tmp_path):
    with LoopbackServer(reads_only) as server:
        blind, client = checked(models(server), tmp_path, "grounding", BATCH)
        gold, again = checked(models(server), tmp_path, "gold", BATCH)
    assert found(blind) == {("passed", ADVICE)}
    assert client.spent["solver"].calls == 6 * 8
    # Four right of eight are enough.
    assert found(gold) == {("passed", "")}
    assert again.spent["solver"].calls == 6 * 4
    assert {(t.right, t.planned) for v in gold for t in v.tallies} == {(4, 8)}


def test_a_strong_model_that_does_not_know_passes_without_advice(tmp_path):
    with LoopbackServer(reads_only) as server:
        verdicts, _ = checked(models(server, strength="strong"), tmp_path, "grounding", BATCH)
    assert found(verdicts) == {("passed", "")}


def test_multiple_choice_fails_only_for_a_majority(tmp_path):
    choice = {
        "task_type": "multiple_choice", "answer": "B", "answer_aliases": [],
        "answer_items": ["1 km", "1,094 km", "3 km"],
        "reward_spec": {"kind": "choice", "unit": "", "tolerance": "0"},
    }  # fmt: skip
    order = iter("BABABABA")
    batch = [posed(1, **choice)]

    def guesses(request: ScriptedRequest) -> ScriptedReply:
        return said(f"Therefore, the answer is {next(order)}.")

    with LoopbackServer(guesses) as server:
        verdicts, _ = checked(models(server), tmp_path, "grounding", batch, wave=1)
        # Four of eight are no majority. After B A B A B A B it was still open.
        assert found(verdicts) == {("passed", ADVICE)}
        assert verdicts[0].tallies[0].right == 4
        order = iter("BBBBBBBB")
        verdicts, client = checked(models(server), tmp_path / "b", "grounding", batch, wave=1)
    assert found(verdicts) == {("failed", "answered without documents")}
    # Five of eight are more than half.
    assert client.spent["solver"].calls == 5


def test_a_position_bias_is_seen_where_the_order_changes(tmp_path):
    with LoopbackServer(reads_the_beginning) as server:
        robust, _ = checked(models(server), tmp_path, "robustness", BATCH, stop_early=False)
        full_context, _ = checked(models(server), tmp_path, "difficulty", BATCH)
    # In the row's own context the evidence stands in the middle.
    assert found(full_context) == {("failed", f"{ADVICE}: never right")}
    # Of three sections in a random order the evidence comes first in a third of the attempts: 6 · 8 / 3 = 16.
    right = sum(v.tallies[0].right for v in robust)
    assert 8 <= right <= 24
    for v in robust:
        assert v.passed_at is not None
        assert (v.status == "failed") == (v.tallies[0].right == 0) == (v.passed_at == 0)


def test_layouts_are_used_first_and_counted(tmp_path):
    row = BATCH[0].row
    item = Posed(row, BATCH[0].context, ("nothing here", "River 0: 1,094 km"))
    assert "nothing here" in laid_out(item, 0).messages[0].text
    shuffled = {laid_out(item, n).messages[0].text for n in range(2, 12)}
    assert {len(text) for text in shuffled} == {len(full(item, 0).messages[0].text)}
    assert len(shuffled) > 2
    with LoopbackServer(reads_only) as server:
        verdicts, _ = checked(models(server), tmp_path, "robustness", [item], wave=1)
    assert verdicts[0].status == "passed"
    assert verdicts[0].fresh == 2
    assert verdicts[0].tallies[0].made == 2


def test_a_broken_question_goes_to_review_and_a_hard_one_does_not(tmp_path):
    broken, hard = posed(1), posed(2)

    def strong(request: ScriptedRequest) -> ScriptedReply:
        return said(RIGHT if "river 2" in request.asked else WRONG)

    with LoopbackServer(never_right) as weak, LoopbackServer(strong) as better:
        given = models(weak, strong_solver=better)
        verdicts, client = checked(given, tmp_path, "gold", [broken, hard], wave=1)
        alone, _ = checked(models(weak), tmp_path, "gold", [broken, hard], wave=1)
    assert [(v.status, v.reason) for v in verdicts] == [
        ("failed", f"{REVIEW}: the evidence alone does not suffice"),
        ("passed", BY_STRONG),
    ]
    # Weak: after five wrong at most 3/8 can be right. Strong: seven wrong leave 1/8, and two right are 2/8.
    assert client.spent["solver"].calls == 5 + 5
    assert client.spent["strong_solver"].calls == 7 + 2
    assert [v.review for v in verdicts] == [True, False]
    assert [v.drops("gate") for v in verdicts] == [True, False]
    assert found(alone) == {("failed", f"{ADVICE}: the evidence alone does not suffice")}
    assert not alone[0].drops("gate")


def test_difficulty_counts_all_attempts(tmp_path):
    with LoopbackServer(by_seed(0.5)) as server:
        verdicts, client = checked(
            models(server), tmp_path, "difficulty", [posed(n) for n in range(20)]
        )
    assert client.spent["solver"].calls == 20 * 8
    rates = Counter(v.rate for v in verdicts)
    # Seeds depend on the attempt alone, so every sample has the same attempts right.
    assert len(rates) == 1
    v = verdicts[0]
    assert v.rate == v.tallies[0].right / 8
    assert v.low is not None
    assert v.high is not None
    assert v.low < v.rate < v.high


@pytest.mark.parametrize(
    ("right", "status", "reason"),
    [(0, "failed", f"{ADVICE}: never right"), (1, "passed", "outside the band"), (2, "passed", "in the band"),
     (6, "passed", "in the band"), (7, "passed", "outside the band"), (8, "failed", "always right")],
)  # fmt: skip
def test_rates_are_labelled_by_the_band(tmp_path, right, status, reason):
    replies = iter([RIGHT] * right + [WRONG] * (8 - right))
    with LoopbackServer(lambda request: said(next(replies))) as server:
        verdicts, _ = checked(models(server), tmp_path, "difficulty", [posed(0)])
    assert found(verdicts) == {(status, reason)}
    assert verdicts[0].rate == right / 8


def test_a_weak_model_that_is_rarely_right_is_checked_by_a_strong_one(tmp_path):
    replies = iter([RIGHT] + [WRONG] * 7)
    with (
        LoopbackServer(lambda request: said(next(replies))) as weak,
        LoopbackServer(never_right) as strong,
    ):
        given = models(weak, strong_solver=strong)
        verdicts, _ = checked(given, tmp_path, "difficulty", [posed(0)])
    assert found(verdicts) == {("failed", f"{REVIEW}: the strong model is rarely right")}
    assert verdicts[0].rate == 1 / 8


def same(word: str) -> ScriptedReply:
    return said(json.dumps({"difference": "", "same": word}))


def vague(request: ScriptedRequest) -> ScriptedReply:
    """Answers that no rule can tell from the stored one."""
    return said("Therefore, the answer is about as long as the sea is wide, or 1,094 km.")


def test_a_judge_counts_where_both_orders_agree(tmp_path):
    def biased(request: ScriptedRequest) -> ScriptedReply:
        """Says yes only where the stored answer stands first."""
        return same(
            "yes"
            if request.asked.index("also: 1094") < request.asked.index("sea is wide")
            else "no"
        )

    answers = {
        "agrees": lambda request: same("yes"),
        "denies": lambda request: same("no"),
        "biased": biased,
        "unreadable": lambda request: said("Certainly! They are the same."),
    }  # fmt: skip
    seen = {}
    for name, judge in answers.items():
        with LoopbackServer(vague) as server, LoopbackServer(judge) as other:
            given = models(server, judge=other)
            verdicts, _ = checked(given, tmp_path / name, "difficulty", [posed(0)], k=4)
            tally = verdicts[0].tallies[0]
            seen[name] = (tally.right, tally.wrong, tally.unread, tally.judged, verdicts[0].status)
    assert seen == {
        "agrees": (4, 0, 0, 4, "failed"),
        "denies": (0, 4, 0, 4, "failed"),
        "biased": (0, 0, 4, 0, "unknown"),
        "unreadable": (0, 0, 4, 0, "unknown"),
    }


def test_without_a_judge_what_no_rule_can_tell_is_left_out(tmp_path):
    replies = iter([RIGHT, vague, WRONG, vague] * 2)

    def mixed(request: ScriptedRequest) -> ScriptedReply:
        reply = next(replies)
        return said(reply) if isinstance(reply, str) else reply(request)

    with LoopbackServer(mixed) as server:
        verdicts, _ = checked(models(server), tmp_path, "difficulty", [posed(0)])
    tally = verdicts[0].tallies[0]
    assert (tally.right, tally.wrong, tally.unread) == (2, 2, 4)
    assert verdicts[0].rate == 0.5
    # Two of four known: z²/4 = 0.9604; (0.5 + 0.4802 - 1.96 · √(0.0625 + 0.2401)/1) / 1.9604 = 0.150.
    assert verdicts[0].low == pytest.approx(0.150, abs=1e-3)


def test_faults_make_attempts_unread_and_never_wrong(tmp_path):
    batch = [posed(n) for n in range(20)]
    faults = even_faults(0.3, slow=0.02, hang=30)
    with LoopbackServer(reads_only, faults) as server:
        verdicts, _ = checked(models(server), tmp_path, "difficulty", batch)
    assert all(v.tallies[0].wrong <= 1 for v in verdicts)
    assert sum(v.tallies[0].unread for v in verdicts) > 0
    assert all(v.tallies[0].made == 8 for v in verdicts)


def test_a_budget_stops_and_a_higher_one_goes_on_to_the_same_verdicts(tmp_path):
    with LoopbackServer(reads_only) as server:
        whole, _ = checked(models(server), tmp_path / "whole", "gold", BATCH)
        before = server.answered.total()
        with pytest.raises(ModelsStopped, match=r"raise models\.caps"):
            checked(models(server, caps={"tokens": 600}), tmp_path / "part", "gold", BATCH)
        some = server.answered.total() - before
        assert 0 < some < 24
        again, client = checked(models(server), tmp_path / "part", "gold", BATCH)
        assert client.free["solver"] == some
        assert client.spent["solver"].calls == 24 - some
    assert again == whole


def test_a_repeated_check_costs_nothing(tmp_path):
    with LoopbackServer(by_seed(0.4)) as server:
        first, _ = checked(models(server), tmp_path, "difficulty", BATCH)
        second, client = checked(models(server), tmp_path, "difficulty", BATCH)
    assert client.spent["solver"].calls == 0
    assert second == first


def test_many_contexts_are_asked_at_once_and_each_is_opened_by_one_call(tmp_path):
    order: list[str] = []

    def script(request: ScriptedRequest) -> ScriptedReply:
        order.append(request.asked.split("river ")[1].split("?")[0])
        return said(RIGHT)

    batch = [posed(n) for n in range(8)]
    long = [
        Posed(p.row, p.context.model_copy(update={"text": p.context.text + "x" * 4000}))
        for p in batch
    ]
    with LoopbackServer(script, FaultOptions(latency=0.05)) as server:
        checked(models(server), tmp_path, "difficulty", long, k=4, pass_at=1, wave=4)
        assert server.most_in_flight >= 4
    assert sorted(order[:8]) != ["0"] * 4 + ["1"] * 4
    assert set(order[:8]) >= set("01234")


def test_the_closed_book_question_is_of_the_version_that_the_role_asks_for(tmp_path):
    with LoopbackServer(never_right) as server:
        given = models(server)
        solver = given.roles["solver"]

        def of(version: str) -> Models:
            return given.model_copy(
                update={"roles": {"solver": solver.model_copy(update={"prompt": version})}}
            )

        first, _ = checked(of("1"), tmp_path, "grounding", BATCH[:1])
        assert first[0].tallies[0].prompt == closed_book(BATCH[0], 0, "1").name
        assert first[0].tallies[0].prompt.startswith("closed_book.1 ")
        asked = server.seen.total()
        with pytest.raises(PromptError, match=r"closed_book: no version 9; .*correct `prompt`"):
            checked(of("9"), tmp_path, "grounding", BATCH[:1])
        # The rows' own prompts have no version.
        checked(of("9"), tmp_path, "gold", BATCH[:1])
        assert server.seen.total() > asked


def test_prompts_hold_the_documents_that_they_should():
    item = BATCH[3]
    blind = " ".join(m.text for m in closed_book(item, 0).messages)
    assert "1,094" not in blind
    assert "How long is river 3?" in blind
    gold = gold_alone(item, 0).messages[0]
    assert gold.parts[0] == "[River 3]\nRiver 3: 1,094 km\n\n"
    whole = full(item, 0).messages[0]
    assert whole.parts[0] == item.context.text
    # One prompt name for all rows of one kind of instruction.
    assert len({full(p, 0).name for p in BATCH}) == 1
