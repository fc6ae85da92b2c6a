"""The arrays and the networkx graph are one graph."""

import io

import networkx as nx

from warehouse.graph import to_networkx


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
