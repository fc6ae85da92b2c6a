"""English for one step: a small grammar over the shapes of relations (§3.2; method 2.1).

A step becomes a noun phrase ("the place in which X was born"), a relative clause ("that flows into X") or the final
question ("In which place was X born?"). A clause reuses the document's own verb phrase; a field that is not a plain
noun ("discovered by", "land use / total") is quoted instead of being bent into a sentence.
"""

import re

from warehouse.entities import KINDS, Entity
from warehouse.names import DISAMBIGUATOR
from warehouse.programs import Step
from warehouse.records import Fact

AUXILIARIES = frozenset(["was", "were", "is", "are", "has", "had"])
TYPE_NOUN = {
    "person": "person",
    "place": "place", "organisation": "organisation", "work": "work", "thing": "thing",
    "code": "object", "value": "value", "text": "entry",
}  # fmt: skip
INTRANSITIVE = {
    "died": "die", "retired": "retire", "resigned": "resign", "lived": "live", "flourished": "flourish",
    "sank": "sink", "worked": "work", "studied": "study", "settled": "settle", "graduated": "graduate",
    "served": "serve", "taught": "teach",
}  # fmt: skip
"""Past forms that need no auxiliary, with the form that follows `did`."""
PARTICIPLE = re.compile(
    r"(?P<adverb>first |last |originally |officially )?(?P<verb>[a-z]{2,}ed|born|built|begun|written|sunk|won)"
    r"(?: (?P<preposition>by|in|at|on|after|from|into|near|to))?"
)
PREPOSITIONS = frozenset(("by in of from to at on with for under into as per").split())
CODE_PHRASES = {
    "inherits": "the direct base class of {}",
    "raises": "the exception class raised in the body of {}",
    "returns": "the annotated return type of {}",
    "constant": "the value assigned to the constant {}",
    "decorated by": "the decorator applied to {}",
}
CODE_CLAUSES = {
    "inherits": "that inherits directly from {}",
    "raises": "whose body raises {}",
    "returns": "that is annotated to return {}",
    "decorated by": "that is decorated by {}",
}


PEOPLES = frozenset(
    (
        "African Albanian American Arabic Armenian Asian Australian Austrian Belgian Brazilian British Bulgarian "
        "Canadian Catalan Chinese Christian Croatian Czech Danish Dutch Egyptian English Estonian European Finnish "
        "French German Greek Hebrew Hungarian Icelandic Indian Irish Islamic Italian Japanese Jewish Korean Latin "
        "Latvian Lithuanian Mexican Norwegian Persian Polish Portuguese Roman Romanian Russian Scottish Serbian "
        "Slovak Slovenian Spanish Swedish Swiss Turkish Ukrainian Victorian Welsh"
    ).split()
)
"""Adjectives that keep their capital inside a sentence; others have theirs from the start of a line."""
LINES = frozenset(("border", "boundary", "frontier"))
"""What two neighbours share, measured by its length."""
SUPERLATIVES = {
    "km": ("most kilometres", "fewest kilometres"),
    "m": ("most metres", "fewest metres"),
    "%": ("highest percentage", "lowest percentage"),
}
"""How the extreme of a list of figures is told, by unit; other units are named beside the word figure."""


def shown(node: Entity) -> str:
    """Return a named thing as printed in a question, with the article that running text gives it."""
    if node.type == "code":
        return f"`{node.name.removeprefix('builtins.')}`"
    if node.type == "work":
        noun = next((n for n in node.nouns if len(n.split()) <= 2), "")
        return f'the {noun} "{node.name}"' if noun else f'"{node.name}"'
    return f"the {node.name}" if node.article else node.name


def introduced(node: Entity) -> str:
    """Return a thing that is no answer as the question brings it in: `the 1982 film "Illusions"`."""
    titled = DISAMBIGUATOR.match(node.name)
    if titled and titled["kind"].split()[-1] in KINDS and '"' not in titled["base"]:
        return f'the {titled["kind"]} "{titled["base"]}"'
    return shown(node)


