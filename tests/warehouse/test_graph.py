"""The arrays and the networkx graph are one graph; a relation's edges and starts are those a scan finds."""

import io

import networkx as nx
import numpy as np

from warehouse.graph import to_networkx
from warehouse.programs import Step
from warehouse.queries import starts


def test_graphml_keeps_every_edge_with_its_quote(films):
    graph = films.world().view.graph
    written = io.BytesIO()
    nx.write_graphml(to_networkx(graph), written)
    written.seek(0)
    again = nx.read_graphml(written, force_multigraph=True)
    told = {
        (again.nodes[a]["name"], data["relation"], again.nodes[b]["name"], data["quote"])
        for a, b, data in again.edges(data=True)
    }
    assert len(graph.facts) == 8  # four films, each with a director who was born somewhere
    assert told == {(f.subject.text, f.relation, f.object.text, f.quote) for f in graph.facts}
    assert again.graph["version"] == graph.version


def test_a_relations_edges_and_starts_are_those_a_scan_of_all_edges_finds(films):
    view = films.world().view
    graph = view.graph
    narrowed = view.restricted(graph.sections[:5], graph.documents[0])
    for relation, name in enumerate(graph.relations):
        step = Step(relation=name, direction="forward")
        edges = np.flatnonzero(graph.relation == relation)
        assert graph.edges_with(relation).tolist() == edges.tolist()
        assert starts(view, step).tolist() == sorted({*graph.subject[edges].tolist()})
        seen = [edge for edge in edges.tolist() if narrowed.sees(edge)]
        assert starts(narrowed, step).tolist() == sorted({*graph.subject[seen].tolist()})
