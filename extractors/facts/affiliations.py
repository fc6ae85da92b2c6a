"""The institution inside an affiliation: `Department of X, Hospital Y, University Z, City, Country` gives University Z.

Affiliations go from the smaller to the larger body, so the university is the institution where one is named, else the
last hospital, institute or agency. Departments, schools and laboratories name no institution of their own, and a
university of several campuses is not named without the campus.
"""

import re
from collections.abc import Iterator

from extractors.facts.values import NAME

LARGE = re.compile(
    r"\b(?:Universit\w+|Universidad\w*|Universidade|Università|Uniwersytet|Academy|Academia|Polytechnic|Ministry"
    r"|Institutes of Health|Centers for Disease Control)\b"
)
SMALL = re.compile(
    r"\b(?:Hospitals?|Institut\w*|College|Foundation|Clinic|Medical (?:Center|Centre)|Council|Agency|Trust|Infirmary"
    r"|Sciences Research Center|Health Service|Department of (?:State )?Health(?: Services| and Human Services)?)\b"
)
HOSPITAL = re.compile(
    r"\bUniversity (?:Medical|Hospitals?|Clinic|Health)\b|\bHospital\b|\bInfirmary\b"
)
UNIT = re.compile(
    r"(?:the )?(?:(?:[A-Z]\w+ )?(?:Department|Dept|Division|Faculty|School|Section|Unit|Laborator\w+|Lab|Group"
    r"|Program\w*|Branch|Service|Bureau|Office|Chair|Graduate)\b|College of|Institute of|Cent(?:er|re) (?:for|of))"
    r"|.*\b(?:Unit|Group|Department|Division|Laboratory|Branch|Programme|Program)$"
)
STATE_HEALTH = re.compile(
    r"[A-Z][\w ]* Department of (?:State )?(?:Public )?Health(?: Services| and \w+ Services)?"
)
CAMPUSES = re.compile(
    r"(?:University of (?:California|Texas|Illinois|Wisconsin|Missouri|Colorado|Massachusetts|Nebraska|Michigan|London"
    r"|North Carolina|Tennessee|Alabama|Arkansas|Maryland|Minnesota|Hawaii|Alaska|Paris|Puerto Rico|New South Wales)"
    r"|(?:State|City) University of New York|Indiana University|Purdue University|Rutgers\w*|Texas A&M University"
    r"|Louisiana State University|Pennsylvania State University|Penn State University|University)"
)
"""Systems of universities, whose campus is part of the name, and a bare noun."""
UNPLACED = re.compile(r"Ministry of [A-Z][\w ]+")
"""Each country has one of that name."""
BARE = re.compile(
    r"(?:(?:Diabetes|Cancer|Heart|Eye|Dental|Medical|Research|Children['’]?s?|General|Central|Military|Regional|District"
    r"|Women['’]?s?|Teaching|University|National|Life|Science|Health|Public|City|State|County) )+\w+"
)
"""Names without a name in them: many towns have a `General Hospital`."""
COMPANY = re.compile(r"\b(?:Ltd|Inc|GmbH|LLC|Corp|Co\.|S\.A\.|AG|plc)\b")
ADJECTIVE = re.compile(r"\b(?:Medical|Dental|Clinical|Research|Health|Science|Sciences)$")
MARK = re.compile(r"^(?:and |the |The |at |\d+ ?)+")
BRACKETS = re.compile(r"\s*\([^()]*\)")
LONGEST = 9
"""Words of an institution's name; longer ones are several things run together."""


def institutions(text: str) -> list[tuple[int, int]]:
    """Return the spans of the institutions that an affiliation names: the largest, or none where it is not clear."""
    if COMPANY.search(text):
        return []
    parts = list(_parts(text))
    large = [
        span for span in parts
        if LARGE.search(name := text[slice(*span)]) and not HOSPITAL.search(name) and not _starts_unit(name)
    ]  # fmt: skip
    found = large or [s for s in parts if _is_small(text[slice(*s)])][-1:]
    clear = [span for span in found if _is_name(text[slice(*span)])]
    return clear if len(clear) == len(found) else []


def _starts_unit(name: str) -> bool:
    return bool(UNIT.match(name)) and not name.startswith(("Institute of Technology",))


def _is_small(name: str) -> bool:
    if STATE_HEALTH.fullmatch(name):
        return True
    return bool(SMALL.search(name) or HOSPITAL.search(name)) and not UNIT.match(name)


def _is_name(name: str) -> bool:
    plain = NAME.fullmatch(name) and not re.search(r"\d|[a-z]{3}\. ", name)
    vague = any(form.fullmatch(name) for form in (CAMPUSES, UNPLACED, BARE))
    return bool(plain) and not vague and 2 <= len(name.split()) <= LONGEST


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans between commas, bracketed short forms and joining words taken off."""
    for piece in re.finditer(r"[^,;]+", text):
        start = piece.start()
        for part in _conjuncts(piece[0]):
            at = text.index(part, start)
            start = at + len(part)
            bare = part.strip()
            bare = BRACKETS.sub("", bare) if BRACKETS.search(bare[-20:]) else bare
            mark = MARK.match(bare)
            name = bare[mark.end() :] if mark else bare
            first = text.index(name, at) if name and name in text[at:start] else -1
            if first >= 0:
                yield first, first + len(name.rstrip(" ."))


def _conjuncts(piece: str) -> list[str]:
    """Return both sides of `X Hospital and Y University`, and a name that holds its own `and` whole."""
    left, word, right = piece.partition(" and ")
    both = all(LARGE.search(side) or SMALL.search(side) for side in (left, right))
    return [left, right] if word and both and not ADJECTIVE.search(left) else [piece]
