"""Leaks, lost qualifiers, bad English and crowding, each with a failing case."""

import pytest

from generators.wording import word_candidate
from verifiers.question_checks import Caps, check_question, leak, qualifiers_carried, thin, wording
from warehouse.records import Qualifier

PERSON = {"subject_type": "person", "object_type": "place"}


@pytest.fixture
def worded(films, helpers):
    """The candidate of one chain over the four films, and its world."""
    world = films.world()
    draft = helpers["chain"](world, "The Last Coupon", "directed by", "born in")
    place = ("train", "general")
    return word_candidate(world.view.graph, draft.program, draft.result, place), world


def reworded(candidate, question):
    return candidate.model_copy(update={"question": question})


def test_a_clean_question_passes(worded):
    assert [v.status for v in check_question(*worded)] == ["passed"] * 3


@pytest.mark.parametrize("name", ["Hitchin", "Frank Launder", "LAUNDER", "hitchin"])
def test_a_hidden_name_or_its_alias_in_the_question_is_a_leak(worded, name):
    candidate, world = worded
    assert leak(reworded(candidate, f"Was it {name}?"), world).status == "failed"


def test_a_name_inside_another_word_is_no_leak(worded):
    candidate, world = worded
    assert leak(reworded(candidate, "In which Hitchinite place?"), world).status == "passed"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("In which place was the the person born?", "a word stands twice"),
        ("in which place?", "not a sentence"),
        ("What is the length of this thing?", "a thing without a noun"),
        ('What is the "entry of X?', "unbalanced marks"),
        (f"What is {'very ' * 50}{'long ' * 50}?", "too long"),
    ],
)
def test_bad_english_is_refused(worded, text, reason):
    candidate, world = worded
    assert wording(reworded(candidate, text), world).reason == reason


def test_a_note_that_the_question_does_not_say_is_lost(worded):
    candidate, world = worded
    narrowed = candidate.facts[1].model_copy(
        update={"qualifiers": (Qualifier(kind="note", text="French Guiana"),)}
    )
    candidate = candidate.model_copy(update={"facts": (candidate.facts[0], narrowed)})
    assert qualifiers_carried(candidate, world).reason == "a note is not in the wording"


def test_caps_hold_whatever_the_order_and_a_repeated_program_is_a_duplicate(worded):
    candidate, _ = worded
    copies = [candidate.model_copy(update={"id": f"candidate-{n}"}) for n in range(5)]
    caps = Caps(answer=0.02, floor=2)
    verdicts = [v for _, v in thin([*copies, copies[0]], caps, 0, target=100)]
    assert (
        sum(v.status == "passed" for v in verdicts) == 2
    )  # max(floor 2, 0.02 x 100) rows an answer
    assert {v.reason for v in verdicts if v.status == "failed"} >= {"the same program twice"}
    backwards = [v for _, v in thin([copies[0], *reversed(copies)], caps, 0, target=100)]
    assert [v.reason for v in verdicts] == [v.reason for v in backwards]
