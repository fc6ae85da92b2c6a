"""Checks on the whole graph, before a question is worded (method 2.1, 2.5; the table of bad samples).

`PROOFS` is a tuple of functions with one signature, (draft, world) → Verdict, run in order until one fails. The strict
extractor supports: uniqueness, function and spread are decided on facts. The loose mention index refutes: a section
that names both ends of an edge may state it, and a section that names a thing ahead of its turn is a shortcut.
"""

import itertools
import math
from dataclasses import dataclass
from decimal import Decimal

from verifiers.world import STEM, World
from warehouse.chains import documents_needed
from warehouse.edges import edge_relation
from warehouse.entities import KINDS
from warehouse.functional import ground
from warehouse.inheritance import INHERITED
from warehouse.programs import Path, Program, Step
from warehouse.queries import Result, by_step, run_program
from warehouse.verdicts import Verdict, failed, passed

SELECTOR_CANDIDATES = 3
STEM_SHARE = 0.6
"""Least share of the shorter word that two words must have in common from their start, `STEM` letters at least."""
SUFFIX_ANSWERS = 3
OVERRIDES = 2
"""Distinct answers that a name looked up on classes needs: what the root says, and what an heir says instead."""


@dataclass(frozen=True)
class Draft:
    """A program with what it gave on the whole graph."""

    program: Program
    result: Result


def unique(draft: Draft, world: World) -> Verdict:
    """The program run on the whole graph gives exactly one answer."""
    if draft.result.reason:
        return failed("unique", "not one answer on the whole graph", draft.result.reason)
    return passed("unique")


def editions(draft: Draft, world: World) -> Verdict:
    """Facts of documents with other editions are asked for by their date, and never mixed with undated ones."""
    for _, edge in draft.result.edges:
        fact = world.fact(edge)
        if (fact.document_id in world.repeated) != bool(draft.program.edition):
            return failed("editions", "editions mixed", fact.id)
    return passed("editions")


def functional(draft: Draft, world: World) -> Verdict:
    """Every step is functional in its direction, chosen by a selector, or closed in words (links of a listing)."""
    steps = [*(step for path in draft.program.paths for step in path.steps), *draft.program.then]
    if draft.program.measure:
        steps.append(Step(relation=draft.program.measure, direction="forward"))
    relations = {step.relation: step for step in steps if not step.selector}
    for _, edge in draft.result.edges:
        fact = world.fact(edge)
        relation = edge_relation(fact)
        step = relations.get(relation)
        if (
            step
            and relation not in draft.program.links
            and not ground(fact, step.direction, world.measured)
        ):
            return failed("functional", "relation is not functional", fact.relation)
    return passed("functional")


def selector(draft: Draft, world: World) -> Verdict:
    """A selector chooses among at least three, by a margin wider than the printed precision."""
    for path in draft.program.paths:
        node = world.view.numbers[path.anchor]
        for step in path.steps:
            if step.selector in ("largest", "smallest"):
                edges = world.view.facts(
                    node, step.model_copy(update={"selector": ""}), draft.program.edition
                )
                quantities = [q for edge in edges if (q := world.fact(edge).quantity)]
                if len({world.ends(edge)[1] for edge in edges}) < SELECTOR_CANDIDATES:
                    return failed("selector", "fewer than three candidates", step.relation)
                ranked = sorted(
                    (Decimal(q.value), Decimal(q.step)) for q in quantities
                )  # fmt: skip
                (a, a_step), (b, b_step) = ranked[-2:] if step.selector == "largest" else ranked[:2]
                if b - a <= max(a_step, b_step):
                    return failed("selector", "margin within the printed precision", f"{a} and {b}")
            nodes, _ = world.view.follow(node, step, draft.program.edition)
            node = nodes[0]
    return passed("selector")


