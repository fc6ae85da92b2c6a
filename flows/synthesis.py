"""From the facts and cells of one split and category to its samples: path questions, and numerical ones."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType

import polars as pl

from extractors.facts.code import code_package
from extractors.model_facts.agreement import trusted
from flows.config import SynthesisConfig
from flows.multi_hop import add_paths
from flows.numeric import Given, add_numeric
from flows.worlds import Scope, Yield
from generators.contexts import Pool, PoolSection
from verifiers.world import World
from warehouse.cells import Cell
from warehouse.entities import Entity, EntityTable
from warehouse.functional import measure
from warehouse.graph import build_graph
from warehouse.mentions import MentionIndex
from warehouse.packed_facts import PackedFacts
from warehouse.queries import GraphView
from warehouse.records import Fact


def synthesise(
    scope: Scope,
    extracted: tuple[Iterable[Fact], Iterable[Cell] | Iterable[pl.DataFrame]],
    pool: Sequence[PoolSection],
    repeated: frozenset[str],
    config: SynthesisConfig,
    *,
    surer: Mapping[str, float] = MappingProxyType({}),
) -> Yield:
    """Return the samples, contexts and outcomes of one world.

    Args:
        scope: which world.
        extracted: its facts and its cells, these as records or as rows of the store.
        pool: its sections.
        repeated: ids of documents that have other editions in the corpus.
        config: the run's settings.
        surer: confidence of facts that several readings confirm, by id, in place of their own.
    """
    facts, cells = extracted
    by_section = {item.section.id: item for item in pool}
    kept = (
        f
        for f in facts
        if f.section_id in by_section and trusted(f, surer, config.extract.min_confidence)
    )
    world = build_world(kept, by_section, repeated)
    out = Yield()

    @cache
    def sections() -> Pool:
        return Pool(pool, config.context.seed)

    add_paths(scope, world, sections, config, out)
    add_numeric(scope, Given(cells, world.view.graph.nodes, pool), sections, config, out)
    return out


def build_world(
    facts: Iterable[Fact], pool: Mapping[str, PoolSection], repeated: frozenset[str]
) -> World:
    """Return the world of the facts: graph, mention index over the sections' text, measured functions."""
    renames = code_package(
        item.document for item in {i.document.id: i for i in pool.values()}.values()
    )
    packed = PackedFacts(facts)
    graph = build_graph(packed, EntityTable(packed, renames))
    texts = {
        key: f"{item.document.title}\n{' '.join(item.section.headings)}\n{item.text}"
        for key, item in pool.items()
    }
    index = MentionIndex(graph.nodes, texts)
    for number, node in enumerate(graph.nodes):
        node.article = _takes_article(node) and index.articled(number)
    return World(GraphView(graph), index, measure(graph), repeated)


def _takes_article(node: Entity) -> bool:
    """Whether "the" may stand before the node's name: not before people, titles, literals, or a name that has it."""
    named = node.type in ("place", "organisation", "thing")
    return named and not node.name.casefold().startswith("the ")
