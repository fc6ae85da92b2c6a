"""The completion ledger: every reply is stored under its call's key before anyone may use it.

One SQLite file in WAL mode, one writer (a lock file says who), any number of readers. Replies that arrive together are
committed together by a thread of its own, so that durability costs one flush per group and not per call. A process
killed at any moment loses the calls in flight and nothing else. Long pieces of prompts are stored once, compressed.
"""

import asyncio
import fcntl
import json
import queue
import sqlite3
import threading
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from serving.calls import Call, Completion
from warehouse.identity import canonical, digest

FILE = "completions.sqlite"
LONG = 2_000
"""Characters from which a piece of a prompt is stored once, by its hash."""
GROUP = 512
"""Replies committed at once, at most."""
TABLES = """
CREATE TABLE IF NOT EXISTS completions (
  number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, model TEXT NOT NULL, stage TEXT NOT NULL, role TEXT NOT NULL,
  prompt TEXT NOT NULL, call TEXT NOT NULL, completion TEXT NOT NULL, finished REAL NOT NULL);
CREATE TABLE IF NOT EXISTS texts (hash TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS failures (
  number INTEGER PRIMARY KEY, key TEXT NOT NULL, stage TEXT NOT NULL, role TEXT NOT NULL, reason TEXT NOT NULL,
  finished REAL NOT NULL);
"""
INSERT = (
    "INSERT OR IGNORE INTO completions (key, model, stage, role, prompt, call, completion, finished) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
FAILURE = "INSERT INTO failures (key, stage, role, reason, finished) VALUES (?, ?, ?, ?, ?)"


class LedgerError(RuntimeError):
    """The ledger cannot be opened or written; the message names the file and the mend."""


@dataclass(frozen=True)
class Entry:
    """A stored call with its reply."""

    number: int
    """Position in the order of writing, from 1."""
    stage: str
    """Stage of the run that asked first, empty outside of one."""
    role: str
    """Role that asked first."""
    prompt: str
    """Name, version and hash of the prompt file that the call was made from, empty if from none."""
    call: Call
    completion: Completion
    finished: float
    """Seconds since 1970."""


class Ledger:
    """The open ledger of a home; use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        """Open `folder`/completions.sqlite for writing; the folder is made.

        Raises:
            LedgerError: another process writes it, or the file is not a ledger.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / FILE
        self._lock = (folder / "completions.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise LedgerError(
                f"{self.path}: another run is writing it; wait for it, or give this one its own --home"
            ) from error
        try:
            self._reader = connect(self.path)
            self._reader.executescript(TABLES)
        except sqlite3.DatabaseError as error:
            self._lock.close()
            raise LedgerError(f"{self.path}: not a ledger ({error}); move it away") from error
        self._writer = _Writer(self.path)

    def __enter__(self) -> Self:
        """Return the open ledger."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Write what waits, and close."""
        self._writer.close()
        self._reader.close()
        self._lock.close()

    def get(self, key: str) -> Completion | None:
        """Return the reply stored under a key."""
        row = self._reader.execute(
            "SELECT completion FROM completions WHERE key = ?", (key,)
        ).fetchone()
        return Completion.model_validate_json(row[0]) if row else None

    async def put(
        self, call: Call, completion: Completion, *, role: str, prompt: str, stage: str = ""
    ) -> None:
        """Store a reply; returns once it is durable. A key that has one keeps it.

        Raises:
            LedgerError: the file cannot be written.
        """
        parts = {digest(text): text for text in _long(call)}
        row = (
            call.key, completion.model, stage, role, prompt, _packed(call), completion.model_dump_json(), time.time(),
        )  # fmt: skip
        await self._writer.write(INSERT, row, parts)

    async def fail(self, key: str, *, role: str, reason: str, stage: str = "") -> None:
        """Record that a call was not answered; it is asked again by the next run."""
        await self._writer.write(FAILURE, (key, stage, role, reason, time.time()), {})

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """Yield stored calls in the order of writing, from the one after `after`."""
        yield from read_entries(self._reader, after)


def connect(path: Path) -> sqlite3.Connection:
    """Return a connection to a ledger file in WAL mode, every commit flushed to the disk."""
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def read_entries(connection: sqlite3.Connection, after: int = 0) -> Iterator[Entry]:
    """Yield stored calls in the order of writing; for readers beside the writer."""
    query = "SELECT number, stage, role, prompt, call, completion, finished FROM completions WHERE number > ?"
    for number, stage, role, prompt, call, completion, finished in connection.execute(
        f"{query} ORDER BY number", (after,)
    ):
        reply = Completion.model_validate_json(completion)
        yield Entry(number, stage, role, prompt, _unpacked(call, connection), reply, finished)


def _long(call: Call) -> Iterable[str]:
    return (part for message in call.messages for part in message.parts if len(part) >= LONG)


def _packed(call: Call) -> str:
    """Return the call as JSON, each long piece of a prompt replaced by its hash."""
    data = call.model_dump()
    data["messages"] = [
        [m.role, [[digest(p)] if len(p) >= LONG else p for p in m.parts]] for m in call.messages
    ]
    return canonical(data)


def _unpacked(text: str, connection: sqlite3.Connection) -> Call:
    data = json.loads(text)

    def whole(part: str | list[str]) -> str:
        if isinstance(part, str):
            return part
        (body,) = connection.execute("SELECT body FROM texts WHERE hash = ?", part).fetchone()
        return zlib.decompress(body).decode("utf-8", "surrogatepass")

    data["messages"] = [
        {"role": role, "parts": tuple(map(whole, parts))} for role, parts in data["messages"]
    ]
    return Call.model_validate(data)


@dataclass(frozen=True)
class _Job:
    statement: str
    row: tuple
    parts: dict[str, str]
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[None]


class _Writer:
    """The thread that writes: takes what waits, commits it, then lets the callers go on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
        self._thread.start()

    async def write(self, statement: str, row: tuple, parts: dict[str, str]) -> None:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._jobs.put(_Job(statement, row, parts, loop, done))
        # A caller that is cancelled leaves the reply to be written all the same.
        await asyncio.shield(done)

    def close(self) -> None:
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        connection = connect(self._path)
        known: set[str] = set()
        while (group := self._next()) is not None:
            error = self._commit(connection, group, known)
            by_loop: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
            for job in group:
                by_loop.setdefault(job.loop, []).append(job)
            for loop, jobs in by_loop.items():
                # A loop that has ended has no caller that waits.
                if not loop.is_closed():
                    loop.call_soon_threadsafe(_release, jobs, error)
        connection.close()

    def _next(self) -> list[_Job] | None:
        first = self._jobs.get()
        if first is None:
            return None
        group = [first]
        while len(group) < GROUP and not self._jobs.empty():
            job = self._jobs.get()
            if job is None:
                self._jobs.put(None)
                break
            group.append(job)
        return group

    def _commit(
        self, connection: sqlite3.Connection, group: list[_Job], known: set[str]
    ) -> LedgerError | None:
        fresh = {h: text for job in group for h, text in job.parts.items() if h not in known}
        try:
            connection.execute("BEGIN IMMEDIATE")
            for name, text in fresh.items():
                body = zlib.compress(text.encode("utf-8", "surrogatepass"), 1)
                connection.execute("INSERT OR IGNORE INTO texts VALUES (?, ?)", (name, body))
            for job in group:
                connection.execute(job.statement, job.row)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            return LedgerError(f"{self._path}: cannot be written ({error})")
        if len(known) > 100_000:
            known.clear()
        known.update(fresh)
        return None


def _release(jobs: list[_Job], error: LedgerError | None) -> None:
    for job in jobs:
        if job.done.done():
            continue
        if error is None:
            job.done.set_result(None)
        else:
            job.done.set_exception(error)