def spread(draft: Draft, world: World) -> Verdict:
    """The facts stand in enough documents: two at least, and half as many as edges up to three."""
    edges = {edge for _, edge in draft.result.edges}
    documents = {world.fact(edge).document_id for edge in edges}
    needed = documents_needed(len(edges)) if draft.program.form == "chain" else 2
    if len(documents) < needed:
        return failed(
            "spread",
            "facts of the path stand in too few documents",
            f"{len(documents)} of {needed}",
        )
    if draft.program.form == "chain":
        steps = draft.program.paths[0].steps
        path = [
            {world.fact(edge).document_id for edge in edges}
            for edges in by_step(world.view.graph, steps, [e for _, e in draft.result.edges])
        ]
        if any(len(a | b) == 1 for a, b in itertools.pairwise(path)):
            return failed("spread", "two steps in a row in one document")
    return passed("spread")


def minimal(draft: Draft, world: World) -> Verdict:
    """Without any one evidence document the program has no answer or another one."""
    documents = {world.fact(edge).document_id for _, edge in draft.result.edges}
    if draft.program.form in ("listing", "intersection"):
        documents = {world.fact(edge).document_id for branch, edge in draft.result.edges
                     if not (draft.program.form == "intersection" and branch < len(draft.program.paths))}  # fmt: skip
    sections = evidence_sections(draft, world) | co_supporters(draft, world)
    for document in sorted(documents):
        again = run_program(world.view.restricted(sections, document), draft.program)
        if (
            not again.reason
            and again.nodes == draft.result.nodes
            and again.quantity == draft.result.quantity
        ):
            return failed("minimal", "the answer stands without one of the documents", document)
    return passed("minimal")


def evidence_sections(draft: Draft, world: World) -> set[str]:
    """Return the ids of the sections the hops were read from."""
    return {world.fact(edge).section_id for _, edge in draft.result.edges}


def co_supporters(draft: Draft, world: World) -> set[str]:
    """Return the other sections that restate a hop, as a fact or by naming both its ends: kept out of the context."""
    graph = world.view.graph
    found: set[str] = set()
    for _, edge in draft.result.edges:
        subject, object_ = world.ends(edge)
        found |= world.index.naming_both(subject, object_)
        found |= {
            graph.facts[e].section_id
            for e in graph.out_edges(subject).tolist()
            if graph.object[e] == object_
        }
        found |= {
            graph.facts[e].section_id
            for e in graph.out_edges(object_).tolist()
            if graph.object[e] == subject
        }
    return found - evidence_sections(draft, world)


def bystanders(draft: Draft, world: World) -> set[str]:
    """Return the other sections that name what all items of a listing point to: they may state an item unread."""
    if draft.program.form != "listing":
        return set()
    links = [
        edge
        for _, edge in draft.result.edges
        if edge_relation(world.fact(edge)) in draft.program.links
    ]
    named = [
        world.index.of_node(world.ends(edge)[1])
        for edge in links
        if world.fact(edge).shape != "code"
    ]
    return set().union(*named) - evidence_sections(draft, world)


def restated(draft: Draft, world: World) -> Verdict:
    """No hop is also supported by the evidence of another hop, in facts or in words."""
    graph = world.view.graph
    own: dict[tuple[int, int], set[str]] = {}
    chosen = {step.relation for path in draft.program.paths for step in path.steps if step.selector}
    for _, edge in draft.result.edges:
        if (
            edge_relation(world.fact(edge)) in chosen
        ):  # one item of another list does not say which is largest
            continue
        own.setdefault(world.ends(edge), set()).add(world.fact(edge).section_id)
    sections = evidence_sections(draft, world)
    for (subject, object_), at in own.items():
        others = (world.index.naming_both(subject, object_) & sections) - at
        backward = {
            graph.facts[e].section_id
            for e in graph.out_edges(object_).tolist()
            if graph.object[e] == subject
        }
        others |= (backward & sections) - at
        if others:
            return failed("restated", "another hop's evidence repeats the edge", graph.nodes[subject].name,
                          graph.nodes[object_].name)  # fmt: skip
    return passed("restated")


