"""The rounds of one cluster: propose, check, solve, compare, judge the pass rate, go on harder (method 2.3, 6).

A question within the window of pass rates is accepted. One above it is too easy. One below it is hard, and hard is not
broken: a strong solver decides whether it goes on, labelled, or is kept for review. What the solver mostly fails is put
to the strong one as well, and kept for review where that one fails it too. The rounds end at their number, at
the cluster's tokens, or when the proposer repeats itself; every round of a cluster has one outcome, also those that
were not asked for. A deadline that passed is no answer: the round is left unfinished, and is asked again with what
would have followed it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from generators.mase.clusters import Cluster, kind_of
from generators.mase.history import Earlier, repeated
from generators.mase.options import Kind, MaseOptions
from generators.mase.prompting import proposing
from generators.mase.proposals import Proposal, Question, question_of
from generators.mase.rows import (
    ASKED,
    FOR_REVIEW,
    AttemptRow,
    Label,
    RoundRow,
    SolverRole,
    Tally,
    VoteRow,
    round_name,
)
from generators.mase.trials import Place, Setting, tried
from serving.calls import Reply
from serving.outcomes import Expected
from warehouse.identity import content_id
from warehouse.records import Outcome
from warehouse.verdicts import Verdict, failed

REPEATS, TOO_EASY, UNDECIDED = (
    "repeats an earlier question", "too easy", "too few attempts were decided",
)  # fmt: skip
NOT_ASKED = "not asked: "


class Stopped(Exception):
    """A reply said that nothing more can be asked; `reply` says why. What the cluster had so far is asked again."""

    def __init__(self, reply: Reply) -> None:
        """Keep the reply."""
        super().__init__(reply.detail)
        self.reply = reply


class Late(Exception):
    """A call was not answered in time; `reply` says how. The rounds before it stand."""

    def __init__(self, reply: Reply) -> None:
        """Keep the reply."""
        super().__init__(reply.detail)
        self.reply = reply


@dataclass
class Cycle:
    """What the rounds of one cluster gave."""

    cluster: Cluster
    kind: Kind
    rounds: list[RoundRow] = field(default_factory=list)
    attempts: list[AttemptRow] = field(default_factory=list)
    votes: list[VoteRow] = field(default_factory=list)
    history: list[Earlier] = field(default_factory=list)
    tokens: int = 0
    late: Reply | None = None
    """Why the round after the last one is unfinished; None where none is."""

    def spend(self, replies: Sequence[Reply]) -> None:
        """Count the tokens of replies, stored ones too, so that a repeated run counts the same.

        Raises:
            Stopped: one says that nothing more can be asked.
            Late: one did not come in time.
        """
        for reply in replies:
            if reply.stops:
                raise Stopped(reply)
        for reply in replies:
            if reply.late:
                raise Late(reply)
            if reply.completion:
                self.tokens += reply.completion.prompt_tokens + reply.completion.completion_tokens

    def leave(self, late: Late, number: int) -> None:
        """Leave a round unfinished: nothing of it is kept, since it is asked again as a whole."""
        self.late = late.reply
        self.attempts = [row for row in self.attempts if row.round < number]
        self.votes = [row for row in self.votes if row.round < number]


async def run_cluster(setting: Setting, cluster: Cluster) -> Cycle:
    """Return all rounds of a cluster, or those before one that was not answered in time.

    Raises:
        Stopped: the budget is spent or an address cannot be used.
        ModelConfigError: a role that is needed is not given.
        LedgerError: the ledger cannot be written.
    """
    options = setting.options
    cycle = Cycle(cluster, kind_of(cluster.id, options))
    for number in range(1, options.rounds + 1):
        if options.cluster_tokens and cycle.tokens >= options.cluster_tokens:
            break
        try:
            row = await _round(setting, cycle, number)
        except Late as late:
            cycle.leave(late, number)
            break
        cycle.rounds.append(row)
        if row.reason == REPEATS:
            break
    return cycle


def outcomes(cycle: Cycle, options: MaseOptions) -> list[Outcome]:
    """Return one outcome for every round that the cluster may have, those that were not asked for too.

    From a round that was not answered in time on, they are `errored`, so that `--retry` asks for them.
    """
    out = [
        Outcome(stage=ASKED, input_id=row.name, status="ok", reason="", detail=row.id, n_out=1)
        if row.ended == "accepted"
        else Outcome(stage=ASKED, input_id=row.name, status="rejected", reason=row.reason,
                     detail=f"{row.question}: {row.detail}".strip(": ")[:300], n_out=0)
        for row in cycle.rounds
    ]  # fmt: skip
    if cycle.late:
        why, _, detail = cycle.late.detail.partition(": ")
        return out + [
            Outcome(stage=ASKED, input_id=round_name(cycle.cluster.id, number), status="errored", reason=why,
                    detail=detail[:300], n_out=0)
            for number in range(len(cycle.rounds) + 1, options.rounds + 1)
        ]  # fmt: skip
    repeats = bool(cycle.rounds) and cycle.rounds[-1].reason == REPEATS
    why = f"{NOT_ASKED}{'the proposer repeats itself' if repeats else 'tokens of the cluster are spent'}"
    for number in range(len(cycle.rounds) + 1, options.rounds + 1):
        name = round_name(cycle.cluster.id, number)
        out.append(
            Outcome(stage=ASKED, input_id=name, status="rejected", reason=why, detail="", n_out=0)
        )
    return out


async def _round(setting: Setting, cycle: Cycle, number: int) -> RoundRow:
    """Run one round and return its row; attempts and votes are added to the cycle."""
    client = setting.client
    version = client.models.role("proposer").prompt
    filled = proposing(cycle.cluster, cycle.kind, cycle.history, version)
    # The number enters the call, so that a proposer is asked anew where its last reply left no trace in the history.
    ask = client.asking(
        "proposer", filled, expected=Expected(Proposal), seed=setting.options.seed, attempt=number - 1
    )  # fmt: skip
    reply = await client.ask(ask)
    cycle.spend([reply])
    draft = _Draft(number, reply, {"proposer": ask.call.model}, {"proposer": filled.name})
    if not reply.answered:
        return _row(cycle, draft, failed("proposal", reply.status, reply.detail))
    proposal = reply.value(Proposal)
    draft.text, draft.answer = " ".join(proposal.question.split()), proposal.answer
    question = question_of(proposal, cycle.cluster)
    if isinstance(question, Verdict):
        return _row(cycle, draft, question)
    draft.question = question
    verdict = _checked(question, cycle, setting)
    if verdict is None:
        verdict = await _judged(setting, cycle, draft, question)
    return _row(cycle, draft, verdict)


@dataclass
class _Draft:
    """A round under way."""

    number: int
    reply: Reply
    models: dict[str, str]
    prompts: dict[str, str]
    text: str = ""
    answer: str = ""
    question: Question | None = None
    tally: Tally = field(default_factory=Tally)
    strong: Tally = field(default_factory=Tally)
    label: Label = ""


def _checked(question: Question, cycle: Cycle, setting: Setting) -> Verdict | None:
    """Return why a question is not tried, None where it is."""
    earlier = repeated(question.text, question.answer.text, cycle.history, setting.options.overlap)
    if earlier:
        return failed("repetition", REPEATS, earlier[:200])
    found = setting.rules.checks(question.text, question.answer)
    return next((verdict for verdict in found if verdict.status == "failed"), None)


async def _judged(
    setting: Setting, cycle: Cycle, draft: _Draft, question: Question
) -> Verdict | None:
    """Try a question; return why it is not accepted, None where it is."""
    options = setting.options
    draft.tally = await _try(setting, cycle, draft, question, "solver")
    rate, found = _rate(draft.tally, options), _in_words(draft.tally)
    if rate is None:
        return failed("difficulty", UNDECIDED, found)
    if rate > options.high:
        draft.label = "too easy"
        return failed("difficulty", TOO_EASY, found)
    there_is_one = "strong_solver" in setting.client.models.roles
    inside = rate >= options.low
    draft.label = "" if inside else "hard"
    if inside and (rate >= options.sure or not there_is_one):
        return None
    if not there_is_one:
        return failed("difficulty", FOR_REVIEW, found, "no strong solver")
    draft.strong = await _try(setting, cycle, draft, question, "strong_solver")
    strong = _rate(draft.strong, options)
    # Where too few of the strong one's attempts were decided, what the solver did has to do.
    if inside if strong is None else strong >= options.strong_low:
        return None
    draft.label = "hard"
    return failed("difficulty", FOR_REVIEW, found, f"strong: {_in_words(draft.strong)}")


async def _try(
    setting: Setting, cycle: Cycle, draft: _Draft, question: Question, role: SolverRole
) -> Tally:
    found = await tried(setting, Place(cycle.cluster, draft.number, role), question)
    cycle.spend(found.replies)
    cycle.attempts += found.attempts
    cycle.votes += found.votes
    draft.prompts.update(found.prompts)
    draft.models.update(
        {name: setting.client.models.server(name).model for name, _ in found.prompts}
    )
    return found.tally


def _rate(tally: Tally, options: MaseOptions) -> float | None:
    """Return the pass rate, None where too few attempts were decided."""
    decided = tally.right + tally.wrong
    enough = decided >= options.decided * (decided + tally.unknown)
    return tally.pass_rate if enough else None


def _in_words(tally: Tally) -> str:
    return f"{tally.right} right, {tally.wrong} wrong, {tally.unknown} unknown"


def _row(cycle: Cycle, draft: _Draft, verdict: Verdict | None) -> RoundRow:
    """Return the row of a round, and tell the history of its question."""
    question = draft.question
    answer = question.answer.text if question else draft.answer
    if draft.text:
        cycle.history.append(Earlier(cycle.kind, draft.text, answer, _told(draft, verdict)))
    return RoundRow(
        id=content_id("round", cycle.cluster.id, draft.number, draft.reply.key),
        cluster_id=cycle.cluster.id, split=cycle.cluster.split, category=cycle.cluster.category,
        kind=cycle.kind, round=draft.number, ended="rejected" if verdict else "accepted",
        reason=verdict.reason if verdict else "", detail="; ".join(verdict.evidence)[:300] if verdict else "",
        label=draft.label, question=draft.text, answer=question.answer if question else None,
        evidence=question.evidence if question else (), repaired=draft.reply.repaired, tally=draft.tally,
        strong=draft.strong, tokens=cycle.tokens, key=draft.reply.key,
        models=tuple(sorted(draft.models.items())), prompts=tuple(sorted(draft.prompts.items())),
    )  # fmt: skip


def _told(draft: _Draft, verdict: Verdict | None) -> str:
    """Return what the proposer is told of its question."""
    tally = draft.tally
    solved = f"{tally.right} of {tally.right + tally.wrong} attempts solved it"
    if verdict is None:
        return f"accepted; {solved}"
    if draft.label == "too easy":
        return f"too easy; {solved}"
    if draft.label == "hard":
        return f"kept for review: {solved}; it may be unclear or wrong"
    return f"refused: {verdict.reason}"
