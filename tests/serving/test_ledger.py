import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from serving.calls import Call, Completion, Message
from serving.ledger import Ledger, LedgerError, connect, read_entries

LONG = "The harbour had a good year. " * 200


def call(number: int) -> Call:
    return Call(model="m", messages=(Message(role="user", parts=(LONG, f"Question {number}?")),))


def completion(number: int) -> Completion:
    return Completion(key=call(number).key, model="m", text=f"answer {number}", finish_reason="stop")  # fmt: skip


def fill(ledger: Ledger, numbers: range) -> None:
    async def run() -> None:
        await asyncio.gather(
            *(ledger.put(call(n), completion(n), role="solver", prompt="solve.1 abc") for n in numbers)
        )  # fmt: skip

    asyncio.run(run())


def test_what_was_put_is_there_after_reopening_and_long_pieces_are_stored_once(tmp_path):
    with Ledger(tmp_path) as ledger:
        fill(ledger, range(100))
    with Ledger(tmp_path) as ledger:
        assert ledger.get(call(7).key) == completion(7)
        assert ledger.get("nothing") is None
        entries = list(ledger.entries())
        assert sorted(e.completion.text for e in entries) == sorted(f"answer {n}" for n in range(100))  # fmt: skip
        assert {e.call.key for e in entries} == {call(n).key for n in range(100)}
        assert len(list(ledger.entries(after=90))) == 10
    with sqlite3.connect(tmp_path / "completions.sqlite") as raw:
        assert raw.execute("SELECT count(*) FROM texts").fetchone() == (1,)


def test_a_key_keeps_its_first_reply(tmp_path):
    other = completion(1).model_copy(update={"text": "another"})
    with Ledger(tmp_path) as ledger:
        fill(ledger, range(2))
        asyncio.run(ledger.put(call(1), other, role="solver", prompt=""))
        assert ledger.get(call(1).key) == completion(1)


def test_readers_read_while_it_is_written(tmp_path):
    with Ledger(tmp_path) as ledger:
        fill(ledger, range(5))
        reader = connect(ledger.path)
        assert len(list(read_entries(reader))) == 5
        fill(ledger, range(5, 8))
        assert len(list(read_entries(reader))) == 8
        reader.close()


def test_a_file_that_is_no_ledger_is_named(tmp_path):
    (tmp_path / "completions.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(LedgerError, match=r"completions\.sqlite: not a ledger"):
        Ledger(tmp_path)


def test_a_killed_writer_loses_nothing_that_was_said_to_be_stored(tmp_path):
    script = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from serving.ledger import Ledger\n"
        "from serving.calls import Call, Completion, Message\n"
        "async def run(ledger):\n"
        "    for n in range(100000):\n"
        "        asked = Call(model='m', messages=(Message(role='user', parts=(str(n),)),))\n"
        "        given = Completion(key=asked.key, model='m', text=str(n), finish_reason='stop')\n"
        "        await ledger.put(asked, given, role='solver', prompt='')\n"
        "        print(n, flush=True)\n"
        "with Ledger(Path(sys.argv[1])) as ledger:\n"
        "    asyncio.run(run(ledger))\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": os.getcwd()},
    )  # fmt: skip
    assert child.stdout is not None
    said = int(child.stdout.readline())
    time.sleep(0.2)
    child.send_signal(signal.SIGKILL)
    said = [said, *(int(line) for line in child.stdout if line.strip().isdigit())][-1]
    child.wait()
    with Ledger(tmp_path) as ledger:
        texts = [int(e.completion.text) for e in ledger.entries()]
    # At most the one that was in flight is there beside those that were confirmed.
    assert texts in (list(range(said + 1)), list(range(said + 2)))
