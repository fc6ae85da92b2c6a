"""Contexts: evidence complete, lengths kept, rivals left out, near misses in, the same every time."""

import pytest

from generators.contexts import (
    ContextOptions,
    Pool,
    assemble,
    choose_bucket,
    feasible,
    render,
)
from generators.wording import word_candidate
from verifiers.proof import co_supporters, evidence_sections


@pytest.fixture
def laid(films, helpers):
    """A candidate of two hops, its pool with forty other documents, and what its context needs."""
    for number in range(40):
        films.document(f"Note {number}", extra=f"Plain words about subject {number}. " * 12)
    world = films.world()
    draft = helpers["chain"](world, "The Last Coupon", "directed by", "born in")
    candidate = word_candidate(world.view.graph, draft.program, draft.result, ("train", "general"))
    return (
        candidate,
        Pool(films.pool(), 0),
        sorted(evidence_sections(draft, world)),
        co_supporters(draft, world),
    )


def build(laid, bucket=2000, competes=lambda s: False, banned=(), seed=0):
    candidate, pool, evidence, _ = laid
    options = ContextOptions(seed=seed, buckets=(bucket,))
    return assemble(
        candidate, pool, evidence, set(banned), bucket=bucket, options=options, competes=competes
    )


def test_a_context_holds_its_evidence_and_keeps_its_length(laid):
    context = build(laid)
    assert context is not None
    assert set(laid[2]) <= set(context.sections)
    assert 0.8 * 2000 <= context.tokens <= 2000
    assert len(set(context.sections)) == len(context.sections)


def test_the_same_candidate_gives_the_same_context_and_another_seed_another(laid):
    assert build(laid) == build(laid)
    assert build(laid).id != build(laid, seed=1).id


def test_competing_and_banned_sections_stay_out(laid):
    first = build(laid)
    others = [section for section in first.sections if section not in laid[2]]
    without = build(laid, banned=others[:3], competes=lambda s: s.section.id == others[3])
    assert not set(others[:4]) & set(without.sections)


def test_near_misses_of_the_hops_are_taken_first(laid):
    """Other films' pages share "directed by" with the sub-question; the notes share nothing."""
    context = build(laid, bucket=1000)
    assert {"Night Train#0", "Brief Hour#0", "Grey Harbour#0"} & set(context.sections)


def test_a_pool_without_clean_distractors_gives_no_context(laid):
    assert build(laid, competes=lambda s: True) is None


def test_a_bucket_must_fit_the_gold_and_be_filled(laid):
    _, pool, evidence, _ = laid
    gold = sum(pool.items[pool.number[section]].tokens for section in evidence)
    options = ContextOptions(buckets=(gold, 2000, 10**6))
    assert feasible(pool, evidence, options) == [2000]


def test_a_rendered_section_says_where_it_is_from(films):
    films.document("Austria page", ("Austria", "borders", "Italy"), date="2005")
    item = films.pool()[-1]
    assert render(item) == "[Document: Austria page | Date: 2005]\nAustria borders Italy.\n\n"


def test_a_length_without_weight_is_never_tried_first_and_all_are_without_weights(laid):
    candidates = [laid[0].model_copy(update={"id": f"candidate-{n}"}) for n in range(60)]
    even = ContextOptions()
    assert {choose_bucket(c, [1000, 2000, 4000], even) for c in candidates} == {1000, 2000, 4000}
    long = ContextOptions(bucket_weights={1000: 0.0, 2000: 0.25})
    chosen = [choose_bucket(c, [1000, 2000, 4000], long) for c in candidates]
    assert 1000 not in chosen
    assert chosen.count(4000) > 2 * chosen.count(2000) > 0  # weights 1 and 0.25: 48 and 12 of 60
    assert choose_bucket(candidates[0], [1000], long) == 1000  # no other length can be filled


def lay_again(laid, layout, **options):
    candidate, pool, evidence, _ = laid
    banned, competes = options.get("banned", ()), options.get("competes", lambda s: False)
    return assemble(
        candidate, pool, evidence, set(banned), bucket=2000, options=ContextOptions(buckets=(2000,)),
        competes=competes, layout=layout,
    )  # fmt: skip


def test_layouts_keep_evidence_and_length_and_differ_in_distractors_and_order(laid):
    first = build(laid)
    layouts = [lay_again(laid, number) for number in range(1, 9)]
    assert len({context.id for context in [first, *layouts]}) == 9
    for context in layouts:
        assert set(laid[2]) <= set(context.sections)
        assert 0.8 * 2000 <= context.tokens <= 2000
    others = [set(context.sections) - set(laid[2]) for context in [first, *layouts]]
    assert len({frozenset(own) for own in others}) == 9
    # Evidence moves: over eight layouts it does not keep one place.
    places = {context.sections.index(laid[2][0]) for context in layouts}
    assert len(places) > 2
    assert layouts == [lay_again(laid, number) for number in range(1, 9)]


def test_layouts_leave_out_what_competes_or_is_banned(laid):
    free = [section for section in lay_again(laid, 1).sections if section not in laid[2]]
    without = lay_again(laid, 1, banned=free[:2], competes=lambda s: s.section.id == free[2])
    assert not set(free[:3]) & set(without.sections)
