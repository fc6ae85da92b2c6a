"""Checks on the worded question: nothing leaks, nothing is lost, it reads as English, nothing crowds (method 2.1)."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from verifiers.world import World
from warehouse.edges import internal, time_of
from warehouse.identity import rank
from warehouse.mentions import NameTrie, searchable
from warehouse.programs import Candidate
from warehouse.records import Record
from warehouse.verdicts import Verdict, failed, passed

LONGEST_WORDS = 90


class Caps(Record):
    """Largest share of a category's rows that one thing may take; at least `floor` rows are always allowed."""

    answer: float = 0.02
    final_fact: float = 0.01
    step: float = 0.03
    """One fact that is not the last of its question."""
    opening: float = 0.25
    """One relation, with its selector, as the first step of a chain."""
    chain: float = 0.01
    signature: float = 0.12
    """Form with its relations."""
    form: float = 0.3
    """One form other than chain."""
    chain_form: float = 0.7
    floor: int = 2


def leak(candidate: Candidate, world: World) -> Verdict:
    """The question names neither a hidden thing nor the answer, by any alias; an inherited method by its name only."""
    program = candidate.program
    shown = {path.anchor for path in program.paths}
    looked_up = {fact.id for fact in candidate.facts if fact.relation == "defined in"}
    hidden = {
        entity
        for hop in candidate.hops
        for entity in (hop.subject, hop.object)
        if hop.fact_id not in looked_up or entity == hop.object
    } - shown
    if program.form == "ordering":
        return passed("leak")
    numbers = world.view.numbers
    nodes = world.view.graph.nodes
    visible = {name for entity in shown for name in searchable(nodes[numbers[entity]])}
    names = [
        (name, numbers[entity])
        for entity in hidden | set(candidate.answer_entities)
        for name in searchable(nodes[numbers[entity]])
        if name not in visible or entity in candidate.answer_entities
    ]
    found = NameTrie(names).find(candidate.question)
    if found:
        return failed("leak", "the question names a hidden thing", nodes[min(found)].name)
    return passed("leak")


def qualifiers_carried(candidate: Candidate, world: World) -> Verdict:
    """A field's date and any note that narrows a fact stand in the question."""
    for fact in candidate.facts:
        time = time_of(fact)
        if fact.shape == "attribute" and time and time not in candidate.question:
            if candidate.program.form in ("comparison", "difference", "ordering"):
                continue
            return failed("qualifiers_carried", "a time qualifier is not in the wording", time)
        for qualifier in fact.qualifiers:
            narrows = qualifier.kind == "note" and not internal(qualifier)
            if narrows and qualifier.text not in candidate.question:
                return failed("qualifiers_carried", "a note is not in the wording", qualifier.text)
    return passed("qualifiers_carried")


def wording(candidate: Candidate, world: World) -> Verdict:
    """The question is one to a few whole sentences without doubled words, stray marks or generic fillers."""
    text = candidate.question
    words = text.split()
    if len(words) > LONGEST_WORDS:
        return failed("wording", "too long", f"{len(words)} words")
    if not (text[0] == "`" or text.lstrip('"')[0].isupper()) or text[-1] not in ".?":
        return failed("wording", "not a sentence")
    if re.search(r"\b(\w+) \1\b", text) and not re.search(r"\b(that that|had had)\b", text):
        return failed("wording", "a word stands twice")
    if re.search(r"\b(this thing|the thing)\b", text):
        return failed("wording", "a thing without a noun")
    if text.count('"') % 2 or text.count("(") != text.count(")") or "  " in text:
        return failed("wording", "unbalanced marks")
    return passed("wording")


QUESTION_CHECKS = (leak, qualifiers_carried, wording)


def check_question(candidate: Candidate, world: World) -> tuple[Verdict, ...]:
    """Return the verdicts in order, ending with the first that fails."""
    verdicts: list[Verdict] = []
    for check in QUESTION_CHECKS:
        verdicts.append(check(candidate, world))
        if verdicts[-1].status == "failed":
            break
    return tuple(verdicts)


@dataclass
class Crowd:
    """Counts of what has been let through, in one category."""

    limits: Mapping[str, int]
    counts: Counter = field(default_factory=Counter)

    def admit(self, candidate: Candidate) -> Verdict:
        """Pass the candidate and count it, or say which cap it would break."""
        keys = crowd_keys(candidate)
        for kind, key in keys:
            if self.counts[(kind, key)] >= self.limits[kind]:
                return failed("concentration", f"cap on one {kind.replace('_', ' ')}", key)
        self.counts.update(keys)
        return passed("concentration")


def crowd_keys(candidate: Candidate) -> list[tuple[str, str]]:
    """Return (kind, key) of everything that is capped: answer, final fact, chain of facts, relation signature."""
    program = candidate.program
    relations = [candidate.program.form, *program.links, program.measure]
    relations += [s.relation + s.selector for path in program.paths for s in path.steps]
    relations += [s.relation for s in program.then]
    facts = [hop.fact_id for hop in candidate.hops]
    first = program.paths[0].steps[0] if program.form == "chain" else None
    opening = [("opening", first.relation + first.selector)] if first else []
    return [
        *opening,
        *(("step", fact) for fact in dict.fromkeys(facts[:-1])),
        ("answer", candidate.answer.text.casefold()),
        ("final_fact", facts[-1]),
        ("chain", "|".join(sorted(facts)[:-1]) if len(facts) > 2 else "|".join(facts)),
        ("signature", "|".join(relations)),
        ("chain_form" if program.form == "chain" else "form", program.form),
    ]


def thin(
    candidates: Iterable[Candidate], caps: Caps, seed: int, *, target: int
) -> list[tuple[Candidate, Verdict]]:
    """Return every candidate with its verdict, capped in hash order; `target` is the number of rows the caps are of.

    A canonical duplicate fails before any cap is looked at.
    """
    ordered = sorted(candidates, key=lambda c: rank(seed, c.id))
    limits = {
        kind: max(caps.floor, round(getattr(caps, kind) * target))
        for kind in Caps.model_fields
        if kind != "floor"
    }
    crowd = Crowd(limits)
    seen: set[str] = set()
    out: list[tuple[Candidate, Verdict]] = []
    for candidate in ordered:
        if candidate.id in seen:
            out.append((candidate, failed("duplicate", "the same program twice")))
            continue
        seen.add(candidate.id)
        out.append((candidate, crowd.admit(candidate)))
    return out
