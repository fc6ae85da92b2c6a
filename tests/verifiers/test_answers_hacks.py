"""Replies made to be rewarded without an answer, and replies made to hang: none is equal, each takes no time."""

import time

import pytest

from verifiers.answers.compare import asked_under, compare
from warehouse.answer_specs import ANSWER_KINDS, AnswerSpec

SPECS = {
    "text": AnswerSpec(kind="text", text="Paris"),
    "number": AnswerSpec(kind="number", text="42"),
    "date": AnswerSpec(kind="date", text="3 May 1990"),
    "items": AnswerSpec(kind="items", text="", items=("Paris", "Rome")),
    "ordered_items": AnswerSpec(kind="ordered_items", text="", items=("Paris", "Rome")),
    "choice": AnswerSpec(kind="choice", text="B", options=("red", "blue", "green")),
    "code": AnswerSpec(kind="code", text="package.module.Name"),
    "math": AnswerSpec(kind="math", text=r"$\frac{1}{2}$"),
}
RIGHT = {
    "text": "Paris", "number": "42", "date": "3 May 1990", "items": "Paris; Rome", "ordered_items": "Paris; Rome",
    "choice": "B", "code": "module.Name", "math": r"\boxed{\frac{1}{2}}",
}  # fmt: skip
WRONG = {
    "text": "Lyon", "number": "43", "date": "4 May 1990", "items": "Paris; Oslo", "ordered_items": "Rome; Paris",
    "choice": "C", "code": "module.Other", "math": r"\boxed{\frac{1}{3}}",
}  # fmt: skip
PREFIX = "Therefore, the answer is "
MOST_SECONDS = 1.0
"""A bound that a shared machine keeps and a search that backtracks does not."""


def test_every_kind_has_its_rule_and_its_cases():
    assert set(SPECS) == set(RIGHT) == set(WRONG) == set(ANSWER_KINDS)


@pytest.mark.parametrize("kind", SPECS)
def test_right_and_wrong_answers_of_each_kind(kind):
    for lead in ("", PREFIX, "<think>hm</think> " + PREFIX):
        assert compare(SPECS[kind], lead + RIGHT[kind]).equal == "equal"
        assert compare(SPECS[kind], lead + WRONG[kind]).equal == "different"


@pytest.mark.parametrize("kind", SPECS)
def test_no_way_around_the_answer(kind):
    right, wrong = RIGHT[kind], WRONG[kind]
    replies = [
        "", " \n ", "\u200b\u200b", f"<think>{right}</think>", f"<think>{right}",
        f"<think>{right}</think>I do not know.",
        f"{right} or {wrong}", f"{wrong} or {right}", f"either {wrong} or {right}", f"not {right}",
        f"{PREFIX}{right}. {PREFIX}{wrong}.", f"{PREFIX}{wrong}. {PREFIX}{right}.", f"{PREFIX}{right} or {wrong}",
        f"maybe {right}, maybe {wrong}", f"{right}\n{wrong}", f"{right}; {wrong}", f"{right} / {wrong}",
        f"{right}{right}" if kind != "math" else "", "filler " * 1000 + right,
    ]  # fmt: skip
    for reply in replies:
        assert compare(SPECS[kind], reply, "Which is it?").equal != "equal", reply


@pytest.mark.parametrize(
    ("kind", "reply"),
    [
        ("number", "1942"), ("number", "420"), ("number", "4.2"), ("number", "0.42"), ("number", "-42"),
        ("number", "4 2"),
        ("number", "42 million"), ("number", "40 to 45"), ("number", "at least 42"), ("number", "41, 42, 43"),
        ("number", "There are not 42"), ("number", "It is 42. It is 43."), ("number", "42nd"), ("number", "4²"),
        ("text", "Parisian"), ("text", "P\u0430ris"), ("text", "Paris, Lyon, Rome, Oslo"), ("text",
        "1. Paris\n2. Lyon"),
        ("text", "Some say Paris, but it is Lyon."), ("text", "Paris is wrong; Lyon is right."),
        ("text", "The capital is Paris. Or Lyon."), ("text", "The capital is Paris. It is Lyon."),
        ("text", "I first thought of Paris. However, it is Lyon."), ("text", "Paris. Lyon. Rome."),
        ("date", "13 May 1990"), ("date", "3 May 1990 to 9 June 1991"), ("date", "1990"),
        ("choice", "A, B, C"), ("choice", "red blue green"), ("choice", "B. red"), ("choice", "A B C D E"),
        ("items", "Paris; Rome; Oslo; Bern; Bonn"), ("items", "Paris"), ("code", "`Name` `Other` `Third`"),
        ("code", "NAME"), ("math", r"\boxed{1/3} \boxed{1/2} is what I first had"), ("math", "1/2, 1/3, 1/4"),
    ],
)  # fmt: skip
def test_what_looks_right(kind, reply):
    assert compare(SPECS[kind], reply, "Which is it?").equal != "equal"


