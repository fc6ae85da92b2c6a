"""What the extractors of one genre share: mentions by position, and facts written with the section that holds them.

An extractor finds subject, relation, object and the span of the quote; the writer adds document, section, date and
extractor. A fact whose quote no section holds whole is left out, since it could not be given as evidence.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from warehouse.records import (
    Document,
    EntityType,
    Fact,
    Mention,
    Qualifier,
    Quantity,
    Section,
    Shape,
    make_fact,
)

Span = tuple[int, int]
"""Half-open characters of `Document.text`."""


def mention_at(start: int, text: str, kind: EntityType) -> Mention:
    """Return the mention of a text that stands at `start`."""
    return Mention(text=text, start=start, end=start + len(text), type=kind)


@dataclass(frozen=True)
class Told:
    """How a fact is told, and what is told with it."""

    shape: Shape = "attribute"
    phrase: str = "is"
    """For roles and clauses: the words between subject and preposition."""
    preposition: str = "of"
    """For roles and clauses."""
    group: str = ""
    """Id of the list that the fact is one item of."""
    quantity: Quantity | None = None
    qualifiers: tuple[Qualifier, ...] = ()


FIELD = Told()
"""A field of the subject with one value."""


def clause(
    phrase: str, preposition: str = "", *, group: str = "", qualifiers: tuple[Qualifier, ...] = (),
    quantity: Quantity | None = None,
) -> Told:  # fmt: skip
    """Return how a clause is told: `phrase` is its verb, `preposition` what leads to the object, if anything."""
    return Told("clause", phrase, preposition, group, quantity, qualifiers)


class FactWriter:
    """Collects the facts that one extractor reads from one document."""

    def __init__(
        self, document: Document, sections: Sequence[Section], extractor: str, *, as_of: str = ""
    ) -> None:
        """Write facts of `extractor`, which hold for the date `as_of`; the sections are in order."""
        self._document, self._sections = document, sections
        self._extractor, self._as_of = extractor, as_of
        self._facts: dict[str, Fact] = {}

    def add(
        self, subject: Mention, relation: str, object: Mention, span: Span, told: Told = FIELD
    ) -> None:
        """Write one fact, quoted from `span`."""
        section = self._section(span)
        if section is None:
            return
        worded = told.shape in ("role", "clause")
        fact = make_fact(
            self._document.id, section.id, subject=subject, relation=relation, object=object, shape=told.shape,
            phrase=told.phrase if worded else "", preposition=told.preposition if worded else "",
            quantity=told.quantity, qualifiers=told.qualifiers, group=told.group,
            quote=self._document.text[slice(*span)], start=span[0], end=span[1],
            extractor=self._extractor, as_of=self._as_of,
        )  # fmt: skip
        self._facts[fact.id] = fact

    def _section(self, span: Span) -> Section | None:
        """Return the section that holds a span whole; sections do not overlap."""
        after = bisect_right(self._sections, span[0], key=lambda section: section.start)
        last = self._sections[after - 1] if after else None
        return last if last is not None and span[1] <= last.end else None

    def facts(self) -> list[Fact]:
        """Return what was written, each fact once, in the order of writing."""
        return list(self._facts.values())
