"""What passes between a run and its workers: a unit of work, and records of what was read."""

from flows.config import SynthesisConfig
from flows.corpus import FileEntry
from warehouse.records import Category, Record, Section


class StoredSection(Record):
    """A section with its length as rendered in a context."""

    section: Section
    tokens: int
    """Tokens of preamble and text together."""


class Job(Record):
    """One unit of work."""

    home: str
    fingerprint: str
    config: SynthesisConfig
    entries: tuple[FileEntry, ...] = ()
    """Ingest: the files of the batch."""
    ids: tuple[str, ...] = ()
    """Extract and generate: documents."""
    documents: tuple[str, ...] = ()
    """Shard paths under `home`."""
    sections: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    """Generate: shards of the facts that rules and a model both read."""
    readings: tuple[str, ...] = ()
    """Generate: shards of a model's readings of cells, of which those that do not agree are left out."""
    questions: tuple[str, ...] = ()
    """Questions of models that are to be placed: shard paths."""
    split: str = ""
    category: Category = "general"
    repeated: tuple[str, ...] = ()
    """Generate: documents with other editions."""


class IndexRow(Record):
    """Which file gave which document, and what splits and schedules need to know of it."""

    file_id: str
    document_id: str
    source: str
    category: Category
    series: str
    subject: str
    date: str
    title: str
    licence: str
    format: str
    words: int
    sections: int
    tokens: int
