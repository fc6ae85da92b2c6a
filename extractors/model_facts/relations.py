"""Labels of relations, written as the rules write them: lower case, words apart, no auxiliary (method 2.1).

Two labels are compatible where they are equal, or one is the passive of the other.
"""

import re

CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
AUXILIARIES = frozenset("is was are were be been being has had have do does did the a an".split())
PREPOSITIONS = frozenset(
    "in at on by of from to for with into through under after as near over along".split()
)
LONGEST = 6
"""Words of a label."""
STEM = 4
WORD = re.compile(r"[^\W\d_][\w'’-]*")


def normalised(label: str) -> str:
    """Return a label as the rules would write it, empty where it has no word or too many.

    `bornIn`, `was_born_in` and `Born in` are `born in`; `is the capital of` is `capital of`.
    """
    text = CAMEL.sub(" ", label).replace("_", " ").replace(" / ", "\0").casefold()
    words = " ".join(re.sub(r"[^\w\s'’\0/-]", " ", text).split()).replace("\0", " / ").split()
    words = [word for word in words if word == "/" or any(map(str.isalnum, word))]
    while words and words[0] in AUXILIARIES:
        words = words[1:]
    return " ".join(words) if 0 < len(words) <= LONGEST else ""


def content_words(label: str) -> list[str]:
    """Return the words of a label that say something."""
    words = WORD.findall(label.casefold())
    return [word for word in words if word not in PREPOSITIONS and word not in AUXILIARIES]


def alike(first: str, second: str) -> bool:
    """Whether two normalised labels say the same of a subject and an object: equal words, or equal stems of them."""
    if first == second:
        return True
    mine, others = (tuple(w[:STEM] for w in content_words(label)) for label in (first, second))
    return bool(mine) and mine == others and _ending(first) == _ending(second)


def inverse(first: str, second: str) -> bool:
    """Whether one label is the passive of the other: `directed` and `directed by`."""
    one, other = sorted((first, second), key=len)
    return other == f"{one} by"


def _ending(label: str) -> str:
    """Return the preposition that a label ends with; `of` says nothing beside a noun."""
    last = label.rpartition(" ")[2]
    return last if last in PREPOSITIONS and last != "of" else ""
