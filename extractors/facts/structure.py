"""Facts from structure: `Field: value` lines, subfields run together on one line, lists and tables (§3.2, method 2.1).

Readers render every format to one syntax (headings, `Field: value`, `- item`, pipe tables), so these patterns see
yearbooks, nested records, definition lists and csv alike. The subject of a line is the document's own subject, else
the innermost heading that names a record: one whose neighbours have the same fields. A list is read whole or not at
all.
"""

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence

from extractors.facts.tables import table_facts
from extractors.facts.values import (
    ASIDE,
    NAME,
    NUMBER,
    TIME_ASIDE,
    Value,
    identifying,
    parse_list,
    parse_value,
)
from extractors.identifiers import is_bare, is_identifier
from warehouse.identity import digest
from warehouse.records import Document, Fact, Mention, Qualifier, Section, make_fact

EXTRACTOR = "key-value/1"
FIELD = re.compile(
    r"(?P<indent>[ \t]*(?:[-*] )?)(?P<label>[A-Z][^\s:|]*(?: [^\s:|]+){0,6}?):[ \t]+(?P<value>\S.*)"
)
SUBLABEL = re.compile(r"(?<![^\s;.])(?P<label>[a-z][a-z'/-]*(?: [a-z'/-]+){0,3}):[ \t]")
META = frozenset(
    (
        "date title subject published updated source url id version licence license status "
        "author authors keywords note notes category tags abstract warning example see "
        "references type created modified by contents table figure"
    ).split()
)
GENERIC_HEADING = frozenset(
    (
        "overview introduction summary notes references background description abstract contents "
        "history conclusion details facts data profile statistics see also"
    ).split()
)
CONNECTING = frozenset(["and", "but", "or", "nor", "also"])
EMPTY_PARTS = frozenset(["text", "value"])
ASIDES = frozenset(["note", "definition", "notes"])
WORD = re.compile(r"[^\W\d_]{3}")
"""What a label needs to be a noun: the language codes of a record's translations (`Fr: Brésil`) are none."""
LONGEST_LINE = 4000
LINE = -1
"""Depth of a record's name that stands on a line of its own; headings have depth 0 and more, outermost first."""

DATED_DEFINITION = re.compile(
    r"[^:\n]{1,60}: [a-z][^:;$%\n]{3,120}? \((?P<text>[^()\n]{4,30})\) [a-z][^:\n]{0,40}:"
)
"""`Literacy: age 15 and over can read and write (1990 est.) total population: …`: words, a date, then figures."""


def structure_facts(document: Document, sections: Sequence[Section]) -> list[Fact]:
    """Return the facts that the document's layout states, in order of position."""
    if document.format in ("python", "dialogue"):
        return []
    facts = list(table_facts(document, sections))
    records = frozenset() if document.subject else records_of(document, sections)
    for section in sections:
        subject = subject_of(document, section, records)
        facts += _field_facts(document, section, subject, records)
    return sorted(
        {fact.id: fact for fact in facts}.values(),
        key=lambda fact: (fact.start, fact.object.start, fact.id),
    )


def records_of(document: Document, sections: Sequence[Section]) -> frozenset[tuple[int, str]]:
    """Return (depth, name) of headings and lone lines (`LINE`) that name a record.

    Records have neighbours with the same fields: at least half of a name's labels stand below another name of its
    depth. The fields below `Contact` or `Links` belong to something that the page does not name there.
    """
    labels: dict[tuple[int, str], set[str]] = defaultdict(set)
    above: dict[tuple[int, str], set[tuple[str, ...]]] = defaultdict(set)
    for section in sections:
        names = list(enumerate(section.headings))
        for depth, name in names:
            above[depth, name].add(section.headings[:depth])
        for _, line, starts in _lines(document, section):
            if starts:
                names = [(LINE, line.strip())]
            if label := _field_label(line):
                for name in names:
                    labels[name].add(label)
    holders = Counter((depth, label) for (depth, _), own in labels.items() for label in own)
    return frozenset(
        (depth, name)
        for (depth, name), own in labels.items()
        if 2 * sum(holders[depth, label] > 1 for label in own) >= len(own)
        and len(above[depth, name]) < 2
    )


def _field_label(line: str) -> str | None:
    """Return the label of a field line, or None for any other line."""
    match = FIELD.fullmatch(line.rstrip()) if len(line) < LONGEST_LINE else None
    return _label(match["label"], ()) if match and "|" not in line else None


