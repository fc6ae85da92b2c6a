"""Jobs that arrive together are generated together.

Jobs wait in one queue. A batch is taken from its head when the one before it is done: the first job waits a short
window for company, and as many follow as fit. The model runs in one thread beside the event loop, so that the server
answers meanwhile.
"""

import asyncio
import math
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from serving.embedded.generation import Job, Reply, TextModel
from warehouse.records import Record


class Limits(Record):
    """How much is done at once, and how much may wait."""

    max_batch: int = 8
    """Most jobs of a batch."""
    batch_tokens: int = 32768
    """Most tokens of a batch with its padding: the widest job's prompt and reply times the number of jobs."""
    max_queue: int = 256
    """Most jobs that wait; a request that would exceed it is refused."""
    window: float = 0.01
    """Seconds that the first job waits for others."""


class QueueFull(Exception):
    """Too many jobs wait.

    Attributes:
        retry_after: seconds until there is probably room.
    """

    def __init__(self, waiting: int, retry_after: int) -> None:
        """Keep the advice."""
        super().__init__(f"{waiting} replies are waited for already; try again in {retry_after} s")
        self.retry_after = retry_after


class Closed(Exception):
    """The server is being stopped."""


class GenerationFailed(Exception):
    """The model failed on a batch; its own error is the cause."""


@dataclass(frozen=True)
class _Waiting:
    job: Job
    done: asyncio.Future[Reply]


def batch_size(widths: Sequence[int], limits: Limits) -> int:
    """Return how many jobs from the head of the queue make the next batch: at least one, if there is one."""
    widest, size = 0, 0
    for width in widths[: limits.max_batch]:
        widest = max(widest, width)
        if size and widest * (size + 1) > limits.batch_tokens:
            break
        size += 1
    return size


class Batcher:
    """The queue before one model."""

    def __init__(self, model: TextModel, limits: Limits) -> None:
        """Begin with an empty queue; `run` works on it."""
        self._model = model
        self._limits = limits
        self._queue: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
        self._stopping = threading.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="generate")
        self._last_seconds = 1.0

    @property
    def waiting(self) -> int:
        """Jobs in the queue, without those being generated."""
        return len(self._queue)

    async def submit(self, jobs: Sequence[Job]) -> list[Reply]:
        """Return the replies to the jobs, in order. A caller that is cancelled takes its waiting jobs away.

        Raises:
            QueueFull: there is no room for all of them.
            Closed: the server is being stopped.
            GenerationFailed: the model failed.
        """
        if self._stopping.is_set():
            raise Closed("the server is being stopped")
        self._drop_cancelled()
        if len(self._queue) + len(jobs) > self._limits.max_queue:
            batches = math.ceil(len(self._queue) / self._limits.max_batch) + 1
            raise QueueFull(len(self._queue), max(1, math.ceil(batches * self._last_seconds)))
        loop = asyncio.get_running_loop()
        entries = [_Waiting(job, loop.create_future()) for job in jobs]
        self._queue.extend(entries)
        self._arrived.set()
        return await asyncio.gather(*(entry.done for entry in entries))

    async def run(self) -> None:
        """Generate batch after batch, until cancelled."""
        while True:
            await self._arrived.wait()
            if len(self._queue) < self._limits.max_batch:
                await asyncio.sleep(self._limits.window)
            if batch := self._take():
                await self._generate(batch)
            if not self._queue:
                self._arrived.clear()

    def _drop_cancelled(self) -> None:
        self._queue = deque(entry for entry in self._queue if not entry.done.done())

    def _take(self) -> list[_Waiting]:
        self._drop_cancelled()
        size = batch_size([entry.job.width for entry in self._queue], self._limits)
        return [self._queue.popleft() for _ in range(size)]

    async def _generate(self, batch: list[_Waiting]) -> None:
        """Give each job of a batch its reply, or all of them the model's error."""
        began = time.monotonic()
        jobs = [entry.job for entry in batch]
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._thread, self._model.generate, jobs, self._stopping.is_set)
        await asyncio.wait([work])
        self._last_seconds = time.monotonic() - began
        error = work.exception()
        replies = [] if error else work.result()
        for entry, reply in zip(batch, replies or [None] * len(batch), strict=True):
            if entry.done.done():
                continue
            if reply is not None:
                entry.done.set_result(reply)
            elif self._stopping.is_set():
                entry.done.set_exception(Closed("the server is being stopped"))
            else:
                failure = GenerationFailed(f"the model failed: {type(error).__name__}: {error}")
                failure.__cause__ = error
                entry.done.set_exception(failure)

    def close(self) -> None:
        """Give up what waits and what is being generated, and end the thread."""
        self._stopping.set()
        for entry in self._queue:
            if not entry.done.done():
                entry.done.set_exception(Closed("the server is being stopped"))
        self._thread.shutdown(wait=True)
