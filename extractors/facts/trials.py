"""Facts of a trial's report: under which number it is registered, how many were randomised, its primary outcome.

Each is told of the article, and of the registration number where the article gives one, because reports of one trial
share that. The number must be the only one that the article calls its own; numbers of other trials stand in the text
too. The count is that of the abstract's one sentence that says so of all participants.
"""

import re
from collections.abc import Iterator, Sequence

from extractors.facts.articles import article_title
from extractors.facts.writer import FactWriter, Span, mention_at
from warehouse.records import Document, Fact, Mention, Quantity, Section

EXTRACTOR = "trial/1"
NUMBER = re.compile(
    r"(?<![\w/])(?:NCT\d{8}|ISRCTN ?\d{8}|ACTRN\d{14}|ChiCTR-?[A-Z]{0,4}-?\d{8,10}|IRCT\d{8,}N\d+"
    r"|CTRI/\d{4}/\d{2,3}/\d{6}|DRKS\d{8}|UMIN\d{9}|EudraCT (?:number )?\d{4}-\d{6}-\d\d|PACTR\d{15,16})(?!\w)"
)
OWN = re.compile(
    r"(?:trial|study) regist\w+|regist(?:ered|ration)\b[^.;]*$|regist(?:ered|ration) (?:at|in|with|on|under|number|no)"
    r"|\btrial identifier|ClinicalTrials\.gov identifier\b",
    re.IGNORECASE,
)
OTHER = re.compile(
    r"\b(?:another|other|ongoing|previous|subsequent|these|four|three|two|similar|parent)\b",
    re.IGNORECASE,
)
HEADING = re.compile(r"(?:clinical )?trials? registration.*", re.IGNORECASE)
CUE_REACH = 160
"""Characters in front of a number in which its trial is called the article's own."""
ONES = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_UNIT, _TEN = "|".join(reversed(ONES)), "|".join(TENS)
_SMALL = rf"(?:(?:{_TEN})(?:[- ](?:{_UNIT}))?|(?:{_UNIT}))"
WORDED = rf"(?:(?:{_UNIT}) hundred(?: (?:and )?{_SMALL})?|{_SMALL})"
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
NOT_ALL = re.compile(
    r"\b(?:another|other|remaining|further|additional|of (?:the|these|which|whom|them)|and|first|eligible|only"
    r"|stud(?:y|ies)|stage|phase|cohort|group|site|cent(?:re|er)) (?:\w+ ){0,2}$",
    re.IGNORECASE,
)
"""Words before a count that make it the count of some."""
SEVERAL_ARMS = re.compile(
    r"\b(?:or|and|versus|vs|two|three|four|five|six|either|groups|arms|treatments|between|[2-6])\b"
)
OUTCOME = re.compile(
    r"(?:^|\. )(?:The )?[Pp]rimary (?:outcome|end ?point|endpoint)(?: measure| variable)? was (?:the )?"
    r"(?P<outcome>[a-z][^.,;:()\d]{4,70})(?=\.(?:\s|$))"
)
ABSTRACT = re.compile(r"abstract|summary", re.IGNORECASE)


def trial_facts(document: Document, sections: Sequence[Section]) -> list[Fact]:
    """Return the facts that the report of a trial states of the trial as a whole."""
    title = article_title(document)
    if document.format not in ("xml", "html") or title is None:
        return []
    registered = _registration(document, sections)
    subjects = [title]
    writer = FactWriter(document, sections, EXTRACTOR)
    if registered:
        number, span = registered
        writer.add(title, "trial registry number", number, span)
        subjects.append(number)
    for section in sections:
        if not any(ABSTRACT.fullmatch(heading) for heading in section.headings):
            continue
        for relation, mention, span, quantity in _stated(document.text, section):
            for subject in subjects:
                writer.add(subject, relation, mention, span, quantity=quantity)
    values: dict[str, set[str]] = {}
    for fact in writer.facts():
        values.setdefault(fact.relation, set()).add(fact.object.text)
    return [fact for fact in writer.facts() if len(values[fact.relation]) == 1]


def _registration(document: Document, sections: Sequence[Section]) -> tuple[Mention, Span] | None:
    """Return where the article's own number stands first, or None unless it is the only one of its own."""
    own: list[tuple[Mention, Span]] = []
    text = document.text
    for section in sections:
        headed = any(HEADING.fullmatch(heading) for heading in section.headings[-1:])
        for match in NUMBER.finditer(text, section.start, section.end):
            start = text.rfind("\n", 0, match.start()) + 1
            end = text.find("\n", match.end())
            cue = text[max(start, match.start() - CUE_REACH) : match.start()]
            if not (headed or OWN.search(cue)) or OTHER.search(cue):
                continue
            number = Mention(text=match[0], start=match.start(), end=match.end(), type="thing")
            first = (
                _line_above(text, start, section.start)
                if headed
                else _sentence(text, start, match.start())
            )
            stop = _sentence_end(text, match.end(), end if end >= 0 else len(text))
            own.append((number, (first, stop)))
    names = {number.text.replace(" ", "") for number, _ in own}
    return own[0] if len(names) == 1 else None


def _line_above(text: str, start: int, lowest: int) -> int:
    """Return the start of the heading that stands right above a line, else of the line."""
    head = len(text[:start].rstrip())
    above = text.rfind("\n", 0, head) + 1
    return above if above >= lowest and text[above : above + 1] == "#" else start


def _sentence(text: str, start: int, at: int) -> int:
    """Return where the sentence around `at` begins, on the line that begins at `start`."""
    stop = max(
        text.rfind(". ", start, at), text.rfind("! ", start, at), text.rfind("? ", start, at)
    )
    return stop + 2 if stop >= 0 else start


def _sentence_end(text: str, at: int, line_end: int) -> int:
    """Return where the sentence around `at` ends, on the line that ends at `line_end`."""
    stop = text.find(". ", at, line_end)
    return stop + 1 if stop >= 0 else line_end


def _stated(text: str, section: Section) -> Iterator[tuple[str, Mention, Span, Quantity | None]]:
    """Yield (relation, mention, span of the sentence, quantity) of an abstract's section."""
    offset = section.start
    body = text[section.start : section.end]
    single = len(COUNT.findall(body)) == 1
    for line in body.splitlines(keepends=True):
        for match in COUNT.finditer(line) if single else ():
            name = "count" if match["count"] else "active"
            begin = match.start(name)
            first = _sentence(text, offset, offset + match.start())
            stop = _sentence_end(text, offset + match.end(), offset + len(line.rstrip()))
            before, after = text[first : offset + match.start()], text[offset + match.end() : stop]
            value = _number(match[name])
            if NOT_ALL.search(before) or not SEVERAL_ARMS.search(after) or value < 10:
                continue
            quantity = Quantity(value=str(value), unit="", step="1")
            yield (
                "participant count at randomisation",
                mention_at(offset + begin, match[name], "value"),
                (first, stop),
                quantity,
            )
        for match in OUTCOME.finditer(line):
            begin = offset + match.start("outcome")
            if len(match["outcome"].split()) <= 8:
                first = _sentence(text, offset, begin)
                yield (
                    "primary outcome",
                    mention_at(begin, match["outcome"], "text"),
                    (first, offset + match.end("outcome") + 1),
                    None,
                )
        offset += len(line)


def _number(text: str) -> int:
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
