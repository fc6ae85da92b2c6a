"""The words that decide what a sentence states: verbs with their prepositions, hedges, roles and kinds of places."""

import re

from warehouse.records import EntityType

CREATED = frozenset(
    (
        "direct write compose found discover design invent build create paint develop produce "
        "publish translate edit establish adapt choreograph prove formulate propose construct "
        "engineer commission launch manufacture operate name describe patent program conceive "
        "sculpt climb score compile illustrate record co-found co-write co-direct devise draft"
    ).split()
)
"""Verbs whose agent made the thing."""
ACTIVE = CREATED - frozenset(
    ["name", "describe", "propose", "operate", "record", "produce", "develop"]
)
OBLIQUE: dict[str, frozenset[str]] = {
    "bear": frozenset(["in", "at"]), "die": frozenset(["in", "at"]), "bury": frozenset(["in", "at"]),
    "base": frozenset(["on", "in"]), "flow": frozenset(["into", "through"]), "rise": frozenset(["in"]),
    "locate": frozenset(["in", "on", "at"]), "situate": frozenset(["in", "on"]), "stand": frozenset(["in", "on", "at"]),
    "lie": frozenset(["in", "on"]), "premiere": frozenset(["at", "in"]), "perform": frozenset(["at", "in"]),
    "name": frozenset(["after", "for"]), "study": frozenset(["under", "at", "with"]), "graduate": frozenset(["from"]),
    "teach": frozenset(["at"]), "work": frozenset(["at", "for"]), "launch": frozenset(["from", "on", "by"]),
    "move": frozenset(["to"]), "succeed": frozenset(["by", ""]), "precede": frozenset(["by"]), "join": frozenset([""]),
    "cross": frozenset([""]), "headquarter": frozenset(["in"]), "give": frozenset(["at", "in"]),
    "star": frozenset([""]), "educate": frozenset(["at"]), "ratify": frozenset(["by"]), "marry": frozenset(["", "to"]),
    "raise": frozenset(["in"]), "attend": frozenset([""]), "own": frozenset(["by"]), "adapt": frozenset(["from"]),
    "feature": frozenset([""]), "ascend": frozenset([]), "drain": frozenset(["into"]), "empty": frozenset(["into"]),
    "emigrate": frozenset(["to"]), "settle": frozenset(["in"]), "film": frozenset(["in"]), "set": frozenset(["in"]),
    "shoot": frozenset(["in"]), "serve": frozenset(["under"]), "train": frozenset(["under", "at"]),
    "open": frozenset(["in", "at"]), "baptise": frozenset(["in"]), "release": frozenset(["by"]),
}  # fmt: skip
"""Verbs whose place, teacher or partner is a fact, by preposition; the empty one is a direct object."""
WORKS = {
    **dict.fromkeys("album single song EP mixtape".split(), "recorded"),
    **dict.fromkeys("novel book poem play novella".split(), "written"),
    "painting": "painted", "sculpture": "sculpted", "opera": "composed", "symphony": "composed",
}  # fmt: skip
"""What someone did who a work is `by`: `an album by O` was recorded by O."""
YEAR_VERBS = (CREATED - {"name", "describe", "operate", "record"}) | frozenset(
    "bear die open complete publish premiere found climb land build release inaugurate finish demolish".split()
)
PLACES_ONLY = frozenset(
    "born died buried rises located situated stands lies raised settled emigrated moved filmed shot".split()
)
BE = frozenset(["was", "is", "were", "are"])
SENTENCE_HEDGES = frozenset(
    (
        "may might could would should perhaps possibly probably reportedly allegedly apparently presumably "
        "supposedly likely unlikely claim claims claimed say says said think thought believe believed suggest "
        "suggests suggested attribute attributed propose intend intended hope expect expected if unless whether "
        "rumour rumor legend tradition according seem seems appear appears fictional"
    ).split()
)
"""Words that put the whole sentence in doubt."""
CLAUSE_HEDGES = frozenset(
    (
        "will shall almost nearly plan planned although not never no nor neither without about around "
        "approximately circa roughly originally formerly once later another other former first-time partly largely "
        "mainly mostly often sometimes usually initially briefly again also either jointly some several many"
    ).split()
)
"""Words that put the clause they stand in outside what a bare statement says."""
MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
TIME = re.compile(
    rf"(?:in|on) (?:(?:\d{{1,2}} )?(?:{MONTH}) )?(?:\d{{1,2}}, )?(1[0-9]\d\d|20\d\d)\b(?!s)"
)
NO_KINDS = frozenset(
    (
        "kind type sort form variety name term word part piece set number generation combination means way result "
        "example version instance member wife husband son daughter mother father brother sister child author one"
    ).split()
)
"""Heads of a predicate that point at what follows (`Sid is the permanent name for …`) and name no kind."""
PLACE_NOUNS = frozenset(
    (
        "town city village commune municipality hamlet suburb district county province region river lake mountain "
        "island valley castle church cathedral museum university college school bridge tower palace stadium "
        "theatre theater airport port township neighbourhood neighborhood parish peninsula bay canal"
    ).split()
)
ROLES = frozenset(
    (
        "capital mouth birthplace source son daughter wife husband widow brother sister mother father nephew niece "
        "uncle aunt grandson granddaughter founder author composer inventor architect creator director"
    ).split()
)
KIN = frozenset("father mother wife husband".split())
PARTICIPLES = {
    "wrote": "written", "built": "built", "drew": "drawn", "co-wrote": "co-written",
}  # fmt: skip
SUBJECT_TYPE: dict[str, EntityType] = {
    "born": "person", "died": "person", "buried": "person", "educated": "person", "married": "person",
}  # fmt: skip
OBJECT_TYPE: dict[str, EntityType] = {
    "born in": "place", "died in": "place", "buried in": "place", "rises in": "place", "flows into": "place",
    "located in": "place", "stands on": "place", "crosses": "place", "married": "person",
    "married to": "person", "painted by": "person", "sculpted by": "person",
    "directed by": "person", "written by": "person", "composed by": "person",
}  # fmt: skip
"""What a relation says of its ends, which it knows better than the entity recogniser."""