def shortcut(draft: Draft, world: World) -> Verdict:
    """No evidence section of a branch names a thing of that branch that is not an end of its own hop.

    Nor does one branch lead to what the question names as the start of another: both would be known unread.
    """
    graph = world.view.graph
    paths = enumerate(draft.program.paths)
    starts = {world.view.numbers[path.anchor]: number for number, path in paths if path.steps}
    for branch, edge in draft.result.edges:
        if any(starts.get(node, branch) != branch for node in world.ends(edge)):
            return failed(
                "shortcut", "a branch leads to a thing that the question names", world.fact(edge).id
            )
    for branch in {number for number, _ in draft.result.edges}:
        edges = [edge for number, edge in draft.result.edges if number == branch]
        order = list(dict.fromkeys(node for edge in edges for node in world.ends(edge)))
        if draft.program.form == "listing":
            continue
        allowed: dict[str, set[int]] = {}
        for edge in edges:
            allowed.setdefault(world.fact(edge).section_id, set()).update(world.ends(edge))
        for section, ends in allowed.items():
            ahead = [
                node for node in order if node not in ends and world.index.names(section, node)
            ]
            if ahead:
                return failed("shortcut", "a section names a thing ahead of its turn", graph.nodes[ahead[0]].name,
                              section)  # fmt: skip
    return passed("shortcut")


def told_by_name(draft: Draft, world: World) -> Verdict:
    """No hop ends in what the name it starts from says already: Sweden is not asked for "Swedish"."""
    graph = world.view.graph
    for _, edge in draft.result.edges:
        subject, object_ = (graph.nodes[node] for node in world.ends(edge))
        if world.fact(edge).shape == "code" or object_.type == "value":
            continue
        if shared := alike(subject.name, object_.name):
            return failed("told_by_name", "a name says what is asked of it", *shared)
    return passed("told_by_name")


def alike(first: str, second: str) -> tuple[str, str] | None:
    """Return a word of each name that share a stem, common nouns of kinds apart (`University`)."""
    for one, other in itertools.product(first.split(), second.split()):
        size = max(STEM, math.ceil(STEM_SHARE * min(len(one), len(other))))
        same = (
            one[:size].casefold() == other[:size].casefold() and min(len(one), len(other)) >= size
        )
        if same and one[0].isupper() and other[0].isupper() and one.casefold() not in KINDS:
            return one, other
    return None


def suffix(draft: Draft, world: World) -> Verdict:
    """The end of a chain alone does not single out the answer: each suffix has at least `SUFFIX_ANSWERS` answers."""
    steps = draft.program.paths[0].steps if draft.program.form == "chain" else draft.program.then
    if draft.program.form not in ("chain", "intersection"):
        return passed("suffix")
    first = 1 if draft.program.form == "chain" else 0
    for start in range(first, len(steps)):
        tail = steps[start:]
        needed = OVERRIDES if tail[0].selector == INHERITED else SUFFIX_ANSWERS
        if _answers(tail, draft.program.edition, world) < needed:
            return failed("suffix", "the last steps alone single out the answer", tail[0].relation)
    return passed("suffix")


def _answers(tail: tuple[Step, ...], edition: str, world: World) -> int:
    """Return how many different ends the steps have from anywhere, counted up to the number that is enough."""
    key = (tail, edition)
    if key not in world.suffixes:
        graph = world.view.graph
        ends: set[int] = set()
        for start in world.starts(tail[0]):
            reached, _ = world.view.walk(Path(anchor=graph.nodes[start].id, steps=tail), edition)
            ends.update(reached)
            if len(ends) >= SUFFIX_ANSWERS:
                break
        world.suffixes[key] = len(ends)
    return world.suffixes[key]


def visible_names(draft: Draft, world: World) -> Verdict:
    """Every hidden thing and the answer can be looked for in the text, or is a literal; a nameless one cannot."""
    for _, edge in draft.result.edges:
        fact = world.fact(edge)
        named = fact.object.type not in ("value", "text", "code")
        if named and not world.index.findable[world.ends(edge)[1]]:
            return failed("visible_names", "a name too short to be looked for", fact.object.text)
    return passed("visible_names")


PROOFS = (
    unique,
    editions,
    functional,
    selector,
    spread,
    visible_names,
    told_by_name,
    suffix,
    restated,
    shortcut,
    minimal,
)


def prove(draft: Draft, world: World) -> tuple[Verdict, ...]:
    """Return the verdicts of the checks in order, ending with the first that fails."""
    verdicts: list[Verdict] = []
    for check in PROOFS:
        verdicts.append(check(draft, world))
        if verdicts[-1].status == "failed":
            break
    return tuple(verdicts)
