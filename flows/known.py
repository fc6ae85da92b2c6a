"""What a home knows of a corpus without a run: the documents that were read, and which of them go no further."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from flows.config import SynthesisConfig
from flows.corpus import FileEntry
from flows.document_judge import STAGE as JUDGE
from flows.document_judge import judged_good
from flows.duplicates import find_known_copies
from flows.fingerprints import extract_fingerprint, ingest_fingerprint
from flows.jobs import IndexRow
from flows.members import Members, members_of, with_facts
from flows.model_cells import STAGE as CELLS
from flows.model_facts import STAGE as FACTS
from flows.model_read import ModelRead
from flows.model_stages import active_stages
from warehouse.retractions import read_retractions
from warehouse.store import Store

KEPT, COPY, RETRACTED = "kept", "copy", "retracted"
Fates = dict[str, Counter[str]]
"""File id → its documents by what becomes of them: `KEPT`, `COPY` or `RETRACTED`."""


def current_index(
    store: Store, config: SynthesisConfig, entries: Sequence[FileEntry]
) -> list[IndexRow]:
    """Return the documents that the corpus holds now, each once, in order of source."""
    return _once(_read(store, config, entries))


def fates(store: Store, config: SynthesisConfig, entries: Sequence[FileEntry]) -> Fates:
    """Return what becomes of the documents that the home knows of.

    Copies are decided as a run would, over what has been read so far. A file that was not read is in the answer only
    where its source is retracted.
    """
    rows = _read(store, config, entries)
    index = _once(rows)
    first = {id(row) for row in index}
    copies = {
        copy.document_id
        for copy in find_known_copies(store, config, index).values()
        if copy.kind == "near-duplicate"
    }
    retractions = read_retractions(store.home)
    found: Fates = defaultdict(Counter)
    for row in rows:
        copied = row.document_id in copies or id(row) not in first
        withdrawn = retractions.of(row.source, row.document_id)
        found[row.file_id][RETRACTED if withdrawn else COPY if copied else KEPT] += 1
    for entry in entries:
        if entry.id not in found and retractions.of(entry.source, ""):
            found[entry.id][RETRACTED] += 1
    return found


def known_members(
    store: Store, config: SynthesisConfig, entries: Sequence[FileEntry]
) -> list[Members] | None:
    """Return the worlds that a run would make of the corpus, None where something has to be read first."""
    ingested = store.done("ingest", ingest_fingerprint(config))
    if not {entry.id for entry in entries} <= ingested:
        return None
    index = current_index(store, config, entries)
    copies = {
        copy.document_id
        for copy in find_known_copies(store, config, index).values()
        if copy.kind == "near-duplicate"
    }
    retractions = read_retractions(store.home)
    held = [row for row in index if row.document_id not in copies]
    worthy = [row for row in held if not retractions.of(row.source, row.document_id)]
    stages = active_stages(config)
    read = ModelRead(stages.get(FACTS, ""), stages.get(CELLS, ""))
    judged = [(JUDGE, stages[JUDGE])] if JUDGE in stages else []
    every = [row.document_id for row in worthy]
    if any(store.pending(*stage, input_ids=every) for stage in judged):
        return None
    index = judged_good(store, config, worthy)
    ids = [row.document_id for row in index]
    asked = [("extract", extract_fingerprint(config)), *read.stages]
    if any(store.pending(*stage, input_ids=ids) for stage in asked):
        return None
    return members_of(config, store, with_facts(store, config, index), read)


def gone(found: Fates, entry: FileEntry) -> bool:
    """Whether the home knows that nothing of a file goes on."""
    return entry.id in found and not found[entry.id][KEPT]


def _read(store: Store, config: SynthesisConfig, entries: Iterable[FileEntry]) -> list[IndexRow]:
    files = {entry.id for entry in entries}
    using = {"ingest": ingest_fingerprint(config)}
    rows = store.rows("index", IndexRow, using, keep={"file_id": files})
    return sorted(rows, key=lambda row: (row.category, row.source))


def _once(rows: Iterable[IndexRow]) -> list[IndexRow]:
    first: dict[str, IndexRow] = {}
    for row in rows:
        first.setdefault(row.document_id, row)
    return list(first.values())
