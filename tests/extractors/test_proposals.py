"""Pairs of labels and names: which are asked about, and what of a reply is believed."""

import asyncio
import json

import pytest

from extractors.proposals.asking import PACKAGE, Proposal, pair_ask, proposal
from extractors.proposals.candidates import Pair, alias_pairs, flat, may_be_one, relation_pairs
from serving.client import ModelClient
from serving.ledger import Ledger
from serving.loopback import LoopbackServer
from serving.prompts import load_prompt
from serving.roles import Models, ModelServer, RoleOptions
from serving.scripted import ScriptedReply
from warehouse.records import Fact, Mention, make_fact
from warehouse.shards import to_frame


def fact(subject: str, relation: str, object_: str) -> Fact:
    quote = f"{subject} {relation} {object_}."
    return make_fact(
        f"d-{subject}", "s", subject=Mention(text=subject, start=0, end=1, type="thing"), relation=relation,
        object=Mention(text=object_, start=2, end=3, type="thing"), shape="clause", quote=quote, start=0,
        end=len(quote), extractor="prose/3",
    )  # fmt: skip


FACTS = [
    fact("Alba", "designed by", "Moll"), fact("Alba", "architect", "Moll"), fact("Bor", "designed by", "Roth"),
    fact("Bor", "architect", "Roth"), fact("Bor", "owner", "Roth"), fact("Celt", "owner", "Ida"),
    fact("Dorf", "design by", "Ida"), fact("Elm", "design by", "Ute"),
    fact("World Port Union", "seat", "Bonn"), fact("WPU", "seat", "Bonn"), fact("World Port Union", "head", "Ute"),
    fact("WPU", "head", "Ute"), fact("Ivel", "seat", "Bonn"), fact("Ivel", "head", "Ute"),
]  # fmt: skip


@pytest.fixture
def facts():
    return flat(to_frame(FACTS, Fact).lazy())


def test_labels_are_paired_by_the_names_they_join_and_by_their_stems(facts):
    pairs = relation_pairs(facts, 10, 2)
    found = {(pair.left, pair.right): pair.shared for pair in pairs}
    # Alba and Bor have a designer who is their architect; Bor's owner is both.
    assert found["architect", "designed by"] == 2
    assert found["architect", "owner"] == 1
    assert found["design by", "designed by"] == 0
    assert (pairs[0].left, pairs[0].right) == ("architect", "designed by")
    shown = {quoted.quote for quoted in pairs[0].left_quotes}
    assert shown == {"Alba architect Moll.", "Bor architect Roth."}
    assert len(relation_pairs(facts, 1, 2)) == 1


def test_names_are_paired_where_they_make_the_same_statements_and_are_alike(facts):
    (pair,) = alias_pairs(facts, 10, 2)
    assert {pair.left, pair.right} == {"WPU", "World Port Union"}
    assert pair.shared == 2
    assert may_be_one("Anna Moll", "A. Moll")
    assert not may_be_one("Anna Moll", "Karl Roth")
    assert not may_be_one("Côte Nord", "Cote Nord")  # one name already


def told(pair: Pair, tmp_path, text: str) -> Proposal:
    async def run(models: Models) -> Proposal:
        with Ledger(tmp_path) as ledger:
            async with ModelClient(models, ledger) as client:
                return proposal(pair, await client.ask(pair_ask(client, pair, 0)))

    with LoopbackServer(lambda _: ScriptedReply(text=text)) as server:
        model = ModelServer(model="scripted", address=server.address)
        return asyncio.run(run(Models(servers={"m": model}, roles={"extractor": RoleOptions(model="m")})))  # fmt: skip


@pytest.mark.parametrize(
    ("reply", "verdict", "quote"),
    [
        (
            {"verdict": "same", "because": "b", "quote": "Alba  architect Moll."},
            "same",
            "Alba architect Moll.",
        ),
        ({"verdict": "same", "because": "b", "quote": "They are the same."}, "unsure", ""),
        ({"verdict": "Different", "because": "b", "quote": ""}, "different", ""),
        ({"verdict": "merge all", "because": "b", "quote": ""}, "unknown", ""),
        ("certainly!", "unknown", ""),
    ],
)
def test_a_proposal_needs_a_quote_that_was_shown(facts, tmp_path, reply, verdict, quote):
    pair = relation_pairs(facts, 1, 2)[0]
    found = told(pair, tmp_path, reply if isinstance(reply, str) else json.dumps(reply))
    assert (found.verdict, found.quote) == (verdict, quote)
    assert len(found.quotes) == 4


def test_the_prompt_has_the_slots_that_are_filled():
    assert load_prompt(PACKAGE, "pair").slots == {"what", "unit", "left", "right", "quotes"}
