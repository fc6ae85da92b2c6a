"""Lists, options and identifiers: what is the same, what is one too many, what is another."""

import pytest

from verifiers.answers.compare import compare
from warehouse.answer_specs import AnswerSpec

PORTS = ("Port of Varlund", "Port of Valdossa", "Paris, Texas")
OPTIONS = ("red", "blue", "dark blue", "green")
BASE = AnswerSpec(kind="code", text="asyncio.protocols.BaseProtocol")


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("Port of Varlund; Port of Valdossa; Paris, Texas", "equal"),
        ("Port of Varlund, Port of Valdossa and Paris, Texas", "equal"),
        ("1. Port of Varlund\n2. port of Valdossa\n3. Paris, Texas", "equal"),
        ("- Paris, Texas\n- Port of Varlund\n- Port of Valdossa", "equal"),
        ("Port of Varlund; Paris, Texas", "different"),
        ("Port of Varlund; Port of Valdossa; Paris, Texas; Lyon", "different"),
        ("Varlund; Valdossa; Paris, Texas", "unknown"),
        ("Port of Varlund; Port of Valdossa; not Paris, Texas", "unknown"),
        ("Port of Varlund; Port of Valdossa or Paris, Texas", "unknown"),
        ("", "different"),
    ],
)
def test_a_list_without_order(reply, expected):
    assert compare(AnswerSpec(kind="items", text="", items=PORTS), reply).equal == expected


def test_order_counts_where_it_is_asked_for():
    ordered = AnswerSpec(kind="ordered_items", text="", items=PORTS)
    assert compare(ordered, "; ".join(PORTS)).equal == "equal"
    assert compare(ordered, "; ".join(reversed(PORTS))).equal == "different"
    assert compare(AnswerSpec(kind="items", text="A Co; B Co"), "B Co, A Co").equal == "equal"


def test_a_member_inside_another_is_not_found_twice():
    gold = AnswerSpec(kind="items", text="", items=("York", "New York"))
    assert compare(gold, "York; New York").equal == "equal"
    assert compare(gold, "New York").equal == "different"


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("B", "equal"), ("(b)", "equal"), ("B. blue", "equal"), ("blue", "equal"), ("Option B", "equal"),
        ("The answer is (B)", "equal"), ("**B**", "equal"), ("The car is blue", "equal"), ("A blue car", "equal"),
        ("dark blue", "different"), ("C", "different"), ("E", "different"), ("B and C", "different"),
        ("B. red", "different"), ("A. red B. blue C. dark blue D. green", "different"), ("A or B", "different"),
        ("red, blue, dark blue, green", "different"), ("not B", "unknown"), ("yellow", "unknown"),
    ],
)  # fmt: skip
def test_an_option(reply, expected):
    gold = AnswerSpec(kind="choice", text="B", options=OPTIONS)
    assert compare(gold, reply).equal == expected
    assert compare(gold.model_copy(update={"text": "blue"}), reply).equal == expected


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("BaseProtocol", "equal"), ("`asyncio.protocols.BaseProtocol`", "equal"), ("protocols.BaseProtocol()", "equal"),
        ("It is `BaseProtocol`.", "equal"), ("class BaseProtocol", "equal"),
        ("The base of `asyncio.X` is asyncio.protocols.BaseProtocol.", "equal"),
        ("other.BaseProtocol", "different"), ("Protocol", "different"), ("BaseProtocolX", "different"),
        ("baseprotocol", "unknown"), ("lib.asyncio.protocols.BaseProtocol", "unknown"),
        ("`A` or `BaseProtocol`", "unknown"), ("It is not `BaseProtocol`", "unknown"), ("the base", "unknown"),
    ],
)  # fmt: skip
def test_an_identifier(reply, expected):
    assert compare(BASE, reply, "What is the base of `asyncio.X`?").equal == expected


def test_a_name_in_a_repository_that_is_no_identifier_is_text():
    gold = AnswerSpec(kind="code", text="Guido van Rossum")
    assert compare(gold, "guido van rossum").equal == "equal"
