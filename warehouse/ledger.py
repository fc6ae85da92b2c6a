"""The row ledger: each input of each stage has one outcome, and outcomes account for every row.

`balance` holds a stage to it: no input is missing, none has two outcomes, and the rows that
outcomes claim are the rows on disk. `summary` counts outcomes by reason, for reports.
"""

from collections.abc import Collection, Iterable

import polars as pl

from warehouse.records import Outcome, Record
from warehouse.shards import OUTCOMES
from warehouse.store import Store, Using

SHOWN = 5


class LedgerError(Exception):
    """A stage's ledger does not balance."""

    def __init__(
        self, message: str, *, missing: tuple[str, ...] = (), double: tuple[str, ...] = ()
    ) -> None:
        """Keep all the ids; the message shows the first few."""
        super().__init__(message)
        self.missing = missing
        """Inputs without an outcome, sorted."""
        self.double = double
        """Inputs with more than one outcome, sorted."""


class Balance(Record):
    """A stage's ledger, in balance; counts of current inputs unless a field says otherwise."""

    stage: str
    inputs: int
    ok: int
    rejected: int
    errored: int
    n_out: int
    """Rows that the current inputs gave."""
    departed: int
    """Inputs with an outcome that are no longer inputs; their rows stay on disk."""
    rows: int
    """Rows on disk, those of departed inputs included."""


def balance(
    store: Store,
    stage: str,
    *,
    fingerprint: str,
    input_ids: Iterable[str],
    counted: Collection[str] | None = None,
) -> Balance:
    """Return a stage's balance.

    Args:
        store: open for reading or writing.
        stage: name of the stage.
        fingerprint: of the work to balance.
        input_ids: the current inputs; one id given twice is one input.
        counted: the tables whose rows `n_out` counts; None is all that the stage wrote.

    Raises:
        LedgerError: an input is missing or double, or rows and outcomes disagree; it has the ids.
    """
    using = {stage: fingerprint}
    columns = ("input_id", "status", "n_out")
    outcomes = store.scan(OUTCOMES, using, record=Outcome).select(columns).collect()
    inputs = pl.DataFrame({"input_id": list(set(input_ids))}, schema={"input_id": pl.String})
    missing = inputs.join(outcomes, on="input_id", how="anti")["input_id"].sort().to_list()
    repeated = outcomes.filter(pl.col("input_id").is_duplicated())
    double = repeated["input_id"].unique().sort().to_list()
    written = _rows(store, using, counted)
    claimed = int(outcomes["n_out"].sum())
    faults = [
        *_named(missing, "without an outcome"),
        *_named(double, "with more than one outcome"),
        *([] if claimed == written else [f"outcomes claim {claimed} rows, {written} are on disk"]),
    ]
    if faults:
        raise LedgerError(
            f"stage {stage} does not balance: " + "; ".join(faults),
            missing=tuple(missing),
            double=tuple(double),
        )
    current = outcomes.join(inputs, on="input_id", how="semi")
    by_status = dict(current.group_by("status").len().iter_rows())
    return Balance(
        stage=stage,
        inputs=inputs.height,
        ok=by_status.get("ok", 0),
        rejected=by_status.get("rejected", 0),
        errored=by_status.get("errored", 0),
        n_out=int(current["n_out"].sum()),
        departed=outcomes.height - current.height,
        rows=written,
    )


def _rows(store: Store, using: Using, counted: Collection[str] | None) -> int:
    return sum(
        shard.rows
        for shard in store.written(using)
        if shard.table != OUTCOMES and (counted is None or shard.table in counted)
    )


def _named(ids: list[str], what: str) -> list[str]:
    if not ids:
        return []
    return [f"{len(ids)} inputs {what} ({', '.join(ids[:SHOWN])}{', …' * (len(ids) > SHOWN)})"]


def summary(
    store: Store, using: Using, *, input_ids: Collection[str] | None = None
) -> pl.DataFrame:
    """Count outcomes by stage, status and reason.

    Args:
        store: open for reading or writing.
        using: stage → fingerprint or fingerprints.
        input_ids: count these inputs only; None counts all.

    Returns:
        Columns stage, status, reason, inputs, n_out (rows that these inputs gave) and example (the
        detail of one of them); stages in the order of `using`, then the most frequent first.
    """
    keep = None if input_ids is None else {"input_id": input_ids}
    order = pl.DataFrame({"stage": list(using)}, schema={"stage": pl.String}).with_row_index(
        "place"
    )
    return (
        store.scan(OUTCOMES, using, keep=keep, record=Outcome)
        .group_by("stage", "status", "reason")
        .agg(
            pl.len().cast(pl.Int64).alias("inputs"),
            pl.col("n_out").sum(),
            pl.col("detail").min().alias("example"),
        )
        .join(order.lazy(), on="stage")
        .sort("place", "inputs", "status", "reason", descending=[False, True, False, False])
        .drop("place")
        .collect()
    )