def subject_of(
    document: Document, section: Section, records: Collection[tuple[int, str]]
) -> Mention | None:
    """Return what the section's lines are about: the document's subject, else its innermost heading of a record."""
    if document.subject:
        at = _find(document.text, document.subject)
        return (
            Mention(text=document.text[at[0] : at[1]], start=at[0], end=at[1], type="thing")
            if at
            else None
        )
    for depth, heading in reversed(list(enumerate(section.headings))):
        words = heading.casefold().split()
        if (depth, heading) not in records or not heading[:1].isupper() or len(words) > 8:
            continue
        if heading.endswith((":", "?")) or all(
            word in GENERIC_HEADING or word in ("and", "the", "key", "of", "at", "a", "glance")
            for word in words
        ):
            continue
        at = document.text.rfind(heading, 0, section.start + len(heading) + 8)
        if at >= 0 and _printed(document, at, at + len(heading)):
            return Mention(text=heading, start=at, end=at + len(heading), type="thing")
    return None


def _printed(document: Document, start: int, end: int) -> bool:
    """Whether the file prints the text at the span: a numbered heading that a reader added names nothing."""
    origins = document.origins
    return not origins or any(o.start < end and o.end > start for o in origins)


def _find(text: str, name: str) -> tuple[int, int] | None:
    """Return the first span of `name` in `text` as a whole word, letter case apart."""
    match = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)
    return match.span() if match else None


def _field_facts(
    document: Document,
    section: Section,
    subject: Mention | None,
    records: Collection[tuple[int, str]],
) -> Iterator[Fact]:
    """Read the section's field lines; a name alone on its line before them is what they are about."""
    parents = section.headings if document.subject else ()
    facts: list[tuple[str, int, Fact]] = []
    for offset, line, starts in _lines(document, section):
        if starts and not document.subject:
            name = line.strip()
            at = offset + line.index(name)
            named = Mention(text=name, start=at, end=at + len(name), type="thing")
            subject = named if (LINE, name) in records else None
        match = FIELD.fullmatch(line.rstrip()) if len(line) < LONGEST_LINE else None
        label = _label(match["label"], parents) if match and "|" not in line else None
        if match and label and subject:
            span = (offset, offset + len(line.rstrip()))
            for name, value_at, value in _subfields(label, match["value"]):
                at = offset + match.start("value") + value_at
                found = _facts_of_value(document, section, subject, name, (at, value), span)
                facts += [(name, offset, fact) for fact in found]
    yield from _bound(facts)


def _lines(document: Document, section: Section) -> Iterator[tuple[int, str, bool]]:
    """Yield (offset, line, whether it may be a record's name); quoted programs and their output state nothing."""
    lines = document.text[section.start : section.end].splitlines(keepends=True)
    offset, fenced = section.start, False
    for number, line in enumerate(lines):
        fenced ^= line.strip().startswith(("```", "~~~"))
        if not fenced and not line.startswith(("    ", "\t")):
            yield offset, line, _names_record(lines, number)
        offset += len(line)


def _names_record(lines: Sequence[str], number: int) -> bool:
    """Whether a line may be a record's name: a clean name of its own after a blank line, a field right below it."""
    bare = lines[number].strip()
    blank = number == 0 or not lines[number - 1].strip()
    field = number + 1 < len(lines) and bool(FIELD.match(lines[number + 1]))
    return blank and field and len(bare) < 80 and bool(NAME.fullmatch(bare))


def _bound(facts: Sequence[tuple[str, int, Fact]]) -> Iterator[Fact]:
    """Leave out a label that a subject states on several lines; where half its labels do, leave out all of them."""
    lines: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for name, line, fact in facts:
        lines[fact.subject.text][name].add(line)
    repeated = {
        s: {name for name, at in names.items() if len(at) > 1} for s, names in lines.items()
    }
    for name, _, fact in facts:
        subject = fact.subject.text
        if name not in repeated[subject] and 2 * len(repeated[subject]) < len(lines[subject]):
            yield fact


def _label(label: str, parents: tuple[str, ...]) -> str | None:
    """Return the field's label in lower case, its parent kept when the label alone says nothing."""
    name = _tidy(" ".join(label.split()).strip("*_ ").casefold())
    if (
        ";" in name
        or ". " in name
        or name in META
        or not WORD.search(name.rpartition(" / ")[2])
        or len(name) > 60
    ):
        return None
    if name in ("name", "total", "value", "number", "land", "water") and parents:
        return f"{parents[-1].casefold()} / {name}"
    return name


