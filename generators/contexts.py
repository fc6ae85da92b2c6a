"""Lay a question's evidence among distractors up to a length bucket (§3.3; method 2.4, near-miss distractors of §6).

The unit is a section with its preamble (title, date, headings), so a table keeps its unit and an edition its date.
Distractors of the same category and split come in three tiers: the sections that each hop's own sub-question ranks
highest and that are not gold, the next band, then a ring of hash-ordered sections entered at the question's own hash,
so that one more document changes few contexts. Evidence goes to stratified slots. Tokens were counted when the
sections were cut: assembly never tokenises.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import bm25s
import numpy as np
from pydantic import Field

from warehouse.identity import content_id, draw, rank
from warehouse.records import Document, Record, Section

BUCKETS: tuple[int, ...] = (4096, 8192, 16384, 32768, 65536, 122880)
RETRIEVED = 40


class ContextOptions(Record):
    """Lengths and the mixture of distractors."""

    seed: int = 0
    buckets: tuple[int, ...] = BUCKETS
    """Context lengths in tokens of the Qwen vocabulary."""
    bucket_weights: dict[int, float] = Field(default_factory=dict)
    """How often a length is tried first, against 1 for one that is not named; 0 leaves it to shorter fallbacks."""
    near_share: float = 0.3
    """Share of the free tokens given to each hop's best-ranked non-gold sections."""
    band_share: float = 0.3
    """Share given to the next band of the ranking; the rest is drawn at random."""
    near_per_hop: int = 6
    filled: float = 0.8
    """A bucket counts as filled from this share of its length."""
    gold_share: float = 0.6
    """A bucket is too small for gold that takes more than this share of it."""


class Context(Record):
    """One assembled context: section ids in order; its text is rendered when it is written."""

    id: str
    question_id: str
    bucket: int
    tokens: int
    sections: tuple[str, ...]
    evidence: tuple[str, ...]
    """The sections among `sections` that the answer rests on."""


@dataclass(frozen=True)
class PoolSection:
    """A section as it appears in a context."""

    section: Section
    document: Document
    tokens: int
    """Tokens of the rendered section, preamble included."""

    @property
    def text(self) -> str:
        """The section's own text."""
        return self.document.text[self.section.start : self.section.end]


def preamble(document: Document, section: Section) -> str:
    """Return the line that introduces a section in a context: title, date and headings, as the document states them."""
    parts = [f"Document: {document.title}"]
    if document.date:
        parts.append(f"Date: {document.date}")
    if section.headings:
        parts.append(f"Section: {' > '.join(section.headings)}")
    return f"[{' | '.join(parts)}]\n"


def render(item: PoolSection) -> str:
    """Return the section's text with its preamble and a blank line after it."""
    return f"{preamble(item.document, item.section)}{item.text.strip(chr(10))}\n\n"


class Pool:
    """The sections of one split and category, with their ranking index and their hash order."""

    def __init__(self, items: Sequence[PoolSection], seed: int) -> None:
        """Index the sections for BM25 and order them by hash; `items` in any order."""
        keyed = sorted((rank(seed, item.section.id), item.section.id, item) for item in items)
        self.items = [item for _, _, item in keyed]
        self.keys = np.array([key for key, _, _ in keyed], dtype=np.uint64)
        self.number = {item.section.id: at for at, item in enumerate(self.items)}
        self.total = sum(item.tokens for item in self.items)
        self._ranked: tuple[tuple[str, ...], list[list[int]]] = ((), [])
        self._index = bm25s.BM25()
        if self.items:
            texts = [
                f"{item.document.title} {' '.join(item.section.headings)} {item.text}"
                for item in self.items
            ]
            self._index.index(
                bm25s.tokenize(texts, stopwords="en", show_progress=False), show_progress=False
            )

    @cached_property
    def by_document(self) -> dict[str, list[PoolSection]]:
        """The sections of each document, by its id."""
        found: dict[str, list[PoolSection]] = {}
        for item in self.items:
            found.setdefault(item.document.id, []).append(item)
        return found

    def ranked(self, questions: Sequence[str]) -> list[list[int]]:
        """Return, for each sub-question, the numbers of the best sections in order; the last are kept for layouts."""
        if self._ranked[0] == tuple(questions):
            return self._ranked[1]
        tokens = bm25s.tokenize(list(questions), stopwords="en", show_progress=False)
        found, _ = self._index.retrieve(
            tokens, k=min(RETRIEVED, len(self.items)), show_progress=False
        )
        self._ranked = (tuple(questions), [[int(at) for at in row] for row in found])
        return self._ranked[1]

    def ring(self, key: int) -> Iterator[int]:
        """Yield every section number once, in hash order from `key` on."""
        first = int(np.searchsorted(self.keys, np.uint64(key)))
        for step in range(len(self.items)):
            yield (first + step) % len(self.items)


