"""From a program and its proof to an English question with a typed answer and one sub-question per hop.

One sentence nests at most two steps; a longer chain is told in sentences ("Consider … . Take … . What is …?"), because
a reader follows steps, not brackets. The scope is closed in words where the program needs it: an edition by its date,
a listing or a description by "in the documents given".
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import groupby

from generators.phrases import (
    as_clause,
    choice,
    final_question,
    introduced,
    is_year,
    label_in_sentence,
    noun_of,
    noun_phrase,
    plain_label,
    plural,
    quoted_figure,
    relative_clause,
    shown,
    singular,
    statement,
)
from warehouse.edges import edge_relation
from warehouse.entities import Entity
from warehouse.graph import FactGraph
from warehouse.programs import Answer, Candidate, Hop, Program, Step, program_id
from warehouse.queries import Result, by_step
from warehouse.records import Category, Fact

NESTED = 2


@dataclass(frozen=True)
class Leg:
    """One proved step: what is asked, the fact that says it, and where it leads."""

    step: Step
    fact: Fact
    subject: Entity
    target: Entity


def word_candidate(
    graph: FactGraph, program: Program, result: Result, place: tuple[str, Category]
) -> Candidate:
    """Return the worded candidate of a program that has been run; `place` is (split, category)."""
    legs = _legs(graph, program, result)
    words = {
        "chain": _chain, "intersection": _intersection, "listing": _listing, "comparison": _comparison,
        "difference": _difference, "ordering": partial(_ordering, result=result),
    }  # fmt: skip
    question = _scoped(words[program.form](graph, program, legs), program, place[1])
    facts = {graph.facts[edge].id: graph.facts[edge] for _, edge in result.edges}
    hops = tuple(
        Hop(fact_id=graph.facts[edge].id, subject=graph.nodes[graph.subject[edge]].id,
            object=graph.nodes[graph.object[edge]].id, path=branch)
        for branch, edge in result.edges
    )  # fmt: skip
    return Candidate(
        id=program_id(program), split=place[0], category=place[1], program=program, question=question,
        answer=_answer(graph, program, result), answer_entities=tuple(graph.nodes[n].id for n in result.nodes),
        hops=hops, facts=tuple(facts.values()),
        sub_questions=tuple(f"{leg.subject.name} {leg.fact.relation.replace(' / ', ' ')}" for _, leg in legs),
    )  # fmt: skip


def _legs(graph: FactGraph, program: Program, result: Result) -> list[tuple[int, Leg]]:
    """Return (branch, leg) in reading order; the edges of an inherited name are one leg."""
    out: list[tuple[int, Leg]] = []
    for branch, run in groupby(result.edges, key=lambda pair: pair[0]):
        inside = branch < len(program.paths)
        steps = program.paths[branch].steps if inside else program.then
        already = sum(number == branch for number, _ in out)
        edges = [edge for _, edge in run]
        for number, own in enumerate(by_step(graph, steps[already:], edges), already):
            fact = graph.facts[own[-1]]
            plain = Step(relation=edge_relation(fact), direction="forward")
            end = graph.subject if fact.relation == "defined in" else graph.object
            leg = Leg(
                steps[number] if number < len(steps) else plain,
                fact, graph.nodes[graph.subject[own[0]]], graph.nodes[end[own[-1]]],
            )  # fmt: skip
            out.append((branch, leg))
    return out


OWN_START = re.compile(
    r"(?:What|Wh(?:o|om|ich)|In|On|At|By|To|From|Into|After|Under|With|For|Of|Name|Put|List|Consider|Compare|Exactly|Give|The)"
    r" (?=[a-z])"
)
"""A first word that belongs to the grammar, and not to a name that keeps its capital behind a prefix."""


def _scoped(text: str, program: Program, category: Category) -> str:
    text = re.sub(
        r"(?<!\.)\.\.(?= |$)", ".", text
    )  # a name that ends with a point ends the sentence as well
    if OWN_START.match(text):
        text = f"{text[0].lower()}{text[1:]}"
    if program.edition:
        return f"Going by the documents dated {program.edition}, {text}"
    if category == "dialogue":
        return f"Going by the conversations given, {text}"
    return text if text[0].isupper() else f"{text[0].upper()}{text[1:]}"


class _Story:
    """The sentences of a chain so far and the phrase that stands for the thing reached."""

    def __init__(self, subject: str) -> None:
        self.sentences: list[str] = []
        self.current = subject
        self.depth = 0
        self.nouns: Counter[str] = Counter()

    def introduce(self, noun: str) -> tuple[str, str]:
        """Return the article that introduces an unnamed thing and the phrase that takes it up again."""
        order = self.nouns[noun]
        self.nouns[noun] += 1
        if not order:
            return "a certain", f"this {noun}"
        ordinal = ("second", "third", "fourth", "fifth")[min(order, 4) - 1]
        return f"a {ordinal}", f"the {ordinal} {noun}"

    def pause(self, noun: str) -> None:
        """End a nested phrase with a sentence of its own."""
        verb = "Consider" if not self.sentences else "Then take"
        self.sentences.append(f"{verb} {self.current.rstrip(',')}.")
        self.current, self.depth = self.introduce(noun)[1], 0


def _tell(subject: str, legs: Sequence[Leg]) -> str:
    """Word a chain of steps from `subject` to a final question.

    Clauses become sentences about an unnamed thing ("X was directed by a certain person."); fields nest, two at most.
    """
    story = _Story(subject)
    for number, leg in enumerate(legs[:-1]):
        fact = as_clause(leg.fact)
        noun = noun_of(leg.target, leg.fact)
        if fact.shape in ("clause", "role") and not leg.step.selector:
            article, again = story.introduce(noun)
            story.sentences.append(statement(story.current, fact, noun, article))
            story.current, story.depth = again, 0
            continue
        if leg.step.selector in ("largest", "smallest"):
            sentence, noun = choice(story.current, leg.step, leg.fact)
            story.sentences.append(sentence)
            story.current, story.depth = story.introduce(noun)[1], 0
            continue
        story.current = noun_phrase(story.current, leg.step, leg.fact, leg.target)
        story.depth += 1
        if story.depth == NESTED and number < len(legs) - 2:
            story.pause(noun)
    last = legs[-1]
    story.sentences.append(final_question(story.current, last.step, last.fact, last.target))
    return " ".join(story.sentences)


def _chain(graph: FactGraph, program: Program, legs: list[tuple[int, Leg]]) -> str:
    return _tell(introduced(legs[0][1].subject), [leg for _, leg in legs])


def _described(branch: int, program: Program, legs: list[tuple[int, Leg]], fallback: Entity) -> str:
    """Return the noun phrase at the end of one branch's path, or the thing's name where the path has no step."""
    own = [leg for number, leg in legs if number == branch][: len(program.paths[branch].steps)]
    if not own:
        return shown(fallback)
    current = introduced(own[0].subject)
    for leg in own:
        current = noun_phrase(current, leg.step, leg.fact, leg.target)
    return current.rstrip(",")


def _intersection(graph: FactGraph, program: Program, legs: list[tuple[int, Leg]]) -> str:
    size = len(program.paths)
    constraints = [next(leg for number, leg in legs if number == branch) for branch in range(size)]
    thing = constraints[0].subject
    clauses = [
        relative_clause(c.fact, introduced(c.target), person=thing.type == "person")
        for c in constraints
    ]
    both = f"{clauses[0]} and {clauses[1].removeprefix('that ').removeprefix('who ')}"
    if clauses[0].split()[0] != clauses[1].split()[0] or clauses[0].startswith(
        ("whose", "for which")
    ):
        both = f"{clauses[0]} and {clauses[1]}"
    onward = [leg for number, leg in legs if number == size]
    told = _tell(f"this {program.noun}", onward)
    return f"Exactly one {program.noun} in the documents given is one {both}. {told}"


def _listing(graph: FactGraph, program: Program, legs: list[tuple[int, Leg]]) -> str:
    links = [
        leg
        for _, leg in legs
        if edge_relation(leg.fact) == program.links[0] and program.noun in leg.subject.nouns
    ]
    end = _described(0, program, legs, links[-1].target)
    clause = relative_clause(links[-1].fact, end, person=links[-1].subject.type == "person")
    return f"List every {program.noun} in the documents given {clause}."


def _measure_words(program: Program, fact: Fact) -> str:
    if not plain_label(program.measure):
        return quoted_figure(fact)
    counted = (
        fact.quantity and not fact.quantity.unit and singular(program.measure) != program.measure
    )
    return f"number of {label_in_sentence(fact)}" if counted else label_in_sentence(fact)


def _several(words: str) -> str:
    """Return the phrase of a quoted measure for several things: `"total" figures under "Area"`."""
    return words.replace('" figure', '" figures', 1)


def _branches(
    graph: FactGraph, program: Program, legs: list[tuple[int, Leg]]
) -> tuple[list[str], list[Leg]]:
    measured = [
        [leg for number, leg in legs if number == branch][-1]
        for branch in range(len(program.paths))
    ]
    names = [_described(b, program, legs, leg.subject) for b, leg in enumerate(measured)]
    return names, measured


def _comparison(graph: FactGraph, program: Program, legs: list[tuple[int, Leg]]) -> str:
    names, measured = _branches(graph, program, legs)
    fact = as_clause(measured[0].fact)
    person = measured[0].subject.type == "person"
    asked = "Who" if person else "Which of the two"
    if is_year(fact):
        order = "later" if program.order == "largest" else "earlier"
        if fact.shape == "clause":
            return f"{asked} {fact.phrase} {order}: {names[0]}, or {names[1]}?"
        return (
            f"{asked} has the {order} {_measure_words(program, fact)}: {names[0]}, or {names[1]}?"
        )
    order = "larger" if program.order == "largest" else "smaller"
    return f"{asked} has the {order} {_measure_words(program, fact)}: {names[0]}, or {names[1]}?"


def _difference(graph: FactGraph, program: Program, legs: list[tuple[int, Leg]]) -> str:
    names, measured = _branches(graph, program, legs)
    unit = measured[0].fact.quantity.unit if measured[0].fact.quantity else ""
    words = _measure_words(program, measured[0].fact)
    differ = f"do they differ in {words}"
    if not plain_label(program.measure):
        differ = f"do their {_several(words)} differ"
    told = (
        ", in percentage points" if unit == "%" else ""
    )  # of a difference, `in %` would be relative
    return (
        f"Compare two things: (a) {names[0]}; (b) {names[1]}. "
        f"Going by the printed figures, by how much {differ}{told}?"
    )


def _ordering(
    graph: FactGraph, program: Program, legs: list[tuple[int, Leg]], *, result: Result
) -> str:
    """The things are listed alphabetically, or backwards where that would be the answer itself."""
    names, measured = _branches(graph, program, legs)
    fact = as_clause(measured[0].fact)
    ranked = [shown(graph.nodes[number]) for number in result.nodes]
    kind = _kinds([leg.subject for leg in measured])
    these = f"these {kind}".rstrip()
    told = f'the {singular(kind)} "'
    listed = "; ".join(
        name.replace(told, '"', 1) for name in sorted(names, reverse=sorted(names) == ranked)
    )
    if is_year(fact):
        order = "latest to the earliest" if program.order == "largest" else "earliest to the latest"
        if fact.shape == "clause":
            first = "latest first" if program.order == "largest" else "earliest first"
            phrase = (
                fact.phrase.replace("was ", "were ", 1)
                if fact.phrase.startswith("was ")
                else fact.phrase
            )
            return f"Put {these} in the order in which they {phrase}, {first}: {listed}."
    else:
        order = (
            "largest to the smallest" if program.order == "largest" else "smallest to the largest"
        )
    words = _measure_words(program, fact)
    if not plain_label(program.measure):
        words = f"their {_several(words)}"
    return f"Put {these} in order of {words}, from the {order}: {listed}."


def _kinds(things: Sequence[Entity]) -> str:
    """Return the plural noun for things of one kind, or nothing where they share none that is worth saying."""
    nouns = {noun_of(thing) for thing in things}
    shared = next(iter(nouns)) if len(nouns) == 1 else ""
    if len(nouns) > 1 and all(thing.type == "work" for thing in things):
        return "works"
    return "" if shared in ("", "thing", "entry", "value") else plural(shared)


def _answer(graph: FactGraph, program: Program, result: Result) -> Answer:
    if program.form == "difference" and result.quantity:
        return Answer(kind="number", text=result.quantity.value, unit=result.quantity.unit)
    nodes = [graph.nodes[number] for number in result.nodes]
    if program.form in ("ordering", "listing"):
        names = [node.name for node in nodes]
        items = tuple(names) if program.form == "ordering" else tuple(sorted(names))
        return Answer(kind="ordered_items" if program.form == "ordering" else "items",
                      text="; ".join(items), items=items)  # fmt: skip
    node = nodes[0]
    last = graph.facts[result.edges[-1][1]]
    if node.type == "value" and result.quantity:
        tolerance = (
            format(Decimal(result.quantity.step) / 2, "f")
            if result.quantity.unit != "year"
            else "0"
        )
        return Answer(
            kind="number", text=last.object.text, unit=result.quantity.unit, tolerance=tolerance
        )
    text = last.object.text if node.type in ("value", "text") else node.name
    return Answer(kind="text", text=text, aliases=tuple(n for n in node.names if n != text))
