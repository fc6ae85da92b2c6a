"""A batch of samples put to models under one check, wave by wave until each verdict is certain (method 2.5).

Attempts go out in small waves over the whole batch: what is decided is not asked about again, and many samples keep the
server busy. Calls over one context stand side by side, so that its prefix is computed once. What the typed rules cannot
tell is shown to the judge where there is one.
"""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal, Protocol

from serving.calls import Reply
from serving.client import Ask, ModelClient
from serving.roles import RoleName
from verifiers.answers.compare import asked_under, compare
from verifiers.answers.comparison import Finding
from verifiers.answers.final import final_answer
from verifiers.attempts import Bar, Standing, Tally, standing
from verifiers.check_options import CheckName, CheckOptions
from verifiers.difficulty import difficulty_verdict, full_bar
from verifiers.grounding import closed_book_bar, closed_book_verdict, gold_bar, gold_verdict
from verifiers.judging import gold_text, judge_asks, judged
from verifiers.model_verdicts import ModelVerdict, Tried, recorded
from verifiers.posed import Posed, Prompting, closed_book, full, gold_alone, laid_out
from verifiers.robustness import robust_bar, robust_verdict
from warehouse.answer_specs import spec_of_row
from warehouse.snapshot_rows import SampleRow
from warehouse.verdicts import Verdict


class Barring(Protocol):
    """How often a model must be right."""

    def __call__(self, row: SampleRow, options: CheckOptions, *, strong: bool) -> Bar:
        """Return the bar of a row for a weak or a strong model."""
        ...


@dataclass(frozen=True)
class ModelCheck:
    """One check that a model runs."""

    name: CheckName
    reads: Literal["nothing", "context", "layouts"]
    """Texts that it needs."""
    prompting: Prompting
    bar: Barring
    verdict: Callable[[SampleRow, Sequence[Tried], CheckOptions], Verdict]
    escalates: bool
    """Whether what a weak model fails is asked of a strong one."""


MODEL_CHECKS = (
    ModelCheck("grounding", "nothing", closed_book, closed_book_bar, closed_book_verdict, escalates=False),
    ModelCheck("gold", "context", gold_alone, gold_bar, gold_verdict, escalates=True),
    ModelCheck("robustness", "layouts", laid_out, robust_bar, robust_verdict, escalates=True),
    ModelCheck("difficulty", "context", full, full_bar, difficulty_verdict, escalates=True),
)  # fmt: skip


@dataclass(frozen=True)
class Trial:
    """What a batch is tried with."""

    client: ModelClient
    options: CheckOptions
    going_on: Callable[[Reply], Reply]
    """Raises where nothing more can be asked."""


async def check_batch(
    trial: Trial, check: ModelCheck, batch: Sequence[Posed]
) -> list[ModelVerdict]:
    """Return the verdict of one check on each sample of a batch, in their order.

    Raises:
        ModelConfigError: there is no solver.
        Exception: as `trial.going_on` raises it.
    """
    first = await _tried(trial, check, "solver", batch)
    tries = {posed.row.id: [tried] for posed, tried in zip(batch, first, strict=True)}
    if check.escalates and "strong_solver" in trial.client.models.roles:
        again = [p for p in batch if _doubtful(tries[p.row.id][0])]
        for posed, more in zip(
            again, await _tried(trial, check, "strong_solver", again), strict=True
        ):
            tries[posed.row.id].append(more)
    return [_verdict(trial.options, check, posed, tries[posed.row.id]) for posed in batch]


def _doubtful(tried: Tried) -> bool:
    return tried.standing == "unable" and not tried.strong


def _verdict(
    options: CheckOptions, check: ModelCheck, posed: Posed, tries: Sequence[Tried]
) -> ModelVerdict:
    found = recorded(posed.row.id, check.verdict(posed.row, tries, options), tries, options)
    if check.reads != "layouts":
        return found
    made = sum(min(tried.tally.made, len(posed.layouts)) for tried in tries)
    return found.model_copy(update={"fresh": made})