def _tidy(path: str) -> str:
    """Return a field's path without parts that say nothing: `rate / rate 2022` is `rate 2022`, `x / text` is `x`."""
    parts = [part for part in path.split(" / ") if part not in EMPTY_PARTS]
    kept = [
        part for part, after in itertools.pairwise([*parts, ""])
        if not (after and after.startswith(part))
    ]  # fmt: skip
    return " / ".join(kept) or path


def _subfields(label: str, value: str) -> Iterator[tuple[str, int, str]]:
    """Split `total: 5 km land: 3 km` into (path, offset, text); a value that does not end clearly takes all down."""
    marks = list(SUBLABEL.finditer(value))
    if not marks:
        yield label, 0, value
        return
    if any(mark["label"].split()[0] in CONNECTING for mark in marks):
        return  # `signed, but not ratified:` is one label, and only its end looks like one
    starts: list[tuple[int, int, str]] = []
    for index, mark in enumerate(marks):
        start, name = mark.start("label"), mark["label"]
        if index or start:
            consumed = _value_end(value, marks[index - 1].end() if index else 0, start, name)
            if consumed is None:
                return
            start, name = consumed
        starts.append((start, mark.end(), name))
    if starts[0][0] > 0:
        yield label, 0, value[: starts[0][0]]
    for index, (_, begin, name) in enumerate(starts):
        end = starts[index + 1][0] if index + 1 < len(starts) else len(value)
        if name not in ASIDES:
            yield f"{label} / {name}", begin, value[begin:end]


def _value_end(value: str, begin: int, start: int, name: str) -> tuple[int, str] | None:
    """Return where the next subfield's label really starts, its unit words given back to the number before it."""
    before = value[begin:start].rstrip()
    if before.endswith((";", ")", ".", ",")):
        return start, name
    last = None
    for number in NUMBER.finditer(value, begin, start + len(name)):
        last = number
    if last is None or last.end() < len(value[:start].rstrip()):
        return None
    rest = value[last.end() : start + len(name)]
    label = rest.strip()
    return (last.end() + len(rest) - len(rest.lstrip()), label) if label else None


def _facts_of_value(
    document: Document, section: Section, subject: Mention, relation: str, value: tuple[int, str],
    span: tuple[int, int],
) -> Iterator[Fact]:  # fmt: skip
    at, text = value
    trimmed = text.rstrip(" ;,")
    leaf = relation.rpartition(" / ")[2]
    relation = relation.removesuffix(" / name")
    if is_bare(relation):
        return
    items = parse_list(trimmed, plural=leaf.endswith("s") and not leaf.endswith("ss"))
    dated = _line_date(document.text[span[0] : span[1]])
    single = None if items else parse_value(trimmed)
    values: list[Value] = items or ([single] if single else [])
    if is_identifier(relation):
        values = [identifying(value) for value in values]
    group = digest("list", document.id, *span, relation)[:16] if items else ""
    for item in values:
        start = at + item.start
        mention = Mention(text=item.text, start=start, end=start + len(item.text), type=item.type)
        if mention.text.casefold() == subject.text.casefold():
            continue
        yield make_fact(
            document.id, section.id, subject=subject, relation=relation, object=mention, shape="attribute",
            quote=document.text[span[0] : span[1]], start=span[0], end=span[1], extractor=EXTRACTOR,
            quantity=item.quantity, qualifiers=_with_date(item.qualifiers, dated), as_of=document.date, group=group,
        )  # fmt: skip


def _line_date(line: str) -> Qualifier | None:
    """Return the date that ends a line of several figures, or the definition that opens it.

    It holds for each figure that has none of its own.
    """
    for aside in (ASIDE.search(line.rstrip(" .;")), DATED_DEFINITION.match(line)):
        if aside and TIME_ASIDE.fullmatch(aside["text"].strip()):
            return Qualifier(kind="time", text=aside["text"].strip())
    return None


def _with_date(qualifiers: tuple[Qualifier, ...], dated: Qualifier | None) -> tuple[Qualifier, ...]:
    if dated is None or any(q.kind == "time" or q.text == dated.text for q in qualifiers):
        return qualifiers
    return (*qualifiers, dated)
