"""Samples of all worlds in batches, for stages that look at questions once more; rows are read as a stream."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import polars as pl

from flows.stored import rows_of
from warehouse.identity import rank
from warehouse.programs import Answer
from warehouse.snapshot_rows import SampleRow
from warehouse.store import Store
from warehouse.table_views import NumericView

Worlds = Collection[str]
"""Fingerprints of worlds."""


@dataclass(frozen=True)
class Samples:
    """A batch of samples of one world."""

    rows: tuple[SampleRow, ...]
    views: tuple[str, ...]
    """Shards of the world's views of tables, by path under the home."""

    def views_of(self, home: Path) -> dict[str, NumericView]:
        """Return the views of the batch's numerical samples, by sample."""
        ids = [row.id for row in self.rows if row.task_type == "corpus_numeric"]
        found = rows_of(home, self.views, NumericView, "id", ids) if ids else ()
        return {view.id: view for view in found}


def sample_ids(store: Store, worlds: Worlds, task_type: str = "") -> list[str]:
    """Return the ids of the samples of the worlds, of one task type or of all."""
    out: list[str] = []
    for world in sorted(worlds):
        rows = store.scan("samples", {"generate": world}, record=SampleRow)
        if task_type:
            rows = rows.filter(pl.col("task_type") == task_type)
        out += rows.select("id").collect()["id"].to_list()
    return list(dict.fromkeys(out))


def sample_batches(
    store: Store, worlds: Worlds, wanted: Collection[str], size: int
) -> Iterator[Samples]:
    """Yield the wanted samples, at most `size` at a time."""
    left = set(wanted)
    for world in sorted(worlds):
        using = {"generate": world}
        views = tuple(shard.file for shard in store.shards("views", using))
        rows = store.rows("samples", SampleRow, using, keep={"id": tuple(left)})
        once = _once(rows, left)
        while part := tuple(islice(once, size)):
            yield Samples(part, views)


def _once(rows: Iterator[SampleRow], left: set[str]) -> Iterator[SampleRow]:
    for row in rows:
        if row.id in left:
            left.discard(row.id)
            yield row


def answer_of(row: SampleRow) -> Answer:
    """Return a sample's answer as it was before it became a row."""
    return Answer(
        kind=row.answer_kind, text=row.answer, items=row.answer_items, unit=row.reward_spec.unit,
        tolerance=row.reward_spec.tolerance, aliases=row.answer_aliases,
    )  # fmt: skip


def drawn_share(ids: Sequence[str], share: float, seed: int) -> list[str]:
    """Return a share of some ids, by hash."""
    return [identity for identity in ids if rank(seed, identity) < share * 2**64]
