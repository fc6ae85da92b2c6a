"""Counts in trial reports: participants screened, enrolled and randomised, and the arms with their sizes.

Counts are printed in digits or in words. A count of some (`the remaining 40 patients`) is none of the trial.
"""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from extractors.facts.trial_sentences import Sentence, Stated
from extractors.facts.writer import mention_at
from warehouse.records import Quantity

ONES = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_UNIT, _TEN = "|".join(reversed(ONES)), "|".join(TENS)
_SMALL = rf"(?:(?:{_TEN})(?:[- ](?:{_UNIT}))?|(?:{_UNIT}))"
WORDED = rf"(?:(?:{_UNIT}) hundred(?: (?:and )?{_SMALL})?|{_SMALL})"
NUMERAL = rf"(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,6}}|{WORDED})"
PEOPLE = (
    "patients|participants|subjects|women|men|children|adults|infants|individuals|people|volunteers|outpatients|"
    "students|adolescents|neonates|residents|households|clusters|eyes|schoolchildren|pregnancies"
)
RANDOM = r"random(?:ly (?:assigned|allocated|divided|split)|i[sz]ed)"
BROKEN = "and|or|of|months?|years?|days|weeks|percent|to"
"""Words that end the phrase of a count before its noun."""
COUNT = re.compile(
    rf"(?<![\w.,≥≤<>=±-])(?P<count>\d{{1,3}}(?:,\d{{3}})+|\d{{2,6}}|{WORDED})(?= )"
    rf"(?: (?!(?:{BROKEN})\b)[a-z][a-z-]*){{0,5}}? (?:{PEOPLE})"
    rf"(?: with [^.;:()\d]{{3,60}})?(?: \([^()]{{3,60}}\))?,? were (?:{RANDOM}|allocated randomly)\b"
    rf"|\b[Ww]e {RANDOM} (?P<active>\d{{2,6}})(?= )(?: [a-z][a-z-]*){{0,5}}? (?:{PEOPLE})\b",
    re.IGNORECASE,
)
ENTERED = re.compile(
    r"(?:^|\b(?:[Aa] total of|[Ii]n total,|[Oo]verall,|[Aa]ltogether,) )"
    rf"(?P<count>\d{{1,3}}(?:,\d{{3}})+|\d{{2,6}}|{WORDED})(?= )"
    rf"(?: (?!(?:{BROKEN})\b)(?-i:[a-z][a-z-]*)){{0,3}}? (?:{PEOPLE})(?: with [^.;:()\d]{{3,60}})? were "
    r"(?:(?P<enrolment>enrol+ed|recruited)|(?P<screening>screened))(?=$|[.,;]| \(| between\b| from [A-Z]"
    r"| and (?:were )?random| (?:in|into|to|for) (?:inclusion in |possible )?(?:the |this |our |study )"
    r"(?:present |current )?(?:study|trial|enrol+ment)\b)",
    re.IGNORECASE,
)
NOT_ALL = re.compile(
    r"\b(?:another|other|remaining|further|additional|of (?:the|these|which|whom|them)|and|first|eligible|only"
    r"|stud(?:y|ies)|stage|phase|cohort|group|site|cent(?:re|er)) (?:\w+ ){0,2}$",
    re.IGNORECASE,
)
"""Words before a count that make it the count of some."""
SEVERAL_ARMS = re.compile(
    r"\b(?:or|and|versus|vs|two|three|four|five|six|either|groups|arms|treatments|between|[2-6])\b"
)
ALLOTTED = re.compile(rf"\b(?:{RANDOM}|randomi[sz]ation|allocated|assigned)\b", re.IGNORECASE)
SIZED = re.compile(r" \(n ?= ?(?P<size>\d{1,5})\)")
_NAME = r"[A-Za-z\d][\w+/&%.,-]*(?: (?!to\b|n\b)[\w+/&%.-][\w+/&%.,-]*){0,8}?"
FIRST = re.compile(
    rf"(?:.*\b)?(?:to (?:receiv(?:e|ing)|take|intake|consume|undergo|have)|to|into|either|treatment with)"
    rf"(?: either)?(?: (?:the|a|an))? (?P<name>{_NAME})(?: (?:group|arm))?"
)
NEXT = re.compile(
    r"(?: (?:groups?|arms?))?(?:[,;] (?:and |or )?| and | or | versus | vs\.? )(?:to )?(?:receive )?(?:the |an? )?"
    rf"(?P<name>{_NAME})(?: (?:group|arm))?"
)
ASSIGNED = re.compile(
    r"\b(?P<size>\d{1,5})(?: (?:patients|participants|subjects|children|women|men))?"
    r"(?: were(?: randomly)? (?:assigned|allocated|randomi[sz]ed))? to (?:the )?"
    r"(?P<name>[A-Za-z][\w+/ -]{1,40}?) (?:group|arm)\b"
)
LONGEST = 5
"""Words of an arm's name; a longer one tells how it was treated."""
NO_ARM = re.compile(
    r"\b(?:groups?|arms?|patients|participants|subjects|women|men|children|one|two|three|four|treatment|study|which|who|"
    r"were|was|following|each|total|both|sequence|order|period|intervention or)\b|^(?:group|arm)?\s?[\dA-D]$",
    re.IGNORECASE,
)
OF_SOME = re.compile(
    r"\b(?:these|those|withdr\w+|lost|died|complet\w+|analy[sz]\w+|per[- ]protocol|dropped|excluded|followed|assessed"
    r"|responders?|sub-?group|sub-?set|second(?:ary)? randomi[sz]ation|week \d|who had|with (?:a|an) )\b",
    re.IGNORECASE,
)