class Asked(Protocol):
    """What assembly needs of a question."""

    @property
    def id(self) -> str:
        """Identity, by which everything is drawn."""
        ...

    @property
    def sub_questions(self) -> tuple[str, ...]:
        """What near misses are retrieved by, one for each thing looked up."""
        ...


Competes = Callable[[PoolSection], bool]


def feasible(pool: Pool, evidence: Sequence[str], options: ContextOptions) -> list[int]:
    """Return the buckets that the gold fits and the pool can fill."""
    gold = sum(pool.items[pool.number[section]].tokens for section in evidence)
    return [
        b
        for b in options.buckets
        if gold <= options.gold_share * b and pool.total >= options.filled * b
    ]


def choose_bucket(asked: Asked, buckets: Sequence[int], options: ContextOptions) -> int:
    """Return one of the feasible buckets by the question's hash, as often as its weight says."""
    stream = draw(options.seed, f"bucket|{asked.id}")
    weights = np.array([options.bucket_weights.get(bucket, 1.0) for bucket in buckets])
    if not options.bucket_weights or not weights.sum():
        return buckets[int(stream.integers(len(buckets)))]
    return buckets[int(stream.choice(len(buckets), p=weights / weights.sum()))]


def assemble(
    asked: Asked,
    pool: Pool,
    evidence: Sequence[str],
    banned: Collection[str],
    *,
    bucket: int,
    options: ContextOptions,
    competes: Competes,
    layout: int = 0,
) -> Context | None:
    """Return the question's context of one bucket, or None when clean distractors cannot fill it.

    `banned` holds section ids that restate a hop; `competes` says whether a section may hold a second answer. `layout`
    numbers further contexts of the same question by the same rules: each has other near misses, another band, another
    place on the ring and another order.
    """  # fmt: skip
    gold = [pool.number[section] for section in evidence]
    room = bucket - sum(pool.items[at].tokens for at in gold)
    taken = set(gold)
    chosen: list[int] = []

    def take(numbers: Iterator[int] | Sequence[int], tokens: float) -> float:
        for at in numbers:
            item = pool.items[at]
            if at in taken or item.section.id in banned or item.tokens > tokens:
                continue
            if competes(item):
                continue
            taken.add(at)
            chosen.append(at)
            tokens -= item.tokens
        return tokens

    drawn = f"{asked.id}|{layout}" if layout else asked.id
    rankings = pool.ranked(asked.sub_questions)
    if layout:
        rankings = _mixed(rankings, drawn, options)
    near = [row[i] for i in range(options.near_per_hop) for row in rankings if i < len(row)]
    band = [
        row[i] for i in range(options.near_per_hop, RETRIEVED) for row in rankings if i < len(row)
    ]
    left = room * (1 - options.near_share) + take(near, room * options.near_share)
    left = left - room * options.band_share + take(band, room * options.band_share)
    left = _fill_ring(pool, rank(options.seed, drawn), left, take)
    if bucket - left < options.filled * bucket:
        return None
    order = _lay_out(gold, chosen, draw(options.seed, f"order|{drawn}"))
    sections = tuple(pool.items[at].section.id for at in order)
    tokens = sum(pool.items[at].tokens for at in order)
    return Context(id=content_id("context", bucket, sections), question_id=asked.id, bucket=bucket,
                   tokens=tokens, sections=sections, evidence=tuple(evidence))  # fmt: skip


def _mixed(rankings: list[list[int]], drawn: str, options: ContextOptions) -> list[list[int]]:
    """Return rankings shuffled within their best, twice as many as are taken of a hop, and within the others."""
    stream = draw(options.seed, f"layout|{drawn}")
    best = 2 * options.near_per_hop
    mixed = []
    for row in rankings:
        parts = (row[:best], row[best:])
        mixed.append([part[i] for part in parts for i in stream.permutation(len(part)).tolist()])
    return mixed


def _fill_ring(pool: Pool, key: int, left: float, take: Callable) -> float:
    """Take sections of the ring from a key on until the room is nearly used or the ring is through."""
    smallest = min(item.tokens for item in pool.items)
    batch: list[int] = []
    for at in pool.ring(key):
        batch.append(at)
        if len(batch) == 32:
            left = take(batch, left)
            batch = []
            if left < smallest:
                return left
    return take(batch, left)


def _lay_out(gold: list[int], chosen: list[int], stream: np.random.Generator) -> list[int]:
    """Shuffle the distractors and put each gold section into its own stratum of the order."""
    order = [chosen[i] for i in stream.permutation(len(chosen)).tolist()]
    strata = np.sort((np.arange(len(gold)) + stream.random(len(gold))) / len(gold))
    shuffled = [gold[i] for i in stream.permutation(len(gold)).tolist()]
    for offset, (place, section) in enumerate(zip(strata.tolist(), shuffled, strict=True)):
        order.insert(round(place * len(chosen)) + offset, section)
    return order