def noun_of(node: Entity, via: Fact | None = None) -> str:
    """Return the common noun for a hidden thing: what the documents call it, its field's own word, or its type."""
    short = [noun for noun in node.nouns if len(noun.split()) <= 3]
    if short and node.type != "person":
        return short[0]
    if node.type == "thing" and via is not None and via.shape == "attribute":
        leaf = re.split(r" / | - ", via.relation)[-1]
        word = leaf.split()[-1]
        if re.fullmatch(r"[a-z]{3,}", word) and plain_label(leaf):
            return singular(word)
    return TYPE_NOUN[node.type]


ONE_OR_MORE = frozenset(
    (
        "headquarters series species works means premises barracks crossroads news alias atlas bias canvas gas lens "
        "chaos cosmos diabetes"
    ).split()
)
"""Words with an s of their own."""


def singular(noun: str) -> str:
    """Return the singular of a regular English plural; other words are returned as they are."""
    if noun.endswith("ies") and len(noun) > 4:
        return f"{noun[:-3]}y"
    return noun[:-1] if noun.endswith("s") and not noun.endswith(("ss", "us", "is")) else noun


def plural(noun: str) -> str:
    """Return the regular English plural of a noun; a person's is `people`."""
    if noun.endswith("person"):
        return f"{noun.removesuffix('person')}people"
    if re.search(r"[^aeiou]y$", noun):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "z", "ch", "sh")) else f"{noun}s"


def plain_label(relation: str) -> bool:
    """Whether a field's label can stand as a noun: "population growth rate" can, "discovered by" cannot."""
    words = relation.split()
    if not re.fullmatch(r"[a-z][a-z' -]*", relation) or len(words) > 4 or words[-1] in PREPOSITIONS:
        return False
    return (
        not words[-1].endswith(("ed", "ing"))
        and " - " not in relation
        and words[0] not in PREPOSITIONS
    )


def printed_label(fact: Fact) -> str:
    """Return the relation with the letter case that the document prints (`GDP`), where the quote shows it."""
    parts = []
    for part in fact.relation.split(" / "):
        at = fact.quote.casefold().find(part)
        parts.append(fact.quote[at : at + len(part)] if at >= 0 else part)
    return " / ".join(parts)


def quoted(label: str) -> str:
    """Return a label as it is quoted in a question: `"Land use"`."""
    return f'"{label[:1].upper()}{label[1:]}"'


def quoted_figure(fact: Fact, kind: str = "figure") -> str:
    """Return a field that is no plain noun as a phrase: `"total" figure under "Land use"`, `"Imports 2024" figure`."""
    path, _, leaf = printed_label(fact).rpartition(" / ")
    if not path:
        return f"{quoted(leaf)} {kind}"
    return f'"{leaf}" {kind} under "{path[:1].upper()}{path[1:]}"'


def extreme(step: Step, fact: Fact) -> str:
    """Return how a selector's choice stands out in its list: "the fewest kilometres"."""
    unit = fact.quantity.unit if fact.quantity else ""
    if unit in SUPERLATIVES:
        return f"the {SUPERLATIVES[unit][step.selector == 'smallest']}"
    return f"the {step.selector} figure in {unit}" if unit else f"the {step.selector} number"


def shared_line(subject: str, step: Step, fact: Fact) -> str:
    """Return a neighbour told by the length of what is shared with it, or nothing: the fact is no such length."""
    first, _, rest = step.relation.rpartition(" / ")[2].partition(" ")
    unit = fact.quantity.unit if fact.quantity else ""
    if first not in LINES or unit not in ("km", "m", "mi") or singular(rest) == rest:
        return ""
    best = "longest" if step.selector == "largest" else "shortest"
    return f"the {singular(rest)} with which {subject} shares its {best} {first}"


def _item(leaf: str) -> str:
    """Return what one item of a list is called: the singular of the label's last word, or an entry."""
    last = leaf.split()[-1]
    countable = re.fullmatch(r"[a-z]{4,}", last) and singular(last) != last
    return singular(last) if countable else "entry"


