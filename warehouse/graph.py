"""The fact graph of one split as arrays: edges sorted by (subject, relation) and by (object, relation).

Sampling and queries read the arrays; `to_networkx` gives the same graph as an API and for GraphML. An edge is one
fact; two facts that say the same are two edges, because each stands in another place. With the columns of
`warehouse.edges` an edge takes 65 bytes.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import networkx as nx
import numpy as np

from warehouse.edges import ColumnWriter, EdgeColumns, Ints, edge_relation, spread_out
from warehouse.entities import Entity, EntityTable
from warehouse.packed_facts import PackedFacts
from warehouse.records import Quantity


@dataclass(frozen=True)
class FactGraph:
    """Edges as parallel arrays of length E; node and relation numbers index `nodes` and `relations`."""

    facts: PackedFacts
    nodes: Sequence[Entity]
    relations: Sequence[str]
    subject: Ints
    relation: Ints
    object: Ints
    section: Ints
    """Number of the section an edge was read from, indexing `sections`."""
    sections: Sequence[str]
    document: Ints
    """Number of the document an edge was read from, indexing `documents`."""
    documents: Sequence[str]
    by_subject: Ints
    """Edge numbers sorted by subject, then relation."""
    by_object: Ints
    subject_key: Ints
    """Subject times the number of relations plus relation, ascending: what `by_subject` is sorted by."""
    object_key: Ints
    columns: EdgeColumns
    version: str

    def edges_of(self, nodes: Ints, relations: Ints) -> tuple[Ints, Ints]:
        """Return (row, edge) of the edges whose subject and relation are those of each row, row after row."""
        key = nodes * np.int64(len(self.relations)) + relations
        low = np.searchsorted(self.subject_key, key)
        count = np.searchsorted(self.subject_key, key, side="right") - low
        row, place = spread_out(low, count)
        return row, self.by_subject[place]

    @cached_property
    def _by_relation(self) -> tuple[Ints, Ints]:
        """Edge numbers sorted by relation, and where each relation starts among them."""
        count = np.bincount(self.relation, minlength=len(self.relations))
        order = np.argsort(self.relation, kind="stable").astype(np.int32)
        return order, np.concatenate([[0], np.cumsum(count)])

    def edges_with(self, relation: int) -> Ints:
        """Return the edges of a relation, ascending."""
        order, first = self._by_relation
        return order[first[relation] : first[relation + 1]]

    def quantity(self, edge: int) -> Quantity | None:
        """Return the quantity of an edge's fact."""
        return self.columns.quantities[int(self.columns.quantity[edge])]

    def date(self, edge: int) -> str:
        """Return the date for which an edge holds, or nothing."""
        return self.columns.dates[int(self.columns.as_of[edge])]

    def node_number(self) -> dict[str, int]:
        """Return entity id → node number."""
        return {node.id: number for number, node in enumerate(self.nodes)}

    def out_edges(self, node: int, relation: int | None = None) -> Ints:
        """Return the edges whose subject is `node`, of one relation or of all."""
        return self._slice(self.by_subject, self.subject_key, node, relation)

    def in_edges(self, node: int, relation: int | None = None) -> Ints:
        """Return the edges whose object is `node`, of one relation or of all."""
        return self._slice(self.by_object, self.object_key, node, relation)

    def _slice(self, order: Ints, keys: Ints, node: int, relation: int | None) -> Ints:
        # `bisect` on the sorted keys: numpy's own search costs ten times as much for a single key.
        width = len(self.relations)
        low = node * width + (relation or 0)
        high = low + 1 if relation is not None else (node + 1) * width
        first = bisect_left(keys, low)
        return order[first : bisect_left(keys, high, lo=first)]


def build_graph(facts: PackedFacts, table: EntityTable) -> FactGraph:
    """Return the graph of the facts; `class` facts type nodes and are not edges."""
    ordered = facts.select(
        np.flatnonzero(np.fromiter((fact.shape != "class" for fact in facts), np.bool_, len(facts)))
    )
    nodes: dict[str, int] = {}
    relations: dict[str, int] = {}
    sections: dict[str, int] = {}
    documents: dict[str, int] = {}
    numbers = np.zeros((5, len(ordered)), dtype=np.int32)
    writer = ColumnWriter(len(ordered))
    version = hashlib.sha256(table.version().encode())
    for row, fact in enumerate(ordered):
        subject, object_ = table.of(fact)
        numbers[:, row] = (
            nodes.setdefault(subject, len(nodes)),
            relations.setdefault(edge_relation(fact), len(relations)),
            nodes.setdefault(object_, len(nodes)),
            sections.setdefault(fact.section_id, len(sections)),
            documents.setdefault(fact.document_id, len(documents)),
        )
        writer.add(row, fact)
        version.update(fact.id.encode())
    width = np.int64(max(len(relations), 1))
    subject_key = numbers[0] * width + numbers[1]
    object_key = numbers[2] * width + numbers[1]
    by_subject = np.argsort(subject_key, kind="stable")
    by_object = np.argsort(object_key, kind="stable")
    return FactGraph(
        facts=ordered,
        nodes=[table.entities[entity] for entity in nodes],
        relations=list(relations),
        subject=numbers[0],
        relation=numbers[1],
        object=numbers[2],
        section=numbers[3],
        sections=list(sections),
        document=numbers[4],
        documents=list(documents),
        by_subject=by_subject.astype(np.int32),
        by_object=by_object.astype(np.int32),
        subject_key=subject_key[by_subject],
        object_key=object_key[by_object],
        columns=writer.columns(),
        version=version.hexdigest(),
    )


def to_networkx(graph: FactGraph) -> nx.MultiDiGraph:
    """Return the graph with names, relations and quotes as attributes, fit for `nx.write_graphml`."""
    out: nx.MultiDiGraph = nx.MultiDiGraph(version=graph.version)
    for node in graph.nodes:
        out.add_node(node.id, name=node.name, type=node.type)
    for edge, fact in enumerate(graph.facts):
        out.add_edge(
            graph.nodes[graph.subject[edge]].id, graph.nodes[graph.object[edge]].id, key=fact.id,
            relation=edge_relation(fact), quote=fact.quote, document=fact.document_id,
        )  # fmt: skip
    return out
