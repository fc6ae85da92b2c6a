"""What a run would give, from a sample of each source: yields, joins, paths left after the checks, time and disk.

The sample goes through the run's own stages in memory and nothing of it is kept. Joins are what multi-hop questions
are made of: things that facts of two or more documents speak of. A corpus without them is told so before the night.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from flows.config import SourceCategory, SynthesisConfig
from flows.corpus import FileEntry
from flows.stages import Extracted, Ingested, extract, ingest
from flows.synthesis import synthesise
from flows.worlds import Scope
from generators.contexts import PoolSection
from warehouse.entities import EntityTable
from warehouse.identity import rank
from warehouse.records import CATEGORIES, Record
from warehouse.splits import repeated_editions

DOCUMENTS_PER_FILE = 40
"""Documents of one file (rows of a collection) that are taken into the sample."""
DRAWS = 2000
"""Programs of one form that the sample's checks look at."""
STORED = 1.1
"""Bytes on disk per byte of text: documents, sections and facts, compressed, with room for contexts."""


class SourceYield(Record):
    """One source folder, from its sample."""

    source: str
    files: int
    megabytes: float
    sampled: int
    """Documents of the sample."""
    words: int
    """Words of the sample."""
    facts_per_1000: float
    """Facts that can be asked for, per 1,000 words."""
    joins: int
    """Things that facts of two or more of the category's sampled documents speak of, one of them here."""


class CategoryYield(Record):
    """One category, from the samples of its sources."""

    category: SourceCategory
    """`auto` where each document's content decides: all of them together."""
    drawn: int
    """Programs that the sample's facts allow."""
    accepted: int
    """Questions that passed every check, with their contexts."""
    refused: tuple[tuple[str, int], ...]
    """The most frequent reasons of the others."""
    top_answer: float
    """Share of the accepted questions with the most frequent answer."""
    buckets: tuple[int, ...]
    """Context lengths, in tokens, that the whole category can fill by its size."""


class Forecast(Record):
    """What a run would give and cost."""

    sources: tuple[SourceYield, ...]
    categories: tuple[CategoryYield, ...]
    minutes: float
    """Reading and extraction of all files at the sample's rates, by the configured number of workers."""
    megabytes: float
    """On disk."""
    notes: tuple[str, ...]
    """What a user should know before the run."""


def forecast(config: SynthesisConfig, entries: Sequence[FileEntry], files: int) -> Forecast:
    """Return the forecast from at most `files` files of each source folder, chosen by hash."""
    groups: dict[tuple[SourceCategory, str], list[FileEntry]] = defaultdict(list)
    for entry in entries:
        groups[(entry.category, "/".join(entry.source.split("/")[:2]))].append(entry)
    rates = _Rates()
    sources: list[SourceYield] = []
    categories: list[CategoryYield] = []
    for category in (*CATEGORIES, "auto"):
        own = {name: group for (kind, name), group in groups.items() if kind == category}
        if not own:
            continue
        samples = {
            name: rates.sample(_chosen(g, config.seed, files), config) for name, g in own.items()
        }
        size = sum(map(_size, (entry for group in own.values() for entry in group)))
        sources += _by_source(own, samples)
        categories.append(_category(category, samples, size, config))
    total = sum(_size(entry) for entry in entries)
    return Forecast(
        sources=tuple(sources), categories=tuple(categories),
        minutes=round(rates.seconds_per_byte * total / 60 / config.extract.workers, 1),
        megabytes=round(STORED * total / 1e6, 1), notes=tuple(_notes(sources, categories)),
    )  # fmt: skip


def _chosen(entries: Sequence[FileEntry], seed: int, files: int) -> list[FileEntry]:
    return sorted(entries, key=lambda entry: rank(seed, entry.id))[:files]


def _size(entry: FileEntry) -> int:
    path = Path(entry.path)
    return path.stat().st_size if path.is_file() else 0


