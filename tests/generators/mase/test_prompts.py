"""Every prompt has its slots filled, and proposals, quotes and histories are read as they must be."""

import json

import pytest

from generators.mase.history import Earlier, repeated
from generators.mase.options import KINDS
from generators.mase.prompting import NAMES, comparing, prompt, proposing, solving
from generators.mase.proposals import Proposal, ProposedQuote, find_quote, typed_answer
from serving.structured import schema_of
from tests.generators.mase.exam import cluster, outside_marks
from warehouse.verdicts import Verdict

EARLIER = [
    Earlier("causal", "Why did the yard of Halden close in 1931?", "a strike", "too easy; 8 of 8")
]


def test_every_slot_of_every_prompt_is_filled():
    filled = [proposing(cluster(), kind, history) for kind in KINDS for history in ([], EARLIER)]
    filled += [solving(cluster(), "Who?", "items"), comparing("Who?", ("A", "B"))]
    used = {f.name.split(".")[0] for f in filled}
    assert used == {"propose", "solve", "same"}
    for item in filled:
        text = "".join(message.text for message in item.messages)
        assert "[[" not in text
        assert outside_marks(text).isascii()
    assert len(NAMES) == 5 + len(KINDS)
    assert all(prompt(name).sections for name in NAMES)


def test_kinds_are_told_apart_and_the_form_of_the_reply_is_shown():
    texts = {proposing(cluster(), kind, []).messages[-1].text for kind in KINDS}
    assert len(texts) == len(KINDS) == 8
    for field in Proposal.model_fields:
        assert all(f'"{field}"' in text for text in texts)


def test_the_schema_asks_for_every_field():
    schema = json.loads(schema_of(Proposal))
    assert set(schema["required"]) == set(schema["properties"]) == set(Proposal.model_fields)
    assert schema["additionalProperties"] is False


def test_a_quote_is_found_across_line_breaks_and_kept_as_the_document_has_it():
    found = find_quote(ProposedQuote(document=1, quote="in the north. Its  ferry was"), cluster())
    assert not isinstance(found, Verdict)
    assert found.quote == "in the north.\nIts ferry was"
    assert (found.document_id, found.start, found.end) == ("doc-1", 14, 41)


def test_the_named_document_comes_first_and_another_one_counts():
    wrong_number = find_quote(ProposedQuote(document=9, quote="She died in 1970."), cluster())
    assert not isinstance(wrong_number, Verdict)
    assert wrong_number.document_id == "doc-3"


@pytest.mark.parametrize(
    "quote", ["She died in 1971.", "she DIED in 1970.", ".*.*.*.*.*.*.*", "[Document: Lake Orm]"]
)
def test_what_no_document_says_is_not_found(quote):
    found = find_quote(ProposedQuote(document=3, quote=quote), cluster())
    assert isinstance(found, Verdict)
    assert found.reason == "quote not found"


@pytest.mark.parametrize(
    ("fields", "unit", "items"),
    [
        ({"answer_kind": "number", "answer": "1,204.5", "unit": "km"}, "km", ()),
        ({"answer_kind": "number", "answer": "1990", "unit": "year"}, "year", ()),
        ({"answer_kind": "number", "answer": "12", "unit": "year"}, "years", ()),
        ({"answer_kind": "number", "answer": "10.6 percent", "unit": "%"}, "%", ()),
        ({"answer_kind": "items", "answer": "Moen; Brandt"}, "", ("Moen", "Brandt")),
        ({"answer_kind": "ordered_items", "answer": "", "items": ("b", "a")}, "", ("b", "a")),
    ],
)
def test_answers_are_typed(fields, unit, items):
    found = typed_answer(Proposal(question="?", evidence=(), **fields))
    assert not isinstance(found, Verdict)
    assert (found.unit, found.items) == (unit, items)


@pytest.mark.parametrize(
    "fields",
    [
        {"answer_kind": "number", "answer": "about 5 or 6"},
        {"answer_kind": "number", "answer": "1990 <b>"},
        {"answer_kind": "number", "answer": "5", "unit": "the answer is 5"},
        {"answer_kind": "text", "answer": "Not stated."},
        {"answer_kind": "text", "answer": "  "},
        {"answer_kind": "items", "answer": "one"},
        {"answer_kind": "items", "answer": "", "items": ("a", "A")},
    ],
)
def test_answers_that_are_none_of_their_kind_are_refused(fields):
    assert isinstance(typed_answer(Proposal(question="?", evidence=(), **fields)), Verdict)


def test_repetition_is_the_same_answer_in_nearly_the_same_words():
    asked = "Why did the yard of Halden close in 1931, as is said?"
    # Nine words give 7 triples, all of which stand in the longer question too.
    assert repeated(asked, "A strike.", EARLIER, 0.6) == EARLIER[0].question
    assert not repeated(asked, "a fire", EARLIER, 0.6)
    assert not repeated(
        "What stopped work where the ferry had been built?", "a strike", EARLIER, 0.6
    )
