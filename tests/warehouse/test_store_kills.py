"""A store whose writer was killed goes on to the same rows, whatever the order and the batches."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warehouse.stored import TIDY, USING, commit
from warehouse.records import (
    Fact,
    Outcome,
)
from warehouse.shards import (
    OUTCOMES,
)
from warehouse.store import Store
from warehouse.store_upkeep import (
    collect_orphans,
    compact,
    damaged,
)

KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {folder!r})
from stored import commit
from warehouse.store import Store

renames = 0
def die(event, arguments):
    global renames
    if event == "os.rename":
        renames += 1
        if renames == {point}:
            os.kill(os.getpid(), signal.SIGKILL)

store = Store(Path({home!r}))
sys.addaudithook(die)
with store.writing():
    for name in "abcd":
        commit(store, [name + "1", name + "2"])
"""


@pytest.mark.parametrize("point", [1, 2, 3, 4, 6, 9, 11, 12])
def test_a_killed_run_resumes_to_the_same_rows(store: Store, tmp_path: Path, point: int) -> None:
    """Three renames a commit (facts, ledger, manifest), and the kill comes before the n-th."""
    inputs = [name + digit for name in "abcd" for digit in "12"]
    code = KILLED.format(folder=str(Path(__file__).parent), home=str(store.home), point=point)
    ended = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    survived = (point - 1) // 3
    assert len(store.done("extract", "f1")) == 2 * survived
    with store.writing():
        left = store.pending("extract", "f1", input_ids=reversed(inputs))
        assert len(left) == 8 - 2 * survived
        for start in range(0, len(left), 3):
            commit(store, left[start : start + 3])
        collect_orphans(store)
    whole = Store(tmp_path / "whole")
    with whole.writing():
        commit(whole, inputs)
    assert store.root("facts", Fact, USING) == whole.root("facts", Fact, USING)
    assert store.root(OUTCOMES, Outcome, USING) == whole.root(OUTCOMES, Outcome, USING)
    assert store.count("facts", USING) == 16
    files = {path for path in (store.home / "shards").rglob("*") if path.is_file()}
    assert len(files) == len(store.manifest("extract").shards)


RESUMED = """
import sys
from pathlib import Path
sys.path.insert(0, {folder!r})
from stored import commit
from warehouse.store import Store

store = Store(Path({home!r}))
with store.writing():
    left = store.pending("extract", "f1", input_ids=map(str, range(300)))
    print("ready", flush=True)
    for start in range(0, len(left), 3):
        commit(store, left[start : start + 3])
"""


def test_a_run_killed_again_and_again_ends_whole(store: Store) -> None:
    code = RESUMED.format(folder=str(Path(__file__).parent), home=str(store.home))
    for pause in (0.0, 0.05, 0.11, 0.2):
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
            assert process.stdout
            process.stdout.readline()
            time.sleep(pause)
            process.kill()
    survived = store.done("extract", "f1")
    subprocess.run([sys.executable, "-c", code], check=True)
    ids = [item.id for item in store.rows("facts", Fact, USING)]
    assert len(ids) == len(set(ids)) == 600
    assert survived <= store.done("extract", "f1") == set(map(str, range(300)))
    assert damaged(store) == []


@given(data=st.data())
@TIDY
def test_any_order_and_batching_gives_the_same_root(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    inputs = data.draw(st.permutations([f"d{number}" for number in range(7)]))
    store = Store(tmp_path_factory.mktemp("home"))
    with store.writing():
        while inputs:
            size = data.draw(st.integers(1, len(inputs)))
            commit(store, inputs[:size])
            inputs = inputs[size:]
            if data.draw(st.booleans()):
                compact(store, "extract", "f1", target=data.draw(st.sampled_from([1, 9000, 10**8])))
        collect_orphans(store)
    ids = [item.id for item in store.rows("facts", Fact, USING)]
    assert len(ids) == len(set(ids)) == 14
    assert store.root("facts", Fact, USING) == ROOT


# Stores written before can be compared with later ones only while this stays as it is.
ROOT = "bd1f842dded7a3a629fc26eff696f07314639115abba1dbbaa0865d1dab8477a"
