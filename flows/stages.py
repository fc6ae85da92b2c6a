"""The operations that stages run on a batch: files to documents and sections, documents to facts and cells.

They know nothing of Prefect or of the store: rows in, rows and outcomes out. One bad input is one outcome.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from spacy.language import Language

from extractors.categories import category_of, recategorised
from extractors.document_cells import document_cells
from extractors.facts.announcements import announcement_facts
from extractors.facts.articles import article_facts
from extractors.facts.books import book_facts
from extractors.facts.chat import chat_facts
from extractors.facts.code import code_facts
from extractors.facts.dialogue import dialogue_facts
from extractors.facts.filings import filing_facts
from extractors.facts.meetings import meeting_facts
from extractors.facts.prose import load_model, prose_facts
from extractors.facts.radio import radio_facts
from extractors.facts.structure import structure_facts
from extractors.facts.trial_registry import registry_facts
from extractors.facts.trials import trial_facts
from extractors.quality import assess
from extractors.readers import ReadOptions, Rejected
from extractors.readers.guard import GuardedReader
from extractors.repeats import repeated_sections
from extractors.sections import split_sections
from extractors.tables import Refusal
from flows.config import SynthesisConfig
from flows.corpus import FileEntry
from flows.jobs import StoredSection
from generators.contexts import preamble
from warehouse.cells import Cell
from warehouse.records import Document, Fact, Outcome, Section
from warehouse.tokens import count_tokens

LAYOUTS = (
    structure_facts, article_facts, trial_facts, registry_facts, filing_facts, announcement_facts, book_facts,
    meeting_facts, chat_facts, radio_facts,
)  # fmt: skip
"""Extractors that read a layout or the conventions of a genre, each for its own kinds of documents."""


@dataclass
class Ingested:
    """What a batch of files gave."""

    documents: list[Document] = field(default_factory=list)
    sections: list[StoredSection] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)


def ingest(entries: Sequence[FileEntry], config: SynthesisConfig) -> Ingested:
    """Read files, filter documents, cut and count sections; files, refused rows and sections have outcomes."""
    out = Ingested()
    reader = guarded(config.read.model_dump_json())
    for entry in entries:
        kept, refused = 0, []
        if entry.left_out:
            refused = [Rejected(source=entry.source, reason=entry.left_out, detail=entry.detail)]
            out.outcomes += _file_outcomes(entry, kept, refused)
            continue
        for item in reader.read(
            Path(entry.path),
            root=Path(entry.root),
            category=entry.read_as,
            licence=entry.licence,
        ):
            if entry.category == "auto" and isinstance(item, Document):
                item = recategorised(item, category_of(item))
            reason = item if isinstance(item, Rejected) else _refusal(item, config)
            if reason is not None:
                refused.append(reason)
                continue
            assert isinstance(item, Document)
            out.documents.append(item)
            sections, repeats = _sections(item, config)
            out.sections += sections
            refused += repeats
            kept += 1
        out.outcomes += _file_outcomes(entry, kept, refused)
    return out


@cache
def guarded(options: str) -> GuardedReader:
    """Return this process's reader for `ReadOptions` as JSON; its child is started once and ends with the process."""
    return GuardedReader(ReadOptions.model_validate_json(options))


def _refusal(document: Document, config: SynthesisConfig) -> Rejected | None:
    found = assess(document, config.quality)
    return Rejected(source=document.source, reason=found[0], detail=found[1]) if found else None


def _sections(
    document: Document, config: SynthesisConfig
) -> tuple[list[StoredSection], list[Rejected]]:
    """Return a document's sections, and a rejection for each that repeats an earlier one."""
    found = split_sections(document, max_tokens=config.extract.section_tokens)
    repeats = repeated_sections(document, found)
    left_out = {repeat.section.id for repeat in repeats}
    sections = [section for section in found if section.id not in left_out]
    leads = count_tokens([preamble(document, section) for section in sections])
    stored = [
        StoredSection(section=section, tokens=section.tokens + lead + 1)
        for section, lead in zip(sections, leads, strict=True)
    ]
    return stored, [
        Rejected(
            source=document.source, reason="repeated section",
            detail=f"section {repeat.section.index} repeats section {repeat.first.index}",
        )
        for repeat in repeats
    ]  # fmt: skip


