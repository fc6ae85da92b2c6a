"""The context alone must give the answer, each document must be needed, and no line may be a rival."""

import pytest

from generators.wording import word_candidate
from verifiers.context_checks import LaidOut, check_context, no_rival
from verifiers.proof import evidence_sections
from verifiers.refute import Matcher


@pytest.fixture
def case(films, helpers):
    """A candidate over four films, its world and the corpus."""
    world = films.world()
    draft = helpers["chain"](world, "The Last Coupon", "directed by", "born in")
    candidate = word_candidate(world.view.graph, draft.program, draft.result, ("train", "general"))
    return candidate, world, films, frozenset(evidence_sections(draft, world))


def laid_out(corpus, evidence, sections, extra=()):
    rows = [
        (
            s,
            corpus.documents[s[:-2]].title,
            (),
            corpus.documents[s[:-2]].date,
            corpus.documents[s[:-2]].text,
        )
        for s in sections
    ] + list(extra)
    return LaidOut(
        sections=rows, evidence=evidence, documents={row[0]: row[0][:-2] for row in rows},
        text="\n".join(row[4] for row in rows),
    )  # fmt: skip


ALL = ["The Last Coupon#0", "Frank Launder#0", "Carol Reed#0", "Night Train#0"]


def test_a_complete_context_passes_every_check(case):
    candidate, world, corpus, evidence = case
    verdicts = check_context(candidate, laid_out(corpus, evidence, ALL), world)
    assert [v.status for v in verdicts] == ["passed"] * 5


def test_a_context_that_lost_a_document_gives_no_answer(case):
    candidate, world, corpus, evidence = case
    cut = laid_out(corpus, evidence, ["The Last Coupon#0", "Carol Reed#0"])
    assert (
        check_context(candidate, cut, world)[-1].reason == "an evidence quote is not in the context"
    )


def test_a_context_whose_only_birthplace_is_the_answer_needs_no_first_hop(case):
    candidate, world, corpus, evidence = case
    alone = laid_out(corpus, evidence, ["The Last Coupon#0", "Frank Launder#0"])
    assert check_context(candidate, alone, world)[-1].check == "peers"


@pytest.mark.parametrize(
    "line",
    [
        "Frank Launder, born in the town of Leeds, was tall.",
        "LAUNDER was born at Ware in 1906.",
    ],
)
def test_a_line_that_could_state_another_value_is_a_rival(case, line):
    candidate, world, corpus, evidence = case
    extra = [("Rumour#0", "Rumour", (), "", line)]
    verdict = no_rival(candidate, laid_out(corpus, evidence, ALL, extra), world)
    assert (verdict.status, verdict.evidence) == ("failed", (line,))


@pytest.mark.parametrize(
    "line",
    [
        "Frank Launder was born in Hitchin.",  # agrees
        "Frank Launder liked Leeds.",  # another relation
        "Carol Reed was born in Putney.",  # another subject
        "frank talk about being born somewhere",  # no value
    ],
)
def test_lines_that_agree_or_speak_of_something_else_are_no_rivals(case, line):
    candidate, world, _, _ = case
    matcher = Matcher.of(candidate, {node.id: node for node in world.view.graph.nodes})
    assert matcher.competes("A page", (), "", line) == ""


def test_a_section_of_another_edition_does_not_compete_with_a_dated_question(case):
    candidate, world, _, _ = case
    dated = candidate.model_copy(
        update={"program": candidate.program.model_copy(update={"edition": "2005"})}
    )
    matcher = Matcher.of(dated, {node.id: node for node in world.view.graph.nodes})
    line = "Frank Launder was born in Leeds."
    assert matcher.competes("A page", (), "2015", line) == ""
    assert matcher.competes("A page", (), "2005", line) == line
