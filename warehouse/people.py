"""Which documents mean one person by a name: namesakes are told apart by where they work.

By-lines hold many people of one name. Two documents that state affiliations of a name mean one person where they share
one, and two people where they share none. A document that says where its people work, but not where this one does,
means a person of its own; one that says nothing of the kind means the only one there is.
"""

from collections import defaultdict
from collections.abc import Callable, Collection

import networkx as nx

from warehouse.records import Fact

AFFILIATION = "affiliation"


class People:
    """The documents of each name, grouped by shared affiliations."""

    def __init__(self, facts: Collection[Fact], keys: Callable[[Fact], tuple[str, str]]) -> None:
        """Read every affiliation, then who else is named beside; `keys` gives the blocks of a fact's ends."""
        stated: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for fact in facts:
            if fact.relation == AFFILIATION and fact.subject.type == "person":
                subject, institution = keys(fact)
                stated[subject][fact.document_id].add(institution)
        telling = {document for places in stated.values() for document in places}
        for fact in facts if telling else ():
            if fact.object.type == "person" and fact.document_id in telling:
                name, document = keys(fact)[1], fact.document_id
                if name in stated and not stated[name][document]:
                    stated[name][document].add(f"unstated in {document}")
        grouped = {name: _grouped(places) for name, places in stated.items() if len(places) > 1}
        self._home = {name: homes for name, homes in grouped.items() if len({*homes.values()}) > 1}

    def key(self, name: str, document_id: str) -> str:
        """Return the key of a name in a document: its person's own where several people have the name."""
        homes = self._home.get(name)
        if homes is None:
            return name
        return f"{name}@{homes.get(document_id, document_id)}"


def _grouped(places: dict[str, set[str]]) -> dict[str, str]:
    """Return document → first document of the same person."""
    shared = nx.Graph()
    for document, institutions in places.items():
        shared.add_edges_from((("document", document), ("place", place)) for place in institutions)
    homes: dict[str, str] = {}
    for group in nx.connected_components(shared):
        documents = sorted(name for kind, name in group if kind == "document")
        homes |= dict.fromkeys(documents, documents[0])
    return homes
