"""Which documents of the corpus go on: the decision on copies, made over the signatures that reading left.

The decision is global, so it stands between reading and extraction, under a fingerprint of all documents it was made
over: another corpus is another decision, and no stage is done again for a document that stays. A new document costs
its own reading and a pass over the signatures; no text is read.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from flows.config import SynthesisConfig
from flows.fingerprints import duplicates_fingerprint, ingest_fingerprint
from flows.jobs import IndexRow
from warehouse.duplicates import Copy, Signed, find_copies
from warehouse.ledger import balance
from warehouse.minhash import WIDTH, Matrix, matrix_of
from warehouse.records import Outcome
from warehouse.shards import OUTCOMES
from warehouse.store import Store

STAGE = "deduplicate"
BATCH = 50_000
"""Documents of one commit."""


def without_copies(
    store: Store, config: SynthesisConfig, index: Sequence[IndexRow]
) -> tuple[list[IndexRow], str]:
    """Return the documents that are no copies, in the order given, and the fingerprint of the decision.

    Every document has an outcome: rejected as a near-duplicate with what it is a copy of, or ok with the edition it
    is alike to, if there is one.
    """
    ids = [row.document_id for row in index]
    fingerprint = duplicates_fingerprint(
        config, (f"{row.document_id}|{row.series}|{row.date}|{row.source}" for row in index)
    )
    pending = store.pending(STAGE, fingerprint, input_ids=ids)
    if pending:
        found = find_known_copies(store, config, index)
        sources = {row.document_id: row.source for row in index}
        for start in range(0, len(pending), BATCH):
            _commit(store, fingerprint, (pending[start : start + BATCH], found, sources))
    balance(store, STAGE, fingerprint=fingerprint, input_ids=ids, counted={"editions"})
    ledger = store.scan(OUTCOMES, {STAGE: fingerprint}, record=Outcome).collect()
    copies = set(ledger.filter(ledger["status"] == "rejected")["input_id"].to_list())
    return [row for row in index if row.document_id not in copies], fingerprint


def find_known_copies(
    store: Store, config: SynthesisConfig, index: Sequence[IndexRow]
) -> dict[str, Copy]:
    """Return which of these documents, all read, are copies or editions of another; nothing is written."""
    signed = [Signed(row.document_id, row.series, row.date) for row in index]
    matrix = _signatures(store, config, [row.document_id for row in index])
    return {copy.document_id: copy for copy in find_copies(signed, matrix, config.duplicates)}


def _signatures(store: Store, config: SynthesisConfig, ids: Sequence[str]) -> Matrix:
    """Return the documents' signatures as rows, one shard's in memory beside them at a time."""
    place = {identity: number for number, identity in enumerate(ids)}
    matrix = np.zeros((len(ids), WIDTH), dtype=np.uint16)
    shards = store.shards("signatures", {"ingest": ingest_fingerprint(config)})
    store.check(shards)
    for shard in shards:
        frame = pl.read_parquet(store.home / shard.file, glob=False)
        found = [(place[name], row) for name, row in frame.iter_rows() if name in place]
        if found:
            matrix[[number for number, _ in found]] = matrix_of([row for _, row in found])
    return matrix


def _commit(
    store: Store, fingerprint: str, work: tuple[Sequence[str], dict[str, Copy], dict[str, str]]
) -> None:
    """Commit the outcomes of a batch of ids, given what was found and the source of every document."""
    ids, found, sources = work
    copies = [found[identity] for identity in ids if identity in found]
    editions = [copy for copy in copies if copy.kind == "edition"]
    outcomes = [_outcome(identity, found.get(identity), sources) for identity in ids]
    store.commit(STAGE, fingerprint, tables={"editions": editions}, outcomes=outcomes)


def _outcome(identity: str, copy: Copy | None, sources: dict[str, str]) -> Outcome:
    rejected = copy is not None and copy.kind == "near-duplicate"
    detail = sources[identity]
    if copy is not None:
        relation = "copy" if rejected else "edition"
        detail += f": {relation} of {sources[copy.of]}, similarity {copy.similarity:.2f}"
    return Outcome(
        stage=STAGE, input_id=identity, status="rejected" if rejected else "ok",
        reason="near-duplicate" if rejected else "", detail=detail[:300],
        n_out=int(copy is not None and not rejected),
    )  # fmt: skip
