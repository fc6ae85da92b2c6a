"""How a trial was run: when, where, in which phase, how blinded, allocated and followed, who paid and who approved.

Each pattern is a convention of trial reports. What is said must be said of the study, or of its participants as a
whole: `The Indian study`, `the remaining patients` and `the original trial` are left out.
"""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from extractors.facts.countries import COUNTRY
from extractors.facts.trial_counts import NUMERAL, PEOPLE, number
from extractors.facts.trial_sentences import Sentence, Stated
from extractors.facts.values import MONTHS, NAME
from extractors.facts.writer import mention_at
from warehouse.records import EntityType, Quantity

NOT_OWN = (
    "previous|prior|original|parent|main|first|second|third|other|earlier|larger|same|similar|former|pilot|further|"
    "subsequent|companion|future|next|extension|qualitative|validation|pharmacokinetic|per|not|and|of|with"
)
STUDY = rf"(?:The|This|Our|the|this|our)(?: (?!(?:{NOT_OWN})\b)[a-z\d-]+,?){{0,9}} (?:trial|study)"
CONDUCT = re.compile(
    rf"(?P<study>(?<![\w-]){STUDY} (?:was|is) (?:\w+ )?(?:conducted|carried out|performed|undertaken|done)\b"
    rf"|(?<![\w-]){STUDY} was an?\b[^.;()]{{0,140}}? (?:trial|study) (?:conducted|carried out|performed|undertaken)\b"
    rf"|(?<![\w-]){STUDY} (?:took place|(?:enrol+ed|recruited|randomi[sz]ed) (?:{PEOPLE}))\b"
    rf"|^It was (?:conducted|carried out|performed|undertaken)\b)"
    rf"|(?<![\w-])(?:{PEOPLE})(?: with [^.;:()]{{3,60}})? were (?:\w+ )?(?:(?P<enrolment>recruited|enrol+ed)"
    r"|(?P<randomisation>randomi[sz]ed|randomly (?:assigned|allocated)))\b",
    re.IGNORECASE,
)
SOME = re.compile(
    r"\b(?:remaining|other|another|further|additional|these|those|control|healthy|whom|which|if|first|second"
    r"|previous\w*|original|earlier|would|will|group|arm)\b",
    re.IGNORECASE,
)
_MOMENT = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)? )?(?:{MONTHS})(?: \d{{1,2}}(?:st|nd|rd|th)?,?)?,? (?:19|20)\d\d"
)
PERIOD = re.compile(
    rf"\b(?:between (?P<from1>{_MOMENT}) and (?P<to1>{_MOMENT})"
    rf"|from (?P<from2>{_MOMENT}) (?:to|until|till|through) (?P<to2>{_MOMENT}))(?![\w-])",
    re.IGNORECASE,
)
REACH = 140
"""Characters between what was done and when or where it was."""
SITES = re.compile(
    rf"\b(?:at|from|in|across) (?P<count>{NUMERAL}) (?:[a-z-]+ ){{0,3}}?"
    r"(?:cent(?:re|er)s|sites|hospitals|clinics|practices)\b"
)
NATIONS = re.compile(rf"\b(?:in|across|from) (?P<count>{NUMERAL}) (?:[A-Z]?[a-z]+ )?countries\b")
MAKER = re.compile(
    r"\b(?:manufactur\w+|purchased|supplied|produced|Inc|Ltd|Company|Co\.|software|version|capsules?|tablets?)\b|[®™]"
)
BODY = re.compile(
    r"\b(?:Hospitals?|Universit\w+|Institute|Clinic|Medical (?:Center|Centre|College)|Infirmary|Unit|Centre|Center)\b"
)
NAMED_BODY = re.compile(
    r"(?:\w\S* )+(?:Hospital|University|Institute|Infirmary)\b|\bUniversity of\b"
)
SITE = re.compile(
    rf"\b(?:at|in|from) (?:the )?(?P<site>{NAME.pattern})(?:,|\.|;| \(|$| (?:between|from|during)\b)"
)
PHASE = re.compile(
    r"\b(?P<phase>[Pp]hase (?:[1-4][ab]?|IV|I{1,3}[ab]?)(?:/(?:[1-4]|I{1,3}))?)(?![\w/])"
)
BLIND = re.compile(
    r"\b(?:(?:double|single|triple|observer|assessor|investigator|evaluator)[- ]blind(?:ed)?"
    r"|open[- ]label(?:led)?)\b",
    re.IGNORECASE,
)
DESIGN = re.compile(
    rf"(?:^|(?<=: ))(?:In )?{STUDY}\b(?: was an?\b[^.;()]{{0,140}}?\b(?:trial|study)\b)?"
    rf"|\b(?:[Tt]his|[Oo]ur)(?: (?!(?:{NOT_OWN})\b)[a-z\d-]+,?){{0,9}} (?:trial|study)\b"
    r"|^(?:(?:Methods|Design|Design and methods): ?)?An?\b[^.;()]{0,140}?\b(?:trial|study)\b"
)
RATIO = re.compile(
    r"\b(?:random\w*|allocat\w+|assigned)\b[^.;]{0,80}?(?:\((?P<bare>\d(?::\d){1,4})\)"
    r"|(?:in|at|using|with) an? (?P<ratio>\d(?::\d){1,4}) (?:allocation |randomi[sz]ation )?ratio)"
)
FOLLOWED = re.compile(
    r"\b(?P<kind>[Mm]edian|[Mm]ean) (?:duration of )?follow[- ]?up(?: time| period| duration)? (?:of|was) "
    r"(?P<value>\d+(?:\.\d+)?) (?P<unit>months|years|weeks|days)\b"
)
_COMMITTEE = (
    r"(?:(?:[Rr]esearch |[Mm]edical |[Cc]linical |[Hh]uman )*[Ee]thic(?:s|al)(?: [Rr]eview)? (?:[Cc]ommittee|[Bb]oard)"
    r"|[Ii]nstitutional [Rr]eview [Bb]oard(?: \(IRB\))?)"
)
APPROVED = re.compile(
    rf"\bapproved by (?:the |an )?(?:[a-z]+ )?{_COMMITTEE} (?:of|at) (?:[Tt]he )?(?P<body>{NAME.pattern})(?P<after>.?)"
)
PAID = re.compile(
    rf"\b(?:{STUDY}|This work|This research|The work) (?:was|is) (?:\w+ )?(?P<how>sponsored|funded|supported)"
    r"(?: in full| entirely| solely)? by (?:an? (?:[a-z-]+ )*grants? from )?(?:[Tt]he )?"
    r"(?P<names>[^.;()]+?(?:, (?:Inc|Ltd|Co)\.)?)"
    r"(?=\.(?:\s|$)|;| \(|, (?:which|who|under|through|grant|with|the manuf)|$)"
)
AND_MORE = re.compile(r"\b(?:and|as well as) (?:by|through|from|in part)\b|\balso\b|\badditional")
LEGAL = re.compile(r", (?=(?:LLC|Inc|Ltd|Corp|GmbH|L\.?P)\b)")
PAYER = re.compile(
    r"\b(?:Foundation|University|Institut\w*|Council|Ministry|Department|Trust|Fund|Agency|Association|Society|"
    r"Organi[sz]ation|Programme|Program|Centers?|Centre|Commission|Academy|Hospital|Pharma\w*|Inc|Ltd|LLC|Union|"
    r"Board|Bank)\b"
)
OUTCOME = re.compile(
    r"(?:^|(?<=\. )|(?<=, ))(?:[Tt]he |[Oo]ur )?(?:pre-?specified |main )?[Pp]rimary (?:efficacy |study |clinical )?"
    r"(?:outcome|end ?point)(?: measure| variable)?(?: (?:of|in|for) (?:this|the|our) (?:study|trial))? was "
    r"(?:defined as )?(?:the |an? )?(?P<outcome>[a-zA-Z][^.,;:()]{4,110}?)"
    r"(?=, (?:and|with|which|as|defined|assessed|measured)\b|\.?$)"
)
SEVERAL = re.compile(r"\band (?:the )?(?:secondary|key secondary)|\bwere\b|\bsecondary\b| was ")