def number(text: str) -> int:
    """Return a count printed in digits or in words: `Five hundred and thirty-four` is 534."""
    if text[0].isdigit():
        return int(text.replace(",", ""))
    total = 0
    for word in re.split(r"[ -]", text.casefold()):
        if word == "hundred":
            total *= 100
        elif word in ONES:
            total += ONES.index(word) + 1
        elif word in TENS:
            total += 10 * (TENS.index(word) + 2)
    return total


def _count(value: int) -> Quantity:
    return Quantity(value=str(value), unit="", step="1")


def _entered(s: Sentence) -> Iterator[Stated]:
    """Yield how many were screened or enrolled, where the sentence says so of all."""
    found = list(ENTERED.finditer(s.text))
    if len(found) == 1 and not re.search(r"\b(?:phase|stage|cohort|pilot)\b", s.text):
        match, value = found[0], number(found[0]["count"])
        if value >= 10:
            stage = "enrolment" if match["enrolment"] else "screening"
            at = s.start + match.start("count")
            mention = mention_at(at, match["count"], "value")
            yield Stated(f"participant count at {stage}", mention, s.span, _count(value))


def _arms(s: Sentence) -> Iterator[Stated]:
    """Yield the arms with their sizes, where the sentence gives all of them and they add up to the stated total."""
    arms = _sized_arms(s.text) or _assigned_arms(s.text)
    if len(arms) < 2 or OF_SOME.search(s.text, 0, arms[-1][2].start()):
        return
    names = [name for _, name, _ in arms]
    doubtful = any(NO_ARM.search(n) or len(n.split()) > LONGEST for n in names) or len(
        set(names)
    ) < len(names)
    total = COUNT.search(s.text)
    sizes = [int(size["size"]) for _, _, size in arms]
    wrong = total and total["count"] and number(total["count"]) != sum(sizes)
    if doubtful or wrong:
        return
    for (at, name, size), value in zip(arms, sizes, strict=True):
        arm = mention_at(s.start + at, name, "thing")
        yield Stated("trial arms", arm, s.span, _count(value), listed=True)
        printed = mention_at(s.start + size.start("size"), size["size"], "value")
        yield Stated(f"participant count in the {name} arm", printed, s.span, _count(value))


Arm = tuple[int, str, re.Match[str]]
"""Where an arm's name starts, the name, and the match that holds its size."""


def _sized_arms(text: str) -> list[Arm]:
    """Return the arms of `to receive A (n = 20) or B (n = 21)`, none if a name is not clear."""
    cue = ALLOTTED.search(text)
    sizes = list(SIZED.finditer(text, cue.end())) if cue else []
    if cue is None or len(sizes) < 2:
        return []
    first = FIRST.fullmatch(text, cue.end(), sizes[0].start())
    found = [first, *(NEXT.fullmatch(text, a.end(), b.start()) for a, b in pairwise(sizes))]
    arms = [(m.start("name"), m["name"], size) for m, size in zip(found, sizes, strict=True) if m]
    return arms if len(arms) == len(sizes) else []


def _assigned_arms(text: str) -> list[Arm]:
    """Return the arms of `151 were assigned to the A arm and 142 to the B arm`."""
    found = list(ASSIGNED.finditer(text)) if ALLOTTED.search(text) else []
    return [(m.start("name"), m["name"], m) for m in found]


READERS: tuple[Callable[[Sentence], Iterator[Stated]], ...] = (_entered, _arms)
"""What is read of each sentence."""
