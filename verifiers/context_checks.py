"""Checks on the assembled context (method 2.5, steps 1 and 2): well formed, derivable, minimal and without rivals.

`CONTEXT_CHECKS` has one signature, (candidate, laid-out context, world) → Verdict. The program runs on the facts of the
context's sections alone; facts were extracted from section text once, so truncation and scope are tested without
parsing a long context again.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from verifiers.refute import Matcher
from verifiers.world import World
from warehouse.programs import Candidate, Path
from warehouse.queries import GraphView, run_program, starts
from warehouse.verdicts import Verdict, failed, passed

PEERS = 2


@dataclass(frozen=True)
class LaidOut:
    """A context as text: each section's id, title, headings, date and text, evidence marked."""

    sections: Sequence[tuple[str, str, Sequence[str], str, str]]
    """(section id, title, headings, date, text) in order."""
    evidence: frozenset[str]
    documents: dict[str, str]
    """Section id → document id."""
    text: str


def quotes_present(candidate: Candidate, context: LaidOut, world: World) -> Verdict:
    """Every evidence quote stands word for word in the context."""
    for fact in candidate.facts:
        if fact.quote not in context.text:
            return failed("quotes_present", "an evidence quote is not in the context", fact.id)
    return passed("quotes_present")


def _visible(context: LaidOut, world: World, without: str = "") -> GraphView:
    return world.view.restricted((section for section, *_ in context.sections), without)


def derivable(candidate: Candidate, context: LaidOut, world: World) -> Verdict:
    """The program, run on the facts of the context alone, gives the stored answer."""
    result = run_program(_visible(context, world), candidate.program)
    entities = tuple(world.view.graph.nodes[number].id for number in result.nodes)
    quantity = result.quantity.value if result.quantity else ""
    if result.reason:
        return failed("derivable", "the context alone gives no single answer", result.reason)
    if entities != candidate.answer_entities or (candidate.program.form == "difference"
                                                 and quantity != candidate.answer.text):  # fmt: skip
        return failed("derivable", "the context alone gives another answer")
    return passed("derivable")


def needs_each_document(candidate: Candidate, context: LaidOut, world: World) -> Verdict:
    """Without any one evidence document the stored answer cannot be derived."""
    own = {context.documents[s] for s in context.evidence}
    if candidate.program.form == "intersection":
        own = {
            fact.document_id
            for hop, fact in _by_hop(candidate)
            if hop.path >= len(candidate.program.paths)
        }
    for document in own:
        result = run_program(_visible(context, world, document), candidate.program)
        entities = tuple(world.view.graph.nodes[number].id for number in result.nodes)
        if (
            not result.reason
            and entities == candidate.answer_entities
            and candidate.program.form != "difference"
        ):
            return failed("needs_each_document", "derivable without one of its documents", document)
    return passed("needs_each_document")


def _by_hop(candidate: Candidate):
    facts = {fact.id: fact for fact in candidate.facts}
    return [(hop, facts[hop.fact_id]) for hop in candidate.hops]


def no_rival(candidate: Candidate, context: LaidOut, world: World) -> Verdict:
    """No line outside the evidence states another value for one of the hops, by the loose matcher."""
    if all(fact.shape == "code" for fact in candidate.facts):
        return _no_rival_class(candidate, context)
    nodes = {node.id: node for node in world.view.graph.nodes}
    matcher = Matcher.of(candidate, nodes)
    for section, title, headings, date, text in context.sections:
        if section in context.evidence:
            continue
        if line := matcher.competes(title, headings, date, text):
            return failed("no_rival", "a distractor may state a second answer", line)
    return passed("no_rival")


def _no_rival_class(candidate: Candidate, context: LaidOut) -> Verdict:
    """Programs are read exactly, but a class that a pattern skipped may still belong to a listing."""
    if candidate.program.form == "listing":
        base = re.escape(candidate.facts[-1].object.text.rpartition(".")[2])
        heir = re.compile(rf"^\s*class \w+\([^)]*\b{base}\b", re.MULTILINE)
        for section, _, _, _, text in context.sections:
            if section not in context.evidence and (match := heir.search(text)):
                return failed(
                    "no_rival", "a distractor may state a second answer", match[0].strip()
                )
    return passed("no_rival")


def peers(candidate: Candidate, context: LaidOut, world: World) -> Verdict:
    """The last step alone has at least two answers within the context, so that earlier hops are needed."""
    program = candidate.program
    if program.form != "chain":
        return passed("peers")
    view = _visible(context, world)
    graph = view.graph
    step = program.paths[0].steps[-1].model_copy(update={"time": ""})
    ends: set[int] = set()
    for start in starts(view, step):
        ends.update(
            view.walk(Path(anchor=graph.nodes[start].id, steps=(step,)), program.edition)[0]
        )
        if len(ends) >= PEERS:
            return passed("peers")
    return failed("peers", "only one thing in the context has the last relation", step.relation)


CONTEXT_CHECKS = (quotes_present, derivable, needs_each_document, no_rival, peers)


def check_context(candidate: Candidate, context: LaidOut, world: World) -> tuple[Verdict, ...]:
    """Return the verdicts of the checks in order, ending with the first that fails."""
    verdicts: list[Verdict] = []
    for check in CONTEXT_CHECKS:
        verdicts.append(check(candidate, context, world))
        if verdicts[-1].status == "failed":
            break
    return tuple(verdicts)
