"""From the facts of one split and category to samples: draw, prove, word, admit, build contexts, check (§3.2, §3.3).

Pure computation over one world; the flow decides where it runs and stores what it gives. Every program that is drawn
has one outcome, so the ledger balances: ok with its sample, or rejected with the check and its reason.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from extractors.facts.code import code_package
from flows.config import SynthesisConfig
from flows.samples import sample_rows
from generators.contexts import (
    Context,
    Pool,
    PoolSection,
    assemble,
    choose_bucket,
    feasible,
    render,
)
from generators.steps import Moves
from generators.walks import Walker
from generators.wording import word_candidate
from verifiers.chain_proofs import judge, worded
from verifiers.context_checks import LaidOut, check_context
from verifiers.proof import Draft, bystanders, co_supporters, evidence_sections, prove
from verifiers.question_checks import check_question, thin
from verifiers.refute import Matcher
from verifiers.world import World
from warehouse.cells import Cell
from warehouse.chains import concatenate
from warehouse.entities import Entity, EntityTable
from warehouse.functional import measure
from warehouse.graph import build_graph
from warehouse.identity import rank
from warehouse.mentions import MentionIndex
from warehouse.packed_facts import PackedFacts
from warehouse.programs import FORMS, Candidate, program_id
from warehouse.queries import GraphView, run_program
from warehouse.records import Category, Fact, Outcome
from warehouse.snapshot_rows import ContextRow, SampleRow
from warehouse.verdicts import Verdict, failed


@dataclass(frozen=True)
class Scope:
    """Which world: one split of one category."""

    split: str
    category: Category


@dataclass
class Yield:
    """What one world gave."""

    samples: list[SampleRow] = field(default_factory=list)
    contexts: list[ContextRow] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    rejected: list[tuple[Candidate, Verdict]] = field(default_factory=list)


@dataclass(frozen=True)
class Worded:
    """A candidate with the proof's verdicts and the sections its context needs and must not have."""

    candidate: Candidate
    verdicts: tuple[Verdict, ...]
    evidence: tuple[str, ...]
    banned: frozenset[str]


def build_world(
    facts: Iterable[Fact], pool: Mapping[str, PoolSection], repeated: frozenset[str]
) -> World:
    """Return the world of the facts: graph, mention index over the sections' text, measured functions."""
    renames = code_package(
        item.document for item in {i.document.id: i for i in pool.values()}.values()
    )
    packed = PackedFacts(facts)
    graph = build_graph(packed, EntityTable(packed, renames))
    texts = {
        key: f"{item.document.title}\n{' '.join(item.section.headings)}\n{item.text}"
        for key, item in pool.items()
    }
    index = MentionIndex(graph.nodes, texts)
    for number, node in enumerate(graph.nodes):
        node.article = _takes_article(node) and index.articled(number)
    return World(GraphView(graph), index, measure(graph), repeated)


def _takes_article(node: Entity) -> bool:
    """Whether "the" may stand before the node's name: not before people, titles, literals, or a name that has it."""
    named = node.type in ("place", "organisation", "thing")
    return named and not node.name.casefold().startswith("the ")


def synthesise(
    scope: Scope,
    facts: Iterable[Fact],
    pool: Sequence[PoolSection],
    repeated: frozenset[str],
    config: SynthesisConfig,
    cells: Iterable[Cell] = (),
) -> Yield:
    """Return the samples, contexts and outcomes of one world.

    `cells` are the numbers of the world's documents; `repeated` holds the ids of documents that have other editions in
    the corpus.
    """  # fmt: skip
    by_section = {item.section.id: item for item in pool}
    kept = (
        f
        for f in facts
        if f.confidence >= config.extract.min_confidence and f.section_id in by_section
    )
    world = build_world(kept, by_section, repeated)
    out = Yield()
    worded = list(_proved(scope, world, config, out))
    admitted = _admit(scope, worded, config, out)
    if admitted:
        sections = Pool(pool, config.context.seed)
        for item in admitted:
            _place(item, world, sections, config, out)
    return out


def _reject(
    out: Yield, identity: str, verdict: Verdict, candidate: Candidate | None = None
) -> None:
    detail = "; ".join((verdict.check, *verdict.evidence))[:300]
    out.outcomes.append(
        Outcome(
            stage="generate",
            input_id=identity,
            status="rejected",
            reason=verdict.reason,
            detail=detail,
            n_out=0,
        )
    )
    if candidate is not None:
        out.rejected.append((candidate, verdict))


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
            _reject(out, identity, verdicts[-1])
            continue
        candidate = word_candidate(
            world.view.graph, draft.program, draft.result, (scope.split, scope.category)
        )
        checked = check_question(candidate, world)
        if checked[-1].status == "failed":
            _reject(out, candidate.id, checked[-1], candidate)
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
            _reject(out, candidate.id, verdict, candidate)
            continue
        form = candidate.program.form
        seen[form] += 1
        passed.append((seen[form] / weights.get(form, 1), candidate.id))
    passed.sort()
    for _, identity in passed[quota:]:
        _reject(out, identity, failed("quota", "the quota of the category is full"))
    return [by_id[identity] for _, identity in passed[:quota]]


def _place(item: Worded, world: World, pool: Pool, config: SynthesisConfig, out: Yield) -> None:
    """Build and check the candidate's context, trying shorter buckets where clean distractors run out."""
    candidate = item.candidate
    buckets = feasible(candidate, pool, item.evidence, config.context)
    if not buckets:
        _reject(
            out,
            candidate.id,
            failed("context", "no length bucket fits the gold and can be filled"),
            candidate,
        )
        return
    matcher = Matcher(candidate, {node.id: node for node in world.view.graph.nodes})

    def competes(_: Candidate, section: PoolSection) -> bool:
        document = section.document
        return bool(
            matcher.competes(document.title, section.section.headings, document.date, section.text)
        )

    first = choose_bucket(candidate, buckets, config.context)
    tried = [first, *(b for b in reversed(buckets) if b < first)]
    context = None
    for bucket in tried:
        context = assemble(candidate, pool, item.evidence, item.banned, bucket=bucket, options=config.context,
                           competes=competes)  # fmt: skip
        if context is not None:
            break
    if context is None:
        verdict = failed(
            "context",
            "clean distractors cannot fill a bucket",
            f"{len(item.banned)} banned sections",
        )
        _reject(out, candidate.id, verdict, candidate)
        return
    verdicts = check_context(candidate, lay_out(context, pool), world)
    if verdicts[-1].status == "failed":
        _reject(out, candidate.id, verdicts[-1], candidate)
        return
    sample, row = sample_rows(candidate, context, pool, (*item.verdicts, *verdicts))
    out.samples.append(sample)
    out.contexts.append(row)
    out.outcomes.append(
        Outcome(
            stage="generate",
            input_id=candidate.id,
            status="ok",
            reason="",
            detail=sample.id,
            n_out=1,
        )
    )


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
