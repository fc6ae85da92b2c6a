"""Each proof passes a good draft and fails a labelled bad one (the table of bad samples)."""

import pytest

from verifiers.proof import Draft, bystanders, co_supporters, prove, shortcut, told_by_name
from warehouse.programs import Path, Program, Step
from warehouse.queries import run_program
from warehouse.records import Quantity

PERSON = {"subject_type": "person", "object_type": "place"}
KIN = {"subject_type": "person", "object_type": "person"}
WORK = {"subject_type": "work", "object_type": "person"}


def verdict(draft, world):
    return prove(draft, world)[-1]


def test_a_two_document_chain_with_a_single_answer_passes(films, helpers):
    world = films.world()
    draft = helpers["chain"](world, "The Last Coupon", "directed by", "born in")
    assert verdict(draft, world).status == "passed"
    assert world.view.graph.nodes[draft.result.nodes[0]].name == "Hitchin"


def test_two_answers_on_the_whole_graph_fail(films, helpers):
    films.document("Other", ("Frank Launder", "was born in", "Leeds", PERSON))
    world = films.world()
    draft = helpers["chain"](world, "The Last Coupon", "directed by", "born in")
    assert verdict(draft, world).reason == "not one answer on the whole graph"
    assert draft.result.reason == "2 answers"


def test_a_relation_that_is_not_functional_fails_though_the_graph_has_one_answer(films, helpers):
    films.document("Frank Launder films", ("Frank Launder", "worked with", "Anna Moll", KIN))
    world = films.world()
    draft = helpers["chain"](world, "The Last Coupon", "directed by", "worked with", "born in")
    assert verdict(draft, world).reason == "relation is not functional"


def test_mixed_editions_fail(films, helpers):
    world = films.world(repeated=frozenset(["Frank Launder"]))
    draft = helpers["chain"](world, "The Last Coupon", "directed by", "born in")
    assert verdict(draft, world).reason == "editions mixed"


def borders(corpus, figures):
    """One document with a list of neighbours and their lengths, one with a figure for each neighbour."""
    rows = [
        ("Arland", "borders", name, {
            "shape": "attribute", "relation": "border countries", "group": "g",
            "quantity": Quantity(value=str(km), unit="km", step="1"),
        })
        for name, km in figures
    ]  # fmt: skip
    corpus.document("Arland page", *rows)
    for at, (name, _) in enumerate(figures):
        rate = Quantity(value=str(at + 3), unit="%", step="0.1")
        option = {
            "shape": "attribute",
            "relation": "rate",
            "object_type": "value",
            "quantity": rate,
        }
        corpus.document(f"{name} page", (name, "rate", f"{at + 3} %", option))
    return corpus.world()


LONGEST = Step(relation="border countries", direction="forward", selector="largest")


def test_a_selector_over_three_with_a_margin_passes(corpus, helpers):
    world = borders(corpus, [("Bevia", 573), ("Cardo", 334), ("Dunmark", 740)])
    draft = helpers["chain"](world, "Arland", LONGEST, "rate")
    assert verdict(draft, world).status == "passed"
    assert draft.result.quantity == Quantity(
        value="5", unit="%", step="0.1"
    )  # Dunmark is third: 2 + 3


def test_a_selector_with_one_candidate_fails(corpus, helpers):
    world = borders(corpus, [("Bevia", 573), ("Cardo", 334)])
    assert verdict(helpers["chain"](world, "Arland", LONGEST, "rate"), world).reason == (
        "fewer than three candidates"
    )


def test_a_margin_within_the_printed_precision_fails(corpus, helpers):
    world = borders(corpus, [("Bevia", 573), ("Cardo", 739), ("Dunmark", 740)])
    assert verdict(helpers["chain"](world, "Arland", LONGEST, "rate"), world).reason == (
        "margin within the printed precision"
    )


def test_a_path_inside_one_document_is_not_multi_hop(films, helpers):
    films.document(
        "Both",
        ("Dawn Patrol", "was directed by", "Ida Rook", WORK),
        ("Ida Rook", "was born in", "Selby", PERSON),
    )
    world = films.world()
    draft = helpers["chain"](world, "Dawn Patrol", "directed by", "born in")
    assert verdict(draft, world).check == "spread"


def test_a_last_step_that_alone_singles_out_the_answer_fails(corpus, helpers):
    corpus.document("Film", ("Dawn Patrol", "was directed by", "Ida Rook", WORK))
    corpus.document("Person", ("Ida Rook", "was buried in", "Selby", PERSON))
    world = corpus.world()
    draft = helpers["chain"](world, "Dawn Patrol", "directed by", "buried in")
    assert verdict(draft, world).reason == "the last steps alone single out the answer"


def test_an_edge_repeated_by_another_hops_evidence_is_not_minimal(films, helpers):
    films.document(
        "Page of Vera Holt",
        ("Vera Holt", "was born in", "Deal", PERSON),
        extra="Her best film is Silver Tide.",
    )
    films.document("Film page", ("Silver Tide", "was directed by", "Vera Holt", WORK))
    world = films.world()
    draft = helpers["chain"](world, "Silver Tide", "directed by", "born in")
    assert verdict(draft, world).reason == "another hop's evidence repeats the edge"


def heirs(corpus, first_extra="", last_extra=""):
    """Hucbert was succeeded by Teutberg, she by Lothar; and three other successions."""
    corpus.document("Hucbert page", ("Hucbert Boson", "was succeeded by", "Teutberg Arlen", KIN),
                    extra=first_extra)  # fmt: skip
    corpus.document("Teutberg page", ("Teutberg Arlen", "was succeeded by", "Lothar Second", KIN),
                    extra=last_extra)  # fmt: skip
    for name in ("Ada Prime", "Bruno Prime", "Carl Prime"):
        corpus.document(f"{name} page", (name, "was succeeded by", f"{name[0]}x Heir", KIN))
    return corpus.world()


