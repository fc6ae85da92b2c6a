"""Questions read as English, and say what their program asks."""

import pytest

from generators.phrases import introduced, plural, relative_clause
from generators.steps import Moves
from generators.walks import Walker, WalkOptions
from generators.wording import _scoped, word_candidate
from verifiers.proof import Draft
from warehouse.entities import Entity
from warehouse.programs import Path, Program, Step, program_id
from warehouse.queries import run_program
from warehouse.records import Quantity

PERSON = {"subject_type": "person", "object_type": "place"}
WORK = {"subject_type": "work", "object_type": "person"}


def worded(world, draft: Draft):
    return word_candidate(world.view.graph, draft.program, draft.result, ("train", "general"))


def test_a_clause_chain_reuses_the_documents_verb_phrase(films, helpers):
    world = films.world()
    candidate = worded(world, helpers["chain"](world, "The Last Coupon", "directed by", "born in"))
    assert candidate.question == (
        '"The Last Coupon" was directed by a certain person. In which place was this person born?'
    )
    assert (candidate.answer.kind, candidate.answer.text) == ("text", "Hitchin")
    assert candidate.sub_questions == ("The Last Coupon directed by", "Frank Launder born in")


def test_a_long_chain_is_told_in_sentences(films, helpers):
    year = {"object_type": "value", "quantity": Quantity(value="792", unit="year", step="1")}
    films.document("River", ("Hiz", "was named after", "Grey Saint"))
    films.document("Hitchin", ("Hitchin", "stands on", "Hiz", {"subject_type": "place"}))
    films.document("Saint", ("Grey Saint", "was buried in", "792", year))
    world = films.world()
    draft = helpers["chain"](
        world, "The Last Coupon", "directed by", "born in", "stands on", "named after"
    )
    assert worded(world, draft).question == (
        '"The Last Coupon" was directed by a certain person. This person was born in a certain place. '
        "This place stands on a second place. After whom was the second place named?"
    )


def measured(corpus, **figures):
    for name, value in figures.items():
        option = {
            "shape": "attribute", "relation": "length", "object_type": "value",
            "quantity": Quantity(value=value, unit="km", step="1"),
        }  # fmt: skip
        corpus.document(f"{name} page", (name, "length:", f"{value} km", option))
    return corpus.world()


def test_an_ordering_lists_names_in_alphabetical_order_and_stores_the_true_one(corpus, helpers):
    world = measured(corpus, Vils="40", Ufer="12", Wied="90")
    paths = tuple(
        Path(anchor=helpers["node"](world, n), steps=()) for n in ("Vils", "Ufer", "Wied")
    )
    program = Program(form="ordering", paths=paths, edition="", measure="length", order="largest")
    candidate = worded(world, Draft(program, run_program(world.view, program)))
    assert candidate.question == (
        "Put these in order of length, from the largest to the smallest: Ufer; Vils; Wied."
    )
    assert candidate.answer.items == ("Wied", "Vils", "Ufer")
    upwards = program.model_copy(update={"order": "smallest"})  # 12, 40, 90: alphabetical as well
    again = worded(world, Draft(upwards, run_program(world.view, upwards)))
    assert again.question.endswith("from the smallest to the largest: Wied; Vils; Ufer.")


