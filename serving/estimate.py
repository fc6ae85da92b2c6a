"""What stages that ask models will cost: calls, tokens, money and hours, by role.

The most is exact arithmetic over the configuration. What is expected is measured: calls per input of the inputs that
are done, tokens per call of all in the ledger; where it has none, a share of the most calls at half the longest
replies.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from serving.budget import price
from serving.export import Use
from serving.roles import Models, RoleName
from warehouse.records import Record

UNMEASURED = 0.5
"""Share of the longest replies, and mostly of the most calls, that is expected where nothing was measured."""


class Load(Record):
    """What a stage will ask of a role."""

    stage: str
    role: RoleName
    done: int
    """Inputs whose calls are in the ledger."""
    left: int
    """Inputs to come."""
    most_calls: int
    """Calls per input, at most."""
    share: float = UNMEASURED
    """Of the most calls, expected where nothing was measured."""
    settled: int | None = None
    """Calls of the inputs that are done, where that is known: the ledger may have others of a run that was stopped."""
    prompt_tokens: int
    """Mean prompt of a call, from the corpus, in tokens of the Qwen vocabulary; used where nothing was measured."""


class Estimate(Record):
    """What a stage will cost for one role."""

    stage: str
    role: RoleName
    model: str
    inputs: int
    """Inputs to come."""
    most_calls: int
    calls: int
    """Expected."""
    tokens: int
    """Expected, prompts and replies."""
    money: float
    """Expected, in the currency of the prices."""
    hours: float
    """Expected, at the configured concurrency and the measured latency, or at the configured speed; 0 if unknown."""
    basis: Literal["measured", "assumed"]
    """`measured` on inputs of this stage that were answered."""


def estimate(loads: Iterable[Load], models: Models, used: Sequence[Use]) -> list[Estimate]:
    """Return the cost of each load; roles that are not configured have none.

    Args:
        loads: what is to be asked.
        models: servers with prices, roles with lengths.
        used: what the ledger has, by stage and role.
    """
    return [_estimate(load, models, used) for load in loads if load.role in models.roles]


def total(rows: Sequence[Estimate]) -> tuple[int, int, float, float]:
    """Return calls, tokens, money and hours of all rows; stages follow one another."""
    return (
        sum(row.calls for row in rows), sum(row.tokens for row in rows), sum(row.money for row in rows),
        sum(row.hours for row in rows),
    )  # fmt: skip


def _estimate(load: Load, models: Models, used: Sequence[Use]) -> Estimate:
    server, role = models.server(load.role), models.role(load.role)
    own = [u for u in used if (u.stage, u.role, u.model) == (load.stage, load.role, server.model)]
    made = sum(u.calls for u in own)
    # A role that a stage had no need of so far is measured as well: at none.
    measured = bool(load.done and any(u.stage == load.stage for u in used))
    most = load.left * load.most_calls
    settled = made if load.settled is None else min(load.settled, made)
    expected = load.left * settled / load.done if measured else load.share * most
    # What was asked for inputs that are not done is not asked again.
    calls = max(0.0, expected - (made - settled)) if measured else max(0.0, expected - made)
    prompt, cached, latency = float(load.prompt_tokens), 0.0, 0.0
    reply = UNMEASURED * role.sampling.max_tokens
    if made:
        prompt, cached, reply, latency = (
            sum(u.prompt_tokens for u in own) / made, sum(u.cached_tokens for u in own) / made,
            sum(u.completion_tokens for u in own) / made, sum(u.latency * u.calls for u in own) / made,
        )  # fmt: skip
    if latency:
        hours = calls * latency / server.pacing.most / 3600
    else:
        hours = calls * reply / server.tokens_per_second / 3600 if server.tokens_per_second else 0.0
    return Estimate(
        stage=load.stage, role=load.role, model=server.model, inputs=load.left, most_calls=most, calls=round(calls),
        tokens=round(calls * (prompt + reply)), money=round(calls * price(server, prompt, cached, reply), 4),
        hours=round(hours, 3), basis="measured" if measured else "assumed",
    )  # fmt: skip
