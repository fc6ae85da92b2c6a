"""Facts of a trial's report: registration, counts and arms, dates, places, design, outcome, sponsor and approval.

Each is told of the article, and of the registration number where the article gives one, because reports of one trial
share that. The number must be the only one that the article calls its own; numbers of other trials stand in the text
too. The count of the randomised is that of the abstract's one sentence that says so of all participants; the rest is
read sentence by sentence (`trial_counts`, `trial_conduct`), and left out where two sentences differ.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from extractors.facts import trial_conduct, trial_counts
from extractors.facts.articles import article_title
from extractors.facts.trial_counts import COUNT, NOT_ALL, SEVERAL_ARMS, number
from extractors.facts.trial_sentences import Stated, own_sentences
from extractors.facts.writer import FactWriter, Span, Told, mention_at
from warehouse.identity import digest
from warehouse.records import Document, Fact, Mention, Quantity, Section

EXTRACTOR = "trial/2"
READERS = (*trial_counts.READERS, *trial_conduct.READERS)
HEAD = 8000
"""Characters in which title and abstract stand."""
RANDOMISED = re.compile(
    r"\brandom(?:i[sz]ed|ly (?:assigned|allocated|divided))\b|\bclinical trial\b", re.IGNORECASE
)
NO_REPORT = re.compile(
    r"\b(?:reviews?|meta-?analys[ie]s|protocol|guidelines?|rationale and design|commentary|editorial)\b",
    re.IGNORECASE,
)
OF_REPORT = ("participant count at screening", "participant count at enrolment")
"""What reports of one trial count each in its own way."""
ALONE = {"study countries": "study country", "sponsors": "sponsor", "funders": "funder"}
"""Lists of which another sentence may name one only: then neither is told."""
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
ABSTRACT = re.compile(r"abstract|summary", re.IGNORECASE)


def trial_facts(document: Document, sections: Sequence[Section]) -> list[Fact]:
    """Return the facts that the report of a trial states of the trial as a whole."""
    title = article_title(document)
    if document.format not in ("xml", "html", "pdf", "md", "docx") or title is None:
        return []
    registered = _registration(document, sections)
    subjects = [title]
    writer = FactWriter(document, sections, EXTRACTOR)
    if registered:
        own, span = registered
        writer.add(title, "trial registry number", own, span)
        subjects.append(own)
    stated = list(_abstract_counts(document, sections))
    if registered or _is_trial(document.text, title, sections):
        stated += _stated(document, sections)
    for item in _agreed(stated):
        group = digest(item.relation, document.id, *item.span)[:16] if item.listed else ""
        for subject in subjects[:1] if item.relation in OF_REPORT else subjects:
            if item.listed or item.object.text.casefold() not in subject.text.casefold():
                writer.add(
                    subject,
                    item.relation,
                    item.object,
                    item.span,
                    Told(quantity=item.quantity, group=group),
                )
    return writer.facts()


def _is_trial(text: str, title: Mention, sections: Sequence[Section]) -> bool:
    """Whether a report without a number is a trial's: title or abstract say so, and it is no review or plan."""
    abstract = any(ABSTRACT.fullmatch(heading) for s in sections for heading in s.headings)
    return abstract and bool(RANDOMISED.search(text, 0, HEAD)) and not NO_REPORT.search(title.text)


def _stated(document: Document, sections: Sequence[Section]) -> Iterator[Stated]:
    """Yield what the sentences state, of each relation what the abstract says where it says it."""
    found = [
        (sentence.abstract, item)
        for sentence in own_sentences(document, sections)
        for read in READERS
        for item in read(sentence)
    ]
    abstract = {item.relation for inside, item in found if inside}
    yield from (item for inside, item in found if inside or item.relation not in abstract)


def _agreed(stated: Iterable[Stated]) -> list[Stated]:
    """Return each statement once; a relation with several values is left out, and so are lists that differ."""
    lists: dict[str, dict[Span, set[str]]] = defaultdict(lambda: defaultdict(set))
    values: dict[str, set[str]] = defaultdict(set)
    first: dict[tuple[str, str], Stated] = {}
    for item in stated:
        first.setdefault((item.relation, item.object.text), item)
        if item.listed:
            lists[item.relation][item.span].add(item.object.text)
        else:
            values[item.relation].add(item.object.text)
    several = {name for name in lists if values[ALONE.get(name, name)]}
    unsettled = {name for name, texts in values.items() if len(texts) > 1} | several
    unsettled |= {ALONE[name] for name in several if name in ALONE}
    unsettled |= {
        name
        for name, told in lists.items()
        if any(told[s] != texts for s in told for texts in told.values())
    }
    return [item for item in first.values() if item.relation not in unsettled]


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


def _abstract_counts(document: Document, sections: Sequence[Section]) -> Iterator[Stated]:
    """Yield how many were randomised, where one sentence of an abstract's section says so of all."""
    for section in sections:
        if not any(ABSTRACT.fullmatch(heading) for heading in section.headings):
            continue
        offset, body = section.start, document.text[section.start : section.end]
        single = len(COUNT.findall(body)) == 1
        for line in body.splitlines(keepends=True):
            for match in COUNT.finditer(line) if single else ():
                yield from _randomised(document.text, line, match, offset)
            offset += len(line)


def _randomised(text: str, line: str, match: re.Match[str], offset: int) -> Iterator[Stated]:
    name = "count" if match["count"] else "active"
    first = _sentence(text, offset, offset + match.start())
    stop = _sentence_end(text, offset + match.end(), offset + len(line.rstrip()))
    before, after = text[first : offset + match.start()], text[offset + match.end() : stop]
    value = number(match[name])
    if NOT_ALL.search(before) or not SEVERAL_ARMS.search(after) or value < 10:
        return
    count = mention_at(offset + match.start(name), match[name], "value")
    quantity = Quantity(value=str(value), unit="", step="1")
    yield Stated("participant count at randomisation", count, (first, stop), quantity)