def choice(subject: str, step: Step, fact: Fact) -> tuple[str, str]:
    """Return the sentence that takes one thing out of a list by its figure, and the noun it is taken up with."""
    leaf = step.relation.rpartition(" / ")[2]
    noun = _item(leaf)
    if shared := shared_line(subject, step, fact):
        return f"Take {shared}.", noun
    best = extreme(step, fact)
    if plain_label(leaf) and " " in leaf:
        return f"Of the {leaf} listed for {subject}, take the one with {best}.", noun
    return (
        f"From the {quoted_figure(fact, 'list')} for {subject}, take the {noun} with {best}.",
        noun,
    )


def label_in_sentence(fact: Fact) -> str:
    """Return a plain label inside a sentence: lower case, except for words printed in capitals."""
    return in_sentence(printed_label(fact))


def in_sentence(printed: str) -> str:
    """Return a label as printed inside a sentence: lower case, except for words printed in capitals."""
    if any(word[:1].isupper() for word in printed.split()[1:]):
        return printed  # a proper name, as `Turing Award`
    words = [word if _keeps_case(word) else word.lower() for word in printed.split()]
    return " ".join(words)


def _keeps_case(word: str) -> bool:
    """Whether a word keeps its capitals inside a sentence: initialisms and adjectives of peoples."""
    return (word.isupper() and len(word) > 1) or word in PEOPLES


def as_clause(fact: Fact) -> Fact:
    """Return a field whose label is a past participle as the clause it stands for.

    `Died: 1969` says "died in 1969", `First published: 1866` "was first published in 1866", `Designed by: X` "was
    designed by X"; any other fact is returned as it is.
    """
    match = PARTICIPLE.fullmatch(fact.relation) if fact.shape == "attribute" else None
    if match is None or fact.object.type == "text":
        return fact
    if fact.object.type == "value" and not is_year(fact) and fact.quantity is not None:
        return fact
    preposition = match["preposition"] or (
        "on" if fact.object.type == "value" and not is_year(fact) else "in"
    )
    verb = f"{match['adverb'] or ''}{match['verb']}"
    phrase = verb if match["verb"] in INTRANSITIVE else f"was {verb}"
    return fact.model_copy(update={"shape": "clause", "phrase": phrase, "preposition": preposition})


def is_year(fact: Fact) -> bool:
    """Whether the fact's object is a year."""
    return (
        fact.object.type == "value" and fact.quantity is not None and fact.quantity.unit == "year"
    )


def noun_phrase(subject: str, step: Step, fact: Fact, target: Entity) -> str:
    """Return the far end of a forward step from `subject` as a noun phrase."""
    fact = as_clause(fact)
    if step.selector in ("largest", "smallest"):
        if shared := shared_line(subject, step, fact):
            return shared
        leaf = step.relation.rpartition(" / ")[2]
        if plain_label(leaf) and " " in leaf and singular(leaf) != leaf:
            return f"the {singular(leaf)} with {extreme(step, fact)} in the list for {subject}"
        return f"the {_item(leaf)} with {extreme(step, fact)} in the {quoted_figure(fact, 'list')} for {subject}"
    if fact.shape == "code":
        return _code_phrase(subject, step, target)
    if fact.shape == "attribute":
        phrase = _attribute_phrase(subject, step, fact)
        return f"{phrase}, as last stated," if step.selector == "latest" else phrase
    noun = "year" if is_year(fact) else "date" if target.type == "value" else noun_of(target)
    pronoun = "whom" if target.type == "person" else "which"
    if fact.shape == "role":
        role = fact.relation.removesuffix(f" {fact.preposition}")
        return f"the {noun} {fact.preposition} {pronoun} {subject} is the {role}"
    if not fact.preposition:
        return f"the {noun} that {subject} {fact.phrase}"
    return f"the {noun} {fact.preposition} {pronoun} {subject} {fact.phrase}"


def statement(subject: str, fact: Fact, noun: str, article: str) -> str:
    """Return a clause or role step told as a sentence about an unnamed thing: "X was directed by a certain person."."""
    if fact.shape == "role":
        told = f"{subject} is the {fact.relation} {article} {noun}"
    else:
        told = f"{subject} {fact.phrase} {fact.preposition} {article} {noun}"
    return f"{told[0].upper()}{told[1:]}.".replace("  ", " ")