@dataclass
class _Course:
    """One role's attempts at a batch, by sample id."""

    trial: Trial
    check: ModelCheck
    role: RoleName
    bars: dict[str, Bar]
    tallies: dict[str, Tally]
    version: str
    """Of the role's prompt files."""

    def standing(self, posed: Posed) -> Standing:
        return standing(self.tallies[posed.row.id], self.bars[posed.row.id])

    def asks(self, posed: Posed) -> list[Ask]:
        """Return the next attempts at a sample: a wave, or all where none can be spared."""
        options, made = self.trial.options, self.tallies[posed.row.id].made
        wave = options.wave if self.bars[posed.row.id].early else options.k
        return [
            self.trial.client.asking(
                self.role,
                self.check.prompting(posed, number, self.version),
                seed=options.seed,
                attempt=number,
            )
            for number in range(made, min(made + wave, options.k))
        ]


async def _tried(
    trial: Trial, check: ModelCheck, role: RoleName, batch: Sequence[Posed]
) -> list[Tried]:
    """Put a batch to one role until each sample's standing is certain."""
    server = trial.client.models.server(role)
    strong, version = server.strength == "strong", trial.client.models.role(role).prompt
    course = _Course(
        trial, check, role,
        bars={p.row.id: check.bar(p.row, trial.options, strong=strong) for p in batch},
        tallies={
            p.row.id: Tally(
                role=role, model=server.model, prompt=check.prompting(p, 0, version).name, planned=trial.options.k
            )
            for p in batch
        },
        version=version,
    )  # fmt: skip
    # Samples over one context stand side by side.
    going = sorted(batch, key=lambda p: (p.row.context_id, p.row.id))
    while going:
        await _wave(course, going)
        going = [posed for posed in going if course.standing(posed) == "open"]
    return [Tried(course.tallies[p.row.id], course.standing(p), strong) for p in batch]


async def _wave(course: _Course, going: Sequence[Posed]) -> None:
    """Make the next attempts at each sample and count them."""
    asked = [(posed, ask) for posed in going for ask in course.asks(posed)]
    replies = await _replies(course.trial, [ask for _, ask in asked])
    unsure: list[tuple[Posed, Reply]] = []
    # In the order of the attempts and not of arrival, so that a replay counts the same.
    for posed, ask in asked:
        reply = replies[id(ask)]
        found = _compared(posed.row, reply) if reply.answered else "unknown"
        if found == "unknown" and reply.answered and "judge" in course.trial.client.models.roles:
            unsure.append((posed, reply))
        else:
            course.tallies[posed.row.id] = _counted(course.tallies[posed.row.id], reply, found)
    await _judge(course, unsure)


async def _replies(trial: Trial, asks: Sequence[Ask]) -> dict[int, Reply]:
    """Return the replies by the identity of their asks."""
    found: dict[int, Reply] = {}
    async with aclosing(trial.client.each(asks)) as replies:
        async for ask, reply in replies:
            found[id(ask)] = trial.going_on(reply)
    return found


def _compared(row: SampleRow, reply: Reply) -> Finding:
    asked = asked_under(row.question, row.format_instructions)
    return compare(spec_of_row(row), reply.text, asked).equal


def _counted(tally: Tally, reply: Reply, found: Finding) -> Tally:
    if found == "equal":
        return tally.with_attempt("right")
    if found == "different":
        return tally.with_attempt("wrong")
    if reply.status == "unanswered":
        return tally.with_attempt("unanswered", detail=reply.detail.partition(":")[0])
    cannot = "neither rules nor a judge can tell"
    return tally.with_attempt("unread", detail=cannot if reply.answered else reply.status)


async def _judge(course: _Course, unsure: Sequence[tuple[Posed, Reply]]) -> None:
    """Show the judge what the rules could not tell, each in both orders."""
    trial, tallies = course.trial, course.tallies
    pairs = [
        judge_asks(
            trial.client, posed.row.question, gold_text(spec_of_row(posed.row)),
            final_answer(reply.text).text or reply.text, seed=trial.options.seed,
        )
        for posed, reply in unsure
    ]  # fmt: skip
    said = await _replies(trial, [ask for pair in pairs for ask in pair])
    for (posed, reply), pair in zip(unsure, pairs, strict=True):
        found = judged([said[id(ask)] for ask in pair])
        tally = tallies[posed.row.id]
        tallies[posed.row.id] = (
            _counted(tally, reply, found)
            if found == "unknown"
            else tally.with_attempt("right" if found == "equal" else "wrong", judged=True)
        )
