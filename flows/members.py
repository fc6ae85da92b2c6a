"""The worlds of a run: which documents are in each, and what they say to rules and models (§2.1)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from flows.config import SynthesisConfig
from flows.fingerprints import extract_fingerprint
from flows.jobs import IndexRow
from flows.model_read import ModelRead
from warehouse.identity import merkle_root
from warehouse.records import Category, Fact, Outcome
from warehouse.shards import OUTCOMES
from warehouse.splits import assign_splits, repeated_editions
from warehouse.store import Store

Scope = tuple[str, Category]
"""Split and category."""


@dataclass(frozen=True)
class Members:
    """The documents of one world, and what they say."""

    scope: Scope
    ids: tuple[str, ...]
    content: tuple[str, str]
    """Roots over its facts and its documents."""
    repeated: tuple[str, ...] = ()
    """Its documents that have other editions."""


def with_facts(store: Store, config: SynthesisConfig, index: Sequence[IndexRow]) -> list[IndexRow]:
    """Return the documents whose facts are known: of one that killed its worker nobody can say what it answers."""
    using = {"extract": extract_fingerprint(config)}
    errored = store.scan(OUTCOMES, using, keep={"status": ["errored"]}, record=Outcome)
    out = set(errored.select("input_id").collect()["input_id"].to_list())
    return [row for row in index if row.document_id not in out]


def members_of(
    config: SynthesisConfig, store: Store, index: Sequence[IndexRow], read: ModelRead
) -> list[Members]:
    """Return the worlds of documents whose facts are known."""
    splits = assign_splits(((r.document_id, r.category, r.series) for r in index), config.seed)
    if config.publish.measure_only:
        splits = dict.fromkeys(splits, "test")
    repeated = repeated_editions(
        (r.document_id, r.series, r.subject, r.date) for r in index if r.format != "dialogue"
    )
    by_world: dict[Scope, list[str]] = defaultdict(list)
    for row in index:
        by_world[(splits[row.document_id], row.category)].append(row.document_id)
    facts_of: dict[str, list[str]] = defaultdict(list)
    ledger = store.scan("facts", {"extract": extract_fingerprint(config)}, record=Fact)
    for document, fact in ledger.select("document_id", "id").collect().iter_rows():
        facts_of[document].append(fact)
    told = read.told_of(store, config)
    members = []
    for scope, ids in sorted(by_world.items()):
        own = [f for document in ids for f in (*facts_of[document], *told.get(document, ()))]
        again = tuple(sorted(repeated & set(ids)))
        content = (merkle_root(own), merkle_root([*ids, *again]))
        members.append(Members(scope, tuple(ids), content, again))
    return members
