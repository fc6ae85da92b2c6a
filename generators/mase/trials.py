"""Attempts of a solver at a question, and whether each gives the proposer's answer (method 2.3, 2.5).

Rules decide where they can. Where they cannot, the verifier is asked twice, each answer once in first place; only two
votes that agree decide, and a copy of the form that the prompt shows is none. What nobody could read or decide is
`unknown` and never a zero.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import ConfigDict

from generators.mase.clusters import Cluster
from generators.mase.options import MaseOptions
from generators.mase.prompting import comparing, solving
from generators.mase.proposals import Question
from generators.mase.rows import AttemptRow, Equal, SolverRole, Tally, VoteRow
from serving.calls import Reply
from serving.client import Ask, ModelClient
from serving.outcomes import Expected
from serving.roles import RoleName
from warehouse.programs import Answer
from warehouse.records import Record
from warehouse.verdicts import Verdict

ORDERS: tuple[Literal["proposer first", "solver first"], ...] = ("proposer first", "solver first")


class Compared(Protocol):
    """What a rule says of an answer."""

    @property
    def equal(self) -> Equal:
        """Whether it is the same answer."""
        ...

    @property
    def rule(self) -> str:
        """The rule that decided, short and fixed."""
        ...


@dataclass(frozen=True)
class Rules:
    """What judges without a model; given by who composes the stages."""

    compare: Callable[[Answer, str, str], Compared]
    """(stored answer, whole reply, question) → whether the reply gives that answer."""
    final: Callable[[str], str]
    """Reply → its final answer, empty where it gives none."""
    checks: Callable[[str, Answer], Sequence[Verdict]]
    """(question, answer) → verdicts on its form, ending with the first that fails."""


@dataclass(frozen=True)
class Setting:
    """What the rounds of every cluster are run with."""

    client: ModelClient
    options: MaseOptions
    rules: Rules


class Vote(Record):
    """A verifier's reply."""

    model_config = ConfigDict(json_schema_extra={"required": ["reason", "verdict"]})

    reason: str = ""
    verdict: Literal["same", "different", "unsure"]


FORM = "one short sentence"
"""What stands for the reason in the form that the prompt shows."""
VOTES: dict[str, Equal] = {"same": "equal", "different": "different", "unsure": "unknown"}


@dataclass(frozen=True)
class Tried:
    """A question with the attempts of one solver."""

    attempts: tuple[AttemptRow, ...]
    votes: tuple[VoteRow, ...]
    replies: tuple[Reply, ...]
    """All replies to solver and verifier calls, for stops and token counts."""
    prompts: tuple[tuple[RoleName, str], ...]
    """Role → prompt, of the roles that were asked."""

    @property
    def tally(self) -> Tally:
        """Attempts by what they were."""
        found = [attempt.found for attempt in self.attempts]
        return Tally(
            right=found.count("equal"), wrong=found.count("different"), unknown=found.count("unknown")
        )  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Which question is tried, and by whom."""

    cluster: Cluster
    round: int
    role: SolverRole


async def tried(setting: Setting, place: Place, question: Question) -> Tried:
    """Return the solver's attempts at a question, each compared with the proposer's answer.

    Raises:
        ModelConfigError: the role is not given.
        LedgerError: the ledger cannot be written.
    """
    client, options = setting.client, setting.options
    version = client.models.role(place.role).prompt
    filled = solving(place.cluster, question.text, question.answer.kind, version)
    asks = [
        client.asking(place.role, filled, seed=options.seed, attempt=n)
        for n in range(options.attempts)
    ]
    replies = await client.all(asks)
    attempts = [
        _attempt(place, number, reply, question, setting.rules)
        for number, reply in enumerate(replies)
    ]
    votes, asked = await _votes(setting, place, question, attempts)
    decided = tuple(_with_votes(attempt, votes) for attempt in attempts)
    prompts: list[tuple[RoleName, str]] = [(place.role, filled.name)]
    if asked:
        prompts.append(("verifier", asked[0][0].prompt))
    return Tried(decided, tuple(votes), (*replies, *(reply for _, reply in asked)), tuple(prompts))


def _attempt(
    place: Place, number: int, reply: Reply, question: Question, rules: Rules
) -> AttemptRow:
    shared = {
        "cluster_id": place.cluster.id, "round": place.round, "role": place.role, "attempt": number,
        "key": reply.key, "status": reply.status,
    }  # fmt: skip
    if not reply.answered:
        return AttemptRow(**shared, final="", found="unknown", by="none", rule="")
    compared = rules.compare(question.answer, reply.text, question.text)
    return AttemptRow(
        **shared, final=rules.final(reply.text), found=compared.equal, by="rule", rule=compared.rule
    )


async def _votes(
    setting: Setting, place: Place, question: Question, attempts: Sequence[AttemptRow]
) -> tuple[list[VoteRow], list[tuple[Ask, Reply]]]:
    """Return the verifier's votes on the attempts that the rules left open; none where there is no verifier."""
    client, seed = setting.client, setting.options.seed
    if "verifier" not in client.models.roles:
        return [], []
    open_ones = [a for a in attempts if a.by == "rule" and a.found == "unknown" and a.final]
    version = client.models.role("verifier").prompt
    asks: list[Ask] = []
    for attempt in open_ones:
        stored, given = question.answer.text, attempt.final
        for answers in ((stored, given), (given, stored)):
            filled = comparing(question.text, answers, version)
            asks.append(client.asking("verifier", filled, expected=Expected(Vote), seed=seed))
    replies = await client.all(asks)
    votes = []
    for number, reply in enumerate(replies):
        vote = reply.value(Vote) if reply.answered else None
        votes.append(
            VoteRow(
                cluster_id=place.cluster.id, round=place.round, role=place.role,
                attempt=open_ones[number // 2].attempt, order=ORDERS[number % 2], key=reply.key,
                vote=VOTES[vote.verdict] if vote and vote.reason != FORM else "unknown", status=reply.status,
                reason=vote.reason[:300] if vote else reply.detail[:300],
            )
        )  # fmt: skip
    return votes, list(zip(asks, replies, strict=True))


def _with_votes(attempt: AttemptRow, votes: Sequence[VoteRow]) -> AttemptRow:
    """Return the attempt as the votes on it decide; two that differ decide nothing."""
    own: set[Equal] = {vote.vote for vote in votes if vote.attempt == attempt.attempt}
    if not own:
        return attempt
    return attempt.model_copy(update={"found": agreed(own), "by": "votes"})


def agreed(votes: set[Equal]) -> Equal:
    """Return what the votes of both orders agree on; `unknown` where they do not."""
    return next(iter(votes)) if len(votes) == 1 else "unknown"
