"""The records that stages exchange: frozen, closed, each field with its meaning and unit.

Text positions are character offsets into `Document.text`, half-open. A record's `id` is the hash of its content
(see `warehouse.identity`); `Document.source` and `Document.origins` say where the text came from and stay outside it.
Facts name local mentions and are never rewritten: which entity a mention stands for is a separate table.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from warehouse.identity import content_id

Category = Literal["code", "academic", "professional", "general", "dialogue"]
CATEGORIES: tuple[Category, ...] = ("code", "academic", "professional", "general", "dialogue")
Format = Literal[
    "txt", "md", "html", "csv", "json", "dialogue", "python", "rst", "pdf", "docx", "xml", "toml"
]
EntityType = Literal["person", "place", "organisation", "work", "thing", "code", "value", "text"]
QualifierKind = Literal["time", "place", "with", "note"]
Shape = Literal["attribute", "clause", "role", "class", "code"]


class Record(BaseModel):
    """Base of every record: immutable, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Origin(Record):
    """Where a stretch of `Document.text` stands in the original file."""

    start: int
    """First character in `Document.text`."""
    end: int
    """One past the last character in `Document.text`."""
    at: str
    """`char:N` (offset in the decoded file; N + k is character start + k when the stretch is verbatim), or a JSON
    pointer (`/sessions/0/turns/3/content`; elements of an XML record are named as keys), or `row:N` (0-based data row),
    `line:N` (1-based), `page:N` (1-based), `paragraph:N` or `table:N` (0-based, in the order of the body). In a file
    that is a row of a collection it is the pointer of its text, and where it is not the text's start the place in the
    text follows after `#`: `/3/text#line:7`."""


class Document(Record):
    """One document as text: a file, a row of a collection, a source file or one session of a dialogue."""

    id: str
    category: Category
    source: str
    """Path under the corpus folder, `/`-separated; `#KEY` follows for a row inside a file. Not part of the id."""
    format: Format
    title: str
    """Title as the document states it, else the file's stem."""
    subject: str
    """Name of the one thing the document is about, as the document states it; empty if it has no single subject."""
    date: str
    """The document's own date or edition, `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, as stated in it; empty if not stated."""
    series: str
    """Documents of one series (all editions of one subject, all sessions of one thread, one package) stay together."""
    licence: str
    """SPDX expression where it is one, else as stated: in the document, the configuration, or a licence file or
    manifest of the nearest folder; empty if unknown."""
    text: str
    """Canonical text: Markdown-like for rendered formats, verbatim for txt, md, csv and Python."""
    origins: tuple[Origin, ...]
    """Ascending, not overlapping; characters that the reader added have none."""


class Section(Record):
    """The unit of extraction and of contexts: a heading's text, at most a few thousand tokens."""

    id: str
    document_id: str
    index: int
    """0-based position in the document."""
    headings: tuple[str, ...]
    """Headings above the section's text, outermost first, the document's title left out."""
    start: int
    end: int
    tokens: int
    """Tokens of the section's text on the Qwen vocabulary."""


class Mention(Record):
    """A name or value where it stands in a document."""

    text: str
    """The name; equal to the document's text at the span."""
    start: int
    end: int
    type: EntityType


class Quantity(Record):
    """A printed number."""

    value: str
    """Exact decimal, scale words applied: `1.2 million` is `1200000`."""
    unit: str
    """Unit as printed after the number (`km`, `%`, `sq km`), `year` for years, empty for a bare count."""
    step: str
    """Printed precision, as a decimal: `0.1` for `10.6`, `100000` for `1.2 million`."""


class Qualifier(Record):
    """What narrows a fact: it must be carried into any wording of the fact."""

    kind: QualifierKind
    text: str
    """Complement as printed, with its preposition where prose has one: `in 2004`, `with Ilse Brandt`, `2004 est.`."""


class Fact(Record):
    """One statement read from one place of one document."""

    id: str
    document_id: str
    section_id: str
    subject: Mention
    relation: str
    """Lower-case label: a field path (`land boundaries / total`), `born in`, `directed by`, `inherits`."""
    object: Mention
    shape: Shape
    """How the relation reads: `attribute` "the R of S is O"; `clause` "S PHRASE [PREPOSITION] O"; `role` "S is the R
    [PREPOSITION] O"; `class` "S is a O" (typing only, never a hop); `code` relations of programs."""
    phrase: str
    """For `clause`: the verb phrase in the past or present as printed, auxiliaries included (`was born`)."""
    preposition: str
    """For `clause` and `role`: the preposition before the object (`in`, `by`), empty for a direct object."""
    quantity: Quantity | None
    """The object's number when the object is a value; the edge's measure when it is an entity (`Germany 784 km`)."""
    qualifiers: tuple[Qualifier, ...]
    as_of: str
    """Date for which a changing statement holds: that of the document or session, as in `Document.date`, or empty."""
    group: str
    """Facts read from one list or cell share it, so that a set is complete or absent; empty for single statements."""
    quote: str
    """The document's text at the span: the line, row, clause or statement the fact was read from."""
    start: int
    end: int
    confidence: float
    """0 to 1, the extractor's own, set by pattern."""
    extractor: str
    """Name and version of the pattern set, `key-value/1`."""


def make_fact(
    document_id: str,
    section_id: str,
    *,
    subject: Mention,
    relation: str,
    object: Mention,
    shape: Shape,
    quote: str,
    start: int,
    end: int,
    extractor: str,
    phrase: str = "",
    preposition: str = "",
    quantity: Quantity | None = None,
    qualifiers: tuple[Qualifier, ...] = (),
    as_of: str = "",
    group: str = "",
    confidence: float = 1.0,
) -> Fact:
    """Return the fact with its content id: document, span, both mentions, relation, qualifiers and extractor."""
    identity = content_id(
        "fact",
        document_id,
        start,
        end,
        subject.model_dump(),
        relation,
        object.model_dump(),
        [q.model_dump() for q in qualifiers],
        extractor,
    )
    return Fact(
        id=identity,
        document_id=document_id,
        section_id=section_id,
        subject=subject,
        relation=relation,
        object=object,
        shape=shape,
        phrase=phrase,
        preposition=preposition,
        quantity=quantity,
        qualifiers=qualifiers,
        as_of=as_of,
        group=group,
        quote=quote,
        start=start,
        end=end,
        confidence=confidence,
        extractor=extractor,
    )


class Outcome(Record):
    """One row of a stage's ledger: what became of one input."""

    stage: str
    input_id: str
    """Id of the record, or the source path of a file that gave none."""
    status: Literal["ok", "rejected", "errored"]
    reason: str
    """Empty when ok; otherwise a short fixed phrase that counts can be grouped by."""
    detail: str
    """What exactly, for a reader: the value, the limit, the message."""
    n_out: int
    """Rows that this input gave."""