def test_the_answer_named_with_the_bridge_on_the_first_page_makes_the_second_page_needless(
    corpus, helpers
):
    """The near miss of the examples: page 1 names the king, so the queen between can be skipped."""
    world = heirs(corpus, first_extra="He married a daughter of Lothar Second.")
    draft = helpers["chain"](world, "Hucbert Boson", "succeeded by", "succeeded by")
    assert verdict(draft, world).reason == "another hop's evidence repeats the edge"


def test_the_start_named_beside_the_answer_is_a_shortcut(corpus, helpers):
    world = heirs(corpus, last_extra="Old Hucbert Boson was there.")
    draft = helpers["chain"](world, "Hucbert Boson", "succeeded by", "succeeded by")
    assert verdict(draft, world).status == "failed"


def test_a_three_step_chain_whose_last_page_names_the_start_is_a_shortcut(films, helpers):
    films.document("Hitchin", ("Hitchin", "was founded in", "792", {
        "object_type": "value", "quantity": Quantity(value="792", unit="year", step="1")}),
        extra="The Last Coupon was shown here.")  # fmt: skip
    for at, town in enumerate(("Putney", "Croydon", "Whitby")):
        year = str(900 + at)
        option = {"object_type": "value", "quantity": Quantity(value=year, unit="year", step="1")}
        films.document(town, (town, "was founded in", year, option))
    world = films.world()
    draft = helpers["chain"](world, "The Last Coupon", "directed by", "born in", "founded in")
    assert verdict(draft, world).reason == "a section names a thing ahead of its turn"


@pytest.mark.parametrize(
    ("place", "told", "status"),
    [("Sweden", "Swedish", "failed"), ("Cambridge University", "Cambridge", "failed"),
     ("Sweden", "Stockholm", "passed"), ("Leipzig University", "Leuven University", "passed")],
)  # fmt: skip
def test_a_name_that_says_the_answer_is_no_hop(corpus, helpers, place, told, status):
    corpus.document("one", ("Vils", "was named after", place))
    corpus.document("two", (place, "was succeeded by", told))
    world = corpus.world()
    draft = helpers["chain"](world, "Vils", "named after", "succeeded by")
    assert told_by_name(draft, world).status == status


def test_two_descriptions_of_each_others_start_are_a_shortcut(corpus, helpers):
    """The neighbour of A compared with the neighbour of B, where these are B and A: nobody need look them up."""
    for name, other, length in (("Vils", "Ufer", "40"), ("Ufer", "Vils", "90")):
        corpus.document(f"{name} list", (name, "was preceded by", other))
        option = {
            "shape": "attribute", "relation": "length", "object_type": "value",
            "quantity": Quantity(value=length, unit="km", step="1"),
        }  # fmt: skip
        corpus.document(f"{name} page", (name, "length:", f"{length} km", option))
    world = corpus.world()
    step = Step(relation="preceded by", direction="forward")
    paths = tuple(Path(anchor=helpers["node"](world, n), steps=(step,)) for n in ("Vils", "Ufer"))
    program = Program(form="difference", paths=paths, edition="", measure="length")
    draft = Draft(program, run_program(world.view, program))
    assert draft.result.quantity is not None
    assert shortcut(draft, world).reason == "a branch leads to a thing that the question names"


def test_sections_that_restate_a_hop_are_kept_out_of_the_context(films, helpers):
    films.document("Digest", extra="Frank Launder, from Hitchin, made The Last Coupon.")
    world = films.world()
    draft = helpers["chain"](world, "The Last Coupon", "directed by", "born in")
    assert co_supporters(draft, world) == {"Digest#0"}


def test_an_ordering_within_the_printed_precision_has_no_answer(corpus, helpers):
    for name, value in (("Ufer", "12"), ("Vils", "12"), ("Wied", "9")):
        option = {
            "shape": "attribute", "relation": "length", "object_type": "value",
            "quantity": Quantity(value=value, unit="km", step="1"),
        }  # fmt: skip
        corpus.document(f"{name} page", (name, "length", f"{value} km", option))
    world = corpus.world()
    paths = tuple(
        Path(anchor=helpers["node"](world, n), steps=()) for n in ("Ufer", "Vils", "Wied")
    )
    program = Program(form="ordering", paths=paths, edition="", measure="length", order="largest")
    draft = Draft(program, run_program(world.view, program))
    assert draft.result.reason == "the gap is within the printed precision"
    assert verdict(draft, world).check == "unique"


def test_sections_that_name_what_a_listing_points_to_are_kept_out_of_its_context(corpus, helpers):
    written = {
        "shape": "attribute", "relation": "authors", "object_type": "person", "subject_type": "work",
    }  # fmt: skip
    for title in ("Rye at noon", "Oats at night"):
        corpus.document(title, (title, "written by", "Vera Holt", {**written, "group": title}))
    corpus.document("unread", extra="Bran at dawn is by Vera Holt.")
    corpus.document("other", extra="Bran at dusk is by Ana Ruiz.")
    world = corpus.world()
    anchor = Path(anchor=helpers["node"](world, "Vera Holt"), steps=())
    program = Program(form="listing", paths=(anchor,), links=("authors",), edition="")
    found = Draft(program, run_program(world.view, program))
    assert bystanders(found, world) == {"unread#0"}
