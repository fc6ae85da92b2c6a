"""The one door to language models: roles, the ledger, budgets, typed replies (§2.3, 2.5).

    async with ModelClient(models, ledger) as client:
        reply = await client.ask(client.asking("solver", prompt.filled(...), seed=7))

A call whose key is in the ledger costs nothing. What comes back is stored before it is returned. A call that two
callers make at once is sent once. Calls that share a long beginning are best asked through `each`, which sends one of
them first, so that the server's prefix cache serves the others.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Self

from serving.budget import Budget, Spent
from serving.calls import OVER_BUDGET, Call, Completion, Message, Reply
from serving.ledger import LONG, Ledger
from serving.line import Line, Missed
from serving.outcomes import Expected, outcome
from serving.prompts import Filled, load_prompt
from serving.roles import Models, RoleName
from serving.structured import schema_of
from warehouse.identity import digest

WINDOW = 256
"""Calls taken from an iterable ahead of their replies."""


@dataclass(frozen=True)
class Ask:
    """A call with who asks and what the reply must be."""

    role: RoleName
    call: Call
    expected: Expected = field(default_factory=Expected)
    prompt: str = ""
    """Name, version and hash of the prompt file; empty where the messages come from none."""


class ModelClient:
    """The client of one stage; use it as an async context manager."""

    def __init__(self, models: Models, ledger: Ledger, budget: Budget | None = None) -> None:
        """Prepare; a server is first met by the first call to it.

        Args:
            models: servers, roles and caps.
            ledger: open for writing.
            budget: what is left of a run that has several clients, one after the other; a new one if None.
        """
        self.models = models
        self.ledger = ledger
        self.budget = budget or Budget(models.caps)
        self.stage = ""
        """Stage of the run that asks; the ledger keeps it beside each reply."""
        self.spent: dict[RoleName, Spent] = defaultdict(Spent)
        """What was asked anew, by role."""
        self.free: dict[RoleName, int] = defaultdict(int)
        """Calls that the ledger answered, by role."""
        self._lines: dict[str, Line] = {}
        self._flying: dict[str, asyncio.Task[Completion | Missed]] = {}
        self._released = asyncio.Condition()

    async def __aenter__(self) -> Self:
        """Return the client."""
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Give up what is in flight, and close the connections."""
        flying = list(self._flying.values())
        for task in flying:
            task.cancel()
        await asyncio.gather(*flying, return_exceptions=True)
        for line in self._lines.values():
            await line.close()

    def asking(
        self, role: RoleName, filled: Filled, *, expected: Expected = Expected(), seed: int = 0, attempt: int = 0,  # noqa: B008
    ) -> Ask:  # fmt: skip
        """Return the ask of a role with a filled prompt, under the role's model and parameters.

        Raises:
            ModelConfigError: the role is not given.
        """
        server, options = self.models.server(role), self.models.role(role)
        call = Call(
            model=server.model, messages=filled.messages, sampling=options.sampling,
            reply_schema=schema_of(expected.kind) if expected.kind else "", seed=seed, attempt=attempt,
        )  # fmt: skip
        return Ask(role, call, expected, filled.name)

    async def ask(self, ask: Ask) -> Reply:
        """Return the reply to one ask: typed, stored, and asked once more where its value could not be read.

        Raises:
            LedgerError: the ledger cannot be written.
            ModelConfigError: the role or the key is not given.
        """
        reply = await self._reply(ask)
        if reply.status != "wrong schema" or not reply.text:
            return reply
        second = await self._reply(_mended(ask, reply))
        if not second.answered:
            # Without an answer to it nobody can say that the reply could not be mended.
            return second if second.stops or second.late else reply
        return second.model_copy(update={"repaired": True, "key": reply.key})

    async def each(self, asks: Iterable[Ask]) -> AsyncGenerator[tuple[Ask, Reply], None]:
        """Yield every ask with its reply as they come; adjacent asks with one long beginning follow its first.

        At most `WINDOW` asks are held.
        """
        places = asyncio.Semaphore(WINDOW)
        ready: asyncio.Queue[tuple[Ask, Reply] | None] = asyncio.Queue()

        async def one(ask: Ask, first: asyncio.Task[None] | None) -> None:
            try:
                if first is not None:
                    await asyncio.wait([first])
                ready.put_nowait((ask, await self.ask(ask)))
            finally:
                places.release()

        async def feed() -> None:
            async with asyncio.TaskGroup() as tasks:
                for shared, group in groupby(asks, key=_beginning):
                    first: asyncio.Task[None] | None = None
                    for ask in group:
                        await places.acquire()
                        task = tasks.create_task(one(ask, first))
                        # The others of its beginning wait for it, other beginnings do not.
                        first = first or (task if shared else None)

        async def run() -> None:
            try:
                await feed()
            finally:
                ready.put_nowait(None)

        feeding = asyncio.create_task(run())
        try:
            while (item := await ready.get()) is not None:
                yield item
        finally:
            feeding.cancel()
            await asyncio.wait([feeding])
        if not feeding.cancelled():
            feeding.result()

    async def all(self, asks: Sequence[Ask]) -> list[Reply]:
        """Return the replies in the order of the asks."""
        found: dict[int, Reply] = {}
        async for ask, reply in self.each(asks):
            found[id(ask)] = reply
        return [found[id(ask)] for ask in asks]

    async def _reply(self, ask: Ask) -> Reply:
        key = ask.call.key
        known = self.ledger.get(key)
        if known is not None:
            self.free[ask.role] += 1
            return outcome(known, ask.expected, stored=True)
        task = self._flying.get(key)
        if task is None:
            task = asyncio.create_task(self._complete(ask))
            self._flying[key] = task
            task.add_done_callback(lambda _: self._flying.pop(key, None))
        # One caller that gives up must not take the reply from the others.
        found = await asyncio.shield(task)
        if isinstance(found, Missed):
            return Reply(key=key, status="unanswered", detail=f"{found.reason}: {found.detail}")
        return outcome(found, ask.expected, stored=False)

    async def _complete(self, ask: Ask) -> Completion | Missed:
        """Ask the server within the budget, and store what it replied."""
        line = self._line(ask.role)
        reserved = await self._reserve(line, ask)
        if reserved is None:
            return Missed(OVER_BUDGET, self.budget.message)
        completion = None
        try:
            found = await line.send(ask.call)
            if isinstance(found, Missed):
                reason = f"{found.reason}: {found.detail}"
                await self.ledger.fail(ask.call.key, role=ask.role, reason=reason, stage=self.stage)
                return found
            completion = found
            await self.ledger.put(
                ask.call, completion, role=ask.role, prompt=ask.prompt, stage=self.stage
            )
            self.spent[ask.role].add(completion)
            return completion
        finally:
            self.budget.release(reserved, completion)
            async with self._released:
                self._released.notify_all()

    async def _reserve(self, line: Line, ask: Ask) -> tuple[int, float] | None:
        """Set aside what a call may cost, waiting for calls in flight to give back what they did not need."""
        while (reserved := self.budget.reserve(line.server, ask.call)) is None:
            if not self.budget.in_flight:
                return None
            async with self._released:
                await self._released.wait()
        return reserved

    def _line(self, role: RoleName) -> Line:
        server = self.models.server(role)
        name = digest(server.model_dump())
        if name not in self._lines:
            self._lines[name] = Line(server)
        return self._lines[name]


def _mended(ask: Ask, reply: Reply) -> Ask:
    """Return the ask that shows the model its reply and what was wrong with it."""
    request = load_prompt("serving", "repair").filled(error=reply.detail)
    said = Message(role="assistant", parts=(reply.text,))
    messages = (*ask.call.messages, said, *request.messages)
    return Ask(ask.role, ask.call.model_copy(update={"messages": messages}), ask.expected, request.name)  # fmt: skip


def _beginning(ask: Ask) -> str:
    """Return the hash of a call's messages up to their last long piece, empty where none is long."""
    pieces = [(m.role, part) for m in ask.call.messages for part in m.parts]
    last = max((n for n, (_, part) in enumerate(pieces) if len(part) >= LONG), default=-1)
    return digest(ask.call.model, pieces[: last + 1]) if last >= 0 else ""