class _Rates:
    """Reads samples and keeps what they cost."""

    def __init__(self) -> None:
        self._bytes = 0.0
        self._seconds = 0.0

    @property
    def seconds_per_byte(self) -> float:
        """What reading and extraction cost per byte of the files sampled."""
        return self._seconds / max(self._bytes, 1.0)

    def sample(
        self, entries: Sequence[FileEntry], config: SynthesisConfig
    ) -> tuple[Ingested, Extracted]:
        """Return what the files give, at most `DOCUMENTS_PER_FILE` documents of each, and their facts."""
        started = time.perf_counter()
        read = ingest(entries, config)
        reading = time.perf_counter() - started
        kept = Ingested()
        taken: Counter[str] = Counter()
        for document in read.documents:
            file = document.source.partition("#")[0]
            if taken[file] < DOCUMENTS_PER_FILE:
                taken[file] += 1
                kept.documents.append(document)
        ids = {document.id for document in kept.documents}
        kept.sections = [s for s in read.sections if s.section.document_id in ids]
        started = time.perf_counter()
        by_document = defaultdict(list)
        for stored in kept.sections:
            by_document[stored.section.document_id].append(stored.section)
        found = extract([(document, by_document[document.id]) for document in kept.documents])
        share = sum(len(d.text) for d in kept.documents) / max(
            sum(len(d.text) for d in read.documents), 1
        )
        self._bytes += sum(map(_size, entries))
        self._seconds += reading + (time.perf_counter() - started) / max(share, 1e-6)
        return kept, found


def _by_source(
    groups: dict[str, list[FileEntry]], samples: dict[str, tuple[Ingested, Extracted]]
) -> list[SourceYield]:
    table = EntityTable([fact for _, found in samples.values() for fact in found.facts])
    told: dict[str, set[str]] = defaultdict(set)
    for _, found in samples.values():
        for fact in found.facts:
            for entity in table.of(fact):
                told[entity].add(fact.document_id)
    joins = {
        entity
        for entity, documents in told.items()
        if len(documents) > 1 and table.entities[entity].type not in ("value", "text")
    }
    out = []
    for name, group in groups.items():
        read, facts = samples[name][0], samples[name][1].facts
        words = sum(len(document.text.split()) for document in read.documents)
        usable = sum(fact.shape != "class" for fact in facts)
        own = {document.id for document in read.documents}
        out.append(
            SourceYield(
                source=name, files=len(group), megabytes=round(sum(map(_size, group)) / 1e6, 2),
                sampled=len(read.documents), words=words, facts_per_1000=round(1000 * usable / max(words, 1), 1),
                joins=sum(bool(told[entity] & own) for entity in joins),
            )
        )  # fmt: skip
    return out


def _category(
    category: SourceCategory,
    samples: dict[str, tuple[Ingested, Extracted]],
    size: int,
    config: SynthesisConfig,
) -> CategoryYield:
    documents = {d.id: d for read, _ in samples.values() for d in read.documents}
    pool = {
        s.section.id: PoolSection(s.section, documents[s.section.document_id], s.tokens)
        for read, _ in samples.values()
        for s in read.sections
    }
    facts = [fact for _, found in samples.values() for fact in found.facts]
    cells = [cell for _, found in samples.values() for cell in found.cells]
    repeated = repeated_editions(
        (d.id, d.series, d.subject, d.date) for d in documents.values() if d.format != "dialogue"
    )
    short = config.generate.model_copy(update={"draws": DRAWS})
    made = synthesise(
        Scope("train", "general" if category == "auto" else category), (facts, cells), list(pool.values()),
        frozenset(repeated), config.model_copy(update={"generate": short}),
    )  # fmt: skip
    refused = Counter(o.reason for o in made.outcomes if o.status != "ok")
    answers = Counter(sample.answer.casefold() for sample in made.samples)
    tokens = sum(item.tokens for item in pool.values())
    read = sum(len(d.text) for d in documents.values())
    whole = tokens * max(size / max(read, 1), 1.0)
    return CategoryYield(
        category=category, drawn=len(made.outcomes), accepted=len(made.samples),
        refused=tuple(refused.most_common(3)),
        top_answer=round(max(answers.values()) / len(made.samples), 3) if made.samples else 0.0,
        buckets=tuple(b for b in config.context.buckets if config.context.filled * b <= whole),
    )  # fmt: skip


def _notes(sources: Sequence[SourceYield], categories: Sequence[CategoryYield]) -> list[str]:
    notes = [
        f"{s.source}: no document could be read; see `longspan why-not`"
        for s in sources
        if not s.sampled
    ]
    notes += [
        f"{s.source}: this source gives no joins: none of its facts speaks of a thing of another document"
        for s in sources
        if s.sampled and not s.joins
    ]
    notes += [
        f"{c.category}: no question of the sample passed the checks; a larger sample may find some"
        for c in categories
        if not c.accepted
    ]
    return notes
