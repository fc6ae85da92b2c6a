"""Whether a configured model can do what a run will ask of it: one look at its list, two short calls."""

import time

import httpx2
from openai import APIConnectionError, APIStatusError, AsyncOpenAI

from serving.calls import Call, Message, Sampling
from serving.circuit import RetryOptions
from serving.line import Line, Missed
from serving.outcomes import Expected, outcome
from serving.roles import ModelServer
from serving.structured import schema_of
from warehouse.records import Record

SECONDS = 20.0


class Probe(Record):
    """What was found at one address."""

    name: str
    """Name under `models.servers`."""
    model: str
    address: str
    status: str
    """`ready`, or what is wrong."""
    schema_status: str
    """What a call with a JSON schema gave: `answered`, or its typed outcome."""
    seconds: float
    """Of the first short call."""


class Word(Record):
    """The smallest structured reply."""

    word: str


async def probe(name: str, server: ModelServer) -> Probe:
    """Return what a server answers to a list, a short call and a structured one; nothing is stored.

    Raises:
        ModelConfigError: the key's variable is not set.
    """
    hurried = RetryOptions(timeout=SECONDS, deadline=SECONDS, tries=2, patience=0.0, dead_after=2)
    line = Line(server.model_copy(update={"retry": hurried}))
    try:
        listed = await _listed(server)
        if listed:
            return _probe(name, server, listed, "", 0.0)
        began = time.monotonic()
        found = await line.send(_call(server, ""))
        seconds = time.monotonic() - began
        if isinstance(found, Missed):
            return _probe(name, server, f"{found.reason}: {found.detail}", "", seconds)
        shaped = await line.send(_call(server, schema_of(Word)))
        if isinstance(shaped, Missed):
            return _probe(name, server, "ready", shaped.reason, seconds)
        reply = outcome(shaped, Expected(Word), stored=False)
        return _probe(name, server, "ready", reply.status, seconds)
    finally:
        await line.close()


def _probe(name: str, server: ModelServer, status: str, fits: str, seconds: float) -> Probe:
    return Probe(
        name=name, model=server.model, address=server.address, status=status, schema_status=fits,
        seconds=round(seconds, 2),
    )  # fmt: skip


async def _listed(server: ModelServer) -> str:
    """Return why the model is not to be had, empty if it is; a server that has no list is asked all the same."""
    async with AsyncOpenAI(
        base_url=server.address, api_key=server.key(), max_retries=0, timeout=SECONDS
    ) as client:
        try:
            response = await client.get("/models", cast_to=httpx2.Response)
        except APIConnectionError as error:
            return f"no answer ({type(error.__cause__ or error).__name__}): start the server or correct the address"
        except APIStatusError:
            return ""
        try:
            known = [str(item["id"]) for item in response.json()["data"]]
        except (ValueError, KeyError, TypeError):
            return ""
    if known and server.model not in known:
        return f"the server has no model {server.model}; it has {', '.join(known[:5])}"
    return ""


def _call(server: ModelServer, schema: str) -> Call:
    text = 'Reply with the JSON object {"word": "ready"} and nothing else.'
    return Call(
        model=server.model, messages=(Message(role="user", parts=(text,)),), reply_schema=schema,
        sampling=Sampling(max_tokens=64),
    )  # fmt: skip
