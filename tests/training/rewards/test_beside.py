"""What options add to the outcome, by hand: evidence ids, a rubric's names, and runs of words from distractors."""

import pytest

from tests.warehouse.rivers import context, sample
from training.rewards.copy_rate import copy_rates
from training.rewards.evidence import (
    evidence_ids,
    f2_score,
    labelled,
    named_ids,
    with_evidence,
)
from training.rewards.options import RewardOptions
from training.rewards.rubric import rubric_hits, rubric_names, with_rubric


@pytest.mark.parametrize(
    ("named", "right", "score"),
    [
        # P = R = 1.
        ({"D1", "D2"}, {"D1", "D2"}, 1.0),
        # P = 1, R = 1/2: 5 * 1/2 / (4 + 1/2) = 5/9.
        ({"D1"}, {"D1", "D2"}, 5 / 9),
        # P = 1/2, R = 1: 5 * 1/2 / (2 + 1) = 5/6.
        ({"D1", "D9"}, {"D1"}, 5 / 6),
        # P = 1/4, R = 1/2: 5 * 1/8 / (1 + 1/2) = 5/12.
        ({"D1", "D7", "D8", "D9"}, {"D1", "D2"}, 5 / 12),
        ({"D9"}, {"D1"}, 0.0), (set(), {"D1"}, 0.0), ({"D1"}, set(), 0.0),
    ],
)  # fmt: skip
def test_f2(named, right, score):
    assert f2_score(named, right) == pytest.approx(score)


def test_evidence_is_worth_little_without_the_answer():
    assert with_evidence(0.0, 1.0) == pytest.approx(0.1)
    assert with_evidence(1.0, 0.0) == pytest.approx(1.0)
    # 1 + .1 * 5/9 + .9 * 5/9 = 14/9.
    assert with_evidence(1.0, 5 / 9) == pytest.approx(14 / 9)


@pytest.mark.parametrize(
    ("reply", "named"),
    [
        ("Evidence: D3, D7\nTherefore, the answer is Paris.", {"D3", "D7"}),
        ("It says so [D3] and there [D4, D5].", {"D3", "D4", "D5"}),
        # The line says it all: what is in brackets beside it is not counted.
        ("See [D9].\n**Evidence:** D3\nEvidence: D4", {"D4"}),
        ("<think>[D1] Evidence: D2</think>None.", set()), ("<think>[D1]", set()),
        ("Evidence: none", set()), ("D3 and D4", set()), ("[D3", set()), ("", set()),
        # Naming everything names nothing.
        ("Evidence: " + ", ".join(f"D{n}" for n in range(65)), set()),
    ],
)  # fmt: skip
def test_ids_that_a_reply_names(reply, named):
    assert named_ids(reply) == named


def test_labels_move_the_spans_of_sections():
    made = labelled(context(1))
    assert made.text == "[D1]\nPage 1\n\n[D2]\nElbe: 1,094 km\nSource: Šumava 🏔\n"
    assert [made.text[s.start : s.end] for s in made.sections] == [
        "[D1]\nPage 1\n\n",
        "[D2]\nElbe: 1,094 km\nSource: Šumava 🏔\n",
    ]
    assert evidence_ids(made, {"s1b"}) == ["D2"]


def test_rubric_hits_are_names_after_the_reasoning():
    names = ("Otto Brückwald", "Leipzig", "White Elster", "otto brückwald")
    assert rubric_hits("It was Otto Bruckwald, who died in Leipzig.", names) == 2
    assert rubric_hits("<think>Leipzig, White Elster</think>257 km", names) == 0
    assert rubric_hits("Leipziger Elster, Otto", names) == 0


def test_rubric_by_the_most_hits_of_the_group():
    # Most is 4: 1 * (.7 + .3 * 2/4) = .85; .7 for none; a wrong reply is worth nothing.
    found = with_rubric([1.0, 1.0, 0.0, None, 1.0], [2, 0, 4, 3, 4])
    assert found == pytest.approx([0.85, 0.7, 0.0, None, 1.0])
    assert with_rubric([1.0, 0.0], [0, 0]) == pytest.approx([0.7, 0.0])
    assert with_rubric([], []) == []


def test_copy_rate_by_hand():
    evidence, distractor = "one two three four five six.", "Two three four five six seven eight"
    text = f"{evidence}\n{distractor}\nnine ten"
    at = len(evidence) + 1
    spans = {"evidence": [[0, at]], "distractors": [[at, len(text)]]}
    replies = [
        # Runs 2-6 (in both), 3-7 and 4-8 (in the distractor alone): two of three.
        "two THREE four, five six seven eight",
        "one two three four five",
        # The third run is of the reply's own words: 4-8 of 4-8 and 5-x.
        "<think>nine ten one two three</think>four five six seven eight x",
        "too short to tell",
        "<think>four five six seven eight",
        "a b c d e f",
    ]
    found = copy_rates(replies, text, **spans)
    assert found == pytest.approx([2 / 3, 0.0, 1 / 2, None, None, 0.0])


def test_a_run_does_not_reach_over_two_sections():
    found = copy_rates(["a b c d e"], "a b c d e", evidence=[], distractors=[[0, 4], [4, 9]])
    assert found == [0.0]


def test_options_that_exclude_each_other_are_refused():
    with pytest.raises(ValueError, match="choose one"):
        RewardOptions(evidence=True, rubric=True)
    with pytest.raises(ValueError, match=r"needs rewards\.copy_rate"):
        RewardOptions(copy_penalty=0.5, copy_rate=False)


def test_the_names_of_a_rubric_are_those_that_a_chain_leads_over():
    span = sample(1).evidence[0]
    quotes = [
        ("Operas", "| Parsifal | Richard Wagner | Bayreuth Festspielhaus | 1882 |"),
        ("Opera Houses", "| Bayreuth Festspielhaus | Bayreuth | Otto Brückwald | 1876 |"),
        ("Architects", "Otto Brückwald. Place of death: Leipzig, in 1917"),
    ]
    evidence = tuple(span.model_copy(update={"title": t, "quote": q}) for t, q in quotes)
    asked = {
        "question": "Where did the architect of the theatre of Parsifal die?",
        "evidence": evidence,
    }
    row = sample(1).model_copy(update=asked)
    # The headings share `Opera…` and no word; 1882 and 1876 are no names.
    assert rubric_names(row) == ["bayreuth festspielhaus", "otto bruckwald"]
    named = row.model_copy(update={"question": "Who built the Bayreuth Festspielhaus?"})
    assert rubric_names(named) == ["otto bruckwald"]
    assert rubric_names(row.model_copy(update={"strategy": "ordering"})) == []
