"""Upkeep of the store: compaction, orphans, damage, and errored inputs that are to be tried again.

All but `damaged` replace manifests or delete files, so they run inside `Store.writing()`. None
changes a row: compaction is a new manifest over the same rows, and what is dropped is dropped by
whole commits, so that rows and ledger always agree.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

import polars as pl

from warehouse.manifest import MANIFEST_FOLDER
from warehouse.shards import (
    OUTCOMES,
    SHARD_FOLDER,
    Shard,
    commit_id,
    write_table,
)
from warehouse.store import Store

SHARD_BYTES = 64 * 2**20
"""Compaction joins shards up to this size: a scan over 4,000 small files costs 100 times one."""

_Commits = dict[tuple[str, ...], list[Shard]]


def compact(store: Store, stage: str, fingerprint: str, *, target: int = SHARD_BYTES) -> int:
    """Join the small shards of a stage, in commit order; return how many fewer there are.

    Consecutive commits are joined until one of their tables reaches `target` bytes; a commit's
    tables stay together, so that damage to one file costs no more than the commits joined with it.
    The old files become orphans.
    """
    shards = store.manifest(stage).shards
    mine = [shard for shard in shards if shard.fingerprint == fingerprint]
    joined: list[Shard] = []
    for run in _runs(_by_commit(mine), target):
        joined += _join(store, run, target)
    if len(joined) < len(mine):
        others = [shard for shard in shards if shard.fingerprint != fingerprint]
        store.replace_shards(stage, (*others, *joined))
    return len(mine) - len(joined)


def _by_commit(shards: Iterable[Shard]) -> _Commits:
    commits: _Commits = {}
    for shard in shards:
        commits.setdefault(shard.commits, []).append(shard)
    return commits


def _runs(commits: _Commits, target: int) -> Iterator[list[Shard]]:
    """Yield the shards of consecutive commits whose largest table stays within `target`."""
    run: list[Shard] = []
    sizes: dict[str, int] = {}
    for shards in commits.values():
        grown = dict(sizes)
        for shard in shards:
            grown[shard.table] = grown.get(shard.table, 0) + shard.bytes
        if run and max(grown.values()) > target:
            yield run
            run, grown = [], {}
            for shard in shards:
                grown[shard.table] = grown.get(shard.table, 0) + shard.bytes
        run += shards
        sizes = grown
    if run:
        yield run


def _join(store: Store, run: Sequence[Shard], target: int) -> list[Shard]:
    """Return one shard per table with the rows of a run of commits; the joined are left alone."""
    tables: dict[str, list[Shard]] = {}
    for shard in run:
        tables.setdefault(shard.table, []).append(shard)
    if len(tables) == len(run) or any(sum(s.bytes for s in t) > target for t in tables.values()):
        return list(run)
    store.check(run)
    commits = tuple(dict.fromkeys(commit for shard in run for commit in shard.commits))
    joined = []
    for table, shards in tables.items():
        parts = [pl.read_parquet(store.home / shard.file, glob=False) for shard in shards]
        frame = pl.concat(parts)
        fingerprint = shards[0].fingerprint
        joined.append(
            write_table(store.home, table, frame, fingerprint=fingerprint, commits=commits)
        )
    return joined


def superseded(store: Store, stage: str) -> list[Shard]:
    """Return a stage's shards of other fingerprints than that of its last commit."""
    shards = store.manifest(stage).shards
    return [shard for shard in shards if shard.fingerprint != shards[-1].fingerprint]


def drop(store: Store, stage: str, shards: Collection[Shard]) -> None:
    """Drop shards from a stage's manifest, whole commits of them; their files become orphans."""
    held = [shard for shard in store.manifest(stage).shards if shard not in shards]
    store.replace_shards(stage, held)


def orphans(store: Store, leaving: Collection[Shard] = ()) -> list[str]:
    """Return the paths of files that no manifest names, other than by the shards that are `leaving`."""
    held = {
        shard.file
        for stage in store.stages()
        for shard in store.manifest(stage).shards
        if shard not in leaving
    }
    return [
        name
        for folder, pattern in ((SHARD_FOLDER, "*/*"), (MANIFEST_FOLDER, ".*.tmp"))
        for path in sorted((store.home / folder).glob(pattern))
        if (name := path.relative_to(store.home).as_posix()) not in held and path.is_file()
    ]


def collect_orphans(store: Store) -> list[str]:
    """Delete files that no manifest names and return their paths.

    Run it while no worker writes shards, and no reader holds a scan begun before a compaction.
    """
    removed = orphans(store)
    for name in removed:
        (store.home / name).unlink()
    return removed


def damaged(store: Store) -> list[str]:
    """Return one line per file that is missing or does not hash to what its manifest says."""
    return [
        f"{stage}: {shard.file} {fault}"
        for stage in store.stages()
        for shard in store.manifest(stage).shards
        if (fault := store.fault(shard))
    ]


def repair(store: Store) -> list[Shard]:
    """Drop every commit that has a damaged file, rows and ledger alike; return the dropped shards.

    The inputs of a dropped commit are pending again: running the stage redoes them alone.
    """
    dropped: list[Shard] = []
    for stage in store.stages():
        shards = store.manifest(stage).shards
        bad = {
            (shard.fingerprint, commit)
            for shard in shards
            if store.fault(shard)
            for commit in shard.commits
        }
        lost = [s for s in shards if any((s.fingerprint, commit) in bad for commit in s.commits)]
        if lost:
            held = [s for s in shards if not any((s.fingerprint, c) in bad for c in s.commits)]
            store.replace_shards(stage, held)
            dropped += lost
    return dropped


def forget_errors(store: Store, stage: str, fingerprint: str) -> int:
    """Remove the outcomes of errored inputs, so that a run tries them again; return how many.

    An errored input has no rows, so its outcome is all there is of it.
    """
    forgotten = 0
    kept: list[Shard] = []
    mine = [s for s in store.manifest(stage).shards if s.fingerprint == fingerprint]
    for shards in _by_commit(mine).values():
        group: list[Shard] = []
        for shard in shards:
            if shard.table == OUTCOMES:
                store.check([shard])
                frame = pl.read_parquet(store.home / shard.file, glob=False)
                left = frame.filter(pl.col("status") != "errored")
                forgotten += frame.height - left.height
                if left.height < frame.height:
                    shard = write_table(store.home, OUTCOMES, left, fingerprint=fingerprint)
            group.append(shard)
        if any(not shard.commits for shard in group):
            # Another name for what is left: the same errors may come again and must count as new.
            commits = (commit_id(stage, fingerprint, group),)
            group = [shard.model_copy(update={"commits": commits}) for shard in group]
        kept += group if any(shard.rows for shard in group) else ()
    if forgotten:
        others = [s for s in store.manifest(stage).shards if s.fingerprint != fingerprint]
        store.replace_shards(stage, (*others, *kept))
    return forgotten