def test_works_of_one_kind_are_told_by_their_titles_and_a_list_includes_its_items(corpus, helpers):
    work = {"subject_type": "work"}
    for title, year in (
        ("Rye at noon", "1990"),
        ("Oats at night", "1970"),
        ("Bran at dawn", "2001"),
    ):
        value = Quantity(value=year, unit="year", step="1")
        corpus.document(
            f"{title} page",
            (title, "is a", "article", {**work, "shape": "class", "relation": "is a", "object_type": "text"}),
            (title, "year:", year, {
                **work, "shape": "attribute", "relation": "publication year", "object_type": "value", "quantity": value,
            }),
            (title, "by", "Vera Holt", {
                **work, "shape": "attribute", "relation": "authors", "object_type": "person", "group": title,
            }),
        )  # fmt: skip
    world = corpus.world()
    titles = ("Bran at dawn", "Oats at night", "Rye at noon")
    paths = tuple(Path(anchor=helpers["node"](world, title), steps=()) for title in titles)
    program = Program(
        form="ordering", paths=paths, edition="", measure="publication year", order="smallest"
    )
    assert worded(world, Draft(program, run_program(world.view, program))).question == (
        "Put these articles in order of publication year, from the earliest to the latest: "
        '"Bran at dawn"; "Oats at night"; "Rye at noon".'
    )
    anchor = Path(anchor=helpers["node"](world, "Vera Holt"), steps=())
    listing = Program(
        form="listing", paths=(anchor,), links=("authors",), edition="", noun="article"
    )
    assert worded(world, Draft(listing, run_program(world.view, listing))).question == (
        "List every article in the documents given whose authors include Vera Holt."
    )


@pytest.mark.parametrize(
    ("relation", "told"),
    [
        ("currencies", "whose currencies include Thaler"),
        ("headquarters", "whose headquarters is Thaler"),
        ("currency", "whose currency is Thaler"),
    ],
)
def test_a_plural_field_includes_its_value_where_a_page_gives_only_one(corpus, relation, told):
    corpus.document(
        "Rurland", ("Rurland", "uses", "Thaler", {"shape": "attribute", "relation": relation})
    )
    (fact,) = corpus.facts
    assert relative_clause(fact, "Thaler", person=False) == told


def borders(corpus):
    """A country with three neighbours by length of border, and a page for one of them."""
    lists = {"shape": "attribute", "relation": "land boundaries / border countries", "group": "g"}
    rows = [("Rurland", "borders", name, {
        **lists, "object_type": "place", "subject_type": "place",
        "quantity": Quantity(value=value, unit="km", step="1"),
    }) for name, value in (("Ostmark", "40"), ("Westland", "300"), ("Nordgau", "170"))]  # fmt: skip
    corpus.document("Rurland page", *rows)
    coal = {
        "shape": "attribute", "relation": "coal / imports", "object_type": "value",
        "subject_type": "place", "quantity": Quantity(value="12", unit="t", step="1"),
    }  # fmt: skip
    corpus.document("Ostmark page", ("Ostmark", "Coal / imports:", "12 t", coal))
    return corpus.world()


def test_a_choice_from_a_list_is_a_sentence_of_its_own(corpus, helpers):
    world = borders(corpus)
    chosen = Step(
        relation="land boundaries / border countries", direction="forward", selector="smallest"
    )
    draft = helpers["chain"](world, "Rurland", chosen, "coal / imports")
    assert worded(world, draft).question == (
        "Take the country with which Rurland shares its shortest border. "
        'What is the "imports" figure under "Coal" for this country?'
    )


def test_a_name_takes_the_article_that_running_text_gives_it(films, helpers):
    world = films.world()
    draft = helpers["chain"](world, "The Last Coupon", "directed by", "born in")
    anchor = next(n for n in world.view.graph.nodes if n.name == "The Last Coupon")
    anchor.type, anchor.article = "place", True
    anchor.names = ["Netherlands"]
    assert worded(world, draft).question.startswith("The Netherlands was directed by")


@pytest.mark.parametrize(
    ("noun", "many"),
    [("country", "countries"), ("city", "cities"), ("valley", "valleys"), ("church", "churches"),
     ("river", "rivers"), ("person", "people"), ("box", "boxes")],
)  # fmt: skip
def test_plurals(noun, many):
    assert plural(noun) == many


def test_a_difference_is_computed_in_decimals(corpus, helpers):
    world = measured(corpus, Vils="40.1", Ufer="12")
    paths = tuple(Path(anchor=helpers["node"](world, n), steps=()) for n in ("Vils", "Ufer"))
    program = Program(form="difference", paths=paths, edition="", measure="length")
    candidate = worded(world, Draft(program, run_program(world.view, program)))
    assert (candidate.answer.text, candidate.answer.unit) == ("28.1", "km")  # 40.1 - 12
    assert candidate.question == (
        "Compare two things: (a) Vils; (b) Ufer. "
        "Going by the printed figures, by how much do they differ in length?"
    )