LOCK = AnswerSpec(kind="code", text="asyncio.locks.Lock")
NONE = AnswerSpec(kind="code", text='"none"')
PORT = AnswerSpec(kind="text", text="Port of Ostermund")
FRANCE = AnswerSpec(kind="text", text="France")
HARBOURS = (
    "Among the ten harbours with a port, which port of these harbours has the smallest ratio?"
)
WHOSE = "What is the country of the university of Marguerite Perey?"


@pytest.mark.parametrize(
    ("gold", "question", "reply"),
    [
        (LOCK, "", "asyncio.locks.Lock; Thread; Event"), (LOCK, "", "asyncio.locks.Lock, Thread"),
        (LOCK, "", "`Lock`; Thread"), (LOCK, "", "asyncio.locks.Lock\nThread"), (LOCK, "", "`Lock` Thread Event"),
        (LOCK, "", "`Lock` threading.Event"), (NONE, "", '"none"; xml.dom.Node; logging.Filterer'),
        (NONE, "", '"none". builtins.Exception'), (PORT, HARBOURS, "Port of Ostermund; -5; Port of Lysvaag; Port of A"),
        (FRANCE, WHOSE, "Marguerite Perey or Gerard Kuiper or France"), (FRANCE, WHOSE, "France or Marguerite Perey"),
        (FRANCE, WHOSE + " Is it old or new?", "Oslo or Gerard Kuiper or Royal Institution or France"),
        (FRANCE, WHOSE, "France and United States and University of Oxford"),
        (FRANCE, WHOSE, "Norway Marguerite Perey of the France"),
    ],
)  # fmt: skip
def test_lists_that_borrow_words_of_the_question(gold, question, reply):
    asked = asked_under(question, "Give the name or phrase as the documents print it.")
    assert compare(gold, reply, asked).equal != "equal"


@pytest.mark.parametrize(
    ("gold", "question", "reply"),
    [
        (LOCK, "", "The base class is asyncio.locks.Lock."), (LOCK, "", "It is the class `Lock` in asyncio.locks."),
        (LOCK, "", "`asyncio.locks.Lock`"), (PORT, HARBOURS, "Port of Ostermund"),
        (FRANCE, WHOSE, "The country of the university of Marguerite Perey is France."),
    ],
)  # fmt: skip
def test_answers_that_the_same_words_stand_around(gold, question, reply):
    assert compare(gold, reply, asked_under(question, "Give the name.")).equal == "equal"


def test_instructions_name_units_and_excuse_no_hedge():
    assert (
        asked_under("How long?", "Give one number in km, or none.")
        == "How long?\nGive one number in km,  none."
    )
    gold = AnswerSpec(kind="number", text="257", unit="km")
    assert compare(gold, "257", asked_under("How long?", "Give one number in km.")).equal == "equal"


HOSTILE = [
    "x" * 10_000_000, PREFIX + "1," * 3_000_000, "therefore " * 1_000_000, "<think>" * 1_000_000, "\x00\x01\x1b[2J",
    "(" * 2000, "1," * 1000, "9" * 2000, "1 " * 1000, "twenty " * 280, "one hundred and " * 120, "- " * 1000,
    ", a" * 660,
    "May " * 500, "1/" * 1000, "1." * 1000, "$" * 2000, r"\(" * 1000, "\u202e24", "\ud800", "\u0301" * 2000,
    "?! " * 600,
    "A. " * 660, "'s" * 900, '"' * 2000, "." * 2000, " " * 1999 + "x", "1e" * 900, "1" + ",000" * 400, "{" * 2000,
    "$" + r"\frac" * 390 + "$", "$2^{2^{2^{2^{2^{99}}}}}$", "$9^{9^{9}}$",
    "$" + r"\sin " * 390 + "x$", r"\boxed{" * 280,
    "$" + "2^" * 190 + "2$", "Paris, " * 280, "and " * 500, "Paris and Lyon and " * 100, "a          ," * 160,
    "Paris" + ", b          " * 150, "A" * 2000, "`a` " * 500, "a.b" * 600,
    "therefore, the answer is " * 300, "Therefore" + "," * 1900,
]  # fmt: skip


@pytest.mark.parametrize("kind", SPECS)
def test_hostile_replies_take_no_time(kind):
    compare(SPECS[kind], "warm")
    for reply in HOSTILE:
        start = time.process_time()
        assert compare(SPECS[kind], reply, "How many?").equal != "equal"
        assert time.process_time() - start < MOST_SECONDS, reply[:40]
