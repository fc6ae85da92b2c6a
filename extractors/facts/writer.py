"""What the extractors of one genre share: mentions by position, and facts written with the section that holds them.

An extractor finds subject, relation, object and the span of the quote; the writer adds document, section, date and
extractor. A fact whose quote no section holds whole is left out, since it could not be given as evidence.
"""

from collections.abc import Sequence

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


class FactWriter:
    """Collects the facts that one extractor reads from one document."""

    def __init__(
        self, document: Document, sections: Sequence[Section], extractor: str, *, as_of: str = ""
    ) -> None:
        """Write facts of `extractor`, which hold for the date `as_of`."""
        self._document, self._sections = document, sections
        self._extractor, self._as_of = extractor, as_of
        self._facts: dict[str, Fact] = {}

    def add(
        self, subject: Mention, relation: str, object: Mention, span: Span, *, shape: Shape = "attribute",
        phrase: str = "is", preposition: str = "of", group: str = "", quantity: Quantity | None = None,
        qualifiers: tuple[Qualifier, ...] = (),
    ) -> None:  # fmt: skip
        """Write one fact, quoted from `span`; `phrase` and `preposition` are used for roles and clauses."""
        section = next((s for s in self._sections if s.start <= span[0] and span[1] <= s.end), None)
        if section is None:
            return
        worded = shape in ("role", "clause")
        fact = make_fact(
            self._document.id, section.id, subject=subject, relation=relation, object=object, shape=shape,
            phrase=phrase if worded else "", preposition=preposition if worded else "", quantity=quantity,
            qualifiers=qualifiers, group=group, quote=self._document.text[slice(*span)], start=span[0], end=span[1],
            extractor=self._extractor, as_of=self._as_of,
        )  # fmt: skip
        self._facts[fact.id] = fact

    def facts(self) -> list[Fact]:
        """Return what was written, each fact once, in the order of writing."""
        return list(self._facts.values())
