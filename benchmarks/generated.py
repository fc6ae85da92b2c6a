"""A generated world of any size: people, works, places and bodies, each with a document that states its facts.

Every thing has one document of one section and three facts on average, drawn with hubs (the square of a uniform draw
picks the object). One document in ten repeats a fact of a thing it names, which restated, shortcut and minimal are to
refuse; one fact in twenty has a second object, which the walk has to leave out.
"""

from collections.abc import Iterator

import numpy as np

from verifiers.world import World
from warehouse.entities import EntityTable
from warehouse.functional import measure
from warehouse.graph import FactGraph, build_graph
from warehouse.mentions import MentionIndex
from warehouse.packed_facts import PackedFacts
from warehouse.queries import GraphView
from warehouse.records import EntityType, Fact, Mention, make_fact

KINDS: tuple[EntityType, ...] = ("person", "work", "place", "thing")
SAYS: dict[EntityType, tuple[tuple[str, str, EntityType], ...]] = {
    "person": (("was born", "in", "place"), ("studied", "under", "person"), ("joined", "", "thing")),
    "work": (("was directed", "by", "person"), ("was based", "on", "work"), ("praises", "", "person")),
    "place": (("is located", "in", "place"), ("was named", "after", "person"), ("honours", "", "work")),
    "thing": (("is headquartered", "in", "place"), ("was named", "after", "person"), ("owns", "", "work")),
}  # fmt: skip
"""(verb, preposition, kind of object): some functional by their name, some by what the graph shows, some not."""
SYLLABLES = [a + b for a in "bdfghklmnprstv" for b in "aeiou"]
SCATTER = 48_271_000_003
"""A prime: its multiples modulo the number of names give each number a name of its own."""
REPEATS, SECONDS = 0.1, 0.05


def name_of(number: int) -> str:
    """Return the unique two-word name of a thing."""
    code = number * SCATTER % len(SYLLABLES) ** 6
    parts: list[str] = []
    for _ in range(6):
        code, last = divmod(code, len(SYLLABLES))
        parts.append(SYLLABLES[last])
    return f"{''.join(parts[:3]).title()} {''.join(parts[3:]).title()}"


def documents(edges: int, seed: int = 0) -> Iterator[tuple[str, str, list[Fact]]]:
    """Yield (section, text, facts) of a world of at least `edges` facts, the same for the same seed."""
    things = max(edges // 3, len(KINDS))
    made = 0
    for number in range(things):
        if made >= edges:
            break
        stream = np.random.default_rng((seed, number))
        lines = list(_lines(number, things, stream))
        if stream.random() < REPEATS:
            named = int(lines[0][3])
            lines += list(_lines(named, things, np.random.default_rng((seed, named))))[:1]
        facts: list[Fact] = []
        for subject, verb, preposition, object_ in lines:
            start = facts[-1].end + 1 if facts else 0
            facts.append(_fact(number, start, subject, (verb, preposition), object_))
        made += len(facts)
        yield f"d{number}#0", "\n".join(fact.quote for fact in facts), facts


def _lines(number: int, things: int, stream: np.random.Generator) -> Iterator[tuple]:
    """Yield (subject, verb, preposition, object) of a thing's statements."""
    per_kind = things // len(KINDS)
    for at, (verb, preposition, kind) in enumerate(SAYS[KINDS[number % len(KINDS)]]):
        for _ in range(1 + int(at != 1 and stream.random() < SECONDS)):
            pick = int(stream.random() ** 2 * per_kind) * len(KINDS) + KINDS.index(kind)
            yield number, verb, preposition, pick


def _fact(home: int, at: int, subject: int, phrase: tuple[str, str], object_: int) -> Fact:
    verb, preposition = phrase
    near, far = name_of(subject), name_of(object_)
    quote = f"{near} {verb} {preposition} {far}.".replace("  ", " ")
    start = at + len(quote) - 1 - len(far)
    kinds = KINDS[subject % len(KINDS)], KINDS[object_ % len(KINDS)]
    passive = verb.split()[-1] if verb.startswith(("was ", "is ")) else verb
    return make_fact(
        f"d{home}", f"d{home}#0",
        subject=Mention(text=near, start=at, end=at + len(near), type=kinds[0]),
        relation=f"{passive} {preposition}".strip(),
        object=Mention(text=far, start=start, end=start + len(far), type=kinds[1]),
        shape="clause", phrase=verb, preposition=preposition, quote=quote, start=at,
        end=at + len(quote), extractor="generated/1",
    )  # fmt: skip


def graph_of(edges: int) -> FactGraph:
    """Return the fact graph of a world, entities resolved as in a run."""
    facts = PackedFacts(fact for _, _, facts in documents(edges) for fact in facts)
    return build_graph(facts, EntityTable(facts))


def world_of(edges: int, graph: FactGraph) -> World:
    """Return what the checks need: the view, the mention index over the texts, how functional relations are."""
    texts = {section: text for section, text, _ in documents(edges)}
    return World(GraphView(graph), MentionIndex(graph.nodes, texts), measure(graph), frozenset())
