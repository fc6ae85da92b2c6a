"""Free what no run will read again: files that no manifest names, and decisions that a later one has replaced.

A decision on copies or retractions is made over the whole corpus, so each other corpus leaves one behind. It is cheap
to make again; what was read, extracted and generated stays, since snapshots are traced through it.
"""

from pathlib import Path

from flows.config import ConfigError
from flows.inspection import Answer
from warehouse.store import Store
from warehouse.store_upkeep import collect_orphans, drop, orphans, superseded

DECISIONS = ("deduplicate", "retract")
SHOWN = 20


def clean(home: Path, *, dry_run: bool) -> Answer:
    """Remove what no run will read again, or say what that would be.

    Raises:
        ConfigError: the home has had no run.
        StoreError: a run is at work, whose files no manifest names yet.
    """
    store = Store(home)
    if not store.stages():
        raise ConfigError(f"{home}: no run has written here; name the folder with --home")
    with store.writing():
        old = {stage: shards for stage in DECISIONS if (shards := superseded(store, stage))}
        leaving = [shard for shards in old.values() for shard in shards]
        sizes = {name: (home / name).stat().st_size for name in orphans(store, leaving)}
        if not dry_run:
            for stage, shards in old.items():
                drop(store, stage, shards)
            collect_orphans(store)
    decisions = {stage: len({shard.fingerprint for shard in old[stage]}) for stage in old}
    data = {
        "dry_run": dry_run, "files": list(sizes), "bytes": sum(sizes.values()), "decisions": decisions,
    }  # fmt: skip
    lines = [
        f"{'Would remove' if dry_run else 'Removed'} {len(sizes)} files, {sum(sizes.values()) / 1e6:.2f} MB; "
        f"superseded decisions among them: {sum(decisions.values())}.",
        *(f"  {name}" for name in list(sizes)[:SHOWN]),
    ]
    if len(sizes) > SHOWN:
        lines.append(f"  and {len(sizes) - SHOWN} more; --json lists all")
    return Answer(data, "\n".join(lines))