def _periods(s: Sentence) -> Iterator[Stated]:
    for found in PERIOD.finditer(s.text):
        done = [m for m in CONDUCT.finditer(s.text) if _near(m, found)]
        if (
            len(done) != 1
            or SOME.search(s.text[: done[0].end()])
            or len(PERIOD.findall(s.text)) > 1
        ):
            return
        kind = done[0].lastgroup or "study"
        first, last = ("from1", "to1") if found["from1"] else ("from2", "to2")
        yield _stated(s, f"{kind} start", found.start(first), found[first], "value")
        yield _stated(s, f"{kind} end", found.start(last), found[last], "value")


def _near(done: re.Match[str], found: re.Match[str]) -> bool:
    """Whether a period stands behind what was done, or opens its sentence."""
    return 0 <= found.start() - done.end() <= REACH or (
        found.start() == 0 and done.start() - found.end() <= REACH
    )


def _places(s: Sentence) -> Iterator[Stated]:
    done = next(CONDUCT.finditer(s.text), None)
    if done is None or SOME.search(s.text[: done.end()]) or MAKER.search(s.text):
        return
    for pattern, relation in ((SITES, "study site count"), (NATIONS, "study country count")):
        found = pattern.search(s.text, done.end(), done.end() + REACH)
        if found and pattern.search(s.text, found.end()) is None:
            quantity = Quantity(value=str(number(found["count"])), unit="", step="1")
            yield _stated(s, relation, found.start("count"), found["count"], "value", quantity)
    if done.lastgroup != "randomisation":
        yield from _countries(s, done.end())
    site = SITE.search(s.text, done.end(), done.end() + REACH)
    single = len(BODY.findall(s.text[done.end() :])) == 1
    if site and single and NAMED_BODY.search(site["site"]) and " and " not in site["site"]:
        name = site["site"].rstrip(".")
        yield _stated(s, "study site", site.start("site"), name, "organisation")


