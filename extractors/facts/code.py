"""Facts from Python source (§3.2, code repositories): calls, raises, bases, literals.

A file is read alone: its own imports and definitions give every name its qualified name, and what
they leave open gives no fact. A mention's text is the name as printed; the qualified names stand in
`note` qualifiers (`subject=click.types.ParamType.fail`, `object=click.exceptions.BadParameter`,
`order=0` for bases and decorators, `binds=` for all that the body of a class with bases binds, `plain=yes`
for a method without decorators that nothing rebinds).
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from extractors.facts.code_names import Names, names_of
from extractors.facts.code_relations import (
    calls,
    decorated_by,
    defined_in,
    inherits,
    raises,
    returns,
)
from extractors.facts.code_source import Source, Statement, parse_source
from extractors.facts.code_values import class_attributes, constants, default_values
from warehouse.identity import content_id
from warehouse.records import Document, Fact, Qualifier, Section, make_fact

EXTRACTOR = "code/2"


def code_facts(document: Document, sections: Sequence[Section]) -> list[Fact]:
    """Return the facts of a Python file in order of position; none when it does not parse.

    Args:
        document: A document of format `python` whose title, or else source, ends with the file's
            path.
        sections: The document's sections; a statement that crosses a section's end gives no fact.

    Returns:
        Facts of shape `code`, spans in characters of the document's text.

    """
    source = parse_source(document) if document.format == "python" else None
    if source is None:
        return []
    ordered = sorted(sections, key=lambda section: section.start)
    starts = [section.start for section in ordered]
    facts: dict[str, Fact] = {}
    for statement in _statements(source, names_of(source)):
        at = bisect_right(starts, statement.span[0]) - 1
        if at >= 0 and statement.span[1] <= ordered[at].end:
            fact = _fact(document, ordered[at], source=source, statement=statement)
            facts.setdefault(fact.id, fact)
    return sorted(facts.values(), key=_place)


def _place(fact: Fact) -> tuple[int, int, int, str]:
    return fact.start, fact.object.start, fact.subject.start, fact.relation


def _statements(source: Source, names: Names) -> Iterator[Statement]:
    for info in names.classes.values():
        yield from inherits(source, info, names=names)
        yield from decorated_by(source, info, names=names)
        yield from class_attributes(source, info, names=names)
    for info in names.functions.values():
        yield from defined_in(source, info, names=names)
        yield from decorated_by(source, info, names=names)
        yield from raises(source, info, names=names)
        yield from calls(source, info, names=names)
        yield from returns(source, info, names=names)
        yield from default_values(source, info)
    yield from constants(source, names)


def _fact(document: Document, section: Section, *, source: Source, statement: Statement) -> Fact:
    notes = [f"subject={statement.subject_name}"]
    if statement.object_name:
        notes.append(f"object={statement.object_name}")
    if statement.order >= 0:
        notes.append(f"order={statement.order}")
    notes += statement.notes
    group = (
        content_id("group", document.id, statement.subject_name, statement.relation)
        if statement.listed
        else ""
    )
    start, end = statement.span
    return make_fact(
        document.id,
        section.id,
        subject=statement.subject,
        relation=statement.relation,
        object=statement.object,
        shape="code",
        quote=source.text[start:end],
        start=start,
        end=end,
        extractor=EXTRACTOR,
        quantity=statement.quantity,
        qualifiers=tuple(Qualifier(kind="note", text=note) for note in notes),
        as_of=document.date,
        group=group,
    )


def code_package(documents: Iterable[Document]) -> dict[str, str]:
    """Return where re-exported names are defined, by qualified name.

    `click.BadParameter` gives `click.exceptions.BadParameter`. Only names that end at a class or
    function defined once in one of the `documents` are given; star imports are not followed.
    """
    defined: set[str] = set()
    imported: dict[str, str] = {}
    for document in documents:
        source = parse_source(document) if document.format == "python" else None
        if source is None:
            continue
        names = names_of(source)
        defined.update(names.classes, names.functions)
        for name, binding in names.module.names.items():
            if binding is not None and binding.kind == "import":
                imported[f"{source.module}.{name}"] = binding.target
    homes: dict[str, str] = {}
    for name in imported:
        target, steps = name, 0
        while target in imported and target not in defined and steps < len(imported):
            target, steps = imported[target], steps + 1
        if target in defined and target != name:
            homes[name] = target
    return homes
