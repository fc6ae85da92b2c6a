"""Clusters of documents that belong together: shared names, then words in common (§2.3 step C; method 2.3).

A cluster grows from a document drawn by hash. Its neighbours are the documents that share its rarer names, and those
that BM25 ranks next to it; other series come first, so that a question has to join sources. Every document is in one
cluster at most. The cost is one query for each cluster, never one for each pair. A long document gives the sections
that speak of what the cluster shares, up to its share of the tokens.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import bm25s
import numpy as np

from generators.contexts import PoolSection, preamble
from generators.mase.options import KINDS, Kind, MaseOptions
from warehouse.identity import content_id, draw, rank
from warehouse.names import normalise
from warehouse.records import Category, Record

NEIGHBOURS = 40
"""Documents that BM25 ranks for a cluster."""
COMMON = 50
"""A name of more documents than this joins none of them."""
TRIED = 4
"""Documents that are tried as beginnings, for each cluster that is wanted."""
SHARED_SHOWN = 12


@dataclass(frozen=True)
class Profile:
    """What is known of a document before its text is read in full."""

    document_id: str
    series: str
    text: str
    """Title and opening."""
    names: frozenset[str]
    """Normalised names of the things that its facts speak of."""


@dataclass(frozen=True)
class Gathered:
    """Documents that were put together, the first being the one it grew from."""

    documents: tuple[str, ...]
    shared: tuple[str, ...]
    """Names that two or more of them have, the rarest first."""


class ClusterSection(Record):
    """A section as the models see it."""

    section_id: str
    lead: str
    """Line that says where it stands, as in a context."""
    text: str
    start: int
    """First character of the text in its document."""


class ClusterDocument(Record):
    """A document of a cluster, or the part of it that fits."""

    document_id: str
    series: str
    title: str
    sections: tuple[ClusterSection, ...]

    @property
    def shown(self) -> str:
        """The document as the models see it."""
        return "\n\n".join(part.lead + part.text.strip("\n") for part in self.sections)


class Cluster(Record):
    """A cluster of documents with all that the models are shown of them."""

    id: str
    split: str
    category: Category
    documents: tuple[ClusterDocument, ...]
    shared: tuple[str, ...]
    """Names that two or more of the documents have."""
    tokens: int
    """Tokens of the Qwen vocabulary, of the sections as rendered."""


class Neighbourhood:
    """The documents of one world, ready to be asked which ones belong to one of them."""

    def __init__(self, profiles: Sequence[Profile], seed: int) -> None:
        """Index names and words; `profiles` in any order."""
        self.profiles = sorted(profiles, key=lambda item: rank(seed, item.document_id))
        self._of_name: dict[str, list[int]] = {}
        for number, profile in enumerate(self.profiles):
            for name in profile.names:
                self._of_name.setdefault(name, []).append(number)
        self._words = bm25s.BM25()
        if self.profiles:
            texts = [f"{p.text} {' '.join(sorted(p.names))}" for p in self.profiles]
            tokens = bm25s.tokenize(texts, stopwords="en", show_progress=False)
            self._words.index(tokens, show_progress=False)

    def near(self, number: int) -> list[int]:
        """Return the numbers of the documents that belong to one, the nearest first."""
        names = self._by_names(number)
        words = self._by_words(number)
        found = {n: names.get(n, 0.0) + words.get(n, 0.0) for n in {*names, *words} - {number}}
        return sorted(found, key=lambda n: (-found[n], n))

    def _by_names(self, number: int) -> dict[int, float]:
        total: dict[int, float] = defaultdict(float)
        for name in sorted(self.profiles[number].names):
            there = self._of_name[name]
            if 2 <= len(there) <= COMMON:
                for other in there:
                    total[other] += log(1 + len(self.profiles) / len(there))
        total.pop(number, None)
        return _scaled(dict(total))

    def _by_words(self, number: int) -> dict[int, float]:
        query = bm25s.tokenize([self.profiles[number].text], stopwords="en", show_progress=False)
        most = min(NEIGHBOURS, len(self.profiles))
        found, scores = self._words.retrieve(query, k=most, show_progress=False)
        pairs = zip(found[0].tolist(), scores[0].tolist(), strict=True)
        return _scaled({int(n): float(s) for n, s in pairs if s > 0 and int(n) != number})

    def shared(self, numbers: Sequence[int]) -> tuple[str, ...]:
        """Return the names that two or more of the documents have, the rarest first."""
        counts = Counter(name for n in numbers for name in self.profiles[n].names)
        common = [name for name, times in counts.items() if times > 1]
        return tuple(sorted(common, key=lambda name: (len(self._of_name[name]), name)))


def _scaled(scores: dict[int, float]) -> dict[int, float]:
    top = max(scores.values(), default=0.0)
    return {number: score / top for number, score in scores.items()} if top else {}


def gathered(profiles: Sequence[Profile], options: MaseOptions) -> list[Gathered]:
    """Return up to `options.clusters` clusters of two documents or more, no document in two of them."""
    world = Neighbourhood(profiles, options.seed)
    used: set[int] = set()
    out: list[Gathered] = []
    for tried, number in enumerate(range(len(world.profiles))):
        if len(out) >= options.clusters or tried >= TRIED * options.clusters:
            break
        if number in used:
            continue
        chosen = _grown(world, number, used, options.documents)
        if len(chosen) < 2:
            continue
        used.update(chosen)
        documents = tuple(world.profiles[n].document_id for n in chosen)
        out.append(Gathered(documents, world.shared(chosen)))
    return out


def _grown(world: Neighbourhood, number: int, used: set[int], most: int) -> list[int]:
    """Return a document with its nearest free neighbours, those of further series before others."""
    near = [n for n in world.near(number) if n not in used]
    chosen, series = [number], {world.profiles[number].series}
    for other in near:
        if len(chosen) < most and world.profiles[other].series not in series:
            chosen.append(other)
            series.add(world.profiles[other].series)
    return (chosen + [n for n in near if n not in chosen])[:most]


def cluster(
    scope: tuple[str, Category], found: Gathered, sections: dict[str, list[PoolSection]], options: MaseOptions
) -> Cluster | None:  # fmt: skip
    """Return the cluster with its text, or None where fewer than two of its documents have a section that fits.

    Args:
        scope: split and category.
        found: which documents.
        sections: document id → its sections in order.
        options: the length of a cluster.
    """
    room = options.tokens // len(found.documents)
    kept: list[tuple[PoolSection, ...]] = [
        part for name in found.documents if (part := _fitting(sections[name], found.shared, room))
    ]
    if len(kept) < 2:
        return None
    documents = tuple(_document(part) for part in kept)
    members = [[part.section_id for part in document.sections] for document in documents]
    split, category = scope
    return Cluster(
        id=content_id("cluster", split, category, members), split=split, category=category, documents=documents,
        shared=found.shared[:SHARED_SHOWN], tokens=sum(item.tokens for part in kept for item in part),
    )  # fmt: skip


def _document(part: Sequence[PoolSection]) -> ClusterDocument:
    first = part[0].document
    sections = tuple(
        ClusterSection(section_id=item.section.id, lead=preamble(item.document, item.section),
                     text=item.text, start=item.section.start)
        for item in part
    )  # fmt: skip
    return ClusterDocument(
        document_id=first.id, series=first.series, title=first.title, sections=sections
    )


def _fitting(
    items: Sequence[PoolSection], shared: Sequence[str], room: int
) -> tuple[PoolSection, ...]:
    """Return the sections that say most of what the cluster shares, up to `room` tokens, in their order."""
    order = range(len(items))
    if sum(item.tokens for item in items) > room:
        texts = [f" {normalise(item.text)} " for item in items]
        said = [sum(f" {name} " in text for name in shared[:200]) for text in texts]
        order = sorted(order, key=lambda at: (-said[at], at))
    chosen: list[int] = []
    for at in order:
        if items[at].tokens <= room:
            chosen.append(at)
            room -= items[at].tokens
    return tuple(items[at] for at in sorted(chosen))


def kind_of(cluster_id: str, options: MaseOptions) -> Kind:
    """Return the kind of question that a cluster is asked for, drawn by its hash."""
    shares = np.array(list(options.shares.values()))
    stream = draw(options.seed, f"kind|{cluster_id}")
    return KINDS[int(stream.choice(len(KINDS), p=shares / shares.sum()))]
