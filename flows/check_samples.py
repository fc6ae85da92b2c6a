"""Samples with the texts that a check asks over, read from the store batch by batch.

Contexts are read in one pass, samples of one context together. The further layouts of a sample are ids of sections:
their texts are rendered here, for one batch at a time, so that eight contexts a sample are never stored.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import polars as pl

from flows.config import SynthesisConfig
from flows.fingerprints import ingest_fingerprint
from flows.jobs import StoredSection
from flows.workers import LAYOUTS
from flows.worlds import LayoutRow
from generators.contexts import PoolSection, render
from verifiers.posed import Posed
from warehouse.records import Document
from warehouse.shards import to_records
from warehouse.snapshot_rows import ContextRow, SampleRow
from warehouse.store import Store, Using


def posed_batches(
    store: Store, config: SynthesisConfig, made: tuple[Using, Mapping[str, str]], reads: str,
    rows: Sequence[SampleRow],
) -> Iterator[list[Posed]]:  # fmt: skip
    """Yield samples in batches of `checks.batch` with what they are asked over.

    Args:
        store: of the run.
        config: of the run.
        made: stages that made the samples, with their fingerprints; and the id that a sample was made under, where it
            was worded anew since.
        reads: `nothing`, `context` or `layouts`.
        rows: the samples.
    """
    (using, origins), size = made, config.checks.batch
    if reads == "nothing":
        for start in range(0, len(rows), size):
            yield [Posed(row) for row in rows[start : start + size]]
        return
    posed = _with_contexts(store, using, rows)
    while batch := list(islice(posed, size)):
        if reads == "layouts":
            first = {item.row.id: origins.get(item.row.id, item.row.id) for item in batch}
            texts = _layouts(store, config, using, list(first.values()))
            batch = [Posed(p.row, p.context, texts.get(first[p.row.id], ())) for p in batch]
        yield batch


def _with_contexts(store: Store, using: Using, rows: Iterable[SampleRow]) -> Iterator[Posed]:
    asking: dict[str, list[SampleRow]] = defaultdict(list)
    for row in rows:
        asking[row.context_id].append(row)
    wanted = {"id": list(asking)}
    for context in store.rows("contexts", ContextRow, using, keep=wanted):
        for row in asking.pop(context.id, ()):
            yield Posed(row, context)


def _layouts(
    store: Store, config: SynthesisConfig, using: Using, samples: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Return the texts of the samples' further layouts, in order."""
    rows = list(store.rows(LAYOUTS, LayoutRow, using, keep={"sample_id": samples}))
    text = _rendered(store, config, {section for row in rows for section in row.sections})
    found: dict[str, list[str]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.sample_id, row.number)):
        found[row.sample_id].append("".join(text[section] for section in row.sections))
    return {sample: tuple(texts) for sample, texts in found.items()}


def _rendered(store: Store, config: SynthesisConfig, wanted: set[str]) -> dict[str, str]:
    """Return sections as they stand in a context, by id."""
    using = {"ingest": ingest_fingerprint(config)}
    named = pl.col("section").struct.field("id").is_in(list(wanted))
    frame = store.scan("sections", using, record=StoredSection).filter(named).collect()
    of: dict[str, list[StoredSection]] = defaultdict(list)
    for stored in to_records(frame, StoredSection):
        of[stored.section.document_id].append(stored)
    return {
        stored.section.id: render(PoolSection(stored.section, document, stored.tokens))
        for document in store.rows("documents", Document, using, keep={"id": list(of)})
        for stored in of[document.id]
    }