def _file_outcomes(entry: FileEntry, kept: int, refused: list[Rejected]) -> Iterator[Outcome]:
    """One outcome for the file, and one for each refused row of a file that holds several."""
    whole = not kept and len(refused) == 1
    reason = (
        ""
        if kept
        else refused[0].reason
        if whole
        else "every row was refused"
        if refused
        else "nothing to read"
    )
    detail = f"{entry.source}: {refused[0].detail}" if whole else entry.source
    yield Outcome(
        stage="ingest", input_id=entry.id, status="ok" if kept else "rejected", reason=reason,
        detail=detail[:300], n_out=kept,
    )  # fmt: skip
    for number, item in enumerate([] if whole else refused):
        yield Outcome(
            stage="ingest", input_id=f"{entry.id}#{number}", status="rejected", reason=item.reason,
            detail=f"{item.source}: {item.detail}"[:300], n_out=0,
        )  # fmt: skip


@cache
def language() -> Language:
    """Return the spaCy pipeline of this process, loaded once."""
    return load_model()


@dataclass
class Extracted:
    """What a batch of documents gave."""

    facts: list[Fact] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)


CellReader = Callable[
    [Document, Sequence[Section], Iterable[Fact]], tuple[list[Cell], list[Refusal]]
]


def extract(
    batch: Sequence[tuple[Document, Sequence[Section]]], read_cells: CellReader = document_cells
) -> Extracted:
    """Return the facts and cells of a batch of documents, facts of one document once by id.

    Each document has one outcome, which counts its facts; figures that are not given have one by reason. Where
    `read_cells` fails on a document, that is an outcome as well.
    """
    out = Extracted()
    by_document = _facts(batch)
    for document, sections in batch:
        own = list({fact.id: fact for fact in by_document[document.id]}.values())
        out.facts += own
        out.outcomes.append(_extracted(document.id, "ok", n_out=len(own)))
        cells, outcomes = _cells(document, sections, own, read_cells)
        out.cells += cells
        out.outcomes += outcomes
    return out


def _facts(batch: Sequence[tuple[Document, Sequence[Section]]]) -> dict[str, list[Fact]]:
    nlp = language()
    talk = [pair for pair in batch if pair[0].format == "dialogue"]
    prose = [pair for pair in batch if pair[0].format not in ("dialogue", "python")]
    by_document: dict[str, list[Fact]] = {document.id: [] for document, _ in batch}
    for pair, facts in zip(prose, prose_facts(prose, nlp), strict=True):
        by_document[pair[0].id] += facts
    for pair, facts in zip(talk, dialogue_facts(talk, nlp), strict=True):
        by_document[pair[0].id] += facts
    for document, sections in batch:
        if document.format == "python":
            by_document[document.id] += code_facts(document, sections)
        else:
            for read in LAYOUTS:
                by_document[document.id] += read(document, sections)
    return by_document


def _cells(
    document: Document, sections: Sequence[Section], facts: Sequence[Fact], read: CellReader
) -> tuple[list[Cell], list[Outcome]]:
    """Return a document's cells, and an outcome for each reason why figures of it are not given."""
    try:
        cells, refused = read(document, sections, facts)
    except Exception as error:  # noqa: BLE001 - whatever a table does to its reader, facts and other documents stay
        detail = f"{document.source}: {type(error).__name__}: {error}"
        identity = f"{document.id}#cells"
        return [], [_extracted(identity, "rejected", reason="its cells failed", detail=detail)]
    by_reason: dict[str, list[str]] = defaultdict(list)
    for refusal in refused:
        by_reason[refusal.reason].append(refusal.detail)
    return cells, [
        _extracted(
            f"{document.id}#{reason}", "rejected", reason=reason,
            detail=f"{document.source}: {len(details)} figures, the first {details[0]!r}",
        )
        for reason, details in by_reason.items()
    ]  # fmt: skip


def _extracted(
    identity: str, status: Literal["ok", "rejected"], *,
    reason: str = "", detail: str = "", n_out: int = 0,
) -> Outcome:  # fmt: skip
    return Outcome(
        stage="extract", input_id=identity, status=status, reason=reason,
        detail=detail[:300], n_out=n_out,
    )  # fmt: skip
