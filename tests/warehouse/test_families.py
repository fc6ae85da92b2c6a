"""A name in two lists: one thing where the lists show it, two where they do not."""

import pytest

from extractors.facts.structure import structure_facts
from warehouse.entities import EntityTable
from warehouse.graph import build_graph
from warehouse.packed_facts import PackedFacts
from warehouse.records import Document, Section

CITIES = "Madison Boston Lyon Turin Basel Graz Porto Malmo Ghent Bergen".split()
FILMS = "Madison Alien Brazil Vertigo Psycho Gravity Jaws Rocky Fargo Heat Signs Up".split()


def table(name, header, rows):
    lines = ["| " + " | ".join(row) + " |" for row in [header, ["---"] * len(header), *rows]]
    text = "\n".join(lines) + "\n"
    document = Document(
        id=name, category="general", source=f"{name}.csv", format="csv", title=name, subject="", date="",
        series=name, licence="", text=text, origins=(),
    )  # fmt: skip
    section = Section(
        id=name, document_id=name, index=0, headings=(), start=0, end=len(text), tokens=1
    )
    return structure_facts(document, [section])


def graph_of(*tables):
    facts = [fact for found in tables for fact in found]
    return build_graph(PackedFacts(facts), EntityTable(facts))


def ends(graph, relation, name):
    """Return the numbers of the nodes called `name` that stand as objects of the relation, and as its subjects."""
    at = graph.relations.index(relation)
    named = [
        (int(s), int(o))
        for s, r, o in zip(graph.subject, graph.relation, graph.object, strict=True)
        if r == at
    ]
    return (
        {o for _, o in named if graph.nodes[o].name == name},
        {s for s, _ in named if graph.nodes[s].name == name},
    )


@pytest.fixture
def places():
    return [
        table("airports", ["Title", "City"], [[f"{c} Field", c] for c in CITIES]),
        table("films", ["Title", "Gross"], [[f, str(100 + n)] for n, f in enumerate(FILMS)]),
        table("people", ["Town", "Population"], [[c, str(1000 + n)] for n, c in enumerate(CITIES)]),
    ]


def test_a_film_is_not_the_city_of_its_name(places):
    graph = graph_of(*places)
    city, _ = ends(graph, "city", "Madison")
    _, town = ends(graph, "population", "Madison")
    _, film = ends(graph, "gross", "Madison")
    assert city == town
    assert not city & film


def test_a_name_only_one_list_holds_is_joined_by_name(places):
    graph = graph_of(*places)
    city, _ = ends(graph, "city", "Lyon")
    _, town = ends(graph, "population", "Lyon")
    assert city == town


def test_things_of_different_lists_have_different_families(places):
    graph = graph_of(*places)
    (film,) = ends(graph, "gross", "Jaws")[1]
    (town,) = ends(graph, "population", "Lyon")[1]
    assert graph.nodes[film].family != graph.nodes[town].family


def test_lists_with_the_same_columns_are_one_family():
    graph = graph_of(
        table("first", ["Title", "Gross"], [[f, str(n)] for n, f in enumerate(FILMS)]),
        table("second", ["Title", "Gross"], [[f"{c} Story", "7"] for c in CITIES]),
    )
    (one,) = ends(graph, "gross", "Jaws")[1]
    (other,) = ends(graph, "gross", "Lyon Story")[1]
    assert graph.nodes[one].family == graph.nodes[other].family


def test_rows_are_known_by_name_and_not_by_code():
    found = table(
        "airports", ["Iata", "Name", "City"], [["DXX", "Lac qui Parle Airport", "Madison"],
        ["GRZ", "Graz Airport", "Graz"], ["BSL", "Basel Airport", "Basel"]],
    )  # fmt: skip
    assert ("Graz Airport", "city", "Graz") in {
        (f.subject.text, f.relation, f.object.text) for f in found
    }
    codes = [["FR", "Paris"], ["DE", "Berlin"], ["IT", "Rome"]]
    assert table("codes", ["Code", "Capital"], codes) == []
