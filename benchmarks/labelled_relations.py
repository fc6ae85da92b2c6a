"""What a relation of ours says in the words of the labelled sets; `~` in front: with subject and object exchanged.

A relation that stands in no row has no counterpart and is left out of every figure. Labels are Wikidata's; `OTHER`
gives KnowledgeNet's names for them. A relation with several labels is right where one of them was marked.
"""

TIMED = {
    "born": "date of birth",
    "died": "date of death",
    "founded": "inception",
    "established": "inception",
    "formed": "inception",
    "opened": "inception",
    "built": "inception",
    "created": "inception",
    "released": "publication date",
    "first released": "publication date",
    "published": "publication date",
    "first published": "publication date",
    "premiered": "publication date",
    "abolished": "dissolved, abolished or demolished date",
    "dissolved": "dissolved, abolished or demolished date",
    "demolished": "dissolved, abolished or demolished date",
}
"""Labels of `VERB in YEAR` and `VERB on DATE`, whose object is a value."""
MADE = "creator|~notable work"
PLACE = "located in the administrative territorial entity|country|location|headquarters location"
SAME = {
    "born in": "place of birth",
    "born at": "place of birth",
    "died in": "place of death",
    "died at": "place of death",
    "directed by": "director",
    "co-directed by": "director",
    "written by": f"author|screenwriter|lyrics by|composer|{MADE}",
    "co-written by": f"author|screenwriter|lyrics by|composer|{MADE}",
    "composed by": f"composer|{MADE}",
    "scored by": "composer",
    "illustrated by": "illustrator",
    "produced by": "producer|production company",
    "performed by": f"performer|{MADE}",
    "recorded by": f"performer|{MADE}",
    "created by": f"creator|author|developer|{MADE}",
    "developed by": f"developer|creator|manufacturer|{MADE}",
    "designed by": f"creator|developer|{MADE}",
    "published by": "publisher|record label",
    "released by": "record label|publisher|developer|performer|production company",
    "discovered by": "discoverer or inventor",
    "invented by": "discoverer or inventor",
    "founded by": "founded by|creator",
    "co-founded by": "founded by|creator",
    "established by": "founded by|creator",
    "owned by": "owned by|parent organization|~subsidiary",
    "operated by": "operator",
    "manufactured by": "manufacturer",
    "stars": "cast member|~notable work",
    "features": "cast member|characters",
    "located in": PLACE,
    "situated in": PLACE,
    "based in": f"{PLACE}|location of formation",
    "headquartered in": PLACE,
    "lies in": PLACE,
    "located on": f"located in or next to body of water|{PLACE}",
    "situated on": f"located in or next to body of water|{PLACE}",
    "lies on": f"located in or next to body of water|{PLACE}",
    "flows into": "mouth of the watercourse",
    "crosses": "crosses",
    "married": "spouse|~spouse",
    "married to": "spouse|~spouse",
    "painted by": MADE,
    "sculpted by": MADE,
    "spouse": "spouse|~spouse",
    "husband of": "spouse|~spouse",
    "wife of": "spouse|~spouse",
    "son of": "~child|father|mother|child of",
    "daughter of": "~child|father|mother|child of",
    "father": "father|~child|child of",
    "mother": "mother|~child|child of",
    "father of": "child|~father|~child of",
    "mother of": "child|~mother|~child of",
    "brother of": "sibling|~sibling",
    "sister of": "sibling|~sibling",
    "educated at": "educated at",
    "studied at": "educated at",
    "attended": "educated at",
    "graduated from": "educated at",
    "works at": "employer",
    "works for": "employer",
    "worked at": "employer",
    "worked for": "employer",
    "taught at": "employer",
    "joined": "employer|member of|member of sports team|member of political party|military branch",
    "member of": "member of|member of political party|employer|member of sports team",
    "moved to": "residence",
    "settled in": "residence",
    "emigrated to": "residence",
    "raised in": "residence",
    "lives in": "residence",
    "capital of": "capital of|~capital",
    "succeeded by": "followed by|replaced by|~follows|~replaces",
    "succeeded": "follows|replaces|~followed by|~replaced by",
    "preceded by": "follows|replaces|~followed by|~replaced by",
    "followed by": "followed by|~follows",
    "named after": "named after",
    "adapted from": "based on",
    "based on": "based on",
    "founder of": "~founded by|~creator",
    "author of": f"~author|{MADE.replace('~', '')}|notable work",
    "composer of": "~composer|notable work",
    "director of": "~director|notable work",
    "inventor of": "~discoverer or inventor",
    "part of": "part of|~has part|part of the series",
}
OTHER = {
    "date of birth": "DATE_OF_BIRTH",
    "date of death": "DATE_OF_DEATH",
    "inception": "DATE_FOUNDED",
    "place of birth": "PLACE_OF_BIRTH",
    "founded by": "FOUNDED_BY",
    "headquarters location": "HEADQUARTERS",
    "spouse": "SPOUSE",
    "child of": "CHILD_OF",
    "child": "CHILD",
    "educated at": "EDUCATED_AT",
    "employer": "EMPLOYEE_OR_MEMBER_OF",
    "member of": "EMPLOYEE_OR_MEMBER_OF",
    "member of political party": "POLITICAL_AFFILIATION",
    "residence": "PLACE_OF_RESIDENCE",
    "parent organization": "SUBSIDIARY_OF",
    "chief executive officer": "CEO",
    "country of citizenship": "NATIONALITY",
}


def labels_of(relation: str, *, valued: bool) -> list[tuple[str, bool]]:
    """Return (label, whether its ends are exchanged) for each label of a relation; none for one without counterpart.

    `valued` says whether the fact's object is a date or a number.
    """
    if valued:
        verb, _, preposition = relation.rpartition(" ")
        label = TIMED.get(verb) if preposition in ("in", "on") else None
        found = [label] if label else []
    else:
        found = SAME[relation].split("|") if relation in SAME else []
    pairs = [(label.removeprefix("~"), label.startswith("~")) for label in found]
    return [*pairs, *((OTHER[label], turned) for label, turned in pairs if label in OTHER)]