def test_the_identity_of_a_comparison_ignores_the_order_of_its_branches():
    paths = (Path(anchor="a", steps=()), Path(anchor="b", steps=()))
    one = Program(form="comparison", paths=paths, edition="", measure="length", order="largest")
    two = one.model_copy(update={"paths": paths[::-1], "order": "smallest"})
    assert program_id(one) == program_id(two)


def test_drawn_chains_are_unique_by_construction_and_repeat_with_the_seed(films):
    world = films.world()
    moves = Moves(world.view, world.measured, world.repeated)
    chains, again = (
        [
            batch.program(row)
            for batch in Walker(moves, WalkOptions(seed=3)).chains()
            for row in range(len(batch))
        ]
        for _ in range(2)
    )
    assert chains == again
    assert len(chains) == 4  # one film → director → town for each of the four films
    assert all(not run_program(world.view, program).reason for program in chains)


def test_a_field_that_is_a_participle_reads_as_a_clause(corpus, helpers):
    option = {"shape": "attribute", "relation": "discovered by"}
    corpus.document("Gallium page", ("Gallium", "Discovered by:", "Paul Lecoq", option))
    corpus.document("Lecoq page", ("Paul Lecoq", "was born in", "Cognac", PERSON))
    world = corpus.world()
    draft = helpers["chain"](
        world, "Gallium", Step(relation="discovered by", direction="forward"), "born in"
    )
    assert worded(world, draft).question == (
        "Gallium was discovered by a certain person. In which place was this person born?"
    )


def test_a_name_that_ends_with_a_point_ends_its_sentence():
    program = Program(form="chain", paths=(), edition="")
    told = _scoped(
        "Consider the head of Vils Inc.. Name the seat of Tarn Ltd..", program, "general"
    )
    assert told == "Consider the head of Vils Inc. Name the seat of Tarn Ltd."


def test_a_name_keeps_its_capital_behind_a_prefix():
    program = Program(form="chain", paths=(), edition="2005")
    assert _scoped("What is the area of it?", program, "general").endswith(
        "2005, what is the area of it?"
    )
    told = _scoped("Vera Holt works at a certain place. Where?", program, "general")
    assert told.endswith("2005, Vera Holt works at a certain place. Where?")


def test_a_title_with_its_kind_in_brackets_is_told_as_one():
    film = Entity("e", "thing", "name:illusions 1982 film", ["Illusions (1982 film)"])
    person = Entity("p", "person", "name:james young director", ["James Young (director)"])
    assert introduced(film) == 'the 1982 film "Illusions"'
    assert introduced(person) == "James Young (director)"


def test_the_item_of_a_list_has_the_noun_of_its_label(corpus, helpers):
    for name, share in (("Bevia", 12), ("Cardo", 7), ("Dunmark", 30)):
        option = {"shape": "attribute", "relation": "exports - partners", "group": "g", "object_type": "place",
                  "subject_type": "place", "quantity": Quantity(value=str(share), unit="%", step="1")}  # fmt: skip
        corpus.document(f"Arland page {name}", ("Arland", "exports - partners", name, option))
    corpus.facts[:] = [
        f.model_copy(update={"document_id": "Arland page Bevia"}) for f in corpus.facts
    ]
    coal = {"shape": "attribute", "relation": "coal / imports", "object_type": "value",
            "subject_type": "place", "quantity": Quantity(value="12", unit="t", step="1")}  # fmt: skip
    corpus.document("Dunmark page", ("Dunmark", "Coal / imports:", "12 t", coal))
    world = corpus.world()
    chosen = Step(relation="exports - partners", direction="forward", selector="largest")
    draft = helpers["chain"](world, "Arland", chosen, "coal / imports")
    assert "take the partner with the highest percentage" in worded(world, draft).question
