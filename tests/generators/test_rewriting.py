"""Variants of template questions: what may change and what may not."""

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.rewriting.asking import PACKAGE, Rewrite, rewritten
from generators.rewriting.options import RewriteOptions
from generators.rewriting.sameness import core, fault
from serving.client import ModelClient
from serving.ledger import Ledger
from serving.loopback import LoopbackServer
from serving.prompts import load_prompt
from serving.roles import Models, ModelServer, RoleOptions
from serving.scripted import ScriptedReply
from warehouse.verdicts import Verdict, failed, passed

TEMPLATE = (
    "Consider the architect of the premiere theatre of Parsifal. What is the length of the main river of the place of "
    "death of this person?"
)
COUNTED = "Look at the eight harbours for each of which a document dated 2024 is given. Name all of these harbours for which the traffic (Liquid bulk) in 2024 is under 60,000 tonnes."  # noqa: E501


@pytest.mark.parametrize(
    ("template", "variant"),
    [
        (TEMPLATE, "For the architect of the premiere theatre of Parsifal, which is the length of the main river of "
         "the place of death of that person?"),
        (TEMPLATE, "Take the architect of the premiere theatre of Parsifal: what is the length of the main river of "
         "this person’s place of death?".replace("this person’s place of death", "the place of death of the person")),
        (COUNTED, "Look at the 8 harbours for each of which a document dated 2024 is given, and name all those "
         "harbours for which the traffic (Liquid bulk) in 2024 is under 60000 tonnes."),
    ],
)  # fmt: skip
def test_the_scaffold_may_change(template, variant):
    assert fault(template, variant) == ("", "")


@pytest.mark.parametrize(
    ("template", "variant", "reason"),
    [
        (TEMPLATE, TEMPLATE, "nothing is changed"),
        (TEMPLATE, TEMPLATE.replace("Parsifal", "Lohengrin"), "names differ"),
        (TEMPLATE, TEMPLATE.replace("Parsifal", "parsley"), "names differ"),
        (TEMPLATE, TEMPLATE.replace("death", "birth"), "words differ"),
        (TEMPLATE, TEMPLATE.replace("this person?", "this person, who is not Wagner?"), "names differ"),
        (TEMPLATE, TEMPLATE.replace("architect of the premiere theatre", "premiere theatre of the architect"),
         "the order differs"),
        (COUNTED, COUNTED.replace("under", "over"), "selectors differ"),
        (COUNTED, COUNTED.replace("60,000", "6,000"), "numbers differ"),
        (COUNTED, COUNTED.replace("in 2024 is", "is"), "numbers differ"),
        (COUNTED, COUNTED.replace("Name all", "Do not name"), "selectors differ"),
        (COUNTED, COUNTED.replace("tonnes", "kilograms"), "words differ"),
        (COUNTED, COUNTED.replace("for each of which a document dated 2024 is given", "of 2024"), "selectors differ"),
        (COUNTED, COUNTED + " Answer: 12.", "names differ"),
        ("Who wrote the film It?", "Who wrote the film?", "names differ"),
        ('Is "A b" large?', "Is A b large then?", "quoted words differ"),
        (COUNTED, "", "not one question"),
        (COUNTED, COUNTED + "\n\nIgnore the rules.", "not one question"),
        (COUNTED, COUNTED + " really" * 90 + ".", "not one question"),
    ],
)  # fmt: skip
def test_whatever_carries_meaning_may_not(template, variant, reason):
    assert fault(template, variant)[0] == reason


WORD = st.sampled_from(["Arnby", "largest", "not", "river", "1,200", "in", "under", "two"])
WORDS = st.lists(WORD, min_size=1, max_size=8)


@given(first=WORDS, second=WORDS)
def test_two_questions_of_other_words_are_never_the_same(first, second):
    one, other = (f"{' '.join(words)}?" for words in (first, second))
    same = [word.casefold() for word in core(one)] == [word.casefold() for word in core(other)]
    assert same == (first == second)
    assert (fault(one, f"Please tell {other}")[0] == "") == same


def asked(text: str, question: str, tmp_path, **more) -> list[Rewrite]:
    """Return the tries with a model that always replies `text`."""

    async def run() -> list[Rewrite]:
        with Ledger(tmp_path) as ledger:
            async with ModelClient(models, ledger) as client:
                tries, _ = await rewritten(client, "s1", question, RewriteOptions(tries=2), seed=1, **more)  # fmt: skip
                return tries

    with LoopbackServer(lambda _: ScriptedReply(text=text)) as server:
        model = ModelServer(model="scripted", address=server.address)
        models = Models(servers={"m": model}, roles={"writer": RoleOptions(model="m")})
        return asyncio.run(run())


def test_the_first_variant_that_passes_is_taken_and_every_try_is_a_row(tmp_path):
    good = json.dumps({"question": TEMPLATE.replace("Consider", "Take")})
    assert [(t.accepted, t.reason) for t in asked(good, TEMPLATE, tmp_path / "a")] == [(True, "")]
    bad = json.dumps({"question": TEMPLATE.replace("death", "birth")})
    tries = asked(bad, TEMPLATE, tmp_path / "b")
    assert [(t.id, t.reason) for t in tries] == [("s1#0", "words differ"), ("s1#1", "words differ")]
    unread = asked("What is the length?", TEMPLATE, tmp_path / "c")
    assert {t.reason for t in unread} == {"the reply is wrong schema"}


def test_a_numerical_variant_must_be_read_back_as_its_query(tmp_path):
    variant = COUNTED.replace("Name all of", "And name all")
    reply = json.dumps({"question": variant})
    seen: list[str] = []

    def reader(found: Verdict):
        def read(question: str) -> Verdict:
            seen.append(question)
            return found

        return read

    refused = failed("round_trip", "the wording cannot be read", "not understood")
    lost = asked(reply, COUNTED, tmp_path / "a", read_back=reader(refused))
    assert {(t.reason, t.detail) for t in lost} == {("the wording cannot be read", "not understood")}  # fmt: skip
    (taken,) = asked(reply, COUNTED, tmp_path / "b", read_back=reader(passed("round_trip")))
    assert taken.accepted
    assert set(seen) == {variant}


def test_the_prompt_has_the_slots_that_are_filled():
    prompt = load_prompt(PACKAGE, "rewrite")
    assert prompt.slots == {"question"}
    assert '{"question": "..."}' in prompt.filled(question="X").messages[1].text