def _code_phrase(subject: str, step: Step, target: Entity) -> str:
    if step.selector == "inherited":
        what = "method" if target.type == "code" else "class attribute"
        named = f"the {what} `{step.relation}` that {subject} inherits"
        return named if target.type == "code" else f"the value of {named}"
    if step.relation.startswith("attribute "):
        name = step.relation.removeprefix("attribute ")
        return f"the value that the class body of {subject} assigns to `{name}`"
    if step.relation.startswith("parameter "):
        name = step.relation.removeprefix("parameter ")
        return f"the default value of the parameter `{name}` of {subject}"
    return CODE_PHRASES[step.relation].format(subject)


def _attribute_phrase(subject: str, step: Step, fact: Fact) -> str:
    time = f" ({step.time})" if step.time else ""
    if plain_label(step.relation):
        counted = (
            fact.quantity and not fact.quantity.unit and singular(step.relation) != step.relation
        )
        number = "number of " if counted and fact.object.type == "value" else ""
        if is_year(fact) and "year" not in step.relation.split():
            number = "year of the "
        return f"the {number}{label_in_sentence(fact)}{time} of {subject}"
    kind = "figure" if fact.quantity and fact.object.type == "value" else "entry"
    return f"the {quoted_figure(fact, kind)}{time} for {subject}"


def final_question(subject: str, step: Step, fact: Fact, target: Entity) -> str:
    """Return the sentence that asks for the far end of the last step."""
    fact = as_clause(fact)
    if fact.shape in ("clause", "role") and not step.selector:
        aux, _, rest = fact.phrase.partition(" ")
        noun = "year" if is_year(fact) else "date" if target.type == "value" else noun_of(target)
        asked = "whom" if target.type == "person" and noun == "person" else f"which {noun}"
        if fact.shape == "clause" and fact.preposition and aux in AUXILIARIES and rest:
            return f"{fact.preposition.capitalize()} {asked} {aux} {subject} {rest}?"
        if fact.shape == "clause" and fact.preposition and fact.phrase in INTRANSITIVE:
            verb = INTRANSITIVE[fact.phrase]
            return f"{fact.preposition.capitalize()} {asked} did {subject} {verb}?"
        if fact.shape == "role":
            role = fact.relation.removesuffix(f" {fact.preposition}")
            return f"{fact.preposition.capitalize()} {asked} is {subject} the {role}?"
        return f"Name {noun_phrase(subject, step, fact, target)}."
    if (
        fact.shape == "code"
        or step.selector in ("largest", "smallest")
        or not plain_label(step.relation)
    ):
        return f"What is {noun_phrase(subject, step, fact, target)}?"
    asked = "Who" if target.type == "person" else "What"
    return f"{asked} is {noun_phrase(subject, step, fact, target).rstrip(',')}?"


def _several(fact: Fact) -> bool:
    """Whether the label of a field stands for several things, of which the page at hand may give only one."""
    last = fact.relation.split()[-1]
    one = not fact.group and (last in ONE_OR_MORE or last.endswith("ics"))
    return singular(fact.relation) != fact.relation and not one


def relative_clause(fact: Fact, object_: str, *, person: bool) -> str:
    """Return what is said of the subject of a backward step: "that flows into X", "whose capital is X"."""
    pronoun = "who" if person else "that"
    fact = as_clause(fact)
    if fact.shape == "code":
        return CODE_CLAUSES[fact.relation].format(object_)
    if fact.shape == "attribute":
        if plain_label(fact.relation):
            verb = "include" if _several(fact) else "is"
            return f"whose {label_in_sentence(fact)} {verb} {object_}"
        if fact.object.type == "value":
            return f"whose {quoted_figure(fact)} is {object_}"
        return f"whose {quoted_figure(fact, 'entry')} names {object_}"
    if fact.shape == "role":
        return f"{pronoun} is the {fact.relation} {object_}"
    return f"{pronoun} {fact.phrase} {fact.preposition} {object_}".replace("  ", " ")
