"""Questions over paths of the graph: draw, prove, word, admit, build contexts, check (§3.2, §3.3).

Pure computation over one world; the flow decides where it runs and stores what it gives. Every program that is drawn
has one outcome, so the ledger balances: ok with its sample, or rejected with the check and its reason.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from flows.config import SynthesisConfig
from flows.placing import laid_out_again, placed, rivals
from flows.samples import path_question, sample_rows
from flows.worlds import Scope, Yield
from generators.contexts import Context, Pool, render
from generators.steps import Moves
from generators.walks import Walker
from generators.wording import word_candidate
from verifiers.chain_proofs import judge, worded
from verifiers.context_checks import LaidOut, check_context
from verifiers.proof import Draft, bystanders, co_supporters, evidence_sections, prove
from verifiers.question_checks import check_question, thin
from verifiers.refute import Matcher
from verifiers.world import World
from warehouse.chains import concatenate
from warehouse.identity import rank
from warehouse.programs import FORMS, Candidate, program_id
from warehouse.queries import run_program
from warehouse.verdicts import Verdict, failed


@dataclass(frozen=True)
class Worded:
    """A candidate with the proof's verdicts and the sections its context needs and must not have."""

    candidate: Candidate
    verdicts: tuple[Verdict, ...]
    evidence: tuple[str, ...]
    banned: frozenset[str]


def add_paths(
    scope: Scope, world: World, sections: Callable[[], Pool], config: SynthesisConfig, out: Yield
) -> None:
    """Add the world's path questions to what it gives; `sections` indexes its sections once they are needed."""
    worded = list(_proved(scope, world, config, out))
    admitted = _admit(scope, worded, config, out)
    for item in admitted:
        _place(item, world, sections(), config, out)


def _refuse(out: Yield, candidate: Candidate, verdict: Verdict) -> None:
    quotes = [fact.quote for fact in candidate.facts]
    out.reject_worded(candidate, candidate.program.form, quotes, verdict)


def _drawn(
    world: World, config: SynthesisConfig
) -> Iterator[tuple[str, Draft, tuple[Verdict, ...]]]:
    """Yield (id, draft, verdicts) of each drawn program once, at most `generate.draws` of a form, in hash order."""
    walker = Walker(Moves(world.view, world.measured, world.repeated), config.walk)
    chains = concatenate(list(walker.chains()))
    ids = chains.ids()
    first = dict(zip(reversed(ids), reversed(range(len(ids))), strict=True))
    others = {program_id(program): program for program in walker.programs()}
    room = dict.fromkeys(FORMS, config.generate.draws)
    taken: list[str] = []
    for identity in sorted([*first, *others], key=lambda identity: rank(config.seed, identity)):
        form = others[identity].form if identity in others else "chain"
        if room[form]:
            room[form] -= 1
            taken.append(identity)
    rows = [identity for identity in taken if identity in first]
    judged = judge(chains.take(np.array([first[identity] for identity in rows], np.int64)), world)
    row = {identity: number for number, identity in enumerate(rows)}
    for identity in taken:
        if identity in row:
            yield (identity, *worded(judged, row[identity], world))
        else:
            draft = Draft(others[identity], run_program(world.view, others[identity]))
            yield identity, draft, prove(draft, world)


def _proved(scope: Scope, world: World, config: SynthesisConfig, out: Yield) -> Iterator[Worded]:
    for identity, draft, verdicts in _drawn(world, config):
        if verdicts[-1].status == "failed":
            out.reject(identity, verdicts[-1])
            continue
        candidate = word_candidate(
            world.view.graph, draft.program, draft.result, (scope.split, scope.category)
        )
        checked = check_question(candidate, world)
        if checked[-1].status == "failed":
            _refuse(out, candidate, checked[-1])
            continue
        evidence = tuple(sorted(evidence_sections(draft, world)))
        yield Worded(
            candidate,
            (*verdicts, *checked),
            evidence,
            frozenset(co_supporters(draft, world) | bystanders(draft, world)),
        )


def _admit(
    scope: Scope, worded: Sequence[Worded], config: SynthesisConfig, out: Yield
) -> list[Worded]:
    """Apply the caps, then fill the category's quota from all forms in step, each at the pace of its weight."""
    quota, weights = config.generate.quota(scope.category), config.generate.form_weights
    by_id = {item.candidate.id: item for item in worded}
    passed: list[tuple[float, str]] = []
    seen: Counter[str] = Counter()
    for candidate, verdict in thin(
        (item.candidate for item in worded), config.caps, config.seed, target=quota
    ):
        if verdict.status == "failed":
            _refuse(out, candidate, verdict)
            continue
        form = candidate.program.form
        seen[form] += 1
        passed.append((seen[form] / weights.get(form, 1), candidate.id))
    passed.sort()
    for _, identity in passed[quota:]:
        out.reject(identity, failed("quota", "the quota of the category is full"))
    return [by_id[identity] for _, identity in passed[:quota]]


def _place(item: Worded, world: World, pool: Pool, config: SynthesisConfig, out: Yield) -> None:
    """Build the candidate's context and check it."""
    candidate = item.candidate
    matcher = Matcher.of(candidate, {node.id: node for node in world.view.graph.nodes})
    competes = rivals(matcher)
    context = placed(candidate, pool, item.evidence, item.banned, competes, config.context)
    if isinstance(context, Verdict):
        _refuse(out, candidate, context)
        return
    verdicts = check_context(candidate, lay_out(context, pool), world)
    if verdicts[-1].status == "failed":
        _refuse(out, candidate, verdicts[-1])
        return
    made = path_question(candidate, (*item.verdicts, *verdicts))

    def holds(again: Context) -> bool:
        return check_context(candidate, lay_out(again, pool), world)[-1].status == "passed"

    layouts = laid_out_again(
        context, candidate, pool, item.banned, competes, config.context, count=config.layouts, holds=holds
    )  # fmt: skip
    out.accept(candidate.id, *sample_rows(made, context, pool), layouts)


def lay_out(context: Context, pool: Pool) -> LaidOut:
    """Return the context as the checks see it."""
    items = [pool.items[pool.number[section]] for section in context.sections]
    return LaidOut(
        sections=[
            (i.section.id, i.document.title, i.section.headings, i.document.date, i.text)
            for i in items
        ],
        evidence=frozenset(context.evidence),
        documents={i.section.id: i.document.id for i in items},
        text="".join(render(i) for i in items),
    )
