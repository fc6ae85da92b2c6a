"""Facts of a trial's entry in a registry: sponsor, status, phase, dates, conditions, countries, arms, outcome.

The entry is known by its number in a field of its own and by a registry's fields beside it. The subject is the number,
and the relations are those that a trial's report is read for (`trials`), so that report and entry meet. Fields are
found by their own label, or by `Text`, `Country` and the like below a heading that names them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractors.facts.writer import FactWriter, Span, Told, mention_at
from warehouse.identity import digest
from warehouse.records import Document, EntityType, Fact, Mention, Quantity, Section

EXTRACTOR = "trial-registry/1"
FIELD = re.compile(r"^(?P<label>[A-Z][^:|\n]{1,60}): (?P<value>\S[^\n]*)$", re.MULTILINE)
NUMBER = re.compile(r"NCT\d{8}|ISRCTN\d{8}|ACTRN\d{14}|DRKS\d{8}|CTRI/\d{4}/\d{2,3}/\d{6}")
NUMBER_LABEL = re.compile(
    r"(?:.* / )?(?:nct (?:id|number)|trial (?:id|number)|isrctn(?: number)?|main id|primary id|registration number)",
    re.IGNORECASE,
)
OWN = ("overall status", "recruitment status", "study type", "study design", "target size")
"""Fields that only a registry's entry has."""
RELATIONS: dict[str, tuple[str, EntityType]] = {
    "lead sponsor / agency": ("sponsor", "organisation"),
    "lead sponsor": ("sponsor", "organisation"),
    "primary sponsor": ("sponsor", "organisation"),
    "overall status": ("trial status", "text"),
    "recruitment status": ("trial status", "text"),
    "start date": ("study start", "value"),
    "completion date": ("study completion", "value"),
    "primary completion date": ("primary completion", "value"),
    "phase": ("trial phase", "text"),
    "study type": ("study type", "text"),
    "masking": ("blinding", "text"),
    "primary outcome / measure": ("primary outcome", "text"),
    "official title": ("official title", "work"),
    "brief title": ("brief title", "work"),
}
LISTS: dict[str, tuple[str, str, EntityType]] = {
    "condition": ("condition", "conditions", "thing"),
    "location countries": ("study country", "study countries", "place"),
    "location countries / country": ("study country", "study countries", "place"),
    "countries of recruitment": ("study country", "study countries", "place"),
}
"""Fields with one value or several between semicolons, with the relation of one and of several."""
ARMS = re.compile(
    r"^\| arm group label \|[^\n]*\n\|[-| ]+\|\n(?P<rows>(?:\|[^\n]*\n?)+)",
    re.IGNORECASE | re.MULTILINE,
)
ROW = re.compile(r"^\| (?P<label>[^|\n]+?) \|", re.MULTILINE)
BARE = frozenset(("text", "value", "type"))


@dataclass(frozen=True)
class _Field:
    """A field by its path (heading and label in lower case), with its value's place."""

    path: str
    value: str
    at: int
    span: Span


def registry_facts(document: Document, sections: Sequence[Section]) -> list[Fact]:
    """Return the facts of a registry's entry; none for other documents."""
    if document.format not in ("xml", "json", "html", "md"):
        return []
    fields = list(_fields(document.text, sections))
    numbers = [f for f in fields if NUMBER_LABEL.fullmatch(f.path) and NUMBER.fullmatch(f.value)]
    if len({f.value for f in numbers}) != 1 or not any(f.path in OWN for f in fields):
        return []
    number = mention_at(numbers[0].at, numbers[0].value, "thing")
    writer = FactWriter(document, sections, EXTRACTOR, as_of=document.date)
    counts = {path: sum(f.path == path for f in fields) for path in RELATIONS}
    for field in fields:
        if field.path in RELATIONS and counts[field.path] == 1 and "; " not in field.value:
            relation, kind = RELATIONS[field.path]
            writer.add(number, relation, mention_at(field.at, field.value, kind), field.span)
        elif field.path in LISTS:
            _listed(writer, number, field)
        elif field.path == "enrollment" and field.value.isdigit() and _is_actual(fields):
            quantity = Quantity(value=field.value, unit="", step="1")
            count = mention_at(field.at, field.value, "value")
            writer.add(
                number, "participant count at enrolment", count, field.span, Told(quantity=quantity)
            )
    _arms(writer, number, document.text)
    return writer.facts()


def _listed(writer: FactWriter, number: Mention, field: _Field) -> None:
    one, several, kind = LISTS[field.path]
    items = field.value.split("; ")
    group = digest(several, number.text, field.at)[:16] if len(items) > 1 else ""
    at = 0
    for item in items:
        at = field.value.index(item, at)
        relation = several if group else one
        writer.add(
            number, relation, mention_at(field.at + at, item, kind), field.span, Told(group=group)
        )
        at += len(item)


def _arms(writer: FactWriter, number: Mention, text: str) -> None:
    """Tell the arms of the table that lists them."""
    table = ARMS.search(text)
    if table is None:
        return
    group = digest("trial arms", number.text, table.start())[:16]
    for row in ROW.finditer(text, table.start("rows"), table.end("rows")):
        end = text.find("\n", row.end())
        arm = mention_at(row.start("label"), row["label"], "thing")
        span = row.start(), end if end >= 0 else len(text)
        writer.add(number, "trial arms", arm, span, Told(group=group))


def _fields(text: str, sections: Sequence[Section]) -> Iterator[_Field]:
    """Yield the fields; one that says only `Text` is its heading's, any other below a heading has both names."""
    for section in sections:
        heading = section.headings[-1].casefold() if section.headings else ""
        for match in FIELD.finditer(text, section.start, section.end):
            label = match["label"].casefold()
            if label in BARE:
                path = heading if label != "type" else f"{heading} / type"
            elif heading in LISTS or heading == "primary outcome":
                path = f"{heading} / {label}"
            else:
                path = label
            yield _Field(path, match["value"].rstrip(), match.start("value"), match.span())


def _is_actual(fields: Sequence[_Field]) -> bool:
    """Whether the entry says that the number enrolled is no plan."""
    return any(f.path == "enrollment / type" and f.value.casefold() == "actual" for f in fields)
