"""Samples about rivers, scripted models that answer them, and a run of one check over the loopback server."""

import asyncio
from pathlib import Path

from flows.asking import going_on
from serving.calls import Sampling
from serving.circuit import RetryOptions
from serving.client import ModelClient
from serving.ledger import Ledger
from serving.loopback import LoopbackServer
from serving.roles import Models, ModelServer, RoleOptions
from serving.scripted import Script, ScriptedReply, ScriptedRequest
from tests.warehouse.rivers import context, sample
from verifiers.check_options import CheckOptions
from verifiers.model_verdicts import ModelVerdict
from verifiers.posed import Posed
from verifiers.trying import MODEL_CHECKS, Trial, check_batch
from warehouse.snapshot_rows import ContextRow, SampleRow

QUICK = RetryOptions(timeout=2, deadline=30, first_wait=0.005, longest_wait=0.02, patience=30)
CHECKS = {check.name: check for check in MODEL_CHECKS}
FILLER = "Plain words about other waters. " * 20
RIGHT = "It says so. Therefore, the answer is 1,094 km."
WRONG = "I think not. Therefore, the answer is 77 km."


def river(number: int, **changes) -> tuple[SampleRow, ContextRow]:
    """A question on `river N`, whose length of 1,094 km stands in the second of three sections."""
    parts = [
        f"[Note {number}]\n{FILLER}\n\n",
        f"[River {number}]\nRiver {number}: 1,094 km\n\n",
        f"[Other]\n{FILLER}\n\n",
    ]
    starts = [sum(map(len, parts[:n])) for n in range(4)]
    sections = [
        {"section_id": f"s{number}.{n}", "document_id": f"d{number}.{n}", "start": starts[n], "end": starts[n + 1],
         "evidence": n == 1}
        for n in range(3)
    ]  # fmt: skip
    row = context(number, text="".join(parts), sections=sections)
    quote = f"River {number}: 1,094 km"
    at = row.text.index(quote)
    evidence = [
        {"document_id": f"d{number}.1", "section_id": f"s{number}.1", "source": "a.txt", "title": "River",
         "quote": quote, "start": at, "end": at + len(quote), "position": (at + len(quote) / 2) / len(row.text)}
    ]  # fmt: skip
    question = f"How long is river {number}?"
    content = (
        f"{{context}}\n\n{question}\nGive one number in km.\nEnd with: Therefore, the answer is …"
    )
    own = {
        "question": question,
        "prompt": [{"role": "user", "content": content}],
        "evidence": evidence,
    }
    return sample(number, **(own | changes)), row


def posed(number: int, **changes) -> Posed:
    """The same as it is put to a model."""
    row, own = river(number, **changes)
    return Posed(row, own)


def said(text: str) -> ScriptedReply:
    return ScriptedReply(text=text)


def knows_everything(request: ScriptedRequest) -> ScriptedReply:
    return said(RIGHT)


def reads_only(request: ScriptedRequest) -> ScriptedReply:
    return said(RIGHT if "1,094" in request.asked else WRONG)


def never_right(request: ScriptedRequest) -> ScriptedReply:
    return said(WRONG)


def reads_the_beginning(request: ScriptedRequest) -> ScriptedReply:
    """Sees what stands in the first tenth of a prompt."""
    seen = request.asked[: len(request.asked) // 10]
    return said(RIGHT if "1,094" in seen else WRONG)


def by_seed(share: float) -> Script:
    """Right for about a share of the seeds."""
    return lambda request: said(RIGHT if request.seed % 1000 < 1000 * share else WRONG)


def models(
    solver: LoopbackServer, *, strength="weak", caps=None, **others: LoopbackServer
) -> Models:
    """The solver's server, and further roles by name; a `strong_solver` is strong."""
    sampling = Sampling(temperature=0.7, max_tokens=64)
    servers = {"solver": solver, **others}
    return Models.model_validate(
        {
            "servers": {
                role: ModelServer(
                    model=role, address=server.address, retry=QUICK,
                    strength="strong" if role == "strong_solver" else strength,
                )
                for role, server in servers.items()
            },
            "roles": {role: RoleOptions(model=role, sampling=sampling) for role in servers},
            "caps": caps or {},
        }
    )  # fmt: skip


def checked(
    given: Models, home: Path, check: str, batch: list[Posed], **options
) -> tuple[list[ModelVerdict], ModelClient]:
    """The verdicts of a check on a batch, and the client that was asked."""

    async def run() -> tuple[list[ModelVerdict], ModelClient]:
        with Ledger(home) as ledger:
            async with ModelClient(given, ledger) as client:
                trial = Trial(client, CheckOptions(**options), going_on)
                return await check_batch(trial, CHECKS[check], batch), client

    return asyncio.run(run())