def _countries(s: Sentence, at: int) -> Iterator[Stated]:
    """Yield the countries behind what was done: one, or a list without a gap."""
    found = list(COUNTRY.finditer(s.text, at))
    gaps = [s.text[a.end() : b.start()] for a, b in pairwise(found)]
    joined = all(re.fullmatch(r",? (?:and )?(?:the )?|, ", gap) for gap in gaps)
    if not found or not joined or len({m[0] for m in found}) < len(found):
        return
    before, after = s.text[: found[0].start()], s.text[found[-1].end() :]
    if not re.search(r"(?:, |\b(?:in|of|across|from) (?:the )?|\()$", before):
        return
    if not re.match(r"$|[.,;)]| \(| (?:between|from|during|in|and (?:was|were))\b", after):
        return
    if re.match(r",? (?:and|or) [A-Z]|, [A-Z][a-z]+,? (?:and|or)\b", after):
        return
    for country in found:
        relation = "study countries" if len(found) > 1 else "study country"
        yield _stated(s, relation, country.start(), country[0], "place", listed=len(found) > 1)


def _design(s: Sentence) -> Iterator[Stated]:
    design = DESIGN.search(s.text)
    if design is None or SOME.search(design[0]) or re.search(r"\bextension\b", s.text):
        return
    for pattern, relation in ((PHASE, "trial phase"), (BLIND, "blinding")):
        found = list(pattern.finditer(s.text, design.start(), design.end() + 10))
        if len(found) == 1:
            yield _stated(s, relation, found[0].start(), found[0][0], "text")


def _ratio(s: Sentence) -> Iterator[Stated]:
    found = RATIO.search(s.text)
    if found and not re.search(r"\bstratif\w+ random|\bcontrols?\b.*\bmatched\b", s.text):
        name = "bare" if found["bare"] else "ratio"
        yield _stated(s, "allocation ratio", found.start(name), found[name], "text")


def _follow_up(s: Sentence) -> Iterator[Stated]:
    found = FOLLOWED.search(s.text)
    if found and not SOME.search(s.text):
        step = "0." + "0" * (len(found["value"].partition(".")[2]) - 1) + "1"
        quantity = Quantity(
            value=found["value"], unit=found["unit"], step=step if "." in found["value"] else "1"
        )
        relation = f"{found['kind'].lower()} follow-up"
        text = s.text[found.start("value") : found.end("unit")]
        yield _stated(s, relation, found.start("value"), text, "value", quantity)


def _approval(s: Sentence) -> Iterator[Stated]:
    found = list(APPROVED.finditer(s.text))
    if len(found) != 1 or len(re.findall(r"\b[Cc]ommittee|\b[Bb]oard", s.text)) != 1:
        return
    body = found[0]["body"].rstrip(".")
    if found[0]["after"] in ("", ".", ",", ";") and BODY.search(body) and " and " not in body:
        yield _stated(s, "ethics approval body", found[0].start("body"), body, "organisation")


def _payers(s: Sentence) -> Iterator[Stated]:
    found = PAID.search(s.text)
    if found is None or AND_MORE.search(s.text):
        return
    names = LEGAL.sub("\0", found["names"])
    items = [name.replace("\0", ", ") for name in re.split(r", and | and |, ", names)]
    plain = [re.sub(r"^[Tt]he ", "", item.strip()) for item in items]
    named = [NAME.fullmatch(name.replace(" & ", " ").replace(", ", " ")) for name in plain]
    several = len(plain) > 1
    if not all(named) or (
        several and found["how"] != "sponsored" and not all(map(PAYER.search, plain))
    ):
        return
    if len(plain) == 1 and len(plain[0].split()) == 1 and found["how"] != "sponsored":
        return
    role = "sponsor" if found["how"] == "sponsored" else "funder"
    at = found.start("names")
    for name in plain:
        at = s.text.index(name, at)
        relation = f"{role}s" if several else role
        yield _stated(s, relation, at, name, "organisation", listed=several)


def _outcome(s: Sentence) -> Iterator[Stated]:
    for found in OUTCOME.finditer(s.text):
        outcome = found["outcome"].rstrip()
        if not SEVERAL.search(outcome) and len(outcome.split()) <= 14:
            yield _stated(s, "primary outcome", found.start("outcome"), outcome, "text")


def _stated(
    s: Sentence, relation: str, at: int, text: str, kind: EntityType, quantity: Quantity | None = None,
    *, listed: bool = False,
) -> Stated:  # fmt: skip
    return Stated(relation, mention_at(s.start + at, text, kind), s.span, quantity, listed)


READERS: tuple[Callable[[Sentence], Iterator[Stated]], ...] = (
    _periods, _places, _design, _ratio, _follow_up, _approval, _payers, _outcome,
)  # fmt: skip
"""What is read of each sentence."""
