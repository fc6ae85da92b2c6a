"""A small corpus that tests write in a few lines: documents of one sentence per fact, with exact spans."""

from dataclasses import dataclass, field

import pytest

from generators.contexts import PoolSection
from verifiers.proof import Draft
from verifiers.world import World
from warehouse.entities import EntityTable
from warehouse.functional import measure
from warehouse.graph import build_graph
from warehouse.mentions import MentionIndex
from warehouse.packed_facts import PackedFacts
from warehouse.programs import Path, Program, Step
from warehouse.queries import GraphView, run_program
from warehouse.records import Document, Fact, Mention, Quantity, Section, make_fact


@dataclass
class Corpus:
    """Documents and facts under construction."""

    documents: dict[str, Document] = field(default_factory=dict)
    sections: dict[str, Section] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)

    def document(self, name: str, *rows, date: str = "", extra: str = "") -> None:
        """Add a document; a row is (subject, phrase, object, options for make_fact)."""
        lines = [f"{s} {p} {o}." for s, p, o, *_ in rows]
        text = "\n".join([*lines, extra]) + "\n"
        self.documents[name] = Document(
            id=name, category="general", source=f"{name}.txt", format="txt", title=name, subject="",
            date=date, series=name, licence="", text=text, origins=(),
        )  # fmt: skip
        section = f"{name}#0"
        self.sections[section] = Section(
            id=section,
            document_id=name,
            index=0,
            headings=(),
            start=0,
            end=len(text),
            tokens=len(text) // 4,
        )
        at = 0
        for (subject, phrase, object_, *rest), line in zip(rows, lines, strict=True):
            self._fact(
                name, at, (subject, phrase, object_), line, dict(rest[0]) if rest else {}, date
            )
            at += len(line) + 1

    def _fact(self, name, at, spo, line, options, date):
        subject, phrase, object_ = spo
        words = phrase.split()
        preposition = words[-1] if len(words) > 1 else ""
        start = at + line.rindex(object_)
        defaults = {
            "shape": "clause", "phrase": " ".join(words[:-1]) or phrase, "preposition": preposition,
            "relation": " ".join(words[1:]) if words[0] in ("was", "is") else phrase, "as_of": date,
        }  # fmt: skip
        types = (options.pop("subject_type", "thing"), options.pop("object_type", "thing"))
        self.facts.append(
            make_fact(
                name, f"{name}#0",
                subject=Mention(text=subject, start=at, end=at + len(subject), type=types[0]),
                object=Mention(text=object_, start=start, end=start + len(object_), type=types[1]),
                quote=line, start=at, end=at + len(line), extractor="test/1", **(defaults | options),
            )
        )  # fmt: skip

    def world(self, *, repeated: frozenset[str] = frozenset()) -> World:
        """Return the world of all documents added so far."""
        facts = PackedFacts(self.facts)
        graph = build_graph(facts, EntityTable(facts))
        texts = {key: self.documents[s.document_id].text for key, s in self.sections.items()}
        return World(GraphView(graph), MentionIndex(graph.nodes, texts), measure(graph), repeated)

    def pool(self) -> list[PoolSection]:
        """Return every section as context assembly sees it."""
        return [
            PoolSection(s, self.documents[s.document_id], s.tokens + 12)
            for s in self.sections.values()
        ]


def node(world: World, name: str) -> str:
    """Return the entity id of a name."""
    return next(n.id for n in world.view.graph.nodes if name in n.names)


def chain(world: World, anchor: str, *steps: str | Step, edition: str = "") -> Draft:
    """Return the draft of a chain of relations from a named thing, run on the whole graph."""
    walked = tuple(
        s if isinstance(s, Step) else Step(relation=s, direction="forward") for s in steps
    )
    program = Program(
        form="chain", paths=(Path(anchor=node(world, anchor), steps=walked),), edition=edition
    )
    return Draft(program, run_program(world.view, program))


@pytest.fixture
def corpus() -> Corpus:
    """An empty corpus."""
    return Corpus()


@pytest.fixture
def films(corpus: Corpus) -> Corpus:
    """Four films, their directors and the directors' birthplaces, each fact in its own document."""
    rows = [
        ("The Last Coupon", "Frank Launder", "Hitchin"),
        ("Night Train", "Carol Reed", "Putney"),
        ("Brief Hour", "David Leane", "Croydon"),
        ("Grey Harbour", "Anna Moll", "Whitby"),
    ]
    person = {"object_type": "person", "subject_type": "work"}
    for film, director, town in rows:
        corpus.document(film, (film, "was directed by", director, person))
        corpus.document(
            director,
            (director, "was born in", town, {"subject_type": "person", "object_type": "place"}),
        )
    return corpus


@pytest.fixture
def helpers():
    """The functions `node`, `chain` and the records that tests write by hand."""
    return {
        "node": node,
        "chain": chain,
        "quantity": lambda v, u="", s="1": Quantity(value=v, unit=u, step=s),
    }
