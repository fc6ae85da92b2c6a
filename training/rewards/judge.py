"""The judge over a batch of replies that the rules cannot tell (§3 Rewards: a judge that cannot be read is no zero).

One event loop in a thread of its own lives as long as the judge, since connections, pacing and the calls in flight
belong to a loop; the caller may be any thread and waits no longer than the deadline. Each pair is asked about in both
orders, equal pairs once, and every reply is in the ledger. An address that is dead or a batch that is late gets a new
client at the next batch: a server that was started anew is found again.
"""

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from serving.budget import Budget
from serving.calls import Reply
from serving.client import ModelClient
from serving.ledger import Ledger
from serving.roles import Models
from verifiers.answers.comparison import Finding
from verifiers.judging import judge_asks, judged

LATE = "judge: deadline passed"
UNDECIDED = "judge: undecided"
ENDING = 30.0
"""Seconds for giving up what is in flight, after the deadline."""


class Disputed(NamedTuple):
    """An answer that the rules cannot tell from the stored one."""

    question: str
    gold: str
    given: str


class Judgement(NamedTuple):
    """What the judge says of it."""

    finding: Finding
    reason: str
    """Why it says nothing, fixed words; empty where it does."""


class Judge:
    """A judge model; use one per process."""

    def __init__(self, models: Models, ledger: Path, *, seconds: float, seed: int = 0) -> None:
        """Open the ledger; the server is first met by the first question.

        Args:
            models: with the role `judge`.
            ledger: folder of the ledger, of this process alone.
            seconds: longest wait for one batch.
            seed: seed of the calls.

        Raises:
            ModelConfigError: the role or its key is not given.
            LedgerError: another process writes the ledger.
        """
        models.server("judge").key()
        self._models, self._seconds, self._seed = models, seconds, seed
        self._ledger = Ledger(ledger)
        self._budget = Budget(models.caps)
        self._client: ModelClient | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="judge", daemon=True)
        self._thread.start()
        self._lock = threading.Lock()
        self._closed = False

    def judgements(self, disputed: Sequence[Disputed]) -> list[Judgement]:
        """Return what the judge says of each, in their order."""
        if not disputed:
            return []
        with self._lock:
            job = asyncio.run_coroutine_threadsafe(self._batch(disputed), self._loop)
            try:
                return job.result(self._seconds + ENDING)
            except TimeoutError:
                job.cancel()
                return [Judgement("unknown", LATE)] * len(disputed)

    def close(self) -> None:
        """Give up what is in flight, end the loop and close the ledger."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            asyncio.run_coroutine_threadsafe(self._leave(), self._loop).result(ENDING)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
            self._ledger.__exit__()

    async def _batch(self, disputed: Sequence[Disputed]) -> list[Judgement]:
        if self._client is None:
            self._client = ModelClient(self._models, self._ledger, self._budget)
            self._client.stage = "rewards"
        tasks = {pair: asyncio.create_task(self._asked(self._client, pair)) for pair in disputed}
        _, late = await asyncio.wait(tasks.values(), timeout=self._seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        found = {pair: _judgement(task) for pair, task in tasks.items()}
        if late or any(reply.stops for task in tasks.values() for reply in _replies(task)):
            await self._leave()
        return [found[pair] for pair in disputed]

    async def _asked(self, client: ModelClient, pair: Disputed) -> list[Reply]:
        asks = judge_asks(client, *pair, seed=self._seed)
        return list(await asyncio.gather(*map(client.ask, asks)))

    async def _leave(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.__aexit__()


def _replies(task: "asyncio.Task[list[Reply]]") -> list[Reply]:
    """Return the replies of a finished task, none where it was given up or failed."""
    return [] if task.cancelled() or task.exception() else task.result()


def _judgement(task: "asyncio.Task[list[Reply]]") -> Judgement:
    """Return what the replies in both orders say, with the reason where that is nothing."""
    if task.cancelled():
        return Judgement("unknown", LATE)
    error = task.exception()
    if error is not None:
        return Judgement("unknown", f"judge: {type(error).__name__}")
    finding = judged(task.result())
    unread = [reply for reply in task.result() if not reply.answered]
    if not unread:
        return Judgement(finding, UNDECIDED if finding == "unknown" else "")
    first = unread[0]
    why = first.detail.partition(":")[0] if first.status == "unanswered" else first.status
    return Judgement("unknown", f"judge: {why}")
