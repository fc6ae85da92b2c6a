"""Chains drawn and judged on arrays get the verdicts that the checks give them one by one."""

import random
from collections import Counter

import numpy as np
import pytest

from generators.steps import Moves
from generators.walks import Walker, WalkOptions
from verifiers.chain_proofs import PASSED, UNDECIDED, judge, worded
from verifiers.proof import PROOFS, Draft, prove
from warehouse.chains import concatenate, documents_needed
from warehouse.programs import program_id
from warehouse.queries import run_program
from warehouse.records import Quantity

PLACES = [
    f"{a}{b}"
    for a in ("Wald", "Stein", "Rot", "Alt", "Neu")
    for b in ("heim", "dorf", "berg", "furt")
]
PEOPLE = [
    f"{a} {b}"
    for a in ("Ada", "Bo", "Cy", "Di", "Eve")
    for b in ("Moll", "Rook", "Holt", "Waldheim")
]
SAYS = {
    "person": [("was born in", "place"), ("studied under", "person"), ("met", "place")],
    "place": [("was named after", "person"), ("lies in", "place")],
}
NAMES = {"person": PEOPLE, "place": PLACES}


def wild(corpus, seed: int):
    """A world with all that checks look for: repeats, second ends, reversed edges, editions, lists with figures."""
    stream = random.Random(seed)
    dated: set[str] = set()

    def told(kind: str, name: str, phrase: str, to: str):
        return (name, phrase, stream.choice(NAMES[to]), {"subject_type": kind, "object_type": to})

    rows = [told(kind, name, *said) for kind in SAYS for name in NAMES[kind] for said in SAYS[kind]]
    rows += [(*row[:3], dict(row[3])) for row in stream.sample(rows, 12)]
    rows += [
        told("place", far, "lies in", "place")
        for _, _, far, kind in rows[:6]
        if kind["object_type"] == "place"
    ]
    for number, row in enumerate(rows):
        again = [stream.choice(rows)] if stream.random() < 0.1 else []
        date = stream.choice(["2004", "2005"]) if stream.random() < 0.15 else ""
        extra = f"See {stream.choice(PEOPLE)}." if stream.random() < 0.2 else ""
        corpus.document(
            f"d{number}", row, *((*r[:3], dict(r[3])) for r in again), date=date, extra=extra
        )
        if date and stream.random() < 0.8:
            dated.add(f"d{number}")
    for number, owner in enumerate(stream.sample(PLACES, 6)):
        corpus.document(f"list{number}", *(
            (owner, "borders", name, {"shape": "attribute", "relation": "borders", "group": "g",
                                      "quantity": Quantity(value=str(at * 7), unit="km", step="1")})
            for at, name in enumerate(stream.sample(PLACES, 3))
        ))  # fmt: skip
    return corpus.world(repeated=frozenset(dated))


@pytest.mark.parametrize("seed", range(6))
def test_every_chain_is_judged_as_one_by_one(corpus, seed):
    world = wild(corpus, seed)
    walker = Walker(Moves(world.view, world.measured, world.repeated), WalkOptions(seed=seed))
    chains = concatenate(list(walker.chains()))
    assert len(chains) > 50
    judged = judge(chains, world)
    seen = Counter(judged.verdict.tolist())
    for row, identity in enumerate(chains.ids()):
        program = chains.program(row)
        assert identity == program_id(program)
        draft = Draft(program, run_program(world.view, program))
        expected = prove(draft, world)
        got, verdicts = worded(judged, row, world)
        assert verdicts[-1] == expected[-1], program
        if expected[-1].status != "failed":
            assert got == draft
            assert verdicts == expected
    assert seen[UNDECIDED]  # chains by selector are among them
    assert len([number for number in seen if 0 <= number < PASSED]) > 2


def test_the_worlds_show_most_checks(corpus):
    failed: set[str] = set()
    for seed in range(6):
        corpus.documents.clear()
        corpus.sections.clear()
        corpus.facts.clear()
        world = wild(corpus, seed)
        walker = Walker(Moves(world.view, world.measured, world.repeated), WalkOptions(seed=seed))
        verdict = judge(concatenate(list(walker.chains())), world).verdict
        failed |= {
            PROOFS[number].__name__
            for number in np.unique(verdict).tolist()
            if 0 <= number < PASSED
        }
    assert failed >= {"told_by_name", "suffix", "restated", "shortcut", "minimal"}


def test_what_is_drawn_from_a_start_does_not_depend_on_the_others(corpus):
    world = wild(corpus, 1)
    walker = Walker(
        Moves(world.view, world.measured, world.repeated), WalkOptions(walks_per_start=5)
    )
    whole = concatenate(list(walker.chains()))
    alone = concatenate(list(walker.chains(np.array([3]))))
    own = [i for row, i in enumerate(whole.ids()) if whole.nodes[row, 0] == 3]
    assert sorted(alone.ids()) == sorted(own)
    assert (whole.length[:, None] > 1).all()


def test_a_walk_spans_enough_documents():
    assert [documents_needed(edges) for edges in (2, 3, 4, 5, 6, 10)] == [2, 2, 2, 3, 3, 3]


def test_a_world_without_facts_has_no_chains(corpus):
    corpus.document("Empty", extra="Nothing is told here.")
    world = corpus.world()
    walker = Walker(Moves(world.view, world.measured, world.repeated), WalkOptions())
    chains = concatenate(list(walker.chains()))
    assert (len(chains), chains.ids()) == (0, [])
    assert len(judge(chains, world).verdict) == 0
    assert list(walker.programs()) == []
